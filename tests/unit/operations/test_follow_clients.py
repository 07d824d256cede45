"""A client whom a list names hears of the limits that begin and of those that end, once each."""

from dataclasses import replace

from holdfast.operations.clients import client_key
from holdfast.operations.follow_clients import client_thread
from holdfast.operations.named_client import customer_of
from holdfast.operations.read_restrictions import restrictions
from holdfast.operations.record import subject_named
from holdfast.operations.take_event import take_event
from holdfast.vocabulary.lists import ListEntry, ListKind
from tests.unit.operations.following import CENTER, DATABASE, WORDS, World, client, inn, told
from tests.unit.operations.shards import Json, event

CAP, SUSPEND, TELL, CASH = "ru.161-fz.9.11.6", "ru.161-fz.9.11.7", "ru.161-fz.9.11.8", "ru.395-1.30.16"
RESTORED = "ru.161-fz.9.11.11"


def words(world: World, after: int = 0) -> list[tuple[str, str]]:
    """Give what the bank's systems were told: whether a limit began or ended, and which."""
    return [(row["topic"].removeprefix("client_"), row["duty"]) for row in world.queued(*WORDS, after=after)]


def notices(world: World, after: int = 0) -> list[str]:
    """Give the notices that were queued since a place in the log."""
    return [row["template"] for row in world.queued("notify_client", after=after)]


def test_a_client_put_on_the_list_is_limited_and_told_and_restored_on_removal() -> None:
    """Each limit is one word to the bank and one notice to the client; of the end the client hears once."""

    async def story(world: World) -> None:
        await world.pay("t-1", payer=client(1))
        version = await world.edit(inn(1))
        assert await world.follow() == 1
        assert sorted(words(world)) == [("restricted", CAP), ("restricted", CASH)]
        assert sorted(notices(world)) == [CAP, CASH]
        row = world.queued("client_restricted")[0]
        assert (row["list"], row["list_version"], row["event_id"]) == (DATABASE, version.version, "t-1")
        assert customer_of(world.shard, row["event_id"], row["subject"]) == "c-1"
        assert await world.follow() == 0
        at = world.mark
        await world.edit(remove=[inn(1)])
        await world.follow()
        assert sorted(words(world, at)) == [("restored", CAP), ("restored", CASH)]
        assert notices(world, at) == [RESTORED]
        assert restrictions(world.shard, "c-1")["restrictions"] == []

    told(story)


def test_the_mark_of_the_police_replaces_the_cap_by_a_suspension() -> None:
    """The cap ends and the suspension begins, of which the client hears; nothing is restored before the value goes."""

    async def story(world: World) -> None:
        await world.pay("t-1", payer=client(1))
        await world.edit(inn(1))
        await world.follow()
        at = world.mark
        await world.edit(inn(1, police=True))
        await world.follow()
        assert sorted(words(world, at)) == [("restored", CAP), ("restricted", SUSPEND)]
        assert notices(world, at) == [TELL]
        at = world.mark
        await world.edit(inn(1))
        await world.follow()
        assert sorted(words(world, at)) == [("restored", SUSPEND), ("restricted", CAP)]
        assert notices(world, at) == [CAP]
        at = world.mark
        await world.edit(remove=[inn(1)])
        await world.follow()
        assert notices(world, at) == [RESTORED]

    told(story)


def test_a_client_who_was_listed_before_the_first_event_is_restored_all_the_same() -> None:
    """What was never announced still ends with a word and a notice, also for a value with the mark of the police."""

    async def story(world: World) -> None:
        await world.edit(inn(1, police=True), inn(2))
        await world.follow()
        await world.pay("t-1", payer=client(1))
        await world.pay("t-2", payer=client(2))
        assert words(world) == []
        at = world.mark
        await world.edit(remove=[inn(1), inn(2)])
        await world.follow()
        assert sorted(words(world, at)) == [
            ("restored", CAP),
            ("restored", SUSPEND),
            ("restored", CASH),
            ("restored", CASH),
        ]
        assert notices(world, at) == [RESTORED, RESTORED]

    told(story)


def test_a_second_value_of_a_client_neither_doubles_nor_lifts_a_limit() -> None:
    """A limit stands while any identifier is listed: another one, or a new reason, comes and goes unheard."""

    async def story(world: World) -> None:
        phone = ListEntry(kind=ListKind.PHONE, value="+79161234567")
        await world.pay("t-1", payer=client(1) | {"phone": phone.value})
        await world.edit(inn(1))
        await world.follow()
        at = world.mark
        await world.edit(phone, inn(1, reason="another reason"))
        await world.follow()
        await world.edit(remove=[inn(1)])
        await world.follow()
        assert (words(world, at), notices(world, at)) == ([], [])
        await world.edit(remove=[phone])
        await world.follow()
        assert sorted(words(world, at)) == [("restored", CAP), ("restored", CASH)]

    told(story)


