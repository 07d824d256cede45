"""A person's rights in verification: consent, age, withdrawal, redaction, the way without a camera, evidence."""

import asyncio
import json
from dataclasses import replace

import pytest

from holdfast.operations.erase_client import Erasure, erase_client
from holdfast.operations.expire_sessions import expire_sessions
from holdfast.operations.export_session import approve_evidence, ask_evidence, read_request, take_evidence
from holdfast.operations.other_way import Found, attest, take_other_way
from holdfast.operations.redact_session import redact_session, withdraw_consent
from holdfast.operations.session_story import read_story, sealed_under
from holdfast.vocabulary.errors import (
    AttemptsError,
    ConflictError,
    ConsentError,
    FaceError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    SessionStateError,
    StaleError,
)
from holdfast.vocabulary.identity import Check, Operation, Purpose, SessionAct, Verdict, Way
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from tests.unit.operations.challenges import OWNER as PAID
from tests.unit.operations.challenges import Site, session_of
from tests.unit.operations.challenges import told as site_told
from tests.unit.operations.shards import NOON_MS
from tests.unit.verification.scripted import OWNER, passing
from tests.unit.verification.sessions import CONSENT, PAYOUT, SUBJECT, World, told

STRANGER = "bb" * 32
LOGIN = Operation(id="op-2", type="login")


def found(by: str, verdict: Verdict = Verdict.PASS, owner: str = OWNER) -> Found:
    """Make a named person's word."""
    return Found(verdict=verdict, by=by, evidence_ref=f"paper of {by}", owner=owner)


def test_who_passes_is_never_counted_out_and_redaction_gives_no_attempt_back() -> None:
    """Ten passes leave every attempt; a failed session that was redacted still counts."""

    async def story(world: World) -> None:
        for _ in range(10):
            await world.passed()
        for _ in range(3):
            await redact_session(world.shard, await world.failed(), by="tenant")
        with pytest.raises(AttemptsError):
            await world.start(await world.open())

    told(story)


@pytest.mark.parametrize(
    ("consent", "why"),
    [
        (replace(CONSENT, text_version=" "), "lacks `text_version`"),
        (replace(CONSENT, locale=""), "lacks `locale`"),
        (replace(CONSENT, evidence_ref=""), "lacks `evidence_ref`"),
        (replace(CONSENT, given_ms=NOON_MS + 6 * MINUTE_MS), "future"),
    ],
)
def test_nothing_starts_on_half_a_consent(consent: object, why: str) -> None:
    """A consent names its text, its language, its time and its proof, when the session is opened and when it starts."""

    async def story(world: World) -> None:
        with pytest.raises(ConsentError, match=why):
            await world.open(consent=consent)
        session = await world.open(consent=None)
        with pytest.raises(ConsentError, match="nobody has agreed"):
            await world.start(session)
        with pytest.raises(ConsentError, match=why):
            await world.start(session, consent=consent)
        assert not world.provider.asked

    told(story)


def test_a_child_is_not_asked_for_a_face_and_goes_another_way() -> None:
    """Whatever the child says, no provider is asked; a branch and a signature are open, an operator's video is not."""

    async def story(world: World) -> None:
        child = await world.open(subject=replace(SUBJECT, born="2010-01-01"))
        with pytest.raises(FaceError, match="under age"):
            await world.start(child)
        assert not world.provider.asked
        row = await world.read(child)
        assert (row["age"], row["ways"]) == ("under_age", ["branch", "e_signature"])
        with pytest.raises(InvalidError, match="operator_video"):
            await take_other_way(world.shard, child, Way.OPERATOR_VIDEO, by="person")
        await take_other_way(world.shard, child, Way.BRANCH, by="person")
        papers = await world.open(subject=replace(SUBJECT, born="2010-01-01"), checks=(Check.DOCUMENT,))
        assert await world.start(papers)

    told(story)


def test_an_unknown_age_is_asked_for_and_kept_as_a_word() -> None:
    """Without a date of birth a face is asked only of who says to be of age, and that stays a word."""

    async def story(world: World) -> None:
        session = await world.open(consent=replace(CONSENT, of_age=False))
        assert (await world.read(session))["age"] == "unknown"
        with pytest.raises(FaceError, match="not known"):
            await world.start(session)
        await world.start(session, consent=CONSENT)
        assert (await world.read(session))["age"] == "declared"
        known = await world.open(consent=replace(CONSENT, of_age=False), subject=replace(SUBJECT, born="1990-01-01"))
        assert await world.start(known)

    told(story)


