"""Every kind of mail and every page under axe-core, on a phone and a desktop, in the light and in the dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from onboard.model import History
from onboard.questions.history import history
from onboard.questions.history_picture import as_svg
from onboard.questions.proof import Proof, prove
from onboard.questions.proof_words import page_context
from onboard.rendering import Renderer, inbox_page, preview_page, status_page
from onboard.rendering.board_page import board_page
from onboard.rendering.pages import render_page
from tests.judging import cast as judge
from tests.rendering.test_pages import BO, judged, shown
from tests.words import axe
from tests.words.browser import CHROMIUM, Browser, open_browser
from tests.words.cast import LAB
from tests.words.mails import MAILS

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.xdist_group("axe"),
    pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed; on Debian: apt-get install chromium"),
    pytest.mark.skipif(axe.script() is None, reason="axe-core is not installed; pip install -e '.[dev]'"),
]

PAGES: dict[str, Callable[[], str]] = {
    "inbox": lambda: inbox_page(shown(*MAILS)),
    "preview": lambda: preview_page(shown("reminder", "digest")),
    "status": lambda: status_page(judged(BO), judge.READ_ON, LAB),
    "board": lambda: board_page(judged(BO), History(), judge.READ_ON, LAB),
    "proof": lambda: render_page("proof.html", **page_context(_proof("ada"), _proof("bo"), ("Then it was said otherwise.",))),
    "history": lambda: f'<!doctype html><html lang="en"><title>History</title><main><h1>Ada</h1>{_picture()}</main></html>',
}


def _proof(person: str) -> Proof:
    protocol = next(row.protocol for row in judged(BO).readiness if row.person == person)
    return prove(judged(BO), person, protocol, None, judge.READ_ON)


def _picture() -> str:
    """The SVG of a person's history as it stands in its file."""
    ada = next(row.person for row in judged(BO).readiness)
    return as_svg(history(judged(BO), ada))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


def everywhere(browser: Browser, html: str) -> list[str]:
    """Violations at each width and in each scheme."""
    return [
        found
        for width in (360, 1200)
        for dark in (False, True)
        for found in axe.violations(browser, html, width=width, dark=dark)
    ]


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_shuts_nobody_out(browser: Browser, name: str) -> None:
    assert everywhere(browser, Renderer(LAB).render(MAILS[name]).html) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shuts_nobody_out(browser: Browser, name: str) -> None:
    assert everywhere(browser, PAGES[name]()) == []


def test_the_checker_sees_what_is_wrong(browser: Browser) -> None:
    """A checker that finds nothing anywhere would prove nothing."""
    bad = '<html><body><img src="data:,"><p style="color:#bbb;background:#fff">pale</p></body></html>'
    found = " ".join(axe.violations(browser, bad, width=360, dark=False))
    assert all(rule in found for rule in ("image-alt", "color-contrast", "html-has-lang", "document-title"))
