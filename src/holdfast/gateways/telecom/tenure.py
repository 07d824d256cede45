"""CAMARA Know Your Customer Tenure 0.2 (github.com/camaraproject/Tenure, r2.2)."""

from collections.abc import Mapping
from typing import Any, Final

from holdfast.gateways.telecom.call import Asked, Body, PlainCall
from holdfast.gateways.telecom.days import day_of
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.schema import FieldType
from holdfast.wire.outside import value_at

_DAY: Final = "tenureDate"


class Tenure(PlainCall):
    """Whether the subscriber has had the number since a day, and under what sort of contract."""

    base = "kyc-tenure"
    verb = "check-tenure"
    scope = "kyc-tenure:check-tenure"

    def body(self, asked: Asked) -> Body:
        """Write the number and the day."""
        return {**super().body(asked), _DAY: day_of(asked[_DAY])}

    def told(self, root: Any, body: Body) -> Mapping[str, Value]:
        """Read both."""
        del body
        return {
            "held_since": value_at(root, "tenureDateCheck", FieldType.BOOL),
            "contract": value_at(root, "contractType", FieldType.TEXT),
        }
