"""`onboard check` and `check --explain`: what is said about a project, in REDCap's words, and three people row by row."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs.__main__ import app
from onboard.adapters.redcap.facts import describe
from onboard.connecting.advice import Advice, State, advise
from onboard.connecting.facts import ProjectFacts
from onboard.connecting.own_form import OwnForm, own_rows, why_not_written
from onboard.model.mapping import Source
from onboard.sandbox.faults import Fault
from onboard.sandbox.projects import Project
from onboard.sandbox.rights import FormExport, Rights
from onboard.shipped import shipped
from tests.connecting.conftest import Served, make_home, mapping_of
from tests.connecting.retell import FOREIGN, PEOPLE_REPEAT, shipped_projects
from tests.connecting.retell_classic import classic
from tests.connecting.retell_visits import longitudinal

MAPPING = mapping_of(shipped("config") / "redcap.toml")


OWN = OwnForm(
    instrument="onboard_status",
    event="",
    fields={
        "readiness": "ob_readiness",
        "blockers": "ob_blockers",
        "ready_until": "ob_ready_until",
        "last_mail": "ob_last_mail",
    },
)
FORM = (
    "ob_readiness,onboard_status,,text,Records,,,,,,,,,,,,,\nob_blockers,onboard_status,,notes,Missing,,,,,,,,,,,,,\n"
    "ob_ready_until,onboard_status,,text,Until,,,date_ymd,,,,,,,,,,\nob_last_mail,onboard_status,,text,Mail,,,date_ymd,,,,,,,,,,\n"
)


def said(
    served: Served, name: str = "people", *, own: OwnForm | None = None, hand_in: Source | None = None
) -> tuple[Advice, ...]:
    (project,) = (one for one in served.reached() if one.name == name)
    return advise(describe(project, served.pauses.append, hand_in=hand_in), MAPPING, own=own)


def with_own_form(form: str = FORM, **options: object) -> dict[str, Project]:
    """People in production, with the program's own form."""
    dictionary = (shipped("config/redcap_project") / "people.csv").read_text(encoding="utf-8")
    return {"people": Project("People", dictionary.rstrip("\n") + "\n" + form, in_production=True, **options)}  # type: ignore[arg-type]


def words(advice: tuple[Advice, ...], state: State) -> str:
    return "\n".join(one.words for one in advice if one.state is state)


def check(home: Path, *more: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["check", "--home", str(home), *more], env={"COLUMNS": "400"})
    assert result.exit_code == code, result.output + repr(result.exception)
    return " ".join(result.output.split())


def test_a_project_in_production_with_a_token_that_only_reads_has_nothing_to_say(serve: Callable[..., Served]) -> None:
    served = serve(shipped_projects())
    served.projects["people"].in_production = True
    assert said(served) == ()


def test_real_people_in_development_are_worth_a_word(serve: Callable[..., Served]) -> None:
    served = serve(shipped_projects())
    assert "In Development, with 16 records." in words(said(served), State.NOTE)
    assert "Project Setup > Move project to production" in words(said(served), State.NOTE)


def test_a_token_that_can_do_more_is_named_with_what_it_can_do(serve: Callable[..., Served]) -> None:
    served = serve(shipped_projects(), Rights(import_=True, design=True, user_rights=True))
    note = words(said(served), State.NOTE)
    assert "its user also has API Import/Update, Project Design and Setup, User Rights." in note
    assert (
        "no more than API Export, and Data Export Rights “Full Data Set” on: person, appointment, onboarding, step, completion"
        in note
    )


def test_a_lab_that_writes_back_needs_the_right_to_import(serve: Callable[..., Served]) -> None:
    served = serve(with_own_form(repeating=PEOPLE_REPEAT), Rights(import_=True))
    assert said(served, own=OWN) == ()
    assert "its user also has API Import/Update" in words(said(served), State.NOTE)
    served.new_token("people", Rights())
    assert words(said(served, own=OWN), State.LOOK) == (
        "Write-back is on, and the token may not write. User Rights > the token's user: API Import/Update."
    )


def test_write_back_without_its_form_is_told_with_the_clicks(serve: Callable[..., Served]) -> None:
    served = serve(with_own_form("", repeating=PEOPLE_REPEAT), Rights(import_=True))
    look = words(said(served, own=OWN), State.LOOK)
    assert "form 'onboard_status' lacks ob_readiness, ob_blockers, ob_ready_until, ob_last_mail." in look
    assert "Create a new instrument from scratch, onboard_status, with the fields ob_readiness (Text Box)" in look
    assert "ob_ready_until (Text Box, Date (Y-M-D))" in look


