"""What a file says that a person handed in with their evidence: read once, as words; the file itself stays in REDCap."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """One table; on PostgreSQL each lab sees its own rows only."""
    op.create_table(
        "handed_file",
        sa.Column("lab", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("instance", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("says", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("lab", "evidence"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE handed_file ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE handed_file FORCE ROW LEVEL SECURITY")
        op.execute("CREATE POLICY own_lab ON handed_file USING (lab = current_setting('onboard.lab', true))")
