"""What someone says who acts on a hold."""

from dataclasses import dataclass

from holdfast.holds.proof import Proof

__all__ = ["Proof", "Said"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who acts (`client`, `trusted_person`), for which client, with what proof, and why in the person's words.

    `checked` says that Holdfast itself checked the proof, `coached` that somebody asked the client for the operation.
    """

    by: str
    customer_id: str | None
    proof: Proof | None = None
    reason: str | None = None
    checked: bool = False
    coached: bool = False