def test_write_backs_form_must_hold_texts_and_stand_once(serve: Callable[..., Served]) -> None:
    form = FORM.replace("notes,Missing", "yesno,Missing").replace("ob_last_mail", "ob_mail")
    projects = with_own_form(form, repeating=(*PEOPLE_REPEAT, "onboard_status"))
    look = words(said(serve(projects, Rights(import_=True, design=True)), own=OWN), State.LOOK)
    assert "form 'onboard_status' lacks ob_last_mail." in look and "'ob_blockers': a yesno holds no text" in look
    assert "'onboard_status': it repeats" in look


@pytest.mark.parametrize(("event", "said"), [("start_arm_1", 0), ("later_arm_1", 1), ("", 1)])
def test_in_events_write_backs_form_needs_one_that_holds_it(event: str, said: int) -> None:
    facts = ProjectFacts(
        name="people",
        url="https://redcap.northlake.example/api/",
        dictionary=own_rows(OWN),
        is_longitudinal=True,
        events={"onboard_status": ("start_arm_1",), "person": ("start_arm_1", "later_arm_1")},
        may_import=True,
    )
    found = list(why_not_written(facts, replace(OWN, event=event)))
    assert len(found) == said and all(f"event = {event!r} is none" in words for words in found)


def test_whether_people_get_a_page_for_their_evidence(serve: Callable[..., Served]) -> None:
    projects = shipped_projects()
    projects["people"].in_production, projects["people"].surveys = True, []
    served, hand_in = serve(projects), MAPPING.hand_in_source
    note = words(said(served, hand_in=hand_in), State.NOTE)
    assert "REDCap gives no link to the survey 'completion'" in note and "mails ask to reply with the PDF" in note
    assert "Use surveys in this project? > Enable; then Designer > Enable in the survey column of completion" in note
    projects["people"].surveys = ["completion"]
    assert said(served, hand_in=hand_in) == () and not projects["people"].survey_codes
    served.server.faults.add(Fault.PERMISSION_LOST, content="surveyLink", times=None)
    assert "Survey Distribution Tools" in words(said(served, hand_in=hand_in), State.NOTE)
    # Off: nothing is asked.
    assert said(served) == ()


def test_asking_for_rights_changes_no_record(serve: Callable[..., Served]) -> None:
    served = serve(shipped_projects(), Rights(import_=True, design=True, user_rights=True))
    before = {record: dict(places) for record, places in served.projects["people"].records.items()}
    said(served)
    assert served.projects["people"].records == before


def test_a_token_in_a_data_access_group_sees_only_its_records(serve: Callable[..., Served]) -> None:
    served = serve(classic())
    served.new_token("people", Rights(dag="north"))
    look = words(said(served), State.LOOK)
    assert "is in a Data Access Group" in look and "“No Assignment”" in look


def test_forms_that_should_repeat_and_do_not_are_named_with_the_clicks(serve: Callable[..., Served]) -> None:
    dictionary = (shipped("config/redcap_project") / "people.csv").read_text(encoding="utf-8")
    served = serve({"people": Project("People", dictionary)})
    look = words(said(served), State.LOOK)
    assert "one row a record only: appointment, step, completion, review, listing, delegation" in look
    assert "Repeating instruments and events > Enable, then Modify" in look


def test_one_form_that_was_forgotten_is_named_when_the_token_may_see_it(serve: Callable[..., Served]) -> None:
    dictionary = (shipped("config/redcap_project") / "people.csv").read_text(encoding="utf-8")
    forms = ["appointment", "completion", "listing", "assignment", "absence", "waiver", "research_log"]
    served = serve({"people": Project("People", dictionary, repeating=forms)}, Rights(design=True))
    assert "one row a record only: step, review, delegation. " in words(said(served), State.LOOK)


def test_names_that_do_not_fit_the_dictionary_come_all_at_once(serve: Callable[..., Served]) -> None:
    text = (shipped("config/redcap_project") / "people.csv").read_text(encoding="utf-8")
    dictionary = text.replace("\nlist_removed,", "\nlist_gone,").replace("greet_name", "greeting_name")
    served = serve({"people": Project("People", dictionary, repeating=["appointment"])})
    look = words(said(served), State.LOOK)
    assert (
        "greet_name is not a field of form person. Did you mean greeting_name?" in look and "list_removed is not a field" in look
    )


