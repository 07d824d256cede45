"""The outbox: messages that a record brought, until the worker has delivered them."""

from collections.abc import Iterable, Sequence
from typing import Any

from holdfast.store.sqlite.parts import Part
from holdfast.vocabulary.stored import WaitingRow


def _waiting(row: Sequence[Any]) -> WaitingRow:
    """Read one row of the outbox."""
    message_id, topic, subject, payload, attempts, error, retry_at_ms = row
    return WaitingRow(
        id=message_id,
        topic=topic,
        subject=subject,
        payload=payload,
        attempts=attempts,
        error=error,
        retry_at_ms=retry_at_ms,
    )


class Outbox(Part):
    """The outbox of the SQLite store: at least once, in log order for each subject."""

    def pending(self, limit: int, *, after: int = 0, now_ms: int | None = None) -> tuple[WaitingRow, ...]:
        """Give up to `limit` messages with ids above `after` that may go out at `now_ms` (the clock's, by default).

        A message that waits for its retry holds back the later ones of its subject.
        """
        now = self._handles.clock.now_ms() if now_ms is None else now_ms
        return tuple(map(_waiting, self._ask("pending", after, now, now, limit)))

    def undelivered(self) -> tuple[int, WaitingRow | None]:
        """Count the messages that are not delivered yet, and give the oldest."""
        rows = self._ask("undelivered")
        count, *oldest = rows[0] if rows else (0,)
        return (int(count), _waiting(oldest)) if count else (0, None)

    def delivered(self, ids: Iterable[int]) -> None:
        """Take delivered messages off the queue, durably; unknown ids do nothing."""
        self._change_many("delete_message", [(message_id,) for message_id in ids])

    def failed(self, message_id: int, error: str, *, retry_at_ms: int) -> None:
        """Note that a delivery failed and when to try again, durably."""
        self._change("fail_message", error, retry_at_ms, message_id)
