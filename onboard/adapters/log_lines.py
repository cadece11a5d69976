"""The program's own log: lines for people on a terminal, JSON for a service.

No line repeats the words of a fault: a trace names files, lines and kinds of faults; a fault's own words may hold a name, an
address or a token.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from enum import StrEnum
from types import TracebackType
from typing import TypeAlias

_Fault: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
_ADDRESS = re.compile(r"[^\s@<>\"'(),;:]+@[A-Za-z0-9.-]+")
_TOKEN = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{32,}(?![0-9A-Za-z])")


class LogForm(StrEnum):
    """How the log is written."""

    AUTO = "auto"  # for people on a terminal, JSON otherwise
    HUMAN = "human"  # one line a record
    JSON = "json"  # one object a line: at, level, logger, lab, text, and trace where something broke


def set_up_log(form: LogForm = LogForm.AUTO, *, troubles_only: bool = False) -> None:
    """Log to standard error from now on, information and worse, or troubles only."""
    people = sys.stderr.isatty() if form is LogForm.AUTO else form is LogForm.HUMAN
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(HumanLines() if people else JsonLines())
    level = logging.WARNING if troubles_only else logging.INFO
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # the scheduler reports every look at information level; only its troubles are news
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    # so does the upgrade of the ledger, with every plugin it finds
    logging.getLogger("alembic").setLevel(logging.WARNING)


def discreet(text: str) -> str:
    """A text without addresses and without anything that may be a token."""
    return _TOKEN.sub("(token)", _ADDRESS.sub("(address)", text))


def trace(fault: BaseException) -> str:
    """Where a fault came from, and from which faults it followed; never what they say."""
    lines = [f"{type(fault).__module__}.{type(fault).__qualname__}"]
    lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(fault.__traceback__)]
    before = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    return "\n".join(lines) if before is None else "\n".join([*lines, "after", trace(before)])


class HumanLines(logging.Formatter):
    """``2026-11-23 07:15:02 INFO rivera send_reminders 2026-11-23 (live): sent; 4 reminder``"""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and a trace below it where something broke."""
        at = _at(record).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        lab = f"{lab_of(record)} " if lab_of(record) else ""
        line = f"{at} {record.levelname} {lab}{discreet(record.getMessage())}"
        fault = _fault(record)
        return f"{line}\n{trace(fault)}" if fault else line


class JsonLines(logging.Formatter):
    """One object a line, for a journal or a collector."""

    def format(self, record: logging.LogRecord) -> str:
        """The record with stable keys."""
        body = {
            "at": _at(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "lab": lab_of(record),
            "text": discreet(record.getMessage()),
        }
        fault = _fault(record)
        return json.dumps(body | ({"trace": trace(fault)} if fault else {}), ensure_ascii=False)


def lab_of(record: logging.LogRecord) -> str:
    """The lab a record is about, "" when it is about the program."""
    return str(getattr(record, "lab", ""))


def _at(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _fault(record: logging.LogRecord) -> BaseException | None:
    given: _Fault | None = record.exc_info
    return given[1] if given else None
