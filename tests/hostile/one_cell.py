"""One person's cell holds something that cannot be read: what everybody else is told, asked and shown stays equal to the byte.

    python -m tests.hostile.one_cell

Every cell of every form of one person is overwritten, one after the other, with everything that has ever stood in one. A form the
person has no row of gets one.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import cache

from onboard.judging.estimates import path
from onboard.judging.reconcile import reconcile
from onboard.model import Assessment, Export, History, Notice
from onboard.model.rows import csv_table
from onboard.pipeline.judging import judge
from onboard.pipeline.plans import PLANS
from onboard.planning.lab_day import desk_of
from onboard.planning.worklist import worklist_lines
from onboard.questions import (
    explain,
    explain_words,
    exposure_words,
    history_picture,
    pack,
    path_words,
    proof,
    proof_words,
    status,
    whatif,
    worklog,
)
from onboard.questions.exposure import exposure
from onboard.questions.fixfirst import fix_first
from onboard.questions.history import history
from onboard.questions.pack_people import Asked
from onboard.tables import evidence_rows, read_tables
from tests.judging.sample import MONDAY, ZONE, mapping, sample_export, shipped_rules
from tests.words.cast import LAB

#: Whose cells: tasks on a trial, nobody's supervisor. The others: PI, coordinator with tasks, a waiver, one who lapsed.
VICTIM, OTHERS = "12", ("1", "2", "3", "5")
TEXTS = (
    "???", "03/04/2026", "9999-12-31", "0001-01-01", "x\ny", "a\rb", '"', "=1+1", "ﷺ", "\x00", "\u202e2026-01-01", "x" * 5000,
    "NASK", "-1", "1e400", "STEP-HF;P2", "{{ 1 }}", "<b>", "%s", "\ud83d",
)  # fmt: skip
#: Columns that say which row is which; REDCap writes them.
_KEYS = ("record_id", "redcap_repeat_instrument", "redcap_repeat_instance")


@cache
def base() -> Export:
    """The sample lab with few people, so that one cell is judged in a moment."""
    export = sample_export()
    kept = {name: _rows(text, lambda row: row[0] in (*OTHERS, VICTIM)) for name, text in _people(export).items()}
    return replace(export, instruments={**export.instruments, **kept})


def _people(export: Export) -> dict[str, str]:
    return {name: text for name, text in export.instruments.items() if name.startswith("people.")}


def _rows(text: str, keep: Callable[[list[str]], bool]) -> str:
    header, *rows = list(csv.reader(io.StringIO(text)))
    return _text([header, *filter(keep, rows)])


def _text(rows: list[list[str]]) -> str:
    return csv_table(rows)


def cells() -> list[tuple[str, str]]:
    """Every instrument and column of the people's project that somebody types into."""
    headers = {name: text.partition("\n")[0].split(",") for name, text in sorted(_people(base()).items())}
    return [(name, column) for name, header in headers.items() for column in header if column not in _KEYS]


def planted(instrument: str, column: str, text: str) -> Export:
    """The lab with one cell of the victim's first row overwritten."""
    header, *rows = list(csv.reader(io.StringIO(base().instruments[instrument])))
    row = next((row for row in rows if row[0] == VICTIM), None)
    if row is None:
        keys = [VICTIM, instrument.partition(".")[2], "1"] if header[1] == _KEYS[1] else [VICTIM]
        row = [*keys, *("" for _ in header[len(keys) :])]
        rows.append(row)
    row[header.index(column)] = text
    return replace(base(), instruments={**base().instruments, instrument: _text([header, *rows])})