def test_strangers_and_other_lists_are_left_alone() -> None:
    """Only clients whom the version names hear, and only of lists that limit clients."""

    async def story(world: World) -> None:
        await world.pay("t-1", payer=client(1))
        await world.edit(inn(2), name=DATABASE)
        await world.edit(inn(1), name="bank.recipients")
        assert await world.follow() == 2
        assert words(world) == []
        assert world.records("restriction") == []

    told(story)


def test_a_client_seen_as_the_payee_alone_is_told_by_the_bank_s_own_id() -> None:
    """The message is addressed to the client whom the list names, not to the payer of the same event."""

    async def story(world: World) -> None:
        await world.pay("t-1", payee=client(2))
        await world.edit(inn(2))
        await world.follow()
        row = world.queued("client_restricted")[0]
        assert customer_of(world.shard, row["event_id"], row["subject"]) == "c-2"
        assert world.records("restriction")[0].subject == subject_named(world.store, "customer_id", "c-2")

    told(story)


def test_an_event_of_the_client_s_own_is_what_names_the_client() -> None:
    """When the stranger who named the client first is erased, the client's own event still does."""

    async def story(world: World) -> None:
        await world.pay("t-1", payer=client(1), payee=client(2))
        await world.pay("t-2", payer=client(2))
        world.store.forget(subject_named(world.store, "customer_id", "c-1"))
        world.restart()
        await world.edit(inn(1), inn(2))
        await world.follow()
        assert {row["event_id"] for row in world.queued(*WORDS)} == {"t-2"}

    told(story)


def test_of_an_erased_client_nobody_can_be_told() -> None:
    """A client whose data were erased is counted, and gets neither record nor message."""

    async def story(world: World) -> None:
        await world.pay("t-1", payer=client(1))
        await world.edit(inn(1))
        world.store.forget(subject_named(world.store, "customer_id", "c-1"))
        await world.follow()
        assert world.shard.followed[DATABASE].unnamed == 1
        assert (world.records("restriction"), words(world)) == ([], [])

    told(story)


def test_what_a_client_was_told_is_sealed_under_the_client_s_key() -> None:
    """The record of a limit is personal: erasure takes its content with it."""

    async def story(world: World) -> None:
        await world.pay("t-1", payer=client(1))
        await world.edit(inn(1))
        await world.follow()
        thread = client_thread(client_key("c-1", world.shard.memory))
        assert [record.kind.value for record in world.store.thread(thread)] == ["restriction"]
        world.store.forget(subject_named(world.store, "customer_id", "c-1"))
        assert world.store.thread(thread)[0].event == b""

    told(story)


def test_a_sign_that_names_a_limit_counts_like_a_condition() -> None:
    """Kazakhstan: a client on the Center's lists loses remote services, which a sign names."""

    async def story(world: World) -> None:
        payer: Json = {"customer_id": "c-1", "kind": "individual", "iin": "900101300017"}
        payee = {"kind": "individual", "account": "KZ75125KZT1001300335"}
        await world.pay("t-1", payer=payer, payee=payee, currency="KZT")
        entry = inn(900101300017)
        await world.edit(replace(entry, kind=ListKind.IIN), name=CENTER)
        await world.follow()
        assert words(world) == [("restricted", "kz.droppers.suspend")]

    told(story, packs="kz")


def test_a_client_known_by_a_report_alone_hears_too() -> None:
    """Any event tells identifiers; of a client whose kind is unknown only that binds which binds everybody."""

    async def story(world: World) -> None:
        phone = "+79161234567"
        await take_event(
            world.shard, event("e-1", "login", where="bank", client={"customer_id": "c-9", "phone": phone})
        )
        await world.edit(ListEntry(kind=ListKind.PHONE, value=phone))
        await world.follow()
        assert words(world) == [("restricted", CASH)]

    told(story)


def test_an_account_of_the_same_number_at_another_bank_is_another_account() -> None:
    """An entry with a BIC limits the client of that bank alone, and its removal restores nobody else."""

    async def story(world: World) -> None:
        account = {"account": "40817810000000000077"}
        await world.pay("t-1", payer={"customer_id": "c-1", "kind": "individual", **account, "bic": "044525225"})
        await world.pay("t-2", payer={"customer_id": "c-2", "kind": "individual", **account, "bic": "044525974"})
        entry = ListEntry(kind=ListKind.ACCOUNT, value=account["account"], bic="044525225")
        await world.edit(entry)
        await world.edit(remove=[entry])
        await world.follow()
        assert {row["event_id"] for row in world.queued("client_restricted")} <= {"t-1"}
        assert {row["event_id"] for row in world.queued("client_restored")} == {"t-1"}

    told(story)