def test_consent_withdrawn_in_the_middle_cancels_and_redacts() -> None:
    """The session ends, what is personal is gone here and at the provider, and a late pass is nothing."""

    async def story(world: World) -> None:
        session = await world.open()
        reference = await world.start(session)
        row = (await withdraw_consent(world.shard, session, by="person")).standing
        assert (row.state, row.withdrawn, row.redacted, row.gone) == ("redacted", True, True, True)
        assert world.provider.redacted == [reference]
        records = world.store.thread(session)
        assert not any(one.event for one in records)
        assert records[0].forgotten
        await world.end(reference)
        shown = await world.read(session)
        assert (shown["state"], shown["redacted"], shown["redacted_at_provider"]) == ("redacted", True, True)
        assert [one["act"] for one in shown["history"]] == ["create", "start", "withdraw_consent", "redact", "purge"]
        with pytest.raises(SessionStateError):
            await world.start(session)
        await withdraw_consent(world.shard, session, by="person")
        assert world.provider.redacted == [reference]

    told(story)


@pytest.mark.parametrize("used", [False, True])
def test_consent_withdrawn_after_the_end_redacts_and_uses_nothing(*, used: bool) -> None:
    """What passed can be used no more; what was used stays used, and both are redacted."""

    async def story(world: World) -> None:
        session = await world.passed()
        if used:
            await world.consume(session)
        await withdraw_consent(world.shard, session, by="person")
        row = await world.read(session)
        assert (row["state"], bool(row["consumed_at"]), row["consent"]["withdrawn"]) == ("redacted", used, True)
        with pytest.raises(SessionStateError):
            await world.consume(session)

    told(story)


def test_what_the_provider_says_of_consent_counts_as_a_withdrawal() -> None:
    """Who declines on the provider's page has withdrawn: the worker redacts."""

    async def story(world: World) -> None:
        session = await world.open()
        reference = await world.start(session)
        await world.end(reference, passing(world.now_ms, error="consent_declined"))
        await expire_sessions(world.shard)
        assert await world.state(session) == "redacted"
        assert world.provider.redacted == [reference]

    told(story)


def test_a_withdrawal_that_was_cut_short_is_finished_by_the_worker() -> None:
    """A stop after the first act leaves nothing personal behind once the worker has run."""

    async def story(world: World) -> None:
        session = await world.open()
        await world.start(session)
        world.provider.down = True
        await withdraw_consent(world.shard, session, by="person")
        assert not (await world.read(session))["redacted_at_provider"]
        world.restart()
        for _ in range(3):
            await expire_sessions(world.shard)
        assert not world.provider.redacted
        world.provider.down = False
        world.clock.instant_ms += HOUR_MS
        await expire_sessions(world.shard)
        assert (await world.read(session))["redacted_at_provider"]
        assert world.store.next_verification_due() is None

    told(story)


def test_a_provider_that_is_away_is_asked_again_ever_more_rarely() -> None:
    """Redaction at the provider is tried for days, without a line in the log for each second."""

    async def story(world: World) -> None:
        session = await world.passed()
        world.provider.down = True
        await redact_session(world.shard, session, by="tenant")
        for _ in range(48 * 60):
            world.clock.instant_ms += MINUTE_MS
            await expire_sessions(world.shard)
        acts = [one.act for one in read_story(world.shard, session).acts]
        assert 3 <= acts.count(SessionAct.FAULT) < 15

    told(story)


def test_a_call_and_the_timer_at_once_note_one_deletion() -> None:
    """Whoever has the provider delete, and however many do so at once, the log says it once."""

    async def story(world: World) -> None:
        session = await world.passed()
        await asyncio.gather(redact_session(world.shard, session, by="tenant"), expire_sessions(world.shard))
        await asyncio.gather(*(redact_session(world.shard, session, by="tenant") for _ in range(5)))
        acts = [one.act for one in read_story(world.shard, session).acts]
        assert (acts.count(SessionAct.REDACT), acts.count(SessionAct.PURGE)) == (1, 1)

    told(story)


def test_an_open_session_is_not_redacted_and_a_final_one_once() -> None:
    """Redaction is no way to end a session; again it changes nothing."""

    async def story(world: World) -> None:
        session = await world.open()
        with pytest.raises(SessionStateError, match="created"):
            await redact_session(world.shard, session, by="tenant")
        world.clock.instant_ms += DAY_MS
        once = await redact_session(world.shard, session, by="tenant")
        again = await redact_session(world.shard, session, by="tenant")
        assert [one.act for one in again.acts] == [one.act for one in once.acts]
        assert (again.standing.state, again.standing.gone) == ("redacted", True)

    told(story)


