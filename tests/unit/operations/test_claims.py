"""Claims over the log: one call starts all, the law of the day decides, and what comes later changes what is open."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest

from holdfast.lists.versions import Stamp
from holdfast.matching.identifiers import normalise_entry
from holdfast.operations.cancel_hold import cancel_hold
from holdfast.operations.change_list import publish
from holdfast.operations.confirm_hold import confirm_hold
from holdfast.operations.decide_event import decide_event
from holdfast.operations.deliver import deliver_due
from holdfast.operations.fire_due import fire_due
from holdfast.operations.intake import decide, take
from holdfast.operations.make_claim import Made, make_claim
from holdfast.operations.read_claims import claim_page, claim_view
from holdfast.operations.rebuild import rebuild
from holdfast.operations.said import Proof, Said
from holdfast.operations.settle_claim import Settlement, settle_claim
from holdfast.operations.take_event import take_event
from holdfast.vocabulary.claims import ClaimState
from holdfast.vocabulary.errors import ConflictError, HoldfastError, InvalidError, NotFoundError, OtherClientError
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.lists import ListEntry, ListKind
from holdfast.vocabulary.records import RecordKind
from tests.unit.operations.mailing import Post
from tests.unit.operations.shards import Json, SlowStore, StillClock, event, make_shard, transfer

DATABASE, OWN = "ru.cbr.recipients", "bank.recipients"
INN = "500100732259"


def ms(local: str) -> int:
    """Read a Moscow time of May 2026, such as `08T10:05`."""
    return to_ms(datetime.fromisoformat(f"2026-05-{local}:00+03:00"))


class World:
    """A shard with a clock that a test moves, and the calls that a test makes."""

    def __init__(self, packs: str = "ru") -> None:
        self.clock = StillClock()
        self.store = SlowStore(self.clock)
        self.packs = packs
        self.shard = make_shard(self.store, self.clock, packs)
        self.at("08T08:00")

    def at(self, local: str) -> None:
        """Move the clock to a Moscow time of May 2026."""
        self.clock.instant_ms, self.local = ms(local), local

    def restart(self) -> None:
        """Build the memory anew from the log."""
        self.shard = make_shard(self.store, self.clock, self.packs)
        rebuild(self.shard)

    def body(self, made: bytes) -> bytes:
        """Let an event occur now."""
        return json.dumps(json.loads(made) | {"occurred_at": f"2026-05-{self.local}:00+03:00"}).encode()

    async def load(self, list_id: str, published: str | None, *, inn: str = INN, remove: bool = False) -> None:
        """Load a version of a list that was published at a time."""
        entry = normalise_entry(ListEntry(kind=ListKind.INN, value=inn))
        stamp = Stamp(list=list_id, loaded_ms=self.clock.now_ms(), published_ms=ms(published) if published else None)
        given = {"remove": [entry]} if remove else {"add": [entry]}
        await publish(self.shard, self.shard.memory.lists.edit(stamp, **given))

    async def decide(self, event_id: str = "t-1", **changes: Any) -> Json:
        """Decide a transfer now."""
        decision: Json = json.loads((await decide_event(self.shard, self.body(transfer(event_id, **changes)))).body)
        return decision

    async def result(self, word: str, of: str = "t-1") -> None:
        """Report what became of a transfer."""
        await take_event(
            self.shard, self.body(event(f"res-{of}-{word}-{self.shard.seq}", "transfer_result", of=of, result=word))
        )

    def report(self, of: str | None = "t-1", event_id: str = "fr-1", **fields: Any) -> bytes:
        """Write a report of fraud."""
        said = {"client": {"customer_id": "c-1"}, "of": of, **fields}
        return self.body(
            event(event_id, "fraud_report", **{name: value for name, value in said.items() if value is not None})
        )

    async def claim(self, of: str | None = "t-1", event_id: str = "fr-1", **fields: Any) -> Json:
        """Make a claim now."""
        return dict((await make_claim(self.shard, self.report(of, event_id, **fields))).row)

    def exposures(self) -> dict[str, int]:
        """Sum the exposures by kind."""
        totals = self.store.exposure_totals(0, 2**60)
        return {total.kind: total.amount_minor for total in totals}


def run(story: Callable[[World], Awaitable[None]], packs: str = "ru") -> None:
    """Run a story in a world of its own."""

    async def carry() -> None:
        await story(World(packs))

    asyncio.run(carry())


async def paid_late(world: World) -> Json:
    """Let a feed be published at 09:00 and loaded at 10:12, while a transfer is decided at 10:05 and executed."""
    await world.load(DATABASE, "08T07:00", inn="7707083893")
    world.at("08T10:05")
    decision = await world.decide()
    assert decision["outcome"] == "allow"
    world.at("08T10:06")
    await world.result("executed")
    world.at("08T10:12")
    await world.load(DATABASE, "08T09:00")
    world.at("08T12:00")
    return decision


def finding(claim: Json, name: str, rule: int = 0) -> Json:
    """Give a finding of a claim."""
    return next(one for one in claim["assessments"][rule]["findings"] if one["finding"] == name)


def test_a_feed_that_was_loaded_late_makes_the_bank_owe() -> None:
    """Published 09:00 with an hour to load it, decided 10:05, loaded 10:12, executed: owed, with both instants."""

    async def story(world: World) -> None:
        decision = await paid_late(world)
        claim = await world.claim()
        assert (claim["liability"], claim["kind"]) == ("owed", "ru.161-fz.8.3.13")
        assert claim["assessments"][0]["reason"] == "late_load"
        assert claim["decision_id"] == decision["id"]
        assert claim["due_at"].startswith("2026-06-07T23:59:59.999")
        known = finding(claim, "known_at_decision")
        assert known["state"] == "true"
        assert known["details"]["published_at"].startswith("2026-05-08T09:00")
        assert known["details"]["loaded_at"].startswith("2026-05-08T10:12")
        assert len(known["evidence"]) == 2
        assert world.exposures() == {"late_feed": 25_000_000, "stolen": 25_000_000}

    run(story)


def test_a_payee_who_was_never_listed_is_not_owed() -> None:
    """With the list loaded and silent the procedure was followed."""

    async def story(world: World) -> None:
        await world.load(DATABASE, "08T07:00", inn="7707083893")
        await world.decide()
        await world.result("executed")
        claim = await world.claim(without_consent=False)
        assert claim["liability"] == "not_owed"
        assert world.exposures() == {"stolen": 25_000_000}

    run(story)


def test_without_a_result_nothing_is_proved_and_the_result_proves_it() -> None:
    """An open claim is assessed again when the bank reports, and its history keeps both answers."""

    async def story(world: World) -> None:
        await world.load(DATABASE, "08T07:00")
        world.at("08T10:00")
        decision = await world.decide(rail="order")
        assert decision["outcome"] == "hold"
        claim = await world.claim(without_consent=False)
        assert (claim["liability"], claim["assessments"][0]["reason"]) == ("cannot_prove", "execution_unknown")
        assert world.exposures() == {}
        world.at("08T11:00")
        await world.result("executed")
        claim = claim_view(world.shard, str(claim["id"]))
        assert [act["act"] for act in claim["history"]] == ["make", "assess"]  # type: ignore[attr-defined]  # JSON of any shape
        assert (claim["liability"], claim["assessments"][0]["reason"]) == ("owed", "while_waiting")  # type: ignore[index]  # JSON of any shape
        assert world.exposures()["executed_in_breach"] == 25_000_000
        assert world.exposures()["stolen"] == 25_000_000

    run(story)


@pytest.mark.parametrize(
    ("told", "liability", "reason"),
    [(True, "not_owed", "procedure_followed"), (False, "cannot_prove", "no_record_of_notice")],
)
def test_the_whole_procedure_of_a_hold_frees_the_bank(*, told: bool, liability: str, reason: str) -> None:
    """Held, told, confirmed, paused again, executed after the second pause: not owed, if the notice is on record."""

    async def story(world: World) -> None:
        await world.load(DATABASE, "08T07:00")
        world.at("08T10:00")
        hold = (await world.decide())["hold"]["id"]
        if told:
            await deliver_due(world.shard, Post(world.clock))
        proof = Proof(method="branch", reference="r-1")
        await confirm_hold(world.shard, hold, Said(by="client", customer_id="c-1", proof=proof))
        world.at("10T09:00")
        await world.result("executed")
        claim = await world.claim(without_consent=False)
        assert (claim["liability"], claim["assessments"][0]["reason"]) == (liability, reason)
        assert finding(claim, "not_told")["state"] == ("false" if told else "unknown")
        assert finding(claim, "against_hold")["state"] == "false"
        assert finding(claim, "no_second_pause")["reason"] == "paused_again"

    run(story)


@pytest.mark.parametrize("route", ["decide", "take"])
def test_a_report_by_a_route_of_events_makes_the_same_claim(route: str) -> None:
    """Whatever route a report comes by, it makes one claim, and a retry by any of them finds it."""

    async def story(world: World) -> None:
        await paid_late(world)
        body = world.report()
        if route == "decide":
            answer = await decide(world.shard, body)
            assert answer.status == 201
            made = json.loads(answer.body)
        else:
            taken = await take(world.shard, body)
            assert isinstance(taken, Made)
            made = taken.row
        again = await make_claim(world.shard, body)
        assert again.replayed
        assert again.row["id"] == made["id"]
        assert (await decide(world.shard, body)).status == 200
        with pytest.raises(ConflictError):
            await make_claim(world.shard, world.report(reason="other"))

    run(story)


def test_a_word_in_another_event_makes_no_claim() -> None:
    """A transfer whose id speaks of a report of fraud is decided as a transfer."""

    async def story(world: World) -> None:
        answer = await decide(world.shard, world.body(transfer("fraud_report")))
        assert json.loads(answer.body)["outcome"] == "allow"

    run(story)


def test_one_call_labels_the_transfer_and_enlists_the_payee() -> None:
    """The claim, the label and the list entry come together; a retry adds nothing."""

    async def story(world: World) -> None:
        await paid_late(world)
        body = world.report(enlist=True)
        claim = (await make_claim(world.shard, body)).row
        page = world.store.list_entries(OWN)
        assert [(entry.kind, entry.value) for entry in page.items] == [(ListKind.INN, INN)]
        assert str(claim["id"]) in str(page.items[0].reason)
        labels = [one for one in world.store.replay() if b'"type":"label"' in one.event]
        assert len(labels) == 1
        assert b'"of":"t-1"' in labels[0].event
        before = world.shard.seq
        await make_claim(world.shard, body)
        assert world.shard.seq == before
        world.at("08T13:00")
        decision = await world.decide("t-2", payer={"customer_id": "c-2", "kind": "individual"})
        assert next(sign["state"] for sign in decision["signs"] if sign["id"] == "ru.od-2506.1.7") == "fired"

    run(story)


def test_a_call_that_was_cut_short_is_completed_by_its_retry() -> None:
    """When only the claim reached the disk, the same call adds the label and the list entry."""

    async def story(world: World) -> None:
        await paid_late(world)
        body = world.report(enlist=True)
        world.store.held = True
        call = asyncio.ensure_future(make_claim(world.shard, body))
        for _ in range(20):
            await asyncio.sleep(0)
        world.store.land()
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        world.store.waiting_now.clear()
        world.store.held = False
        world.restart()
        assert [one.kind for one in world.store.replay()][-1] is RecordKind.CLAIM
        assert (await make_claim(world.shard, body)).replayed
        assert len(world.store.list_entries(OWN).items) == 1

    run(story)


def test_two_equal_calls_at_once_make_one_claim() -> None:
    """Twins in flight get the same claim."""

    async def story(world: World) -> None:
        await paid_late(world)
        body = world.report()
        made = await asyncio.gather(*(make_claim(world.shard, body) for _ in range(4)))
        assert len({one.row["id"] for one in made}) == 1
        assert [one.replayed for one in made].count(False) == 1

    run(story)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"of": "t-9"}, NotFoundError),
        ({"of": None}, InvalidError),
        ({"client": {"customer_id": "c-9"}}, OtherClientError),
        ({"application": {"date": "2026-05-09"}}, InvalidError),
        ({"application": {"date": "2026-05-01"}}, InvalidError),
    ],
)
def test_a_report_that_fits_no_transfer_is_refused(fields: Json, error: type[HoldfastError]) -> None:
    """No transfer, no name of one, another client's, and an application before the transfer or after today."""

    async def story(world: World) -> None:
        await paid_late(world)
        before = world.shard.seq
        with pytest.raises(error):
            await world.claim(**fields)
        assert world.shard.seq == before

    run(story)


