"""Three years of a lab: the list of every mail is the one that was read line by line.

What it holds: people hired, hired again over a weekend and after two years; a course that lapses; a suspension and its end; a
study that closes; a protocol with another number; a course that CITI renamed; rules corrected in trial and changed in live use.
"""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

from tests.story.three_years import three_years

LIST = Path(__file__).with_name("three_years.txt")


def test_every_mail_of_three_years_is_one_of_the_list_and_none_is_missing() -> None:
    found, known = three_years(), LIST.read_text(encoding="utf-8").splitlines()
    changed = "\n".join(unified_diff(known, found, "three_years.txt", "now", lineterm="", n=0))
    assert not changed, f"Read what changed; then: python -m tests.story.three_years --keys > {LIST.name}\n{changed}"