def test_erasing_a_person_redacts_every_session() -> None:
    """Open and ended sessions of the person lose what is personal, those of others keep it."""

    async def story(world: World) -> None:
        mine = [await world.open(), await world.passed()]
        other = await world.open(subject=replace(SUBJECT, ref="s-2"))
        erasure = Erasure(kind="seller_id", id="s-1", people=("Anna", "Boris"), reason="demand", document="D-17")
        await erase_client(world.shard, erasure)
        for session in mine:
            assert read_story(world.shard, session).bound is None
            assert await world.state(session) == "redacted"
        assert read_story(world.shard, other).bound is not None
        nobody = replace(erasure, id="s-404")
        with pytest.raises(NotFoundError):
            await erase_client(world.shard, nobody)

    told(story)


def test_money_goes_the_way_without_a_camera_by_two_people() -> None:
    """One person's word keeps the session open, the second lets it pass for its own operation, for a short time."""

    async def story(world: World) -> None:
        session = await world.open(consent=None)
        await take_other_way(world.shard, session, Way.BRANCH, by="person", reason="no camera")
        world.clock.instant_ms += 2 * HOUR_MS
        await attest(world.shard, session, found("Anna"))
        await attest(world.shard, session, found(" anna"))
        assert await world.state(session) == "processing"
        with pytest.raises(SessionStateError):
            await world.consume(session)
        await attest(world.shard, session, found("Boris"))
        row = await world.read(session)
        assert (row["state"], row["way"], row["reasons"]) == ("passed", "branch", ["attested_pass"])
        words = [(one["by"], one["verdict"]) for one in row["history"] if one["act"] == "attest"]
        assert words == [("Anna", "pass"), ("Boris", "pass")]
        assert not row["result"]["checks"]
        again = await attest(world.shard, session, found("Boris"))
        assert len(again.standing.words) == 2
        await world.consume(session)

    told(story)


def test_what_people_found_gets_old_as_any_authentication_does() -> None:
    """A payout waits no longer for a branch than for a camera once the second person has spoken."""

    async def story(world: World) -> None:
        session = await world.open()
        await take_other_way(world.shard, session, Way.OPERATOR_VIDEO, by="person")
        await attest(world.shard, session, found("Anna"))
        await attest(world.shard, session, found("Boris"))
        world.clock.instant_ms += 301 * SECOND_MS
        with pytest.raises(StaleError, match="older than 300"):
            await world.consume(session)

    told(story)


def test_another_persons_document_fails_and_a_missing_one_is_asked_for() -> None:
    """Money goes only to the owner of the account, whatever two people say; whose document it was must be said."""

    async def story(world: World) -> None:
        session = await world.open()
        await take_other_way(world.shard, session, Way.BRANCH, by="person")
        with pytest.raises(InvalidError, match="whose document"):
            await attest(world.shard, session, found("Anna", owner=""))
        await attest(world.shard, session, found("Anna", owner=STRANGER))
        row = await world.read(session)
        assert (row["state"], row["reasons"]) == ("failed", ["owner_mismatch"])

    told(story)


def test_one_person_is_enough_to_say_no_and_where_no_money_moves() -> None:
    """A login passes by one named person; one who finds another person ends it."""

    async def story(world: World) -> None:
        for verdict, state in ((Verdict.PASS, "passed"), (Verdict.FAIL, "failed")):
            session = await world.open(purpose=Purpose.LOGIN, operation=LOGIN)
            await take_other_way(world.shard, session, Way.E_SIGNATURE, by="person")
            await attest(world.shard, session, found("Anna", verdict))
            assert await world.state(session) == state

    told(story)


