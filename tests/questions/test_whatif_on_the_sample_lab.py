"""On the sample lab, by the shipped requirements: a new NIH trial and HSP cut to two years name exactly the people whom the
brute-force reckoner names, day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from reckon import Reckoner

from onboard.dates import parse_validity
from onboard.judging.obligations import gather
from onboard.model import ApprovalKind, Assessment, Funding, Phi, Records, Rules, StudyType, Task, WhoseDate
from onboard.pipeline.judging import judge_records
from onboard.questions.whatif import compare_assessments, propose
from onboard.questions.whatif_words import as_text
from onboard.tables import read_tables
from tests.judging.sample import MONDAY, ZONE, mapping, sample_export, shipped_rules
from tests.questions.cast import approval, protocol

WINDOW = 120
LAST = MONDAY + timedelta(days=WINDOW - 1)


@cache
def sample_records() -> Records:
    tables, _ = read_tables(sample_export(), mapping(), ZONE)
    return gather(tables)


def judged(records: Records, rules: Rules) -> Assessment:
    return judge_records(records, (), rules, sample_export().read_at, MONDAY)


def days(first: date) -> list[date]:
    return [first + timedelta(days=n) for n in range(WINDOW)]


def two_years(requirement: str = "hsp") -> Rules:
    """A course holds two years and no printed date can stretch it."""
    cut = {"validity": parse_validity("months:24"), "whose_date": WhoseDate.EARLIER}
    shipped = shipped_rules()
    return replace(shipped, requirements=tuple(replace(r, **cut) if r.id == requirement else r for r in shipped.requirements))


def test_hsp_cut_to_two_years_names_exactly_the_reckoners_people() -> None:
    records, shipped = sample_records(), shipped_rules()
    before = judged(records, shipped)
    found = compare_assessments(before, judged(records, two_years()), MONDAY, LAST)
    old, new = Reckoner(records, shipped, MONDAY), Reckoner(records, two_years(), MONDAY)
    short: dict[str, date] = {}
    for row in before.readiness:
        scope = row.person, row.protocol, row.task
        for day in days(MONDAY):
            if old.row_status(*scope, day) == "cleared" != new.row_status(*scope, day):
                short[row.person] = min(short.get(row.person, day), day)
                break
    assert set(found.people_short) == set(short)
    assert {person: min(m.since for m in found.short if m.person == person) for person in found.people_short} == short
    assert "2" in short, "Maria Chen's course is nearly two years old"
    assert found.gains == ()


def test_gcp_cut_to_two_years_also_names_those_whom_the_end_of_the_approval_would_hide() -> None:
    records, shipped, cut = sample_records(), shipped_rules(), two_years("gcp")
    found = compare_assessments(judged(records, shipped), judged(records, cut), MONDAY, LAST)
    number = next(n for n, requirement in enumerate(shipped.requirements) if requirement.id == "gcp")
    old, new = Reckoner(records, shipped, MONDAY), Reckoner(records, cut, MONDAY)
    opened: dict[str, date] = {}
    for person in (row.record for row in records.people):
        scope = number, person, "", None
        asked = (day for day in days(MONDAY) if new.due(*scope, day) == "yes" and new.met(*scope, day) != "yes")
        first = next((day for day in asked if old.met(*scope, day) == "yes"), None)
        opened |= {person: first} if first else {}
    told = {moved.person for moved in found.short if any(reason.requirement == "gcp" for reason in moved.reasons)}
    assert {one.person: one.since for one in found.behind} == {p: day for p, day in opened.items() if p not in told}
    assert {one.person for one in found.behind} == {"2"}, "the approval of Maria Chen's trial ends twelve days earlier"
    assert "ALSO LAPSES" in as_text(found, judged(records, cut))


def test_a_new_nih_trial_names_exactly_the_reckoners_people_and_the_reckoners_gaps() -> None:
    records, shipped = sample_records(), shipped_rules()
    trial = replace(protocol("new", "IRB-27-0001", "NEW", "A new trial"), pi="")
    facts = {"study_type": StudyType.NIH_TRIAL, "funding": Funding.NIH, "phi": Phi.YES}
    opened = approval("new", 1, ApprovalKind.INITIAL, MONDAY.isoformat(), None, **facts)
    start = MONDAY + timedelta(days=14)
    people = [person.record for person in records.people]
    with_trial = propose(records, trial, (opened,), people, start, (Task.CONSENT,))
    after = judged(with_trial, shipped)
    found = compare_assessments(judged(records, shipped), after, start, start + timedelta(days=WINDOW - 1))
    reckoner = Reckoner(with_trial, shipped, MONDAY)
    expected = set()
    for person in people:
        for task in (None, Task.CONSENT):
            words = (reckoner.row_status(person, "new", task, day) for day in days(start))
            expected |= {person} if next((word for word in words if word != "not_due"), "cleared") != "cleared" else set()
    assert {moved.person for moved in found.short if moved.protocol == "new"} == expected
    for moved in found.short:
        clauses = reckoner.clauses(moved.person, moved.protocol, moved.task, moved.since)
        failing = {name.partition("#")[0] for name, answer in clauses.items() if answer != "yes"}
        assert {reason.requirement.removeprefix("fact_") for reason in moved.reasons} == failing
