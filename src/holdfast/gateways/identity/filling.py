"""Filling a declared request with what is told about one session."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from holdfast.vocabulary.identity import Asked
from holdfast.vocabulary.instants import rfc3339

Names = Mapping[str, object]
_IN_BRACES: Final = re.compile(r"\{([a-z_]+)\}")


def names_of(asked: Asked) -> dict[str, object]:
    """Give what a request that opens a session may name."""
    subject, operation = asked.subject, asked.operation
    return {
        "session_id": asked.session_id,
        "purpose": asked.purpose.value,
        "checks": [check.value for check in asked.checks],
        "acr": asked.acr,
        "locale": asked.locale,
        "return_url": asked.return_url,
        "subject_ref": subject.ref,
        "subject_hash": subject.iin_hash,
        "operation_id": operation.id,
        "operation_type": operation.type,
        "amount_minor": operation.amount_minor,
        "currency": operation.currency,
        "payee": operation.payee,
        "listing_id": operation.listing_id,
        "operation_hash": asked.operation_hash,
        "expires_at": rfc3339(asked.expires_ms),
        "auth_age_s": asked.auth_age_s,
    }


def filled(value: object, names: Names) -> object:
    """Fill every text of a JSON value; a text that is one name alone becomes its value, of whatever type."""
    if isinstance(value, dict):
        return {key: filled(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, names) for item in value]
    if not isinstance(value, str):
        return value
    alone = _IN_BRACES.fullmatch(value)
    return names[alone[1]] if alone else filled_text(value, names)


def filled_text(text: str, names: Names) -> str:
    """Fill a text."""
    return _IN_BRACES.sub(lambda found: _text(names[found[1]]), text)


def filled_address(text: str, names: Names) -> str:
    """Fill an address; no value can leave its place in the path or in the query."""
    return _IN_BRACES.sub(lambda found: _step(_text(names[found[1]])), text)


def _text(value: object) -> str:
    """Write a value inside a text; a list is separated by spaces, what is not known is empty."""
    if value is None:
        return ""
    return " ".join(str(item) for item in value) if isinstance(value, list) else str(value)


def _step(text: str) -> str:
    """Quote a value for an address; steps of dots alone would climb."""
    return quote(text, safe="") if text.strip(".") else text.replace(".", "%2E")
