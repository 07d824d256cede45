"""Read a session: where it stands, what was found, what happened; verdicts, never faces."""

from holdfast.operations.fetch_result import fetch_result
from holdfast.operations.identity_terms import age_now
from holdfast.operations.session_story import SessionStory, session_story
from holdfast.operations.shard import Shard
from holdfast.verification.age import ways_for
from holdfast.vocabulary.errors import ProviderError
from holdfast.vocabulary.identity import Checked, IdentityAct, IdentityResult, SessionAct
from holdfast.vocabulary.instants import rfc3339

Row = dict[str, object]


async def read_session(shard: Shard, session_id: str) -> Row:
    """Give a session as it stands now; while an attempt is under way its provider is asked."""
    story = await session_story(shard, session_id)
    if story.standing.waits:
        try:
            story = await fetch_result(shard, story)
        except ProviderError:  # noted in the story; the session is read as it stands
            story = await session_story(shard, session_id)
    return session_view(shard, story)


def session_view(shard: Shard, story: SessionStory) -> Row:
    """Describe a session as it stands now; a term that has ended shows, whether its timer has fired or not.

    `age` is what is known of the person's age, `ways` those without a camera that are open to the person.
    """
    standing, bound = story.standing, story.bound
    terms, zone, now_ms = standing.terms, shard.tenant.zone, shard.ports.clock.now_ms()
    age = age_now(shard, bound.subject, standing.consent) if bound else None
    return {
        "id": story.id,
        "state": standing.state_at(now_ms).value,
        "purpose": terms.purpose.value,
        "checks": [check.value for check in terms.checks],
        "acr": terms.acr or None,
        "provider": standing.provider or terms.provider or None,
        "operation_id": terms.operation_id,
        "operation_hash": bound.operation_hash if bound else None,
        "decision_id": terms.decision_id or None,
        "created_at": rfc3339(standing.opened_ms, zone),
        "expires_at": rfc3339(terms.expires_ms, zone),
        "auth_age_s": terms.auth_age_s,
        "attempts": standing.attempts,
        "max_attempts": terms.max_attempts,
        "reasons": list(standing.reasons),
        "result": _result(shard, standing.result) if standing.result else None,
        "consent": _consent(shard, story),
        "consumed_at": rfc3339(standing.consumed_ms, zone) if standing.consumed_ms is not None else None,
        "age": age.value if age else None,
        "way": standing.way.value if standing.way else None,
        "ways": [one.value for one in ways_for(age)] if age and standing.is_open(now_ms) else [],
        "redacted": standing.redacted or bound is None,
        "redacted_at_provider": standing.gone,
        "history": [_history(shard, act) for act in story.acts if act.act is not SessionAct.FOLLOW],
        "as_of": rfc3339(now_ms, zone),
    }


def _result(shard: Shard, result: IdentityResult) -> Row:
    auth_ms = result.auth_ms
    return {
        "checks": {check.value: _checked(one) for check, one in sorted(result.checks.items())},
        "acr": result.acr or None,
        "auth_time": rfc3339(auth_ms, shard.tenant.zone) if auth_ms is not None else None,
        "transaction_id": result.transaction_id or None,
        "reference_source": result.reference_source or None,
        "capture": dict(result.capture),
        "error": result.error or None,
    }


def _checked(one: Checked) -> Row:
    return {
        "verdict": one.verdict.value,
        "score": one.score,
        "threshold": one.threshold,
        "model": one.model or None,
    }


def _consent(shard: Shard, story: SessionStory) -> Row | None:
    consent = story.standing.consent
    if consent is None:
        return None
    return {
        "text_version": consent.text_version,
        "locale": consent.locale,
        "given_at": rfc3339(consent.given_ms, shard.tenant.zone),
        "of_age": consent.of_age,
        "withdrawn": story.standing.withdrawn,
    }


def _history(shard: Shard, act: IdentityAct) -> Row:
    return {
        "at": rfc3339(act.at_ms, shard.tenant.zone),
        "act": act.act.value,
        "by": act.by,
        "state": act.state.value,
        "attempt": act.attempt or None,
        "provider": act.provider or None,
        "reasons": list(act.reasons),
        "way": act.way.value if act.way else None,
        "verdict": act.verdict.value if act.verdict else None,
    }
