"""Where records live: a store in memory for tests, and SQLite, the embedded default.

Both keep one contract, which one conformance suite holds: a record is acknowledged only after it is on disk,
records are numbered without gaps, the log is never changed, and what belongs to a person is encrypted under a key
that can be destroyed.
"""

from holdfast.store.memory import MemoryStore
from holdfast.store.sqlite import SqliteStore

__all__ = ["MemoryStore", "SqliteStore"]
