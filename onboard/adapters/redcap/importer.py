"""New completions into REDCap, each confirmed by reading back.

Each is the next free instance. intake/ decides what a row holds. Needs a token with API Import/Update besides API Export.

Traps of the wire, documented or recorded by other clients of live servers: an import is all or nothing, so rows that the
dictionary would refuse are kept out before, and a refused batch is halved until the bad row is alone; instances are counted
from a fresh read; every value is sent as text, since ``3.0`` is refused; a file import loses its error in PyCap 2.7.0, so the
file is read back byte by byte.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from onboard.adapters.redcap.answers import Busy, Refused
from onboard.adapters.redcap.evidence_files import holds_file
from onboard.adapters.redcap.project import GuardedProject, RedcapProject
from onboard.adapters.redcap.rows import EVENT, INSTANCE, INSTRUMENT, Rows, Wanted
from onboard.adapters.redcap.source import dictionary, read_form, server_version
from onboard.errors import ConfigError, OnboardError, ReadInDoubt
from onboard.model.evidence_id import EvidenceId, written
from onboard.model.mapping import Source

_BATCH = 100
#: So many rows refused one by one mean that something else is wrong with all of them.
_MOST_REFUSED = 5
_CHOICES = frozenset({"dropdown", "radio"})
_HIGHEST = 32767


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """One completion to bring: the record, REDCap field -> text, and the PDF to attach ("" for none)."""

    key: str
    record: str
    values: Mapping[str, str]
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A PDF for a recorded completion; attached only where there is no file yet."""

    evidence: str  # instrument/record/instance
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What is in REDCap now, read back: evidence by key, files attached, and what went wrong in sentences."""

    rows: Mapping[str, str]
    files: int
    troubles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row with the instance it gets."""

    row: NewRow
    instance: int
    sent: Mapping[str, str]


@dataclass(slots=True)
class _Work:
    """One import on its way."""

    project: GuardedProject
    form: Wanted
    file_field: str
    troubles: list[str] = field(default_factory=list)
    refused: int = 0
    stopped: bool = False


