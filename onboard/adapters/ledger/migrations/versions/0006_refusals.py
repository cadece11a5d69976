"""What servers answered, by mail, and whether mail is held: an address is closed by evidence, for a time. What earlier versions
closed for ever is open to one new try, and what a mail to it said is open again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_TABLES = ("refusal", "transport")


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def upgrade() -> None:
    """Two tables, one column, and the items of refused mails open for every address."""
    op.create_table(
        "refusal",
        *_text("lab", "message", "mode", "at", "address", "report", "step", "fault", "action", "status", "words"),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("weak", sa.Boolean, nullable=False),
        sa.Column("code", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("lab", "message"),
    )
    op.create_index("refusal_address", "refusal", ["lab", "mode", "address"])
    op.create_table(
        "transport",
        *_text("lab", "mode", "cause", "step", "status", "words", "since", "until", "tripped_by", "settings"),
        sa.Column("code", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("ended", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("lab", "mode"),
    )
    op.add_column("message", sa.Column("doubts", sa.Integer, nullable=False, server_default="0"))
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        _keep_labs_apart()
        op.execute("ALTER TABLE item NO FORCE ROW LEVEL SECURITY")  # else the rows of other labs would be left as they are
        op.execute("ALTER TABLE message NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE item SET reader = '' WHERE state = 'refused'")
    op.execute("UPDATE message SET doubts = 1 WHERE doubtful")
    if postgresql:
        op.execute("ALTER TABLE item FORCE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE message FORCE ROW LEVEL SECURITY")


def _keep_labs_apart() -> None:
    """As the first tables: a connection sees and writes the rows of the lab it was opened for."""
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_lab ON {table} USING (lab = current_setting('onboard.lab', true))")
