"""Since which good read a cell has said what it says.

Snapshots cannot tell, for `tidy` deletes the old ones, and a day that depends on them would move.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """One table; on PostgreSQL each lab sees its own rows only."""
    op.create_table(
        "row_seen",
        sa.Column("lab", sa.Text, nullable=False),
        sa.Column("row", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("first", sa.Text, nullable=False),
        sa.Column("last", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("lab", "row", "digest"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE row_seen ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE row_seen FORCE ROW LEVEL SECURITY")
        op.execute("CREATE POLICY own_lab ON row_seen USING (lab = current_setting('onboard.lab', true))")
