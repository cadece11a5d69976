"""The ledgers and the clock of tests/delivery, here as well."""

from tests.delivery.conftest import clock, ledger, ledger_url, open_ledger, postgres, sqlite_ledger

__all__ = ["clock", "ledger", "ledger_url", "open_ledger", "postgres", "sqlite_ledger"]
