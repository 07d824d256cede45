"""What operations need from the outside; `app` fills these in."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from holdfast.vocabulary.capture import Captured, Command, Frame, Glance
from holdfast.vocabulary.deliveries import Outgoing, Receipt
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.identity import Asked, Callback, Check, IdentityResult, Started
from holdfast.vocabulary.lists import ListEntry, ListKind, ListStep, ListVersion
from holdfast.vocabulary.located import Located
from holdfast.vocabulary.records import ClaimRow, ExposureRow, HoldRow, Record, VerificationRow
from holdfast.vocabulary.stored import ApiKeyRow, ChainLink, ExposureTotal, Found, Page, Snapshot, Verified, WaitingRow

ListReader = Callable[[Sequence[ListKind]], Iterator[ListEntry]]
Done = Callable[[BaseException | None], None]


class Store(Protocol):
    """The durable log and what is read back from it; a decision being made may call `submit` and `expect` alone."""

    def submit(self, record: Record, done: Done) -> None:
        """Queue a record; `done` is called on another thread after it is on disk, or with the error."""
        ...

    def expect(self, *, more: bool) -> None:
        """Say whether more records follow at once, for which the next ones on disk may wait a little longer."""
        ...

    def find(self, key: bytes) -> Found | None:
        """Look up an idempotency key among the durable records."""
        ...

    def decision(self, decision_id: str) -> Record | None:
        """Give the durable record of one decision."""
        ...

    def by_event(self, event_id: str) -> Record | None:
        """Give the durable record of one event."""
        ...

    def replay(self, after_seq: int = 0, upto: int | None = None) -> Iterator[Record]:
        """Give the durable records after one place up to and with another, in log order."""
        ...

    def last_seq(self) -> int:
        """Give the place of the last durable record; 0 in an empty log."""
        ...

    def put_content(self, kind: str, data: bytes) -> str:
        """Keep content under its SHA-256 and give that; keeping it again changes nothing."""
        ...

    def content(self, content_hash: str) -> bytes | None:
        """Give content by its SHA-256."""
        ...

    def sources(self) -> dict[str, int]:
        """Give the instant since which each declared source is complete."""
        ...

    def stage_list_change(
        self, list_id: str, version: str, *, added: Sequence[ListEntry] = (), removed: Sequence[ListEntry] = ()
    ) -> None:
        """Stage part of a list's next version, durably and unseen, until a record publishes it."""
        ...

    def drop_staged(self, list_id: str, version: str) -> None:
        """Throw away what was staged for a version and never published."""
        ...

    def list_reader(self, list_id: str) -> ListReader:
        """Give a reader of the newest version of a list, which may be sent to another process."""
        ...

    def drop_all_staged(self) -> None:
        """Throw away everything staged and never published."""
        ...

    def lists(self) -> tuple[str, ...]:
        """Name every list that has a published version."""
        ...

    def list_versions(self, list_id: str) -> tuple[ListVersion, ...]:
        """Give a list's published versions, oldest first."""
        ...

    def list_entries(
        self, list_id: str, *, cursor: str | None = None, limit: int = 500, version: str | None = None
    ) -> Page[ListEntry]:
        """Give the entries of a list at a version, a page at a time."""
        ...

    def list_change(
        self, list_id: str, version: str, *, cursor: str | None = None, limit: int = 500
    ) -> Page[tuple[ListEntry, bool]]:
        """Give what a version changed, a page at a time: each entry, and whether it was added."""
        ...

    def decisions(self, limit: int, cursor: str | None = None) -> Page[Record]:
        """Give decisions, newest first, a page at a time."""
        ...

    def thread(self, thread_id: str) -> tuple[Record, ...]:
        """Give every record that belongs to the story of a hold, a decision or a claim, in log order."""
        ...

    def newest_of_thread(self, thread_id: str, limit: int) -> tuple[Record, ...]:
        """Give the last few records of a story that is no decision's, in log order."""
        ...

    def hold(self, hold_id: str) -> HoldRow | None:
        """Give a hold as it stands."""
        ...

    def holds(
        self, limit: int, cursor: str | None = None, *, states: Sequence[str] = (), client: bytes | None = None
    ) -> Page[HoldRow]:
        """Give holds, newest first, a page at a time; `states` and `client` narrow them."""
        ...

    def holds_due(self, before_ms: int, limit: int) -> tuple[HoldRow, ...]:
        """Give the holds whose timer lies before an instant, the longest due first."""
        ...

    def next_hold_due(self) -> int | None:
        """Give the instant of the next timer of a hold."""
        ...

    def verification(self, session_id: str) -> VerificationRow | None:
        """Give a session of identity verification as it stands."""
        ...

    def verifications_due(self, now_ms: int, limit: int) -> tuple[VerificationRow, ...]:
        """Give the sessions whose timer does not lie after an instant, the longest due first."""
        ...

    def next_verification_due(self) -> int | None:
        """Give the instant of the next timer of a session."""
        ...

    def claim(self, claim_id: str) -> ClaimRow | None:
        """Give a claim as it stands."""
        ...

    def claims(
        self, limit: int, cursor: str | None = None, *, states: Sequence[str] = (), client: bytes | None = None
    ) -> Page[ClaimRow]:
        """Give claims, newest first, a page at a time."""
        ...

    def exposures(self, limit: int, cursor: str | None = None, *, kind: str | None = None) -> Page[ExposureRow]:
        """Give rows of exposure, newest first, a page at a time."""
        ...

    def exposure_totals(self, from_ms: int, to_ms: int, *, reason: str | None = None) -> tuple[ExposureTotal, ...]:
        """Give the sums of exposure by kind and currency over `[from_ms, to_ms)`, of one `reason` where it is given."""
        ...

    def list_steps(self, list_id: str, kind: ListKind, value: str) -> tuple[ListStep, ...]:
        """Give every step of a list's history that added, changed or removed entries of one value, oldest first."""
        ...

    def seq_at(self, received_ms: int) -> int:
        """Give the place of the last record received before an instant; 0 when there is none."""
        ...

    def chain_link(self, seq: int) -> ChainLink | None:
        """Give the link of the hash chain at a record."""
        ...

    def verify_chain(
        self, progress: Callable[[int], None] = ..., *, head: bytes | None = None, seq: int | None = None
    ) -> Verified:
        """Compute the hash chain again from what is stored, and name the first record that is not as it was written."""
        ...

    def pending(self, limit: int, *, after: int = 0, now_ms: int | None = None) -> tuple[WaitingRow, ...]:
        """Give messages of the outbox that may go out now."""
        ...

    def undelivered(self) -> tuple[int, WaitingRow | None]:
        """Count the messages of the outbox, and give the oldest."""
        ...

    def delivered(self, ids: Iterable[int]) -> None:
        """Take delivered messages off the queue."""
        ...

    def failed(self, message_id: int, error: str, *, retry_at_ms: int) -> None:
        """Note that a delivery failed and when to try again."""
        ...

    def forget(self, subject: bytes) -> bool:
        """Destroy the key of a subject's personal data, and tell whether there was one."""
        ...

    def set_meta(self, name: str, value: str) -> None:
        """Keep a small text by name."""
        ...

    def get_meta(self, name: str) -> str | None:
        """Give a small text by name."""
        ...

    def put_key(self, row: ApiKeyRow) -> None:
        """Keep an API key's hash and scopes."""
        ...

    def keys(self) -> tuple[ApiKeyRow, ...]:
        """Give every API key."""
        ...

    def revoke_key(self, key_id: str, revoked_ms: int) -> None:
        """End an API key."""
        ...

    def write_snapshot(self, seq: int, arrays: Mapping[str, bytes | memoryview]) -> None:
        """Write the memory state after one record, whole or not at all."""
        ...

    def latest_snapshot(self) -> Snapshot | None:
        """Give the newest whole snapshot that is not ahead of the log."""
        ...

    def keyed_hash(self, data: bytes) -> bytes:
        """Hash to 16 bytes what may name a person, by a key where the directory was made since schema 5."""
        ...

    def derive(self, purpose: str) -> bytes:
        """Give 32 secret bytes for one purpose, always the same for one tenant."""
        ...

    def close(self) -> None:
        """Write what waits and release the directory."""
        ...


