"""The machine's clock as the tests have it: it stands at one Monday noon until a test puts it elsewhere.

The product reads the time at one door, `onboard.adapters.system_clock`; there it meets this clock, in the process of the tests
and in every command that `command_line` starts. So no test depends on the day on which it runs. `python -m tests.clocks INSTANT
WORDS` is the command `onboard WORDS` on a machine whose clock says INSTANT as it begins, and goes on from there.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from onboard.adapters import system_clock

#: Monday, 23 November 2026, noon in New York: the day of the sample lab.
NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)


@dataclass(slots=True)
class Machine:
    """The clock of the machine. `set` puts it to an instant; with `at` None it is the true one."""

    at: datetime | None = NOON
    #: What is added as the process goes on: nothing among the tests, the seconds that pass in a command of its own.
    gone: Callable[[], float] = lambda: 0.0

    def set(self, at: datetime) -> None:
        """Go to an instant, with its zone."""
        self.at = at

    def now(self, zone: tzinfo | None = None) -> datetime:
        """What `datetime.now` says on this machine."""
        if self.at is None:
            return datetime.now(zone)
        return datetime.fromtimestamp(self.at.timestamp() + self.gone(), UTC).astimezone(zone)


MACHINE = Machine()


class _Datetime(datetime):
    """`datetime` as the product's door finds it."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return MACHINE.now(tz)


def stand_in() -> None:
    """From now on the product reads this clock."""
    system_clock.datetime = _Datetime  # type: ignore[misc]


def command_line(*words: str) -> list[str]:
    """What starts `onboard WORDS` in a process of its own, on a machine with the clock of these tests."""
    assert MACHINE.at is not None, "the true clock needs no stand-in: start jobs itself"
    return [sys.executable, "-m", "tests.clocks", MACHINE.at.isoformat(), *words]


def main() -> None:
    """Set the clock and run the command."""
    began = time.monotonic()
    MACHINE.at, MACHINE.gone = datetime.fromisoformat(sys.argv[1]), lambda: time.monotonic() - began
    stand_in()
    sys.argv = ["onboard", *sys.argv[2:]]

    from jobs.__main__ import main as onboard

    onboard()


if __name__ == "__main__":
    main()
