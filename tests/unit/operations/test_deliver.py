"""What leaves the house: at least once, in order for each subject, kept as it was sent."""

import asyncio
import json
from typing import Any

import pytest

from holdfast.operations.deliver import LONGEST_PAUSE_MS, pause_ms
from holdfast.store import MemoryStore
from holdfast.vocabulary.deliveries import Outgoing
from holdfast.vocabulary.errors import StoreError
from holdfast.vocabulary.holds import ActKind, Actor
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS, SECOND_MS
from holdfast.wire.holds import read_act
from tests.unit.operations.mailing import TEMPLATE, House, Post, notice, told
from tests.unit.operations.shards import NOON_MS

TEXT = notice("$bank: $amount, $payee, до $until ($zone)", "hold")


def test_a_hold_is_told_and_what_was_said_is_kept() -> None:
    """The message has the texts in three languages; the record keeps the one that went out, and the hold's story."""

    async def story(house: House) -> None:
        decision = await house.decide()
        house.post.receipt = {"channel": "push", "language": "kk", "reference": "p-7", "channel_since_ms": NOON_MS - 1}
        assert await house.deliver() == 1
        (message,) = house.post.read()
        assert message["type"] == "notify_client"
        assert message["timestamp"] == "2026-05-08T12:00:00.000+03:00"
        data = message["data"]
        assert (data["template"], data["case"], data["customer_id"]) == (TEMPLATE, "hold", "c-1")
        assert set(data["texts"]) == {"ru", "kk", "en"}
        assert data["unwritten"] is None
        (record,) = house.told()
        assert set(record.threads) == {decision["id"], decision["hold"]["id"]}
        kept = json.loads(record.event)
        assert kept["text"] == data["texts"]["kk"]
        assert (kept["channel"], kept["language"], kept["reference"]) == ("push", "kk", "p-7")
        assert kept["template_version"] == data["template_version"]
        assert kept["sent_at"] == "2026-05-08T12:00:00.000+03:00"
        act = read_act(record.act)
        assert (act.act, act.by, act.from_state, act.to_state) == (ActKind.NOTIFY, Actor.BANK, "placed", "placed")
        assert act.until == decision["hold"]["until"]
        assert house.store.pending(10) == ()

    told(story, TEXT)


def test_the_public_part_of_a_notice_holds_no_personal_data() -> None:
    """The text, the reference and the client stand in the sealed part alone."""

    async def story(house: House) -> None:
        await house.decide()
        house.post.receipt = {"reference": "ref-of-the-bank"}
        await house.deliver()
        (record,) = house.told()
        assert b"c-1" not in record.act
        for value in ("ref-of-the-bank", "250\u00a0000,00\u00a0₽", "Тест-банк"):
            assert value in record.event.decode()
            assert value not in record.act.decode()
        assert record.subject != b""

    told(story, TEXT)


@pytest.mark.parametrize("language", [None, "en"])
def test_the_text_that_is_kept_is_in_the_language_that_went_out(language: str | None) -> None:
    """Without word from the receiver it is the tenant's language."""

    async def story(house: House) -> None:
        await house.decide()
        house.post.receipt = {"language": language}
        await house.deliver()
        kept = json.loads(house.told()[0].event)
        assert kept["language"] == language or kept["language"] == "ru"
        amount = "RUB\u00a0250,000.00" if language == "en" else "250\u00a0000,00\u00a0₽"
        assert amount in kept["text"]["body"]

    told(story, TEXT)


@pytest.mark.parametrize(
    ("notices", "why"),
    [((), "no loaded pack has a text"), ((notice("$nothing"),), "has nothing for `nothing`")],
    ids=["no text", "a hole in the text"],
)
def test_a_notice_without_a_text_still_reaches_the_bank(notices: tuple[Any, ...], why: str) -> None:
    """The bank learns that it must tell its client, and the record says that no text of ours went out."""

    async def story(house: House) -> None:
        await house.decide()
        assert await house.deliver() == 1
        (message,) = house.post.read()
        assert message["data"]["texts"] is None
        assert why in message["data"]["unwritten"]
        kept = json.loads(house.told()[0].event)
        assert kept["text"] is None
        assert kept["language"] is None
        assert why in kept["unwritten"]
        assert house.shard.courier.unwritten == 1

    told(story, *notices)