class Gateway(Protocol):
    """What carries a message of the outbox to the bank."""

    @property
    def name(self) -> str:
        """Name what carries the messages, such as `webhook`."""
        ...

    async def send(self, message: Outgoing) -> Receipt:
        """Deliver one message; raises DeliveryError when it must be tried again."""
        ...

    async def close(self) -> None:
        """Give up what is open; after it nothing is sent."""
        ...


class Places(Protocol):
    """Who knows where network addresses lie."""

    def find(self, ip: str, /) -> Located:
        """Tell what is known of an address; what is no address was not determined."""
        ...


class Provider(Protocol):
    """Somebody outside who is asked before a decision."""

    async def read(self, asked: Mapping[str, Value]) -> Mapping[str, Value]:
        """Give each declared value, `None` where it is not known.

        Raises ProviderError when the call failed, GarbageError when the answer is not what was declared.
        """
        ...

    async def close(self) -> None:
        """Close what connections are open."""
        ...


class IdentityProvider(Protocol):
    """Somebody who verifies who a person is."""

    @property
    def name(self) -> str:
        """Give the name under which the operator declared the provider."""
        ...

    @property
    def checks(self) -> frozenset[Check]:
        """Name what the provider can check; a session that requires more is not given to it."""
        ...

    async def start(self, asked: Asked) -> Started:
        """Open the provider's side of a session; raises ProviderError when that failed."""
        ...

    def told(self, headers: Mapping[str, str], body: bytes) -> Callback:
        """Read a callback as it came, its signature proven; raises CallbackError when it is not the provider's own."""
        ...

    async def fetch(self, reference: str) -> IdentityResult:
        """Fetch where the provider's side stands; raises ProviderError or GarbageError."""
        ...

    async def redact(self, reference: str) -> None:
        """Have the provider delete what it keeps of a session; raises ProviderError when that failed."""
        ...

    async def close(self) -> None:
        """Close what connections are open."""
        ...


@runtime_checkable
class FrameJudge(IdentityProvider, Protocol):
    """An identity provider whose pictures come through the capture page: `start` gives no address, the page is ours.

    Pictures live in its memory until the capture ends or is dropped, and nowhere else. Commands that were done are a
    weak sign of life, so `pad` is `not_performed` in its result whatever the page saw.
    """

    @property
    def commands(self) -> frozenset[Command]:
        """Name the commands that it can judge, at least six."""
        ...

    async def begin(self, reference: str, *, attempt: int) -> None:
        """Begin a capture, the first attempt is 1; what there was of an earlier one is forgotten."""
        ...

    async def look(self, reference: str, frame: Frame) -> Glance:
        """Look at the next picture; one of no use has a flaw and is no error. Raises ProviderError when it cannot look.

        Pictures of one capture come in their order, one at a time.
        """
        ...

    async def end(self, reference: str, captured: Captured) -> None:
        """Take how the capture ended: `fetch` gives the result from now on, and the pictures are forgotten.

        After a capture that did not pass, no check of the result is `pass`.
        """
        ...

    async def drop(self, reference: str) -> None:
        """Forget the pictures of a capture that goes no further; without one nothing happens."""
        ...
