"""Keeping house in the ledger: dropping what is old, taking a person's name out, giving out what is kept about one person, and
copying the whole file while it is in use. Decides what is never dropped: what was said (items), runs, and what waits."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Table, Text, and_, delete, func, select, update

from onboard.adapters.ledger import outbox
from onboard.adapters.ledger.engine import EVERYBODY, Door
from onboard.adapters.ledger.schema import Instant, MessageState, body, item, message, metadata, read, run, snapshot, suppressed
from onboard.errors import LedgerError
from onboard.model import Mode

#: What may still go, or waits for a person's word: its bytes are needed.
_ALIVE = (MessageState.QUEUED, MessageState.SENDING, MessageState.IN_DOUBT)
_ITS_BODY = (body.c.lab == message.c.lab) & (body.c.message == message.c.id)


class Eraser(Protocol):
    """Who is to be forgotten, and what stands in their place."""

    def scrub(self, text: str) -> str:
        """A text without the person."""
        ...

    def is_in_mail(self, mime: bytes) -> bool:
        """Whether a mail names the person."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How much names somebody, or did: mails whose body is dropped, queued mails taken back, snapshots, other rows."""

    bodies: int
    withdrawn: int
    snapshots: int
    rows: int


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
        """Drop reads before `before` (aware), and snapshots nobody needs any more. Returns how many snapshots.

        The last read before it stays, because it says how things stood on that day; so does what a run was planned on last.
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
        names = ("id", "mode", "job", "slot", "kind", "reader", "subject", "state", "created_at", "sent_at", "detail", "mime")
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

    def forget(
        self, record: str, addresses: Sequence[str], eraser: Eraser, rewrite: Callable[[str], str], *, really: bool
    ) -> Erased:
        """Put the eraser's words in a person's place everywhere, in one transaction; without `really` only count.

        `rewrite` gives a snapshot's text without the person; its id stays, because runs and proofs name it. Raises
        LedgerError while a mail to the person is on its way.
        """
        with self._door.writing() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            done = self._forget(connection, record, tuple(addresses), eraser, rewrite)
            if not really:
                connection.rollback()
        if really:
            self._squeeze()
        return done

    def _forget(
        self,
        connection: Connection,
        record: str,
        addresses: tuple[str, ...],
        eraser: Eraser,
        rewrite: Callable[[str], str],
    ) -> Erased:
        for mode in Mode:
            self._door.bump(connection, mode, EVERYBODY)
        withdrawn = _withdraw(connection, self._lab, record, addresses)
        bodies = _empty_bodies(connection, self._lab, record, addresses, eraser)
        connection.execute(delete(suppressed).where(suppressed.c.lab == self._lab, suppressed.c.address.in_(addresses)))
        snapshots = _rewrite_snapshots(connection, self._lab, rewrite)
        tables = [table for table in metadata.sorted_tables if table is not snapshot]
        rows = sum(_scrub_table(connection, table, self._lab, eraser) for table in tables)
        return Erased(bodies=bodies, withdrawn=withdrawn, snapshots=snapshots, rows=rows)

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
        """Copy the ledger as it stands at one moment into `target`, while others use it. Returns the bytes written.

        Raises LedgerError when the target exists or cannot be written, and for a database that has tools of its own.
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


def _withdraw(connection: Connection, lab: str, record: str, addresses: tuple[str, ...]) -> int:
    theirs = message.c.reader.in_(addresses) | message.c.to_addr.in_(addresses) | (message.c.person == record)
    on_its_way = and_(message.c.lab == lab, theirs, message.c.state == MessageState.SENDING)
    if connection.execute(select(message.c.id).where(on_its_way)).first() is not None:
        raise LedgerError("A mail to this person is on its way; nothing was changed. Try again in a few minutes.")
    queued = and_(message.c.lab == lab, theirs, message.c.state == MessageState.QUEUED)
    ids = list(connection.execute(select(message.c.id).where(queued)).scalars())
    outbox.close(connection, lab, ids, MessageState.WITHDRAWN)
    # a server's words, or a file's name, may hold the address in any form
    connection.execute(update(message).where(message.c.lab == lab, theirs).values(detail=""))
    return len(ids)


def _empty_bodies(connection: Connection, lab: str, record: str, addresses: tuple[str, ...], eraser: Eraser) -> int:
    about = set(_about(connection, lab, record))
    named = (message.c.id, message.c.reader, message.c.to_addr, message.c.person, body.c.mime)
    asked = select(*named).join(body, _ITS_BODY).where(message.c.lab == lab, func.length(body.c.mime) > 0)
    emptied = 0
    for row in connection.execute(asked).all():
        theirs = row.id in about or row.person == record or row.reader in addresses or row.to_addr in addresses
        if theirs or eraser.is_in_mail(row.mime):
            mine = (body.c.lab == lab) & (body.c.message == row.id)
            connection.execute(update(body).where(mine).values(mime=b""))
            emptied += 1
    return emptied


def _rewrite_snapshots(connection: Connection, lab: str, rewrite: Callable[[str], str]) -> int:
    changed = 0
    for row in connection.execute(select(snapshot.c.id, snapshot.c.text).where(snapshot.c.lab == lab)).all():
        text = rewrite(row.text)
        if text != row.text:
            mine = (snapshot.c.lab == lab) & (snapshot.c.id == row.id)
            connection.execute(update(snapshot).where(mine).values(text=text))
            changed += 1
    return changed


def _scrub_table(connection: Connection, table: Table, lab: str, eraser: Eraser) -> int:
    """Every cell of text in the lab's rows of a table; a row is found again by its old key."""
    texts = [c for c in table.columns if isinstance(c.type, Text) and not isinstance(c.type, Instant) and c.name != "lab"]
    keys = list(table.primary_key.columns)
    changed = 0
    for row in connection.execute(select(*keys, *texts).where(table.c.lab == lab)).mappings().all():
        new = {c.name: eraser.scrub(row[c]) for c in texts if row[c] and eraser.scrub(row[c]) != row[c]}
        if new:
            same = and_(*(key == row[key] for key in keys))
            connection.execute(update(table).where(same).values(new))
            changed += 1
    return changed
