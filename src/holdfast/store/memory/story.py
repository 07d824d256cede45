"""Holds, claims and exposures in memory, as the last record that touched each left them."""

from collections import defaultdict
from collections.abc import Sequence

from holdfast.store.cursors import NEWEST, Aged, Happened, page_of, read_aged, read_place
from holdfast.vocabulary.records import ClaimRow, ExposureRow, HoldRow, Record, VerificationRow
from holdfast.vocabulary.stored import ExposureTotal, Page


class MemoryStory:
    """Holds, claims and exposures of the store in memory; see the SQLite store for the contract."""

    def __init__(self) -> None:
        self._holds: dict[str, HoldRow] = {}
        self._claims: dict[str, ClaimRow] = {}
        self._verifications: dict[str, VerificationRow] = {}
        self._exposures: list[tuple[Happened, ExposureRow]] = []

    def hold(self, hold_id: str) -> HoldRow | None:
        """Give a hold as it stands."""
        return self._holds.get(hold_id)

    def holds(
        self, limit: int, cursor: str | None = None, *, states: Sequence[str] = (), client: bytes | None = None
    ) -> Page[HoldRow]:
        """Give holds, the last placed first, a page at a time."""
        place = read_aged(cursor)
        rows = [row for row in self._holds.values() if _wanted(row, states, client) and _placed(row) < place]
        return page_of(sorted(rows, key=_placed, reverse=True), limit, _placed)

    def holds_due(self, before_ms: int, limit: int) -> tuple[HoldRow, ...]:
        """Give the holds whose timer (`due_ms`) lies before an instant, the longest due first."""
        due = [(row.due_ms, row.id) for row in self._holds.values() if row.due_ms is not None]
        return tuple(self._holds[hold_id] for due_ms, hold_id in sorted(due)[:limit] if due_ms < before_ms)

    def next_hold_due(self) -> int | None:
        """Give the instant of the next timer of a hold, `None` when no hold has one."""
        return min((row.due_ms for row in self._holds.values() if row.due_ms is not None), default=None)

    def claim(self, claim_id: str) -> ClaimRow | None:
        """Give a claim as it stands."""
        return self._claims.get(claim_id)

    def claims(
        self, limit: int, cursor: str | None = None, *, states: Sequence[str] = (), client: bytes | None = None
    ) -> Page[ClaimRow]:
        """Give claims, the last received first, a page at a time."""
        place = read_aged(cursor)
        rows = [row for row in self._claims.values() if _wanted(row, states, client) and _received(row) < place]
        return page_of(sorted(rows, key=_received, reverse=True), limit, _received)

    def exposures(self, limit: int, cursor: str | None = None, *, kind: str | None = None) -> Page[ExposureRow]:
        """Give exposures, the last that happened first, a page at a time; `kind` narrows them."""
        place = Happened(NEWEST, NEWEST, NEWEST) if cursor is None else read_place(cursor, Happened, parts=3)
        rows = [one for one in self._exposures if kind in {None, one[1].kind} and one[0] < place]
        page = page_of(sorted(rows, key=lambda one: one[0], reverse=True), limit, lambda one: one[0])
        return Page(items=tuple(row for _, row in page.items), next=page.next)

    def exposure_totals(self, from_ms: int, to_ms: int, *, reason: str | None = None) -> tuple[ExposureTotal, ...]:
        """Give the sums of what happened in `[from_ms, to_ms)` by kind and currency, sorted; of one `reason`."""
        amounts: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for _, row in self._exposures:
            if from_ms <= row.at_ms < to_ms and reason in {None, row.reason}:
                amounts[row.kind, row.currency].append(row.amount_minor)
        return tuple(
            ExposureTotal(kind=kind, currency=currency, amount_minor=sum(found), count=len(found))
            for (kind, currency), found in sorted(amounts.items())
        )

    def verification(self, session_id: str) -> VerificationRow | None:
        """Give a session of identity verification as it stands."""
        return self._verifications.get(session_id)

    def verifications_due(self, now_ms: int, limit: int) -> tuple[VerificationRow, ...]:
        """Give the sessions whose timer (`due_ms`) does not lie after an instant, the longest due first."""
        due = [(row.due_ms, row.id) for row in self._verifications.values() if row.due_ms is not None]
        return tuple(self._verifications[one] for due_ms, one in sorted(due)[:limit] if due_ms <= now_ms)

    def next_verification_due(self) -> int | None:
        """Give the instant of the next timer of a session, `None` when none has one."""
        return min((row.due_ms for row in self._verifications.values() if row.due_ms is not None), default=None)

    def _put_story(self, record: Record) -> None:
        """Keep what a record says about its hold, its claim, its session and its exposures."""
        if record.hold is not None:
            self._holds[record.hold.id] = record.hold
        if record.claim is not None:
            self._claims[record.claim.id] = record.claim
        if record.verification is not None:
            self._verifications[record.verification.id] = record.verification
        self._exposures += [(Happened(row.at_ms, record.seq, place), row) for place, row in enumerate(record.exposures)]


def _wanted(row: HoldRow | ClaimRow, states: Sequence[str], client: bytes | None) -> bool:
    return (not states or row.state in states) and client in {None, row.client}


def _placed(row: HoldRow) -> Aged:
    return Aged(row.placed_ms, row.id)


def _received(row: ClaimRow) -> Aged:
    return Aged(row.received_ms, row.id)
