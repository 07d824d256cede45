"""The way without a camera: the person takes it, or is sent; then named people say what they found.

It is open to everybody and refused to nobody; only who is under age is not filmed by an operator. It uses no attempt
up, so it is there for who has none left. Where money is released, two different people must have found the
right person.
"""

from dataclasses import dataclass, replace

from holdfast.operations.follow_session import follow_session
from holdfast.operations.identity_terms import age_now, alternative_ms
from holdfast.operations.session_story import Beside, SessionStory, new_act, session_story, write_act
from holdfast.operations.shard import Shard
from holdfast.verification.age import ways_for
from holdfast.verification.alternative import Attested, attested, is_new_word
from holdfast.verification.judge import expected_owners
from holdfast.verification.standing import OPEN
from holdfast.vocabulary.errors import InvalidError, SessionStateError
from holdfast.vocabulary.identity import Bound, IdentityAct, IdentityResult, SessionAct, SessionState, Verdict, Way

BY_PEOPLE = "attested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a named person found: whether it is the right person, where the proof is kept, and whose document it was.

    `owner` is the keyed hash of the IIN on the document that was shown.
    """

    verdict: Verdict
    by: str
    evidence_ref: str
    owner: str = ""


async def take_other_way(
    shard: Shard, session_id: str, way: Way, *, by: str, reason: str | None = None
) -> SessionStory:
    """Go on without a camera, with days instead of minutes; the same way again changes nothing.

    Raises SessionStateError where the session has ended, InvalidError for a way that is not open to the person.
    """
    story = await session_story(shard, session_id)
    bound, standing = _open_bound(shard, story), story.standing
    open_ways = ways_for(age_now(shard, bound.subject, standing.consent))
    if way not in open_ways:
        hint = f"one of {', '.join(open_ways)}"
        raise InvalidError(f"`{way}` is not open to a person under age", pointer="/way", hint=hint)
    if standing.way is way:
        return story
    if standing.words:
        raise SessionStateError("a person has said already what was found", hint="open a new session to change the way")
    expires_ms = max(standing.terms.expires_ms, shard.ports.clock.now_ms() + alternative_ms(shard))
    act = replace(
        new_act(shard, story, SessionAct.ALTERNATIVE, by=by),
        state=SessionState.PROCESSING,
        terms=replace(standing.terms, expires_ms=expires_ms),
        way=way,
    )
    story, flight = write_act(shard, story, act, beside=Beside(personal={"reason": reason} if reason else None))
    await flight.landed
    return story


async def attest(shard: Shard, session_id: str, found: Found) -> SessionStory:
    """Take a named person's word; the same person's same word again changes nothing.

    Raises SessionStateError where no way without a camera was taken, ConflictError where the person said otherwise.
    """
    story = await session_story(shard, session_id)
    words = story.standing.words
    if any(one.verdict is found.verdict for one in words) and not is_new_word(words, found.by, found.verdict):
        return story
    bound = _open_bound(shard, story)
    if story.standing.way is None:
        raise SessionStateError("nobody took the way without a camera", hint="take it first, by its own call")
    is_new_word(words, found.by, found.verdict)
    act = _act(shard, story, bound, found=found)
    story, flight = write_act(shard, story, act, beside=Beside(personal={"evidence_ref": found.evidence_ref}))
    await flight.landed
    return story if story.standing.state in OPEN else await follow_session(shard, story)


def _open_bound(shard: Shard, story: SessionStory) -> Bound:
    """Give the personal part of a session that is open."""
    now_ms = shard.ports.clock.now_ms()
    if story.bound is None or not story.standing.is_open(now_ms):
        state = story.standing.state_at(now_ms)
        raise SessionStateError(f"the session is `{state}`", hint="open a new session")
    return story.bound


def _act(shard: Shard, story: SessionStory, bound: Bound, *, found: Found) -> IdentityAct:
    """Make the act of one person's word, and what it leads to together with those before it."""
    standing = story.standing
    act = replace(
        new_act(shard, story, SessionAct.ATTEST, by=found.by),
        state=SessionState.PROCESSING,
        way=standing.way,
        verdict=found.verdict,
    )
    wrong = _wrong_owner(story, bound, found)
    if wrong:
        return replace(act, state=SessionState.FAILED, verdict=Verdict.FAIL, reasons=(wrong,))
    word = Attested(by=found.by, verdict=found.verdict, at_ms=act.at_ms)
    verdict = attested(standing.terms.purpose, (*standing.words, word))
    if verdict is None:
        return act
    result = IdentityResult(done=True, auth_ms=act.at_ms, reference_source="document")
    if verdict is Verdict.FAIL:
        return replace(act, state=SessionState.FAILED, result=result, reasons=(f"{BY_PEOPLE}_fail",))
    return replace(act, state=SessionState.PASSED, result=result, reasons=(f"{BY_PEOPLE}_pass",))


def _wrong_owner(story: SessionStory, bound: Bound, found: Found) -> str:
    """Name what speaks against a person who was found to be the right one: another's document.

    Raises InvalidError where it must be known whose document it was, and is not said.
    """
    expected = expected_owners(story.standing.terms, bound)
    if found.verdict is not Verdict.PASS or not expected:
        return ""
    if not found.owner:
        hint = "the keyed hash of the IIN on the document that was shown"
        raise InvalidError("it must be known whose document it was", pointer="/owner_hash", hint=hint)
    return "" if all(found.owner == one for one in expected) else "owner_mismatch"
