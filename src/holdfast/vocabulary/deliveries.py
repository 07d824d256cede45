"""What came of a message that left the house."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Who took a message, and what it said of it.

    `channel` is the way to the client (`push`, `app`, `sms`, `branch`, `file`), `language` the text that was chosen,
    `reference` the receiver's own id, `channel_since_ms` since when the client has had the channel unchanged; each is
    `None` where the receiver did not say.
    """

    gateway: str
    sent_ms: int
    channel: str | None = None
    language: str | None = None
    reference: str | None = None
    channel_since_ms: int | None = None
