"""The typed tree: tiny frozen nodes, each with its type and the span of text it came from."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from holdfast.vocabulary.errors import Span
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.schema import FieldType
from holdfast.vocabulary.windows import ListProbe, Statistic, WindowSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One part of an expression; equal parts at different places are equal."""

    type: FieldType
    span: Span = field(compare=False)

    def children(self) -> tuple["Node", ...]:
        """Give the parts this part is made of."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Node):
    """A value written out or given by a parameter; `value` of `None` is a parameter that is not set."""

    value: Value
    currency: str | None = None
    parameter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldName(Node):
    """A name of the facts; `currency` is the name of the code beside a MONEY value."""

    path: str
    currency: str | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyName(Node):
    """A party such as `payee`: only ever an argument, never a value."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Both(Node):
    """Conjunction of two or more conditions."""

    parts: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        """Give the conditions."""
        return self.parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Either(Node):
    """Disjunction of two or more conditions."""

    parts: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        """Give the conditions."""
        return self.parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Negation(Node):
    """`not` of one condition."""

    part: Node

    def children(self) -> tuple[Node, ...]:
        """Give the condition."""
        return (self.part,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Node):
    """`left operator right` with one of `== != < <= > >=`."""

    operator: str
    left: Node
    right: Node

    def children(self) -> tuple[Node, ...]:
        """Give the two sides."""
        return (self.left, self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Node):
    """`item in (...)` over written-out texts or numbers, all of them known."""

    item: Node
    values: tuple[Constant, ...]

    def children(self) -> tuple[Node, ...]:
        """Give the item; the values are constants."""
        return (self.item,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Node):
    """`left operator right` with one of `+ - * /`."""

    operator: str
    left: Node
    right: Node

    def children(self) -> tuple[Node, ...]:
        """Give the two sides."""
        return (self.left, self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """A function of values; `zone` is the IANA zone of a calendar function."""

    name: str
    arguments: tuple[Node, ...]
    zone: str | None = None

    def children(self) -> tuple[Node, ...]:
        """Give the arguments."""
        return self.arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Node):
    """A statistic over the past.

    `keys` holds, for each part of the key, the facts of which one must be present; `currency` is the name of
    the current event's currency for a MONEY result; `grows` says that further events can only add to a sum.
    `value` and `where` are the typed forms of the texts in `spec`, for `to_words`.
    """

    spec: WindowSpec
    keys: tuple[tuple[str, ...], ...]
    currency: str | None = None
    grows: bool = False
    value: Node | None = field(default=None, compare=False)
    where: Node | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe(Node):
    """A question to a list."""

    probe: ListProbe


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """One checked expression: its text, the type of its value, its typed tree."""

    text: str
    type: FieldType
    tree: Node

    @property
    def currency(self) -> str | None:
        """Name the field that holds the currency of a MONEY value, where one field does."""
        return next((n.currency for n in walk(self.tree) if isinstance(n, FieldName | Window) and n.currency), None)


_BOUNDED = frozenset(
    {Statistic.COUNT, Statistic.DISTINCT, Statistic.MIN, Statistic.MAX, Statistic.FIRST, Statistic.LAST}
)
SINCE = {"minutes_since": 60_000, "hours_since": 3_600_000, "days_since": 86_400_000}


def is_range(node: Node) -> bool:
    """Tell whether a value may be known by its bounds alone, as a count over an incomplete past is."""
    match node:
        case Window():
            return node.spec.statistic in _BOUNDED or (node.spec.statistic is Statistic.SUM and node.grows)
        case Arithmetic():
            return is_range(node.left) or is_range(node.right)
        case Call():
            return node.name in SINCE and is_range(node.arguments[0])
        case _:
            return False


def walk(node: Node) -> Iterator[Node]:
    """Give a node and everything below it, parents first."""
    yield node
    for child in node.children():
        yield from walk(child)
