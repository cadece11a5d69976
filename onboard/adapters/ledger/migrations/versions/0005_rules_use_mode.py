"""Rules in use are stored by mode: the rules of a trial bind no live run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_LIVE = (
    "UPDATE rules_use SET mode = 'live' WHERE EXISTS (SELECT 1 FROM run WHERE run.lab = rules_use.lab "
    "AND run.rules = rules_use.version AND run.mode = 'live')"
)
_TABLES = ("rules_use", "run")


def upgrade() -> None:
    """One column, in the key too. A version counts as used live where a live run was planned by it. On PostgreSQL the rows of all
    labs are filled, so the policies are lifted for the tables' owner meanwhile."""
    if op.get_bind().dialect.name == "postgresql":
        for table in _TABLES:
            op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.add_column("rules_use", sa.Column("mode", sa.Text, nullable=False, server_default="trial"))
        op.execute(_LIVE)
        op.drop_constraint("rules_use_pkey", "rules_use", type_="primary")
        op.create_primary_key("rules_use_pkey", "rules_use", ["lab", "mode", "used_from"])
        op.alter_column("rules_use", "mode", server_default=None)
        for table in _TABLES:
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        return
    op.rename_table("rules_use", "rules_use_before")
    op.create_table(
        "rules_use",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("lab", "mode", "used_from", "version")),
        sa.PrimaryKeyConstraint("lab", "mode", "used_from"),
    )
    op.execute(
        "INSERT INTO rules_use (lab, mode, used_from, version) SELECT lab, 'trial', used_from, version FROM rules_use_before"
    )
    op.execute(_LIVE)
    op.drop_table("rules_use_before")