def test_an_event_that_the_form_is_not_designated_for(serve: Callable[..., Served]) -> None:
    mapping = mapping_of(FOREIGN / "longitudinal" / "redcap.toml")
    served = serve(longitudinal())
    project = next(one for one in served.reached() if one.name == "people")
    assert not words(advise(describe(project), mapping), State.LOOK)
    served.projects["people"].design.events = [
        event for event in served.projects["people"].design.events if event.unique_name != "diary_arm_1"
    ]
    assert "'diary' is not designated for the event 'diary_arm_1'" in words(advise(describe(project), mapping), State.LOOK)


def test_missing_data_codes_that_nobody_named(serve: Callable[..., Served]) -> None:
    projects = shipped_projects()
    projects["people"].missing_data_codes = {"-99": "Unknown"}
    assert "redcap.toml does not name: -99 (Unknown)" in words(said(serve(projects)), State.NOTE)


def test_a_server_in_trouble_is_said_once(serve: Callable[..., Served]) -> None:
    served = serve(shipped_projects())
    served.tokens["people"] = "0" * 32
    (one,) = said(served)
    assert one.state is State.LOOK and "account was suspended" in one.words


# The command ----------------------------------------------------------------------------------------------------------


def test_a_good_lab_passes_with_notes(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(shipped_projects())
    text = check(make_home(tmp_path / "home", served.server.url, served.tokens))
    assert "16 people, 6 protocols." in text and "│ look" not in text
    assert "In Development, with 16 records." in text


def test_a_pi_outside_the_institution_would_get_nothing_and_is_named(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(shipped_projects())
    home = make_home(tmp_path / "home", served.server.url, served.tokens)
    settings = home / "settings.toml"
    text = re.sub(r"(?m)^domains = .*$", 'domains = ["elsewhere.example"]', settings.read_text())
    settings.write_text(text)
    said = check(home, code=1)
    assert "Elena Rivera" in said and "no digest and no escalation goes to an address outside elsewhere.example" in said


def test_a_server_that_does_not_answer_is_not_waited_for(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(shipped_projects())
    served.server.faults.add(Fault.SERVER_CRASH, times=None)
    home = make_home(tmp_path, served.server.url, served.tokens)
    settings = home / "settings.toml"
    settings.write_text(settings.read_text().replace("retries = 0", "retries = 3"))
    text = check(home, code=1)
    assert "not read, since a project above does not answer." in text
    assert len(served.server.requests) == 4, "one more try a project, and no read of records"


@pytest.mark.parametrize("form", ["person", "completion"])
def test_de_identified_rights_fail_the_check_in_redcaps_words(serve: Callable[..., Served], tmp_path: Path, form: str) -> None:
    served = serve(shipped_projects())
    served.new_token("people", Rights(forms={form: FormExport.DEIDENTIFIED}))
    text = check(make_home(tmp_path / "home", served.server.url, served.tokens), code=1)
    assert "the token's user has De-Identified." in text and "set Data Export Rights of this form to Full Data Set" in text


def test_a_lab_whose_protocols_are_files_needs_one_token(serve: Callable[..., Served], tmp_path: Path) -> None:
    projects = shipped_projects()
    served = serve({"people": projects["people"]})
    home = make_home(tmp_path / "home", served.server.url, served.tokens)
    (home / "protocols.csv").write_text(
        "number,short_code,title,pi,digest_also_to,irb_of_record,personnel_mode\nIRB-24-0117,STEP-HF,A trial,1,,,\n"
    )
    (home / "approvals.csv").write_text(
        "protocol,kind,from,to,no_expiration_date,study_type,funding,phi\nSTEP-HF,initial,2026-01-01,,yes,nih_trial,nih,yes\n"
    )
    assert "16 people, 1 protocols." in check(home)


def test_three_people_are_shown_as_the_program_sees_them(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(classic())
    home = make_home(tmp_path / "home", served.server.url, served.tokens, FOREIGN / "classic" / "redcap.toml")
    result = CliRunner().invoke(app, ["check", "--home", str(home), "--explain"])
    assert result.exit_code == 0, result.output
    text = result.output
    assert text.count("green light") == 3 and "Three of 16 people." in text
    # Maria Chen has most rows; Singh's listing names a protocol that does not exist; Okafor starts next week.
    assert [name in text for name in ("Maria Chen (record 2)", "Priya Singh (record 8)", "Amara Okafor (record 4)")] == [True] * 3
    assert "[training/2/1#hsp_date]" in text and "counts for hsp" in text
    assert "this course is not mapped" in text and "counts for nothing, as requirements.toml says" in text
    assert "supervisor Maria Chen" in text and "protocol STEP-HF" in text
    assert "! “Study 2” holds “IRB-25-0013”" in text
