"""A sheet written out on tags says what css-inline, the judge here, says; what it cannot read is left to css-inline."""

from __future__ import annotations

from html.parser import HTMLParser

import css_inline
import pytest

from onboard.rendering import Renderer, style_sheet
from onboard.rendering.context import frame
from onboard.rendering.environment import template_environment
from onboard.rendering.style_sheet import inlined
from tests.words.cast import LAB
from tests.words.mails import MAILS

JUDGE = css_inline.CSSInliner(keep_at_rules=True, minify_css=True, load_remote_stylesheets=False)
PAGE = "<!doctype html><html><head><style>{sheet}</style></head><body>{body}</body></html>"

Tag = tuple[str, frozenset[tuple[str, str | frozenset[str] | None]]]


class Tags(HTMLParser):
    """Every tag of a page with its attributes, a style as the set of what it says; tables get no body of their own."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Tag] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See HTMLParser."""
        said = {(name, frozenset((value or "").split(";")) if name == "style" else value) for name, value in attrs}
        if tag not in ("tbody", "style"):
            self.found.append((tag, frozenset(said)))


def bare(name: str) -> str:
    """The HTML of a mail as its template leaves it."""
    notice = MAILS[name]
    template = template_environment(None, escape=True).get_template(f"{notice.kind.value}.body.html")
    return template.render(mail=frame(notice, LAB, LAB.cadence.max_rows, "A subject"))


@pytest.mark.parametrize("name", MAILS)
def test_every_tag_of_every_mail_has_the_style_css_inline_gives_it(name: str) -> None:
    ours, theirs = inlined(bare(name)), JUDGE.inline(bare(name))
    assert Tags(ours).found == Tags(theirs).found
    assert ours.count("style=") > 10 and "tbody" not in ours, "the shipped sheet must be one we read ourselves"


def test_what_no_tag_can_hold_stays_a_sheet() -> None:
    html = Renderer(LAB).render(MAILS["digest"]).html
    kept = html[html.index("<style>") : html.index("</style>")]
    assert kept.count("@media") == 2 and ".press { background: #8cc0ff !important; }" in kept
    assert "max-width: 600px" not in kept


@pytest.mark.parametrize(
    ("sheet", "body"),
    [
        ("p { margin: 0; margin-left: 4px } .a { margin: 8px }", "<p>x</p><p class='a'>y</p><p class=a>z</p>"),
        (".b { color: red } .a { color: blue } p { color: green }", '<p class="a b">x</p><p class="c">y</p>'),
        (".a, h1 { font: 16px \"Segoe UI\", 'Noto Sans' } /* .a { color: red } */", '<h1>x</h1><P title="1 > 0" CLASS="a">y</P>'),
        ("td { padding: 0 }", "<!--[if mso]><table><tr><td><![endif]--><table><tr><td>x</td></tr></table>"),
    ],
    ids=["shorthand", "order and weight", "quotes and comments", "comments stay"],
)
def test_a_sheet_of_tags_and_classes_is_read_as_css_has_it(sheet: str, body: str) -> None:
    page = PAGE.format(sheet=sheet, body=body)
    assert Tags(inlined(page)).found == Tags(JUDGE.inline(page)).found
    assert inlined(page) != JUDGE.inline(page), "ours leaves the page as it was written, so this was ours"


@pytest.mark.parametrize(
    ("sheet", "body"),
    [
        (".box p { margin: 0 }", '<div class="box"><p>x</p></div>'),
        ("#a { margin: 0 }", '<p id="a">x</p>'),
        ("a:hover { color: red } a { color: blue }", "<a>x</a>"),
        ("p { margin: 0 !important }", "<p>x</p>"),
        ("p { background: url('data:image/png;base64,x') }", "<p>x</p>"),
        ("p { margin: 0 }", '<p style="margin: 1px">x</p>'),
        ("p { margin: 0 }", "<style>p { color: red }</style><p>x</p>"),
        ("p { margin: 0", "<p>x</p>"),
        ("p { margin: 0 } @import url(x.css);", "<p>x</p>"),
        ("", "<p>x</p>"),
    ],
    ids=["inside", "id", "state", "important", "address", "own style", "two sheets", "open", "import", "none"],
)
def test_a_page_that_needs_more_is_left_to_css_inline(sheet: str, body: str) -> None:
    page = PAGE.format(sheet=sheet, body=body)
    assert inlined(page) == JUDGE.inline(page)


def test_a_page_without_a_sheet_keeps_its_looks() -> None:
    assert "style" not in inlined("<!doctype html><html><body><p>x</p></body></html>")


def test_links_of_people_are_not_remembered() -> None:
    """Only tags as far as their classes are: an address of somebody's own page stands behind them."""
    sheet = style_sheet._read("a { color: blue }")
    assert sheet is not None
    assert sheet.styled('<a href="https://x.example/?s=secret">x</a>').startswith('<a style="color:blue" href=')
    assert sheet._styled.cache_info().currsize == 1
