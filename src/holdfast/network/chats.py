"""What a conversation has come to: the last ten messages within half an hour, read together.

A link sent in parts, or a link in one message and the request for a card in the next, is seen only so. No message is
kept: of each there are an instant, a keyed hash of who wrote it, and bits of what it speaks of. The one text that is
kept is the last word of the last message, where it may be the beginning of a link; it lives as long as the window, and
stands encrypted in snapshots (AES-SIV, RFC 5297, which gives equal bytes for equal state).
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from numpy.typing import NDArray

from holdfast.matching.fragments import joined_links, left_over
from holdfast.matching.intents import Intent, joined, read
from holdfast.matching.links import marked
from holdfast.matching.stems import Topic
from holdfast.network.part import Arrays
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.instants import DAY_MS, MINUTE_MS
from holdfast.vocabulary.keys import Key, KeyMaker
from holdfast.vocabulary.schema import Field, FieldType

WINDOW_MS: Final = 30 * MINUTE_MS
MESSAGES: Final = 10
CONTACTS_MS: Final = DAY_MS
KNOWN_MS: Final = 90 * DAY_MS
_MOST_KNOWN: Final = 500_000
_MOST_OPENED: Final = 128
_MESSAGE: Final = "message_sent"
_JOINED: Final = (Intent.LINK_FOR_MONEY, Intent.ASKS_CARD, Intent.ASKS_CODE)
_BITS: Final = {intent: 1 << place for place, intent in enumerate(Intent)}
_NOBODY: Final = Key(0, 0)
_BYTES: Final = 400
_FIELDS: Final = (
    Field(path="chat.links", type=FieldType.INTEGER, title="the writer's strange links in half an hour of the chat"),
    Field(path="chat.split_link", type=FieldType.BOOL, title="a link was sent in parts over several messages"),
    Field(path="chat.hosts", type=FieldType.TEXTS, list_kind="domain", title="the hosts of links sent in parts"),
    Field(path="chat.link_for_money", type=FieldType.BOOL, title="the writer's messages promise money by a link"),
    Field(path="chat.asks_card", type=FieldType.BOOL, title="one of the writer's messages asks for card data"),
    Field(path="chat.asks_code", type=FieldType.BOOL, title="one of the writer's messages asks for a code"),
    Field(
        path="chat.new_contacts", type=FieldType.INTEGER, title="chats that the writer opened in a day, with this one"
    ),
)


class _Said(NamedTuple):
    """One message: when, by whom, how many strange links, what it wants and speaks of."""

    at_ms: int
    writer: int
    links: int
    intents: int
    topics: int


@dataclass(slots=True)
class _Chat:
    """One conversation's last messages, and what the last one may have left over of a link, by whom."""

    said: list[_Said] = field(default_factory=list)
    left: str = ""
    left_by: int = 0

    def recent(self, writer: int, at_ms: int) -> list[_Said]:
        """Give the messages of one writer within the window."""
        return [one for one in self.said if one.writer == writer and one.at_ms > at_ms - WINDOW_MS]

    def left_for(self, writer: int, at_ms: int) -> str:
        """Give what the last message left over, if the same writer goes on within the window."""
        fresh = bool(self.said) and self.said[-1].at_ms > at_ms - WINDOW_MS
        return self.left if fresh and self.left_by == writer else ""


@lru_cache(maxsize=64)
def _reading(text: str, strange: tuple[str, ...]) -> tuple[int, int]:
    """Give the bits of what a message wants and of what it speaks of."""
    reading = read(marked(text, strange=frozenset(strange)))
    return sum(_BITS[intent] for intent in reading.intents), int(reading.topics)


