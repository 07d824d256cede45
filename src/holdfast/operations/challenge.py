"""A decision asks who acts: which session of verification it carries, and the record that opens that session.

The decision's envelope says all that the session is opened with, so that one which a stop of the process cut off
behind its decision is opened when the process comes back. Nothing goes over the network.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from holdfast.holds.terms import instant_ms
from holdfast.operations.open_session import TTL_S, Opening, check_opening, session_record
from holdfast.operations.session_story import PREFIX
from holdfast.operations.shard import Flight, Shard, commit
from holdfast.rules.regime import Regime
from holdfast.vocabulary.challenges import MOVES_MONEY, PURPOSE_OF, USUAL_CHECKS, Challenge, asks_session
from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.identity import Check, Operation, Purpose, Subject
from holdfast.vocabulary.instants import DAY_MS, SECOND_MS
from holdfast.vocabulary.judgement import ChallengeEnvelope, Envelope, Judgement, Measure
from holdfast.vocabulary.outcome import Mode, Outcome
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.codec import restore
from holdfast.wire.owners import owner_hash
from holdfast.wire.replies import read_envelope

OWNERS: Final = "identity.owner"
_HOLD: Final = Outcome.HOLD.word
_STOPS: Final = frozenset({Outcome.CHALLENGE.word, _HOLD})
_MONEY: Final = frozenset({Purpose.TRANSFER, Purpose.WITHDRAW, Purpose.RECEIVE})
_AT_ONCE: Final = _MONEY | {Purpose.LOGIN}
_PAYEES: Final = ("account", "card", "phone", "ewallet", "customer_id", "seller_id", "iin", "inn", "bin")
_LAST: Final = 17  # a record, and the revisions that it may have led to
_NUMBERS: Final = ("iin", "inn")
_BANK: Final = frozenset({"transfer"})


def challenged(shard: Shard, event: Event, envelope: Envelope, *, judgement: Judgement, regime: Regime) -> Envelope:
    """Give a decision's envelope, with the session that the decision carries where it asks for one that can pass."""
    if not shard.identity or judgement.outcome not in _STOPS or event.type not in PURPOSE_OF:
        return envelope
    asked = [one for one in judgement.measures if asks_session(one)]
    if not asked:
        return envelope
    made = _challenge(shard, event, asked, judgement=judgement, regime=regime)
    try:
        check_opening(shard, opening_of(shard, event, made, decision_id=envelope.decision_id))
    except InvalidError:  # what it would bind or who it would be is not known, or nobody can check it
        return envelope
    return ChallengeEnvelope(
        decision_id=envelope.decision_id,
        hold_id=envelope.hold_id,
        decided_ms=envelope.decided_ms,
        timings_us=envelope.timings_us,
        challenge=made,
    )


def _challenge(
    shard: Shard, event: Event, asked: Sequence[Measure], *, judgement: Judgement, regime: Regime
) -> Challenge:
    """Unite what the measures of one purpose ask; the purpose that binds the operation itself goes first."""
    own = PURPOSE_OF[event.type]
    purposes = [Purpose(str(one.get("purpose", own.value))) for one in asked]
    purpose = own if own in purposes else purposes[0]
    alike = [one for one, found in zip(asked, purposes, strict=True) if found is purpose]
    named = [Check(word) for one in alike for word in str(one.get("checks", "")).split()]
    acrs = [str(one["acr"]) for one in alike if "acr" in one]
    releases = judgement.outcome == _HOLD and purpose is own and _releases(judgement, regime)
    return Challenge(
        id=shard.ports.new_id(PREFIX),
        purpose=purpose,
        checks=tuple(dict.fromkeys(named)) or USUAL_CHECKS,
        acr=acrs[0] if acrs else "",
        expires_ms=_expires_ms(event, alike, purpose=purpose, judgement=judgement),
        releases=releases,
    )


def _expires_ms(event: Event, asked: Sequence[Measure], *, purpose: Purpose, judgement: Judgement) -> int:
    """Give when a session ends: that of a held operation with its hold."""
    if judgement.hold is not None:
        return instant_ms(judgement.hold.until)
    told = [value for one in asked if isinstance(value := one.get("ttl_s"), int)]
    usual = TTL_S * SECOND_MS if purpose in _AT_ONCE else DAY_MS
    return event.received_ms + (min(told) * SECOND_MS if told else usual)


