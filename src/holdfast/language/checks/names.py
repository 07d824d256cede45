"""Every name is one of the event's fields or of the computed names."""

from collections.abc import Mapping

from holdfast.language.faults import fault, nearest
from holdfast.language.functions import FUNCTIONS
from holdfast.vocabulary.errors import ExpressionError, Span
from holdfast.vocabulary.schema import Field


def check_name(path: str, known: Mapping[str, Field], place: tuple[str, Span]) -> Field:
    """Find a name; `place` is the event type it was looked for in, and the span."""
    event_type, span = place
    found = known.get(path)
    if found is not None:
        return found
    raise _unknown(path, known, (event_type, span))


def _unknown(path: str, known: Mapping[str, Field], place: tuple[str, Span]) -> ExpressionError:
    """Say which name was not found, and which was near."""
    event_type, span = place
    shown = path if len(path) <= 80 else f"{path[:80]}..."
    below = sorted(name for name in known if name.startswith(f"{path}."))
    if below:
        return fault(f"`{shown}` is a group of fields", span, expected=f"one of them, such as `{below[0]}`")
    if path in FUNCTIONS:
        return fault(f"`{shown}` is a function", span, expected=f"`{FUNCTIONS[path].signature}`")
    near = nearest(path, known)
    hint = "" if near else "the event table in the documentation lists every field"
    return fault(f"`{event_type}` has no field `{shown}`", span, near=near, hint=hint)
