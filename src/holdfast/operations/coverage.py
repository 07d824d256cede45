"""Which signs a bank's data could ever fire: what each condition needs, against what the data ever have."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from holdfast.language.nodes import Both, Call, Constant, Either, FieldName, Negation, Node, Probe, Window, walk
from holdfast.operations.law import Law
from holdfast.rules.checks import SignCheck
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.schema import EventSchema, FieldType
from holdfast.vocabulary.windows import Statistic

_COMPUTED = "usual."


@dataclass(slots=True, kw_only=True)
class Sightings:
    """What data ever had: by event type the names that were present, and how many events there were.

    `lists` are the loaded ones, `sources` those that were declared complete.
    """

    lists: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    events: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    names: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    def see(self, event: Event) -> None:
        """Take note of one event."""
        self.events[event.type] += 1
        seen = self.names[event.type]
        for name in event.values:
            seen[name] += 1

    def has(self, event_type: str, name: str) -> bool:
        """Tell whether a name was ever present."""
        return name.startswith(_COMPUTED) or name in self.names.get(event_type, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class SignCoverage:
    """One sign in force on one event type: it can fire when nothing is missing."""

    id: str
    title: str
    event_type: str
    missing: tuple[str, ...]


def coverage(law: Law, sightings: Sightings, schema: EventSchema, *, at_ms: int) -> Iterator[SignCoverage]:
    """Judge every sign in force at an instant; for an `or` the alternative that lacks least is named."""
    for event_type in schema.event_types():
        for check in law.regime(event_type, at_ms).signs:
            missing = _of_sign(check, event_type, sightings, schema=schema)
            yield SignCoverage(
                id=check.sign.id,
                title=check.sign.title.get("ru") or check.sign.title["en"],
                event_type=event_type,
                missing=tuple(dict.fromkeys(missing)),
            )


def _of_sign(check: SignCheck, event_type: str, sightings: Sightings, *, schema: EventSchema) -> list[str]:
    if event_type not in sightings.events:
        return [f"events of type `{event_type}`"]
    return Needs(event_type, sightings, schema).missing(check.condition.expression.tree, holds=True)


@dataclass(frozen=True, slots=True)
class Needs:
    """What the conditions about one event type lack."""

    event_type: str
    sightings: Sightings
    schema: EventSchema

    def missing(self, node: Node, *, holds: bool) -> list[str]:
        """Give what stands in the way of a condition being true, or false when not `holds`."""
        match node:
            case Negation():
                return self.missing(node.part, holds=not holds)
            case Both() | Either():
                parts = [self.missing(part, holds=holds) for part in node.parts]
                alternatives = isinstance(node, Either) is holds
                return min(parts, key=len) if alternatives else [name for part in parts for name in part]
            case Call(name="known"):
                return []
            case Call(name="first_known") if any(self._settles(part, holds) for part in node.arguments):
                return []
            case _:
                return list(self._inputs(node))

    def _settles(self, part: Node, holds: bool) -> bool:  # noqa: FBT001 - it is the value asked for
        """Tell whether a written-out default makes a condition come out as asked."""
        return isinstance(part, Constant) and part.value is holds

    def _inputs(self, node: Node) -> Iterator[str]:
        """Name what one plain condition lacks."""
        match node:
            case Call(name="first_known"):
                yield from self._first(node)
            case Constant() if node.parameter and node.value is None:
                yield f"parameter `{node.parameter}`"
            case FieldName() if not self.sightings.has(self.event_type, node.path):
                yield f"`{node.path}`"
            case Probe():
                yield from self._of_list(node.probe.subject, node.probe.list)
            case Window():
                yield from self._of_window(node)
            case _:
                for child in node.children():
                    yield from self._inputs(child)

    def _first(self, node: Call) -> Iterator[str]:
        """Of several sources of one value, name what the nearest one lacks; a default of no condition is enough."""
        constants = [part for part in node.arguments if isinstance(part, Constant)]
        others = [list(self._inputs(part)) for part in node.arguments if part not in constants]
        if not any(isinstance(part.value, bool) for part in constants) and constants:
            return
        yield from min(others, key=len, default=[])

    def _of_list(self, subject: str, name: str) -> Iterator[str]:
        if name not in self.sightings.lists:
            yield f"list `{name}`"
        fields = self.schema.fields[self.event_type]
        if fields[subject].type is FieldType.PARTY:
            below = [path for path, one in fields.items() if path.startswith(subject + ".") and one.list_kind]
            if not any(self.sightings.has(self.event_type, path) for path in below):
                yield f"an identifier of `{subject}`"
        elif not self.sightings.has(self.event_type, subject):
            yield f"`{subject}`"

    def _of_window(self, window: Window) -> Iterator[str]:
        spec = window.spec
        if spec.of not in self.sightings.events:
            declared = self.sightings.sources.intersection(spec.sources)
            if not declared or spec.statistic is not Statistic.COUNT:
                yield f"events of type `{spec.of}`"
            return
        for names in window.keys:
            if not any(self.sightings.has(self.event_type, name) for name in names):
                yield f"`{names[0]}`"
        for past in (window.value, window.where):
            for part in walk(past) if past is not None else ():
                if isinstance(part, FieldName) and not self.sightings.has(spec.of, part.path):
                    yield f"`{part.path}` of `{spec.of}`"
