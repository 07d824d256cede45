"""The hints of refused bodies come from what the body declares."""

from typing import Any

import msgspec
import pytest

from holdfast.vocabulary.errors import InvalidError
from holdfast.wire.holds import RestrainBody, WithdrawBody
from holdfast.wire.requests import Body, EntriesBody, ListBody, read_body

NOTICE = {"document": {"number": "7", "date": "2026-05-08"}, "effect": "keep", "provision": "115.2"}
WRONG = {"corrections": {"device": None}, "reason": "r", "evidence": {"kind": "letter", "reference": "17"}}
CASES: dict[str, tuple[type[Body], Any, str, str]] = {
    "a word of a closed set": (ListBody, {"purpose": "x"}, "/purpose", "one of `allow`, `deny`, `mule`"),
    "a word inside": (EntriesBody, {"entries": [{"kind": "phon", "value": "1"}]}, "/entries/0/kind", "`sbp_phone`"),
    "a misspelt field": (ListBody, {"limits": {"shrink": 20}}, "/limits/shrink", "did you mean `shrink_percent`?"),
    "a strange field": (EntriesBody, {"kind": "phone"}, "/kind", "remove it; known are entries, published_at"),
    "a field that lacks": (EntriesBody, {"entries": [{"kind": "phone"}]}, "/entries/0/value", "add `value`"),
    "a day": (RestrainBody, NOTICE | {"document": {"number": "7", "date": "2026-02-31"}}, "/document/date", "a day of"),
    "an instant": (RestrainBody, NOTICE | {"until": "2026-02-31"}, "/until", "give the date, the time and the offset"),
    "a member without a name": (WithdrawBody, WRONG | {"corrections": {"payer": {}}}, "/corrections", ""),
    "a member's own name": (WithdrawBody, WRONG | {"corrections": {"": 1}}, "/corrections", ""),
    "no object at all": (EntriesBody, [], "", ""),
}


@pytest.mark.parametrize("name", CASES)
def test_a_hint_names_what_may_stand_there(name: str) -> None:
    """Words and fields are those of the body, never those of some event that has a field of the same name."""
    kind, body, pointer, hint = CASES[name]
    with pytest.raises(InvalidError) as caught:
        read_body(msgspec.json.encode(body), kind)
    assert caught.value.pointer == pointer
    assert hint in caught.value.hint
    assert hint or not caught.value.hint
