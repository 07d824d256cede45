"""What a provider answers is believed only where it is what was declared."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.vocabulary.errors import GarbageError
from holdfast.vocabulary.outside import ProviderSpec, Told
from holdfast.vocabulary.schema import FieldType
from holdfast.wire.outside import read_answer

NAMES = {
    "risk": (FieldType.NUMBER, ("risk",)),
    "count": (FieldType.INTEGER, ("calls", "0", "new")),
    "note": (FieldType.TEXT, ("a/b",)),
    "ok": (FieldType.BOOL, ("ok",)),
    "at": (FieldType.INSTANT, ("at",)),
}
SPEC = ProviderSpec(
    id="telecom",
    url="https://a.example",
    on=("transfer",),
    send={"msisdn": "payer.phone"},
    answers=tuple(Told(name=name, type=kind, at=at) for name, (kind, at) in NAMES.items()),
)
GOOD: dict[str, Any] = {"risk": 0.5, "calls": [{"new": 3}], "a/b": "seen", "ok": False, "at": "2026-05-08T12:00:00Z"}
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANY = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


def read(**changes: Any) -> dict[str, Any]:
    """Read the good answer with changes."""
    return read_answer(SPEC, json.dumps(GOOD | changes).encode())


def test_every_declared_value_is_found_and_all_else_is_left() -> None:
    """Values stand where the pointers say; what is absent or null is not known, what was not declared is not read."""
    assert read(more="x") == {"risk": 0.5, "count": 3, "note": "seen", "ok": False, "at": 1_778_241_600_000}
    assert read(risk=None, calls=[]) | {"risk": None, "count": None} == read(risk=None, calls=7)
    assert read_answer(SPEC, b"{}") == dict.fromkeys(NAMES)


@pytest.mark.parametrize(
    "changes",
    [
        {"risk": "0.5"},
        {"risk": True},
        {"risk": 1e300},
        {"calls": [{"new": 3.5}]},
        {"calls": [{"new": True}]},
        {"calls": [{"new": 2**60}]},
        {"a/b": ""},
        {"a/b": "x" * 257},
        {"a/b": ["seen"]},
        {"ok": 0},
        {"at": "yesterday"},
        {"at": "2026-05-08T12:00:00"},
        {"at": 1_778_241_600},
    ],
)
def test_one_wrong_value_spoils_the_answer(changes: dict[str, Any]) -> None:
    """A value of another type, without an offset or out of range is garbage, and the fault does not repeat it."""
    with pytest.raises(GarbageError) as caught:
        read(**changes)
    assert not any(isinstance(value, str) and value and value in caught.value.message for value in changes.values())


@pytest.mark.parametrize("data", [b"", b"[]", b'"x"', b"{", b"\xff", b"[" * 100_000, b'{"risk": NaN}'])
def test_what_is_no_json_object_is_garbage(data: bytes) -> None:
    """Nothing else is read."""
    with pytest.raises(GarbageError):
        read_answer(SPEC, data)


@given(ANY)
def test_whatever_stands_in_an_answer_is_read_or_refused(found: Any) -> None:
    """No JSON makes reading fail in another way, and what is read has the declared types."""
    for name in ("risk", "calls", "a/b", "ok", "at"):
        try:
            values = read_answer(SPEC, json.dumps({name: found}).encode())
        except GarbageError:
            continue
        assert all(value is None or isinstance(value, bool | int | float | str) for value in values.values())
