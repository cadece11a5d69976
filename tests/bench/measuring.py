"""Medians of interleaved runs, and the table. Decides how a figure is measured and shown; knows nothing of what is measured."""

from __future__ import annotations

import gc
import math
import multiprocessing as mp
import os
import platform
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table. `met` is None where nothing was promised."""

    what: str
    found: str
    target: str = ""
    met: bool | None = None

    def __str__(self) -> str:
        verdict = {True: "met", False: "**missed**", None: ""}[self.met]
        return f"| {self.what} | {self.found} | {self.target} | {verdict} |"


def seconds(work: Callable[[], object], clock: Callable[[], float] = perf_counter) -> float:
    """How long one call took, with nothing left to clean up before it."""
    gc.collect()
    start = clock()
    work()
    return clock() - start


def paired(
    ours: Callable[[], object], floor: Callable[[], object], rounds: int, clock: Callable[[], float] = perf_counter
) -> tuple[float, float]:
    """Median seconds of each, measured in turns, so that a busy machine is busy for both."""
    found = [(seconds(ours, clock), seconds(floor, clock)) for _ in range(rounds)]
    return median(a for a, _ in found), median(b for _, b in found)


def in_its_own_process(work: Callable[_P, _R], *arguments: _P.args, **named: _P.kwargs) -> _R:
    """What `work` returns from a fresh interpreter, which ends with it."""
    with ProcessPoolExecutor(1, mp.get_context("spawn")) as one:
        return one.submit(work, *arguments, **named).result()


def growth(sizes: Sequence[int], times: Sequence[float]) -> float:
    """The exponent between the smallest and the largest size: 1 is linear."""
    return math.log(times[-1] / times[0]) / math.log(sizes[-1] / sizes[0]) if len(sizes) > 1 else 1.0


def machine() -> str:
    """The machine's shape, in words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB, Python {platform.python_version()}; "
        f"load {load:.1f} when the bench ended"
    )


def table(figures: Sequence[Figure]) -> str:
    """All figures as markdown."""
    return "\n".join(["| figure | found | target | |", "|---|---|---|---|", *map(str, figures), "", f"Machine: {machine()}."])
