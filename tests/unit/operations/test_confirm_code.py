"""The built-in code: bound to hold, amount, payee and link, few attempts, few codes, and none for a stolen phone."""

import asyncio
import json
from dataclasses import replace

from holdfast.operations.confirm_code import ATTEMPTS, CODES, METHOD, MINUTES, code_of, send_code, try_code
from holdfast.operations.confirm_hold import confirm_hold
from holdfast.operations.hold_link import make_link, read_link
from holdfast.operations.hold_story import hold_story
from holdfast.operations.said import Said
from holdfast.operations.show_hold import Shown, keep_shown, visit_hold
from holdfast.vocabulary.errors import OtherDeviceError, ProofError
from holdfast.vocabulary.instants import MINUTE_MS
from tests.unit.operations.holding import OWN, World, acts, refused, told
from tests.unit.operations.shards import Json

ANSWERS = {"who": "known", "how": "own"}


class Client:
    """A client at the page of one hold."""

    def __init__(self, world: World, hold: str) -> None:
        self.world = world
        self.hold = hold
        self.link = read_link(world.shard, make_link(world.shard, hold, "c-1", hours=1))
        self.device = ""

    async def open(self) -> "Client":
        """Open the page."""
        visit = await visit_hold(self.world.shard, self.link, None)
        await keep_shown(self.world.shard, visit, Shown(template="t", version="v", language="ru", text=self.link.name))
        self.device = visit.device
        return self

    async def ask(self) -> Json:
        """Ask for a code, and give the message that carries it."""
        await send_code(self.world.shard, self.link, self.device, answers=ANSWERS, language="ru")
        return self.message()

    def message(self) -> Json:
        """Give the newest message with a code."""
        rows = [row for row in self.world.store.pending(1_000) if row.topic == "confirm_code"]
        message: Json = json.loads(rows[-1].payload)
        return message

    async def enter(self, text: str) -> Json:
        """Enter a code and confirm."""
        proof = await try_code(self.world.shard, self.link, text, device=self.device)
        said = Said(by="client", customer_id="c-1", proof=proof, checked=True)
        return await confirm_hold(self.world.shard, self.hold, said)

    async def left(self) -> int:
        """Give how many attempts are left."""
        code = code_of(self.world.shard, await hold_story(self.world.shard, self.hold), self.link)
        assert code is not None
        return code.left


def wrong(code: str) -> str:
    """Give another code."""
    return f"{(int(code) + 1) % 10**6:06}"


async def arrived(world: World, event_id: str = "t-1") -> Client:
    """Place a hold and open its page."""
    await world.enlist(OWN)
    return await Client(world, await world.place(event_id)).open()


def test_the_right_code_is_a_verified_proof() -> None:
    """A code confirms the hold by its method, as a proof that Holdfast itself verified, and counts once."""

    async def story(world: World) -> None:
        client = await arrived(world)
        code = (await client.ask())["code"]
        row = await client.enter(f" {code[:3]} {code[3:]} ")
        assert (row["state"], acts(row)[-1]) == ("confirmed", "confirm")
        assert row["history"][-1]["details"] == {"method": METHOD, "verified": True}
        assert (await client.enter(code))["history"] == row["history"]

    told(story)


def test_the_message_names_what_the_code_confirms() -> None:
    """In each language the text has the code, the amount and the masked payee, and no whole requisite."""

    async def story(world: World) -> None:
        message = await (await arrived(world)).ask()
        assert set(message["texts"]) == {"ru", "kk", "en"}
        for text in message["texts"].values():
            assert message["code"] in text
            assert "250" in text
            assert "*2259" in text
            assert "500100732259" not in text
        assert len(message["code"]) == 6

    told(story)


def test_no_record_of_the_log_holds_the_code() -> None:
    """Neither the act nor what is sealed with it has the digits."""

    async def story(world: World) -> None:
        client = await arrived(world)
        code = (await client.ask())["code"].encode()
        records = (await hold_story(world.shard, client.hold)).records
        kept = [part for record in records for part in (record.act, record.event) if b"code" in part]
        assert kept
        assert not [part for part in kept if b'"' + code + b'"' in part]
        assert b'"answers"' in records[-1].event

    told(story)


def test_three_wrong_attempts_end_a_code() -> None:
    """After the third wrong attempt the right code does not help, and a restart gives no more."""

    async def story(world: World) -> None:
        client = await arrived(world)
        code = (await client.ask())["code"]
        for left in range(ATTEMPTS - 1, -1, -1):
            await refused(client.enter(wrong(code)), ProofError)
            assert await client.left() == left
        await refused(client.enter(code), ProofError)
        world.restart()
        assert await client.left() == 0
        await refused(client.enter(code), ProofError)

    told(story)


