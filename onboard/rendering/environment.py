"""The Jinja environment: where templates come from and what they may use.

A lab's own file comes first.
"""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from onboard.folding import counted
from onboard.planning.causes import short
from onboard.rendering import phrases
from onboard.rendering.context import Button, Contact, Facts, Group, Mail, Named, Numbers, Row
from onboard.rendering.picture import Picture, Segment, Track
from onboard.shipped import shipped


def by_name(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Rows of one person together, people in the order of their first row."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.name, []).append(row)
    return list(found.items())


def parts(row: Row) -> list[str]:
    """What a row is about beyond its headline: title, protocol and task, how long it takes, by when."""
    said = row.headline.casefold() if row.headline != row.title else ""
    about = [part for part in (row.title, row.place) if part and part.casefold() not in said]
    asked = [part for part in (row.minutes, row.when) if part]
    return [*about, *asked] if asked or not said else []


#: What templates look into most: frozen values of ours, in which every public name is safe.
_OURS: dict[type, frozenset[str]] = {
    kind: frozenset(name for name in dir(kind) if not name.startswith("_"))
    for kind in (Mail, Row, Named, Button, Group, Numbers, Facts, Contact, Picture, Track, Segment)
}


class _Sandbox(ImmutableSandboxedEnvironment):
    """The strict sandbox, which asks no further questions about our own values."""

    def call(self, context: Context, obj: Any, /, *values: Any, **named: Any) -> Any:
        """What a template calls: a macro of its own at once, everything else as the strict sandbox allows."""
        if type(obj) is not Macro:
            return super().call(context, obj, *values, **named)
        for inner in ("_loop_vars", "_block_vars"):  # for callables that ask for the context, which a macro does not
            named.pop(inner, None)
        return obj(context.eval_ctx, *values, **named)

    def getattr(self, obj: object, attribute: str) -> Any:
        """What a template reads: a value of ours as it is, everything else as the strict sandbox allows."""
        if attribute in _OURS.get(type(obj), ()):
            return getattr(obj, attribute)
        if type(obj) is dict and attribute in obj:  # a section by its name
            return obj[attribute]
        return super().getattr(obj, attribute)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What every template may name, as one plain dictionary: jinja's chain of two is walked at each import in each mail."""
        return {**self.globals, **(d or {})}


class _Compiled(BytecodeCache):
    """Templates compiled in this process: a folder of labs shares the shipped ones. A file that changed is compiled again."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """See jinja2."""
        checksum, code = self._held.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """See jinja2."""
        if bucket.code is not None:
            self._held[bucket.key] = bucket.checksum, bucket.code


#: What is compiled depends on the escaping, so each way has its own.
_COMPILED = {True: _Compiled(), False: _Compiled()}


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
        bytecode_cache=_COMPILED[escape],
        auto_reload=False,  # a renderer lives for one run, and a run uses one wording
    )
    environment.filters |= {
        "short": phrases.shortened,
        "short_title": short,
        "listed": phrases.listed,
        "sentence": phrases.sentence_start,
        "by_name": by_name,
        "host": phrases.host,
        "ended": phrases.full_stop,
        "yearless": phrases.yearless,
        "gone_by": phrases.gone_by,
    }
    environment.globals |= {"counted": counted, "parts": parts}
    return environment
