"""What came in by survey counts as a review says, and only for the cells that were looked at; older reads stay as they were."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from onboard.model import Checked, Export
from onboard.model.mapping import Mapping
from onboard.tables import read_tables, survey_rows
from onboard.tables.seen import cell_columns, seen

ROW = "completion/11/1"
LATER, SAME, EARLIER = "2026-11-22 09:14:05", "2026-11-20 17:00:00", "2026-11-18 08:00:00"
#: A review of that row, typed by hand on the day before the read.
BY_HAND = {"rev_decision": "accepted", "rev_by": "Maria Chen", "rev_on": "2026-11-22"}


def text_of(rows: list[dict[str, str]], header: list[str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def changed(export: Export, key: str, text: str) -> Export:
    return replace(export, instruments={**export.instruments, key: text})


def stamped(export: Export, stamp: str) -> Export:
    """The export with the survey's own column, filled in for Oluwaseun Adeyemi's certificate alone."""
    rows = list(csv.DictReader(io.StringIO(export.instruments["people.completion"])))
    for row in rows:
        row["completion_timestamp"] = stamp if (row["record_id"], row["redcap_repeat_instance"]) == ("11", "1") else ""
    return changed(export, "people.completion", text_of(rows, list(rows[0])))


def reviewed(export: Export, *reviews: dict[str, str]) -> Export:
    """The export with reviews of that certificate, one a row."""
    header = export.instruments["people.review"].partition("\n")[0].split(",")
    keys = {"record_id": "11", "redcap_repeat_instrument": "review", "rev_what": "completion", "rev_row": "1"}
    rows = [{**keys, "redcap_repeat_instance": str(n), **review} for n, review in enumerate(reviews, start=1)]
    return changed(export, "people.review", text_of(rows, header))


def before_reviews(export: Export) -> Export:
    """The same rows as a version read them that knew no reviews."""
    return replace(export, instruments={key: text for key, text in export.instruments.items() if key != "people.review"})


def told(export: Export, mapping: Mapping, zone: ZoneInfo) -> tuple[dict[str, object], list[str]]:
    tables, problems = read_tables(export, mapping, zone)
    (row,) = (row for row in tables.completions.to_dict("records") if row["evidence"] == ROW)
    return row, [one.what for one in problems if one.record == "11" and one.instrument in ("completion", "review")]


# before there were reviews --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "checked", "on", "stamp", "verdict", "number"),
    [
        # Looked at after it came in, or on that day, or on no day that was entered.
        ("survey", "accepted", "2026-11-20", EARLIER, Checked.ACCEPTED, 0),
        ("survey", "declined", "2026-11-20", EARLIER, Checked.DECLINED, 0),
        ("survey", "accepted", "2026-11-20", SAME, Checked.ACCEPTED, 0),
        ("survey", "accepted", "", LATER, Checked.ACCEPTED, 0),
        # Looked at, and then something else came in on the same row.
        ("survey", "accepted", "2026-11-20", LATER, Checked.WAITING, 1),
        ("intake", "accepted", "2026-11-20", LATER, Checked.WAITING, 1),
        ("survey", "declined", "2026-11-20", LATER, Checked.WAITING, 1),
        # Typed in from a certificate, and written over through a link that was still out.
        ("typed", "", "", LATER, Checked.WAITING, 1),
        # Not submitted, not by survey, or a column that holds something else.
        ("typed", "", "", "[not completed]", Checked.ACCEPTED, 0),
        ("typed", "", "", "", Checked.ACCEPTED, 0),
        ("typed", "", "", "2026-13-45 09:00:00", Checked.ACCEPTED, 0),
        ("", "", "", LATER, Checked.WAITING, 0),
    ],
)
def test_a_read_from_before_reviews_is_judged_as_it_was_then(
    with_cells: Callable[..., Export], mapping: Mapping, zone: ZoneInfo,
    source: str, checked: str, on: str, stamp: str, verdict: Checked, number: int,
) -> None:  # fmt: skip
    export = with_cells("people.completion", "11", "1", comp_source=source, comp_checked=checked, comp_checked_on=on)
    row, said = told(before_reviews(stamped(export, stamp)), mapping, zone)
    assert row["checked"] is verdict
    assert len(said) == number and all("came in by survey on 22 Nov 2026, which wrote over it" in what for what in said)


# since there are reviews ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stamp", [EARLIER, SAME, LATER, "2026-11-29 09:00:00", "[not completed]", "2026-13-45 09:00:00", "x"])
@pytest.mark.parametrize("source", ["survey", "typed", "intake", "attested", ""])
def test_no_field_of_the_survey_form_accepts_its_own_row(
    with_cells: Callable[..., Export], mapping: Mapping, zone: ZoneInfo, source: str, stamp: str
) -> None:
    for word in ("accepted", "declined"):
        said = {"comp_checked": word, "comp_checked_by": "Maria Chen", "comp_checked_on": "2026-11-22", "comp_reason": "Pay here"}
        export = with_cells("people.completion", "11", "1", comp_source=source, **said)
        row, told_of = told(stamped(export, stamp), mapping, zone)
        assert (row["checked"], row["checked_by"], row["reason"]) == (Checked.WAITING, "", "") and row["source"] == "survey"
        assert len(told_of) == 1 and "form that is a survey, where its respondent can write it" in told_of[0]
        typed, _ = told(stamped(export, ""), mapping, zone)
        assert typed["checked"] is Checked(word), "what staff type goes on counting"


ON_THE_DAY, BEFORE = {**BY_HAND, "rev_on": "2026-11-20"}, {**BY_HAND, "rev_on": "2026-11-19"}
DECLINED = {**BY_HAND, "rev_decision": "declined", "rev_reason": "the list of modules"}


@pytest.mark.parametrize(
    ("reviews", "stamp", "verdict", "number"),
    [
        ([BY_HAND], SAME, Checked.ACCEPTED, 0),
        ([DECLINED], SAME, Checked.DECLINED, 0),
        ([ON_THE_DAY], SAME, Checked.ACCEPTED, 0),
        # Given for what stood there before: also a number that REDCap gave again after the row was deleted.
        ([BEFORE], SAME, Checked.WAITING, 1),
        ([BY_HAND], "2026-11-23 05:00:00", Checked.WAITING, 1),
        ([BY_HAND], "[not completed]", Checked.WAITING, 1),
        ([BY_HAND], "2026-13-45 09:00:00", Checked.WAITING, 1),
        # The newest counts: the greatest day, then the higher instance.
        ([BY_HAND, {**DECLINED, "rev_on": "2026-11-21"}], SAME, Checked.ACCEPTED, 0),
        ([DECLINED, BY_HAND], SAME, Checked.ACCEPTED, 0),
        ([BY_HAND, DECLINED], SAME, Checked.DECLINED, 0),
        ([BY_HAND, {**BY_HAND, "rev_decision": "waiting", "rev_by": ""}], SAME, Checked.WAITING, 0),
        # A signature is a name and a readable day that is not after the read.
        ([{**BY_HAND, "rev_by": ""}], SAME, Checked.WAITING, 1),
        ([{**DECLINED, "rev_by": ""}], SAME, Checked.WAITING, 1),
        ([{**BY_HAND, "rev_by": "tbd"}], SAME, Checked.WAITING, 2),
        ([{**BY_HAND, "rev_on": ""}], SAME, Checked.WAITING, 1),
        ([{**BY_HAND, "rev_on": "2026-11-24"}], SAME, Checked.WAITING, 1),
        ([{**BY_HAND, "rev_on": "22/11/2026"}], SAME, Checked.WAITING, 2),
        ([BY_HAND, {**DECLINED, "rev_on": ""}], SAME, Checked.WAITING, 1),
        ([{**BY_HAND, "rev_decision": ""}], SAME, Checked.WAITING, 1),
        ([{**BY_HAND, "rev_decision": "ok"}], SAME, Checked.WAITING, 2),
        # About something else.
        ([{**BY_HAND, "rev_what": "claim"}], SAME, Checked.WAITING, 0),
        ([{**BY_HAND, "rev_what": ""}], SAME, Checked.WAITING, 1),
        ([{**BY_HAND, "rev_row": "2"}], SAME, Checked.WAITING, 0),
        ([{**BY_HAND, "rev_row": ""}], SAME, Checked.WAITING, 1),
        ([{**BY_HAND, "rev_row": "1.0"}], SAME, Checked.WAITING, 1),
        ([{**BY_HAND, "rev_event": "visit_1_arm_1"}], SAME, Checked.WAITING, 0),
        ([{**BY_HAND, "record_id": "12"}], SAME, Checked.WAITING, 0),
    ],
)
def test_a_review_decides(
    sample_export: Export, mapping: Mapping, zone: ZoneInfo,
    reviews: list[dict[str, str]], stamp: str, verdict: Checked, number: int,
) -> None:  # fmt: skip
    row, said = told(reviewed(stamped(sample_export, stamp), *reviews), mapping, zone)
    assert row["checked"] is verdict and len(said) == number, said
    if verdict is not Checked.WAITING:
        assert row["checked_by"] == "Maria Chen" and str(row["checked_on"]) in {one["rev_on"] for one in reviews}
    if verdict is Checked.DECLINED:
        assert row["reason"] == "the list of modules"


def test_a_mark_holds_for_the_cells_that_were_looked_at_and_no_others(
    with_cells: Callable[..., Export], mapping: Mapping, zone: ZoneInfo
) -> None:
    export = stamped(with_cells("people.completion", "11", "1"), LATER)
    (mark,) = (row.seen for row in survey_rows(export, mapping, zone))
    # With it the day does not matter; the same day, too, is told apart.
    early = {**BY_HAND, "rev_on": "2026-11-01", "rev_seen": mark}
    assert told(reviewed(export, early), mapping, zone)[0]["checked"] is Checked.ACCEPTED
    assert told(reviewed(export, {**early, "rev_seen": mark.upper()}), mapping, zone)[0]["checked"] is Checked.ACCEPTED
    source = mapping.of("completions")[0]
    for name, field in source.fields.items():
        other = stamped(with_cells("people.completion", "11", "1", **{field: "2026-01-02"}), LATER)
        row, said = told(reviewed(other, {**BY_HAND, "rev_seen": mark}), mapping, zone)
        untouched = name.startswith("checked")
        assert row["checked"] is (Checked.ACCEPTED if untouched else Checked.WAITING), name
        assert untouched or any("for other cells than stand there now" in what for what in said), name
        with_cells("people.completion", "11", "1", **_cells_of(export))


def _cells_of(export: Export) -> dict[str, str]:
    rows = csv.DictReader(io.StringIO(export.instruments["people.completion"]))
    return next(dict(row) for row in rows if (row["record_id"], row["redcap_repeat_instance"]) == ("11", "1"))


def test_the_mark_is_of_our_names_in_order_without_blanks_and_what_was_said() -> None:
    mark = seen({"group": "GCP", "course": "A", "score": "", "checked": "accepted", "checked_by": "M", "file": "a.pdf"})
    assert mark == seen({"file": "a.pdf", "course": "A", "group": "GCP"}) and len(mark) == 64
    assert mark != seen({"file": "b.pdf", "course": "A", "group": "GCP"}) and mark != seen({"file": "a.pdf", "course": "AGCP"})


def test_a_column_for_each_course_is_one_row_that_was_looked_at(mapping: Mapping) -> None:
    source = mapping.of("completions")[0]
    two = [replace(source, fields={"completed": name, "score": "pct"}, only_if="completed") for name in ("hsp_dt", "gcp_dt")]
    assert cell_columns(two) == {"completed#hsp_dt": "hsp_dt", "completed#gcp_dt": "gcp_dt", "score": "pct"}


def test_a_review_that_came_in_by_survey_decides_nothing(sample_export: Export, mapping: Mapping, zone: ZoneInfo) -> None:
    export = reviewed(stamped(sample_export, SAME), BY_HAND)
    rows = list(csv.DictReader(io.StringIO(export.instruments["people.review"])))
    header = [*rows[0], "review_timestamp"]
    for stamp, verdict in (("", Checked.ACCEPTED), (LATER, Checked.WAITING), ("[not completed]", Checked.WAITING)):
        text = text_of([{**row, "review_timestamp": stamp} for row in rows], header)
        row, said = told(changed(export, "people.review", text), mapping, zone)
        assert row["checked"] is verdict and any("This review came in by survey" in what for what in said) is bool(stamp)


def test_a_review_of_a_row_that_staff_typed_changes_nothing_and_is_told(
    sample_export: Export, mapping: Mapping, zone: ZoneInfo
) -> None:
    row, said = told(reviewed(stamped(sample_export, ""), BY_HAND), mapping, zone)
    assert row["checked"] is Checked.WAITING and "about a row that did not come in by survey" in " ".join(said)


def test_where_stamps_should_come_and_do_not_nothing_is_accepted(sample_export: Export, mapping: Mapping, zone: ZoneInfo) -> None:
    rows = list(csv.DictReader(io.StringIO(sample_export.instruments["people.completion"])))
    bare = text_of([{k: v for k, v in row.items() if k != "completion_timestamp"} for row in rows],
                   [name for name in rows[0] if name != "completion_timestamp"])  # fmt: skip
    export = changed(sample_export, "people.completion", bare)
    tables, problems = read_tables(export, mapping, zone)
    assert Checked.ACCEPTED not in set(tables.completions["checked"])
    assert [one.what for one in problems if "without its survey's stamps" in one.what] != []
    # Off, or as an older version read it: what staff typed counts.
    for changed_export, changed_mapping in ((export, replace(mapping, hand_in="")), (before_reviews(export), mapping)):
        tables, _ = read_tables(changed_export, changed_mapping, zone)
        assert Checked.ACCEPTED in set(tables.completions["checked"])


def test_two_forms_that_are_surveys_take_no_review_without_a_mark(
    sample_export: Export, mapping: Mapping, zone: ZoneInfo
) -> None:
    """A number alone would accept the row of either form."""
    export = reviewed(stamped(sample_export, SAME), BY_HAND)
    text = export.instruments["people.completion"].replace("completion", "course_form")
    other = replace(mapping.of("completions")[0], instrument="course_form")
    both = replace(mapping, sources=(*mapping.sources, other))
    row, said = told(changed(export, "people.course_form", text), both, zone)
    assert row["checked"] is Checked.WAITING and "one of several forms that are surveys" in " ".join(said)


@pytest.mark.parametrize(
    ("of_event", "named", "verdict"),
    [
        ("", "year_2_arm_1", Checked.ACCEPTED),
        ("", "year_1_arm_1", Checked.WAITING),
        # A number alone names no row where the form stands in several events, and does where the mapping names the one.
        ("", "", Checked.WAITING),
        ("year_2_arm_1", "", Checked.ACCEPTED),
        ("year_2_arm_1", "year_2_arm_1", Checked.ACCEPTED),
        ("year_2_arm_1", "year_1_arm_1", Checked.WAITING),
    ],
)
def test_with_events_a_review_names_the_event_of_its_row(
    sample_export: Export, mapping: Mapping, zone: ZoneInfo, of_event: str, named: str, verdict: Checked
) -> None:
    export = reviewed(stamped(sample_export, SAME), {**BY_HAND, "rev_event": named})
    rows = list(csv.DictReader(io.StringIO(export.instruments["people.completion"])))
    header = ["record_id", "redcap_event_name", *list(rows[0])[1:]]
    text = text_of([{**row, "redcap_event_name": "year_2_arm_1"} for row in rows], header)
    sources = tuple(replace(s, event=of_event) if s.table == "completions" else s for s in mapping.sources)
    tables, _ = read_tables(changed(export, "people.completion", text), replace(mapping, sources=sources), zone)
    (row,) = (one for one in tables.completions.to_dict("records") if one["evidence"] == f"{ROW}@year_2_arm_1")
    assert row["checked"] is verdict
