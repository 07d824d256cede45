"""The store in memory (placeholder until the twin is written)."""


class MemoryStore:
    """To be written."""
