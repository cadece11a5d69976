"""A read as one text, and back; the hash of the text names a snapshot."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping

from onboard.model import Export, Snapshot


def snapshot_of(export: Export) -> Snapshot:
    """The same records give the same id, whenever they were read."""
    body: dict[str, object] = {"dictionaries": dict(export.dictionaries), "instruments": dict(export.instruments)}
    if export.missing_codes:  # a read without them keeps its id
        body["missing_codes"] = {project: list(codes) for project, codes in export.missing_codes.items()}
    if export.irb_lists:
        body["irb_lists"] = list(export.irb_lists)
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    rows = sum(row_counts(export.instruments).values())
    return Snapshot(id=hashlib.sha256(text.encode()).hexdigest(), text=text, read_at=export.read_at, rows=rows)


def export_of(snapshot: Snapshot) -> Export:
    """The records a snapshot holds, as they were read."""
    body = json.loads(snapshot.text)
    return Export(
        instruments=body["instruments"],
        dictionaries=body["dictionaries"],
        read_at=snapshot.read_at,
        missing_codes={project: tuple(codes) for project, codes in body.get("missing_codes", {}).items()},
        irb_lists=tuple(body.get("irb_lists", ())),
    )


def cited(snapshot: Snapshot) -> str:
    """Return the id as a proof cites it.

    Alone while the text is what the id was made of, else with what happened to the text.
    """
    if hashlib.sha256(snapshot.text.encode()).hexdigest() == snapshot.id:
        return snapshot.id
    forgotten = json.loads(snapshot.text).get("forgotten", [])
    if not forgotten:
        return f"{snapshot.id} (CHANGED since it was stored, and not by this program: compare it with a backup)"
    names = ", ".join(f"“Forgotten {token}”" for token in forgotten)
    return f"{snapshot.id} (since then {names} replaces a name and addresses; dates and record ids are as read)"


def row_counts(instruments: Mapping[str, str]) -> dict[str, int]:
    """Rows per instrument, header apart."""
    return {name: max(sum(1 for _ in csv.reader(io.StringIO(text))) - 1, 0) for name, text in instruments.items()}
