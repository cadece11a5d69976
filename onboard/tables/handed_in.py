"""Evidence that came in by survey: what such a row counts as.

Only what a person decided in a review counts.

A person with their own link to a survey can write every field of its form, hidden ones too, by adding it to the address. So
neither "Looked at" nor how a row came in is believed where a row holds a survey's stamp. A read from before there were reviews is
judged as it was then: the word on the form counted, unless the survey had written over it.
"""

from __future__ import annotations

from datetime import date

from onboard.dates import show
from onboard.model import Checked
from onboard.tables.cells import CellProblem, quoted
from onboard.tables.people import Columns
from onboard.tables.reviews import Reviews, SurveyRow, stamp_day
from onboard.tables.seen import seen
from onboard.tables.sheet import HANDED_IN, Sheet


def decide(reviews: Reviews, sheet: Sheet, columns: Columns) -> Columns:
    """What rows that came in by survey count as, and who said so. `columns` come with what their own form says."""
    if reviews.decide and sheet.source.key == reviews.hand_in and HANDED_IN not in sheet.columns:
        return _nothing_accepted(reviews, sheet, columns)
    for number, stamp in enumerate(sheet.text(HANDED_IN)):
        if stamp.strip():
            _row(reviews, sheet, columns, number, stamp.strip())
        elif reviews.decide:
            reviews.needless(sheet, number)
    return columns


def _nothing_accepted(reviews: Reviews, sheet: Sheet, columns: Columns) -> Columns:
    """Accept nothing: without stamps, typed rows and survey rows look the same."""
    if len(sheet):
        reviews.problems.row(sheet.row(0), _no_stamps(sheet))
    columns["checked"] = [Checked.WAITING if word is Checked.ACCEPTED else word for word in columns["checked"]]
    return columns


def _row(reviews: Reviews, sheet: Sheet, columns: Columns, number: int, stamp: str) -> None:
    said, by, on = (columns[name][number] for name in ("checked", "checked_by", "checked_on"))
    reason, overtaken = columns["reason"][number], _overtaken(sheet, columns, number, stamp)
    before, reviewed = Checked.WAITING if overtaken else said, False
    if reviews.decide:
        reviewed = _by_review(reviews, sheet, columns, number, stamp)
    elif overtaken and said is not Checked.WAITING:
        columns["checked"][number] = Checked.WAITING
        reviews.problems.note(sheet.row(number), "checked", _written_over(overtaken))
    if not reviews.collects:
        return
    reviews.rows.append(
        SurveyRow(
            at=sheet.row(number), event=sheet.events[number], stamp=stamp, said=before, said_by=by, said_on=on, reason=reason,
            counts_as=columns["checked"][number], reviewed=reviewed, seen=seen(sheet.cells_of(number)),
        )
    )  # fmt: skip


def _by_review(reviews: Reviews, sheet: Sheet, columns: Columns, number: int, stamp: str) -> bool:
    """Put what the newest review says in the place of what the form says; whether a person decided about the row."""
    review, at, word = reviews.about(sheet, number), sheet.row(number), sheet.text("checked")[number]
    if not (review and review.adopted):
        columns["source"][number] = "survey"
    if review is None:
        if word.strip() and word != Checked.WAITING:
            reviews.problems.note(at, "checked", _on_the_form(word))
        return _waiting(columns, number)
    unsigned = reviews.unsigned(review)
    misfit = unsigned or reviews.misfit(review, sheet, number)
    if misfit:
        reviews.problems.note(review.at, "on" if unsigned else "decision", misfit)
    if misfit or review.decision not in (Checked.ACCEPTED, Checked.DECLINED):
        _waiting(columns, number)
        return not unsigned
    columns["checked"][number], columns["checked_by"][number] = review.decision, review.by
    columns["reason"][number] = columns["reason"][number] if review.adopted else review.reason
    if not review.adopted:
        columns["checked_on"][number] = review.on
    return True


def _waiting(columns: Columns, number: int) -> bool:
    """Nothing that its own form says about a waiting row reaches anybody."""
    columns["checked"][number], columns["checked_on"][number] = Checked.WAITING, None
    columns["checked_by"][number] = columns["reason"][number] = ""
    return False


def _overtaken(sheet: Sheet, columns: Columns, number: int, stamp: str) -> date | None:
    """Return the day on which the survey overwrote what was decided on the form.

    By the rule from before there were reviews. A look on the same day, or without a day, was taken to be of the present cells.
    """
    day, on = stamp_day(stamp), columns["checked_on"][number]
    silent = not sheet.text("checked")[number].strip()
    return day if day and (silent or (isinstance(on, date) and on < day)) else None


def _no_stamps(sheet: Sheet) -> CellProblem:
    form = sheet.source.instrument
    return CellProblem(
        slug="no-stamps",
        what=f"REDCap sent form {form!r} without its survey's stamps, so who typed a row is unknown: none is accepted.",
        next_step=f"Designer > Enable in the survey column of {form}; or take [hand_in] out of redcap.toml. From a file: export "
        "it again with the survey fields.",
    )


def _on_the_form(word: str) -> CellProblem:
    return CellProblem(
        slug="decided-on-survey",
        what=f"holds {quoted(word)} on a form that is a survey, where its respondent can write it. It counts for nothing.",
        next_step="Look at the certificate, and enter a row of the form of reviews.",
    )


def _written_over(day: date) -> CellProblem:
    return CellProblem(
        slug="handed-in-again",
        what=f"was entered before this row came in by survey on {show(day)}, which wrote over it. It waits to be looked at.",
        next_step="Look at the certificate, choose Accepted or Not accepted, and enter the day.",
    )
