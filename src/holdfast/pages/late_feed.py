"""A feed that was loaded 72 minutes late: what the bank then owes, the evidence, and what one edited byte does to it.

Played by the real engine on a shard in memory; the evidence file is the one that the bank would hand to a court.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from holdfast.operations.change_list import Edit, change_list
from holdfast.operations.decide_event import decide_event
from holdfast.operations.evidence import Evidence, evidence_of_decision
from holdfast.operations.follow_versions import follow_versions
from holdfast.operations.make_claim import make_claim
from holdfast.operations.take_event import take_event
from holdfast.operations.verify_evidence import Checked, verify_evidence
from holdfast.pages.eve import Scratch
from holdfast.simulation.scripting import SELLER
from holdfast.simulation.strangers import by_details
from holdfast.vocabulary.clock import MovingClock
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.lists import ListEntry, ListKind
from holdfast.wire.canonical import canonical, read_canonical

Row = Mapping[str, Any]
LIST: Final = "ru.cbr.recipients"
PUBLISHED: Final = datetime(2026, 6, 3, 9, 0, tzinfo=ZoneInfo("Europe/Moscow"))
LATE: Final = timedelta(minutes=72)
_SENT: Final = PUBLISHED + timedelta(minutes=65)
_TRANSFER: Final = "late-feed"
_CLIENT: Final = "c-late"
_AMOUNT: Final = b'amount_minor\\":'


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The story: its instants, the decision, the claim as the API gives it, and the evidence file.

    `whole` is what the check of the evidence says, `found` what it says after one byte of the file was changed.
    """

    published: datetime
    sent: datetime
    loaded: datetime
    decision: Row
    claim: Row
    evidence: Evidence
    whole: Checked
    found: Checked


async def late_feed(scratch: Scratch, units: int) -> Course:
    """Play the story."""
    shard = scratch(to_ms(PUBLISHED))
    clock = shard.ports.clock
    if not isinstance(clock, MovingClock):
        raise Bug("a scratch shard must have a clock that moves")
    await change_list(shard, Edit(list=LIST, add=(_entry("40817810000000000777", clock.now_ms()),)))
    payee = by_details("ru", SELLER)
    clock.move(to_ms(_SENT))
    sent = {"id": _TRANSFER, "type": "transfer", "occurred_at": _SENT.isoformat(), "rail": "order"}
    client = {"customer_id": _CLIENT, "kind": "individual"}
    money = {"amount_minor": units * 100, "currency": "RUB"}
    answer = await decide_event(shard, canonical({**sent, **money, "payer": client, "payee": payee}))
    decision = read_canonical(answer.body, dict)
    clock.move(to_ms(_SENT + timedelta(minutes=1)))
    await take_event(shard, canonical(_event("result", _SENT + timedelta(minutes=1), of=_TRANSFER, result="executed")))
    loaded = PUBLISHED + LATE
    clock.move(to_ms(loaded))
    entry = _entry(payee["account"], clock.now_ms())
    await change_list(
        shard, Edit(list=LIST, add=(replace(entry, bic=payee.get("bic")),), published_ms=to_ms(PUBLISHED))
    )
    await follow_versions(shard)
    told = loaded + timedelta(days=1)
    clock.move(to_ms(told))
    report = _event("report", told, kind="fraud_report", client=client, of=_TRANSFER, without_consent=True)
    claim = (await make_claim(shard, canonical(report | {"application": {"number": "17", "date": "2026-06-04"}}))).row
    evidence = await evidence_of_decision(shard, decision["id"])
    return Course(
        published=PUBLISHED,
        sent=_SENT,
        loaded=loaded,
        decision=decision,
        claim=claim,
        evidence=evidence,
        whole=verify_evidence(evidence.data),
        found=verify_evidence(_edited(evidence.data)),
    )


def _edited(data: bytes) -> bytes:
    """Change one byte: the first digit of the amount in the event as it was recorded."""
    place = data.find(_AMOUNT) + len(_AMOUNT)
    if place < len(_AMOUNT):
        raise Bug("the evidence file has no amount")
    digit = b"1" if data[place : place + 1] != b"1" else b"2"
    return data[:place] + digit + data[place + 1 :]


def _entry(account: str, now_ms: int) -> ListEntry:
    return ListEntry(kind=ListKind.ACCOUNT, value=account, added_ms=now_ms)


def _event(event_id: str, at: datetime, *, kind: str = "transfer_result", **fields: Any) -> dict[str, Any]:
    return {"id": event_id, "type": kind, "occurred_at": at.isoformat(), **fields}