def test_a_notice_about_erased_data_has_no_text() -> None:
    """What was erased before delivery is not written from anywhere else."""

    async def story(house: House) -> None:
        await house.decide()
        subject = next(record.subject for record in house.store.replay() if record.subject)
        house.store.forget(subject)
        assert await house.deliver() == 1
        (message,) = house.post.read()
        assert message["data"]["customer_id"] is None
        assert message["data"]["unwritten"] == "the client's data were erased"

    told(story, TEXT)


def test_a_failed_message_holds_back_its_own_subject_only() -> None:
    """Later messages of one subject wait for the first; those of another go out."""

    async def story(house: House) -> None:
        await house.queue(("aa", "a1"), ("bb", "b1"), ("aa", "a2"), ("bb", "b2"))
        house.post.fails = lambda message: b"a1" in message.body
        assert await house.deliver() == 2
        assert house.words() == ["b1", "b2"]
        house.post.fails = lambda _: False
        assert await house.deliver() == 0, "the pause is not over"
        house.clock.instant_ms += SECOND_MS
        assert await house.deliver() == 2
        assert house.words() == ["b1", "b2", "a1", "a2"]

    told(story)


def test_the_pause_doubles_up_to_ten_minutes_and_no_further() -> None:
    """1 s, 2 s, 4 s and so on; after any number of failures it is tried again within ten minutes."""
    assert [pause_ms(n) // SECOND_MS for n in range(1, 12)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600]
    assert pause_ms(10**6) == LONGEST_PAUSE_MS


def test_a_message_is_never_given_up() -> None:
    """Over a day without a receiver the message waits with the text of its last failure, then it goes out once."""

    async def story(house: House) -> None:
        await house.queue(("aa", "a1"))
        house.post.fails = lambda _: True
        for _ in range(160):
            await house.deliver()
            house.clock.instant_ms += LONGEST_PAUSE_MS
        (row,) = house.store.pending(10)
        assert row.attempts == 160
        assert row.error == "nobody is at home"
        house.post.fails = lambda _: False
        assert await house.deliver() == 1
        assert house.words() == ["a1"]
        assert len(set(house.post.tried)) == 1, "each try bears the same id"

    told(story)


def test_a_crash_between_sending_and_recording_sends_the_same_message_again() -> None:
    """The receiver gets the same id and the same bytes twice, and one record is kept."""

    async def story(house: House) -> None:
        await house.decide()
        whole, crash = MemoryStore.submit, [True]

        def submit(record: Any, done: Any) -> None:
            if crash and record.kind == "notice":
                crash.clear()
                raise StoreError("the machine lost its power")
            whole(house.store, record, done)

        house.store.submit = submit  # type: ignore[method-assign]  # a fault is put in the method's place
        assert await house.deliver() == 0
        assert house.told() == []
        house.restart()
        house.clock.instant_ms += SECOND_MS
        assert await house.deliver() == 1
        first, second = house.post.sent
        assert first == second
        assert len(house.told()) == 1

    told(story, TEXT)


def test_a_crash_between_recording_and_the_queue_sends_nothing_again() -> None:
    """A notice whose record is on disk was delivered, even if its row still waits."""

    async def story(house: House) -> None:
        await house.decide()
        taken = house.store.delivered

        def crash(_: Any) -> None:
            raise StoreError("the machine lost its power")

        house.store.delivered = crash  # type: ignore[method-assign, assignment]  # a fault is put in the method's place
        with pytest.raises(StoreError):
            await house.deliver()
        house.store.delivered = taken  # type: ignore[method-assign]  # a fault is put in the method's place
        house.restart()
        assert await house.deliver() == 1
        assert len(house.post.sent) == 1
        assert len(house.told()) == 1
        assert house.store.pending(10) == ()

    told(story, TEXT)


def test_a_log_taken_back_never_repeats_an_id() -> None:
    """A message of another content bears another id, even at the same place of the log."""

    async def story(_: House) -> list[str]:
        ids = []
        for word in ("one", "two"):
            house = House()
            await house.queue(("aa", word))
            await house.deliver()
            ids += house.post.tried
        return ids

    first, second = told(story)
    assert first != second


def test_a_clock_that_ran_ahead_strands_no_message() -> None:
    """A retry that was set by a clock a day ahead goes out when the clock is right again, also after a restart."""

    async def story(house: House, *, restart: bool) -> None:
        house.clock.instant_ms += DAY_MS
        await house.queue(("aa", "a1"))
        house.post.fails = lambda _: True
        await house.deliver()
        house.clock.instant_ms -= DAY_MS
        house.post.fails = lambda _: False
        if restart:
            house.restart()
        assert await house.deliver() == 1

    told(lambda house: story(house, restart=False))
    told(lambda house: story(house, restart=True))


def test_two_passes_at_once_send_each_message_once() -> None:
    """However many ask, one pass delivers at a time."""

    async def story(house: House) -> None:
        await house.queue(*[(f"{n % 5:02x}", str(n)) for n in range(100)])

        async def wait(_: Outgoing) -> None:
            await asyncio.sleep(0)

        house.post.before = wait
        assert sum(await asyncio.gather(*(house.deliver() for _ in range(3)))) == 100
        assert sorted(house.words(), key=int) == [str(n) for n in range(100)]
        for subject in range(5):
            ours = [int(word) for word in house.words() if int(word) % 5 == subject]
            assert ours == sorted(ours)

    told(story)


def test_a_slow_subject_delays_no_other_of_its_portion() -> None:
    """Several subjects are served beside each other."""

    async def story(house: House) -> None:
        await house.queue(("aa", "slow"), ("bb", "quick"))
        quick = asyncio.Event()

        async def wait(message: Outgoing) -> None:
            if b"slow" in message.body:
                await asyncio.wait_for(quick.wait(), 10)
            else:
                quick.set()

        house.post.before = wait
        assert await house.deliver() == 2
        assert house.words() == ["quick", "slow"]

    told(story)


def test_what_is_no_fault_of_the_receiver_is_kept_with_its_name() -> None:
    """A gateway that breaks in another way loses nothing either."""

    async def story(house: House) -> None:
        class Broken(Post):
            async def send(self, message: Outgoing) -> Any:  # noqa: ARG002 - the gateway's signature
                raise RuntimeError("a wire came off")

        house.post = Broken(house.clock)
        await house.queue(("aa", "a1"))
        assert await house.deliver() == 0
        house.clock.instant_ms += SECOND_MS
        assert house.store.pending(10)[0].error == "RuntimeError: a wire came off"

    told(story)


@pytest.mark.parametrize(
    ("since_ms", "unchanged"), [(None, None), (NOON_MS - 47 * HOUR_MS, False), (NOON_MS - 48 * HOUR_MS, True)]
)
def test_where_a_phone_may_be_taken_over_the_message_says_which_channel_counts(
    since_ms: int | None, *, unchanged: bool | None
) -> None:
    """After such a sign the rule goes with the message, and the record says whether the channel was old enough."""

    async def story(house: House) -> None:
        await house.decide(device={"id": "d-1", "malware": True})
        house.post.receipt = {"channel_since_ms": since_ms}
        await house.deliver()
        (message,) = house.post.read()
        assert message["data"]["channel_rule"]["unchanged_hours"] == 48
        assert message["data"]["channel_rule"]["or"]
        assert read_act(house.told()[0].act).details["channel_unchanged"] is unchanged

    told(story, TEXT)


def test_where_no_such_sign_fired_any_channel_counts() -> None:
    """An ordinary hold has no rule for the channel."""

    async def story(house: House) -> None:
        await house.decide()
        house.post.receipt = {"channel_since_ms": NOON_MS}
        await house.deliver()
        assert house.post.read()[0]["data"]["channel_rule"] is None
        assert read_act(house.told()[0].act).details["channel_unchanged"] is None

    told(story, TEXT)
