"""The long form: judge random labs twice, day by day, until enough person-protocol-days agree.

    python tests/reckoner/prove.py --days 100000 [--seed 0]

Prints how many labs, days and answers were compared and how they fell; ends with 1 and a minimal story at a disagreement.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from datetime import date

from compare import Tally, compare
from labs import Lab, make_lab


def days_of(lab: Lab, more: int) -> list[date]:
    """Every edge of the lab with its neighbours, and some days at random."""
    dice = random.Random(-lab.seed - 1)
    edges = lab.edges()
    first, last = edges[0].toordinal() - 40, edges[-1].toordinal() + 1200
    return sorted({*edges, *(date.fromordinal(dice.randint(first, last)) for _ in range(more))})


def prove(days: int, seed: int, least: int = 0) -> tuple[Tally, int]:
    """Labs from `seed` on until `days` row-days of at least `least` labs were compared or something differed; the tally and how
    many labs. Every second one asks what the shipped requirements ask."""
    tally, labs = Tally(), 0
    while (tally.row_days < days or labs < least) and not tally.stories:
        lab = make_lab(seed + labs, shipped=labs % 2 == 1)
        tally.add(compare(lab, days_of(lab, 20)))
        labs += 1
    return tally, labs


def _table(title: str, counts: Counter[str]) -> str:
    lines = [f"  {word:<10} {number:>9}" for word, number in counts.most_common()]
    return "\n".join([f"{title}: {sum(counts.values())}", *lines])


def main() -> int:
    """Read the command line, prove, print; 0 when the two agree everywhere."""
    parser = argparse.ArgumentParser(description="Compare the judge with the brute-force reckoner.")
    parser.add_argument("--days", type=int, default=100_000, help="person-protocol-days to compare")
    parser.add_argument("--labs", type=int, default=1000, help="labs to compare at least")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first lab")
    wanted = parser.parse_args()
    tally, labs = prove(wanted.days, wanted.seed, wanted.labs)
    print(f"labs: {labs}, seeds {wanted.seed} to {wanted.seed + labs - 1}")
    print(_table("person-protocol-days", tally.rows))
    print(_table("finding-days", tally.findings))
    print(_table("met answers", tally.answers))
    if tally.stories:
        print(f"\n{len(tally.stories)} disagreements in the last lab; the shortest:\n{min(tally.stories, key=len)}")
        return 1
    print("the judge and the reckoner agree on every one")
    return 0


if __name__ == "__main__":
    sys.exit(main())
