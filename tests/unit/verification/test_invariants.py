"""The invariants of identity verification, one test each: what binds, who it is, what was required, how fresh."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from holdfast.vocabulary.errors import (
    BindingError,
    ConsumedError,
    InvalidError,
    SessionStateError,
    StaleError,
)
from holdfast.vocabulary.identity import Check, Operation, Purpose, Subject
from holdfast.vocabulary.instants import SECOND_MS
from tests.unit.verification.scripted import checks, passing
from tests.unit.verification.sessions import PAYOUT, SUBJECT, World, told

OTHER = "bb" * 32
LOGIN = Operation(id="op-9", type="login")


def test_of_fifty_uses_at_once_one_wins() -> None:
    """However many calls use a verification at once, exactly one succeeds and every other is told that it was used."""

    async def story(world: World) -> None:
        session = await world.passed()
        calls = [world.consume(session) for _ in range(50)]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        assert [one for one in answers if isinstance(one, dict)] == [{"state": "consumed"}]
        assert sum(isinstance(one, ConsumedError) for one in answers) == 49
        assert await world.state(session) == "consumed"

    told(story)


@pytest.mark.parametrize(
    "changed",
    [
        {"amount_minor": 9_000_001},
        {"currency": "RUB"},
        {"payee": "KZ00000000000000000000"},
        {"payee_owner": OTHER},
        {"id": "op-2"},
        {"type": "transfer"},
        {"listing_id": "l-1"},
    ],
    ids=str,
)
def test_an_operation_that_changed_after_the_selfie_is_refused(changed: dict[str, Any]) -> None:
    """Sum, currency, payee, its owner, id, type or listing: whatever changed, the verification is not for it."""

    async def story(world: World) -> None:
        session = await world.passed()
        with pytest.raises(BindingError):
            await world.consume(session, replace(PAYOUT, **changed))
        assert (await world.consume(session))["state"] == "consumed"

    told(story)


def test_a_session_for_one_operation_does_not_confirm_another() -> None:
    """Two sessions for the same sum and payee have different hashes, and one operation's does for no other."""

    async def story(world: World) -> None:
        first, second = await world.passed(), await world.passed(operation=replace(PAYOUT, id="op-2"))
        assert (await world.read(first))["operation_hash"] != (await world.read(second))["operation_hash"]
        with pytest.raises(BindingError):
            await world.consume(first, replace(PAYOUT, id="op-2"))
        again = await world.passed()
        assert (await world.read(first))["operation_hash"] != (await world.read(again))["operation_hash"]

    told(story)


def test_onboarding_does_not_confirm_a_withdrawal() -> None:
    """A session without money cannot be opened for a sum, and is not used for another purpose than its own."""

    async def story(world: World) -> None:
        with pytest.raises(InvalidError) as refused:
            await world.open(purpose=Purpose.ONBOARDING)
        assert refused.value.pointer == "/purpose"
        session = await world.passed(purpose=Purpose.ONBOARDING, operation=LOGIN)
        with pytest.raises(BindingError) as other:
            await world.consume(session, LOGIN, purpose=Purpose.WITHDRAW)
        assert other.value.pointer == "/purpose"
        with pytest.raises(BindingError):
            await world.consume(session, PAYOUT)

    told(story)


@pytest.mark.parametrize(
    ("purpose", "operation", "pointer"),
    [
        (Purpose.WITHDRAW, replace(PAYOUT, amount_minor=None), "/operation/amount_minor"),
        (Purpose.WITHDRAW, replace(PAYOUT, currency=""), "/operation/amount_minor"),
        (Purpose.TRANSFER, replace(PAYOUT, payee=""), "/operation/payee_ref"),
        (Purpose.LISTING_PUBLISH, LOGIN, "/operation/listing_id"),
        (Purpose.LOGIN, PAYOUT, "/purpose"),
    ],
)
def test_a_session_that_binds_nothing_is_not_opened(purpose: Purpose, operation: Operation, pointer: str) -> None:
    """Money needs its sum and payee, a listing its id; what has neither takes no sum."""

    async def story(world: World) -> None:
        with pytest.raises(InvalidError) as refused:
            await world.open(purpose=purpose, operation=operation)
        assert refused.value.pointer == pointer

    told(story)


