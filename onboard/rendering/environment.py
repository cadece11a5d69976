"""The Jinja environment. Decides where templates come from and what they may use; a lab's own file comes first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from onboard.rendering import phrases
from onboard.rendering.frame import Contact, Facts, Group, Mail, Numbers, Row
from onboard.rendering.picture import Picture, Segment, Track
from onboard.shipped import shipped


def by_name(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Rows of one person together, people in the order of their first row."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.name, []).append(row)
    return list(found.items())


#: What templates look into most: frozen values of ours, in which every public name is safe.
_OURS = frozenset({Mail, Row, Group, Numbers, Facts, Contact, Picture, Track, Segment})


class _Sandbox(ImmutableSandboxedEnvironment):
    """The strict sandbox, which asks no further questions about our own values."""

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Whether a template may read this attribute."""
        if type(obj) in _OURS:
            return not attr.startswith("_")
        return bool(super().is_safe_attribute(obj, attr, value))


def template_environment(overrides: Path | None, *, escape: bool) -> ImmutableSandboxedEnvironment:
    """Strict about names, sandboxed. `overrides` is a lab's own folder; it may be missing.

    `escape` holds for every template used, whatever its name: an HTML part also escapes the sentences it takes from
    ``_words.txt``, which a rule by file name would not.
    """
    folders = [*([overrides] if overrides else []), shipped("templates")]
    environment = _Sandbox(
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        autoescape=escape,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "short": phrases.shortened,
        "listed": phrases.listed,
        "sentence": phrases.sentence_start,
        "by_name": by_name,
        "host": phrases.host,
        "ended": phrases.full_stop,
        "yearless": phrases.yearless,
    }
    environment.globals |= {"counted": phrases.counted}
    return environment
