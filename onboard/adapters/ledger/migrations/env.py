"""What alembic runs: the migrations, inside the transaction the ledger opened. Decides nothing else."""

from __future__ import annotations

from alembic import context

from onboard.adapters.ledger.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
