"""CAMARA Number Recycling 0.2 (github.com/camaraproject/NumberRecycling, r2.2)."""

from collections.abc import Mapping
from typing import Any, Final

from holdfast.gateways.telecom.call import Asked, Body, PlainCall
from holdfast.gateways.telecom.days import day_of
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.schema import FieldType
from holdfast.wire.outside import value_at

_DAY: Final = "specifiedDate"


class NumberRecycling(PlainCall):
    """Whether a number went to another subscriber since a day."""

    base = "number-recycling"
    verb = "check"
    scope = "number-recycling:check"

    def body(self, asked: Asked) -> Body:
        """Write the number and the day."""
        return {**super().body(asked), _DAY: day_of(asked[_DAY])}

    def told(self, root: Any, body: Body) -> Mapping[str, Value]:
        """Read whether it did."""
        del body
        return {"recycled": value_at(root, "phoneNumberRecycled", FieldType.BOOL)}
