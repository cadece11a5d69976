"""A style sheet written into its tags, because mail programs drop sheets.

It decides which rule wins. A tag takes the rules that name it, then those that name one of its classes, each in the order of the
sheet, as CSS has it; the style of a tag with its classes is worked out once for each sheet. A page that needs more (other
selectors, a second sheet, styles of its own) goes through css-inline, which gives the same result and takes longer.
"""

from __future__ import annotations

import re
from functools import lru_cache

import css_inline

_ANY_PAGE = css_inline.CSSInliner(keep_at_rules=True, minify_css=True, load_remote_stylesheets=False)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
#: ``@media … { … { … } }`` as a whole.
_AT_RULE = re.compile(r"@[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
#: One tag or one class, and nothing beside it.
_SELECTOR = re.compile(r"[a-z][a-z0-9]*|\.[A-Za-z][\w-]*")
#: Nothing that outweighs other rules, and nothing that could end an attribute.
_DECLARATION = re.compile(r"""([a-z-]+)\s*:((?:[^!:<>&\\"']|"[^!<>&\\"']*"|'[^!<>&\\"']*')+)""")
_VALUE = r"""(?:"[^"]*"|'[^']*'|[^\s<>"']+)"""
#: A tag as far as its classes, or its name where it has none. Comments hold the tables of old Outlook, which stay bare.
_START = re.compile(
    rf"""(<!--.*?-->|<[a-z][a-z0-9]*(?:(?:[^<>"']|"[^"]*"|'[^']*')*?\sclass={_VALUE})?)""", re.DOTALL | re.IGNORECASE
)
_NAMES = re.compile(rf"<([a-z][a-z0-9]*)(?:.*\sclass=({_VALUE}))?", re.DOTALL | re.IGNORECASE)


class _Sheet:
    """The rules of one sheet, each a selector with its declarations, and the at-rules, which no tag can hold."""

    def __init__(self, rules: list[tuple[str, dict[str, str]]], at_rules: str) -> None:
        self.at_rules = at_rules
        self._rules = rules
        self._styled = lru_cache(maxsize=1024)(self._with_style)

    def styled(self, html: str) -> str:
        """The page, or a piece of it, with its style on every tag."""
        parts = _START.split(html)
        parts[1::2] = map(self._styled, parts[1::2])
        return "".join(parts)

    def _with_style(self, start: str) -> str:
        named = _NAMES.fullmatch(start)
        style = self._style(named[1].lower(), (named[2] or "").strip("\"'").split()) if named else ""
        return f'{start} style="{style}"' if style else start

    def _style(self, tag: str, classes: list[str]) -> str:
        found: dict[str, str] = {}
        for names in ({tag}, {f".{name}" for name in classes}):
            for selector, declarations in self._rules:
                if selector in names:
                    # A later rule's declarations come after all before them: one may be a shorthand of some.
                    found = {name: value for name, value in found.items() if name not in declarations} | declarations
        return ";".join(f"{name}:{value}" for name, value in found.items())


def inlined(html: str) -> str:
    """The page with every style on its tag; of its sheet, the at-rules stay."""
    before, _, rest = html.partition("<style>")
    text, _, after = rest.partition("</style>")
    sheet = None if not text or "style" in before or "style" in after else _read(text)
    if sheet is None:
        return _ANY_PAGE.inline(html)
    return f"{sheet.styled(before)}<style>{sheet.at_rules}</style>{sheet.styled(after)}"


@lru_cache(maxsize=64)  # the sheets of a folder of labs
def _read(text: str) -> _Sheet | None:
    """The sheet, or None for one that asks for more than tags and classes."""
    whole = _COMMENT.sub("", text)
    bare = _AT_RULE.sub("", whole)
    rules: list[tuple[str, dict[str, str]]] = []
    for names, said in _RULE.findall(bare):
        declarations = [_DECLARATION.fullmatch(one.strip()) for one in said.split(";") if one.strip()]
        selectors = [name.strip() for name in names.split(",")]
        if not all(declarations) or not all(_SELECTOR.fullmatch(selector) for selector in selectors):
            return None
        values = {one[1]: " ".join(one[2].replace('"', "'").split()) for one in declarations if one}
        rules += [(selector, values) for selector in selectors]
    return None if _RULE.sub("", bare).strip() else _Sheet(rules, "\n".join(_AT_RULE.findall(whole)))
