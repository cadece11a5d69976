"""`onboard install`: into empty projects, twice, then the check is clean; never into anything that somebody made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs.__main__ import app
from onboard.sandbox.design import Event, Place
from onboard.sandbox.faults import Fault
from onboard.sandbox.projects import Project
from onboard.sandbox.rights import Rights
from onboard.shipped import shipped
from tests.connecting.conftest import Served, make_home

#: What REDCap puts into a new project.
BLANK = "field_name,form_name,field_type,field_label\nrecord_id,form_1,text,Record ID\n"
ALL = Rights(import_=True, design=True)


def blank_projects(**options: object) -> dict[str, Project]:
    return {name: Project(f"New {name}", BLANK, **options) for name in ("people", "protocols")}  # type: ignore[arg-type]


def onboard(home: Path, command: str, *more: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, [command, "--home", str(home), *more], env={"COLUMNS": "400"})
    assert result.exit_code == code, result.output + repr(result.exception)
    return " ".join(result.output.split())


def test_into_empty_projects_twice_and_then_the_check_is_clean(serve: Callable[..., Served], tmp_path: Path) -> None:
    projects = blank_projects()
    served = serve(projects, ALL)
    home = make_home(tmp_path / "home", served.server.url, served.tokens)
    first = onboard(home, "install")
    assert f"Installed {len(projects['people'].dictionary.fields)} fields." in first and "13 forms repeat now." in first
    assert "take Project Design and API Import/Update away again" in first and "survey column of: completion" in first
    dictionaries = {name: project.dictionary for name, project in projects.items()}
    again = onboard(home, "install")
    assert again.count("The forms are there already.") == 2 and "repeat now" not in again
    assert {name: project.dictionary for name, project in projects.items()} == dictionaries
    for name, project in projects.items():
        shipped_text = (shipped("config/redcap_project") / f"{name}.csv").read_text(encoding="utf-8")
        assert project.dictionary == Project("x", shipped_text).dictionary
    # With the program's own token, before anybody is typed in and after.
    for name in served.tokens:
        served.new_token(name, Rights())
    make_home(home, served.server.url, served.tokens)
    assert "holds no person. If it is new, add the first one" in onboard(home, "check")
    projects["people"].put("1", "person", {"full_name": "Ada Ito", "university_email": "ada@northlake.example"})
    clean = onboard(home, "check")
    assert "1 people, 0 protocols. Nothing unreadable." in clean and "look" not in clean.split("records")[0]


def test_the_token_that_installed_is_told_to_be_too_strong(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(blank_projects(), ALL)
    home = make_home(tmp_path / "home", served.server.url, served.tokens)
    onboard(home, "install")
    assert "its user also has API Import/Update, Project Design and Setup." in onboard(home, "check")


def test_write_backs_own_form_comes_along_where_it_is_on(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(blank_projects(), ALL)
    home = make_home(tmp_path / "home", served.server.url, served.tokens)
    onboard(home, "install")
    people, protocols = served.projects["people"], served.projects["protocols"]
    assert "onboard_status" not in people.dictionary.forms
    # Turned on later, while nobody is typed in: the form is added, and everything else stays.
    more = '[writeback]\nenabled = true\nblockers = "ob_missing"\nlast_mail = ""\n'
    make_home(home, served.server.url, served.tokens, more=more)
    assert "Write-back is on, and form 'onboard_status' lacks ob_readiness" in onboard(home, "check", code=1)
    before = people.dictionary.fields
    first = onboard(home, "install")
    assert f"Installed {len(before) + 3} fields." in first
    assert "the program's user: API Export and API Import/Update and nothing else" in first
    assert "take Project Design away again" in first
    assert people.dictionary.fields[: len(before)] == before and "onboard_status" not in protocols.dictionary.forms
    mine = people.dictionary.fields_of("onboard_status")
    assert [(field.name, field.kind, field.validation) for field in mine] == [
        ("ob_readiness", "text", ""),
        ("ob_missing", "notes", ""),
        ("ob_ready_until", "text", "date_ymd"),
    ]
    assert onboard(home, "install").count("The forms are there already.") == 2
    # What was installed is what is written to.
    served.new_token("people", Rights(import_=True))
    make_home(home, served.server.url, served.tokens, more=more)
    people.put("1", "person", {"full_name": "Ada Ito", "university_email": "ada@northlake.example"})
    people.put("1", "appointment", {"appt_kind": "employee", "appt_role": "data", "appt_from": "2020-01-01"}, 1)
    assert "Write-back" not in onboard(home, "check")
    assert "1 of 1 records written and read back." in onboard(home, "writeback", "--send")
    assert people.records["1"][Place()]["ob_readiness"] in ("blocked", "unknown")


def test_a_project_in_use_gets_the_clicks_for_write_backs_form(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(with_a_record(), ALL)
    home = make_home(tmp_path / "home", served.server.url, served.tokens, more="[writeback]\nenabled = true\n")
    said = onboard(home, "install", code=1)
    clicks = (
        "Create a new instrument from scratch, onboard_status, with the fields ob_readiness (Text Box), ob_blockers (Notes Box)"
    )
    assert said.count(clicks) == 1 and "Nothing was changed. It holds 1 records." in said


def kept(served: Served) -> list[object]:
    return [(p.dictionary, list(p.design.repeats), dict(p.records)) for p in served.projects.values()]


def production() -> dict[str, Project]:
    return blank_projects(in_production=True)


def with_a_record() -> dict[str, Project]:
    projects = blank_projects()
    for project in projects.values():
        project.put("1", "form_1", {})
    return projects


def with_a_form() -> dict[str, Project]:
    text = BLANK + "shoe_size,form_1,text,Shoe size\n"
    return {name: Project("Mine", text) for name in ("people", "protocols")}


def with_events() -> dict[str, Project]:
    return blank_projects(events=[Event(name="Visit", forms=("form_1",))])


@pytest.mark.parametrize(
    ("projects", "why"),
    [
        (production, "It is in Production."),
        (with_a_record, "It holds 1 records."),
        (with_a_form, "It has fields of its own (shoe_size), which would be lost."),
        (with_events, "It is longitudinal."),
    ],
    ids=["production", "a record", "a form of its own", "events"],
)
def test_what_somebody_made_is_never_touched(
    serve: Callable[..., Served], tmp_path: Path, projects: Callable[[], dict[str, Project]], why: str
) -> None:
    served = serve(projects(), ALL)
    before = kept(served)
    home = make_home(tmp_path / "home", served.server.url, served.tokens)
    said = onboard(home, "install", code=1)
    assert said.count(f"Nothing was changed. {why}") == 2
    assert kept(served) == before
    assert not [seen for seen in served.server.requests if seen.params.get("data", "[]") != "[]"]


def test_a_token_without_rights_changes_nothing_and_says_which(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(blank_projects())
    before = kept(served)
    home = make_home(tmp_path / "home", served.server.url, served.tokens)
    result = CliRunner().invoke(app, ["install", "--home", str(home)])
    assert "You do not have API Import/Update privileges" in str(result.exception)
    assert str(result.exception).endswith("Under User Rights, give the token's user API Import/Update.")
    assert kept(served) == before


def test_repeating_forms_that_cannot_be_set_become_a_click(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(blank_projects(), ALL)
    served.server.faults.add(Fault.PROJECT_DELETED, content="repeatingFormsEvents", times=None)
    home = make_home(tmp_path / "home", served.server.url, served.tokens)
    said = onboard(home, "install", "--project", "protocols")
    assert "Not set: The REDCap project no longer exists" in said
    assert "Repeating instruments and events > Enable, and tick: approval, submission, hold" in said


def test_only_shipped_projects_can_be_installed(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(blank_projects(), ALL)
    home = make_home(tmp_path / "home", served.server.url, served.tokens)
    result = CliRunner().invoke(app, ["install", "--home", str(home), "--project", "mice"])
    assert "no shipped project 'mice'" in str(result.exception)
