"""What the meanings of calls may ask of the typer that calls them."""

import ast
from collections.abc import Mapping
from typing import Protocol

from holdfast.language.nodes import Node
from holdfast.language.scope import Scope
from holdfast.vocabulary.errors import Span
from holdfast.vocabulary.schema import Field


class TyperPort(Protocol):
    """Types the parts of one text; `past` says that names mean a past event."""

    scope: Scope
    past: bool
    names: Mapping[str, Field]

    def span(self, node: ast.AST) -> Span:
        """Give the characters of a node."""
        ...

    def node(self, tree: ast.expr) -> Node:
        """Type one node and everything below it."""
        ...

    def path(self, tree: ast.expr) -> str:
        """Give the dotted name that a node spells."""
        ...

    def in_past_of(self, event_type: str) -> "TyperPort":
        """Give the typer of a filter or value over past events of one type."""
        ...
