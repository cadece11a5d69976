"""Retention, forgetting, export and backup of the ledger.

Dropping what is old, replacing a person's name, exporting what is stored about one person, and copying the whole file while it
is in use. It decides what is never dropped: items, runs, and what waits.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, func, select, update

from onboard.adapters.ledger import outbox
from onboard.adapters.ledger.engine import EVERYBODY, Door
from onboard.adapters.ledger.schema import (
    MessageState,
    body,
    handed_file,
    item,
    message,
    person_seen,
    problem,
    read,
    refusal,
    row_seen,
    rules,
    rules_accepted,
    run,
    snapshot,
    suppressed,
    transport,
)
from onboard.errors import LedgerError
from onboard.model import Mode, PersonSeen
from onboard.ports.erasing import Eraser, MailEraser

#: In place of the hashes of a forgotten person: no one has them, so the next person with that record id is new.
NO_MARKS = "gone"
#: What may still go, or waits for a person's word: its bytes are needed.
_ALIVE = (MessageState.QUEUED, MessageState.SENDING, MessageState.IN_DOUBT)
_ITS_BODY = (body.c.lab == message.c.lab) & (body.c.message == message.c.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How much named the person.

    Mails whose text is dropped because it was theirs, mails of others with other words, queued mails taken back, snapshots, other
    rows. `left`: (place, name) -> how often it was left. `own`: ids of their own mails.
    """

    bodies: int
    reworded: int
    withdrawn: int
    snapshots: int
    rows: int
    left: Mapping[tuple[str, str], int]
    own: frozenset[str]


