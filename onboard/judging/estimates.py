"""How long others take: the IRB's turnaround, from the lab's own listings where there are enough. Clears nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import median_high

from onboard.dates import WorkCalendar
from onboard.model import Assessment

#: IRB turnaround in working days where the lab has too few listings of its own, and how many are enough.
DEFAULT_TURNAROUND, ENOUGH = 10, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnaround:
    """How long the IRB takes, in working days, and from how many of the lab's own listings that is known."""

    days: int
    of: int  # listings with both dates
    own: bool  # False: the default

    @property
    def words(self) -> str:
        """Where the number comes from."""
        if self.own:
            return f"{self.days} working days, the median of this lab's {self.of} listings"
        return f"{self.days} working days, assumed: only {self.of} of this lab's listings have both dates, {ENOUGH} are needed"


def irb_turnaround(assessment: Assessment, calendar: WorkCalendar) -> Turnaround:
    """Submitted to approved, in working days, over the lab's own listings."""
    took = [
        calendar.between(row.submitted, row.approved)
        for row in assessment.listings
        if isinstance(row.submitted, date) and isinstance(row.approved, date) and row.submitted <= row.approved
    ]
    if len(took) < ENOUGH:
        return Turnaround(days=DEFAULT_TURNAROUND, of=len(took), own=False)
    return Turnaround(days=median_high(took), of=len(took), own=True)
