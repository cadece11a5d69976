"""Reviews made from what was accepted or declined on survey forms.

In: a read. Out: the rows to review and each review; nothing is written here. Such a review names who accepted and when, as the
row itself does, and carries the mark of the cells as they are now: it holds for these and no others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from onboard.folding import counted
from onboard.model import Export, Reviewed
from onboard.model.evidence_id import EvidenceId
from onboard.model.mapping import TABLE_FIELDS, Mapping, Source, has_form
from onboard.pipeline.reviewing import said_on_the_form
from onboard.tables import ADOPTED, SurveyRow, read_tables, survey_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedRow:
    """One review to write: the row it is about, its place, and its cells as REDCap field -> text."""

    evidence: str
    record: str
    event: str
    instance: int
    decision: str
    by: str
    on: str
    cells: Dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """All reviews to write.

    `source` is None where the project has no form of them yet; `left_out` says what was left out.
    """

    rows: tuple[AdoptedRow, ...]
    record_id: str
    form: str
    source: Source | None
    known: frozenset[str]  # evidence ids of the reviews that are there
    left_out: tuple[str, ...]

    def table(self) -> list[list[str]]:
        """Header and rows as the Data Import Tool takes them."""
        events = any(row.event for row in self.rows)
        fields = list(dict.fromkeys(name for row in self.rows for name in row.cells))
        keys = [self.record_id, *(["redcap_event_name"] if events else []), "redcap_repeat_instrument", "redcap_repeat_instance"]
        header = [*keys, *fields, f"{self.form}_complete"]
        return [header, *(self._line(row, events, fields) for row in self.rows)]

    def _line(self, row: AdoptedRow, events: bool, fields: Sequence[str]) -> list[str]:
        place = [row.record, *([row.event] if events else []), self.form, str(row.instance)]
        return [*place, *(row.cells.get(name, "") for name in fields), "2"]


def adopt_rows(export: Export, mapping: Mapping, zone: ZoneInfo, until: date, by: str, today: date) -> Adoption:
    """Return reviews for rows that their survey form decided and that have none.

    Decided: accepted or declined up to `until`, inclusive. Rows without a name are signed by `by` on `today`; without `by` they
    are left out and reported. Raises ReadInDoubt.
    """
    rows = said_on_the_form(survey_rows(export, mapping, zone))
    usual = _usual_source(rows[0].at.source.project if rows else "people")
    source = next((one for one in mapping.of("reviews") if has_form(export.instruments.get(one.key, ""))), None)
    reviews = read_tables(export, mapping, zone)[0].reviews
    free = _Free(reviews["evidence"].tolist())
    early = [row for row in rows if (day := _said_on(row)) and day <= until]
    signed = [row for row in early if row.said_by or by]
    made = [_adopted(row, source or usual, free.next(row.at.record), by, until, today) for row in signed]
    project = (source or usual).project
    first = next((text for key, text in export.instruments.items() if key.startswith(f"{project}.")), "record_id")
    return Adoption(
        rows=tuple(made),
        record_id=first.partition("\n")[0].split(",")[0],
        form=(source or usual).instrument,
        source=source,
        known=frozenset(reviews["evidence"].tolist()),
        left_out=tuple(_left_out(rows, early, signed, until)),
    )


def _usual_source(project: str) -> Source:
    """The shipped form, for a project that has none yet."""
    fields = {name: f"rev_{name}" for name in TABLE_FIELDS["reviews"]}
    return Source(table="reviews", project=project, instrument="review", fields=fields)


class _Free:
    """The next free row of each record."""

    def __init__(self, evidence: Sequence[str]) -> None:
        self._highest: dict[str, int] = {}
        for one in evidence:
            at = EvidenceId.parse(one)
            self._highest[at.record] = max(self._highest.get(at.record, 0), at.instance or 0)

    def next(self, record: str) -> int:
        self._highest[record] = self._highest.get(record, 0) + 1
        return self._highest[record]


def _said_on(row: SurveyRow) -> date | None:
    """Return the day of the decision, else the day the row came in: the earliest."""
    return row.said_on if isinstance(row.said_on, date) else row.handed_in_on


def _adopted(row: SurveyRow, source: Source, instance: int, by: str, until: date, today: date) -> AdoptedRow:
    said_on = row.said_on if isinstance(row.said_on, date) else until
    signed = (row.said_by, said_on) if row.said_by else (by, today)
    words = {
        "what": Reviewed.COMPLETION.value,
        "row": str(row.at.instance or 1),
        "event": row.event,
        "decision": row.said.value,
        "by": signed[0],
        "on": signed[1].isoformat(),
        "reason": f"{ADOPTED} on {today.isoformat()}",
        "seen": row.seen,
    }
    cells = {source.fields[name]: _code(source, name, word) for name, word in words.items() if word and name in source.fields}
    return AdoptedRow(
        evidence=row.at.evidence,
        record=row.at.record,
        event=source.event or row.event,
        instance=instance,
        decision=words["decision"],
        by=words["by"],
        on=words["on"],
        cells=cells,
    )


def _code(source: Source, name: str, word: str) -> str:
    """The lab's own code for a word of ours."""
    return next((code for code, meaning in source.values.get(name, {}).items() if meaning == word), word)


def _left_out(rows: Sequence[SurveyRow], early: Sequence[SurveyRow], signed: Sequence[SurveyRow], until: date) -> Iterator[str]:
    if later := len(rows) - len(early):
        yield f"{counted(later, 'row')} left out: decided after {until}, or never submitted. Review them in REDCap."
    if nameless := len(early) - len(signed):
        yield f"{counted(nameless, 'row')} left out: the name of who accepted is blank. Look at them, and add --by YOUR-NAME."