def test_what_the_person_confirmed_at_the_provider_must_be_the_operation() -> None:
    """A provider that says what was shown is believed against the operation, never for it alone."""

    async def story(world: World) -> None:
        session = await world.open()
        await world.end(await world.start(session), passing(world.now_ms, operation_hash="0" * 64))
        row = await world.read(session)
        assert (row["state"], row["reasons"]) == ("failed", ["operation_mismatch"])
        other = await world.open()
        named = (await world.read(other))["operation_hash"]
        await world.end(await world.start(other), passing(world.now_ms, operation_hash=named))
        assert await world.state(other) == "passed"

    told(story)


@pytest.mark.parametrize(
    "bound",
    [
        {"subject": SUBJECT, "operation": replace(PAYOUT, payee_owner=OTHER)},
        {"subject": replace(SUBJECT, iin_hash=OTHER), "operation": PAYOUT},
        {"subject": replace(SUBJECT, iin_hash=""), "operation": replace(PAYOUT, payee_owner=OTHER)},
    ],
    ids=["payout account", "account", "payout account alone"],
)
def test_the_verified_person_must_own_the_account_and_the_one_it_pays_to(bound: dict[str, Any]) -> None:
    """Whoever passed as themselves does not pass for another's account, nor pay out to another's."""

    async def story(world: World) -> None:
        session = await world.open(**bound)
        await world.end(await world.start(session))
        row = await world.read(session)
        assert (row["state"], row["reasons"]) == ("failed", ["owner_mismatch"])
        with pytest.raises(SessionStateError):
            await world.consume(session, bound["operation"])

    told(story)


def test_an_owner_whom_nobody_named_is_unknown_and_not_right() -> None:
    """A provider that does not say who it was leaves the session inconclusive, and a withdrawal needs a known owner."""

    async def story(world: World) -> None:
        session = await world.open()
        await world.end(await world.start(session), passing(world.now_ms, owner=""))
        row = await world.read(session)
        assert (row["state"], row["reasons"]) == ("inconclusive", ["owner_unknown"])
        with pytest.raises(InvalidError) as refused:
            await world.open(subject=Subject(ref="s-2"), operation=replace(PAYOUT, payee_owner=""))
        assert refused.value.pointer == "/subject/iin_hash"

    told(story)


def test_a_transfer_pays_to_other_people() -> None:
    """For a transfer the verified person is the payer; whose the payee's account is does not speak against it."""

    async def story(world: World) -> None:
        operation = replace(PAYOUT, payee_owner=OTHER)
        session = await world.passed(purpose=Purpose.TRANSFER, operation=operation)
        assert (await world.consume(session, operation))["state"] == "consumed"

    told(story)


@pytest.mark.parametrize("word", ["not_performed", "inconclusive"])
def test_a_required_check_without_pass_is_never_enough(word: str) -> None:
    """A face that matches without proof of life does not withdraw money, whatever else passed."""

    async def story(world: World) -> None:
        session = await world.open(max_attempts=1)
        results = checks(face_match="pass", pad=word, iad="pass")
        await world.end(await world.start(session), passing(world.now_ms, checks=results))
        row = await world.read(session)
        assert (row["state"], row["reasons"]) == ("inconclusive", [f"pad_{word}"])
        with pytest.raises(SessionStateError):
            await world.consume(session)

    told(story)


def test_a_check_that_is_missing_from_the_result_is_not_performed() -> None:
    """What a provider leaves out did not pass."""

    async def story(world: World) -> None:
        session = await world.open(max_attempts=1)
        await world.end(await world.start(session), passing(world.now_ms, checks=checks(face_match="pass")))
        assert (await world.read(session))["reasons"] == ["pad_not_performed"]

    told(story)


