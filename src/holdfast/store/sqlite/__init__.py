"""The embedded store: SQLite in WAL mode with full synchronisation, one writer thread, commits in groups."""

from holdfast.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
