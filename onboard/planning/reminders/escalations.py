"""The escalation mail: what a supervisor or PI is told about people.

It decides what goes in a mail of its own and what waits for the reader's digest: there unless work is blocked today, and all of
it on the day the digest goes out. planning/escalation_lines.py decides what is to be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from onboard.model import Line, MessageKind, Notice, ReaderRole
from onboard.model.records import record_order
from onboard.planning.deadlines import Edge, told_on
from onboard.planning.escalation_lines import Escalation, calls_about, is_said
from onboard.planning.lab_day import Desk
from onboard.planning.notices import digest_comes, gets_digests, notice
from onboard.planning.people import codes, mail_day, overseer


def escalations(desk: Desk, personal: Sequence[Notice]) -> list[Notice]:
    """Return one notice for each supervisor or PI, listing all people.

    `personal` are the mails to people planned in the same run.
    """
    planned = frozenset(key.rpartition("/")[0] for mail in personal for line in mail.lines if (key := line.key))

    def hears_now(edge: Edge) -> bool:
        return edge.stem in planned or told_on(desk, edge) is not None

    calls: dict[str, list[Escalation]] = {}
    for record in sorted(desk.assessment.people, key=record_order):
        for call in calls_about(desk, record, hears_now):
            calls.setdefault(call.reader, []).append(call)
    made = (_notice(desk, reader, calls[reader]) for reader in sorted(calls, key=record_order))
    return [n for n in made if n]


def _notice(desk: Desk, record: str, calls: Iterable[Escalation]) -> Notice | None:
    """Return the notice to one reader; lines that stop work come first.

    A PI who also supervises is told everything as PI, once.
    """
    calls = sorted(calls, key=lambda c: c.role is not ReaderRole.PI)
    reader = overseer(desk, record, calls[0].role)
    if reader is None or not mail_day(desk, record) or digest_comes(desk, record, reader.address):
        return None
    in_digest = gets_digests(desk, record)
    lines: dict[str, Line] = {}
    for call in calls:
        if is_said(desk, call, reader.address) or (in_digest and not call.line.hard):
            continue
        first = lines.get(call.stem)
        lines[call.stem] = replace(first, also=(*first.also, call.line.key)) if first else call.line
    if not lines:
        return None
    ordered = sorted(lines.values(), key=lambda line: (not line.hard, line.days if line.days is not None else 0, line.key))
    protocols = codes(desk, [r for r, p in desk.assessment.protocols.items() if p.pi == record])
    people = len({line.person for line in ordered})
    return notice(desk, MessageKind.ESCALATION, reader, ordered, numbers={"people": people}, facts={"protocols": protocols})
