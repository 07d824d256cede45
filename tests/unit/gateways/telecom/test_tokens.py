"""Tokens: one for all who wait, kept until they end, got anew once, and never by whom the operator mistrusts."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import pytest

from holdfast.vocabulary.errors import ProviderError
from tests.unit.gateways.telecom.operating import KEY, NUMBER, Beside, beside, now

ASKED = {"phoneNumber": NUMBER}


def test_one_token_serves_all_who_wait_and_all_who_come_later() -> None:
    """Twenty questions at once, and one after them, ask for one token."""

    async def story(here: Beside) -> None:
        here.operator.manners.token_slow_s = 0.05
        provider = here.provider("sim-swap/check")
        told = await asyncio.gather(*(provider.read(ASKED) for _ in range(20)))
        assert [one["swapped"] for one in told] == [False] * 20
        await provider.read(ASKED)
        assert here.operator.door.asked == 1

    beside(story)


def test_who_gives_up_waiting_leaves_the_token_to_the_others() -> None:
    """A question whose time is over does not end the call for the token; the next one finds it."""

    async def story(here: Beside) -> None:
        here.operator.manners.token_slow_s = 0.2
        provider = here.provider("sim-swap/check")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(provider.read(ASKED), 0.05)
        assert (await provider.read(ASKED))["swapped"] is False
        assert here.operator.door.asked == 1

    beside(story)


def test_a_token_that_is_not_taken_is_got_anew_once() -> None:
    """A token that the operator forgot costs one more; tokens that it never takes end in an error, not in a loop."""

    async def story(here: Beside) -> None:
        provider = here.provider("sim-swap/check")
        await provider.read(ASKED)
        here.operator.door.given.clear()
        told = await asyncio.gather(*(provider.read(ASKED) for _ in range(10)))
        assert [one["swapped"] for one in told] == [False] * 10
        assert here.operator.door.asked == 2
        here.operator.manners.spoilt = True
        with pytest.raises(ProviderError, match="401"):
            await provider.read(ASKED)
        assert here.operator.door.asked == 3

    beside(story)


def test_a_token_is_not_used_to_its_very_end() -> None:
    """One that lives a second is used, and another got, before the operator would refuse it."""

    async def story(here: Beside) -> None:
        here.operator.manners.token_life_s = 1
        provider = here.provider("sim-swap/check")
        await provider.read(ASKED)
        await asyncio.sleep(1)
        await provider.read(ASKED)
        assert here.operator.door.asked == 2
        given = list(here.operator.door.given.values())
        assert given[0].until <= now() < given[1].until + timedelta(seconds=1)
        assert len(here.operator.questions) == 2

    beside(story)


@pytest.mark.parametrize("manner", ["mistrusts", "down"])
def test_without_a_token_nothing_is_asked(manner: str) -> None:
    """An operator that knows no client, or is down, is an error; the question itself never leaves."""

    async def story(here: Beside) -> None:
        setattr(here.operator.manners, manner, True)
        with pytest.raises(ProviderError, match="no token"):
            await here.asked("sim-swap/check")
        assert here.operator.questions == []

    beside(story)


def test_a_wrong_secret_is_refused() -> None:
    """Whoever has another secret gets no token; the message holds neither."""

    async def story(here: Beside) -> None:
        with pytest.raises(ProviderError, match="no token") as caught:
            await here.asked("sim-swap/check", secret="another")  # noqa: S106 - a wrong one
        assert "another" not in caught.value.message

    beside(story)


def test_a_key_signs_instead_of_a_secret() -> None:
    """`private_key_jwt`: the operator checks the signature, the time, and that no assertion comes twice."""

    async def story(here: Beside) -> None:
        provider = here.provider("sim-swap/check", key=KEY)
        await provider.read(ASKED)
        here.operator.door.given.clear()
        await provider.read(ASKED)
        assert len(here.operator.door.seen) == 2
        here.operator.door.keys = {}
        with pytest.raises(ProviderError, match="no token"):
            await here.asked("sim-swap/check", key=KEY)

    beside(story)


@pytest.mark.parametrize("answer", [{}, {"access_token": 7}, {"access_token": "a b"}, {"access_token": "a\r\nx: y"}])
def test_what_is_no_token_is_not_sent_on(answer: Mapping[str, object]) -> None:
    """A token that would break the line of a header is garbage."""

    async def story(here: Beside) -> None:
        here.operator.door = _Giving(answer)  # type: ignore[assignment] # a door that says what it is told
        with pytest.raises(ProviderError, match="none"):
            await here.asked("sim-swap/check")
        assert here.operator.questions == []

    beside(story)


class _Giving:
    """A door that answers what it is told."""

    def __init__(self, answer: Mapping[str, object]) -> None:
        self._answer = answer

    def token(self, *_: object, **__: object) -> tuple[int, Mapping[str, object]]:
        """Give it."""
        return 200, self._answer