def test_another_clients_transfer_is_told_in_the_words_of_a_claim() -> None:
    """Who reports another's transfer is told that only its payer can; no hold is spoken of."""

    async def story(world: World) -> None:
        await paid_late(world)
        with pytest.raises(OtherClientError) as caught:
            await world.claim(client={"customer_id": "c-99"})
        assert "only the payer" in caught.value.hint

    run(story)


def test_a_second_claim_follows_only_a_refused_one() -> None:
    """While a claim is open or paid another about the same transfer is a conflict."""

    async def story(world: World) -> None:
        await paid_late(world)
        first = await world.claim()
        with pytest.raises(ConflictError):
            await world.claim(event_id="fr-2")
        await settle_claim(
            world.shard, first["id"], Settlement(result=ClaimState.REFUSED, by="officer", reason="see letter 5")
        )
        assert (await world.claim(event_id="fr-2"))["id"] != first["id"]

    run(story)


def test_a_written_application_starts_the_clock_on_its_own_day() -> None:
    """Thirty days run from the day on which the bank received the paper."""

    async def story(world: World) -> None:
        await paid_late(world)
        world.at("20T12:00")
        claim = await world.claim(application={"number": "A-1", "date": "2026-05-12"})
        assert claim["received_at"].startswith("2026-05-12T00:00")
        assert claim["due_at"].startswith("2026-06-11T23:59:59.999")

    run(story)


