"""schedule.toml -> when each job runs, with the earliest hour allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated

from pydantic import AfterValidator, TypeAdapter, ValidationError

from onboard.config.mistakes import Block, known_tables, table, validated
from onboard.model import JobName

FILE = "schedule.toml"
_SCHEDULED = tuple(job for job in JobName if job is not JobName.START)
_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: Local hours before this one occur twice, or never, on the days the clocks change.
EARLIEST = time(4, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTime:
    """When one job runs: weekday numbers (Monday = 0) and a local time of the lab's zone."""

    days: frozenset[int]
    at: time

    def may_run(self, day: date) -> bool:
        """Whether a slot of the job may open on this day; a weekly job that missed its day waits for a later one."""
        return len(self.days) == 1 or day.weekday() in self.days

    def crontab_days(self) -> str:
        """The days by name, as a scheduler wants them: ``mon,tue``. Never by number, which others count otherwise."""
        return ",".join(_NAMES[day] for day in sorted(self.days))


def parse_days(text: str) -> frozenset[int]:
    """``mon-fri``, ``mon``, ``mon,wed`` as weekday numbers. Raises ValueError with the next step."""
    found: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if first not in _NAMES or (dash and last not in _NAMES):
            raise ValueError(f"{text!r} names no weekdays. Write for example 'mon-fri' or 'mon,wed'.")
        low = _NAMES.index(first)
        high = _NAMES.index(last) if dash else low
        if high < low:
            raise ValueError(f"{part!r} runs backwards. Write the days one by one, for example 'sun,mon'.")
        found.update(range(low, high + 1))
    return frozenset(found)


def _days(text: str) -> str:
    parse_days(text)
    return text


def _at(text: str) -> str:
    try:
        at = _TIME.validate_python(text)
    except ValidationError:
        raise ValueError(f"{text!r} is not a time. Write HH:MM, for example '07:30'.") from None
    if at < EARLIEST:
        raise ValueError(f"{text!r} is before 04:00, when the clocks may change. Write a time from 04:00 on.")
    return text


_TIME = TypeAdapter(time)


class JobTable(Block):
    """One block of schedule.toml."""

    days: Annotated[str, AfterValidator(_days)]
    at: Annotated[str, AfterValidator(_at)]

    def job_time(self) -> JobTime:
        """The block as the scheduler wants it."""
        return JobTime(days=parse_days(self.days), at=_TIME.validate_python(self.at).replace(tzinfo=None))


def load_schedule(document: Mapping[str, object], mistakes: list[str]) -> dict[JobName, JobTime]:
    """When each job runs; a job without a block is not in it. Mistakes are added to `mistakes`."""
    known_tables(document, [job.value for job in _SCHEDULED], FILE, mistakes)
    found: dict[JobName, JobTime] = {}
    for job in _SCHEDULED:
        if job.value not in document:
            continue
        block = validated(JobTable, table(document, job.value, FILE, mistakes), f"{FILE}, [{job.value}]", mistakes)
        if block:
            found[job] = block.job_time()
    digests = found.get(JobName.DIGESTS)
    if digests and len(digests.days) != 1:
        mistakes.append(f"{FILE}, [{JobName.DIGESTS.value}], days: the digest is weekly. Write one day, for example 'mon'.")
    return found
