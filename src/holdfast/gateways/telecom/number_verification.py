"""CAMARA Number Verification 2.x (github.com/camaraproject/NumberVerification, r4.2)."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from holdfast.gateways.telecom.call import Asked, Body, PlainCall
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.schema import FieldType
from holdfast.vocabulary.telecom import HASHED, PHONE
from holdfast.wire.outside import value_at


class NumberVerification(PlainCall):
    """Whether the device of this session has the number in its network, by a token that only that network gives."""

    base = "number-verification"
    verb = "verify"
    scope = "number-verification:verify"

    def body(self, asked: Asked) -> Body:
        """Write the number to compare with, open or as the hash of its E.164 form; the token names the device."""
        if PHONE in asked:
            return {PHONE: asked[PHONE]}
        return {HASHED: sha256(str(asked[HASHED]).encode("ascii")).hexdigest()}

    def told(self, root: Any, body: Body) -> Mapping[str, Value]:
        """Read whether they are the same."""
        del body
        return {"verified": value_at(root, "devicePhoneNumberVerified", FieldType.BOOL)}
