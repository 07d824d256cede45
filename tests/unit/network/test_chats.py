"""Conversations read together, within half an hour, without keeping what people wrote."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from holdfast.features.derived.links import Links
from holdfast.network.chats import Chats
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.instants import DAY_MS, MINUTE_MS
from holdfast.vocabulary.keys import KeyMaker

START = 1_780_000_000_000
KEYS = KeyMaker(secret=b"the secret of a marketplace")
LINKS = Links([])


@dataclass
class Talk:
    """People who write to each other, minute by minute."""

    part: Chats = field(default_factory=lambda: Chats(KEYS))
    seq: int = 0

    def event(self, text: str, minute: float, *, chat: str = "v-1", writer: str = "b-1") -> Event:
        """Make a message with what its words say."""
        at_ms = START + int(minute * MINUTE_MS)
        values: dict[str, Value] = {"conversation_id": chat, "sender.customer_id": writer, "text": text}
        values |= LINKS.derive("message_sent", values)
        return Event(
            id=EventId(f"m-{self.seq}"), type="message_sent", occurred_ms=at_ms, received_ms=at_ms, values=values
        )

    def ask(self, text: str, minute: float, **who: str) -> dict[str, Any]:
        """Ask what a message would make of its conversation."""
        event = self.event(text, minute, **who)
        return dict(self.part.read(event, self.seq, event.values))

    def say(self, text: str, minute: float, **who: str) -> dict[str, Any]:
        """Let a message be sent, and give what was known with it."""
        self.seq += 1
        event = self.event(text, minute, **who)
        found = dict(self.part.read(event, self.seq, event.values))
        self.part.happened(event, self.seq, known={**event.values, **found}, outcome="allow")
        return found


@pytest.fixture
def talk() -> Talk:
    """Begin with nothing."""
    return Talk()


def test_a_link_split_in_two_is_seen(talk: Talk) -> None:
    """Neither half is a link; together they are, and its host can be asked of lists."""
    assert talk.say("заходите на kaspi-pay", 0)["chat.split_link"] is False
    found = talk.say(".top/order там деньги", 1)
    assert (found["chat.split_link"], found["chat.hosts"], found["chat.links"]) == (True, ("kaspi-pay.top",), 1)


@pytest.mark.parametrize(("minute", "writer"), [(31, "b-1"), (1, "s-1")])
def test_halves_join_only_in_time_and_from_one_hand(talk: Talk, minute: float, writer: str) -> None:
    """After half an hour, or from the other side, the second half is no continuation."""
    talk.say("заходите на kaspi-pay", 0)
    assert talk.ask(".top/order", minute, writer=writer)["chat.split_link"] is False
    assert "chat.hosts" not in talk.ask(".top/order", 1, chat="v-2")


def test_money_in_one_message_and_the_link_in_the_next_make_the_scam(talk: Talk) -> None:
    """What a link is for is remembered, in either order, for the same writer."""
    talk.say("деньги уже ждут вас, подтвердите получение", 0)
    assert talk.ask("kaspi-pay.top", 2)["chat.link_for_money"] is True
    assert talk.ask("kaspi-pay.top", 2, writer="s-1")["chat.link_for_money"] is False
    assert talk.ask("kaspi-pay.top", 2, chat="v-2")["chat.link_for_money"] is False


def test_talk_of_money_without_a_link_is_none(talk: Talk) -> None:
    """Without any link in the conversation there is nothing to follow."""
    talk.say("деньги уже ждут вас, подтвердите получение", 0)
    assert talk.ask("напишите как получите", 1)["chat.link_for_money"] is False


def test_what_was_asked_before_stays_asked(talk: Talk) -> None:
    """A request for a code counts until half an hour is over, and with it every link."""
    assert talk.say("назовите код из смс", 0)["chat.asks_code"] is True
    found = talk.say("вот site.top", 29)
    assert (found["chat.asks_code"], found["chat.links"]) == (True, 1)
    found = talk.ask("вот site2.top", 30)
    assert (found["chat.asks_code"], found["chat.links"]) == (False, 2)


def test_ten_messages_are_read_together(talk: Talk) -> None:
    """The eleventh message back is not read any more, however fast they come."""
    talk.say("назовите код из смс", 0)
    for number in range(8):
        talk.say("алло", number / 10)
    assert talk.ask("вы тут?", 1)["chat.asks_code"] is True
    talk.say("алло", 1)
    assert talk.ask("вы тут?", 1)["chat.asks_code"] is False


def test_new_contacts_are_those_of_a_day(talk: Talk) -> None:
    """Conversations that a writer opened count for a day; those opened by others do not, nor do old ones."""
    for number in range(3):
        found = talk.say("здравствуйте", number, chat=f"v-{number}")
    assert found["chat.new_contacts"] == 3
    assert talk.ask("и вам", 5, chat="v-0")["chat.new_contacts"] == 3
    assert talk.ask("да, продаю", 5, chat="v-0", writer="s-1")["chat.new_contacts"] == 0
    assert talk.ask("привет", DAY_MS / MINUTE_MS + 10, chat="v-9")["chat.new_contacts"] == 1


def test_asking_changes_nothing(talk: Talk) -> None:
    """The same question at the same instant has the same answer, and leaves the state as it was."""
    talk.say("заходите на kaspi-pay", 0)
    before = talk.part.snapshot()
    assert talk.ask(".top/1", 1) == talk.ask(".top/1", 1)
    assert _same(before, talk.part.snapshot())


def test_a_restored_state_answers_as_the_living_one(talk: Talk) -> None:
    """A snapshot holds all: the half of a link too, and its own snapshot is equal to the byte."""
    talk.say("деньги ждут вас, подтвердите", 0)
    talk.say("заходите на kaspi-pay", 1)
    again = Talk(part=Chats(KEYS), seq=talk.seq)
    again.part.load(talk.part.snapshot())
    assert _same(again.part.snapshot(), talk.part.snapshot())
    assert again.ask(".top/order", 2) == talk.ask(".top/order", 2)
    assert again.ask(".top/order", 2)["chat.split_link"] is True


def test_a_snapshot_has_no_text_in_clear(talk: Talk) -> None:
    """Neither what people wrote nor the half of a link can be read from the arrays."""
    talk.say("заходите на kaspi-pay", 0)
    for array in talk.part.snapshot().values():
        data = array.tobytes()
        assert b"kaspi" not in data
        assert "заходите".encode() not in data


def test_what_is_over_is_let_go(talk: Talk) -> None:
    """After the window nothing of a conversation is left but that it was; memory does not grow with time."""
    for number in range(50):
        talk.say("заходите на kaspi-pay", number, chat=f"v-{number}", writer=f"b-{number}")
    kept = talk.part.snapshot()
    assert len(kept["chats"]) == 30
    assert len(kept["left_lengths"]) == 30
    talk.say("привет", 91 * DAY_MS / MINUTE_MS, chat="v-new")
    kept = talk.part.snapshot()
    assert {name: len(kept[name]) for name in ("chats", "known", "opened")} == {"chats": 1, "known": 1, "opened": 1}


def test_a_message_without_a_writer_or_a_text_is_taken(talk: Talk) -> None:
    """A photo alone from somebody unnamed says nothing and breaks nothing."""
    event = Event(
        id=EventId("m"), type="message_sent", occurred_ms=START, received_ms=START, values={"conversation_id": "v-1"}
    )
    found = talk.part.read(event, 1, event.values)
    assert "chat.new_contacts" not in found
    talk.part.happened(event, 1, known=event.values, outcome="allow")
    assert talk.ask("привет", 1)["chat.new_contacts"] == 0


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)
