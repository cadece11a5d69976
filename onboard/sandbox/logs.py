"""content=log: the journal as the API exports it, newest first, to the minute.

Filters and columns. The entries are written by the other contents.
"""

from collections.abc import Mapping
from datetime import datetime

from onboard.sandbox.call import Call
from onboard.sandbox.journal import Entry, Kind
from onboard.sandbox.refusals import invalid_parameter
from onboard.sandbox.wire import Cell, Reply, Table, table_reply

COLUMNS = ("timestamp", "username", "action", "details", "record")
LOG_TYPES: Mapping[str, frozenset[Kind]] = {
    "": frozenset(Kind),
    "export": frozenset({Kind.EXPORT}),
    "manage": frozenset({Kind.MANAGE}),
    "record": frozenset({Kind.RECORD_ADD, Kind.RECORD_EDIT, Kind.RECORD_DELETE}),
    "record_add": frozenset({Kind.RECORD_ADD}),
    "record_edit": frozenset({Kind.RECORD_EDIT}),
    "record_delete": frozenset({Kind.RECORD_DELETE}),
    "user": frozenset({Kind.USER}),
    # assumption: not evidenced - the sandbox logs nothing of these kinds, so they are empty
    "lock_record": frozenset(),
    "page_view": frozenset(),
}


def logs(call: Call) -> Reply:
    """Export the log. An unknown user or record gives no rows and no error."""
    call.need_export()
    call.need(call.access.rights.logging, "Logging")
    kinds = LOG_TYPES.get(call.params.text("logtype"))
    if kinds is None:
        raise invalid_parameter("logtype")
    rows = [_row(entry) for entry in reversed(list(call.project.journal)) if entry.kind in kinds and _meant(call, entry)]
    call.log("Export Logging")
    return table_reply(Table(columns=COLUMNS, rows=rows), call.table_format())


def _meant(call: Call, entry: Entry) -> bool:
    user, record, dag = (call.params.text(name) for name in ("user", "record", "dag"))
    begin, end = _minute(call.moment("beginTime")), _minute(call.moment("endTime"))
    at = entry.at.replace(second=0, microsecond=0)
    return (
        (not user or entry.username == user)
        and (not record or entry.record == record)
        and (not dag or call.project.record_groups.get(entry.record) == dag)
        and (begin is None or at >= begin)
        and (end is None or at <= end)
    )


def _minute(moment: datetime | None) -> datetime | None:
    return moment.replace(second=0, microsecond=0) if moment else None


def _row(entry: Entry) -> dict[str, Cell]:
    cells = (entry.at.strftime("%Y-%m-%d %H:%M"), entry.username, entry.action, entry.details, entry.record)
    return dict(zip(COLUMNS, cells, strict=True))
