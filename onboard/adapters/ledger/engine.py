"""The database connection: engine, transactions, upgrade, errors in words.

It decides how safely the ledger is opened and locked (SQLite: WAL, full sync, immediate writes; PostgreSQL: the head row's
lock); it knows nothing of runs or messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from weakref import finalize

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    and_,
    bindparam,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    select,
    update,
)
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from onboard.adapters.files.owner_alone import begin_file
from onboard.adapters.ledger import migrations
from onboard.adapters.ledger.driver import Say
from onboard.adapters.ledger.schema import head
from onboard.errors import ConfigError, LedgerError
from onboard.model import JobName, Mode

#: Seconds in which a PostgreSQL server must have let us in.
_CONNECT_TIMEOUT = "10"
#: The head row that every plan must see moving.
EVERYBODY = "*"

_WORDS = (
    ("disk is full", "the disk is full: free some space on it, then run again"),
    ("no space left", "the disk is full: free some space on it, then run again"),
    ("disk i/o error", "the disk failed: check it and its space, then run again"),
    ("could not extend file", "the disk is full: free some space on it, then run again"),
    ("readonly", "it is read-only: let this account write to the file and its folder"),
    ("read-only", "it is read-only: let this account write to the file and its folder"),
    ("permission denied", "this account may not use it: grant the right, then run again"),
    ("locked", "it is locked: another program holds it open for writing; close that, then run again"),
    ("unable to open", "it cannot be opened: check that its folder exists and that this account may write there"),
    ("not a database", "it is not a ledger: name another file, or restore the last backup"),
    ("malformed", "it is damaged: restore the last backup"),
    ("prepared statement", "a pooler is in front of the database: write ?pooled=yes at the end of url under [ledger]"),
    ("authentication failed", "the database refused the login: check user and password"),
    ("connection", "the database does not answer: check that it runs and that the address is right"),
)


def _in_words(error: Exception, where: str) -> LedgerError:
    """What happened and the next step; never the statement's values, which hold names and addresses."""
    said = str(getattr(error, "orig", None) or error).splitlines()[0]
    words = next((w for sign, w in _WORDS if sign in said.lower()), f"it answered: {said}. Check it, then run again")
    return LedgerError(f"The ledger {where} cannot be used: {words}.")


class Door:
    """Transactions on one lab's ledger. `reading()` sees one state; `writing()` is alone, and is kept whole or not at all.

    Without a `url` the ledger is blank and lives in this process's memory alone.
    """

    def __init__(self, url: str, lab: str, patience: float) -> None:
        self.lab = lab
        checked = _checked(url) if url else None
        self.where = _where(checked) if checked else "in memory"
        self._engine = _engine(checked, lab, patience) if checked else _blank_engine(patience)
        self._driver_error: type[Exception] = self._engine.dialect.loaded_dbapi.Error
        self._writer = self._engine.execution_options(onboard_writes=True)
        # at the latest at the end of the process: SQLite then moves all it wrote into the one file
        finalize(self, self._engine.dispose)
        self._prepare()

    def _prepare(self) -> None:
        with self.reading() as connection:
            ready = migrations.version_of(connection) == migrations.HEAD and len(_heads(connection, self.lab)) == len(_HEADS)
        if not ready:
            with self.writing() as connection:
                migrations.upgrade(connection)
                _fill_heads(connection, self.lab)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, mode: Mode | None = None) -> Iterator[Connection]:
        """A transaction that writes; with a mode, alone among those that change what a plan may see."""
        with self._translated(), self._writer.begin() as connection:
            if mode is not None:
                self._lock(connection, mode)
            yield connection

    @contextmanager
    def saying(self) -> Iterator[Say]:
        """A transaction that writes, spoken with the driver itself; what is not committed at its end never was."""
        with self._translated(), closing(self._engine.raw_connection()) as link, closing(link.cursor()) as cursor:
            dialect = self._engine.dialect
            if dialect.name == "sqlite":
                cursor.execute(_BEGIN_WRITING)
            else:
                cursor.execute(_BIND, (self.lab,))
            yield lambda statement, values: statement.say(cursor, dialect, values)
            link.commit()

    def _lock(self, connection: Connection, mode: Mode) -> None:
        connection.execute(_LOCK, {"the_lab": self.lab, "the_mode": mode, "the_job": EVERYBODY})

    def lock_all(self, connection: Connection) -> None:
        """Alone in every mode at once, always in the same order."""
        for mode in Mode:
            self._lock(connection, mode)

    def bump(self, connection: Connection, mode: Mode, job: str = EVERYBODY) -> None:
        """Moves the history on: plans made before must be made again."""
        connection.execute(_BUMP, {"the_lab": self.lab, "the_mode": mode, "the_job": job})

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, self._driver_error) as error:
            raise _in_words(error, self.where) from error


_ROW = and_(head.c.lab == bindparam("the_lab"), head.c.mode == bindparam("the_mode"), head.c.job == bindparam("the_job"))
_LOCK = select(head.c.version).where(_ROW).with_for_update()
_BUMP = update(head).where(_ROW).values(version=head.c.version + 1)


_HEADS = tuple((mode.value, job) for mode in Mode for job in (EVERYBODY, *(job.value for job in JobName)))


def _heads(connection: Connection, lab: str) -> set[tuple[str, str]]:
    if not inspect(connection).has_table("head"):
        return set()
    return {(row.mode, row.job) for row in connection.execute(select(head.c.mode, head.c.job).where(head.c.lab == lab))}


