"""The hash of the evidence a person looked at before they decided.

One form for all: the judge compares it, and the writers of reviews write it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from onboard.model.mapping import Source

#: The decision about the evidence is not part of it.
_SAID = "checked"


def seen(cells: Mapping[str, str]) -> str:
    """SHA-256 of a row's cells by our field names, in sorted order. What was said of the row is left out, a file counts as its
    name, and a blank cell is left out: it is the same whether a lab maps the field or not."""
    told = sorted([name, text] for name, text in cells.items() if text and not name.startswith(_SAID))
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def cell_columns(sources: Iterable[Source]) -> dict[str, str]:
    """Our field -> REDCap field, of all that is read from one form. Where two blocks read a field of ours from two REDCap fields,
    as with a column for each course, the REDCap field is named too."""
    pairs = list(dict.fromkeys(pair for source in sources for pair in _columns(source)))
    return {_label(name, column, pairs): column for name, column in pairs}


def _columns(source: Source) -> Iterable[tuple[str, str]]:
    return ((name, column) for name in source.fields for column in source.columns_of(name))


def _label(name: str, column: str, pairs: Sequence[tuple[str, str]]) -> str:
    alone = sum(other == name for other, _ in pairs) == 1
    return name if alone else f"{name}#{column}"
