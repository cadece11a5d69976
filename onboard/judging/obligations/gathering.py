"""From frames to plain values: the last step that handles a frame."""

from __future__ import annotations

from dataclasses import fields

from onboard.model import Records
from onboard.tables import NOUNS, Tables


def gather(tables: Tables) -> Records:
    """The rows of every table as nouns, in the frames' order."""
    found = {}
    for field in (one for one in fields(Records) if one.name in NOUNS):
        frame, noun = getattr(tables, field.name), NOUNS[field.name]
        columns = [frame[name].tolist() for name in frame.columns]
        found[field.name] = tuple(noun(**dict(zip(frame.columns, row, strict=True))) for row in zip(*columns, strict=True))
    return Records(**found)
