"""All records of a project in one call, raw, to guess from; nothing of it is stored."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Sequence

from onboard.adapters.redcap.project import GuardedProject, RedcapProject

#: So many records are enough to guess from.
MOST_RECORDS = 2_000


def whole_records(
    project: RedcapProject, fields: Sequence[str], pause: Callable[[float], None] = time.sleep
) -> tuple[str, int, int]:
    """The records as CSV text, how many were asked for, and how many there are. Raises ReadInDoubt, Refused without the right."""
    with GuardedProject(project, pause) as door:
        ids = list(csv.reader(io.StringIO(door.export_records(format_type="csv", fields=[fields[0]]))))[1:]
        records = list(dict.fromkeys(row[0] for row in ids if row))
        wanted = records[:MOST_RECORDS]
        some = wanted if len(wanted) < len(records) else None
        return str(door.export_records(format_type="csv", fields=list(fields), records=some)), len(wanted), len(records)