def test_attempts_at_once_are_all_counted() -> None:
    """Guesses that are sent together do not share one attempt."""

    async def story(world: World) -> None:
        client = await arrived(world)
        code = (await client.ask())["code"]
        guesses = [client.enter(wrong(code)) for _ in range(10)]
        ends = await asyncio.gather(*guesses, client.enter(code), return_exceptions=True)
        assert all(isinstance(end, ProofError) for end in ends)
        noted = [act for act in (await hold_story(world.shard, client.hold)).acts if "code_wrong" in str(act.details)]
        assert len(noted) == ATTEMPTS

    told(story)


def test_a_slip_of_the_keyboard_costs_no_attempt() -> None:
    """What cannot be a code is refused without being counted."""

    async def story(world: World) -> None:
        client = await arrived(world)
        await client.ask()
        for text in ("", "12345", "1234567", "12345a", "١٢٣٤٥٦", "1" * 4_000):
            await refused(client.enter(text), ProofError)
        assert await client.left() == ATTEMPTS

    told(story)


def test_a_code_ends_after_ten_minutes() -> None:
    """In its last millisecond a code counts; at its end it does not."""

    async def story(world: World) -> None:
        client = await arrived(world)
        code = (await client.ask())["code"]
        world.clock.instant_ms += MINUTES * MINUTE_MS - 1
        assert await client.left() == ATTEMPTS
        world.clock.instant_ms += 1
        assert await client.left() == 0
        await refused(client.enter(code), ProofError)

    told(story)


def test_the_newest_code_alone_counts() -> None:
    """A new code ends the one before."""

    async def story(world: World) -> None:
        client = await arrived(world)
        old = (await client.ask())["code"]
        new = (await client.ask())["code"]
        if old != new:
            await refused(client.enter(old), ProofError)
        assert (await client.enter(new))["state"] == "confirmed"

    told(story)


def test_few_codes_are_sent_for_a_hold_through_whatever_links() -> None:
    """A new link does not bring new codes beyond the limit."""

    async def story(world: World) -> None:
        client = await arrived(world)
        for _ in range(CODES - 1):
            await client.ask()
        other = await Client(world, client.hold).open()
        await other.ask()
        for one in (client, other):
            await refused(one.ask(), ProofError)

    told(story)


def test_a_code_counts_for_its_own_hold_and_link() -> None:
    """A code of another hold, and of another link to the same hold, confirms nothing."""

    async def story(world: World) -> None:
        client = await arrived(world)
        twin = await Client(world, client.hold).open()
        stranger = await Client(world, await world.place("t-2", amount_minor=26_000_000)).open()
        code = (await client.ask())["code"]
        for other in (twin, stranger):
            assert code != (await other.ask())["code"] or other is twin
            await refused(other.enter(code), ProofError)

    told(story)


def test_a_device_in_doubt_gets_no_code() -> None:
    """Where a sign speaks for a stolen device, no code is sent."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place(device={"id": "d-1", "malware": True})
        client = await Client(world, hold).open()
        await refused(client.ask(), ProofError)
        assert not [row for row in world.store.pending(1_000) if row.topic == "confirm_code"]

    told(story)


def test_only_the_browser_of_the_link_gets_and_enters_codes() -> None:
    """Another browser gets no code sent, and its guesses are not even counted."""

    async def story(world: World) -> None:
        client = await arrived(world)
        code = (await client.ask())["code"]
        client.device = "browser_" + "0" * 32
        await refused(client.ask(), OtherDeviceError)
        await refused(client.enter(code), OtherDeviceError)
        assert await client.left() == ATTEMPTS

    told(story)


def test_without_a_code_sent_no_code_is_right() -> None:
    """Nobody enters a code before one was sent."""

    async def story(world: World) -> None:
        client = await arrived(world)
        await refused(client.enter("000000"), ProofError)
        assert code_of(world.shard, await hold_story(world.shard, client.hold), client.link) is None

    told(story)


def test_a_signed_house_accepts_our_own_code() -> None:
    """Where proofs must be signed, a code of ours is signed too, and a stranger's word still is not enough."""

    async def story(world: World) -> None:
        world.shard.ports = replace(world.shard.ports, proof_key=b"k" * 32)
        client = await arrived(world)
        await refused(confirm_hold(world.shard, client.hold, Said(by="client", customer_id="c-1")), ProofError)
        row = await client.enter((await client.ask())["code"])
        assert row["history"][-1]["details"]["verified"] is True

    told(story)