def _fill_heads(connection: Connection, lab: str) -> None:
    """Insert the head rows, which carry the lock and the version.

    Another process may be inserting them, too.
    """
    there = _heads(connection, lab)
    for mode, job in _HEADS:
        if (mode, job) in there:
            continue
        try:
            with connection.begin_nested():
                connection.execute(insert(head).values(lab=lab, mode=mode, job=job, version=0, started=False))
        except IntegrityError:
            continue


#: What follows it is a path, letter for letter: ?, # and %20 are names that folders have.
_FILE = re.compile(r"sqlite(?:\+pysqlite)?:///(.+)", re.DOTALL)


def _checked(text_url: str) -> URL:
    """The URL, with the driver we ship. Raises ConfigError for one that is none, or for another kind of database."""
    written = _FILE.fullmatch(text_url)
    if written and written[1] != ":memory:":
        return _file(Path(written[1]).absolute(), text_url)
    try:
        url = make_url(text_url)
    except ArgumentError as error:
        raise ConfigError(
            "The ledger's address is not a database URL; write sqlite:///ledger.db or postgresql://user@host/name"
        ) from error
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite":
        raise ConfigError(f"The ledger cannot live in {url.get_backend_name()}; write a sqlite:/// or postgresql:// URL")
    if not url.database or url.database == ":memory:":
        raise ConfigError("The ledger must outlive the program: write sqlite:///ledger.db, with a file name")
    return url


def _file(path: Path, text_url: str) -> URL:
    """The URL of a file. Raises ConfigError when the ledger lies where an earlier version took the same address to be."""
    try:
        before = Path(make_url(text_url).database or "").absolute()
    except ArgumentError:
        before = path
    if before != path and before.is_file() and not path.exists():
        raise ConfigError(
            f"The ledger's address names the file {path}, letter for letter, but an earlier version kept the ledger in {before}. "
            f"Copy it to {path} (with {before}-wal and {before}-shm, if they are there), then run again."
        )
    return URL.create("sqlite", database=str(path))


def _where(url: URL) -> str:
    """The address in words, without a password."""
    return f"sqlite:///{url.database}" if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def _engine(url: URL, lab: str, patience: float) -> Engine:
    """An engine that never prints the values of a statement."""
    plain, pooled = _pooled(url)
    # behind a pooler a statement is prepared on one connection of the server and used on another
    more = {"prepare_threshold": None} if pooled else {}
    try:
        engine = create_engine(_answering(plain), hide_parameters=True, connect_args=more)
    except ImportError as error:
        raise ConfigError(
            "A PostgreSQL ledger needs the driver: python -m pip install 'onboard[postgres]', or use sqlite:///"
        ) from error
    if url.get_backend_name() == "sqlite":
        _missing_folder(url)
        # the journals that SQLite makes beside it get the rights of the file
        begin_file(Path(str(url.database)))
        event.listen(engine, "connect", _sqlite_settings(patience))
        event.listen(engine, "begin", _sqlite_begin)
    else:
        event.listen(engine, "begin", _bind_to_lab(lab))
    return engine


def _pooled(url: URL) -> tuple[URL, bool]:
    """The URL without ?pooled=yes, which is ours, and whether it was there. Raises ConfigError for any other use of the word."""
    said = url.query.get("pooled")
    if said is not None and (said != "yes" or url.get_backend_name() != "postgresql"):
        raise ConfigError("The ledger's address: pooled is for PostgreSQL behind a pooler. Write ?pooled=yes, or take it out.")
    return url.difference_update_query(["pooled"]), said is not None


def _answering(url: URL) -> URL:
    """A server that takes the connection and says nothing must not hold its lab up for minutes; who names a timeout keeps it."""
    if url.get_backend_name() != "postgresql" or "connect_timeout" in url.query:
        return url
    return url.update_query_dict({"connect_timeout": _CONNECT_TIMEOUT})


def _blank_engine(patience: float) -> Engine:
    """One connection for everybody: a second one would see a memory of its own."""
    engine = create_engine("sqlite://", hide_parameters=True, poolclass=StaticPool, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _sqlite_settings(patience))
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _missing_folder(url: URL) -> None:
    folder = Path(str(url.database)).absolute().parent
    if not folder.is_dir():
        raise LedgerError(f"The ledger's folder {folder} does not exist: create it, or name another in settings.toml")


def _sqlite_settings(patience: float) -> Any:
    """Wait for others, survive a power cut, allow reads during a write."""

    def set_up(dbapi: Any, record: ConnectionPoolEntry) -> None:
        dbapi.isolation_level = None  # we begin transactions ourselves; the driver would begin them too late
        for pragma in (f"busy_timeout={int(patience * 1000)}", "journal_mode=WAL", "synchronous=FULL"):
            dbapi.execute(f"PRAGMA {pragma}").fetchall()

    return set_up


#: A write that begins as a read cannot wait for its turn: SQLite refuses it at once. So writes say so first.
_BEGIN_WRITING = "BEGIN IMMEDIATE"


def _sqlite_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("onboard_writes", False)
    connection.exec_driver_sql(_BEGIN_WRITING if writes else "BEGIN")


#: Until the transaction ends, for a pooler gives the same connection to another lab afterwards.
_BIND = "SELECT set_config('onboard.lab', %s, true)"


def _bind_to_lab(lab: str) -> Any:
    """Row-level security of the migrations shows a transaction the rows of this lab only."""

    def bind(connection: Connection) -> None:
        connection.exec_driver_sql(_BIND, (lab,))

    return bind
