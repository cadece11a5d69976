"""Messages in the order in which they go.

With many waiting, sorting all of them for every few that go took most of the time.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """One index in the place of another."""
    op.drop_index("message_due", "message")
    op.create_index(
        "message_turn", "message", ["lab", "mode", "state", sa.text("hard DESC"), "created_at", "place", "expires_at"]
    )
