"""axe-core, the accessibility checker, in the browser of these tests. Decides which of its findings count: all of WCAG 2.2 A
and AA and its best practices, none left out."""

from __future__ import annotations

import json
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.words.browser import Browser

#: A newer axe.min.js than the installed package's may be named here.
_OTHER = "ONBOARD_AXE"
_RUN = """axe.run(document, {resultTypes: ['violations', 'incomplete'], iframes: false}).then(found => JSON.stringify({
  checked: found.passes.length,
  violations: found.violations.map(v => ({id: v.id, help: v.help, where: v.nodes.map(n => n.html.slice(0, 160))})),
  unsure: found.incomplete.map(v => v.id),
}))"""


def script() -> Path | None:
    """The file axe.min.js, None when it is not installed."""
    if os.environ.get(_OTHER):
        return Path(os.environ[_OTHER])
    package = find_spec("axe_core_python")
    return Path(package.origin).with_name("axe.min.js") if package and package.origin else None


def violations(browser: Browser, html: str, *, width: int, dark: bool) -> list[str]:
    """What axe-core finds wrong in a page at a width, in the light or in the dark."""
    file = script()
    assert file is not None
    browser.show(html, width=width, dark=dark)
    browser.ask(file.read_text(encoding="utf-8") + "; 0")
    found: dict[str, Any] = json.loads(browser.ask(_RUN))
    assert found["checked"], "axe-core looked at something"
    scheme = "dark" if dark else "light"
    return [f"{width} {scheme} {one['id']}: {one['help']}: {one['where']}" for one in found["violations"]]
