"""Runs the worked cases of packs for `packs check`, `rules test` and the tests."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from holdfast.app import assemble_in_memory
from holdfast.app.clocks import StandingClock
from holdfast.operations.run_example import run_example, words_of
from holdfast.operations.shard import Shard
from holdfast.settings import read_settings
from holdfast.vocabulary.errors import HoldfastError
from holdfast.vocabulary.packs import Example, Pack


class Ran(NamedTuple):
    """One example and where it disagrees; it holds when there is nothing."""

    title: str
    disagreements: list[str]


class ExampleRunner:
    """Runs examples under shipped packs and, where given, the operator's own pack files by their place."""

    def __init__(self, own: Mapping[str, bytes] | None = None) -> None:
        self._own = own
        self._shard = cache(self._assemble)

    def _assemble(self, words: tuple[str, ...]) -> Shard:
        """Put a shard together for one choice of packs; it is used for all their examples."""
        settings = read_settings({"packs": ",".join(words), "dev": True}, {})
        return assemble_in_memory(settings, StandingClock(0), self._own).shard

    def run(self, pack: Pack) -> Iterator[Ran]:
        """Run every example of a pack."""
        for example in pack.examples:
            yield Ran(example.title, self.run_one(pack, example))

    def run_one(self, pack: Pack, example: Example) -> list[str]:
        """Run one example and give its disagreements."""
        try:
            return run_example(self._shard(words_of(example, pack)), example)
        except HoldfastError as error:
            return [f"{error.code}: {error.message}"]
