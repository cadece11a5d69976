"""Changes of the rules accepted as retroactive: decision, day, both versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """One table; on PostgreSQL each lab sees its own rows only."""
    columns = ("lab", "accepted_at", "old_version", "new_version", "what", "why")
    op.create_table(
        "rules_accepted",
        *(sa.Column(name, sa.Text, nullable=False) for name in columns),
        sa.PrimaryKeyConstraint("lab", "accepted_at"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE rules_accepted ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE rules_accepted FORCE ROW LEVEL SECURITY")
        op.execute("CREATE POLICY own_lab ON rules_accepted USING (lab = current_setting('onboard.lab', true))")
