"""Say how a person goes on with a session: to our own page where pictures are judged here, else to the provider."""

from dataclasses import replace

from holdfast.operations.capture_link import make_capture_link
from holdfast.operations.ports import FrameJudge
from holdfast.operations.session_story import Beside, SessionStory, new_act, session_story, write_act
from holdfast.operations.shard import Shard
from holdfast.operations.start_session import Beginning, candidates, start_session
from holdfast.verification.consent import check_consent
from holdfast.vocabulary.errors import SessionStateError
from holdfast.vocabulary.identity import SessionAct, Started
from holdfast.vocabulary.instants import DAY_MS


async def invite_person(shard: Shard, session_id: str, beginning: Beginning) -> tuple[SessionStory, Started]:
    """Give the page or the token with which a person goes on, and the session as it then stands.

    Our own page asks for the consent itself and begins the attempt when the camera is on, so that a link spends
    nothing; the page of a provider begins one at once. Raises what `start_session` does.
    """
    story = await session_story(shard, session_id)
    if not isinstance(next(iter(candidates(shard, story)), None), FrameJudge):
        return await start_session(shard, session_id, beginning)
    if not story.standing.is_open(shard.ports.clock.now_ms()):
        state = story.standing.state_at(shard.ports.clock.now_ms())
        raise SessionStateError(f"the session is `{state}`", hint="open a new session")
    if beginning.consent is not None:
        consent = check_consent(beginning.consent, now_ms=shard.ports.clock.now_ms())
        act = replace(new_act(shard, story, SessionAct.CONSENT, by="tenant"), consent=replace(consent, evidence_ref=""))
        story, flight = write_act(shard, story, act, beside=Beside(personal={"evidence_ref": consent.evidence_ref}))
        await flight.landed
    # the page also tells how it ended
    path = make_capture_link(shard, story.id, expires_ms=story.standing.terms.expires_ms + DAY_MS)
    return story, Started(reference="", redirect_url=path)
