"""The store in memory: the same contract without a disk, for tests and trials."""

from holdfast.store.memory.store import MemoryStore

__all__ = ["MemoryStore"]
