"""The people seen under each record id.

A number that is given again is another person.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """One table; on PostgreSQL each lab sees its own rows only."""
    op.create_table(
        "person_seen",
        sa.Column("lab", sa.Text, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
        sa.Column("marks", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("lab", "record", "number"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE person_seen ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE person_seen FORCE ROW LEVEL SECURITY")
        op.execute("CREATE POLICY own_lab ON person_seen USING (lab = current_setting('onboard.lab', true))")
