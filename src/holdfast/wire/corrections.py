"""The body of a correction of a list."""

from holdfast.wire.holds import EvidenceBody
from holdfast.wire.requests import Body, Text


class UndoBody(Body, frozen=True, kw_only=True):
    """Why a version of a list is taken back, and what stands behind it.

    `by` and `approved_by` are for a development server, where no keys stand for persons.
    """

    reason: Text
    evidence: EvidenceBody
    by: Text | None = None
    approved_by: Text | None = None
