"""`onboard map`: a first mapping out of a dictionary. Sure of the shipped names, careful elsewhere, never overwriting."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs.__main__ import app
from onboard.config.redcap_toml import load_mapping
from onboard.model.mapping import Mapping
from onboard.sandbox.design import Event
from onboard.sandbox.projects import Project
from onboard.shipped import shipped
from tests.connecting.conftest import Served, make_home, mapping_of
from tests.connecting.retell import FOREIGN

SHIPPED = shipped("config/redcap_project")


def guessed(folder: Path, people: Path, protocols: Path) -> tuple[Mapping, str]:
    """What `onboard map` makes of two dictionaries."""
    out = folder / "guess.toml"
    run(["map", "--dictionary", f"people={people}", "--dictionary", f"protocols={protocols}", "--out", str(out)])
    text = out.read_text(encoding="utf-8")
    mapping, mistakes = load_mapping(tomllib.loads(text))
    assert mistakes == []
    return mapping, text


def run(arguments: list[str], code: int = 0) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


def pairs(mapping: Mapping) -> set[tuple[str, str, str]]:
    """(table, our field, REDCap field) of every source."""
    return {(source.table, ours, name) for source in mapping.sources for ours, name in source.fields.items()}


def test_the_shipped_dictionaries_are_guessed_as_they_are_mapped(tmp_path: Path) -> None:
    mapping, text = guessed(tmp_path, SHIPPED / "people.csv", SHIPPED / "protocols.csv")
    assert pairs(mapping) == pairs(mapping_of(shipped("config") / "redcap.toml"))
    assert "# likely" not in text and "no mail to a person before this says yes" in text
    assert "# Fields that nothing reads" in text and "comp_file" in text
    # Evidence by survey is off until somebody who knows takes two signs away.
    assert mapping.hand_in == "" and "\n# [hand_in]" in text
    on = text.replace("\n# [hand_in]", "\n[hand_in]").replace('\n# instrument = "completion"', '\ninstrument = "completion"')
    assert load_mapping(tomllib.loads(on))[0].hand_in_source is not None


@pytest.mark.parametrize(("name", "found", "wrong"), [("classic", 0.93, 0.04), ("longitudinal", 0.9, 0.06)])
def test_most_of_a_foreign_project_is_found_and_little_is_wrong(tmp_path: Path, name: str, found: float, wrong: float) -> None:
    mapping, _ = guessed(tmp_path, FOREIGN / name / "staff.csv", FOREIGN / name / "studies.csv")
    right, said = pairs(mapping_of(FOREIGN / name / "redcap.toml")), pairs(mapping)
    assert len(right & said) >= found * len(right), sorted(right - said)
    assert len(said - right) <= wrong * len(said), sorted(said - right)


def test_a_column_for_each_course_is_a_block_for_each_course(tmp_path: Path) -> None:
    mapping, text = guessed(tmp_path, FOREIGN / "classic" / "staff.csv", FOREIGN / "classic" / "studies.csv")
    courses = {source.fields["completed"]: source.constants["group"] for source in mapping.of("completions")}
    assert courses["hsp_date"] == "CITI Human Subjects Basic" and courses["gcp_date"] == "CITI GCP"
    assert len(courses) == 8
    stages = {source.constants["group"]: source.constants["stage"] for source in mapping.of("completions")}
    assert stages["CITI Human Subjects Refresher"] == "2" and stages["CITI Human Subjects Basic"] == "1"
    assert '"5" = "fellow"                              # Fellow' in text


def test_a_code_that_nobody_knows_is_left_to_a_person(tmp_path: Path) -> None:
    dictionary = tmp_path / "people.csv"
    dictionary.write_text(
        "field_name,form_name,field_type,field_label,select_choices_or_calculations,"
        "text_validation_type_or_show_slider_number\n"
        "id,staff,text,ID,,\nfull_name,staff,text,Full name,,\nemail,staff,text,E-mail,,email\n"
        'appt_class,appointment,radio,Kind of appointment,"1, Staff | 2, Zookeeper",\n'
        "appt_start,appointment,text,Start date,,date_mdy\n"
    )
    out = tmp_path / "guess.toml"
    said = run(["map", "--dictionary", str(dictionary), "--out", str(out)])
    text = out.read_text(encoding="utf-8")
    assert '"1" = "employee"' in text and '# "2" = ""    # which of our words is Zookeeper?' in text
    assert 'university_email = "email"' in text
    assert "Not found: completions, listings, protocols. Needed fields: completions: completed" in said


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    out = tmp_path / "guess.toml"
    out.write_text("mine")
    result = CliRunner().invoke(app, ["map", "--dictionary", str(SHIPPED / "people.csv"), "--out", str(out)])
    assert result.exit_code != 0 and "nothing is overwritten" in str(result.exception)
    assert out.read_text() == "mine"


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n"], ids=["empty", "another table"])
def test_a_file_that_is_no_dictionary_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "people.csv"
    file.write_text(content)
    result = CliRunner().invoke(app, ["map", "--dictionary", str(file), "--out", str(tmp_path / "guess.toml")])
    assert "this is not a data dictionary" in str(result.exception)


def test_events_and_missing_codes_come_from_redcap_itself(serve: Callable[..., Served], tmp_path: Path) -> None:
    dictionary = (FOREIGN / "longitudinal" / "staff.csv").read_text(encoding="utf-8")
    forms = ("staff_profile", "start_checklist", "position", "certificate", "irb_list", "delegation_log", "task", "diary")
    events = [Event(name="Baseline", forms=(*forms, "office")), Event(name="Later", forms=("staff_profile",), arm=2)]
    staff = Project("Staff", dictionary, events=events, missing_data_codes={"NA": "Not applicable"})
    served = serve({"people": staff})
    home = make_home(tmp_path / "home", served.server.url, served.tokens)
    run(["map", "--project", "people", "--home", str(home)])
    text = (home / "redcap.guess.toml").read_text(encoding="utf-8")
    assert 'event = ["baseline_arm_1", "later_arm_2"]    # the form is in all of them; keep what counts' in text
    assert 'instrument = "position"\nevent = "baseline_arm_1"\n' in text
    assert 'missing_codes = ["NA"]    # the project\'s missing data codes: NA = Not applicable.' in text
