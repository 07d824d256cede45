"""The parts from which the description of the API is put together."""

from collections.abc import Mapping, Sequence
from typing import Final

Node = dict[str, object]
REF: Final = "#/components/schemas/{name}"
JSON: Final = "application/json"
LINES: Final = "application/x-ndjson"
PROBLEM: Final[Node] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "hint"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "pointer": {"type": ["string", "null"]},
        "hint": {"type": "string"},
    },
}
TEXT: Final[Node] = {"type": "string"}
FILE: Final[Node] = {"type": "string", "format": "binary"}
_OBJECT: Final[Node] = {"type": "object"}
_CODES: Final = (400, 401, 403, 404, 409, 413, 422, 429, 503)


def named(name: str) -> Node:
    """Point to a schema by its name."""
    return {"$ref": REF.format(name=name)}


def media(*types: str, schema: Node = _OBJECT) -> Node:
    """Describe content; what is no JSON is text or a file."""
    return {kind: {"schema": schema if kind == JSON else FILE} for kind in types}


def answers(description: str, content: Node, *statuses: int) -> Node:
    """Describe the answers of an operation: those that are meant, and problems."""
    problem: Node = {"application/problem+json": {"schema": named("Problem")}}
    meant: Node = {str(status): {"description": description, "content": content} for status in statuses}
    return meant | {str(code): {"description": "problem", "content": problem} for code in _CODES}


def operation(
    name: str,
    summary: str,
    ok: str,
    *,
    takes: Node | None = None,
    gives: Node | None = None,
    statuses: Sequence[int] = (200,),
) -> Node:
    """Describe one operation by its name for clients, what it takes, and what it gives."""
    described: Node = {
        "operationId": name,
        "summary": summary,
        "responses": answers(ok, media(JSON) if gives is None else gives, *statuses),
    }
    if takes is not None:
        described["requestBody"] = {"required": True, "content": takes}
    return described


def linked(described: Node, status: int, links: Mapping[str, tuple[str, str]]) -> Node:
    """Add where an answer leads to: operation, and the pointer to the id that it needs, by the link's name."""
    answer = dict(described["responses"][str(status)])  # type: ignore[index] # as `operation` wrote it
    answer["links"] = {
        name: {"operationId": target, "parameters": {"id": f"$response.body#{pointer}"}}
        for name, (target, pointer) in links.items()
    }
    return described | {"responses": described["responses"] | {str(status): answer}}  # type: ignore[operator] # as above


def parameter(name: str, schema: Node = TEXT) -> Node:
    """Describe a part of the path."""
    return {"name": name, "in": "path", "required": True, "schema": schema}


def asked(name: str, schema: Node = TEXT) -> Node:
    """Describe a parameter of a query."""
    return {"name": name, "in": "query", "required": False, "schema": schema}


def several(name: str, words: Sequence[str]) -> Node:
    """Describe a parameter that takes words separated by commas."""
    schema = {"type": "array", "items": {"enum": list(words)}, "minItems": 1}
    return asked(name, schema) | {"style": "form", "explode": False}


def one_of(*words: str) -> Node:
    """Describe a word out of a few."""
    return {"enum": list(words)}
