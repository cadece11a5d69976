"""The fixtures of tests/adapters/ledger, here as well."""

from tests.adapters.ledger.conftest import clock, ledger, ledger_url, open_ledger, postgres, sqlite_ledger

__all__ = ["clock", "ledger", "ledger_url", "open_ledger", "postgres", "sqlite_ledger"]
