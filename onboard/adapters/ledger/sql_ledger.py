"""The ledger in a SQL database: `ports.Ledger` over SQLite or PostgreSQL.

It decides which moves share a transaction and which advance the history. The modules beside it (runs.py, memory.py, outbox.py,
sending.py) define each move.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from onboard.adapters.ledger import (
    bounces,
    catching_up,
    dated_ahead,
    handed,
    memory,
    outbox,
    people,
    refusals,
    rows,
    rules,
    runs,
    sending,
    transport,
)
from onboard.adapters.ledger.engine import Door
from onboard.errors import LedgerError
from onboard.model import (
    OPEN_AGAIN,
    AcceptedRules,
    AddressMemory,
    Bounce,
    BounceEffect,
    GivenUp,
    HandedOver,
    HandedPaper,
    History,
    JobName,
    Mode,
    PersonSeen,
    Problem,
    Refusal,
    RowSeen,
    RulesUse,
    Run,
    RunReport,
    Snapshot,
    Transport,
    UsedSlot,
)
from onboard.ports import Outgoing, Posted

#: The mail that is tried while all are held is chosen among so many, so that it is not the one that met the refusal.
_TRIAL_AMONG = 20
#: A run without a mode of its own takes its number under this mode's lock.
_NUMBERS = Mode.DRY


class SqlLedger:
    """One lab's ledger. Opening it builds or upgrades the tables; raises LedgerError or ConfigError when it cannot.

    `patience`: seconds to wait for another process that is writing.
    """

    def __init__(self, url: str, lab: str, patience: float = 30.0) -> None:
        self._lab = lab
        self._door = Door(url, lab, patience)

    @classmethod
    def blank(cls, lab: str) -> SqlLedger:
        """A ledger that remembers nothing and leaves nothing behind: for looking at a lab that has none yet."""
        return cls("", lab)

    def __repr__(self) -> str:
        return f"SqlLedger({self._door.where!r}, lab={self._lab!r})"

    def close(self) -> None:
        """Give the connections back."""
        self._door.close()

    # runs -------------------------------------------------------------------------------------------------------------
    def begin_run(self, mode: Mode, job: JobName, slot: date, now: datetime, lease_seconds: int = 900) -> Run | None:
        with self._door.writing(_NUMBERS) as connection:
            return runs.begin(connection, self._lab, mode, job, slot, now, lease_seconds)

    def end_run(self, run: Run, report: RunReport, now: datetime) -> None:
        with self._door.writing() as connection:
            runs.end(connection, self._lab, run, report, now)

    def last_runs(self, limit: int = 20) -> Sequence[Mapping[str, object]]:
        with self._door.reading() as connection:
            return runs.newest(connection, self._lab, limit)

    def last_slot(self, mode: Mode, job: JobName, until: date | None = None) -> date | None:
        with self._door.reading() as connection:
            return runs.last_slot(connection, self._lab, mode, job, until)

    def began_on(self, mode: Mode) -> date | None:
        with self._door.reading() as connection:
            return runs.began_on(connection, self._lab, mode)

    def last_judged(self, mode: Mode, job: JobName, until: date | None = None) -> tuple[Snapshot, str] | None:
        with self._door.reading() as connection:
            return runs.last_judged(connection, self._lab, mode, job, until)

    def newest_ahead(self, mode: Mode, today: date, now: datetime) -> date | None:
        with self._door.reading() as connection:
            return runs.newest_ahead(connection, self._lab, mode, today, now)

    def put_right(self, mode: Mode, today: date, now: datetime, *, sure: bool) -> bool:
        with self._door.writing(_NUMBERS) as connection:
            self._door.lock_all(connection)
            changed = dated_ahead.put_right(connection, self._lab, mode, today, now, sure=sure)
            if changed:
                self._door.bump(connection, mode)
            return changed

    # memory -----------------------------------------------------------------------------------------------------------
    def history(self, mode: Mode, ignoring: JobName | None = None) -> History:
        with self._door.reading() as connection:
            return memory.history(connection, self._lab, mode, ignoring)

    def began(self, mode: Mode) -> frozenset[JobName]:
        with self._door.reading() as connection:
            return memory.began(connection, self._lab, mode)

    def record_baseline(self, mode: Mode, job: JobName, keys: Sequence[str], now: datetime, slot: date) -> None:
        with self._door.writing(mode) as connection:
            memory.baseline(connection, self._lab, mode, job, keys, slot)
            self._door.bump(connection, mode)

    def see_problems(self, problems: Sequence[Problem], today: date) -> Mapping[str, date]:
        return self.see_troubles(memory.RECORDS, [problem.key for problem in problems], today)

    def see_troubles(self, scope: str, keys: Sequence[str], today: date) -> Mapping[str, date]:
        with self._door.writing(_NUMBERS) as connection:
            return memory.see(connection, self._lab, scope, keys, today)

    def troubles_seen(self, scope: str) -> Mapping[str, date]:
        with self._door.reading() as connection:
            return memory.seen(connection, self._lab, scope)

    def see_unclear(self, mode: Mode, reports: Sequence[str], today: date) -> None:
        self.see_troubles(memory.unclear_scope(mode), reports, today)

    def reopen(self, mode: Mode, address: str) -> int:
        with self._door.writing(mode) as connection:
            self._door.bump(connection, mode)
            return refusals.reopen(connection, self._lab, mode, address)

    def addresses(self, mode: Mode) -> Mapping[str, AddressMemory]:
        with self._door.reading() as connection:
            return refusals.memories(connection, self._lab, mode)

    def keep_addresses(self, mode: Mode, addresses: Collection[str]) -> int:
        with self._door.writing(mode) as connection:
            return refusals.keep(connection, self._lab, mode, addresses)

    def given_up(self, mode: Mode, since: datetime) -> Sequence[GivenUp]:
        with self._door.reading() as connection:
            return refusals.given_up(connection, self._lab, mode, since)

    def bounced(self, mode: Mode, bounce: Bounce, today: date, now: datetime) -> BounceEffect:
        with self._door.writing(mode) as connection:
            effect = bounces.bounced(connection, self._lab, mode, bounce, today, now)
            if effect is not BounceEffect.NOTHING:
                self._door.bump(connection, mode)
            return effect

    # outbox -----------------------------------------------------------------------------------------------------------
    def enqueue(
        self,
        run: Run,
        outgoing: Sequence[Outgoing],
        version: int,
        now: datetime,
        *,
        held: bool = False,
        snapshot: Snapshot | None = None,
        rules: str = "",
        whole: bool = True,
    ) -> bool:
        with self._door.writing(run.mode) as connection:
            if memory.version(connection, self._lab, run.mode, run.job) != version:
                return False
            outbox.supersede(connection, self._lab, run.mode, run.job)
            outbox.put(connection, self._lab, run.mode, run.job, outgoing, now, run.id)
            runs.planned(connection, self._lab, run, now, held, snapshot, rules, whole)
            self._door.bump(connection, run.mode)
            return True

    def enqueue_operator(self, mode: Mode, job: JobName, outgoing: Sequence[Outgoing], now: datetime) -> int:
        with self._door.writing(mode) as connection:
            known = memory.known_items(connection, self._lab, mode, [key for one in outgoing for key in one.keys])
            said = {key for key, state in known.items() if state not in OPEN_AGAIN}
            fresh = [one for one in outgoing if said.isdisjoint(one.keys)]
            outbox.put(connection, self._lab, mode, job, fresh, now)
            self._door.bump(connection, mode)
            return len(fresh)

    def withdraw_queued(self, mode: Mode, now: datetime) -> int:
        with self._door.writing(mode) as connection:
            self._door.bump(connection, mode)
            return outbox.withdraw(connection, self._lab, mode)

    def release(self, run_id: int, now: datetime) -> int:
        with self._door.writing() as connection:
            run = runs.release(connection, self._lab, run_id, now)
            self._door.bump(connection, run.mode, run.job)
            queued = outbox.queued_of(run)
            return len(outbox.ids_where(connection, self._lab, run.mode, queued))

    def recover(self, now: datetime) -> tuple[int, int]:
        with self._door.reading() as connection:
            gone = sending.overdue(connection, self._lab, now)
        found: list[str] = []
        for mode in {Mode(row.mode) for row in gone}:
            with self._door.writing(mode) as connection:
                rows = [row for row in gone if row.mode == mode]
                found += [sending.recover(connection, self._lab, row, now) for row in rows]
                self._door.bump(connection, mode)
        return found.count("queued"), found.count("parked")

    def claim(self, mode: Mode, now: datetime, limit: int = 20, lease_seconds: int = 900) -> Sequence[Posted]:
        with self._door.writing(mode) as connection:
            if sending.expire(connection, self._lab, mode, now):
                self._door.bump(connection, mode)
            rows = sending.due(connection, self._lab, mode, now, limit)
            # A plan of the same job may not count these as gone any more; plans of other jobs saw them as said anyway.
            for job in sorted({row.job for row in rows}):
                self._door.bump(connection, mode, job)
            return sending.claim(connection, self._lab, rows, now + timedelta(seconds=lease_seconds))

    def mark_data(
        self, post: Posted, now: datetime, *, sent: Sequence[tuple[Posted, str]] = (), lease_seconds: int = 900
    ) -> bool:
        with self._door.saying() as say:
            for done, detail in sent:
                sending.sent(say, self._lab, done, detail, now)
            return sending.offered(say, self._lab, post, now + timedelta(seconds=lease_seconds))

    def mark_sent(self, done: Sequence[tuple[Posted, str]], now: datetime) -> None:
        with self._door.saying() as say:
            for post, detail in done:
                sending.sent(say, self._lab, post, detail, now)

    def mark_retry(
        self,
        post: Posted,
        detail: str,
        now: datetime,
        *,
        attempted: bool = True,
        refusal: Refusal | None = None,
        today: date | None = None,
    ) -> bool:
        mode = self._mode(post)
        with self._door.writing(mode) as connection:
            bump = partial(self._door.bump, connection, mode)
            moved = sending.retry(connection, self._lab, mode, post, detail, now, attempted, bump)
            if moved and refusal is not None and today is not None:
                refusals.note(connection, self._lab, mode, (post.id, post.to_addr), refusal, today, now)
            return moved

    def mark_failed(self, post: Posted, refusal: Refusal, detail: str, today: date, now: datetime) -> bool:
        mode = self._mode(post)
        with self._door.writing(mode) as connection:
            bump = partial(self._door.bump, connection, mode)
            moved = sending.failed(connection, self._lab, mode, post, refusal, detail, bump)
            if moved:
                refusals.note(connection, self._lab, mode, (post.id, post.to_addr), refusal, today, now)
            return moved

    def mark_certain(self, post: Posted) -> bool:
        with self._door.writing() as connection:
            return sending.certainly_refused(connection, self._lab, post)

    def mark_in_doubt(self, post: Posted, detail: str, now: datetime, again_at: datetime | None = None) -> bool:
        mode = self._mode(post)
        with self._door.writing(mode) as connection:
            bump = partial(self._door.bump, connection, mode)
            return sending.in_doubt(connection, self._lab, post, detail, now, again_at, bump)

    # the transport ----------------------------------------------------------------------------------------------------
    def transport(self, mode: Mode) -> Transport | None:
        with self._door.reading() as connection:
            return transport.state(connection, self._lab, mode)

    def hold(self, mode: Mode, refusal: Refusal, words: str, reader: str, settings: str, now: datetime) -> Transport:
        with self._door.writing(mode) as connection:
            return transport.hold(connection, self._lab, mode, refusal, words, reader, settings, now)

    def claim_trial(self, mode: Mode, now: datetime, settings: str, lease_seconds: int = 900) -> Posted | None:
        with self._door.writing(mode) as connection:
            held = transport.state(connection, self._lab, mode)
            if held is None or not held.held or not transport.may_try(held, settings, now):
                return None
            rows = sending.due(connection, self._lab, mode, now, _TRIAL_AMONG)
            if not rows:
                return None
            chosen = next((row for row in rows if row.reader != held.tripped_by), rows[0])
            lease = now + timedelta(seconds=lease_seconds)
            transport.trying(connection, self._lab, mode, settings, lease)
            self._door.bump(connection, mode, chosen.job)
            return sending.claim(connection, self._lab, [chosen], lease)[0]

    def try_now(self, mode: Mode, now: datetime) -> bool:
        with self._door.writing(mode) as connection:
            return transport.try_now(connection, self._lab, mode, now)

    def let_go(self, mode: Mode, now: datetime) -> None:
        with self._door.writing(mode) as connection:
            transport.let_go(connection, self._lab, mode, now)

    def expire(self, mode: Mode, now: datetime) -> int:
        with self._door.writing(mode) as connection:
            number = sending.expire(connection, self._lab, mode, now)
            if number:
                self._door.bump(connection, mode)
            return number

    def _mode(self, post: Posted) -> Mode:
        with self._door.reading() as connection:
            return sending.mode_of(connection, self._lab, post.id)

    def outbox(self, mode: Mode) -> Mapping[str, int]:
        with self._door.reading() as connection:
            return outbox.counts(connection, self._lab, mode)

    def digests_owed(self, mode: Mode, since: date) -> frozenset[str]:
        with self._door.reading() as connection:
            return outbox.digests_owed(connection, self._lab, mode, since)

    def parked(self, mode: Mode) -> Sequence[Mapping[str, object]]:
        with self._door.reading() as connection:
            return outbox.parked(connection, self._lab, mode)

    def find_mail(self, mode: Mode, beginning: str) -> Sequence[Mapping[str, object]]:
        with self._door.reading() as connection:
            rows = sending.find(connection, self._lab, mode, beginning)
            return [dict(row._mapping) for row in rows]

    def end_doubt(self, message_id: str, now: datetime, *, arrived: bool | None) -> bool:
        with self._door.reading() as connection:
            mode = sending.mode_of(connection, self._lab, message_id)
        with self._door.writing(mode) as connection:
            ended = sending.end_doubt(connection, self._lab, message_id, now, arrived)
            if ended:
                self._door.bump(connection, mode)
            return ended

    def settle(self, message_id: str, now: datetime, *, arrived: bool) -> None:
        if not self.end_doubt(message_id, now, arrived=arrived):
            raise LedgerError(f"Mail {message_id} is not in doubt. `onboard mail doubts` lists those that are")

    def told(self, mode: Mode, person: str, limit: int = 50) -> Sequence[Mapping[str, object]]:
        with self._door.reading() as connection:
            return outbox.told(connection, self._lab, mode, person, limit)

    # the book of sent mails -----------------------------------------------------------------------------------------------
    def contents(self, message_ids: Sequence[str]) -> Mapping[str, HandedOver]:
        with self._door.reading() as connection:
            return catching_up.contents(connection, self._lab, message_ids)

    def newest_handed_over(self) -> str:
        with self._door.reading() as connection:
            return catching_up.newest_handed_over(connection, self._lab)

    def knows_message(self, message_id: str) -> bool:
        with self._door.reading() as connection:
            return catching_up.knows_message(connection, self._lab, message_id)

    def unknown(self, lines: Sequence[HandedOver | UsedSlot]) -> Sequence[HandedOver | UsedSlot]:
        with self._door.reading() as connection:
            return catching_up.unknown(connection, self._lab, lines)

    def catch_up(self, lines: Sequence[HandedOver | UsedSlot], now: datetime) -> bool:
        with self._door.writing(_NUMBERS) as connection:
            self._door.lock_all(connection)
            older = catching_up.catch_up(connection, self._lab, lines, now)
            for mode in Mode:
                self._door.bump(connection, mode)
            return older

    # people -----------------------------------------------------------------------------------------------------------
    def people_seen(self) -> Mapping[str, Sequence[PersonSeen]]:
        with self._door.reading() as connection:
            return people.everybody(connection, self._lab)

    def see_people(self, seen: Sequence[PersonSeen]) -> None:
        with self._door.writing(_NUMBERS) as connection:
            self._door.lock_all(connection)
            people.see(connection, self._lab, seen)
            for mode in Mode:
                self._door.bump(connection, mode)

    def rows_seen(self) -> Mapping[tuple[str, str], RowSeen]:
        with self._door.reading() as connection:
            return rows.all_rows(connection, self._lab)

    def see_rows(self, seen: Sequence[RowSeen], before: datetime | None) -> None:
        with self._door.writing(_NUMBERS) as connection:
            rows.see(connection, self._lab, seen, before)

    def handed_papers(self) -> Mapping[str, HandedPaper]:
        with self._door.reading() as connection:
            return handed.all_papers(connection, self._lab)

    def keep_papers(self, papers: Sequence[HandedPaper]) -> None:
        with self._door.writing(_NUMBERS) as connection:
            handed.keep(connection, self._lab, papers)

    # snapshots --------------------------------------------------------------------------------------------------------
    def save_snapshot(self, snapshot: Snapshot) -> None:
        with self._door.writing(_NUMBERS) as connection:
            memory.save_snapshot(connection, self._lab, snapshot)

    def snapshot_at(self, known_on: datetime | None = None) -> Snapshot | None:
        with self._door.reading() as connection:
            return memory.snapshot_at(connection, self._lab, known_on)

    def save_rules(self, version: str, text: str, now: datetime, mode: Mode) -> None:
        with self._door.writing(_NUMBERS) as connection:
            memory.save_rules(connection, self._lab, version, text, now, mode)

    def last_read(self, mode: Mode, until: datetime) -> datetime | None:
        with self._door.reading() as connection:
            return rules.last_read(connection, self._lab, mode, until)

    def rules_at(self, known_on: datetime | None = None, mode: Mode | None = None) -> tuple[str, str] | None:
        with self._door.reading() as connection:
            return memory.rules_at(connection, self._lab, known_on, mode)

    def rules_text(self, version: str) -> tuple[str, str] | None:
        with self._door.reading() as connection:
            return rules.text_of(connection, self._lab, version)

    def rules_uses(self) -> Sequence[RulesUse]:
        with self._door.reading() as connection:
            return rules.uses(connection, self._lab)

    def accept_rules(self, accepted: AcceptedRules, text: str) -> None:
        with self._door.writing(_NUMBERS) as connection:
            rules.accept(connection, self._lab, accepted, text)

    def accepted_rules(self) -> Sequence[AcceptedRules]:
        with self._door.reading() as connection:
            return rules.accepted(connection, self._lab)

    def reads(self, since: datetime) -> Sequence[tuple[datetime, str]]:
        with self._door.reading() as connection:
            return rules.reads(connection, self._lab, since)
