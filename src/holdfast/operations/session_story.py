"""The story of one session of identity verification, read from the log, and the names of its threads."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from holdfast.operations.record import subject_named
from holdfast.operations.shard import Flight, Shard, commit, settled
from holdfast.operations.stories import Read
from holdfast.verification.attempts import DAY, Attempt, Within
from holdfast.verification.standing import Standing, after, stand
from holdfast.vocabulary.errors import NotFoundError
from holdfast.vocabulary.identity import Bound, IdentityAct, SessionAct, SessionState
from holdfast.vocabulary.records import Record, RecordKind, VerificationRow
from holdfast.wire.canonical import canonical
from holdfast.wire.identity import identity_act_bytes, read_bound, read_identity_act

PREFIX = "ver"
_NEWEST = 400  # a busy address of a mobile network has thousands of attempts a day, most of which pass
_COUNTED = frozenset({SessionAct.START, SessionAct.RESULT, SessionAct.ATTEMPT})


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStory:
    """A session with all that is known of it: its acts, the oldest first, and what they add up to.

    `bound` is the personal part, `None` once the session was redacted or the person erased.
    """

    acts: tuple[IdentityAct, ...]
    standing: Standing
    bound: Bound | None

    @property
    def id(self) -> str:
        """Give the session's id."""
        return self.standing.id

    def after(self, act: IdentityAct) -> "SessionStory":
        """Give the story with one more act."""
        return replace(self, acts=(*self.acts, act), standing=after(self.standing, act))


def sealed_under(shard: Shard, session_id: str) -> bytes:
    """Name the key under which what is personal of one session lies; `Store.forget` of it redacts the session."""
    return subject_named(shard.ports.store, "identity_session", session_id)


def keyed(shard: Shard, kind: Within, value: str) -> str:
    """Give the keyed hash of a subject, a device or an address; an unknown one has none."""
    if not value:
        return ""
    high, low = shard.ports.keys.fresh(f"identity.{kind}", value)
    return f"{high:016x}{low:016x}"


def subject_key(shard: Shard, kind: str, ref: str) -> str:
    """Give the keyed hash of a subject by the kind of its id, such as `customer_id`."""
    return keyed(shard, Within.SUBJECT, f"{kind}\x1f{ref}")


def sessions_thread(subject: str) -> str:
    """Name the thread of the acts that opened sessions of one subject."""
    return f"identity_sessions_{subject}"


def reference_thread(shard: Shard, provider: str, reference: str) -> str:
    """Name the thread by which a provider's own name of a session is found."""
    return f"identity_reference_{subject_named(shard.ports.store, provider, reference).hex()}"


def attempt_threads(shard: Shard, standing: Standing, act: IdentityAct) -> dict[Within, tuple[str, ...]]:
    """Name the threads in which attempts are counted, those of the day before and of today, by what is counted."""
    terms = standing.terms
    names = {
        Within.SUBJECT: terms.subject,
        Within.DEVICE: act.device or terms.device,
        Within.ADDRESS: act.address or terms.address,
    }
    day = shard.ports.clock.now_ms() // DAY
    days = (day - 1, day)
    return {within: tuple(f"identity_{within}_{key}_{one}" for one in days) for within, key in names.items() if key}


async def session_story(shard: Shard, session_id: str) -> SessionStory:
    """Read a session's story when every record of it is on disk; raises NotFoundError.

    Until the caller awaits again, nothing can be added to the story but by the caller.
    """
    await settled(shard, session_id)
    return read_story(shard, session_id)


def read_story(shard: Shard, session_id: str) -> SessionStory:
    """Read a session's story as it stands on disk; what was read before and still holds is not read again."""
    if session_id in shard.threads:
        return _story(_read(shard, session_id))
    known = shard.stories.get(session_id)
    if known is None:
        known = _read(shard, session_id)
        shard.stories.note(session_id, known)
    return _story(known)


def _story(read: Read) -> SessionStory:
    acts, standing, bound = read
    return SessionStory(acts=acts, standing=standing, bound=bound)


def _read(shard: Shard, session_id: str) -> Read:
    """Read the log."""
    records = [one for one in shard.ports.store.thread(session_id) if one.kind is RecordKind.VERIFICATION]
    if not records or not session_id.startswith(f"{PREFIX}_"):
        raise NotFoundError(f"there is no session `{session_id[:80]}`")
    acts = tuple(read_identity_act(one.act) for one in records)
    first = records[0]
    return acts, stand(acts), read_bound(first.event) if first.event else None


def row_of(standing: Standing) -> VerificationRow:
    """Give the row of a session as it stands."""
    decision_id = standing.terms.decision_id
    return VerificationRow(id=standing.id, state=standing.state.value, due_ms=standing.due_ms, decision_id=decision_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What goes with an act: personal content under the session's key or a `subject`'s, an idempotency key, threads."""

    personal: dict[str, object] | None = None
    subject: bytes = b""
    key: bytes = b""
    threads: tuple[str, ...] = ()


def write_act(
    shard: Shard, story: SessionStory, act: IdentityAct, *, beside: Beside | None = None
) -> tuple[SessionStory, Flight]:
    """Hand an act to the writer; there must be no await between the reading of the story and this."""
    beside = beside or Beside()
    told = story.after(act)
    now_ms = shard.ports.clock.now_ms()
    record = Record(
        seq=shard.next_seq(),
        kind=RecordKind.VERIFICATION,
        occurred_ms=act.at_ms,
        received_ms=now_ms,
        key=beside.key,
        subject=(beside.subject or sealed_under(shard, act.session)) if beside.personal else b"",
        event=canonical(beside.personal) if beside.personal else b"",
        act=identity_act_bytes(act),
        threads=tuple(_threads(shard, told, act, more=beside.threads)),
        verification=row_of(told.standing),
    )
    return told, commit(shard, record)


def _threads(shard: Shard, story: SessionStory, act: IdentityAct, *, more: Iterable[str]) -> Iterable[str]:
    """Name every story that an act belongs to."""
    yield story.id
    if story.standing.terms.decision_id:
        yield story.standing.terms.decision_id
    if act.act in _COUNTED:
        began = _start_of(story, act.attempt)
        for names in attempt_threads(shard, story.standing, began or act).values():
            yield names[-1]
    yield from more


def _start_of(story: SessionStory, attempt: int) -> IdentityAct | None:
    """Give the act with which an attempt began: its device and its address are those of the attempt."""
    return next((one for one in story.acts if one.act is SessionAct.START and one.attempt == attempt), None)


def attempts_in(shard: Shard, threads: Iterable[str]) -> list[Attempt]:
    """Read what threads tell of attempts, of each no more than the newest records."""
    records = (one for name in threads for one in shard.ports.store.newest_of_thread(name, _NEWEST))
    acts = (read_identity_act(one.act) for one in records if one.kind is RecordKind.VERIFICATION)
    return [attempt_of(act) for act in acts]


def attempt_of(act: IdentityAct) -> Attempt:
    """Give the attempt that an act begins or ends."""
    return Attempt(
        session_id=act.session, number=act.attempt, begun_ms=act.at_ms, passed=act.state is SessionState.PASSED
    )


def new_act(shard: Shard, story: SessionStory, kind: SessionAct, *, by: str) -> IdentityAct:
    """Make an act that leaves the state as it is; what it changes is replaced by the caller."""
    standing, now_ms = story.standing, shard.ports.clock.now_ms()
    return IdentityAct(act=kind, session=story.id, at_ms=now_ms, by=by, state=standing.state)
