"""Patterns are short, valid RE2 of bounded memory, so that no text can make them slow."""

import re2

from holdfast.language.faults import fault
from holdfast.language.limits import MAX_PATTERN, MAX_PATTERN_MEMORY
from holdfast.language.nodes import Constant


def compiled(pattern: str) -> "re2._Regexp":
    """Compile one pattern under the memory cap; raises `re2.error`."""
    options = re2.Options()
    options.max_mem = MAX_PATTERN_MEMORY
    options.log_errors = False
    return re2.compile(pattern, options)


def check_pattern(node: Constant) -> None:
    """Refuse a pattern that is too long or that RE2 does not take."""
    pattern = str(node.value)
    if len(pattern) > MAX_PATTERN:
        raise fault(f"the pattern has {len(pattern)} characters", node.span, expected=f"at most {MAX_PATTERN}")
    try:
        compiled(pattern)
    except re2.error as error:
        detail = error.args[0] if error.args else b""
        reason = detail.decode(errors="replace") if isinstance(detail, bytes) else str(detail)
        hint = "RE2 has no look-around, no back-references, and repeats at most 1,000 times"
        raise fault(f"the pattern is not valid: {reason}", node.span, hint=hint) from None
