"""Days, names and codes as labs write them: rulings 55 to 59 of tests/reckoner/rulings.md."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from onboard.config.redcap_toml import load_mapping
from onboard.judging.obligations import gather
from onboard.model import Export, Problem, Records
from onboard.model.person_names import name_key
from onboard.model.written_days import written_day
from onboard.tables import read_tables

ZONE = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "order", "months", "day"),
    [
        ("3 Apr 2024", "ymd", "", "2024-04-03"), ("April 3, 2024", "ymd", "", "2024-04-03"),
        ("4-mar-2024", "ymd", "es", "2024-03-04"), ("3. April 2024", "ymd", "", "2024-04-03"),
        ("3. März 2024", "dmy", "de", "2024-03-03"), ("2 févr. 2024", "dmy", "fr", "2024-02-02"),
        ("04/15/26", "mdy", "", "2026-04-15"), ("15.4.2026", "dmy", "", "2026-04-15"), ("2024/5/6", "dmy", "", "2024-05-06"),
        ("15/04/2026", "mdy", "", ""), ("03/04/2026", "ymd", "", ""), ("Jun 2025", "mdy", "", ""), ("2026", "mdy", "", ""),
        ("3 jui 2024", "dmy", "fr", ""), ("4-mar-24 or 5", "dmy", "", ""), ("31/02/2026", "dmy", "", ""), ("N/A", "mdy", "", ""),
        ("4 mai 2024", "dmy", "", ""), ("1", "mdy", "", ""), ("3/4", "mdy", "", ""),
    ],
)  # fmt: skip
def test_a_day_is_read_whole_or_not_at_all(text: str, order: str, months: str, day: str) -> None:
    found = written_day(text, order, months.split())
    assert (found.isoformat() if found else "") == day


def test_swapping_the_order_never_turns_a_day_round() -> None:
    dice = Random(5)
    for _ in range(1000):
        when = date.fromordinal(dice.randrange(730_000, 740_000))
        text = when.strftime("%m/%d/%Y")
        assert written_day(text, "mdy") == when
        assert written_day(text, "dmy") in (None, date(when.year, when.day, when.month) if when.day <= 12 else None)


@pytest.mark.parametrize(
    "text", ["Vera Kim", "Kim, Vera", "Dr. Vera Kim", "Prof. Dr. Véra J. Kim", "KIM, VERA J.", "Dra. Vera Kim"]
)
def test_one_name_however_it_is_written(text: str) -> None:
    assert name_key(text) == "vera kim"


MAPPING = """
date_order = "mdy"
missing_codes = ["N/A"]
person_by = ["record", "email", "login", "name", "last_name"]

[tables.people]
instrument = "staff"
[tables.people.fields]
name = "{fname} {lname}"
greet = ["pref", "fname"]
university_email = "{net}@lab.example"
login = "net"

[tables.appointments]
instrument = "staff"
[tables.appointments.fields]
first = "hired"
role = "role"
supervisor = "boss"
[tables.appointments.values.role]
"Study Coordinator" = "coordinator"
"2" = "data"

[[tables.completions]]
project = "trainings"
instrument = "training"
person = ["mail", "taker"]
[tables.completions.fields]
training = "course"
completed = "on"
[tables.completions.dates]
completed = "dmy"
[tables.completions.values.training]
"1" = "hsp"
"9" = "none"
"""
DICTIONARY = """field_name,form_name,field_type,field_label,select_choices_or_calculations
role,staff,dropdown,Role,"1, Study coordinatòr | 2, Data"
"""
PEOPLE = """record_id,fname,lname,pref,net,hired,role,boss
1,Vera,Kim,,vk1,03/04/2024,1,
2,Karim,Dubois,Kar,kd2,13/04/2024,2,"Kim, Vera"
3,Nina,Dubois,,,2024-05-06,study coordinator,Dr. Dubois
4,Ada,Moss,,am4,N/A,7,kd2
5,Eve,Moss,,em5,2024-01-01,1,Kim
"""
TRAININGS = """no,mail,taker,course,on
T1,vk1@lab.example,,1,04/03/2025
T2,,kd2,1,04/03/2025
T3,,Nina Dubois,9,04/03/2025
T4,,zz9,1,04/03/2025
T5,x@y.example,zz8,1,04/03/2025
"""


def read() -> tuple[Records, list[Problem]]:
    mapping, mistakes = load_mapping(tomllib.loads(MAPPING))
    assert mistakes == []
    texts = {"people.staff": PEOPLE, "trainings.training": TRAININGS}
    export = Export(instruments=texts, dictionaries={"people": DICTIONARY}, read_at=AT)
    tables, problems = read_tables(export, mapping, ZONE)
    return gather(tables), problems


def test_joined_listed_and_folded_cells() -> None:
    records, _ = read()
    assert [one.name for one in records.people][:2] == ["Vera Kim", "Karim Dubois"]
    assert [one.greet for one in records.people][:2] == ["Vera", "Kar"]
    assert [one.university_email for one in records.people][1:3] == ["kd2@lab.example", ""]
    roles = [one.role.value if one.role else "" for one in records.appointments]
    assert roles == ["coordinator", "data", "coordinator", "", "coordinator"]


def test_people_are_named_in_the_ways_the_lab_states_and_never_by_a_guess() -> None:
    records, problems = read()
    assert [one.supervisor for one in records.appointments] == ["", "1", "", "2", "1"]
    (two,) = [p.what for p in problems if p.field == "boss"]
    assert "which fits 2 people: Karim Dubois (record 2), Nina Dubois (record 3)" in two


def test_a_day_of_the_other_order_stays_unreadable() -> None:
    records, problems = read()
    assert records.appointments[0].first == date(2024, 3, 4)
    assert [p.cell for p in problems if p.field == "hired" and p.trouble == "unreadable-date"] == ["13/04/2024"]


def test_a_training_in_a_project_of_its_own_is_the_persons() -> None:
    records, problems = read()
    assert [(one.person, one.training, one.completed) for one in records.completions] == [
        ("1", "hsp", date(2025, 3, 4)), ("2", "hsp", date(2025, 3, 4)), ("3", "none", date(2025, 3, 4)),
    ]  # fmt: skip
    (told,) = [p.what for p in problems if p.trouble == "other-people"]
    assert told == "2 trainings are of people who are not in People."