def test_a_check_that_failed_counts_although_nobody_required_it() -> None:
    """A replaced camera that the provider saw fails the session that asked for a face and life alone."""

    async def story(world: World) -> None:
        session = await world.open(max_attempts=1)
        results = checks(face_match="pass", pad="pass", iad="fail")
        await world.end(await world.start(session), passing(world.now_ms, checks=results))
        row = await world.read(session)
        assert (row["state"], row["reasons"]) == ("failed", ["iad_fail"])

    told(story)


@pytest.mark.parametrize("acr", ["low", ""])
def test_a_lower_class_of_authentication_than_required_is_refused(acr: str) -> None:
    """The class that was asked for is only a wish; what was reached is compared."""

    async def story(world: World) -> None:
        session = await world.open()
        await world.end(await world.start(session), passing(world.now_ms, acr=acr))
        row = await world.read(session)
        assert (row["state"], row["reasons"]) == ("failed", ["acr_too_low"])

    told(story)


def test_a_provider_that_cannot_do_the_checks_is_not_asked() -> None:
    """A session is not opened for checks that no provider can do, nor for a provider that is not declared."""

    async def story(world: World) -> None:
        world.provider.checks = frozenset({Check.FACE_MATCH})
        with pytest.raises(InvalidError) as refused:
            await world.open()
        assert refused.value.pointer == "/required/checks"
        with pytest.raises(InvalidError) as unknown:
            await world.open(provider="nobody")
        assert unknown.value.pointer == "/provider"

    told(story)


@pytest.mark.parametrize(
    ("age_s", "reason"), [(301, "auth_time_not_fresh"), (-301, "auth_time_not_fresh"), (None, "auth_time_unknown")]
)
def test_freshness_is_counted_from_the_authentication(age_s: int | None, reason: str) -> None:
    """A callback of this second about a selfie of five minutes ago does not count, nor one about an unknown instant."""

    async def story(world: World) -> None:
        session = await world.open()
        world.clock.instant_ms += 400 * SECOND_MS
        reference = await world.start(session)
        auth_ms = None if age_s is None else world.now_ms - age_s * SECOND_MS
        await world.end(reference, passing(auth_ms))
        row = await world.read(session)
        assert (row["state"], row["reasons"]) == ("failed", [reason])

    told(story)


def test_an_authentication_before_the_session_is_another_ones() -> None:
    """Where money moves, a login made before the session was opened does not pass it, however young."""

    async def story(world: World) -> None:
        session = await world.open()
        await world.end(await world.start(session), passing(world.now_ms - 60 * SECOND_MS))
        row = await world.read(session)
        assert (row["state"], row["reasons"]) == ("failed", ["auth_time_before_session"])
        assert world.provider.asked[-1].auth_age_s == 1
        login = await world.open(purpose=Purpose.LOGIN, operation=LOGIN)
        await world.end(await world.start(login), passing(world.now_ms - 60 * SECOND_MS))
        assert await world.state(login) == "passed"

    told(story)


@pytest.mark.parametrize(
    ("purpose", "seconds"),
    [
        (Purpose.WITHDRAW, 300),
        (Purpose.TRANSFER, 300),
        (Purpose.RECEIVE, 900),
        (Purpose.LISTING_PUBLISH, 86_400),
        (Purpose.OWNER_RECHECK, 90 * 86_400),
    ],
)
def test_what_passed_is_used_while_it_is_fresh(purpose: Purpose, seconds: int) -> None:
    """A verification that passed in time and is used too late does not count: each purpose has its own time."""

    async def story(world: World) -> None:
        operation = {
            Purpose.LISTING_PUBLISH: replace(LOGIN, listing_id="l-1"),
            Purpose.OWNER_RECHECK: LOGIN,
        }.get(purpose, PAYOUT)
        session = await world.passed(purpose=purpose, operation=operation)
        other = await world.passed(purpose=purpose, operation=operation)
        world.clock.instant_ms += seconds * SECOND_MS
        assert (await world.consume(session, operation))["state"] == "consumed"
        world.clock.instant_ms += 1
        with pytest.raises(StaleError):
            await world.consume(other, operation)

    told(story)
