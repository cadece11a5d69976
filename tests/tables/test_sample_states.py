"""The sample lab, read and judged with the shipped rules: every state of the story is there, and nothing unknown is green."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from onboard.config.rules_file import load_rules
from onboard.judging.readiness import cleared_on, reasons_on
from onboard.model import Cleared, Export, Rules, Status
from onboard.model.mapping import Mapping
from onboard.pipeline.judging import judge
from onboard.sandbox.sample.lab import SampleLab, next_day, sample_lab, week_later
from onboard.shipped import shipped
from onboard.tables import read_tables

Verdict = Callable[[str, str, str], tuple[Cleared, dict[str, Status]]]
DAYS = [date(2026, 11, 23), date(2028, 2, 29), date(2027, 1, 1)]


@pytest.fixture(scope="session")
def rules() -> Rules:
    mistakes: list[str] = []
    text = (shipped("config") / "requirements.toml").read_text(encoding="utf-8")
    found = load_rules(tomllib.loads(text), "Northlake University", mistakes)
    assert found and not mistakes
    return found[0]


@pytest.fixture
def told(mapping: Mapping, zone: ZoneInfo, rules: Rules, export_of: Callable[[SampleLab], Export]) -> Callable[..., Verdict]:
    def tell(lab: SampleLab, day: date) -> Verdict:
        tables, problems = read_tables(export_of(lab), mapping, zone)
        read_at = datetime(day.year, day.month, day.day, 12, tzinfo=zone)
        assessment = judge(tables, problems, rules, read_at, day)
        rows = {(r.person, r.protocol, r.task or ""): r for r in assessment.readiness}

        def verdict(person: str, protocol: str, task: str = "") -> tuple[Cleared, dict[str, Status]]:
            row = rows[person, protocol, task]
            return cleared_on(row, day), {reason.requirement: reason.status for reason in reasons_on(row, day)}

        return verdict

    return tell


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_every_state_is_there_on_any_day(told: Callable[..., Callable], today: date) -> None:
    verdict = told(sample_lab(today), today)
    cleared, blocked, unknown, not_due = Cleared.CLEARED, Cleared.BLOCKED, Cleared.UNKNOWN, Cleared.NOT_DUE
    assert verdict("1", "1") == (cleared, {})  # the PI herself
    assert verdict("2", "1", "consent") == (cleared, {})  # Maria Chen
    assert verdict("3", "1") == (cleared, {})  # Devon Brooks, privacy course waived
    assert verdict("4", "2")[0] is not_due  # Amara Okafor starts next week
    assert verdict("5", "1", "consent") == (blocked, {"gcp": Status.EXPIRED})  # Layla Haddad
    assert verdict("6", "1", "procedures") == (cleared, {})  # Kenji Tanaka, trained by now
    assert verdict("7", "3") == (blocked, {"irb_listing": Status.MISSING})  # Tomáš Novák
    assert verdict("8", "2") == (unknown, {"hsp": Status.UNKNOWN})  # Priya Singh's unmapped course
    assert verdict("9", "3") == (unknown, {"hsp": Status.UNKNOWN})  # Jonas Brandt's date
    assert verdict("10", "3")[0] is not_due  # Lucía Ortiz left
    seun, why = verdict("11", "2")  # Oluwaseun Adeyemi, new today
    assert seun is blocked
    assert why["hsp"] is Status.PENDING and why["irb_listing"] is Status.PENDING and why["hipaa"] is Status.MISSING
    assert verdict("12", "1", "procedures") == (unknown, {"delegation": Status.PENDING})  # Jordan Smith's unsigned task
    assert verdict("14", "3") == (cleared, {})  # Chiara Rossi stays as external collaborator
    assert verdict("15", "3") == (unknown, {"hsp": Status.UNKNOWN})  # Noor al-Rashid's refresher alone
    assert verdict("16", "2", "chart_review") == (cleared, {})  # Wei Zhang on the exempt chart review


def test_the_delegation_came_before_the_training(told: Callable[..., Callable]) -> None:
    today = DAYS[0]
    verdict = told(sample_lab(today), today - timedelta(days=20))
    assert verdict("6", "1", "procedures")[0] is Cleared.BLOCKED


def test_a_week_later_the_listing_is_there_and_the_leaver_is_gone(told: Callable[..., Callable]) -> None:
    lab = sample_lab(DAYS[0])
    for name, row in [*next_day(lab), *week_later(lab)]:
        old = lab.projects[name].rows
        kept = [r for r in old if (r.record, r.form, r.instance) != (row.record, row.form, row.instance)]
        lab = replace(lab, projects={**lab.projects, name: replace(lab.projects[name], rows=(*kept, row))})
    verdict = told(lab, lab.today + timedelta(days=7))
    assert verdict("7", "3") == (Cleared.CLEARED, {})
    assert verdict("9", "3")[0] is Cleared.NOT_DUE
    assert verdict("12", "1")[0] is Cleared.CLEARED