class RedcapImporter:
    """Brings rows into one form of one project: that of completions, or of what `noun` says."""

    def __init__(
        self, project: RedcapProject, source: Source, pause: Callable[[float], None] = time.sleep, *, noun: str = "completion"
    ) -> None:
        self._reached, self._source, self._pause, self._noun = project, source, pause, noun

    def bring(self, rows: Sequence[NewRow], papers: Sequence[Paper], planned_on: frozenset[str]) -> Brought:
        """Import the rows, attach the papers. `planned_on`: evidence ids the plan knew.

        Raises OnboardError, and then nothing was imported, when a record has rows the plan did not know or does not exist;
        ReadInDoubt when REDCap cannot be read. Whatever happened, running it again brings nothing twice.
        """
        with GuardedProject(self._reached, self._pause) as project:
            server_version(project, self._reached.name)
            work = self._prepared(project, rows)
            before = self._read(work)
            rows = self._acceptable(work, rows, dictionary(project, self._reached.name))
            self._check_unchanged(before, rows, planned_on)
            placed = self._placed(before, rows, work)
            for start in range(0, len(placed), _BATCH):
                self._send(work, placed[start : start + _BATCH])
            return self._proven(work, placed, papers)

    # before -----------------------------------------------------------------------------------------------------------

    def _prepared(self, project: GuardedProject, rows: Sequence[NewRow]) -> _Work:
        fields = dictionary(project, self._reached.name)
        mine = {row["field_name"] for row in fields if row.get("form_name") == self._source.instrument}
        unknown = sorted({name for row in rows for name in row.values} - mine)
        if not mine or unknown:
            said = f"no field {', '.join(unknown)}" if mine else "no such form"
            raise ConfigError(
                f"Form {self._source.instrument!r} of project {self._reached.name!r}: {said}. Correct redcap.toml; nothing was "
                "imported."
            )
        files = [row["field_name"] for row in fields if row["field_name"] in mine and holds_file(row)]
        wanted = [name for name in dict.fromkeys(self._source.fields.values()) if name in mine]
        form = Wanted(
            project=self._reached.name,
            instrument=self._source.instrument,
            record_id=fields[0]["field_name"],
            fields=tuple(dict.fromkeys((*wanted, *files[:1]))),
            checkboxes={},
            root=False,
            beside=f"{fields[0].get('form_name', '')}_complete",
        )
        return _Work(project, form, files[0] if len(files) == 1 else "")

    def _read(self, work: _Work) -> Rows:
        return read_form(work.project, work.form)

    def _acceptable(self, work: _Work, rows: Iterable[NewRow], fields: Sequence[Mapping[str, str]]) -> list[NewRow]:
        """The rows every value of which the dictionary allows; the others are told."""
        by_name = {row["field_name"]: row for row in fields}
        kept = []
        for row in rows:
            wrong = next((words for name, text in row.values.items() if (words := _not_allowed(by_name[name], text))), "")
            if wrong:
                work.troubles.append(f"Record {row.record} was left out: {wrong}")
            else:
                kept.append(row)
        return kept

    def _check_unchanged(self, before: Rows, rows: Sequence[NewRow], planned_on: frozenset[str]) -> None:
        """Check that the rows did not change since they were read.

        Another person may be typing, or a second intake running; rows read in part would be overwritten.
        """
        records = {row.record for row in rows}
        lost = records - before.sent_ids
        if lost:
            raise OnboardError(f"Record {sorted(lost)[0]} is no longer in REDCap. Nothing was imported; run intake again.")
        there = {self._evidence(cells) for cells in self._repeats(before) if cells["record"] in records}
        known = {evidence for evidence in planned_on if self._record_of(evidence) in records}
        for what, changed in (("got", there - planned_on), ("lost", known - there)):
            for evidence in sorted(changed):
                record = EvidenceId.parse(evidence).record
                raise OnboardError(
                    f"Record {record} {what} a {self._noun} while this was planned. Nothing was imported; run it again."
                )

    def _record_of(self, evidence: str) -> str:
        """The record of a row of this form at this event; "" for other evidence."""
        at = EvidenceId.parse(evidence)
        own = (at.instrument, at.event, at.field) == (self._source.instrument, self._source.event, "")
        return at.record if own and at.instance is not None else ""

    def _repeats(self, read: Rows) -> Iterable[dict[str, str]]:
        """The form's rows that are instances, as column -> text, with ``record``."""
        for row in read.rows:
            cells = dict(zip(read.header, row, strict=True)) | {"record": row[0]}
            in_event = not self._source.event or cells.get(EVENT, "") == self._source.event
            if cells.get(INSTANCE, "") and in_event:
                yield cells

    def _evidence(self, cells: Mapping[str, str]) -> str:
        return written(self._source.instrument, cells["record"], cells[INSTANCE], cells.get(EVENT, ""))

    def _placed(self, before: Rows, rows: Sequence[NewRow], work: _Work) -> list[_Placed]:
        """Each row at the next free instance of its record, as it is sent."""
        if before.longitudinal and not self._source.event:
            raise ConfigError("The project has events. Write event under [tables.completions] in redcap.toml.")
        highest: dict[str, int] = {}
        for cells in self._repeats(before):
            highest[cells["record"]] = max(highest.get(cells["record"], 0), int(cells[INSTANCE]))
        whole_event = any(not cells.get(INSTRUMENT, "") for cells in self._repeats(before))
        placed = []
        for row in rows:
            instance = highest[row.record] = highest.get(row.record, 0) + 1
            if instance > _HIGHEST:
                work.troubles.append(f"Record {row.record} has no free instance left, so its {self._noun} was left out.")
                continue
            keys = {work.form.record_id: row.record, INSTRUMENT: "" if whole_event else self._source.instrument}
            keys |= {EVENT: self._source.event} if before.longitudinal else {}
            sent = {**keys, INSTANCE: str(instance), **row.values, work.form.status: "2"}
            placed.append(_Placed(row, instance, sent))
        return placed

    # sending ----------------------------------------------------------------------------------------------------------

    def _send(self, work: _Work, batch: Sequence[_Placed]) -> None:
        """One batch, halved where REDCap refuses it, so that one bad row does not keep the others out."""
        if work.stopped or not batch:
            return
        try:
            answer = work.project.import_records([dict(one.sent) for one in batch], import_format="json", date_format="YMD")
        except Busy as error:
            work.stopped = True
            work.troubles.append(f"{error} What came in is read back now; run intake again for the rest.")
        except Refused as error:
            self._refused(work, batch, error)
        else:
            count = answer.get("count") if isinstance(answer, dict) else None
            # Rows or records: which of the two repeating rows are counted as is not evidenced. The proof is the read back.
            if str(count) not in (str(len(batch)), str(len({one.row.record for one in batch}))):
                work.troubles.append(f"REDCap says it took {count} of {len(batch)} rows; each is read back.")

    def _refused(self, work: _Work, batch: Sequence[_Placed], error: Refused) -> None:
        if error.status != 400:
            work.stopped = True
            work.troubles.append(_no_right(error, self._reached.name, self._noun))
        elif len(batch) == 1:
            work.refused += 1
            work.troubles.append(f"REDCap refused the {self._noun} of record {batch[0].row.record}: {error.words}")
            if work.refused >= _MOST_REFUSED:
                work.stopped = True
                work.troubles.append("No more were tried. Compare redcap.toml with the data dictionary: onboard check.")
        else:
            middle = len(batch) // 2
            self._send(work, batch[:middle])
            self._send(work, batch[middle:])

    # after ------------------------------------------------------------------------------------------------------------

    def _proven(self, work: _Work, placed: Sequence[_Placed], papers: Sequence[Paper]) -> Brought:
        """Read back and return what is in REDCap now, with the files."""
        after = {self._evidence(cells): cells for cells in self._repeats(self._read(work))}
        came: dict[str, str] = {}
        for one in placed:
            evidence = written(self._source.instrument, one.row.record, str(one.instance), one.sent.get(EVENT, ""))
            cells = after.get(evidence)
            differs = [name for name, text in one.row.values.items() if cells and cells.get(name) != text]
            if cells and differs:
                work.troubles.append(f"{evidence} does not read back as sent ({', '.join(differs)}). Look at it in REDCap.")
            elif cells:
                came[one.row.key] = evidence
        attach = [(came[one.row.key], one.row.document) for one in placed if one.row.document and one.row.key in came]
        attach += [(paper.evidence, paper.document) for paper in papers if paper.evidence in after]
        files = sum(self._attach(work, after[evidence], document) for evidence, document in attach)
        return Brought(rows=came, files=files, troubles=tuple(work.troubles))

    def _attach(self, work: _Work, cells: Mapping[str, str], document: str) -> bool:
        """One file to one instance that has none; True when REDCap gives the same bytes back."""
        evidence = self._evidence(cells)
        if not work.file_field:
            work.troubles.append(f"{evidence}: the form has no single file field, so {Path(document).name} was not attached.")
            return False
        if work.stopped or cells.get(work.file_field):
            return False
        event, instance = cells.get(EVENT) or None, int(cells[INSTANCE])
        try:
            content = Path(document).read_bytes()
            name = Path(document).name
            work.project.import_file(
                cells["record"], work.file_field, name, io.BytesIO(content), event=event, repeat_instance=instance
            )
            back, _ = work.project.export_file(cells["record"], work.file_field, event=event, repeat_instance=instance)
        except (ReadInDoubt, OSError) as error:
            work.troubles.append(f"{evidence}: {Path(document).name} was not attached ({error}). Attach it by hand.")
            return False
        if back != content:
            work.troubles.append(f"{evidence}: {Path(document).name} does not come back as it went. Look at it in REDCap.")
        return bool(back == content)


def _not_allowed(row: Mapping[str, str], text: str) -> str:
    """Why REDCap would refuse a value, "" when nothing speaks against it."""
    name, codes = row["field_name"], row.get("select_choices_or_calculations", "")
    if row.get("field_type") in _CHOICES:
        known = [choice.split(",", 1)[0].strip() for choice in codes.split("|") if choice.strip()]
        if text not in known:
            return f"{name} has no choice {text!r} (it has {', '.join(known)}). Add it in the designer, then run again."
    return ""


def _no_right(error: Refused, project: str, noun: str) -> str:
    if error.status == 403:
        return (
            f"The token of project {project!r} may not import ({error.words or error.status}). In the project, under User "
            f"Rights, give its user API Import/Update; or type the {noun}s in by hand."
        )
    return str(error)
