"""What a run did, in words, and its exit code; a log line contains no names."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable

from onboard.cli.output import print_table, say
from onboard.model import RunReport

LOG = logging.getLogger("onboard.run")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:'\"]+@[^\s<>()\[\],;:'\"]*[A-Za-z0-9]")
#: What is before the @ of a Message-ID of ours; it contains no names and is what a person searches for.
_MESSAGE_ID = re.compile(r"[0-9a-f]{32}@")

#: Outcomes that the mode or the counts beside them say already.
_SAID_BY_COUNTS = frozenset({"dry", "nothing"})
#: Outcomes that need more than their own word.
_OUTCOMES = {"already": "already done", "failed": "failed, no new mail to people"}


def report_lines(report: RunReport) -> list[str]:
    """Return the report as lines for a person: counts, held mail and why, troubles.

    A timer's output ends in the machine's log, so no address is in it; the operator's mail has the server's own words.
    """
    lines = [_head(report)]
    lines += [f"  held: {held.notice.kind.value}, {held.reason}" for held in report.held]
    lines += [f"  ! {trouble}" for trouble in report.trouble]
    return [without_addresses(line) for line in lines]


def without_addresses(text: str) -> str:
    """The text with each mail address put out; Message-IDs stay."""
    return _ADDRESS.sub(lambda found: found[0] if _MESSAGE_ID.match(found[0]) else "(address)", text)


def _head(report: RunReport) -> str:
    planned = Counter(notice.kind.value for notice in report.planned)
    states = Counter(delivery.state for delivery in report.deliveries)
    counts = ", ".join(f"{number} {kind}" for kind, number in sorted(planned.items()))
    if not counts and report.outcome not in _OUTCOMES:
        counts = "nothing planned"
    went = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
    outcome = "" if report.outcome in _SAID_BY_COUNTS else _OUTCOMES.get(report.outcome, report.outcome)
    parts = "; ".join(part for part in (outcome, counts, went) if part)
    return f"{report.job.value} {report.slot} ({report.mode.value}): {parts}"


def logged(report: RunReport) -> str:
    """Return the report as one line without names.

    What is held and what went wrong is counted, `onboard runs` has the words. What failed before there was a run is stored
    nowhere else, so its words are in this line, without addresses.
    """
    head = _head(report)
    held, troubles = len(report.held), len(report.trouble)
    counts = [f"{held} held"] if held else []
    counts += [f"{troubles} trouble{'' if troubles == 1 else 's'}"] if troubles else []
    if not counts:
        return head
    if report.outcome in ("failed", "no_memory") and not report.run:
        return without_addresses(f"{head}; {', '.join(counts)}: {' '.join(report.trouble)}")
    where = f"onboard runs {report.run}" if report.run else "the operator's mail"
    return f"{head}; {', '.join(counts)}: see {where}"


def log(lab: str, report: RunReport) -> None:
    """One line in the log; a warning when a person is needed."""
    LOG.log(logging.WARNING if report.needs_person else logging.INFO, logged(report), extra={"lab": lab})


def show(reports: Iterable[RunReport], *, troubles_only: bool = False) -> int:
    """Print reports (`troubles_only`: those that need a person); the exit code: that of the worst."""
    code = 0
    for report in reports:
        for line in report_lines(report) if report.needs_person or not troubles_only else ():
            say(line)
        code = max(code, report.exit_code)
    return code


def show_readers(reports: Iterable[RunReport]) -> None:
    """Who would get what, for a person at the terminal (dry runs)."""
    rows = [
        [report.job.value, notice.kind.value, notice.reader.name, notice.reader.address, _news(notice.lines)]
        for report in reports
        for notice in report.planned
    ]
    if rows:
        print_table("Would go out", ["job", "kind", "to", "address", "about"], rows)


def _news(lines: Iterable[object]) -> str:
    titles = list(dict.fromkeys(str(getattr(line, "title", "")) for line in lines))
    return "; ".join(titles[:3]) + (f" and {len(titles) - 3} more" if len(titles) > 3 else "")
