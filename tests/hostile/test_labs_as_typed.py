"""What real labs type in, from the cell to the verdict: holds to the year 9999, stops that nobody is asked an approval of,
signatures that are none, days of absence, boxes that cannot be read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from onboard.judging.readiness import cleared_on
from onboard.model import Cleared, RequirementKind, Rules, Selectors, Task
from tests.judging.sample import MONDAY, judged_sample, shipped_rules

#: Maria Chen, who may take consent on STEP-HF.
CHEN, TRIAL = "2", "1"


def word(changes: Any, task: Task | None = None, rules: Rules | None = None, person: str = CHEN) -> Cleared | None:
    """The word of a person's only row of that task; None without one."""
    found = judged_sample(changes, rules)
    protocol = TRIAL if any(r.person == person and r.protocol == TRIAL for r in found.readiness) else ""
    row = next((r for r in found.readiness if (r.person, r.protocol, r.task) == (person, protocol, task)), None)
    return cleared_on(row, MONDAY) if row else None


def hold(first: str, last: str) -> Any:
    return {("protocols.hold", TRIAL, "9"): {"hold_from": first, "hold_to": last}}


def approval(**cells: str) -> Any:
    return {("protocols.approval", TRIAL, "9"): {f"appr_{name}": text for name, text in cells.items()}}


def asked_of(who: Selectors, *, tracked: bool = True) -> Rules:
    """The shipped rules with the approval asked of some people alone."""
    rules = shipped_rules()
    approvals = [replace(r, when=who, tracked=tracked) if r.kind is RequirementKind.APPROVAL else r for r in rules.requirements]
    return replace(rules, requirements=tuple(approvals))


def test_as_it_is_typed_in_the_sample_they_may_work() -> None:
    assert [word({}), word({}, Task.CONSENT)] == [Cleared.CLEARED, Cleared.CLEARED]


@pytest.mark.parametrize(
    ("first", "last", "right"),
    [
        ("2026-11-01", "9999-12-31", Cleared.BLOCKED),
        ("2026-11-01", "2999-12-31", Cleared.BLOCKED),
        ("2026-11-01", "9999-12-31 00:00", Cleared.BLOCKED),
        ("9999-12-31", "", Cleared.UNKNOWN),  # no day on which anything begins
        ("2026-11-01", "2026-11-20", Cleared.CLEARED),
        ("2026-11-24", "9999-12-31", Cleared.CLEARED),
    ],
)
def test_a_hold_to_the_year_9999_has_no_end(first: str, last: str, right: Cleared) -> None:
    assert word(hold(first, last)) is right


@pytest.mark.parametrize("field", ["appt_to", "appt_from"])
def test_an_appointment_to_the_year_9999_is_open(field: str) -> None:
    right = Cleared.CLEARED if field == "appt_to" else Cleared.UNKNOWN
    assert word({("people.appointment", CHEN, "1"): {field: "9999-12-31"}}) is right


@pytest.mark.parametrize("rules", ["not engaged", "volunteers", "not tracked"])
@pytest.mark.parametrize(
    ("stop", "right"),
    [
        (approval(kind="suspension", **{"from": "2026-11-01"}), Cleared.BLOCKED),
        (approval(kind="closure", **{"from": "2026-11-01"}), Cleared.BLOCKED),
        (hold("2026-11-01", ""), Cleared.BLOCKED),
        (approval(kind="suspension", **{"from": "2026-11-01", "to": "2026-11-10"}), Cleared.CLEARED),
        (approval(kind="suspension", **{"from": "unclear"}), Cleared.UNKNOWN),
        (approval(kind="Suspended?", **{"from": "2026-11-01"}), Cleared.UNKNOWN),
    ],
)
def test_a_stop_stops_everybody_whoever_is_asked_for_an_approval(rules: str, stop: Any, right: Cleared) -> None:
    from onboard.model import AppointmentKind

    book = {
        "not engaged": asked_of(Selectors(engaged=False)),
        "volunteers": asked_of(Selectors(kinds=frozenset({AppointmentKind.VOLUNTEER}))),
        "not tracked": asked_of(Selectors(), tracked=False),
    }[rules]
    assert word(stop, None, book) is right
    assert word(stop, Task.CONSENT, book) is right


