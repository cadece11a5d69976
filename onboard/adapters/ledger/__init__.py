"""The ledger on SQLAlchemy: SQLite or PostgreSQL."""
