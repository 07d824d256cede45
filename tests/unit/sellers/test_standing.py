"""A seller's standing: strikes end by themselves, an upheld appeal lifts one, nobody hears one's own case."""

import pytest

from holdfast.sellers.appeal import check_appeal, check_strike, may_settle
from holdfast.sellers.standing import SellerStanding, stand
from holdfast.vocabulary.errors import ConflictError, InvalidError, NotFoundError
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.sellers import AppealResult, SellerAct, SellerActKind

TERM = 90 * DAY_MS


def strike(name: str, at_ms: int = 0, by: str = "Aigerim") -> SellerAct:
    """Make a strike that ends after ninety days."""
    return SellerAct(act=SellerActKind.STRIKE, id=name, at_ms=at_ms, by=by, ground="scam", expires_ms=at_ms + TERM)


def appeal(name: str, of: str, at_ms: int = 1) -> SellerAct:
    """Make an appeal against a strike."""
    return SellerAct(act=SellerActKind.APPEAL, id=name, at_ms=at_ms, by="seller", strike=of)


def settle(name: str, of: str, result: AppealResult, at_ms: int = 2) -> SellerAct:
    """Make the hearing of an appeal."""
    return SellerAct(act=SellerActKind.SETTLE, id=name, at_ms=at_ms, by="Boris", strike=of, result=result)


def three() -> SellerStanding:
    """Give a seller with three strikes, ten days apart."""
    return stand([strike("a"), strike("b", 10 * DAY_MS), strike("c", 20 * DAY_MS)])


def test_a_strike_counts_until_the_instant_of_its_end() -> None:
    """One millisecond before its end it lives, at its end it does not."""
    found = stand([strike("a")])
    assert [one.id for one in found.live(TERM - 1)] == ["a"]
    assert found.live(TERM) == ()
    assert found.strikes["a"].state(TERM) == "expired"


@pytest.mark.parametrize(("count", "until"), [(1, 20 * DAY_MS + TERM), (2, 10 * DAY_MS + TERM), (3, TERM), (4, None)])
def test_so_many_live_until_enough_have_ended(count: int, until: int | None) -> None:
    """Three strikes are three until the first ends, two until the second does, and never four."""
    assert three().until_ms(count, 30 * DAY_MS) == until


def test_an_ended_strike_limits_nobody() -> None:
    """After the first end two live, and three no more."""
    assert three().until_ms(3, TERM) is None
    assert three().until_ms(2, TERM) == 10 * DAY_MS + TERM


def test_an_upheld_appeal_lifts_its_strike_and_no_other() -> None:
    """The strike counts no more from the hearing on; one that was rejected counts."""
    acts = [strike("a"), strike("b"), appeal("x", "a"), appeal("y", "b")]
    found = stand([*acts, settle("x", "a", AppealResult.UPHELD), settle("y", "b", AppealResult.REJECTED)])
    assert [one.id for one in found.live(3)] == ["b"]
    assert found.strikes["a"].state(3) == "lifted"
    assert (found.appeals["x"].result, found.appeals["y"].result) == ("upheld", "rejected")


def test_what_is_lifted_twice_was_lifted_first() -> None:
    """A later lift does not move the instant."""
    lift = SellerAct(act=SellerActKind.LIFT, id="a", at_ms=5, by="Boris", strike="a")
    again = SellerAct(act=SellerActKind.LIFT, id="a", at_ms=9, by="Boris", strike="a")
    assert stand([strike("a"), lift, again]).strikes["a"].lifted_ms == 5


def test_a_strike_is_appealed_once_and_while_it_lives() -> None:
    """An ended strike counts no more, a second appeal adds nothing, an unknown strike is not there."""
    found = stand([strike("a"), strike("b"), appeal("x", "b")])
    check_appeal(found, "a", now_ms=1)
    with pytest.raises(ConflictError, match="is expired"):
        check_appeal(found, "a", now_ms=TERM)
    with pytest.raises(ConflictError, match="appealed by `x`"):
        check_appeal(found, "b", now_ms=1)
    with pytest.raises(NotFoundError):
        check_strike(found, "c")


def test_another_person_hears_the_appeal() -> None:
    """Whoever gave the strike does not hear the appeal against it, however the name is written."""
    found = stand([strike("a", by="Aigerim"), appeal("x", "a")])
    with pytest.raises(InvalidError, match="own strike"):
        may_settle(found, "x", AppealResult.REJECTED, by=" aigerim ")
    assert may_settle(found, "x", AppealResult.REJECTED, by="Boris")


def test_an_appeal_ends_once() -> None:
    """The same result again changes nothing; another one is refused; an unknown appeal is not there."""
    found = stand([strike("a"), appeal("x", "a"), settle("x", "a", AppealResult.REJECTED)])
    assert not may_settle(found, "x", AppealResult.REJECTED, by="Boris")
    with pytest.raises(ConflictError, match="rejected already"):
        may_settle(found, "x", AppealResult.UPHELD, by="Boris")
    with pytest.raises(NotFoundError):
        may_settle(found, "y", AppealResult.UPHELD, by="Boris")
