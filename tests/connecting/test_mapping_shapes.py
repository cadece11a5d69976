"""Shapes of projects beyond the whole foreign labs: one classic project for all, people in two arms, blocks that clash."""

from __future__ import annotations

import tomllib
from collections.abc import Callable

from onboard.config.redcap_toml import load_mapping
from onboard.model.mapping import Mapping
from onboard.sandbox.design import Event
from onboard.sandbox.projects import Project
from onboard.tables import read_tables
from tests.connecting.conftest import ZONE, Served

HEADER = "field_name,form_name,field_type,field_label,select_choices_or_calculations\n"


def loaded(text: str) -> Mapping:
    mapping, mistakes = load_mapping(tomllib.loads(text))
    assert mistakes == []
    return mapping


ONE_PROJECT = """
[tables.people]
project = "lab"
instrument = "card"
where = { kind = "1" }
[tables.people.fields]
name = "title"
[tables.protocols]
project = "lab"
instrument = "card"
where = { kind = "2" }
[tables.protocols.fields]
number = "title"
"""


def test_people_and_studies_in_one_classic_project_are_told_apart(serve: Callable[..., Served]) -> None:
    dictionary = HEADER + 'id,card,text,ID,\nkind,card,radio,Kind,"1, Person | 2, Study"\ntitle,card,text,Title,\n'
    lab = Project("Lab", dictionary)
    lab.put("1", "card", {"kind": "1", "title": "Ada Ito"})
    lab.put("2", "card", {"kind": "2", "title": "IRB-1"})
    lab.put("3", "card", {"title": "Neither"})
    mapping = loaded(ONE_PROJECT)
    tables, problems = read_tables(serve({"lab": lab}).source(mapping).fetch({}), mapping, ZONE)
    assert list(tables.people["name"]) == ["Ada Ito"]
    assert list(tables.protocols["number"]) == ["IRB-1"]
    assert [problem.field for problem in problems] == [""]  # the study names no PI, and no form of it could


TWO_ARMS = """
[tables.people]
instrument = "card"
event = ["staff_arm_1", "students_arm_2"]
[tables.people.fields]
name = "title"
[tables.absences]
instrument = "card"
event = ["staff_arm_1", "students_arm_2"]
only_if = "first"
[tables.absences.fields]
first = "away"
"""


def test_people_in_two_arms_are_one_table(serve: Callable[..., Served]) -> None:
    dictionary = HEADER + "id,card,text,ID,\ntitle,card,text,Title,\naway,card,text,Away,\n"
    events = [Event(name="Staff", forms=("card",)), Event(name="Students", forms=("card",), arm=2)]
    lab = Project("Lab", dictionary, events=events)
    lab.put("1", "card", {"title": "Ada Ito", "away": "2026-12-01"}, event="staff_arm_1")
    lab.put("2", "card", {"title": "Bo Lind"}, event="students_arm_2")
    # A student who became staff stands in both arms: one person, and the coordinator is asked.
    lab.put("3", "card", {"title": "Cyd Márquez"}, event="students_arm_2")
    lab.put("3", "card", {"title": "Cyd Márquez"}, event="staff_arm_1")
    mapping = loaded(TWO_ARMS)
    tables, problems = read_tables(serve({"people": lab}).source(mapping).fetch({}), mapping, ZONE)
    assert sorted(tables.people["record"]) == ["1", "2", "3"]
    assert list(tables.absences["evidence"]) == ["card/1/1@staff_arm_1#away"]
    assert [problem.record for problem in problems if "second row" in problem.what] == ["3"]


def test_two_blocks_that_read_the_same_rows_are_refused() -> None:
    block = '[[tables.listings]]\ninstrument = "irb"\n[tables.listings.fields]\nprotocol = "{0}"\n'
    people = '[tables.people]\ninstrument = "card"\n[tables.people.fields]\nname = "title"\n'
    _, mistakes = load_mapping(tomllib.loads(people + block.format("irb1") + block.format("irb2")))
    assert mistakes == [
        "redcap.toml, tables.listings: two blocks read form 'irb' alike. Give each only_if, with the field that is filled "
        "where its row exists."
    ]


def test_a_condition_on_something_that_is_no_field_is_refused() -> None:
    text = '[tables.people]\ninstrument = "card"\nwhere = { "Record Type" = "1" }\n[tables.people.fields]\nname = "title"\n'
    _, mistakes = load_mapping(tomllib.loads(text))
    assert mistakes == [
        "redcap.toml, tables.people.where: 'Record Type' is not a REDCap field name. Write it as in the data dictionary."
    ]


def test_missing_data_codes_are_blank_everywhere(serve: Callable[..., Served]) -> None:
    text = 'missing_codes = ["NA", "-99"]\n' + TWO_ARMS.replace('event = ["staff_arm_1", "students_arm_2"]\n', "")
    dictionary = HEADER + "id,card,text,ID,\ntitle,card,text,Title,\naway,card,text,Away,\n"
    lab = Project("Lab", dictionary, missing_data_codes={"NA": "Not applicable", "-99": "Unknown"})
    lab.put("1", "card", {"title": "Ada Ito", "away": "-99"})
    lab.put("2", "card", {"title": "NA", "away": "2026-12-01"})
    mapping = loaded(text)
    tables, problems = read_tables(serve({"people": lab}).source(mapping).fetch({}), mapping, ZONE)
    assert list(tables.absences["person"]) == ["2"]
    assert [(problem.record, problem.what) for problem in problems] == [("2", "This person has no name.")]
