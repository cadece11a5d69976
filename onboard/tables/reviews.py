"""Reviews: what a person decided about a row that came in by survey.

It decides which review is about a row, and whether it holds for the row's present cells; handed_in.py decides what a row counts
as.

Everything on a form that is a survey can be written by its respondent, hidden fields too. So decisions are on a form of their
own, and a review that came in by survey itself decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from onboard.dates import show
from onboard.model import Checked, Export, Reading, Reviewed
from onboard.model.mapping import Mapping
from onboard.tables.cells import CellProblem
from onboard.tables.people import Columns
from onboard.tables.problems import Problems, Row
from onboard.tables.seen import seen
from onboard.tables.sheet import HANDED_IN, Sheet

#: How the reason of a review begins that was taken over from the survey form: it tells its person nothing new.
ADOPTED = "Adopted from the survey form"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One row of the form of reviews, about a completion."""

    at: Row
    decision: Checked | None
    by: str
    on: Reading
    reason: str
    seen: str

    @property
    def adopted(self) -> bool:
        """Whether it says what stood on the survey form before there were reviews, of the cells that stood there."""
        return bool(self.seen) and self.reason.startswith(ADOPTED)

    def signed(self, read_on: date) -> bool:
        """Whether a person decided: accepted or declined, with a name and a day that is not after the read."""
        decided = self.decision in (Checked.ACCEPTED, Checked.DECLINED)
        return decided and bool(self.by) and isinstance(self.on, date) and self.on <= read_on

    def order(self) -> tuple[date, int]:
        """The newest is the greatest; one without a readable day may be newer than all."""
        return (self.on if isinstance(self.on, date) else date.max), self.at.instance or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyRow:
    """A row that came in by survey: its own form's decision, and its reviews."""

    at: Row
    event: str
    stamp: str
    said: Checked  # what its own form says, as it counted before there were reviews
    said_by: str
    said_on: Reading
    reason: str
    counts_as: Checked
    reviewed: bool  # a person decided about it, with name and day
    seen: str  # the hash of the present cells

    @property
    def handed_in_on(self) -> date | None:
        """The day of its stamp; None where it has none that can be read."""
        return stamp_day(self.stamp)


@dataclass(slots=True)
class Reviews:
    """All reviews of a read, and the rows they are about as these are read."""

    read_on: date
    decide: bool  # False: a read from before there were reviews, or a lab that keeps acceptance on the survey form
    problems: Problems
    #: projects in which more than one form of evidence is a survey, so that a number alone names no row
    crowded: frozenset[str] = frozenset()
    hand_in: str = ""  # key of the form people hand evidence in on, ""
    collects: bool = False  # whether `rows` is wanted: each of its rows is hashed
    rows: list[SurveyRow] = field(default_factory=list)
    _about: dict[tuple[str, str, str, int], Decision] = field(default_factory=dict)

    def take(self, sheet: Sheet, columns: Columns) -> None:
        """Remember the newest review of each row that the sheet names."""
        stamps = sheet.text(HANDED_IN)
        for number, (what, row) in enumerate(zip(columns["what"], columns["row"], strict=True)):
            at = sheet.row(number)
            if stamps[number].strip():
                self.problems.row(at, _BY_SURVEY)
            elif what is None:
                self.problems.note(at, "what", _OF_WHAT)
            elif row and what is Reviewed.COMPLETION:
                cells = {name: columns[name][number] for name in ("decision", "by", "on", "reason", "seen")}
                self._keep((sheet.source.project, at.record, columns["event"][number], row), Decision(at=at, **cells))

    def _keep(self, key: tuple[str, str, str, int], review: Decision) -> None:
        known = self._about.get(key)
        if known is None or review.order() > known.order():
            self._about[key] = review

    def about(self, sheet: Sheet, number: int) -> Decision | None:
        """The newest review of a row. In a longitudinal project one without an event is about the form's only event."""
        row, event = sheet.row(number), sheet.events[number]
        named = self._about.get((sheet.source.project, row.record, event, row.instance or 1))
        if not event or not sheet.source.event:
            return named
        bare = self._about.get((sheet.source.project, row.record, "", row.instance or 1))
        return max(filter(None, (named, bare)), key=Decision.order, default=None)

    def misfit(self, review: Decision, sheet: Sheet, number: int) -> CellProblem | None:
        """Return why a review does not hold for the row's present cells, else None."""
        if review.seen:
            return None if review.seen.lower() == seen(sheet.cells_of(number)) else _OTHER_CELLS
        if sheet.source.project in self.crowded:
            return _CROWDED
        day = stamp_day(sheet.text(HANDED_IN)[number])
        if day is None:
            return _NOT_SUBMITTED
        return None if isinstance(review.on, date) and review.on >= day else _written_over(day)

    def needless(self, sheet: Sheet, number: int) -> None:
        """Tell of a review about a row that did not come in by survey: that row is judged by what was typed there."""
        review = self.about(sheet, number) if self._about else None
        if review:
            self.problems.row(review.at, _TYPED)

    def unsigned(self, review: Decision) -> CellProblem | None:
        """What a review lacks to be one; None when it was signed, or says that the row still waits."""
        if review.decision is Checked.WAITING or review.signed(self.read_on):
            return None
        return _UNDECIDED if review.decision is None else _UNSIGNED


