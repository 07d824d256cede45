"""What an operator knows of one number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """One number and its present subscriber, invented.

    `activated_at` is when the SIM card first came on the network: where it was never changed, that is the date which
    the operator gives for a swap. `since` is the day from which this person has the number, `prepaid` how they pay.
    `attributes` are those that KYC Match compares, by their published names. Not every number is `served` by the API,
    and not every person agreed (`consents`).
    """

    number: str
    activated_at: datetime
    since: date
    sim_changed_at: datetime | None = None
    device_changed_at: datetime | None = None
    forwards: tuple[str, ...] = ()
    prepaid: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    served: bool = True
    consents: bool = True
