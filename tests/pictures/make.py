"""Makes the pictures of the README, a digest and a reminder as a phone shows them, and a sheet of each kind of mail: phone and
desktop, light and dark, side by side.

Run it from the top folder: ``python -m tests.pictures.make``. It needs chromium; the mails are the cast's of tests/words.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from pathlib import Path

from onboard.rendering import Renderer
from tests.pictures.measure import measure
from tests.words.browser import CHROMIUM, Browser, open_browser
from tests.words.cast import LAB
from tests.words.mails import MAILS

HERE = Path(__file__).parent
SHEETS = HERE / "sheets"
PHONE, DESKTOP = 360, 1200
_GAP = 24
_SHEET = (
    "<!doctype html><title>sheet</title><body style='margin:0;padding:{gap}px;display:flex;gap:{gap}px;"
    "align-items:flex-start;background:#8a8f98'>{views}"
)
#: What a reader sees before much scrolling; the README shows it beside its text.
HEIGHT = 1060


def sheet(browser: Browser, html: str, file: Path) -> None:
    """One mail on a phone and a desktop, light and dark, side by side at half their size."""
    views, width = "", _GAP
    with tempfile.TemporaryDirectory() as folder:
        for wide in (PHONE, DESKTOP):
            for dark in (False, True):
                one = Path(folder) / "view.png"
                browser.show(html, width=wide, dark=dark)
                browser.picture(one, width=wide)
                views += f'<img alt="" src="data:image/png;base64,{base64.b64encode(one.read_bytes()).decode()}">'
                width += wide + _GAP
    browser.show(_SHEET.format(gap=_GAP, views=views), width=width)
    browser.picture(file, width=width, scale=0.5)


def main() -> int:
    """Write digest.png, reminder.png and the sheets, and measure; 1 for a mail that is too high, 2 without chromium."""
    if not CHROMIUM:
        print("chromium is not installed; on Debian: apt-get install chromium", file=sys.stderr)
        return 2
    with open_browser() as browser:
        for name in ("digest", "reminder"):
            browser.show(Renderer(LAB).render(MAILS[name]).html, width=PHONE)
            browser.picture(HERE / f"{name}.png", width=PHONE, most_height=HEIGHT)
            print(f"wrote {HERE / name}.png")
        SHEETS.mkdir(exist_ok=True)
        for name, notice in MAILS.items():
            sheet(browser, Renderer(LAB).render(notice).html, SHEETS / f"{name}.png")
            print(f"wrote {SHEETS / name}.png")
        wrong = measure(browser)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
