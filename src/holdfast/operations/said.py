"""What someone says who acts on a hold."""

from dataclasses import dataclass

from holdfast.holds.proof import Proof

__all__ = ["Proof", "Said"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who acts (`client`, `trusted_person`), for which client, with what proof, and why in the person's words."""

    by: str
    customer_id: str | None
    proof: Proof | None = None
    reason: str | None = None
