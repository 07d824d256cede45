"""What a duty says of a session is read strictly: a check that nobody makes, or a pass too strong, ends at load."""

import pytest

from holdfast.regulation import parse_pack
from holdfast.vocabulary.errors import PackError
from tests.unit.regulation.conftest import FOLDER

NAME = "policy/owner-checks"
TEXT = (FOLDER / f"{NAME}.yaml").read_text(encoding="utf-8")
PAYS = "details: {purpose: withdraw, checks: face_match pad, releases: true}"
SIGNS = "details: {purpose: login, checks: face_match pad}"


@pytest.mark.parametrize(
    ("before", "after", "pointer", "said"),
    [
        (PAYS, PAYS.replace("pad", "pda"), "/duties/1/details/checks", "are no checks"),
        (PAYS, PAYS.replace("pad", "face_match"), "/duties/1/details/checks", "are no checks"),
        (PAYS, PAYS.replace("withdraw", "withdrawal"), "/duties/1/details/purpose", "one of `onboarding`"),
        (PAYS, PAYS.replace("withdraw", "listing_publish"), "/duties/1/details/purpose", "does not fit `payout`"),
        (PAYS, "details: {purpose: withdraw}", "/duties/1/details/purpose", "needs the `checks`"),
        (PAYS, "details: {releases: true}", "/duties/1/details/releases", "needs the `checks`"),
        (PAYS, PAYS.replace("releases: true", "releases: 1"), "/duties/1/details/releases", "is expected"),
        (PAYS, PAYS.replace("releases: true", "ttl_s: 5"), "/duties/1/details/ttl_s", "from 60 to 86400"),
        (SIGNS, SIGNS.replace("}", ", releases: true}"), "/duties/2/details/releases", "does not bind"),
        (
            "template: policy.owner.payout-waits",
            "template: policy.owner.payout-waits, checks: pad",
            "/duties/5/details/checks",
            "belong",
        ),
    ],
)
def test_a_session_that_could_not_be_is_refused(before: str, after: str, pointer: str, said: str) -> None:
    """The error names the place in the pack and what was expected."""
    assert before in TEXT
    with pytest.raises(PackError, match=said) as caught:
        parse_pack(TEXT.replace(before, after, 1).encode(), name=NAME)
    assert caught.value.pointer == pointer


def test_what_a_duty_says_comes_with_the_measure() -> None:
    """Purpose, checks and what a pass does are the duty's own values, as rules and callers read them."""
    duty = next(one for one in parse_pack(TEXT.encode(), name=NAME).duties if one.id == "policy.owner.pays-out")
    assert duty.details == {"purpose": "withdraw", "checks": "face_match pad", "releases": True}