def reviews_of(export: Export, mapping: Mapping, read_on: date, problems: Problems, *, collects: bool = False) -> Reviews:
    """Return an empty collection that knows whether reviews decide in this read.

    The export shows it: a read from before there were reviews holds no form of them, not even an empty one.
    """
    stamped = {source.key: source for source in mapping.of("completions") if _sent_stamps(export, source.key)}
    projects = [source.project for source in stamped.values()]
    hand_in = mapping.hand_in_source
    return Reviews(
        read_on=read_on,
        decide=not mapping.review_keys.isdisjoint(export.instruments),
        problems=problems,
        crowded=frozenset(name for name in projects if projects.count(name) > 1),
        hand_in=hand_in.key if hand_in else "",
        collects=collects,
    )


def _sent_stamps(export: Export, key: str) -> bool:
    return f"{key.partition('.')[2]}_timestamp" in _header(export, key)


def stamped_forms(export: Export, mapping: Mapping, table: str) -> list[str]:
    """The forms of a table that are surveys, as far as a read tells."""
    return list(dict.fromkeys(source.instrument for source in mapping.of(table) if _sent_stamps(export, source.key)))


def _header(export: Export, key: str) -> list[str]:
    return export.instruments.get(key, "").partition("\n")[0].split(",")


def without_stamps(export: Export, mapping: Mapping) -> str:
    """The form on which people hand evidence in, where it has rows and REDCap sent no stamps of it; "" when all is well."""
    source = mapping.hand_in_source
    if source is None or _sent_stamps(export, source.key):
        return ""
    return source.instrument if export.instruments.get(source.key, "").count("\n") > 1 else ""


def stamp_day(stamp: str) -> date | None:
    """The day on which a survey was submitted; None for one that was begun only, and for what cannot be read."""
    try:
        return date.fromisoformat(stamp.strip()[:10]) if stamp.strip()[10:11] in ("", " ", "T") else None
    except ValueError:
        return None


_BY_SURVEY = CellProblem(
    slug="review-by-survey",
    what="This review came in by survey, where anybody with the link writes every field. It counts for nothing.",
    next_step="Designer > Disable in the survey column of this form; then delete this row.",
)
_OF_WHAT = CellProblem(
    slug="review-of-what", what="does not say what was looked at. This review counts for nothing.", next_step="Choose Completion."
)
_TYPED = CellProblem(
    slug="review-of-typed",
    what="This review is about a row that did not come in by survey, so it counts for nothing: what was typed there decides.",
    next_step="Correct “Looked at” in that row, or the row's number here; or delete this review.",
)
_OTHER_CELLS = CellProblem(
    slug="reviewed-otherwise",
    what="was given for other cells than stand there now. The row waits to be looked at again.",
    next_step="Look at the certificate, and enter a new review.",
)
_CROWDED = CellProblem(
    slug="reviewed-which",
    what="names the row of one of several forms that are surveys, and not which. It counts for nothing.",
    next_step="Take the survey off all forms of certificates but one, or write reviews with `onboard review`.",
)
_NOT_SUBMITTED = CellProblem(
    slug="reviewed-too-early",
    what="is about a survey that is not submitted, so that its person can still change it. The row waits.",
    next_step="Ask the person to submit it; or type the certificate into a new row, and delete this one.",
)
_UNSIGNED = CellProblem(
    slug="review-unsigned",
    what="needs the name of who decided and a day that is not to come. Until then the row waits.",
    next_step="Enter “Looked at by” and “Looked at on”.",
)
_UNDECIDED = CellProblem(
    slug="review-undecided",
    what="is blank, so that nothing is decided. The row waits.",
    next_step="Choose, or delete it.",
)


def _written_over(day: date) -> CellProblem:
    return CellProblem(
        slug="handed-in-again",
        what=f"was given before this row came in by survey on {show(day)}. The row waits to be looked at.",
        next_step="Look at the certificate, and enter a new review.",
    )
