"""One store of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.store import MemoryStore
from tests.unit.store.making import StillClock, Store, sqlite_store


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Give one store of each kind."""
    made: Store = MemoryStore(clock=StillClock()) if request.param == "memory" else sqlite_store(tmp_path / "data")
    yield made
    made.close()
