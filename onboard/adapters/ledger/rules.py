"""Versions of the rules in the ledger.

Which text was in use when, and which change of the past was accepted; onboard/judging/rule_changes.py decides what a change
means.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from onboard.adapters.ledger.schema import read, rules, rules_accepted, rules_use, run
from onboard.model import AcceptedRules, Mode, RulesUse


def text_of(connection: Connection, lab: str, version: str) -> tuple[str, str] | None:
    """Return the one stored text whose version begins so."""
    if not version:
        return None
    rows = connection.execute(select(rules.c.version, rules.c.text).where(rules.c.lab == lab)).all()
    found = [row for row in rows if row.version.startswith(version)]
    return (found[0].version, found[0].text) if len(found) == 1 else None


def uses(connection: Connection, lab: str) -> Sequence[RulesUse]:
    """Each change of the text in use, oldest first."""
    asked = select(rules_use).where(rules_use.c.lab == lab).order_by(rules_use.c.used_from)
    rows = connection.execute(asked)
    return [RulesUse(version=row.version, used_from=row.used_from, mode=Mode(row.mode)) for row in rows]


def last_read(connection: Connection, lab: str, mode: Mode, until: datetime) -> datetime | None:
    """The newest read that a run of a mode was planned on, of those not after `until`."""
    mine = (run.c.lab == lab) & (run.c.mode == mode) & (run.c.read_at <= until)
    return connection.execute(select(func.max(run.c.read_at)).where(mine)).scalar()


def accept(connection: Connection, lab: str, decided: AcceptedRules, text: str) -> None:
    """The decision, and the new text where it is not stored yet."""
    mine = (rules.c.lab == lab) & (rules.c.version == decided.new_version)
    if connection.execute(select(rules.c.version).where(mine)).first() is None:
        values = {"lab": lab, "version": decided.new_version, "text": text, "first_used": decided.accepted_at}
        connection.execute(insert(rules).values(values))
    connection.execute(
        insert(rules_accepted).values(
            lab=lab,
            accepted_at=decided.accepted_at,
            old_version=decided.old_version,
            new_version=decided.new_version,
            what="\n".join(decided.what),
            why=decided.why,
        )
    )


def accepted(connection: Connection, lab: str) -> Sequence[AcceptedRules]:
    """Every decision, oldest first."""
    asked = select(rules_accepted).where(rules_accepted.c.lab == lab).order_by(rules_accepted.c.accepted_at)
    return [
        AcceptedRules(
            accepted_at=row.accepted_at,
            old_version=row.old_version,
            new_version=row.new_version,
            what=tuple(row.what.splitlines()),
            why=row.why,
        )
        for row in connection.execute(asked)
    ]


def reads(connection: Connection, lab: str, since: datetime) -> Sequence[tuple[datetime, str]]:
    """Good reads later than an instant, oldest first."""
    asked = select(read.c.read_at, read.c.snapshot).where(read.c.lab == lab, read.c.read_at > since).order_by(read.c.read_at)
    return [(row.read_at, row.snapshot) for row in connection.execute(asked)]
