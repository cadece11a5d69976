"""How fast it is, each figure against its floor in the same run. Prints a table; asserts nothing.

``python tests/bench/bench.py`` takes the sizes as arguments: ``--people 1000 10000``, ``--daily 10000``, ``--rounds 5``.
"""

from __future__ import annotations

import argparse
import gc
import io
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from statistics import median
from time import process_time

import pandas as pd

from jobs.__main__ import rarely_collect
from onboard.judging.kinds import assess
from onboard.judging.obligations import find_obligations
from onboard.judging.readiness import summarize
from onboard.model import Export, Obligation
from onboard.rendering.picture import picture
from onboard.rendering.renderer import Renderer
from onboard.tables import read_tables
from tests.bench.going_out import compose, daily, deliver
from tests.bench.labs import MONDAY, ZONE, an_export, shipped_mapping, shipped_rules, some_records
from tests.bench.measuring import Figure, growth, in_its_own_process, paired, seconds, table
from tests.bench.processes import many_labs, memory, starting
from tests.words.cast import LAB
from tests.words.mails_about_people import DIGEST
from tests.words.mails_to_people import REMINDER

#: Labs from this size on are judged fewer times: each time takes minutes.
_LARGE, _FEWER = 50_000, 3


def judging(sizes: list[int], rounds: int) -> Iterator[Figure]:
    """Obligations a second and core, and how the time grows with the lab: each size in a process of its own, so that none
    inherits another's memory."""
    times = []
    for size in sizes:
        again = rounds if size < _LARGE else min(rounds, _FEWER)
        count, found, judged = in_its_own_process(_judge, size, again)
        rate = count / judged
        times.append(judged)
        what = f"judge: `assess` + `summarize`, {size:,} people, {count:,} obligations (median of {again})"
        beside = f"{rate:,.0f} obligations/s (`find_obligations` {count / found:,.0f}/s)"
        yield Figure(what=what, found=beside, target="≥ 25,000/s", met=rate >= 25_000)
    if len(sizes) > 1:
        exponent = growth(sizes, times)
        yield Figure(what="judge: growth exponent", found=f"{exponent:.2f}", target="≤ 1.1", met=exponent <= 1.1)


def _judge(size: int, rounds: int) -> tuple[int, float, float]:
    """How many obligations a lab of this size has, and the seconds it took to find them and to judge them."""
    rarely_collect()
    records, rules = some_records(size), shipped_rules()
    gc.collect()
    start = process_time()
    owed = find_obligations(records, rules, MONDAY)
    found = process_time() - start
    return len(owed), found, median(seconds(partial(_judged, owed), process_time) for _ in range(rounds))


def _judged(owed: list[Obligation]) -> None:
    summarize(assess(owed))


def reading(people: int, rounds: int) -> Iterator[Figure]:
    """All pages as they came, to tables, against pandas alone on the same bytes; in a process that only knows the pages."""
    ours, floor = in_its_own_process(_read, an_export(people), 3 * rounds)
    what = f"read: {people:,} people to tables, against `pandas.read_csv(dtype=str)` (median of {3 * rounds})"
    yield Figure(what=what, found=f"{ours / floor:.1f} times", target="≤ 3 times", met=ours <= 3 * floor)


def _read(export: Export, rounds: int) -> tuple[float, float]:
    """Median seconds of the read and of its floor."""
    rarely_collect()
    mapping, pages = shipped_mapping(), {key: text.encode() for key, text in export.instruments.items()}
    return paired(
        lambda: read_tables(replace(export, instruments={key: page.decode() for key, page in pages.items()}), mapping, ZONE),
        lambda: [pd.read_csv(io.BytesIO(page), dtype=str) for page in pages.values()],
        rounds,
        process_time,
    )


def rendering(number: int, rounds: int) -> Iterator[Figure]:
    """Subject, text and inlined HTML; bytes and picture apart."""
    pen = Renderer(LAB)
    reminder = replace(REMINDER, lines=REMINDER.lines[:3], calendar=False)
    lines = (DIGEST.lines * (30 // len(DIGEST.lines) + 1))[:30]
    digest = replace(DIGEST, lines=lines, bars=())
    for name, notice, target in (("3-item reminder", reminder, 1000), ("30-row digest", digest, 300)):
        rate = number / median(
            seconds(lambda n=notice: [pen.render(n) for _ in range(number)], process_time) for _ in range(rounds)
        )
        yield Figure(what=f"render: {name}", found=f"{rate:,.0f}/s", target=f"≥ {target:,}/s", met=rate >= target)
    message = pen.render(reminder)
    rate = number / median(seconds(lambda: [compose(message) for _ in range(number)], process_time) for _ in range(rounds))
    yield Figure(what="render: MIME bytes of the reminder", found=f"{rate:,.0f}/s")
    rate = number / median(
        seconds(lambda: [picture(DIGEST.bars, MONDAY) for _ in range(number)], process_time) for _ in range(rounds)
    )
    yield Figure(what=f"render: the digest's picture of {len(DIGEST.bars)} bars", found=f"{rate:,.0f}/s")


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="sizes for the judge")
    parser.add_argument("--read", type=int, default=10_000, help="people of the read")
    parser.add_argument("--mails", type=int, default=200, help="mails rendered in a round")
    parser.add_argument("--messages", type=int, default=1_000, help="messages delivered in a round")
    parser.add_argument("--daily", type=int, default=10_000, help="people of the daily run and of the memory figure")
    parser.add_argument("--labs", type=int, default=3_000, help="labs of sixteen people")
    parser.add_argument("--rounds", type=int, default=5, help="each figure is the median of so many")
    given = parser.parse_args(arguments)
    rarely_collect()
    figures: list[Figure] = []
    for part in (
        reading(given.read, given.rounds),
        rendering(given.mails, given.rounds),
        deliver(given.messages, given.rounds),
        starting(given.rounds),
        memory(given.daily),
        daily(given.daily),
        judging(given.people, given.rounds),
        many_labs(given.labs),
    ):
        for figure in part:
            figures.append(figure)
            print(figure, file=sys.stderr, flush=True)
    print(table(figures))


if __name__ == "__main__":
    main()