def told(export: Export, estimates: bool = True) -> dict[str, str]:
    """What everybody but the victim is told and asked, by question and person. The IRB's turnaround is the median of all
    listings: without `estimates` the days that rest on it are left out."""
    tables, problems = read_tables(export, mapping(), ZONE)
    assessment = judge(tables, problems, shipped_rules(), export.read_at, MONDAY)
    found = {"fixes": _json([fix for fix in map(_others_fix, fix_first(assessment, MONDAY)) if fix])}
    found["mismatches"] = _json([asdict(m) for m in reconcile(assessment, MONDAY) if VICTIM not in m.people])
    found["problems"] = _json([asdict(p) for p in assessment.problems if VICTIM not in p.people])
    fewer = replace(shipped_rules(), requirements=shipped_rules().requirements[:4])
    other = judge(tables, problems, fewer, export.read_at, MONDAY)
    moved = whatif.compare_assessments(assessment, other, MONDAY, MONDAY)
    found["whatif"] = _json([asdict(replace(m, about=None)) for m in (*moved.short, *moved.gains) if m.person != VICTIM])
    found["survey rows"] = _json({r: n for r, n in (evidence_rows(export, mapping()) or {"none": 0}).items() if r != VICTIM})
    exposed = exposure_words.as_json(exposure(assessment), assessment)
    for kind in ("certain", "not_excluded", "could_have_worked", "unplaced"):
        found[f"exposure {kind}"] = _json([row for row in _list(exposed[kind]) if row["person"] != VICTIM])
    found["table"] = repr([line for line in status.status_table(assessment, MONDAY, with_tasks=True) if line.record != VICTIM])
    found |= {f"{record} {name}": text for record in OTHERS for name, text in _of_person(assessment, record, estimates).items()}
    for record in assessment.protocols:
        for name, content in pack.pack(assessment, record, Asked(days=(MONDAY,))).items():
            if name.startswith("proofs/") and not name.endswith(f"-{VICTIM}.txt"):
                found[f"pack {record} {name}"] = content.decode()
            elif name.endswith(".csv"):
                lines = list(csv.reader(io.StringIO(content.decode())))
                found[f"pack {record} {name}"] = _json([line for line in lines if VICTIM not in (line[0], *line[2:3])])
    return found | _mails(assessment, estimates)


def _of_person(assessment: Assessment, record: str, estimates: bool) -> Iterator[tuple[str, str]] | dict[str, str]:
    found = {
        "status": _json([row for row in status.status_rows(assessment, MONDAY) if row["person"] == record]),
        "history": history_picture.as_text(history(assessment, record)),
        "log": worklog.as_csv(worklog.work_log(assessment, record)),
        "explain": explain_words.as_text(explain.explain(assessment, History(), LAB, record, MONDAY)),
    }
    if estimates:
        found["path"] = path_words.as_text(path(assessment, record, MONDAY), assessment)
    for protocol in assessment.protocols:
        found[f"proof {protocol}"] = proof_words.as_text(proof.prove(assessment, record, protocol, None, MONDAY))
    return found


def _mails(assessment: Assessment, estimates: bool) -> dict[str, str]:
    """The lines of all mails of the morning that are about the others."""
    found: dict[str, str] = {}
    lines = worklist_lines(desk_of(assessment, History(), LAB, MONDAY))
    for job, plan in PLANS.items():
        for notice in plan(assessment, History(started=True), LAB, MONDAY, None):
            if notice.reader.record != VICTIM:
                found[f"{job.value} {notice.kind} {notice.reader.address}"] = _notice(notice, estimates)
    found["worklist"] = repr([_line(line, estimates) for line in lines if line.person not in ("", VICTIM)])
    return found


def _notice(notice: Notice, estimates: bool) -> str:
    return repr([_line(line, estimates) for line in notice.lines if line.person not in ("", VICTIM)])


def _line(line: object, estimates: bool) -> object:
    return line if estimates else replace(line, why="", url="")  # type: ignore[type-var]


def _others_fix(fix: object) -> dict[str, object] | None:
    """A fix without the victim; None where nobody else is in it."""
    row = asdict(fix)  # type: ignore[call-overload]
    kept = {name: [r for r in row[name] if r != VICTIM] for name in ("clears", "touches")}
    kept["where"] = [place for place in row["where"] if place.split("/")[1] != VICTIM]
    return {**row, **kept} if kept["where"] or kept["touches"] else None


def _list(value: object) -> list[Mapping[str, object]]:
    assert isinstance(value, list)
    return value


def _json(value: object) -> str:
    return json.dumps(value, default=str, sort_keys=True, ensure_ascii=False)


def hidden(instrument: str, column: str, text: str) -> list[str]:
    """What is told otherwise to somebody else because of the cell; [] when nothing is."""
    estimates = instrument != "people.listing"
    before, after = _untouched(estimates), told(planted(instrument, column, text), estimates)
    differing = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [f"{instrument} {column} = {text[:30]!r}: {name}\n  {before.get(name)}\n  {after.get(name)}" for name in differing]


@cache
def _untouched(estimates: bool) -> dict[str, str]:
    return told(base(), estimates)


def main() -> int:
    """Every cell, every text; 0 when nobody else was touched."""
    parser = argparse.ArgumentParser(description="One cell that cannot be read, and what everybody else is told.")
    parser.add_argument("--texts", type=int, default=len(TEXTS), help="how many of the texts")
    wanted = parser.parse_args()
    texts = TEXTS[: wanted.texts]
    wrong = [line for instrument, column in cells() for text in texts for line in hidden(instrument, column, text)]
    print(f"{len(cells())} cells of one person, {len(texts)} texts each: {len(wrong)} answers about others changed")
    print("\n".join(wrong[:5]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