class LedgerKeeping:
    """One lab's ledger, for housekeeping. Opening it raises LedgerError or ConfigError when it cannot be used."""

    def __init__(self, url: str, lab: str, patience: float = 30.0) -> None:
        self._lab = lab
        self._door = Door(url, lab, patience)

    def close(self) -> None:
        """Give the connections back."""
        self._door.close()

    # old things -------------------------------------------------------------------------------------------------------
    def drop_bodies(self, before: datetime) -> int:
        """Empty the bodies of mails made before `before` (aware) that are over and done with. Returns how many."""
        old = and_(message.c.lab == self._lab, message.c.created_at < before, message.c.state.not_in(_ALIVE))
        with self._door.writing() as connection:
            kept = and_(body.c.lab == self._lab, func.length(body.c.mime) > 0)
            theirs = body.c.message.in_(select(message.c.id).where(old))
            return connection.execute(update(body).where(kept, theirs).values(mime=b"")).rowcount

    def drop_reads(self, before: datetime) -> int:
        """Drop old reads and unused snapshots. Returns how many snapshots.

        Old: before `before` (aware). The last read before it stays, because it shows the state on that day; so does what a run
        was planned on last.
        """
        with self._door.writing() as connection:
            last = connection.execute(
                select(func.max(read.c.read_at)).where(read.c.lab == self._lab, read.c.read_at < before)
            ).scalar()
            if last is None:
                return 0
            connection.execute(delete(read).where(read.c.lab == self._lab, read.c.read_at < last))
            needed = self._needed(connection)
            return connection.execute(delete(snapshot).where(snapshot.c.lab == self._lab, snapshot.c.id.not_in(needed))).rowcount

    def _needed(self, connection: Connection) -> set[str]:
        reads = connection.execute(select(read.c.snapshot).where(read.c.lab == self._lab)).scalars()
        newest = select(func.max(run.c.slot)).where(run.c.lab == self._lab, run.c.snapshot != "").group_by(run.c.mode, run.c.job)
        planned = select(run.c.snapshot).where(run.c.lab == self._lab, run.c.slot.in_(newest))
        return {*reads, *connection.execute(planned).scalars()}

    # one person -------------------------------------------------------------------------------------------------------
    def snapshots(self, since: datetime | None = None, before: datetime | None = None) -> Sequence[str]:
        """The texts of all snapshots, the newest read first; only those last read from `since` on and before `before`."""
        newest = select(read.c.snapshot, func.max(read.c.read_at).label("at")).where(read.c.lab == self._lab)
        order = newest.group_by(read.c.snapshot).subquery()
        asked = select(snapshot.c.text).join(order, order.c.snapshot == snapshot.c.id).where(snapshot.c.lab == self._lab)
        asked = asked.where(order.c.at >= since) if since else asked
        asked = asked.where(order.c.at < before) if before else asked
        with self._door.reading() as connection:
            return list(connection.execute(asked.order_by(order.c.at.desc())).scalars())

    def told(self, record: str, addresses: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Every message to the person or about them, oldest first, with its bytes as far as they are kept."""
        names = (
            "id",
            "mode",
            "job",
            "slot",
            "kind",
            "reader",
            "person",
            "subject",
            "state",
            "created_at",
            "sent_at",
            "detail",
            "mime",
        )
        with self._door.reading() as connection:
            about = set(_about(connection, self._lab, record))
            asked = select(message, body.c.mime).join(body, _ITS_BODY).where(message.c.lab == self._lab)
            rows = [
                row
                for row in connection.execute(asked.order_by(message.c.created_at, message.c.id))
                if row.id in about or row.person == record or row.reader in addresses or row.to_addr in addresses
            ]
        return [{name: getattr(row, name) for name in names} for row in rows]

    def items(self, record: str) -> Sequence[Mapping[str, Any]]:
        """What is remembered as said about the person: mode, key, state, slot."""
        names = ("mode", "key", "state", "slot")
        with self._door.reading() as connection:
            rows = connection.execute(select(item).where(item.c.lab == self._lab).order_by(item.c.slot, item.c.key))
            return [{name: getattr(row, name) for name in names} for row in rows if _is_about(row.key, record)]

    def not_mailed(self, addresses: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Which of the addresses are not mailed, and why."""
        names = ("mode", "address", "why", "since")
        asked = select(suppressed).where(suppressed.c.lab == self._lab, suppressed.c.address.in_(addresses))
        with self._door.reading() as connection:
            return [{name: getattr(row, name) for name in names} for row in connection.execute(asked.order_by(suppressed.c.mode))]

    def refused(self, addresses: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """What servers answered to mail to the addresses, or reported about it later, oldest first."""
        names = ("mode", "on_day", "address", "step", "fault", "action", "code", "status", "words", "message")
        asked = select(refusal).where(refusal.c.lab == self._lab, refusal.c.address.in_(addresses))
        with self._door.reading() as connection:
            rows = connection.execute(asked.order_by(refusal.c.at, refusal.c.message))
            return [{name: getattr(row, name) for name in names} for row in rows]

    def handed_files(self, record: str) -> Sequence[Mapping[str, Any]]:
        """What was read of the files that a person handed in."""
        names = ("evidence", "name", "says")
        asked = select(handed_file).where(handed_file.c.lab == self._lab, handed_file.c.record == record)
        with self._door.reading() as connection:
            rows = connection.execute(asked.order_by(handed_file.c.evidence))
            return [{name: getattr(row, name) for name in names} for row in rows]

    def rules_texts(self) -> Sequence[str]:
        """Every text of the rules that was ever used: what a name may be a word of."""
        with self._door.reading() as connection:
            return list(connection.execute(select(rules.c.text).where(rules.c.lab == self._lab)).scalars())

    def forget(
        self,
        record: str,
        addresses: Sequence[str],
        eraser: Eraser,
        mails: MailEraser,
        rewrite: Callable[[str, Counter[tuple[str, str]]], str],
        *,
        really: bool,
    ) -> Erased:
        """Put the eraser's words in a person's place everywhere, in one transaction; without `really` only count.

        `addresses` are theirs alone. `rewrite` gives a snapshot's text without the person and counts what it leaves; its id
        stays, because runs and proofs name it. Raises LedgerError while a mail to the person is on its way.
        """
        with self._door.writing() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            done = _Forgetting(connection, self._lab, record, tuple(addresses), eraser, mails).all(self._door, rewrite)
            if not really:
                connection.rollback()
        if really:
            self._squeeze()
        return done

    def _squeeze(self) -> None:
        """SQLite: what was overwritten must leave the journal, too."""
        with self._door.reading() as connection:
            if connection.dialect.name != "sqlite":
                return
            raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    # all of it --------------------------------------------------------------------------------------------------------
    def backup(self, target: Path) -> int:
        """Copy the ledger as of one moment into `target`, while others use it.

        Returns the bytes written. Raises LedgerError when the target exists or cannot be written, and for a database that has
        tools of its own.
        """
        if target.exists():
            raise LedgerError(f"{target} exists; nothing was changed. Name a new file, for example with today's date.")
        with self._door.reading() as connection:
            if connection.dialect.name != "sqlite":
                raise LedgerError(_elsewhere(str(connection.engine.url.database), target))
            raw = connection.connection.driver_connection
            assert raw is not None
            _copy(raw, target)
        return target.stat().st_size


def _elsewhere(database: str, target: Path) -> str:
    return (
        "This ledger lives in PostgreSQL, which copies itself. As its superuser, because the tables hide labs from each other: "
        f"pg_dump -Fc -f {target} {database}. To restore: createdb NEW; pg_restore -d NEW {target}; then name NEW in url "
        "under [ledger]."
    )


def _copy(source: sqlite3.Connection, target: Path) -> None:
    half = target.with_name(f".{target.name}.half")
    try:
        half.unlink(missing_ok=True)
        half.touch(mode=0o600)
        copy = sqlite3.connect(half)
        try:
            source.backup(copy, pages=256)
            (found,) = copy.execute("PRAGMA integrity_check").fetchone()
            copy.execute("PRAGMA journal_mode=DELETE")
        finally:
            copy.close()
        if found != "ok":
            raise LedgerError(f"The copy is damaged ({found}): the ledger is, too. Restore the last good backup.")
        half.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise LedgerError(f"The backup {target} could not be written ({error}): check the folder and its space.") from error
    finally:
        half.unlink(missing_ok=True)


def _is_about(key: str, record: str) -> bool:
    """The person is the second part of an item's key, written as keys write it."""
    parts = key.split("/")
    return len(parts) > 1 and parts[1] == record.replace("%", "%25").replace("/", "%2F")


def _about(connection: Connection, lab: str, record: str) -> list[str]:
    rows = connection.execute(select(item.c.key, item.c.message).where(item.c.lab == lab, item.c.message.is_not(None)))
    return [row.message for row in rows if _is_about(row.key, record)]


@dataclass(slots=True)
class _Forgetting:
    """One person, taken out of one lab's rows inside one transaction."""

    connection: Connection
    lab: str
    record: str
    addresses: tuple[str, ...]
    eraser: Eraser
    mails: MailEraser
    left: Counter[tuple[str, str]] = field(default_factory=Counter)

    def all(self, door: Door, rewrite: Callable[[str, Counter[tuple[str, str]]], str]) -> Erased:
        """Every table of the list in `pipeline/kept.py` that names people."""
        for mode in Mode:
            door.bump(self.connection, mode, EVERYBODY)
        own = self._own()
        withdrawn = self._withdraw(own)
        bodies, reworded = self._bodies(own)
        for table in (suppressed, refusal):
            self.connection.execute(delete(table).where(table.c.lab == self.lab, table.c.address.in_(self.addresses)))
        for table in (row_seen, handed_file):
            self.connection.execute(delete(table).where(table.c.lab == self.lab, table.c.record == self.record))
        snapshots = self._snapshots(rewrite)
        rows = sum(self._rows(table, change) for table, change in self._changes(own).items())
        self._listed(rules_accepted, "what", "why")
        self._listed(run, "report")
        self._subjects(own)
        return Erased(
            bodies=bodies, reworded=reworded, withdrawn=withdrawn, snapshots=snapshots, rows=rows, left=self.left, own=own
        )

    def _changes(self, own: frozenset[str]) -> dict[Table, Callable[[Mapping[str, Any]], dict[str, Any]]]:
        """Table -> what its columns hold afterwards."""
        erase = self.eraser

        def of_message(row: Mapping[str, Any]) -> dict[str, Any]:
            theirs = row["person"] in erase.namesakes and row["id"] not in own
            said = {} if theirs else {name: erase.scrub(row[name]) for name in ("subject", "detail")}
            # a server's words, or a file's name, may hold the address in any form
            said |= {"detail": ""} if row["id"] in own else {}
            return said | {name: erase.own_address(row[name]) for name in ("reader", "to_addr")}

        return {
            message: of_message,
            item: lambda row: {"key": _each_part(row["key"], erase), "reader": erase.own_address(row["reader"])},
            run: lambda row: {"report": erase.scrub(row["report"]), "outcome": erase.scrub(row["outcome"])},
            problem: lambda row: {"scope": _each_part(row["scope"], erase), "key": erase.scrub(row["key"])},
            suppressed: lambda row: {"why": erase.scrub(row["why"])},
            refusal: lambda row: {"words": erase.scrub(row["words"])},
            transport: lambda row: {"words": erase.scrub(row["words"]), "tripped_by": erase.own_address(row["tripped_by"])},
            person_seen: lambda row: {"marks": NO_MARKS} if self._is_seen(row) else {},
        }

    def _is_seen(self, row: Mapping[str, Any]) -> bool:
        """Whether a row of the people seen is about the person: the last one under the record id, or a former one by name."""
        one = PersonSeen(record=row["record"], number=row["number"], since=row["since"], marks=frozenset())
        return self.record == one.former_name or (self.record == one.record and one.number == self._newest(one.record))

    def _newest(self, record: str) -> int:
        mine = (person_seen.c.lab == self.lab) & (person_seen.c.record == record)
        return int(self.connection.execute(select(func.max(person_seen.c.number)).where(mine)).scalar_one())

    def _own(self) -> frozenset[str]:
        """Ids of the mails to the person. Raises LedgerError while one of them is on its way."""
        theirs = message.c.reader.in_(self.addresses) | message.c.to_addr.in_(self.addresses) | (message.c.person == self.record)
        found = self.connection.execute(select(message.c.id, message.c.state).where(message.c.lab == self.lab, theirs)).all()
        if any(row.state == MessageState.SENDING for row in found):
            raise LedgerError("A mail to this person is on its way; nothing was changed. Try again in a few minutes.")
        return frozenset(row.id for row in found)

    def _withdraw(self, own: frozenset[str]) -> int:
        queued = select(message.c.id).where(message.c.lab == self.lab, message.c.state == MessageState.QUEUED)
        ids = [found for found in self.connection.execute(queued).scalars() if found in own]
        outbox.close(self.connection, self.lab, ids, MessageState.WITHDRAWN)
        return len(ids)

    def _bodies(self, own: frozenset[str]) -> tuple[int, int]:
        """Their own mails lose their text; in those of others their name is replaced, unless the mail may still go."""
        named = (message.c.id, message.c.person, message.c.state, message.c.kind, message.c.to_addr, message.c.slot, body.c.mime)
        asked = select(*named).join(body, _ITS_BODY).where(message.c.lab == self.lab, func.length(body.c.mime) > 0)
        emptied = reworded = 0
        for row in self.connection.execute(asked).all():
            if row.person in self.eraser.namesakes and row.id not in own:
                continue
            mine = (body.c.lab == self.lab) & (body.c.message == row.id)
            new = b"" if row.id in own else row.mime if row.state in _ALIVE else self.mails.without(row.mime)
            if row.id not in own:
                waits = " (it may still go)" if row.state in _ALIVE else ""
                place = f"{row.kind} to {row.to_addr} of {row.slot}{waits}"
                self.left.update((place, name) for name in self.mails.left_in(new))
            if new != row.mime:
                self.connection.execute(update(body).where(mine).values(mime=new))
                emptied, reworded = emptied + (row.id in own), reworded + (row.id not in own)
        return emptied, reworded

    def _snapshots(self, rewrite: Callable[[str, Counter[tuple[str, str]]], str]) -> int:
        """One after the other: three years of reads do not fit into memory."""
        changed = 0
        for found in self.connection.execute(select(snapshot.c.id).where(snapshot.c.lab == self.lab)).scalars().all():
            mine = (snapshot.c.lab == self.lab) & (snapshot.c.id == found)
            text = self.connection.execute(select(snapshot.c.text).where(mine)).scalar_one()
            new = rewrite(text, self.left)
            if new != text:
                self.connection.execute(update(snapshot).where(mine).values(text=new))
                changed += 1
        return changed

    def _subjects(self, own: frozenset[str]) -> None:
        for row in self.connection.execute(select(message).where(message.c.lab == self.lab)):
            if row.id not in own and row.person not in self.eraser.namesakes:
                place = f"subject of the {row.kind} to {row.to_addr} of {row.slot}"
                self.left.update((place, name) for name in self.eraser.left_in(row.subject))

    def _rows(self, table: Table, change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> int:
        """The lab's rows of a table, changed; a row is found again by its old key. Returns how many changed."""
        changed = 0
        for found in self.connection.execute(select(table).where(table.c.lab == self.lab)).mappings().all():
            row = {str(column.name): found[column] for column in table.columns}
            new = {name: value for name, value in change(row).items() if value != row[name]}
            if new:
                same = and_(*(key == row[str(key.name)] for key in table.primary_key.columns))
                self.connection.execute(update(table).where(same).values(new))
                changed += 1
        return changed

    def _listed(self, table: Table, *columns: str) -> None:
        """What was left because it cannot be told apart, and what a person wrote, is named."""
        for row in self.connection.execute(select(table).where(table.c.lab == self.lab)).mappings():
            for column in columns:
                self.left.update((f"ledger, {table.name}, {column}", name) for name in self.eraser.left_in(row[table.c[column]]))


def _each_part(key: str, eraser: Eraser) -> str:
    """A key is parts and slashes; an address in it is a part of its own."""
    return "/".join(map(eraser.own_address, key.split("/")))
