"""Every mail and page in a real browser: no sideways scrolling, text that can be read, in the light and in the dark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from onboard.rendering import Renderer
from tests.rendering.test_long_rosters import crowd
from tests.words.browser import CHROMIUM, Browser, open_browser
from tests.words.cast import LAB
from tests.words.mails import MAILS
from tests.words.test_axe import PAGES

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed; on Debian: apt-get install chromium"),
]

#: Texts whose contrast with what lies behind them is below 4.5, texts below 14 px, and pictures or frames without words.
FAULTS = """(width => {
  const light = c => { const v = c / 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const numbers = s => s.match(/[\\d.]+/g).map(Number);
  const lum = c => 0.2126 * light(c[0]) + 0.7152 * light(c[1]) + 0.0722 * light(c[2]);
  const behind = e => { for (; e; e = e.parentElement) {
    const c = numbers(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    const e = node.parentElement;
    if (!node.textContent.trim() || !e.checkVisibility() || e.closest('[aria-hidden=true]')) continue;
    const [a, b] = [lum(numbers(getComputedStyle(e).color)), lum(behind(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.push('contrast ' + ratio.toFixed(2) + ': ' + node.textContent.trim());
    if (parseFloat(getComputedStyle(e).fontSize) < 14) found.push('small: ' + node.textContent.trim());
  }
  document.querySelectorAll('img:not([alt]), iframe:not([title]), html:not([lang])').forEach(e => found.push(e.outerHTML));
  if (!document.title) found.push('no title');
  if (document.querySelectorAll('h1').length !== 1) found.push('not one h1');
  if (document.documentElement.scrollWidth > width) found.push('scrolls to ' + document.documentElement.scrollWidth);
  return found;
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


def faults(browser: Browser, html: str) -> list[str]:
    """What is wrong on a phone and a desktop, in the light and in the dark."""
    found = []
    for width in (360, 1200):
        for dark in (False, True):
            browser.show(html, width=width, dark=dark)
            found += [f"{width} {'dark' if dark else 'light'} {fault}" for fault in browser.ask(f"{FAULTS}({width})")]
    return found


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_reads_well_on_every_screen(browser: Browser, name: str) -> None:
    assert faults(browser, Renderer(LAB).render(MAILS[name]).html) == []


def test_a_crowd_with_long_names_does_not_scroll_sideways(browser: Browser) -> None:
    assert faults(browser, Renderer(LAB).render(crowd(20, length=200)).html) == []


@pytest.mark.parametrize("name", [name for name in PAGES if name != "history"])  # a drawing scales
def test_a_page_reads_well_on_every_screen(browser: Browser, name: str) -> None:
    assert faults(browser, PAGES[name]()) == []


def test_the_check_itself_sees_pale_small_and_wide(browser: Browser) -> None:
    """A check that finds nothing anywhere would prove nothing."""
    bad = '<p style="color:#aaa">pale</p><p style="font-size:9px">tiny</p><hr style="width:900px">'
    found = " ".join(faults(browser, bad))
    assert all(word in found for word in ("pale", "tiny", "no title", "not one h1", "scrolls to"))
