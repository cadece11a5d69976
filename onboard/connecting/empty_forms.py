"""Forms that a first read found without a row, where that proves nothing.

It reads headers only. A classic project names every record with every form, so an empty form is known to be empty. With events it
is not: a missing row may not have been typed, or may not have come.
"""

from __future__ import annotations

import csv
import io

from onboard.model import Export

_EVENT = "redcap_event_name"


def without_rows(export: Export) -> tuple[str, ...]:
    """Instruments (``project.form``) without a row, of the projects with events, in the order of the read."""
    tables = {key: list(csv.reader(io.StringIO(text))) for key, text in export.instruments.items()}
    with_events = {_project(key) for key, lines in tables.items() if lines and _EVENT in lines[0]}
    return tuple(key for key, lines in tables.items() if len(lines) < 2 and _project(key) in with_events)


def named(key: str) -> str:
    """What is said of such an instrument, with the next step."""
    return (
        f"form {key.partition('.')[2]}: no rows. Open it in REDCap (project {_project(key)!r}): if it has any, do not begin, and "
        "ask the REDCap administrator."
    )


def _project(key: str) -> str:
    return key.partition(".")[0]
