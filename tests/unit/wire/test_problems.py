"""Refusals read as they were agreed: status, code, pointer, message and hint."""

import pytest

from holdfast.vocabulary.errors import InvalidError
from holdfast.wire.codec import decode_message
from tests.unit.wire.problems import GOLDEN, rendered


def test_refusals_are_as_they_were_agreed() -> None:
    """Every refusal stands in the golden file; `python -m tests.unit.wire.problems` writes a wanted change."""
    assert rendered() == GOLDEN.read_text()


def test_every_refusal_names_a_place_or_is_about_the_whole_and_has_advice() -> None:
    """No refusal is taken after all, and none lacks advice."""
    for part in rendered().strip().split("\n\n"):
        _, where, message, advice = part.split("\n", 3)
        assert where.split()[0] in {"400", "422"}, part
        assert message.strip()
        assert advice.strip()


def test_advice_is_that_of_the_type_of_the_event() -> None:
    """Words and names of other types of events are not offered, also where a field has the same name there."""
    with pytest.raises(InvalidError) as word:
        decode_message(b'{"type": "transfer_result", "of": "t", "result": "done"}')
    assert word.value.hint == "one of `cancelled`, `executed`, `failed`, `rejected`, `returned`"
    with pytest.raises(InvalidError) as name:
        decode_message(b'{"type": "transfer_result", "of": "t", "payr": {}}')
    assert "did you mean" not in name.value.hint
