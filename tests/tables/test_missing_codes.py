"""Missing data codes are read from the project: a code that the lab does not call blank is unreadable in every cell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from onboard.judging.readiness import cleared_on
from onboard.model import UNREADABLE, Checked, Cleared, Export, Task
from onboard.pipeline.judging import judge
from onboard.pipeline.snapshots import export_of, snapshot_of
from onboard.tables import Tables, read_tables
from tests.judging.sample import MONDAY, mapping, sample_export, shipped_rules
from tests.tables.conftest import ZONE

CODES = ("-99", "UNK", "9999-12-31", "77")


def coded(changes: Any, codes: tuple[str, ...] = CODES, blank: frozenset[str] = frozenset()) -> tuple[Export, Tables, list[Any]]:
    export = replace(sample_export(changes), missing_codes={"people": codes, "protocols": codes})
    tables, problems = read_tables(export, replace(mapping(), missing_codes=blank), ZONE)
    return export, tables, problems


def verdict(changes: Any, person: str = "2", task: Task | None = Task.CONSENT, **more: Any) -> Cleared | None:
    """The word for the person's only row of the task; None where nothing gives it."""
    export, tables, problems = coded(changes, **more)
    found = judge(tables, problems, shipped_rules(), export.read_at, MONDAY)
    row = next((r for r in found.readiness if (r.person, r.task) == (person, task)), None)
    return cleared_on(row, MONDAY) if row else None


COMPLETION = ("people.completion", "2", "1")


def test_the_sample_is_cleared_where_no_cell_holds_a_code() -> None:
    assert verdict({}) is Cleared.CLEARED


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    ("where", "field"),
    [
        (COMPLETION, "comp_completed"),
        (COMPLETION, "comp_score"),
        (COMPLETION, "comp_passing"),
        (COMPLETION, "comp_stage"),
        (COMPLETION, "comp_group"),
        (COMPLETION, "comp_curriculum"),
        (COMPLETION, "comp_checked"),
        (("people.appointment", "2", "1"), "appt_from"),
        (("people.appointment", "2", "1"), "appt_role"),
        (("people.appointment", "2", "1"), "appt_engaged"),
        (("people.delegation", "2", "1"), "deleg_approved_by"),
        (("people.delegation", "2", "1"), "deleg_approved_on"),
        (("people.delegation", "2", "1"), "deleg_protocol"),
        (("people.onboarding", "2", ""), "confidentiality"),
    ],
)
def test_a_code_clears_nobody_in_any_cell(code: str, where: tuple[str, str, str], field: str) -> None:
    """9999-12-31 reads as "no end" elsewhere, and 77 as a number: where a project calls them missing, they are."""
    _, _, problems = coded({where: {field: code}})
    assert [p.what for p in problems if p.field == field and p.record == "2" and "one of the project's codes" in p.what]
    assert verdict({where: {field: code}}) is not Cleared.CLEARED


def test_the_same_words_are_what_they_are_where_the_project_lists_nothing() -> None:
    assert verdict({COMPLETION: {"comp_score": "77", "comp_passing": "70"}}, codes=()) is Cleared.CLEARED


@pytest.mark.parametrize("code", ["-99", "77"])
def test_a_code_that_the_lab_calls_blank_is_blank(code: str) -> None:
    where = {COMPLETION: {"comp_score": code, "comp_expires": code, "comp_institution": code}}
    problems = coded(where, blank=frozenset({code}))[2]
    assert not [p for p in problems if "codes" in p.what]
    assert verdict(where, blank=frozenset({code})) is Cleared.CLEARED


def test_a_code_for_a_course_of_somebody_elses_is_ours_or_not() -> None:
    """Ours holds to the printed date, another's to the earlier one: what both give is sure."""
    _, tables, _ = coded({COMPLETION: {"comp_institution": "UNK"}})
    row = tables.completions[tables.completions["evidence"] == "completion/2/1"].iloc[0]
    assert row["unclear"] == frozenset({"institution"})


def test_a_code_is_nobodys_number_or_name() -> None:
    same = {("people.person", record, ""): {"citi_id": "UNK"} for record in ("2", "3")}
    _, tables, problems = coded(same)
    assert not [p for p in problems if "in common" in p.what]
    assert "UNK" not in tables.people["citi_id"].tolist()


def test_a_snooze_or_waiver_of_nobody_knows_what_silences_and_waives_nothing() -> None:
    where = {("people.snooze", "2", "9"): {"snooze_requirement": "UNK", "snooze_until": "2026-12-24"}}
    _, tables, _ = coded(where)
    assert tables.snoozes["requirement"].tolist()[-1] != ""
    waived = {("people.waiver", "2", "9"): {"waiver_requirement": "hsp", "waiver_protocol": "-99", "waiver_from": "2026-01-01"}}
    _, tables, _ = coded(waived)
    (row,) = [row for row in tables.waivers.to_dict("records") if row["evidence"] == "waiver/2/9"]
    assert (row["protocol"], row["may_mean"]) == ("", ()), "never a waiver for all protocols, perhaps one for any"


def test_redcaps_own_codes_are_no_date_no_choice_and_no_signature_though_the_project_lists_none() -> None:
    for code in ("NI", "UNK", "NASK", "MSK", "NA", "OTH"):
        for field in ("deleg_approved_by", "deleg_approved_on", "deleg_from"):
            assert verdict({("people.delegation", "2", "1"): {field: code}}, codes=()) is not Cleared.CLEARED


def test_a_protocol_may_be_called_msk() -> None:
    changes = {("protocols.protocol", "1", ""): {"short_code": "MSK"}}
    _, tables, problems = coded(changes, codes=())
    assert "MSK" in tables.protocols["code"].tolist()
    assert not [p for p in problems if "MSK" in p.what]


@pytest.mark.parametrize("score", ["-99", "999", "-1", "101", "9999"])
def test_a_score_outside_per_cents_is_none(score: str) -> None:
    assert verdict({COMPLETION: {"comp_score": score}}, codes=()) is not Cleared.CLEARED
    _, tables, _ = coded({COMPLETION: {"comp_score": score}}, codes=())
    row = tables.completions[tables.completions["evidence"] == "completion/2/1"].iloc[0]
    assert row["passed"] is None


def test_a_read_keeps_its_codes_and_one_without_any_keeps_its_id() -> None:
    export = sample_export()
    with_codes = replace(export, missing_codes={"people": ("-99",)})
    assert export_of(snapshot_of(with_codes)).missing_codes == {"people": ("-99",)}
    assert snapshot_of(export).id != snapshot_of(with_codes).id
    assert "missing_codes" not in snapshot_of(export).text


def test_an_accepted_row_stays_a_claim_where_its_word_is_a_code() -> None:
    _, tables, _ = coded({COMPLETION: {"comp_checked": "UNK"}})
    row = tables.completions[tables.completions["evidence"] == "completion/2/1"].iloc[0]
    assert row["checked"] is Checked.WAITING


def test_a_date_that_is_a_code_is_unreadable() -> None:
    _, tables, _ = coded({("protocols.hold", "1", "9"): {"hold_from": "2026-11-01", "hold_to": "9999-12-31"}})
    assert tables.holds["last"].tolist()[-1] is UNREADABLE
