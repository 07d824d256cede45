"""Sessions of identity verification and their timers; they are written by the records that open and change them."""

from holdfast.store.sqlite.parts import Part
from holdfast.vocabulary.records import VerificationRow


class Verifications(Part):
    """Sessions of the SQLite store."""

    def verification(self, session_id: str) -> VerificationRow | None:
        """Give a session as it stands after the last record that touched it."""
        rows = self._ask("verification", session_id)
        return _row(rows[0]) if rows else None

    def verifications_due(self, now_ms: int, limit: int) -> tuple[VerificationRow, ...]:
        """Give the sessions whose timer (`due_ms`) does not lie after an instant, the longest due first."""
        return tuple(map(_row, self._ask("verifications_due", now_ms, limit)))

    def next_verification_due(self) -> int | None:
        """Give the instant of the next timer of a session, `None` when none has one."""
        found: int | None = self._ask("next_verification_due")[0][0]
        return found


def _row(values: tuple[str, str, int | None, str]) -> VerificationRow:
    session_id, state, due_ms, decision_id = values
    return VerificationRow(id=session_id, state=state, due_ms=due_ms, decision_id=decision_id)
