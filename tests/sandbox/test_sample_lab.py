"""The sample lab fits its dictionaries, and shows every state of the story whatever day it is told on."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onboard.sandbox.projects import Project
from onboard.sandbox.sample.lab import CAST, SampleLab, next_day, sample_lab, week_later
from onboard.sandbox.sample.row_writer import Row, years_from

MONDAY = date(2026, 11, 23)
DAYS = [MONDAY, date(2028, 2, 29), date(2027, 1, 1), date(2026, 3, 8), date(2027, 12, 31)]
Values = Callable[[str, str], list[dict[str, str]]]


@pytest.fixture(params=DAYS, ids=str)
def lab(request: pytest.FixtureRequest) -> SampleLab:
    return sample_lab(request.param)


def values(lab: SampleLab, record: str, form: str, project: str = "people") -> list[dict[str, str]]:
    return [dict(row.values) for row in lab.projects[project].rows if (row.record, row.form) == (record, form)]


def put(project: Project, row: Row) -> None:
    project.put(row.record, row.form, row.values, row.instance, row.complete)


def loaded(lab: SampleLab) -> dict[str, Project]:
    found = {}
    for name, sample in lab.projects.items():
        dictionary = sample.dictionary.read_text(encoding="utf-8")
        found[name] = Project(sample.title, dictionary, repeating=sample.repeating, surveys=sample.surveys)
        for row in sample.rows:
            put(found[name], row)
    return found


def test_every_row_fits_the_shipped_dictionaries(lab: SampleLab) -> None:
    projects = loaded(lab)
    assert len(projects["people"].records) == 16
    assert len(projects["protocols"].records) == 6
    for name, project in projects.items():
        for row in lab.projects[name].rows:
            for field, value in row.values.items():
                choices = project.dictionary.field(field).choices
                assert not value or not choices or set(value.split(",")) <= set(choices), (row.record, field, value)


def test_the_repeating_forms_are_those_told_in_the_click_list(lab: SampleLab) -> None:
    for name, project in lab.projects.items():
        text = (project.dictionary.parent / "README.md").read_text(encoding="utf-8")
        assert all(f"`{form}`" in text for form in project.repeating), name


def test_only_one_date_is_no_date(lab: SampleLab) -> None:
    """Jonas Brandt's; everything else is what REDCap's own validation lets through."""
    for name, project in loaded(lab).items():
        dates = {f.name for f in project.dictionary.fields if f.validation == "date_ymd"}
        for row in lab.projects[name].rows:
            for field in dates & row.values.keys():
                if row.values[field] and (row.record, field) != ("9", "comp_completed"):
                    date.fromisoformat(row.values[field])
    with pytest.raises(ValueError, match="isoformat"):
        date.fromisoformat(values(lab, "9", "completion")[0]["comp_completed"])


def test_the_cast_is_told_and_nobody_real_is_in_it(lab: SampleLab) -> None:
    people = {row.record: row for row in lab.projects["people"].rows if row.form == "person"}
    for record, row in people.items():
        assert f"\n{record.rjust(2)}  " in CAST
        assert row.values["greet_name"] in CAST or record == "11"
        for field in ("university_email", "other_email", "personal_email"):
            assert row.values.get(field, ".example").endswith(".example")
    assert people["13"].complete == 0
    assert {row.complete for record, row in people.items() if record != "13"} == {2}


def test_the_story_is_relative_to_its_day(lab: SampleLab) -> None:
    def day(days: int) -> str:
        return (lab.today + timedelta(days=days)).isoformat()

    assert values(lab, "4", "appointment")[0]["appt_from"] == day(7)  # starts next week
    assert values(lab, "11", "appointment")[0]["appt_from"] == day(0)  # new today
    assert values(lab, "10", "appointment")[0]["appt_to"] == day(-3)  # left, still listed
    assert all(not row.get("list_removed") for row in values(lab, "10", "listing"))
    assert values(lab, "5", "completion")[1]["comp_expires"] == day(-4)  # expired
    assert values(lab, "12", "completion")[0]["comp_expires"] == day(12)  # expiring
    assert [row["appt_role"] for row in values(lab, "16", "appointment")] == ["research_assistant", "data"]
    chart_review = values(lab, "2", "approval", "protocols")[0]
    assert (chart_review["appr_to"], chart_review["appr_open"]) == ("", "1")


def test_what_happens_later_fits_the_running_projects(lab: SampleLab) -> None:
    projects = loaded(lab)
    jordan = len(values(lab, "12", "completion"))
    for name, row in [*next_day(lab), *week_later(lab)]:
        known = any((r.record, r.form, r.instance) == (row.record, row.form, row.instance) for r in lab.projects[name].rows)
        put(projects[name], row)
        assert known == (row.form == "appointment")  # only the leaver's row is changed, all others are new
    assert next_day(lab)[0][1].instance == jordan + 1


def test_nothing_of_the_sample_comes_out_of_the_clock() -> None:
    assert sample_lab(MONDAY) == sample_lab(MONDAY)
    assert sample_lab(MONDAY) != sample_lab(MONDAY + timedelta(days=1))


@settings(max_examples=40, deadline=None)
@given(st.dates(date(2020, 1, 1), date(2080, 1, 1)))
def test_it_can_be_told_on_any_day(today: date) -> None:
    lab = sample_lab(today)
    assert next_day(lab) and week_later(lab)


@pytest.mark.parametrize(
    ("day", "years", "result"),
    [("2024-02-29", 3, "2027-02-28"), ("2027-02-28", -3, "2024-02-28"), ("2024-02-29", 4, "2028-02-29")],
)
def test_years_are_calendar_years(day: str, years: int, result: str) -> None:
    assert years_from(day, years) == result
