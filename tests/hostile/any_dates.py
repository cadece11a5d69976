"""Any date of any year in any date cell: every question is answered, and every mail of a morning is planned.

    python -m tests.hostile.any_dates --labs 100 [--seed 0]

Each seed is the sample lab as a folder of exports, with odd days in some of its date cells: the first and the last days there
are, years before and after any lab's life, days of 30 years around, text that is no date. Every second seed fills columns.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import shutil
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from functools import cache
from pathlib import Path

from jobs.__main__ import main as run
from jobs.demo_home import make_home
from onboard.shipped import shipped
from tests.judging.sample import sample_export
from tests.tables.conftest import MONDAY

#: Days at and beyond the ends of the calendar, as machines and people write them; those on it stand first.
ENDS = (
    "0001-01-01", "9999-12-31", "0001-01-02", "9999-12-30", "0001-12-31", "9999-01-01", "9998-12-31", "2900-01-01", "2899-12-31",
    "9999-12-31 23:59:59", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "0000-00-00", "10000-01-01", "31/12/9999",
    "12/31/9999", "1900-01-01", "1899-12-31", "1752-09-02", "2100-02-29", "2000-02-29", "2026-11-23T00:00:00Z", "-0001-01-01",
    "99999-12-31", "2026-02-30", "never", "UNK", "NASK", " ", "",
)  # fmt: skip
#: A protocol to come, for the question who would be short.
NEW_PROTOCOL = """number = "IRB-27-0001"
code = "NEW-1"
study_type = "nih_trial"
funding = "nih"
phi = "yes"
approval_from = 2026-12-01
people = ["2", "3"]
"""
#: How often a cell of a chosen column is overwritten.
_PART = 0.3


@cache
def date_columns() -> frozenset[str]:
    """The fields of the shipped dictionaries that hold days."""
    found = set()
    for name in ("people", "protocols"):
        text = (shipped("config") / "redcap_project" / f"{name}.csv").read_text(encoding="utf-8")
        rows = csv.DictReader(io.StringIO(text))
        kind = "Text Validation Type OR Show Slider Number"
        found |= {row["Variable / Field Name"] for row in rows if row[kind].startswith("date")}
    return frozenset(found)


def odd_day(dice: random.Random) -> str:
    """A day of any year, mostly one that is hard to reckon with."""
    if dice.random() < 0.3:
        return dice.choice(ENDS[:4])
    if dice.random() < 0.5:
        return dice.choice(ENDS)
    if dice.random() < 0.5:
        return date.fromordinal(dice.randint(1, date.max.toordinal())).isoformat()
    return date.fromordinal(MONDAY.toordinal() + dice.randint(-5500, 5500)).isoformat()


def write_lab(folder: Path, seed: int) -> None:
    """The sample lab of `seed` as a folder of exports, one file a form."""
    dice = random.Random(seed)
    folder.mkdir(parents=True)
    whole = seed % 2 == 1
    for name, text in sorted(sample_export().instruments.items()):
        header, *rows = list(csv.reader(io.StringIO(text)))
        for place, column in enumerate(header):
            if column in date_columns() and dice.random() < (0.3 if whole else 1):
                one = odd_day(dice) if whole and dice.random() < 0.5 else ""
                for row in rows:
                    if whole or dice.random() < _PART:
                        row[place] = one or odd_day(dice)
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([header, *rows])
        (folder / f"{name}.csv").write_text(out.getvalue(), encoding="utf-8")


#: Of whom people's questions are asked: a coordinator with tasks, one with a waiver, one who lapsed, one who ends soon.
PEOPLE = ("2", "3", "5", "12")


def questions(folder: Path, people: Sequence[str] = PEOPLE) -> tuple[tuple[str, ...], ...]:
    """Every question there is, with the words that follow the command; files are written into `folder`."""
    protocol = folder / "new.toml"
    protocol.write_text(NEW_PROTOCOL, encoding="utf-8")
    asked = [
        ("status",),
        ("status", "--format", "json"),
        ("status", "--format", "csv"),
        ("exposure",),
        ("exposure", "--format", "json"),
        ("reconcile",),
        ("reconcile", "--format", "csv"),
        ("fix-first",),
        ("whatif", "--protocol", str(protocol)),
        ("pack", "STEP-HF", "--folder", str(folder / "pack")),
        ("preview", "--all", "--page", str(folder / "preview.html")),
    ]
    for person in people:
        asked += [
            ("explain", person),
            ("explain", person, "--format", "json"),
            ("proof", person, "STEP-HF", "--page", str(folder / f"proof{person}.html")),
            ("proof", person, "STEP-HF", "--task", "consent", "--on", "2026-06-01", "--format", "json"),
            ("history", person, "--svg", str(folder / f"history{person}.svg")),
            ("history", person, "STEP-HF", "--format", "csv"),
            ("path", person),
            ("log", person),
        ]
    return tuple(asked)


#: Ways a question may end: answered, or answered with something to do.
FINE = (None, 0, 1)


def asked(words: tuple[str, ...], home: Path, export: Path) -> str:
    """What is wrong with the answer to one question; "" when nothing is."""
    said, before = io.StringIO(), sys.argv
    more = () if words[0] in ("proof", "pack", "log") else ("--as-of", MONDAY.isoformat())
    sys.argv = ["onboard", *words, "--home", str(home), "--export", str(export), *more]
    code: object = 0
    try:
        with redirect_stdout(said), redirect_stderr(said):
            run()
    except SystemExit as stop:
        code = stop.code
    except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
        return traceback.format_exc()
    finally:
        sys.argv = before
    return said.getvalue() if "Traceback" in said.getvalue() or code not in FINE else ""


def story(seed: int, folder: Path, people: Sequence[str] = PEOPLE) -> list[str]:
    """What is wrong with the lab of a seed: the question and what it came to."""
    home = folder / "home"
    make_home(
        home, redcap="http://127.0.0.1:9/api/", host="127.0.0.1", port=9, tokens={"people": "A" * 32, "protocols": "B" * 32}
    )
    write_lab(folder / "export", seed)
    found = ((words, asked(words, home, folder / "export")) for words in questions(folder, people))
    return [f"seed {seed}, {' '.join(words)}:\n{wrong}" for words, wrong in found if wrong]


def main() -> int:
    """Read the command line, ask, print; 0 when every question of every lab was answered."""
    parser = argparse.ArgumentParser(description="Odd days in every date cell.")
    parser.add_argument("--labs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    wrong: list[str] = []
    for seed in range(wanted.seed, wanted.seed + wanted.labs):
        folder = Path(tempfile.mkdtemp())
        wrong += story(seed, folder)
        shutil.rmtree(folder)
    print(f"{wanted.labs} labs with odd days, every question asked: {len(wrong)} not answered")
    print("\n".join(wrong[:5]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
