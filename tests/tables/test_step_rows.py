"""Onboarding steps as rows of a form of their own, beside the form with one date for each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from onboard.connecting.advice import State, advise
from onboard.connecting.facts import ProjectFacts
from onboard.model.mapping import Mapping
from onboard.tables import read_tables
from tests.judging.sample import mapping, sample_export
from tests.tables.conftest import ZONE

ROW = ("people.step", "2", "1")


def steps(changes: Any, found: Mapping | None = None) -> tuple[set[tuple[str, str, Any]], list[Any]]:
    tables, problems = read_tables(sample_export(changes), found or mapping(), ZONE)
    frame = tables.steps
    return set(zip(frame["evidence"], frame["step"], frame["on"], strict=True)), [p for p in problems if p.instrument == "step"]


def test_a_row_is_a_step_beside_the_dates_of_the_other_form() -> None:
    found, problems = steps({ROW: {"step_what": "badge", "step_on": "2026-11-02"}})
    assert ("step/2/1", "badge", date(2026, 11, 2)) in found
    assert any(evidence.startswith("onboarding/2/") and step == "badge" for evidence, step, _ in found)
    assert problems == []


@pytest.mark.parametrize(
    ("cells", "field", "said"),
    [
        ({"step_what": "", "step_on": "2026-11-02"}, "step_what", "is blank, so this row counts for nothing"),
        ({"step_what": "badge", "step_on": ""}, "step_on", "counts as not done"),
        ({"step_what": "badge", "step_on": "02/11/2026"}, "step_on", "cannot be read as a date"),
        ({"step_what": "badge", "step_on": "done"}, "step_on", "cannot be read as a date"),
    ],
)
def test_a_row_without_a_step_or_a_day_is_told(cells: dict[str, str], field: str, said: str) -> None:
    found, problems = steps({ROW: cells})
    assert ("step/2/1", "badge", date(2026, 11, 2)) not in found
    assert [p.field for p in problems] == [field] and said in problems[0].what


def test_what_came_in_by_survey_is_no_step() -> None:
    export = sample_export({ROW: {"step_what": "confidentiality", "step_on": "2026-11-02"}})
    header, *rows = export.instruments["people.step"].splitlines()
    stamped = [f"{header},step_timestamp", *(f"{row},{'2026-11-02 10:00:00' if row.startswith('2,') else ''}" for row in rows)]
    forged = replace(export, instruments={**export.instruments, "people.step": "\n".join(stamped) + "\n"})
    tables, problems = read_tables(forged, mapping(), ZONE)
    assert "step/2/1" not in tables.steps["evidence"].tolist()
    assert [p for p in problems if p.instrument == "step" and "came in by survey" in p.what]
    assert "people.step" in mapping().stamped, "its stamps are asked for"


def test_a_project_without_the_form_is_read_as_before() -> None:
    export = sample_export()
    without = replace(export, instruments={key: text for key, text in export.instruments.items() if key != "people.step"})
    tables, problems = read_tables(without, mapping(), ZONE)
    assert len(tables.steps) and not [p for p in problems if p.instrument == "step"]


def facts(forms: tuple[str, ...]) -> ProjectFacts:
    dictionary = tuple(
        {"form_name": form, "field_name": f"{form}_{field}" if field else "record_id", "field_type": "text"}
        for form in forms
        for field in ("", "what")
    )
    return ProjectFacts(name="people", url="https://redcap.example/api/", version="16.0.0", dictionary=dictionary)


def offered(forms: tuple[str, ...], found: Mapping) -> list[str]:
    return [a.words for a in advise(facts(forms), found) if a.state is State.NOTE and "This version also reads" in a.words]


def test_check_names_what_an_upgrade_offers_once_with_lines_and_clicks() -> None:
    older = replace(mapping(), sources=tuple(s for s in mapping().sources if s.table not in ("step_rows", "reviews")))
    (step, review) = offered(("person", "onboarding", "completion"), older)
    for form, words in (("step", step), ("review", review)):
        assert f"Create a new instrument from scratch, {form}, with the fields" in words
        assert f'instrument = "{form}"' in words and "Paste into redcap.toml" in words
    assert "[tables.step_rows]" in step and "[tables.reviews]" in review


def test_what_is_there_is_not_offered() -> None:
    assert offered(("person", "onboarding", "completion", "step", "review"), mapping()) == []
    (only,) = offered(("person", "onboarding", "completion", "review"), mapping())
    assert "Create a new instrument from scratch, step" in only and "Paste" not in only


def test_a_project_of_the_labs_own_is_offered_nothing() -> None:
    theirs = replace(
        mapping(), sources=tuple(replace(s, instrument="staff") if s.table == "people" else s for s in mapping().sources)
    )
    assert offered(("staff",), theirs) == []


def test_the_lines_to_paste_are_a_mapping() -> None:
    import tomllib

    from onboard.config.redcap_toml import load_mapping

    older = replace(mapping(), sources=tuple(s for s in mapping().sources if s.table != "step_rows"))
    (words,) = offered(("person", "onboarding", "completion", "review"), older)
    document = tomllib.loads(
        '[tables.people]\nproject = "people"\ninstrument = "person"\n[tables.people.fields]\nname = "full_name"\n'
        + words.partition("Paste into redcap.toml:\n")[2]
    )
    found, mistakes = load_mapping(document)
    assert mistakes == []
    assert [(s.table, s.fields) for s in found.of("step_rows")] == [("step_rows", {"what": "step_what", "on": "step_on"})]
