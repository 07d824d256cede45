"""What the names in a notice stand for: the whole text of a hold in three languages, and where a name comes from."""

import json
from pathlib import Path
from typing import Any

import pytest

from holdfast.operations.cancel_hold import cancel_hold
from holdfast.operations.confirm_hold import confirm_hold
from holdfast.operations.fire_due import fire_due
from holdfast.operations.notice_words import LISTS, RAILS, list_word, rail_word
from holdfast.operations.notices import notice_row
from holdfast.operations.said import Proof, Said
from holdfast.operations.shard import commit
from holdfast.regulation.remedies import NAMES
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.vocabulary.writing import LANGUAGES
from holdfast.wire.fields import event_schema
from tests.unit.operations.mailing import House, notice, told
from tests.unit.operations.shards import NOON_MS, make_shard

GOLDEN = Path(__file__).parents[2] / "golden" / "notices"
OF_A_HOLD = tuple(name for name in NAMES if name not in ("allowed_from", "limit", "how", "listing"))
EVERY_NAME = notice("\n".join(f"{name}: ${name}" for name in OF_A_HOLD), "hold")


async def texts(house: House) -> dict[str, str]:
    """Deliver what waits, and give the body of the newest notice by language."""
    await house.deliver()
    data = house.post.read()[-1]["data"]
    assert data["unwritten"] is None, data["unwritten"]
    return {language: text["body"] for language, text in data["texts"].items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_of_a_hold_is_written_in_three_languages(language: str) -> None:
    """The whole text equals the one that a person has read and approved."""

    async def story(house: House) -> str:
        await house.decide(
            payee={"kind": "individual", "inn": "500100732259", "account": "40817810000000000002", "bic": "044525225"}
        )
        return (await texts(house))[language]

    assert told(story, EVERY_NAME) + "\n" == (GOLDEN / f"hold.{language}.txt").read_text(encoding="utf-8")


def test_where_the_phone_is_in_doubt_the_text_says_how_alone_to_confirm() -> None:
    """After a sign of malware only the branch and a call-back count, and the client reads so; else nothing is said."""

    async def story(house: House) -> None:
        await house.decide("t-1", device={"id": "d-1", "malware": True})
        assert "в отделении банка или когда банк сам перезвонит" in (await texts(house))["ru"]
        await house.decide("t-2")
        assert (await texts(house))["ru"] == "[]"

    told(story, notice("[$how]", "hold"))


def test_whom_a_limit_refuses_is_told_of_the_limit() -> None:
    """A client who was on the list before the bank ever saw him hears of it with the refusal."""

    async def story(house: House) -> None:
        payer = {"customer_id": "c-9", "kind": "individual", "inn": "500100732259"}
        payee = {"kind": "individual", "inn": "771234567890"}
        decision = await house.decide("t-1", payer=payer, payee=payee, amount_minor=10_000_001)
        assert (decision["outcome"], decision["ground"]) == ("refuse", "ru.161-fz.9.11.6")
        assert (await texts(house))["en"] == "RUB\u00a0100,000.00"

    told(story, notice("$limit", "", "ru.161-fz.9.11.6"))


def test_a_refusal_cites_the_law_of_its_rail() -> None:
    """What is refused on an instant rail names the sentence that refuses, not the one that suspends."""

    async def story(house: House) -> None:
        decision = await house.decide(rail="sbp")
        assert decision["outcome"] == "refuse"
        assert "предложение 2" in (await texts(house))["ru"]

    told(story, notice("$rail: $provision", "refuse"))


def test_a_repeat_that_is_refused_says_from_when_it_passes() -> None:
    """The second refusal to a payee of the database names the day."""

    async def story(house: House) -> None:
        await house.decide("t-1", rail="sbp")
        await house.decide("t-2", rail="sbp")
        written = await texts(house)
        assert written["en"] == "10 May 2026, 00:00 Moscow time"

    told(story, notice("$bank", "refuse"), notice("$allowed_from", "closed"))


def test_a_queued_value_is_written_by_its_unit() -> None:
    """Instants, money and lists that the caller names read as in the rest of the text; it has the last word."""

    async def story(house: House) -> None:
        decision = await house.decide()
        await house.deliver()
        values: dict[str, Any] = {
            "limit_minor": 10_000_000,
            "currency": "RUB",
            "due_ms": NOON_MS,
            "hours": 48,
            "list": "kz.afc.persons",
            "provision": "an order of the court",
        }
        row = notice_row(
            house.shard,
            template="own",
            case="",
            decision_id=decision["id"],
            event_id="t-1",
            subject=b"",
            values=values,
        )
        await _put(house, row)
        assert (await texts(house))["en"] == (
            "RUB\u00a0100,000.00, 8 May 2026, 12:00 Moscow time, 48, the database of the Antifraud Centre of the"
            " National Bank of Kazakhstan, an order of the court"
        )

    told(story, notice("$limit, $due, $hours, $list, $provision", "", "own"))


async def _put(house: House, row: Any) -> None:
    """Queue a row with a record of its own."""
    now_ms = house.clock.now_ms()
    record = Record(
        seq=house.shard.next_seq(), kind=RecordKind.HOLD, occurred_ms=now_ms, received_ms=now_ms, outbox=(row,)
    )
    await commit(house.shard, record).landed


def test_the_terms_are_those_of_the_moment_that_is_told_of() -> None:
    """Notices that are delivered late each name the terms of their own act: of the first pause and of the second."""

    async def story(house: House) -> None:
        decision = await house.decide()
        house.clock.instant_ms += DAY_MS
        proof = Proof(method="app", reference="r-1")
        await confirm_hold(house.shard, decision["hold"]["id"], Said(by="client", customer_id="c-1", proof=proof))
        house.clock.instant_ms += 30 * DAY_MS
        await house.deliver()
        told_of = [row["data"]["texts"]["en"]["body"] for row in house.post.read() if row["type"] == "notify_client"]
        assert [text.partition(",")[0] for text in told_of] == ["9 May 2026", "10 May 2026"]

    told(story, notice("$until", "hold"), notice("$until", "", "ru.161-fz.8.3.10"))


def test_every_rail_and_every_regulators_list_has_a_word() -> None:
    """No rail of the wire is called an operation, and no list of the packs the bank's own unless it is."""
    rails = event_schema().fields["transfer"]["rail"].words
    assert set(rails) <= set(RAILS)
    for prefix in LISTS:
        assert len({list_word(f"{prefix}x", language) for language in LANGUAGES}) == 3
    assert len({rail_word("nothing known", language) for language in LANGUAGES}) >= 2


@pytest.mark.parametrize(
    ("case", "changes"),
    [("hold", {}), ("refuse", {"rail": "sbp"}), ("closed", {"rail": "sbp"}), ("lapse", {}), ("cancel", {})],
)
def test_the_shipped_texts_of_a_hold_and_a_refusal_are_whole(case: str, changes: dict[str, Any]) -> None:
    """What a client of a Russian bank hears, from the hold to its end, leaves nothing out in any language."""

    async def story(house: House) -> None:
        house.shard.law = make_shard(house.store, house.clock).law
        decision = await house.decide("t-1", **changes)
        if case == "closed":
            await house.decide("t-2", **changes)
        if case == "lapse":
            house.clock.instant_ms += 2 * DAY_MS
            await fire_due(house.shard)
        if case == "cancel":
            await cancel_hold(house.shard, decision["hold"]["id"], Said(by="client", customer_id="c-1"))
        for written in (await texts(house)).values():
            assert "$" not in written
            assert "Тест-банк" in written
            assert "250" in written

    told(story)


def test_the_message_itself_is_json() -> None:
    """What is sent decodes, and its keys stand in order."""

    async def story(house: House) -> None:
        await house.decide()
        await house.deliver()
        body = house.post.sent[0].body
        assert json.dumps(json.loads(body), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() == body

    told(story, EVERY_NAME)