def test_a_transfer_that_was_only_reported_can_be_claimed() -> None:
    """Where nothing was decided nothing is proved, and the clock runs all the same."""

    async def story(world: World) -> None:
        await world.load(DATABASE, "08T07:00")
        await take_event(world.shard, world.body(transfer("t-1")))
        claim = await world.claim(without_consent=False)
        assert claim["liability"] == "cannot_prove"
        assert claim["decision_id"] is None
        assert claim["due_at"]
        with pytest.raises(ConflictError):
            await world.claim(event_id="fr-2")

    run(story)


def test_a_company_is_not_protected_by_the_rule_for_individuals() -> None:
    """The same course with an organisation as payer is not owed; with an unknown kind it is not proved."""

    async def story(world: World) -> None:
        await paid_late(world)
        for number, (kind, liability) in enumerate((("organisation", "not_owed"), (None, "cannot_prove"))):
            world.at(f"08T12:0{number}")
            payer = {"customer_id": "c-1", **({"kind": kind} if kind else {})}
            await world.decide(f"k-{number}", payer=payer, rail="sbp")
            await world.result("executed", f"k-{number}")
            claim = await world.claim(f"k-{number}", f"fr-k{number}", without_consent=False)
            assert claim["liability"] == liability

    run(story)


def test_a_settlement_is_kept_and_counted() -> None:
    """A paid claim says how much and by whom; the same call again changes nothing, another one conflicts."""

    async def story(world: World) -> None:
        await paid_late(world)
        claim = await world.claim()
        paid = Settlement(
            result=ClaimState.PAID, by="officer", amount_minor=25_000_000, document={"number": "PO-1"}, reason=None
        )
        world.at("20T12:00")
        done = await settle_claim(world.shard, claim["id"], paid)
        assert (done["state"], done["paid_minor"], done["overdue"]) == ("paid", 25_000_000, False)
        assert await settle_claim(world.shard, claim["id"], paid) == done
        with pytest.raises(ConflictError):
            await settle_claim(world.shard, claim["id"], Settlement(result=ClaimState.WITHDRAWN, by="officer"))
        assert world.exposures()["returned"] == 25_000_000
        assert b"PO-1" in list(world.store.replay())[-1].event
        world.restart()
        assert claim_view(world.shard, claim["id"]) == done

    run(story)


