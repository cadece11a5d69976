"""`onboard map` as a coordinator meets it: other labs' projects on a server, the written file used as it is, what is left."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs.__main__ import app
from onboard.connecting.dictionary import fields_of_text
from onboard.connecting.guessing import guess_blocks
from onboard.connecting.mapping_text import mapping_text
from onboard.model.mapping import TABLE_FIELDS
from onboard.sandbox.projects import Project
from onboard.tables import COLUMNS, read_tables
from tests.connecting.conftest import ZONE, Served, make_home, mapping_of
from tests.connecting.retell import FOREIGN, Projects, arms
from tests.connecting.retell_classic import classic
from tests.connecting.retell_visits import longitudinal
from tests.connecting.test_foreign_projects import rows

HEADER = "field_name,form_name,field_type,field_label,select_choices_or_calculations,text_validation_type_or_show_slider_number\n"
#: What no dictionary tells, by project: table -> columns of ours.
LEFT_TO_DO = {
    "classic": {"completions": {"course", "curriculum", "group"}, "enrolments": {"training"}},
    "longitudinal": {"delegations": {"may_tasks", "tasks"}, "assignments": {"task"}, "log": {"task", "task_text"}},
    "arms": {},
}
SAID = {
    "classic": ["8 courses have a column each: requirements.toml must say", "4 codes of yours have no word of ours yet"],
    "longitudinal": [],
    "arms": [],
}


def run(arguments: list[str], home: Path) -> str:
    result = CliRunner().invoke(app, [*arguments, "--home", str(home)], env={"COLUMNS": "400"})
    assert result.exit_code == 0, result.output + repr(result.exception)
    return " ".join(result.output.split())


def read(served: Served, path: Path) -> dict[str, list[tuple[str, ...]]]:
    mapping = mapping_of(path)
    tables, _ = read_tables(served.source(mapping).fetch({}), mapping, ZONE)
    return {table: rows(tables, table) for table in COLUMNS}


def differing(table: str, found: list[tuple[str, ...]], wanted: list[tuple[str, ...]]) -> set[str]:
    names = [name for name in COLUMNS[table] if name != "evidence"]
    assert len(found) == len(wanted)
    return {name for n, name in enumerate(names) if sorted(r[n] for r in found) != sorted(r[n] for r in wanted)}


@pytest.mark.parametrize(
    ("name", "make"), [("classic", classic), ("longitudinal", longitudinal), ("arms", arms)], ids=["classic", "visits", "arms"]
)
def test_the_first_mapping_reads_the_lab_but_for_what_no_dictionary_tells(
    serve: Callable[..., Served], tmp_path: Path, name: str, make: Callable[[], Projects]
) -> None:
    served = serve(make())
    home = make_home(tmp_path / "home", served.server.url, served.tokens)
    said = run(["map", *(word for project in served.tokens for word in ("--project", project))], home)
    assert all(words in said for words in SAID[name]), said
    shutil.move(home / "redcap.guess.toml", home / "redcap.toml")
    found, wanted = read(served, home / "redcap.toml"), read(served, FOREIGN / name / "redcap.toml")
    wrong = {table: differing(table, found[table], wanted[table]) for table in COLUMNS}
    assert {table: names for table, names in wrong.items() if names} == LEFT_TO_DO[name]
    checked = run(["check"], home)
    assert "16 people, 6 protocols." in checked and "onboard fix-first" in checked and "│ look │" not in checked


def guessed(text: str, *, repeats: bool = True) -> str:
    fields = fields_of_text(HEADER + text)
    return mapping_text(guess_blocks("lab", fields, TABLE_FIELDS, {}, {}, repeats), {"lab": fields}, {})


CARD = (
    "id,card,text,ID,,\nfull_name,card,text,Full name,,\nirb_no,card,text,IRB number of the study,,\n"
    "study_title,card,text,Full title,,\n"
)


def test_people_and_studies_in_one_project_are_told_apart_by_the_field_that_says_so() -> None:
    text = guessed(CARD + 'rec_type,card,radio,What is this record?,"1, Staff member | 2, Study",\n')
    people, protocols = text.split("[tables.protocols]")
    assert 'where = { rec_type = "1" }    # a guess: records whose field rec_type says so are people; others are not' in people
    assert 'where = { rec_type = "2" }' in protocols


@pytest.mark.parametrize(
    "more",
    ["", 'rec_type,card,radio,Kind,"1, Staff | 2, Student | 3, Study",\n', 'kind,card,radio,Kind,"1, A | 2, B",\n'],
    ids=["no such field", "students would be left out", "it says something else"],
)
def test_where_no_field_says_so_in_two_words_the_name_and_the_number_do(more: str) -> None:
    people, protocols = guessed(CARD + more).split("[tables.protocols]")
    assert 'only_if = "name"    # a record without it is passed over in silence' in people
    assert 'only_if = "number"' in protocols and "where" not in people


def test_a_form_that_holds_several_tables_or_does_not_repeat_has_rows_where_they_are_filled() -> None:
    office = (
        "id,staff,text,ID,,\nfull_name,staff,text,Full name,,\nvac_from,office,text,Vacation from,,date_ymd\n"
        "vac_to,office,text,Vacation to,,date_ymd\nact_date,office,text,Day of the work,,date_ymd\n"
        "act_what,office,text,What I did,,\nact_study,office,text,Activity: study,,\n"
    )
    text = guessed(office)
    absences, log = text.split("[tables.log]")
    # A log entry may be for no study: its day makes it a row.
    assert 'only_if = "first"' in absences and log.strip().startswith('project = "lab"\ninstrument = "office"\nonly_if = "on"')
    alone = "id,staff,text,ID,,\nfull_name,staff,text,Full name,,\nvac_from,vacation,text,From,,date_ymd\n"
    assert "only_if" not in guessed(alone) and 'only_if = "first"' in guessed(alone, repeats=False)


def test_codes_that_are_typed_by_hand_are_asked_for() -> None:
    text = guessed(
        "id,staff,text,ID,,\nfull_name,staff,text,Full name,,\ndol_study,delegation_log,text,Study,,\n"
        "dol_tasks,delegation_log,text,Tasks (codes),,\n"
    )
    assert "# dol_tasks is typed by hand. Where it holds codes of your own, name each in our words (consent, recruit" in text
    assert "# [tables.delegations.values.tasks]" in text


def test_a_checkbox_of_one_box_says_yes_or_no(serve: Callable[..., Served], tmp_path: Path) -> None:
    staff = Project(
        "Staff",
        HEADER + 'id,staff,text,ID,,\nfull_name,staff,text,Full name,,\nok_mail,staff,checkbox,May be emailed,"OK, Yes"\n',
    )
    staff.put("1", "staff", {"full_name": "Ada Ito", "ok_mail": "OK"})
    staff.put("2", "staff", {"full_name": "Bo Lind"})
    served = serve({"staff": staff})
    home = make_home(tmp_path / "home", served.server.url, served.tokens)
    run(["map", "--project", "staff"], home)
    text = (home / "redcap.guess.toml").read_text()
    assert 'complete = "ok_mail___ok"' in text and "staff: ok_mail" not in text
    mapping = mapping_of(home / "redcap.guess.toml")
    tables, _ = read_tables(served.source(mapping).fetch({}), mapping, ZONE)
    assert list(tables.people["complete"]) == [True, False]


def test_a_lab_without_protocols_in_redcap_hears_where_else_they_may_be(serve: Callable[..., Served], tmp_path: Path) -> None:
    staff = Project("Staff", HEADER + "id,staff,text,ID,,\nfull_name,staff,text,Full name,,\n")
    served = serve({"staff": staff})
    home = make_home(tmp_path / "home", served.server.url, served.tokens)
    said = run(["map", "--project", "staff"], home)
    assert "Protocols may be a second project" in said and "protocols.csv and approvals.csv" in said
    (home / "protocols.csv").write_text("number\n")
    said = run(["map", "--project", "staff", "--out", str(tmp_path / "again.toml")], home)
    assert "Protocols are read from protocols.csv" in said and "Protocols may be" not in said


def test_a_lab_with_one_token_has_one_project(serve: Callable[..., Served], tmp_path: Path) -> None:
    people = Project("Staff", HEADER + "id,staff,text,ID,,\nfull_name,staff,text,Full name,,\n")
    served = serve({"people": people})
    home = make_home(tmp_path / "home", served.server.url, served.tokens)
    assert "Protocols may be a second project" in run(["map"], home)
    none = make_home(tmp_path / "none", served.server.url, {})
    result = CliRunner().invoke(app, ["map", "--home", str(none)])
    assert "ONBOARD_PEOPLE_TOKEN, ONBOARD_PROTOCOLS_TOKEN are not set." in str(result.exception)


def test_two_dictionaries_need_two_names(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEADER + "id,staff,text,ID,,\n")
    result = CliRunner().invoke(app, ["map", *["--dictionary", str(tmp_path / "a.csv")] * 2, "--out", str(tmp_path / "g.toml")])
    assert "Two dictionaries for project 'people'. Give each a name" in str(result.exception)
