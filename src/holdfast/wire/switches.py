"""The bodies of the emergency switch."""

from typing import Literal

from holdfast.wire.parts import Instant
from holdfast.wire.requests import Body, Text


class SwitchBody(Body, frozen=True, kw_only=True):
    """Which sign or rule is to act less, how far it may still act, until when, and why.

    Nothing personal belongs into `reason`, for it stays. `by` and `approved_by` are for a development server, where no
    keys stand for persons.
    """

    sign: Text
    mode: Literal["observe", "advise"]
    until: Instant
    reason: Text
    by: Text | None = None
    approved_by: Text | None = None


class SwitchBackBody(Body, frozen=True, kw_only=True):
    """Why a switched sign or rule is to act as before already now."""

    reason: Text
    by: Text | None = None
    approved_by: Text | None = None
