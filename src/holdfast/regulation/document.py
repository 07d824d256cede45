"""Strict YAML: plain data with the place of every value, so that an error can point into the file.

Only the JSON-like core is read: strings, integers, decimals, `true`, `false`, `null`, lists and mappings with
text keys, plus anchors and merge keys. Dates and times stay text, and the words `on`, `yes` and `no` are words.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import yaml

from holdfast.vocabulary.errors import PackError, Span

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 16
MAX_NODES: Final = 50_000
_MERGE_TAG: Final = "tag:yaml.org,2002:merge"
_TEXT_TAG: Final = "tag:yaml.org,2002:str"


class _CoreLoader(yaml.SafeLoader):
    """A safe loader that resolves plain words by the JSON-like core only."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own registry, filled below


class _FastLoader(yaml.CSafeLoader):
    """The same over libyaml, five times as fast; its complaints are harder to read."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own registry, filled below


for _name, _pattern, _first in (
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"^(?:true|false)$", ["t", "f"]),
    ("int", r"^-?(?:0|[1-9][0-9_]*)$", list("-0123456789")),
    ("float", r"^-?[0-9][0-9_]*\.[0-9]+$", list("-0123456789")),
    ("merge", r"^<<$", ["<"]),
):
    for _loader in (_CoreLoader, _FastLoader):
        _loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(_pattern), _first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Plain data, and for each JSON pointer the characters where its value stands."""

    data: object
    places: Mapping[str, Span]


def step_into(pointer: str, step: str | int) -> str:
    """Give the JSON pointer (RFC 6901) one step below `pointer`."""
    return f"{pointer}/{str(step).replace('~', '~0').replace('/', '~1')}"


def _span(node: yaml.Node) -> Span:
    """Give the characters of one node."""
    return Span(start=node.start_mark.index, end=node.end_mark.index)


def _children(node: yaml.Node, pointer: str) -> Iterator[tuple[str, yaml.Node]]:
    """Give the nodes one step below, refusing keys that stand twice or are no text."""
    if isinstance(node, yaml.SequenceNode):
        yield from ((step_into(pointer, index), child) for index, child in enumerate(node.value))
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, child in node.value:
        if key.tag not in {_TEXT_TAG, _MERGE_TAG}:
            raise PackError("a key must be text", pointer=pointer, hint="put the key in quotes", span=_span(key))
        here = step_into(pointer, key.value)
        if key.value in seen:
            raise PackError(f"`{key.value}` stands twice", pointer=here, hint="keep one of the two", span=_span(key))
        seen.add(key.value)
        yield here, child


def _places(root: yaml.Node) -> dict[str, Span]:
    """Walk the whole tree once; bounded, so that no alias can make it endless."""
    places: dict[str, Span] = {}
    open_nodes = [("", root, 0)]
    while open_nodes:
        pointer, node, depth = open_nodes.pop()
        if depth > MAX_DEPTH or len(places) > MAX_NODES:
            raise PackError("the file is nested too deeply or too large", pointer=pointer, span=_span(node))
        places[pointer] = _span(node)
        open_nodes += [(below, child, depth + 1) for below, child in _children(node, pointer)]
    return places


def _unreadable(error: yaml.YAMLError) -> PackError:
    """Turn PyYAML's complaint into ours, with the place where it stopped."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not readable"
    where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    span = Span(start=mark.index, end=mark.index) if mark else None
    return PackError(f"not valid YAML{where}: {problem}", hint="check indentation, quotes and colons", span=span)


def read_document(data: bytes) -> Document:
    """Read one YAML document; every fault is a `PackError` with a pointer or a span."""
    if len(data) > MAX_BYTES:
        raise PackError(f"the file has {len(data)} bytes, more than {MAX_BYTES}")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PackError("the file is not UTF-8", span=Span(start=error.start, end=error.end)) from error
    try:
        return _read(text, _FastLoader)
    except yaml.YAMLError:
        return _read_again(text)


def _read_again(text: str) -> Document:
    """Read what the fast loader could not, to say why in plain words."""
    try:
        return _read(text, _CoreLoader)
    except yaml.YAMLError as error:
        raise _unreadable(error) from error


def _read(text: str, kind: type[_CoreLoader | _FastLoader]) -> Document:
    loader = kind(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise PackError("the file is empty")
        places = _places(root)  # first: constructing writes what is merged into the nodes
        return Document(data=loader.construct_document(root), places=places)
    finally:
        loader.dispose()
