"""How a long roster is cut. Decides how many rows each section keeps; which ones is the planner's order."""

from __future__ import annotations

from collections.abc import Sequence


def cut_evenly(counts: Sequence[int], most: int) -> list[int]:
    """How many of each to show so that the sum is at most `most`: small sections stay whole, long ones share the rest.

    A section never vanishes: each keeps one row even when there are more sections than `most`.
    """
    kept = [0] * len(counts)
    left, order = max(most, 0), sorted(range(len(counts)), key=lambda n: counts[n])
    for position, n in enumerate(order):
        fair = left // (len(order) - position)
        kept[n] = min(counts[n], max(fair, 1))
        left = max(left - kept[n], 0)
    return kept
