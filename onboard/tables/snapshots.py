"""The canonical text of an export, and back. Decides the form in which a read is remembered; equal reads give equal text."""

from __future__ import annotations

import json
from datetime import datetime

from onboard.errors import LedgerError
from onboard.model import Export

_FORMAT = 1


def export_to_text(export: Export) -> str:
    """The mapped rows of a read as stable text. The moment of the read is no part of it: the same rows are the same text."""
    document = {
        "format": _FORMAT,
        "instruments": dict(export.instruments),
        "dictionaries": dict(export.dictionaries),
        "links": dict(export.links),
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=0) + "\n"


def export_from_text(text: str, read_at: datetime) -> Export:
    """The export that `export_to_text` wrote, as read at `read_at` (aware). Raises LedgerError for any other text."""
    try:
        document = json.loads(text)
        if document["format"] != _FORMAT:
            raise ValueError(f"format {document['format']!r}")
        instruments, dictionaries, links = (dict(document[name]) for name in ("instruments", "dictionaries", "links"))
    except (ValueError, KeyError, TypeError) as error:
        raise LedgerError(
            f"The stored snapshot of {read_at:%Y-%m-%d %H:%M} cannot be read ({error}). Take the ledger back from its backup."
        ) from error
    return Export(instruments=instruments, dictionaries=dictionaries, links=links, read_at=read_at)
