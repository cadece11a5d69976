"""No call, however odd, breaks the stand-in: it answers, or refuses with a status of REDCap's."""

import random
from collections.abc import Mapping
from datetime import datetime

import pytest

from onboard.sandbox.api import ACTIONS, CONTENTS, answer
from onboard.sandbox.call import Params, Upload
from onboard.sandbox.clock import still
from onboard.sandbox.creating import project_from_file
from onboard.sandbox.rights import EVERYTHING
from onboard.sandbox.state import State
from tests.sandbox.project_files import CLASSIC, GROUPS, LONGITUDINAL, ROLE

SUPER = "A1" * 32
CALLS, TOGETHER = 1500, 15
#: What an import brings: right ones, empty ones, and what is none.
DATA = (
    "", "[]", "{}", "[{}]", "x", "[1]", "null", '"a"', "[null]", "record_id\n1", "record_id,height\n1,2",
    "<a><item><x>1</x></item></a>",
    '[{"record_id":"1","redcap_event_name":"start_arm_1","height":"3"}]', '[{"record_id":{"a":{"b":1}}}]',
    '[{"record_id":"7","redcap_repeat_instrument":"visit","redcap_repeat_instance":"1","kept":"1"}]',
    '[{"username":"bo","forms":{"basics":2},"data_access_group":"site_a1"}]', '[{"username":"bo","forms":[1]}]',
    '[{"unique_role_name":"U-573AEYRNR8","forms":"x"}]', '[{"role_label":"n"}]', '[{"arm_num":"1","name":"A"}]',
    '[{"arm_num":5,"event_name":"E"}]', '[{"arm_num":"x"}]', '[{"unique_event_name":"start_arm_1","form":"basics","arm_num":1}]',
    '[{"form_name":"visit","event_name":"start_arm_1"}]', '[{"data_access_group_name":"","unique_group_name":"site_a1"}]',
    '[{"username":"ada","unique_role_name":"U-573AEYRNR8"}]', '[{"username":"bo","redcap_data_access_group":"site_a1"}]',
    '[{"field_name":"a","form_name":"f","field_type":"text","field_label":"x"}]', '[{"is_longitudinal":"0"}]',
    '[{"project_title":"x","purpose":"1","purpose_other":"y","is_longitudinal":"1"}]', '{"is_longitudinal":1,"purpose":[1]}',
    '[{"record":"7","field_name":"tasks","value":"1"}]', '[{"record":"7","field_name":"nope","value":"1"}]',
)  # fmt: skip
VALUES = (
    "1", "7", "x", "0", "-1", "99999999999999999999", "start_arm_1", "later_on_arm_1", "basics", "visit", "basics_complete",
    "record_id", "height", "tasks", "paper", "site_a1", "U-573AEYRNR8", "bo", "ada", "true", "2026-01-01", "0000-00-00", "tab",
    ";", "[height] > 1", "[height", "[start_arm_1][height]='1' or", "[tasks(1)] = '1'", "datediff([visit_on],'today','d')>3",
    "1,2",
)  # fmt: skip
NAMES = (
    "fields", "forms", "events", "records", "arms", "event", "instrument", "record", "field", "repeat_instance", "folder_id",
    "doc_id", "name", "beginTime", "dateRangeBegin", "csvDelimiter", "decimalCharacter", "type", "filterLogic", "rawOrLabel",
    "rawOrLabelHeaders", "exportCheckboxLabel", "exportSurveyFields", "exportDataAccessGroups", "dags", "dag", "users", "roles",
    "logtype", "returnContent", "overwriteBehavior", "forceAutoNumber", "dateFormat", "override", "exportFiles", "odm",
)  # fmt: skip
SHAPES: Mapping[str, str] = {
    "classic": CLASSIC,
    "longitudinal": LONGITUDINAL.replace("</GlobalVariables>", GROUPS + ROLE + "</GlobalVariables>"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_call_is_answered(shape: str) -> None:
    dice, state, token, seen = random.Random(18), State(projects=[], public_url="http://host/"), "", set()
    for number in range(CALLS):
        if number % TOGETHER == 0:
            project = project_from_file(SHAPES[shape], still(datetime(2026, 1, 1)))
            project.surveys = dice.choice([[], ["visit", "basics"]])
            token = project.add_token(rights=EVERYTHING, username="ada")
            state = State(projects=[project], public_url="http://host/", super_tokens={SUPER: "maria"})
        content = dice.choice([*CONTENTS, "record", "record"])
        call = {
            "token": dice.choice([*[token] * 20, SUPER]),
            "content": content,
            "format": dice.choice(["csv", "json", "xml"]),
            "action": dice.choice(sorted(ACTIONS[content])),
            "data": dice.choice(DATA),
            **{name + dice.choice(["", "[0]"]): dice.choice(VALUES) for name in dice.sample(NAMES, dice.randint(0, 6))},
        }
        upload = dice.choice([None, Upload(name="f.txt", content_type="text/plain", content=b"x")])
        seen.add(answer(state, Params(call.items()), upload).status)
    assert seen == {200, 400, 403, 501}