def test_the_other_way_is_taken_first_and_only_while_the_session_is_open() -> None:
    """Nobody attests what nobody asked for; the same way twice is one act; a late provider's pass does not count."""

    async def story(world: World) -> None:
        session = await world.open()
        with pytest.raises(SessionStateError, match="nobody took"):
            await attest(world.shard, session, found("Anna"))
        reference = await world.start(session)
        await take_other_way(world.shard, session, Way.BRANCH, by="person")
        await take_other_way(world.shard, session, Way.BRANCH, by="person")
        await take_other_way(world.shard, session, Way.E_SIGNATURE, by="person")
        await world.end(reference)
        assert await world.state(session) == "processing"
        await attest(world.shard, session, found("Anna"))
        with pytest.raises(SessionStateError, match="has said already"):
            await take_other_way(world.shard, session, Way.BRANCH, by="person")
        with pytest.raises(ConflictError, match="found `pass` already"):
            await attest(world.shard, session, found("Anna", Verdict.FAIL))
        world.clock.instant_ms += 5 * DAY_MS
        assert await world.state(session) == "expired"
        with pytest.raises(SessionStateError):
            await take_other_way(world.shard, session, Way.BRANCH, by="person")

    told(story)


def test_who_has_no_attempt_left_still_has_the_other_way() -> None:
    """The way without a camera uses no attempt up and needs none."""

    async def story(world: World) -> None:
        for _ in range(3):
            await world.failed()
        session = await world.open()
        with pytest.raises(AttemptsError):
            await world.start(session)
        await take_other_way(world.shard, session, Way.BRANCH, by="person")
        assert await world.state(session) == "processing"

    told(story)


def test_evidence_leaves_with_two_people_and_shows_no_face() -> None:
    """One asks, another agrees, one of the two takes; each step is in the log, and the state stays as it was."""

    async def story(world: World) -> None:
        session = await world.passed()
        asked = await ask_evidence(world.shard, session, by="Anna", reason="court", document={"number": "7"})
        request = str(asked["id"])
        assert (asked["state"], asked["reason"]) == ("waiting", "court")
        with pytest.raises(ConflictError):
            await take_evidence(world.shard, session, request, by="Anna")
        with pytest.raises(ForbiddenError):
            await approve_evidence(world.shard, session, request, by="Anna")
        await approve_evidence(world.shard, session, request, by="Boris")
        given = await take_evidence(world.shard, session, request, by="Anna")
        text = json.dumps(given["evidence"])
        assert PAYOUT.payee in text
        assert OWNER not in text
        assert [one["act"] for one in given["history"]] == ["ask_export", "approve_export", "take_export"]
        assert given["evidence"]["acts"][0]["link"]
        assert await world.state(session) == "passed"
        await world.consume(session)
        await redact_session(world.shard, session, by="tenant")
        after = await take_evidence(world.shard, session, request, by="Boris")
        assert (after["evidence"]["bound"], after["reason"]) == (None, "court")
        assert (await world.read(session))["consumed_at"]

    told(story)


def test_a_request_belongs_to_its_session() -> None:
    """A request for one session opens no other."""

    async def story(world: World) -> None:
        first, second = await world.passed(), await world.passed()
        request = str((await ask_evidence(world.shard, first, by="Anna", reason="court"))["id"])
        with pytest.raises(NotFoundError):
            await read_request(world.shard, second, request)
        with pytest.raises(NotFoundError):
            await approve_evidence(world.shard, second, request, by="Boris")

    told(story)


def test_a_sessions_key_is_its_own() -> None:
    """Redacting one session of a person leaves the person's other session whole."""

    async def story(world: World) -> None:
        first, second = await world.passed(), await world.passed()
        await redact_session(world.shard, first, by="tenant")
        assert sealed_under(world.shard, first) != sealed_under(world.shard, second)
        assert read_story(world.shard, second).bound is not None
        await world.consume(second)

    told(story)


def test_two_people_let_a_held_payout_go() -> None:
    """Who goes the way without a camera is paid as soon as the second person has found the owner, and not before."""

    async def story(site: Site) -> None:
        made = await site.held()
        session = session_of(made)["session"]
        await take_other_way(site.shard, session, Way.BRANCH, by="person")
        await attest(site.shard, session, found("Anna", owner=PAID))
        assert (await site.hold(made))["state"] == "placed"
        await attest(site.shard, session, found("Boris", owner=PAID))
        assert (await site.hold(made))["state"] == "released"
        assert await site.state(session) == "consumed"

    site_told(story)


def test_a_withdrawn_consent_leaves_a_payout_waiting() -> None:
    """Taking the consent back lets no money go: the hold stands, and ends by its own policy."""

    async def story(site: Site) -> None:
        made = await site.held()
        session = session_of(made)["session"]
        reference = await site.starts(session)
        await withdraw_consent(site.shard, session, by="person")
        assert await site.ends(session, reference) == "redacted"
        assert (await site.hold(made))["state"] == "placed"

    site_told(story)
