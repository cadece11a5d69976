"""Makes the pictures of the README: a digest and a reminder as a phone shows them.

Run it from the top folder: ``python -m tests.pictures.make``. It needs chromium; the mails are the cast's of tests/words.
"""

from __future__ import annotations

import sys
from pathlib import Path

from onboard.rendering import Renderer
from tests.words.browser import CHROMIUM, open_browser
from tests.words.cast import LAB
from tests.words.mails import MAILS

HERE = Path(__file__).parent
PHONE = 360
#: What a reader sees before much scrolling; the README shows it beside its text.
HEIGHT = 1060


def main() -> int:
    """Write digest.png and reminder.png; 2 when there is no chromium."""
    if not CHROMIUM:
        print("chromium is not installed; on Debian: apt-get install chromium", file=sys.stderr)
        return 2
    with open_browser() as browser:
        for name in ("digest", "reminder"):
            browser.show(Renderer(LAB).render(MAILS[name]).html, width=PHONE)
            browser.picture(HERE / f"{name}.png", width=PHONE, most_height=HEIGHT)
            print(f"wrote {HERE / name}.png")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