def test_what_is_owed_is_not_refused_without_a_word() -> None:
    """A refusal against the record needs a reason, and is marked."""

    async def story(world: World) -> None:
        await paid_late(world)
        claim = await world.claim()
        with pytest.raises(InvalidError):
            await settle_claim(world.shard, claim["id"], Settlement(result=ClaimState.REFUSED, by="officer"))
        said = Settlement(result=ClaimState.REFUSED, by="officer", reason="the client withdrew his report in writing")
        done = await settle_claim(world.shard, claim["id"], said)
        assert done["history"][-1]["details"] == {"against_assessment": True}  # type: ignore[index]  # JSON of any shape

    run(story)


def test_an_open_claim_is_overdue_after_its_last_day() -> None:
    """On 7 June it is not, on 8 June it is; the listing says so too and finds it by state and client."""

    async def story(world: World) -> None:
        await paid_late(world)
        claim = await world.claim()
        world.clock.instant_ms = to_ms(datetime.fromisoformat("2026-06-07T23:59:00+03:00"))
        assert not claim_view(world.shard, claim["id"])["overdue"]
        world.clock.instant_ms = to_ms(datetime.fromisoformat("2026-06-08T00:00:00+03:00"))
        found = claim_page(world.shard, limit=10, cursor=None, states=["open"], customer_id="c-1")
        assert [row["overdue"] for row in found["items"]] == [True]  # type: ignore[attr-defined]  # JSON of any shape
        assert claim_page(world.shard, limit=10, cursor=None, customer_id="c-2")["items"] == []
        with pytest.raises(InvalidError):
            claim_page(world.shard, limit=10, cursor=None, states=["lost"])

    run(story)


