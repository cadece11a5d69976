"""Building and upgrading the ledger's tables.

Alembic runs only when the tables are behind, so that an ordinary start does not pay for it.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, inspect, text

from onboard.errors import LedgerError

#: The newest version; a test holds it against versions/.
HEAD = "0008"
#: One number for the lock that lets one process upgrade at a time.
_LOCK = 7_236_021
#: alembic keeps the migration it is in as globals of its modules: two at once in one process would write each into the
#: other's database.
_ALEMBIC = Lock()
#: Seconds a ledger waits for the upgrades of others; one that never ends must not hold up every other lab for ever.
_PATIENCE = 120.0


def version_of(connection: Connection) -> str:
    """The version of the tables, "" when there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def upgrade(connection: Connection, patience: float = _PATIENCE) -> None:
    """Bring the tables up to HEAD inside the caller's transaction. Raises LedgerError for tables of a later program, and when
    the upgrades of others take longer than `patience` (seconds)."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    found = version_of(connection)
    if found > HEAD:
        raise LedgerError(f"The ledger was written by a later version (tables {found}, known {HEAD}): upgrade this program")
    if found == HEAD:
        return
    if not _ALEMBIC.acquire(timeout=patience):
        raise LedgerError(f"The ledger waited {patience:.0f} seconds for the upgrade of another lab's ledger: run again")
    try:
        _run_alembic(connection)
    finally:
        _ALEMBIC.release()


def _run_alembic(connection: Connection) -> None:
    # alembic costs a third of a second to load and is needed once in a ledger's life
    command, config = import_module("alembic.command"), import_module("alembic.config")
    settings = config.Config()
    settings.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
