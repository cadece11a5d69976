"""Links to people's own surveys: one call a person, words for every refusal, and nothing that is no survey's address."""

from __future__ import annotations

from io import BytesIO

import pytest
import requests
from pydantic import SecretStr
from requests.adapters import BaseAdapter

from onboard.adapters.redcap.project import GuardedProject, RedcapProject
from onboard.adapters.redcap.survey import RedcapSurvey, survey_link
from onboard.errors import ReadInDoubt
from onboard.ports import HandIn
from onboard.sandbox.faults import Fault
from tests.adapters.redcap.conftest import RedcapLab

ADA, BO = HandIn(person="1", instance=3), HandIn(person="2", instance=1)


@pytest.fixture
def surveyed(redcap_lab: RedcapLab) -> RedcapLab:
    """The lab of three, whose completion form is a survey."""
    redcap_lab.people.surveys = ("completion",)
    return redcap_lab


def pages(lab: RedcapLab) -> RedcapSurvey:
    return RedcapSurvey(lab.project(), "completion", pause=lab.pauses.append)


def test_one_call_a_person_at_the_instance_that_is_free(surveyed: RedcapLab) -> None:
    found = pages(surveyed).addresses([ADA, BO])
    assert found.trouble == "" and set(found.addresses) == {"1", "2"}
    asked = [seen.params for seen in surveyed.server.requests if seen.content == "surveyLink"]
    assert [(one["record"], one["instrument"], one["repeat_instance"]) for one in asked] == [
        ("1", "completion", "3"),
        ("2", "completion", "1"),
    ]
    # Asking for a link puts nothing into the project, and the page behind it is that very row's.
    assert [place.instance for place in surveyed.people.records["1"] if place.instrument == "completion"] == [1, 2]
    requests.post(found.addresses["1"], data={"comp_completed": "2026-11-20"}, timeout=10)
    assert [place.instance for place in surveyed.people.records["1"] if place.instrument == "completion"] == [1, 2, 3]


def test_nobody_to_ask_for_costs_nothing(surveyed: RedcapLab) -> None:
    assert pages(surveyed).addresses([]).trouble == "" and surveyed.server.requests == []


def test_a_link_shows_in_no_repr(surveyed: RedcapLab) -> None:
    found = pages(surveyed).addresses([ADA])
    assert found.addresses["1"] not in repr(found) and "surveys" not in repr(found)


def test_a_record_that_is_gone_hides_no_other(surveyed: RedcapLab) -> None:
    found = pages(surveyed).addresses([HandIn(person="77", instance=1), BO])
    assert set(found.addresses) == {"2"} and 'The record "77" does not exist' in found.trouble
    assert "deleted after it was read" in found.trouble and "Enable" not in found.trouble


def test_a_form_that_is_no_survey_is_told_with_the_clicks_and_not_asked_for_everybody(redcap_lab: RedcapLab) -> None:
    everybody = [HandIn(person=str(n % 3 + 1), instance=n) for n in range(1, 31)]
    found = pages(redcap_lab).addresses(everybody)
    assert not found.addresses and redcap_lab.asked("surveyLink") == 3
    assert "Designer > Enable in the survey column of completion" in found.trouble
    assert "take [hand_in] out of redcap.toml" in found.trouble and "reply with the PDF" in found.trouble


def test_a_right_that_is_missing_ends_it_after_one_call(surveyed: RedcapLab) -> None:
    surveyed.server.faults.add(Fault.PERMISSION_LOST, content="surveyLink", times=None)
    found = pages(surveyed).addresses([ADA, BO])
    assert not found.addresses and surveyed.asked("surveyLink") == 1 and surveyed.pauses == []
    assert "give the token's user Survey Distribution Tools" in found.trouble
    assert surveyed.tokens["people"] not in found.trouble


@pytest.mark.parametrize("fault", [Fault.OFFLINE, Fault.SERVER_CRASH, Fault.HTML, Fault.REDIRECT, Fault.BANNED], ids=str)
def test_a_server_in_trouble_keeps_what_was_had_and_is_asked_no_more(surveyed: RedcapLab, fault: Fault) -> None:
    first = pages(surveyed).addresses([ADA]).addresses["1"]
    surveyed.server.faults.add(fault, content="surveyLink", times=None)
    calls = surveyed.asked("surveyLink")
    found = pages(surveyed).addresses([BO, ADA])
    assert not found.addresses and "No link to the survey 'completion' was had" in found.trouble and first not in found.trouble
    assert surveyed.asked("surveyLink") - calls == 1 + len(surveyed.pauses)


class _Answers(BaseAdapter):
    """A server that answers every call with one body and content type."""

    def __init__(self, body: str, kind: str) -> None:
        super().__init__()
        self.body, self.kind = body, kind

    def send(self, request, **_):
        answer = requests.Response()
        answer.status_code, answer.raw, answer.request = 200, BytesIO(self.body.encode()), request
        answer.headers["Content-Type"] = self.kind
        return answer

    def close(self) -> None:
        """Nothing is open."""


def answered(body: str, kind: str) -> str:
    project = RedcapProject(name="people", url="https://redcap.northlake.example/api/", token=SecretStr("0" * 32))
    with GuardedProject(project) as door:
        door._session.mount("https://", _Answers(body, kind))
        return survey_link(door, "completion", "", "1", 3)


@pytest.mark.parametrize("kind", ["text/html; charset=UTF-8", "text/csv; charset=utf-8", "text/plain", ""])
def test_a_bare_address_is_taken_whatever_type_it_comes_with(kind: str) -> None:
    link = "https://surveys.northlake.example/redcap/surveys/?s=k4z7SZWpuKBi4mQt"
    assert answered(link, kind) == link and answered(f"{link}\n", kind) == link


@pytest.mark.parametrize(
    "body",
    [
        "<html><body>Log in</body></html>",
        "https://redcap.northlake.example/surveys/",
        "javascript:alert(1)//surveys/?s=k4z7SZWpuKBi4mQt",
        "https://redcap.northlake.example/surveys/?s=k4z7 SZWpuKBi4mQt",
        'https://redcap.northlake.example/surveys/?s=k4z7"><b>',
        "https://maria@evil.example/surveys/?s=k4z7SZWpuKBi4mQt",
        "4711",
    ],
)
def test_anything_else_is_no_link(body: str) -> None:
    with pytest.raises(ReadInDoubt):
        answered(body, "text/html")
