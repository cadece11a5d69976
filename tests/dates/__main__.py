"""The tests once more on other days: ``python -m tests.dates``, or ``make dates``. Needs Debian's `faketime`.

Runs every test but those marked `one_date`, on a Tuesday, a Saturday and a 29 February, and prints how many that were. Ends
with 1 when a test failed on a day, or when too few tests were run. Words given are handed on to pytest.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

DAYS = (datetime(2026, 12, 1, 10, tzinfo=UTC), datetime(2026, 12, 5, 10, tzinfo=UTC), datetime(2028, 2, 29, 10, tzinfo=UTC))
#: So many of all tests, in hundredths, hold on any day and are shown to.
LEAST_SHARE = 90
_PYTEST = (sys.executable, "-m", "pytest", "-m", "not one_date")
_COUNT = re.compile(r"(\d+)(?:/(\d+))? tests collected")


def library() -> Path:
    """Where Debian puts the library that tells another time. Raises SystemExit when it is not there."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        raise SystemExit("make dates needs faketime: apt-get install faketime")
    return found[-1]


def environment(day: datetime, now: datetime) -> dict[str, str]:
    """What makes the clock of a process and of all that it starts say `day` where it is `now`, and go on from there."""
    ahead = round((day - now).total_seconds())
    return {
        **os.environ,
        "LD_PRELOAD": str(library()),
        "FAKETIME": f"{ahead:+d}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "PYTHONPATH": str(Path(__file__).parent),
    }


def counted(words: list[str]) -> tuple[int, int]:
    """How many tests are run on other days, and how many there are."""
    done = subprocess.run(
        [*_PYTEST, "--collect-only", "-o", "addopts=--import-mode=importlib", "-q", *words],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = _COUNT.search(done.stdout)
    if found is None:
        raise SystemExit(done.stdout[-2000:] + done.stderr)
    return int(found[1]), int(found[2] or found[1])


def main(words: list[str]) -> int:
    """Run them; returns the exit code."""
    run, there_are = counted(words)
    share = 100 * run / there_are
    said, failed = (
        [f"{run} of {there_are} tests hold on any day: {share:.1f} %, at least {LEAST_SHARE} % wanted"],
        share < LEAST_SHARE,
    )
    for day in DAYS:
        print(f"\n{day:%A, %d %B %Y}:", flush=True)
        of_that_day = environment(day, datetime.now(UTC))
        done = subprocess.run(
            [*_PYTEST, "-n", "2", "--dist", "loadgroup", *words], env=of_that_day, stdout=subprocess.PIPE, text=True
        )
        sys.stdout.write(done.stdout)
        last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "nothing was run"
        said.append(f"{day:%a %d %b %Y}: exit code {done.returncode}; {last.strip('= ')}")
        failed = failed or done.returncode != 0
    print("\n" + "\n".join(said))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