def _releases(judgement: Judgement, regime: Regime) -> bool:
    """Tell whether everything that holds the operation asks only who acts: then passing the check answers all of it.

    What a sign of law or a limit holds, no check lets go.
    """
    if judgement.ground is not None:
        return False
    answered = {check.duty.id for check in regime.duties if check.duty.details.get("releases") is True}
    rules = {check.rule.id: check.rule for check in regime.rules}
    holding = [one.id for one in judgement.rules if one.reached == _HOLD and one.mode == Mode.ENFORCE.value]
    return bool(holding) and all(answered.intersection(rules[one].measures) for one in holding)


def opening_of(shard: Shard, event: Event, challenge: Challenge, *, decision_id: str) -> Opening:
    """Say what the session of a decision is opened for; equal events and challenges give equal operations."""
    values = event.values
    return Opening(
        subject=_subject(shard, event),
        purpose=challenge.purpose,
        operation=operation_of(shard, event, challenge.purpose),
        checks=challenge.checks,
        acr=challenge.acr,
        expires_ms=challenge.expires_ms,
        device=str(values.get("device.id") or ""),
        address=str(values.get("session.ip") or ""),
        decision_id=decision_id,
        by="decision",
    )


def operation_of(shard: Shard, event: Event, purpose: Purpose) -> Operation:
    """Give the operation of an event as a session for a purpose binds it."""
    values = event.values
    if purpose in _MONEY and event.type in MOVES_MONEY:
        amount = values.get("amount")
        return Operation(
            id=event.id,
            type=event.type,
            amount_minor=amount if isinstance(amount, int) else None,
            currency=str(values.get("currency") or ""),
            payee=payee_of(values),
            payee_owner=_owner(shard, values, "payee"),
        )
    listing = values.get("listing.listing_id") if purpose is Purpose.LISTING_PUBLISH else None
    return Operation(id=event.id, type=event.type, listing_id=str(listing or ""))


def payee_of(values: Mapping[str, Value]) -> str:
    """Name the payee by its first identifier, an account with its bank."""
    found = next(((name, values[path]) for name in _PAYEES if (path := f"payee.{name}") in values), None)
    if found is None:
        return ""
    name, value = found
    bic = values.get("payee.bic") if name == "account" else None
    return f"{value}@{bic}" if bic is not None else str(value)


def _subject(shard: Shard, event: Event) -> Subject:
    """Say who is to be verified: whose event it is, a member of the site by the id of a seller."""
    values, party = event.values, shard.memory.schema.subject[event.type]
    customer, seller = values.get(f"{party}.customer_id"), values.get(f"{party}.seller_id")
    of_site = event.type not in _BANK and values.get("where", "marketplace") == "marketplace"
    ref, kind = (seller or customer, "seller_id") if of_site else (customer or seller, "customer_id")
    if ref is None:
        raise InvalidError("nobody knows whose operation it is")
    return Subject(ref=str(ref), kind=kind, iin_hash=_owner(shard, values, party))


def _owner(shard: Shard, values: Mapping[str, Value], party: str) -> str:
    """Give the keyed hash of a party's personal number; empty when it is not known."""
    number = next((values[path] for name in _NUMBERS if (path := f"{party}.{name}") in values), None)
    return owner_hash(shard.owner_key or shard.ports.store.derive(OWNERS), str(number)) if number is not None else ""


def open_challenge(shard: Shard, event: Event, envelope: Envelope) -> list[Flight]:
    """Hand over the record that opens a decision's session, right behind the decision."""
    if not isinstance(envelope, ChallengeEnvelope):
        return []
    opening = opening_of(shard, event, envelope.challenge, decision_id=envelope.decision_id)
    return [commit(shard, session_record(shard, opening, envelope.challenge.id))]


async def open_last(shard: Shard) -> int:
    """Open the session that a stop of the process cut off behind the last decision; gives their number.

    A session follows its decision in the log at once, and nobody was answered before both were on disk.
    """
    for record in _tail(shard):
        challenge = read_envelope(record.envelope).challenge if record.kind is RecordKind.DECISION else None
        if challenge is None or not record.event or shard.ports.store.verification(challenge.id) is not None:
            return 0
        event = restore(record.event, record.received_ms)
        opening = opening_of(shard, event, challenge, decision_id=record.decision_id)
        await commit(shard, session_record(shard, opening, challenge.id)).landed
        return 1
    return 0


def _tail(shard: Shard) -> Iterator[Record]:
    """Give the last record of the log that is no revision, for revisions follow what they are due to."""
    last = list(shard.ports.store.replay(max(0, shard.seq - _LAST), shard.seq))
    yield from (record for record in reversed(last) if record.kind is not RecordKind.REVISION)
