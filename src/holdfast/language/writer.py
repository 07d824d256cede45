"""Writes the statements of one generated program: variables, constants in a table, each part once."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf, nan
from typing import Any, Final

from holdfast.language import calendar, runtime
from holdfast.language.nodes import Node
from holdfast.vocabulary.event import Value

Emitters = Mapping[type[Node], Callable[["Writer", Any], "Piece"]]
_RUNTIME: Final = (
    "add",
    "subtract",
    "multiply",
    "divide",
    "add_bounds",
    "subtract_bounds",
    "multiply_bounds",
    "divide_bounds",
    "collapse",
    "spread",
    "bounds_since",
    "less",
    "less_or_equal",
    "equal",
    "unequal",
    "any_known",
    "latest_of",
    "bounds_of_last",
    "bounds_of_first",
    "NO_BOUNDS",
)
_TABLE: Final[Mapping[str, Any]] = {
    **{name: getattr(runtime, name) for name in _RUNTIME},
    "pick": map,
    "ninf": -inf,
    "inf": inf,
    "nan": nan,
    "hour_of_day": calendar.hour_of_day,
    "weekday": calendar.weekday,
    "months_before": calendar.months_before,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Where a part's value stands: one variable, or `code` and `high` as its bounds, which are never unknown."""

    code: str
    high: str | None = None
    sure: bool = False
    currency: "Piece | None" = None

    @property
    def pair(self) -> str:
        """Write the value as bounds."""
        if self.high is not None:
            return f"({self.code}, {self.high})"
        return f"({self.code}, {self.code})" if self.sure else f"spread({self.code})"


class Writer:
    """Writes the statements of one program; the facts `apart` are read only where they are needed."""

    def __init__(self, emitters: Emitters, *, apart: Collection[str] = ()) -> None:
        self.emitters = emitters
        self._apart = frozenset(apart)
        self.lines: list[str] = []
        self.table: dict[str, Any] = dict(_TABLE)
        self.loads: dict[str, str] = {}
        self._constants: dict[tuple[type, Any], str] = {}
        self._known: list[dict[Any, Piece]] = [{}]
        self._counter = 0
        self._mark = 0

    def mark(self) -> None:
        """Let what is worked out `ahead` stand here."""
        self._mark = len(self.lines)

    @property
    def early(self) -> set[str]:
        """Name the variables of the facts that are read at the top."""
        return set(self.loads.values())

    def ahead(self, text: str) -> str:
        """Work something out at the mark, once, from facts that are read at the top."""
        known = self.known(("ahead", text))
        if known is None:
            known = self._known[0][("ahead", text)] = Piece(code=self.fresh(), sure=True)
            self.lines.insert(self._mark, f" {known.code} = {text}")
            self._mark += 1
        return known.code

    def line(self, text: str) -> None:
        """Write one statement at the present depth."""
        self.lines.append(" " * len(self._known) + text)

    def fresh(self) -> str:
        """Give a new variable."""
        self._counter += 1
        return f"t{self._counter}"

    def assign(self, text: str) -> str:
        """Write an assignment to a new variable."""
        name = self.fresh()
        self.line(f"{name} = {text}")
        return name

    def constant(self, value: Any) -> str:
        """Give the table's name for a constant."""
        key = (type(value), value)
        if key not in self._constants:
            self._constants[key] = f"k{len(self._constants)}"
            self.table[self._constants[key]] = value
        return self._constants[key]

    def load(self, name: str) -> Piece:
        """Give the variable that holds one fact."""
        if name in self._apart and len(self._known) > 1 and name not in self.loads:
            return self.once(("load", name), lambda: Piece(code=self.assign(f"get({self.constant(name)})")))
        return Piece(code=self.loads.setdefault(name, f"v{len(self.loads)}"))

    def bounds(self, text: str, currency: Piece | None = None) -> Piece:
        """Write an assignment of a pair of bounds to new variables."""
        low, high = self.fresh(), self.fresh()
        self.line(f"{low}, {high} = {text}")
        return Piece(code=low, high=high, sure=True, currency=currency)

    @contextmanager
    def block(self, condition: str) -> Iterator[None]:
        """Write statements that run only under a condition; what they work out is known there alone."""
        self.line(f"if {condition}:")
        self._known.append({})
        yield
        self._known.pop()

    def once(self, key: Any, make: Callable[[], Piece]) -> Piece:
        """Give what is worked out already, else work it out here."""
        found = self.known(key)
        if found is None:
            found = self._known[-1][key] = make()
        return found

    def known(self, key: Any) -> Piece | None:
        """Give what is worked out already."""
        return next((known[key] for known in self._known if key in known), None)

    def emit(self, node: Node) -> Piece:
        """Give the piece of one part."""
        return self.once(node, lambda: self.emitters[type(node)](self, node))

    def exact(self, node: Node) -> Piece:
        """Give a part as one variable: bounds that do not meet are unknown."""
        piece = self.emit(node)
        if piece.high is None:
            return piece
        code = self.once(("exact", node), lambda: Piece(code=self.assign(f"collapse({piece.code}, {piece.high})"))).code
        return Piece(code=code, currency=piece.currency)


def built(writer: Writer, result: str) -> Callable[[Mapping[str, Value]], Any]:
    """Turn the statements into a function of facts by name that gives the value of `result`."""
    rows = ["def program(values):", " get = values.get"]
    if writer.loads:
        rows.append(f" {', '.join(writer.loads.values())}, = pick(get, {writer.constant(tuple(writer.loads))})")
    rows += writer.lines
    rows.append(f" return {result}")
    space: dict[str, Any] = {"__builtins__": {}, **writer.table}
    code = compile("\n".join(rows), "<ruleset>", "exec")
    exec(code, space)  # noqa: S102 - the text holds counters' names only, see `generate`
    program: Callable[[Mapping[str, Value]], Any] = space["program"]
    return program
