"""Any table of strings, read and judged: nothing raises, nothing unreadable clears anybody, and the reckoner says the same.

    python -m tests.judging.fuzz --tables 10000 [--seed 0]

Each seed is one table: the sample lab's busiest people with some cells overwritten. With an even seed the new text can be read
by nobody, and no day of any row may become cleared by it; with an odd one it may be anything, also a valid value in the wrong
place, and the day-by-day reckoner, which shares nothing with the judge, must say the same word of every row. Every tenth holds
days at the ends of the calendar, which no reckoner can walk to, under validity policies of every kind.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from multiprocessing import Pool
from pathlib import Path
from typing import TypeVar

from onboard.dates import parse_validity
from onboard.judging.obligations import gather
from onboard.judging.readiness import cleared_on
from onboard.model import Assessment, Delegation, Export, Records, Rules, Task, Waiver
from onboard.pipeline.judging import judge
from onboard.tables import read_tables
from onboard.timeline import Timeline
from tests.judging.sample import MONDAY, ZONE, mapping, sample_export, shipped_rules

sys.path.insert(0, str(Path(__file__).parent.parent / "reckoner"))
from reckon import Reckoner

Row = TypeVar("Row", Delegation, Waiver)
#: Who stays: a coordinator with tasks, one with a waiver, one who lapsed, one who ends soon; a trial, a chart review, a hold.
PEOPLE, PROTOCOLS = {"2", "3", "5", "12"}, {"1", "2", "5"}
#: Text that no date, choice, number or box can be read from.
UNREADABLE = (
    "???", "03/04/2026", "2026-02-30", "2026-13-01", "Mar-2026", "n/a", "tbd", "maybe", "yes/no", "-", "¿", "ﷺ", "\x00",
    "0000-00-00", "next week", "2026-1-1", "9999999", "1e400", "consent?", "x\ny", "=1+1", "NULL",
)  # fmt: skip
#: What stands where a signature should, and is none.
UNSIGNED = (
    "tbd", "TBD.", "n/a", "N/A", "-", "?", "--", "none", "pending", "Pending - Dr. Rivera", "unknown", "not signed yet",
    "to be signed", "Dr. Rivera?", "0", "1", "2026-11-01", "yes", "ok", "x", "awaiting PI", "¿", "???",
)  # fmt: skip
#: Values that are right somewhere.
READABLE = (
    "", " ", "0", "1", "2", "-1", "80", "2026-11-23", "2025-12-31", "2024-02-28", "2024-02-29T23:30:00Z", "yes", "no",
    "accepted", "declined", "survey", "typed", "attested", "pi", "volunteer", "external", "nih_trial", "exempt", "nih",
    "suspension", "closure", "STEP-HF", "step hf", "CHART-AF", "automatic", "Human Research", "hsp", "gcp", "consent",
)  # fmt: skip
#: Of all these texts, those that may be somebody's name.
NAMES = frozenset(
    {
        "Elena Rivera", "x\ny", "ﷺ", "survey", "typed", "attested", "pi", "volunteer", "external", "nih_trial", "exempt", "nih",
        "suspension", "closure", "STEP-HF", "step hf", "CHART-AF", "automatic", "Human Research", "hsp", "gcp", "consent",
    }
)  # fmt: skip
#: The first and last days there are.
ENDS = ("0001-01-01", "9999-12-31", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00")
POLICIES = (
    "months:12", "months:36 minus_day", "fiscal_year_end:1(07)", "fiscal_year_end:3(01)", "calendar_window(10-01..12-15)",
    "calendar_window(12-15..01-31)", "once",
)  # fmt: skip
#: Columns that say which row is which; REDCap writes them, nobody types them.
_KEYS = 3


@dataclass(frozen=True)
class Judged:
    """One table, judged."""

    export: Export
    assessment: Assessment


@cache
def base() -> Export:
    """The sample lab with few people, so that a table is judged in a moment."""
    export = sample_export()
    kept = {name: _kept(name, text) for name, text in export.instruments.items()}
    return replace(export, instruments=kept)


def _kept(name: str, text: str) -> str:
    wanted = PEOPLE if name.startswith("people.") else PROTOCOLS
    header, *rows = list(csv.reader(io.StringIO(text)))
    return _text([header, *(row for row in rows if row[0] in wanted)])


def _text(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def judged(export: Export, rules: Rules | None = None) -> Judged:
    """Read and judged, by the shipped rules unless others are given."""
    tables, problems = read_tables(export, mapping(), ZONE)
    return Judged(export, judge(tables, problems, rules or shipped_rules(), export.read_at, MONDAY))


def other_policies(seed: int) -> Rules:
    """The shipped rules with another validity for each requirement, of the kinds that reckon with calendars."""
    dice = random.Random(seed)
    changed = (replace(r, validity=parse_validity(dice.choice(POLICIES))) for r in shipped_rules().requirements)
    return replace(shipped_rules(), requirements=tuple(changed))


@cache
def untouched() -> dict[tuple[str, str, Task | None], Timeline]:
    """The surely cleared days of every row before anything is overwritten."""
    return {(r.person, r.protocol, r.task): r.cleared.sure for r in judged(base()).assessment.readiness}


#: Who signed: nearly any text is a name, so what nobody can read there is what people type when nobody has signed yet.
_SIGNED = ("_approved_by", "_checked_by")
#: What a protocol is called gets a text of its own: the very text that another row names would be a true match.
_CALLED = ("protocol_number", "short_code")


def overwritten(seed: int, texts: tuple[str, ...]) -> Export:
    """One to twelve cells, or a whole column, with one of `texts` or a few letters of any script in them."""
    dice = random.Random(seed)
    tables = {name: list(csv.reader(io.StringIO(text))) for name, text in base().instruments.items()}
    if dice.random() < 0.2:
        rows, place, offered = _column(dice, tables, texts)
        for row in rows:
            row[place] = dice.choice(offered)
    for _ in range(dice.randint(1, 12)):
        rows, place, offered = _column(dice, tables, texts)
        dice.choice(rows)[place] = dice.choice(offered)
    return replace(base(), instruments={name: _text(rows) for name, rows in tables.items()})


def _column(
    dice: random.Random, tables: dict[str, list[list[str]]], texts: tuple[str, ...]
) -> tuple[list[list[str]], int, tuple[str, ...]]:
    """The rows of a table that has any, a column that people fill in, and the texts that may come to stand in it."""
    while True:
        header, *rows = tables[dice.choice(sorted(tables))]
        first = _KEYS if "redcap_repeat_instance" in header else 1
        if rows and first < len(header):
            place = dice.randrange(first, len(header))
            return rows, place, _offered(header[place], texts)


def _offered(column: str, texts: tuple[str, ...]) -> tuple[str, ...]:
    if column.endswith(_SIGNED):
        return UNSIGNED if texts is UNREADABLE else (*texts, *UNSIGNED, "Elena Rivera")
    return tuple(f"{text} as called" for text in texts) if column in _CALLED else texts


def letters(dice: random.Random) -> str:
    """A few letters of anything that can stand in a cell."""
    found = (chr(dice.choice((dice.randrange(32, 127), dice.randrange(160, 0xD7FF)))) for _ in range(dice.randint(1, 9)))
    return "".join(found)


def story(seed: int) -> str:
    """What is wrong with the table of a seed; "" when nothing is. Raises what the product raises."""
    dice = random.Random(-seed - 1)
    if seed % 10 == 9:
        judged(overwritten(seed, (*READABLE, *ENDS)), other_policies(seed))
        return ""
    if seed % 2 == 0:
        return "\n".join(_cleared_by_nothing(seed, judged(overwritten(seed, UNREADABLE))))
    anything = (*READABLE, *UNREADABLE, *(letters(dice) for _ in range(12)))
    return "\n".join(_unlike_the_reckoner(seed, judged(overwritten(seed, anything))))


def _cleared_by_nothing(seed: int, found: Judged) -> Iterator[str]:
    before = untouched()
    for row in found.assessment.readiness:
        gained = row.cleared.sure - before.get((row.person, row.protocol, row.task), Timeline())
        if gained:
            yield f"seed {seed}: unreadable text clears {row.person}/{row.protocol}/{row.task} on {list(gained.ranges())}"


def _unlike_the_reckoner(seed: int, found: Judged) -> Iterator[str]:
    dice = random.Random(seed)
    tables, _ = read_tables(found.export, mapping(), ZONE)
    reckoner = Reckoner(_signed_by_hand(gather(tables), found.export), shipped_rules(), MONDAY)
    for row in found.assessment.readiness:
        for day in (MONDAY, _some_day(dice)):
            mine, theirs = cleared_on(row, day), reckoner.row_status(row.person, row.protocol, row.task, day)
            if mine != theirs:
                yield f"seed {seed}: {row.person}/{row.protocol}/{row.task} on {day}: judge {mine}, reckoner {theirs}"


def _signed_by_hand(records: Records, export: Export) -> Records:
    """The rows with their signatures looked up among `NAMES`, not as the product read them."""
    return replace(
        records,
        delegations=tuple(_signed(row, export, "people.delegation", "deleg_approved_by") for row in records.delegations),
        waivers=tuple(_signed(row, export, "people.waiver", "waiver_approved_by") for row in records.waivers),
    )


def _signed(row: Row, export: Export, table: str, column: str) -> Row:
    _, record, instance = row.evidence.split("/")
    rows = csv.DictReader(io.StringIO(export.instruments[table]))
    typed = next(r[column] for r in rows if (r["record_id"], r["redcap_repeat_instance"]) == (record, instance))
    if typed not in (*READABLE, *UNREADABLE, *UNSIGNED, "Elena Rivera"):
        return row  # a few letters of any script: names, unless they look like a date
    return replace(row, approved_by=typed if typed in NAMES else "")


def _some_day(dice: random.Random) -> date:
    return MONDAY + timedelta(days=dice.randint(-900, 400))


def main() -> int:
    """Read the command line, judge the tables, print; 0 when nothing is wrong with any."""
    parser = argparse.ArgumentParser(description="Judge tables of any strings.")
    parser.add_argument("--tables", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    wrong: list[str] = []
    with Pool(2) as pool:
        for told in pool.imap_unordered(story, range(wanted.seed, wanted.seed + wanted.tables), chunksize=50):
            wrong += [told] if told else []
    print(f"{wanted.tables} tables of any strings, read and judged; no exception")
    print("\n".join(wrong[:5]) or "nothing unreadable cleared anybody, and the reckoner agreed on every row")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
