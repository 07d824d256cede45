"""CAMARA Call Forwarding Signal 0.4, and 0.5 with its new paths and scopes.

Source: github.com/camaraproject/CallForwardingSignal, r3.3 and the candidate after it.
"""

from collections.abc import Mapping
from typing import Any, Final

from holdfast.gateways.telecom.call import Body, PlainCall
from holdfast.vocabulary.errors import GarbageError
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.outside import ProviderSpec
from holdfast.vocabulary.schema import FieldType
from holdfast.vocabulary.telecom import OperatorSpec
from holdfast.wire.outside import value_at

_BASE: Final = "call-forwarding-signal"
_OLD: Final = "0.4"
_NONE: Final = "inactive"
_ALWAYS: Final = "unconditional"
_KINDS: Final = frozenset({_NONE, _ALWAYS, "conditional_busy", "conditional_not_reachable", "conditional_no_answer"})


class Unconditional(PlainCall):
    """Whether every call to a number goes on to another."""

    base = _BASE

    def __init__(self, spec: ProviderSpec, operator: OperatorSpec) -> None:
        super().__init__(spec, operator)
        old = operator.version == _OLD
        self.verb = "unconditional-call-forwardings" if old else "check-unconditional-forwarding"
        self.scope = f"{_BASE}:{'unconditional-call-forwardings:read' if old else 'unconditional-forwarding:check'}"

    def told(self, root: Any, body: Body) -> Mapping[str, Value]:
        """Read whether it is so."""
        del body
        return {"active": value_at(root, "active", FieldType.BOOL)}


class Forwardings(PlainCall):
    """Which calls to a number go on to another."""

    base = _BASE

    def __init__(self, spec: ProviderSpec, operator: OperatorSpec) -> None:
        super().__init__(spec, operator)
        old = operator.version == _OLD
        self.verb = "call-forwardings" if old else "retrieve-forwardings"
        self.scope = f"{_BASE}:{'call-forwardings:read' if old else 'forwardings:retrieve'}"

    def told(self, root: Any, body: Body) -> Mapping[str, Value]:
        """Read the kinds of forwarding; no kind at all says nothing."""
        del body
        if not isinstance(root, list) or not all(isinstance(kind, str) and kind in _KINDS for kind in root):
            raise GarbageError("the answer is no list of the published kinds of forwarding")
        if not root:
            return {"active": None, "unconditional": None, "conditional": None}
        kinds = set(root) - {_NONE}
        return {"active": bool(kinds), "unconditional": _ALWAYS in kinds, "conditional": bool(kinds - {_ALWAYS})}
