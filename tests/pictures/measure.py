"""How high each kind of mail is on a phone of 390 px, and the lists of a lab of 46 people; a limit that is broken is an error."""

from __future__ import annotations

import sys

from onboard.rendering import Renderer
from tests.words.browser import Browser
from tests.words.cast import LAB
from tests.words.crowded import lists
from tests.words.mails import MAILS

WIDTH = 390
#: The highest of each kind, in CSS pixels.
MOST = {"welcome": 1700, "checklist": 1700, "digest": 1400, "worklist": 1900}
#: The digest of the snapshots has every section at once, which no week has.
EVERY_SECTION = {"digest": 1700}
TO_PEOPLE = 1100
#: "Needs you" begins and ends above this.
FOLD = 844
_ENDS = """(() => { const heads = [...document.querySelectorAll('h2')];
  const n = heads.findIndex(h => h.textContent.startsWith('Needs'));
  return n < 0 ? 0 : heads[n].nextElementSibling.getBoundingClientRect().bottom; })()"""


def height(browser: Browser, html: str) -> int:
    """The whole mail at WIDTH."""
    browser.show(html, width=WIDTH)
    return round(float(browser.ask("document.documentElement.scrollHeight")))


def measure(browser: Browser) -> list[str]:
    """Print a line a mail; return what is too high."""
    wrong = []
    for name, notice in MAILS.items():
        most = EVERY_SECTION.get(name) or MOST.get(notice.kind.value, TO_PEOPLE if len(notice.lines) <= 1 else 2 * TO_PEOPLE)
        found = height(browser, Renderer(LAB).render(notice).html)
        print(f"{name:<22}{found:>6} px of {most}")
        wrong += [f"{name}: {found} px, at most {most}"] if found > most else []
    for name, message in lists().items():
        found = height(browser, message.html)
        print(f"46 people, {name:<11}{found:>6} px of {MOST[name]}")
        wrong += [f"46 people, {name}: {found} px, at most {MOST[name]}"] if found > MOST[name] else []
        if name == "digest":
            end = round(float(browser.ask(_ENDS)))
            print(f"46 people, Needs you ends at {end} px of {FOLD}")
            wrong += [f"Needs you ends at {end} px, at most {FOLD}"] if end > FOLD else []
    for one in wrong:
        print(one, file=sys.stderr)
    return wrong