@pytest.mark.parametrize(
    ("by", "on", "right"),
    [
        ("PI", "pending", Cleared.UNKNOWN),
        ("Dr. Rivera", "", Cleared.UNKNOWN),
        ("Dr. Rivera", "will sign next visit", Cleared.UNKNOWN),
        ("Dr. Rivera (pending)", "2026-01-02", Cleared.UNKNOWN),
        ("pendiente", "2026-01-02", Cleared.UNKNOWN),
        ("Dr. Rivera", "2026-11-24", Cleared.UNKNOWN),  # tomorrow
        ("Dr. Rivera", "2026-11-23", Cleared.CLEARED),
        ("Elena Rivera, MD", "2024-03-01 14:05", Cleared.CLEARED),
        ("E. R.", "2024-03-01", Cleared.CLEARED),
    ],
)
def test_a_delegation_is_signed_by_a_name_and_a_day_that_has_come(by: str, on: str, right: Cleared) -> None:
    cells = {"deleg_approved_by": by, "deleg_approved_on": on}
    assert word({("people.delegation", CHEN, "1"): cells}, Task.CONSENT) is right


@pytest.mark.parametrize(
    ("first", "last", "with_it", "without"),
    [
        ("2026-11-20", "2026-11-30", Cleared.BLOCKED, Cleared.CLEARED),
        ("2026-11-23", "2026-11-23", Cleared.BLOCKED, Cleared.CLEARED),
        ("2026-11-01", "", Cleared.BLOCKED, Cleared.CLEARED),
        ("2026-11-01", "9999-12-31", Cleared.BLOCKED, Cleared.CLEARED),
        ("2026-11-01", "soon", Cleared.UNKNOWN, Cleared.CLEARED),
        ("2026-11-24", "2026-11-30", Cleared.CLEARED, Cleared.CLEARED),
    ],
)
def test_nobody_is_cleared_on_a_day_of_absence_on_a_protocol_or_on_none(
    first: str, last: str, with_it: Cleared, without: Cleared
) -> None:
    counted = replace(shipped_rules(), absences_block=True)
    away = {("people.absence", CHEN, "9"): {"away_from": first, "away_to": last}}
    assert (word(away, None, counted), word(away)) == (with_it, without)
    found = judged_sample(_alone(first, last), counted)
    (row,) = [r for r in found.readiness if r.person == "40"]
    assert (row.protocol, cleared_on(row, MONDAY)) == ("", with_it)


def _alone(first: str, last: str) -> Any:
    """Somebody in administration, on no protocol, with an agreement signed."""
    return {
        ("people.person", "40", ""): {"full_name": "Ana Solo", "person_complete": "2"},
        ("people.appointment", "40", "1"): {
            "appt_kind": "employee", "appt_role": "admin", "appt_engaged": "0", "appt_from": "2024-01-02",
        },
        ("people.onboarding", "40", ""): {"confidentiality": "2024-01-02"},
        ("people.absence", "40", "1"): {"away_from": first, "away_to": last},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("unknown", "right"),
    [
        ({("people.appointment", CHEN, "1"): {"appt_role": "??"}}, Cleared.BLOCKED),
        ({("people.appointment", CHEN, "1"): {"appt_engaged": ""}}, Cleared.BLOCKED),
        (approval(kind="??", **{"from": "2020-01-01"}), Cleared.BLOCKED),
    ],
)
def test_a_certain_no_beside_what_is_unknown_is_blocked(unknown: Any, right: Cleared) -> None:
    assert word(unknown) is Cleared.UNKNOWN
    assert word({**hold("2026-11-01", ""), **unknown}) is right
    counted = replace(shipped_rules(), absences_block=True)
    away = {("people.absence", CHEN, "9"): {"away_from": "2026-11-20", "away_to": "2026-11-30"}}
    assert word({**away, **unknown}, None, counted) is right


@pytest.mark.parametrize("box", ["2", "??", "n/a", "-99", "maybe"])
@pytest.mark.parametrize(
    ("last", "right"), [("", Cleared.UNKNOWN), ("2026-11-01", Cleared.UNKNOWN), ("2027-01-01", Cleared.CLEARED)]
)
def test_a_box_no_expiration_date_that_cannot_be_read_is_unknown_not_blocked(box: str, last: str, right: Cleared) -> None:
    rows = {("protocols.approval", TRIAL, str(number)): {"appr_open": box, "appr_to": last} for number in (1, 2)}
    assert word({key: cells for key, cells in rows.items() if _there(key)}) is right


def _there(key: tuple[str, str, str]) -> bool:
    from tests.judging.sample import sample_export

    form = key[0].partition(".")[2]
    return f"\n{key[1]},{form},{key[2]}," in sample_export().instruments[key[0]]
