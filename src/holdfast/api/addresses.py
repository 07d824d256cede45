"""Addresses as they may be told to others: without the ids in them, which may be somebody's."""

from collections.abc import Mapping
from typing import Any


def template(scope: Mapping[str, Any]) -> str:
    """Give the address of a call with names in the place of its values; one that no route took is unknown."""
    if "endpoint" not in scope:
        return "unknown"
    names = {str(value): f"{{{name}}}" for name, value in scope.get("path_params", {}).items()}
    return "/".join(names.get(part, part) for part in str(scope["path"]).split("/"))
