"""What alembic runs: the migrations, inside the ledger's open transaction."""

from __future__ import annotations

from alembic import context

from onboard.adapters.ledger.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
