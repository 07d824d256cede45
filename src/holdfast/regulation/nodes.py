"""A cursor over a read document: typed access in which every fault names its place and what was expected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from holdfast.regulation.document import Document, step_into
from holdfast.vocabulary.errors import PackError, Span
from holdfast.vocabulary.spelling import meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One value of the document with its JSON pointer."""

    value: object
    pointer: str
    places: Mapping[str, Span]

    def fault(self, message: str, hint: str = "") -> PackError:
        """Make the error that points here, or to the nearest written place above a merged value."""
        pointer = self.pointer
        while pointer not in self.places and pointer:
            pointer = pointer.rpartition("/")[0]
        return PackError(message, pointer=self.pointer, hint=hint, span=self.places.get(pointer))

    def below(self, step: str | int, value: object) -> "Node":
        """Give a value one step below."""
        return Node(value=value, pointer=step_into(self.pointer, step), places=self.places)

    def text(self) -> str:
        """Read text that is not empty."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.fault("text is expected here", "put the value in quotes")
        return self.value.strip()

    def expression(self) -> str:
        """Read an expression; line breaks are spaces."""
        return " ".join(self.text().split())

    def integer(self) -> int:
        """Read a whole number from 0."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < 0:
            raise self.fault("a whole number from 0 is expected here")
        return self.value

    def flag(self) -> bool:
        """Read `true` or `false`."""
        if not isinstance(self.value, bool):
            raise self.fault("`true` or `false` is expected here")
        return self.value

    def scalar(self) -> str | int | bool:
        """Read text, a whole number or a flag."""
        if not isinstance(self.value, str | int):
            raise self.fault("text, a whole number, `true` or `false` is expected here")
        return self.value

    def choice(self, words: Sequence[str]) -> str:
        """Read one of the given words."""
        if self.value not in words:
            raise self.fault(f"one of {_quoted(words)} is expected here", nearest(str(self.value), words))
        return str(self.value)

    def day(self) -> date:
        """Read a date in the form 2026-01-31."""
        text = self.text()
        try:
            day = date.fromisoformat(text)
        except ValueError as error:
            raise self.fault(f"`{text}` is not a date", "write it as 2026-01-31") from error
        if day.isoformat() != text:
            raise self.fault(f"`{text}` is not a date", "write it as 2026-01-31")
        return day

    def items(self) -> tuple["Node", ...]:
        """Read a list."""
        if not isinstance(self.value, list):
            raise self.fault("a list is expected here")
        return tuple(self.below(index, value) for index, value in enumerate(self.value))

    def words(self) -> tuple[str, ...]:
        """Read a list of texts in which none stands twice."""
        items = self.items()
        words = tuple(item.text() for item in items)
        for index, word in enumerate(words):
            if word in words[:index]:
                raise items[index].fault(f"`{word}` stands twice", "keep one of the two")
        return words

    def entries(self) -> dict[str, "Node"]:
        """Read a mapping with free keys."""
        if not isinstance(self.value, dict):
            raise self.fault("a mapping is expected here")
        return {key: self.below(key, value) for key, value in self.value.items()}

    def fields(self, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, "Node"]:
        """Read a mapping with fixed keys; a `null` is as good as absent for an optional one."""
        entries = self.entries()
        known = (*required, *optional)
        for key, entry in entries.items():
            if key not in known:
                raise entry.fault(f"`{key}` is not known here", nearest(key, known))
        for key in required:
            if key not in entries or entries[key].value is None:
                raise self.below(key, None).fault(f"`{key}` is missing", f"add `{key}`")
        return {key: entry for key, entry in entries.items() if entry.value is not None}


def _quoted(words: Sequence[str]) -> str:
    """Write words one after the other, each in backticks."""
    return ", ".join(f"`{word}`" for word in words)


def nearest(word: str, known: Sequence[str]) -> str:
    """Write a hint: the known word nearest to `word`, or all that are known."""
    return meant(word, known, otherwise=f"known here: {_quoted(sorted(known))}")


def root_of(document: Document) -> Node:
    """Give the node of a whole document."""
    return Node(value=document.data, pointer="", places=document.places)