def test_exposure_is_noted_where_it_becomes_known() -> None:
    """A cancelled hold saves, executing it after all is a breach that saves nothing, and what comes back counts."""

    async def story(world: World) -> None:
        await world.load(DATABASE, "08T07:00")
        world.at("08T10:00")
        hold = (await world.decide())["hold"]["id"]
        await cancel_hold(world.shard, hold, Said(by="client", customer_id="c-1"))
        assert world.exposures() == {"saved": 25_000_000}
        world.at("08T10:30")
        await world.result("executed")
        await world.result("executed")
        assert world.exposures() == {"saved": 0, "executed_in_breach": 25_000_000}
        world.at("08T11:00")
        await world.claim()
        world.at("08T12:00")
        await world.result("returned")
        assert world.exposures()["returned"] == world.exposures()["stolen"] == 25_000_000
        assert world.exposures()["executed_in_breach"] == 25_000_000

    run(story)


def test_silence_saves_and_a_refusal_that_was_executed_is_a_breach() -> None:
    """A hold that nobody confirmed counts as saved at the end of its term; a refused payment that went is a breach."""

    async def story(world: World) -> None:
        await world.load(DATABASE, "08T07:00")
        world.at("08T10:00")
        await world.decide()
        await world.decide("s-1", rail="sbp")
        await world.result("executed", "s-1")
        assert world.exposures() == {"executed_in_breach": 25_000_000}
        world.at("10T00:01")
        await fire_due(world.shard)
        assert world.exposures() == {"executed_in_breach": 25_000_000, "saved": 25_000_000}

    run(story)


def test_kazakh_compensation_has_no_clock() -> None:
    """A listed payee who was paid is compensated; the law sets no term."""

    async def story(world: World) -> None:
        await world.load("kz.afc.persons", "08T07:00")
        world.at("08T10:00")
        payee = {"kind": "individual", "inn": INN}
        await world.decide(payee=payee, currency="KZT")
        await world.result("executed")
        claim = await world.claim()
        assert (claim["liability"], claim["kind"], claim["due_at"]) == ("owed", "kz.afc.compensation", None)

    run(story, packs="kz")


def test_the_law_of_the_day_of_the_transfer_decides() -> None:
    """Kazakh compensation came into force in February 2026; a transfer of the day before is not covered by it."""

    async def story(world: World) -> None:
        world.clock.instant_ms = to_ms(datetime.fromisoformat("2026-01-31T12:00:00+05:00"))
        await world.load("kz.afc.persons", None)
        old = json.dumps(json.loads(transfer("t-1", currency="KZT")) | {"occurred_at": "2026-01-31T12:00:00+05:00"})
        await decide_event(world.shard, old.encode())
        world.clock.instant_ms = to_ms(datetime.fromisoformat("2026-02-02T12:00:00+05:00"))
        said = json.loads(world.report()) | {"occurred_at": "2026-02-02T12:00:00+05:00"}
        claim = (await make_claim(world.shard, json.dumps(said).encode())).row
        assert (claim["kind"], claim["liability"], claim["assessments"]) == ("none", "cannot_prove", [])

    run(story, packs="kz")
