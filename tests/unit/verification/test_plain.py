"""What a provider sends beside its verdicts is kept as short words, and nothing of a person goes through."""

from base64 import b64encode

import pytest

from holdfast.verification.plain import CAPTURE_MAX, WITHHELD, plain
from holdfast.vocabulary.identity import Check, Checked, IdentityResult, Verdict

PICTURE = b64encode(bytes.fromhex("ffd8ffe000104a464946") + bytes(200)).decode()
VECTOR = str([0.125] * 128)


def test_words_and_numbers_stay_as_they_are() -> None:
    """A result of the usual kind is not changed."""
    result = IdentityResult(
        done=True,
        checks={Check.FACE_MATCH: Checked(verdict=Verdict.PASS, score=0.31, threshold=0.6, model="resnet 1.0")},
        acr="urn:mace:incommon:iap:silver",
        auth_ms=1,
        transaction_id="5d1c2b64-8a65-4d0e-a4b2-4f3b0a2c7c11",
        reference_source="state_db",
        capture={"camera": "front", "resolution": "1280x720", "attestation": "play_integrity"},
        error="abandoned",
    )
    assert plain(result) == result
    assert plain(IdentityResult(done=False)) == IdentityResult(done=False)


@pytest.mark.parametrize(
    "bad",
    [
        PICTURE,
        VECTOR,
        "880315373169",
        "+7 701 765-43-21",
        "Айгерим Канарейкина",
        "a\nb",
        "for 880315373169",
        "x_7017654321",
    ],
)
def test_what_is_no_word_is_withheld(bad: str) -> None:
    """A picture, a template, a person's number and a name are replaced wherever they stand."""
    result = IdentityResult(
        done=True,
        checks={Check.PAD: Checked(verdict=Verdict.PASS, model=bad)},
        reference_source=bad,
        capture={"frame": bad, bad: "x"},
        error=bad,
    )
    kept = plain(result)
    assert bad not in str(kept)
    assert (kept.error, kept.reference_source, kept.checks[Check.PAD].model) == (WITHHELD, WITHHELD, WITHHELD)
    assert kept.capture["frame"] == WITHHELD


@pytest.mark.parametrize("bad", [PICTURE, VECTOR, "Айгерим"])
def test_names_of_transactions_are_short(bad: str) -> None:
    """The provider's own name of a transaction and its class may be any short plain text, and nothing longer."""
    kept = plain(IdentityResult(done=True, acr=bad, transaction_id=bad))
    assert (kept.acr, kept.transaction_id) == (WITHHELD, WITHHELD)


def test_signals_of_a_capture_are_few() -> None:
    """A thousand signals are no signals."""
    many = {f"s{number:04}": "x" for number in range(1_000)}
    assert len(plain(IdentityResult(done=True, capture=many)).capture) == CAPTURE_MAX
