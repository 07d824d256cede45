"""A message that leaves the house, and what came of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message as it is sent.

    `id` is the same whenever the same message is sent again, `topic` what it is about, `body` canonical JSON.
    """

    id: str
    topic: str
    body: bytes


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
