"""Three years of a lab: the list of every mail is the one that was read line by line.

What it holds: people hired, hired again over a weekend and after two years; a course that lapses; a suspension and its end; a
study that closes; a protocol with another number; a course that CITI renamed; rules corrected in trial and changed in live use.

The suite lives through the first two years; ``make years`` (``python -m tests.story.test_three_years``) through all three.
"""

from __future__ import annotations

import sys
from datetime import date
from difflib import unified_diff
from pathlib import Path

from tests.story.three_years import LAST, three_years

LIST = Path(__file__).with_name("three_years.txt")
#: After hires, a lapse, a renewal, the closure of OBS, and the suspension of STEP-HF and its end.
SHOWN = date(2027, 10, 29)


def known(last: date) -> list[str]:
    """The list that was read, to a day: each mail is a line that begins with its day, and what it settles is below, indented."""
    found = []
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if not line.startswith(" ") and line[:10] > last.isoformat():
            break
        found.append(line)
    return found


def changes(last: date) -> str:
    """What the mails to a day differ in from the list; "" where nothing does."""
    changed = "\n".join(unified_diff(known(last), three_years(last), LIST.name, "now", lineterm="", n=0))
    return changed and f"Read what changed; then: python -m tests.story.three_years --keys > {LIST.name}\n{changed}"


def test_every_mail_of_the_list_goes_and_no_other() -> None:
    changed = changes(SHOWN)
    assert not changed, changed


def test_the_first_years_are_most_of_the_list_and_hold_what_they_should() -> None:
    shown, whole = known(SHOWN), known(LAST)
    assert len(whole) > len(shown) > len(whole) / 2
    assert any("suspension/101" in line for line in shown) and any("cleared/1/101/2027-10-23" in line for line in shown)


if __name__ == "__main__":
    sys.exit(changes(LAST) or 0)