class Chats:
    """The conversations of half an hour, and whom each writer began to write to within a day."""

    name: ClassVar[str] = "chats"
    heeds: ClassVar[frozenset[str]] = frozenset({_MESSAGE})

    def __init__(self, keys: KeyMaker) -> None:
        self._keys = keys
        halves = [keys.fresh("chats.left_over", str(place)) for place in range(4)]
        self._seal = AESSIV(b"".join(half.to_bytes(8, "big") for key in halves for half in key))
        self._chats: OrderedDict[Key, _Chat] = OrderedDict()
        self._known: OrderedDict[Key, int] = OrderedDict()
        self._opened: OrderedDict[int, list[int]] = OrderedDict()

    def fields(self, event_type: str) -> Sequence[Field]:
        """Declare the names about a conversation."""
        return _FIELDS if event_type == _MESSAGE else ()

    def read(self, event: Event, seq: int, known: Mapping[str, Value]) -> Mapping[str, Value]:
        """Say what the conversation has come to with this message."""
        del seq
        if event.type != _MESSAGE:
            return {}
        place, writer = self._place(known), self._writer(known)
        chat = self._chats.get(place, _Chat())
        now = _said(event, writer, known)
        together = [*chat.recent(writer, event.occurred_ms)[-MESSAGES + 1 :], now]
        hosts = tuple(link.host for link in joined_links(chat.left_for(writer, event.occurred_ms), _text(known)))
        found: dict[str, Value] = {
            "chat.links": sum(one.links for one in together) + len(hosts),
            "chat.split_link": bool(hosts),
            **{f"chat.{intent}": holds for intent, holds in _wanted(together, split=bool(hosts))},
        }
        if hosts:
            found["chat.hosts"] = hosts
        if writer:
            found["chat.new_contacts"] = self._contacts(writer, event.occurred_ms) + (place not in self._known)
        return found

    def happened(self, event: Event, seq: int, *, known: Mapping[str, Value], outcome: str) -> None:
        """Remember a message by what it wants; one that was held or refused counts too, for its writer goes on."""
        del seq, outcome
        place, writer, at_ms = self._place(known), self._writer(known), event.occurred_ms
        chat = self._chats.setdefault(place, _Chat())
        chat.left = left_over(_text(known), chat.left_for(writer, at_ms))
        chat.left_by = writer
        chat.said = [*chat.said, _said(event, writer, known)][-2 * MESSAGES :]
        self._chats.move_to_end(place)
        if place not in self._known and writer:
            opened = self._opened.setdefault(writer, [])
            self._opened[writer] = [*(one for one in opened if one > at_ms - CONTACTS_MS), at_ms][-_MOST_OPENED:]
            self._opened.move_to_end(writer)
        self._known[place] = at_ms
        self._known.move_to_end(place)
        self._forget(at_ms)

    def memory(self) -> int:
        """Give the bytes in use, about."""
        return (len(self._chats) + len(self._opened)) * _BYTES + len(self._known) * 200

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give the whole state as arrays; what was left over of a link is encrypted."""
        sealed = [self._sealed(place, chat) for place, chat in self._chats.items()]
        return {
            "chats": _table([(*place, chat.left_by, len(chat.said)) for place, chat in self._chats.items()], 4),
            "said": _table([one for chat in self._chats.values() for one in chat.said], len(_Said._fields)),
            "left_lengths": np.array([len(one) for one in sealed], dtype=np.uint64),
            "left": np.frombuffer(b"".join(sealed), dtype=np.uint8),
            "known": _table([(*place, at_ms) for place, at_ms in self._known.items()], 3),
            "opened": _table([(writer, at_ms) for writer, times in self._opened.items() for at_ms in times], 2),
        }

    def load(self, arrays: Arrays) -> None:
        """Take over the state of a snapshot."""
        said = iter(arrays["said"].tolist())
        self._chats.clear()
        for (high, low, left_by, count), left in zip(arrays["chats"].tolist(), _cut(arrays), strict=True):
            chat = _Chat(said=[_Said(*next(said)) for _ in range(count)], left_by=left_by)
            self._chats[Key(high, low)] = chat
            chat.left = self._seal.decrypt(left, [_name(Key(high, low))]).decode() if left else ""
        self._known = OrderedDict((Key(high, low), at_ms) for high, low, at_ms in arrays["known"].tolist())
        self._opened = OrderedDict()
        for writer, at_ms in arrays["opened"].tolist():
            self._opened.setdefault(writer, []).append(at_ms)

    def _place(self, known: Mapping[str, Value]) -> Key:
        """Name the conversation."""
        return self._keys.fresh("conversation", str(known.get("conversation_id", "")))

    def _writer(self, known: Mapping[str, Value]) -> int:
        """Name who wrote by the account, whichever field carries it; 0 for nobody known."""
        account = known.get("sender.seller_id") or known.get("sender.customer_id")
        return 0 if account is None else self._keys.fresh("account_id", str(account)).high

    def _contacts(self, writer: int, at_ms: int) -> int:
        """Count the conversations that a writer opened within a day."""
        return sum(one > at_ms - CONTACTS_MS for one in self._opened.get(writer, ()))

    def _forget(self, at_ms: int) -> None:
        """Let go of what is over."""
        while self._chats and next(iter(self._chats.values())).said[-1].at_ms <= at_ms - WINDOW_MS:
            self._chats.popitem(last=False)
        while self._opened and next(iter(self._opened.values()))[-1] <= at_ms - CONTACTS_MS:
            self._opened.popitem(last=False)
        while self._known and (len(self._known) > _MOST_KNOWN or next(iter(self._known.values())) <= at_ms - KNOWN_MS):
            self._known.popitem(last=False)

    def _sealed(self, place: Key, chat: _Chat) -> bytes:
        """Encrypt what was left over, bound to its conversation."""
        return self._seal.encrypt(chat.left.encode(), [_name(place)]) if chat.left else b""


def _text(known: Mapping[str, Value]) -> str:
    return str(known.get("text", ""))


def _said(event: Event, writer: int, known: Mapping[str, Value]) -> _Said:
    """Take down a message without its words."""
    strange = known.get("links.strange_hosts", ())
    intents, topics = _reading(_text(known), strange if isinstance(strange, tuple) else ())
    links = known.get("links.strange", 0)
    return _Said(event.occurred_ms, writer, links if isinstance(links, int) else 0, intents, topics)


def _wanted(said: Sequence[_Said], *, split: bool) -> Iterator[tuple[Intent, bool]]:
    """Tell what messages together want; what a link is for may be said in another message than the link."""
    intents, topics = 0, Topic.LINK if split else Topic(0)
    for one in said:
        intents |= one.intents
        topics |= Topic(one.topics)
    linked = split or any(one.links for one in said)
    for intent in _JOINED:
        across = intent is Intent.LINK_FOR_MONEY and linked and intent in joined(topics | Topic.LINK)
        yield intent, bool(intents & _BITS[intent]) or across


def _name(place: Key) -> bytes:
    return place.high.to_bytes(8, "big") + place.low.to_bytes(8, "big")


def _table(rows: Sequence[Sequence[int]], width: int) -> NDArray[np.uint64]:
    return np.array(rows, dtype=np.uint64).reshape(-1, width)


def _cut(arrays: Arrays) -> Iterator[bytes]:
    """Cut the encrypted words apart."""
    data, start = arrays["left"].tobytes(), 0
    for length in arrays["left_lengths"].tolist():
        yield data[start : start + length]
        start += length
