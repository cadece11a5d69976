"""Claim and finish run slots: one execution of a job for one slot.

It decides which process holds a slot and when the slot is used up.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from onboard.adapters.ledger.dated_ahead import AHEAD, SAID_FOR
from onboard.adapters.ledger.holder import is_gone, this_process
from onboard.adapters.ledger.schema import read, rules, run, snapshot
from onboard.errors import LedgerError
from onboard.model import JobName, Mode, Run, RunReport, RunState, Snapshot

_USED_UP = (RunState.PLANNED, RunState.DONE)


def begin(
    connection: Connection, lab: str, mode: Mode, job: JobName, slot: date, now: datetime, lease_seconds: int
) -> Run | None:
    """Take the slot: a new run, or one that failed or whose holder is gone.

    None when the slot is used up or held.

    A holder that was killed on this machine is known to be gone before its lease ends. A mistake there would cost a read and
    send nothing twice, because a run that lost its token cannot use the slot up.
    """
    lease = now + timedelta(seconds=lease_seconds)
    token = f"{this_process()}#{secrets.token_hex(8)}"
    where = (run.c.lab == lab) & (run.c.mode == mode) & (run.c.job == job) & (run.c.slot == slot)
    found = connection.execute(select(run.c.id, run.c.state, run.c.lease_until, run.c.token).where(where)).first()
    if found is None:
        number = 1 + (connection.execute(select(func.max(run.c.id)).where(run.c.lab == lab)).scalar() or 0)
        connection.execute(insert(run).values(_new(lab, number, mode, job, slot, token, lease, now)))
        return Run(id=number, mode=mode, job=job, slot=slot, state=RunState.OPEN, token=token)
    leased = found.lease_until is not None and found.lease_until > now
    if found.state in _USED_UP or (leased and not is_gone(found.token.partition("#")[0])):
        return None
    again = {"state": RunState.OPEN, "token": token, "lease_until": lease, "started_at": now, "ended_at": None}
    connection.execute(update(run).where(where).values(again))
    return Run(id=found.id, mode=mode, job=job, slot=slot, state=RunState.OPEN, token=token)


def _new(
    lab: str, number: int, mode: Mode, job: JobName, slot: date, token: str, lease: datetime, now: datetime
) -> dict[str, Any]:
    given = {"lab": lab, "id": number, "mode": mode, "job": job, "slot": slot, "token": token, "lease_until": lease}
    blank = {"snapshot": "", "rules": "", "outcome": "", "report": "{}", "held": False}
    return {**given, **blank, "state": RunState.OPEN, "started_at": now}


def planned(
    connection: Connection,
    lab: str,
    held_run: Run,
    now: datetime,
    held: bool,
    on: Snapshot | None,
    rules_version: str,
    whole: bool = True,
) -> None:
    """Use the slot up, unless the plan could not be written whole.

    With `whole` false it is planned again. Raises LedgerError when another process holds the run by now: the transaction must not
    be committed.
    """
    state = RunState.PLANNED if whole else RunState.OPEN
    judged = {"snapshot": on.id if on else "", "read_at": on.read_at if on else None, "rules": rules_version}
    done = connection.execute(
        update(run)
        .where(run.c.lab == lab, run.c.id == held_run.id, run.c.token == held_run.token, run.c.state == RunState.OPEN)
        .values(state=state, held=held, ended_at=now, **judged)
    )
    if done.rowcount != 1:
        raise LedgerError(
            f"Run {held_run.id} ({held_run.job}, {held_run.slot}) was taken over by another process: this one stops here. "
            "Look at `onboard jobs` for its result."
        )


def end(connection: Connection, lab: str, ended: Run, report: RunReport, now: datetime) -> None:
    """Store what came of it and give the lease back. A held run stays planned until its messages may go."""
    mine = (run.c.lab == lab) & (run.c.id == ended.id) & (run.c.token == ended.token)
    state = connection.execute(select(run.c.state, run.c.held).where(mine)).first()
    if state is None:
        return
    if state.state == RunState.PLANNED:
        after = RunState.PLANNED if state.held else RunState.DONE
    else:
        after = RunState.FAILED
    values = {"state": after, "lease_until": None, "ended_at": now, "outcome": report.outcome}
    connection.execute(update(run).where(mine).values(report=_text(report), **values))


def _text(report: RunReport) -> str:
    """Return counts and sentences only; recipients are in the messages."""
    states = [delivery.state for delivery in report.deliveries]
    body = {
        "planned": len(report.planned),
        "held": sorted(held.reason for held in report.held),
        "deliveries": {state: states.count(state) for state in sorted(set(states))},
        "problems": report.problems,
        "trouble": list(report.trouble),
        "read_at": report.read_at.isoformat() if report.read_at else None,
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True)


def newest(connection: Connection, lab: str, limit: int) -> Sequence[Mapping[str, object]]:
    """The newest runs as plain values for tables."""
    rows = connection.execute(select(run).where(run.c.lab == lab).order_by(run.c.started_at.desc()).limit(limit))
    return [_shown(row) for row in rows]


def _shown(row: Row[Any]) -> Mapping[str, object]:
    kept = ("mode", "job", "slot", "state", "held", "started_at", "ended_at", "outcome")
    report = json.loads(row.report)
    counts = {name: report.get(name) for name in ("planned", "deliveries", "problems")}
    shown = {name: getattr(row, name) for name in kept}
    words = {"trouble": tuple(report.get("trouble", ())), "reasons": tuple(report.get("held", ()))}
    return {"run": row.id, **shown, **counts, **words}


def last_slot(connection: Connection, lab: str, mode: Mode, job: JobName, until: date | None = None) -> date | None:
    """The newest slot that is used up, of those not after `until`."""
    where = _used_up(lab, mode, job, until)
    return connection.execute(select(func.max(run.c.slot)).where(where)).scalar()


def began_on(connection: Connection, lab: str, mode: Mode) -> date | None:
    """The first slot that any job used up."""
    where = (run.c.lab == lab) & (run.c.mode == mode) & run.c.state.in_(_USED_UP)
    return connection.execute(select(func.min(run.c.slot)).where(where)).scalar()


def _used_up(lab: str, mode: Mode, job: JobName, until: date | None) -> ColumnElement[bool]:
    where = (run.c.lab == lab) & (run.c.mode == mode) & (run.c.job == job) & run.c.state.in_(_USED_UP)
    return where if until is None else where & (run.c.slot <= until)


def newest_ahead(connection: Connection, lab: str, mode: Mode, today: date, now: datetime) -> date | None:
    """The last day of a slot used up after `today`, or of a read later than `now`; None when none is. A slot that was freed
    today counts, so that every job of the day says it."""
    just_freed = (run.c.outcome == AHEAD) & (run.c.ended_at > now - SAID_FOR)
    used = run.c.state.in_(_USED_UP) | just_freed
    ahead = (run.c.lab == lab) & (run.c.mode == mode) & used & (run.c.slot > today)
    slot = connection.execute(select(func.max(run.c.slot)).where(ahead)).scalar()
    later = select(read.c.read_at).where(read.c.lab == lab, read.c.read_at > now).order_by(read.c.read_at.desc()).limit(1)
    found = connection.execute(later).scalar()
    return max((day for day in (slot, found.date() if found else None) if day), default=None)


def last_judged(
    connection: Connection, lab: str, mode: Mode, job: JobName, until: date | None = None
) -> tuple[Snapshot, str] | None:
    """Snapshot and rules text of the newest used-up run that was planned on a read, of those not after `until`."""
    where = _used_up(lab, mode, job, until)
    found = connection.execute(
        select(snapshot.c.id, snapshot.c.text, snapshot.c.rows, run.c.read_at, rules.c.text.label("rules_text"))
        .join(snapshot, (snapshot.c.lab == run.c.lab) & (snapshot.c.id == run.c.snapshot))
        .join(rules, (rules.c.lab == run.c.lab) & (rules.c.version == run.c.rules))
        .where(where)
        .order_by(run.c.slot.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    return Snapshot(id=found.id, text=found.text, rows=found.rows, read_at=found.read_at), found.rules_text


def release(connection: Connection, lab: str, run_id: int, now: datetime) -> Run:
    """Unhold a run. Raises LedgerError naming the held ones when this is none of them."""
    held = connection.execute(select(run).where(run.c.lab == lab, run.c.held.is_(True)).order_by(run.c.id)).all()
    found = next((row for row in held if row.id == run_id), None)
    if found is None:
        names = ", ".join(f"{row.id} ({row.job}, {row.slot})" for row in held) or "none"
        raise LedgerError(f"Run {run_id} is not held. Held runs: {names}. Write `onboard release RUN` with one of them.")
    after = RunState.DONE if found.state == RunState.PLANNED else RunState(found.state)
    done = update(run).where(run.c.lab == lab, run.c.id == run_id)
    connection.execute(done.values(held=False, state=after, ended_at=now))
    return Run(id=found.id, mode=Mode(found.mode), job=JobName(found.job), slot=found.slot, state=after, token=found.token)
