"""The first tables: runs, messages, items, snapshots, rules, problems, suppressed addresses; on PostgreSQL each lab sees
its own rows only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TABLES = ("head", "run", "message", "body", "item", "snapshot", "read", "rules", "rules_use", "problem", "suppressed")
_ONCE = sa.text("state NOT IN ('superseded', 'withdrawn') AND kind <> 'operator'")


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _maybe(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=True) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def upgrade() -> None:
    """Build everything."""
    _runs()
    _messages()
    _memory()
    if op.get_bind().dialect.name == "postgresql":
        _keep_labs_apart()


def _runs() -> None:
    op.create_table(
        "head",
        *_text("lab", "mode", "job"),
        *_numbers("version"),
        sa.Column("started", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("lab", "mode", "job"),
    )
    op.create_table(
        "run",
        *_text("lab", "mode", "job", "state", "token", "snapshot", "rules", "started_at", "outcome", "report"),
        *_maybe("lease_until", "read_at", "ended_at"),
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("slot", sa.Date, nullable=False),
        sa.Column("held", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("lab", "id"),
        sa.UniqueConstraint("lab", "mode", "job", "slot", name="run_slot"),
    )


def _messages() -> None:
    op.create_table(
        "message",
        *_text("lab", "id", "mode", "job", "kind", "reader", "person", "envelope_from", "to_addr", "subject"),
        *_text("state", "phase", "token", "next_attempt_at", "detail", "created_at"),
        *_maybe("lease_until", "expires_at", "sent_at"),
        *_numbers("run", "place", "attempts"),
        sa.Column("slot", sa.Date, nullable=False),
        sa.Column("hard", sa.Boolean, nullable=False),
        sa.Column("doubtful", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("lab", "id"),
    )
    once = ["lab", "mode", "job", "slot", "reader"]
    op.create_index("message_once", "message", once, unique=True, sqlite_where=_ONCE, postgresql_where=_ONCE)
    op.create_index("message_due", "message", ["lab", "mode", "state", "next_attempt_at"])
    op.create_table(
        "body",
        *_text("lab", "message"),
        sa.Column("mime", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("lab", "message"),
    )
    op.create_table(
        "item",
        *_text("lab", "mode", "key", "state", "reader"),
        *_maybe("message"),
        sa.Column("slot", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("lab", "mode", "key"),
    )
    op.create_index("item_message", "item", ["lab", "message"])


def _memory() -> None:
    op.create_table("snapshot", *_text("lab", "id", "text"), *_numbers("rows"), sa.PrimaryKeyConstraint("lab", "id"))
    op.create_table("read", *_text("lab", "read_at", "snapshot"), sa.PrimaryKeyConstraint("lab", "read_at"))
    op.create_table("rules", *_text("lab", "version", "text", "first_used"), sa.PrimaryKeyConstraint("lab", "version"))
    op.create_table("rules_use", *_text("lab", "used_from", "version"), sa.PrimaryKeyConstraint("lab", "used_from"))
    op.create_table(
        "problem",
        *_text("lab", "scope", "key"),
        sa.Column("first_seen", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("lab", "scope", "key"),
    )
    op.create_table(
        "suppressed",
        *_text("lab", "mode", "address", "why", "since"),
        sa.PrimaryKeyConstraint("lab", "mode", "address"),
    )


def _keep_labs_apart() -> None:
    """A connection sees and writes the rows of the lab it was opened for; FORCE binds the tables' owner, too."""
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_lab ON {table} USING (lab = current_setting('onboard.lab', true))")
