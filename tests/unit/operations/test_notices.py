"""The rows of the outbox, and a notice's text."""

from typing import Any

import msgspec
import pytest

from holdfast.operations.notices import changed_row, notice_row, render
from holdfast.operations.record import outbox_rows, subject_of
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.judgement import Envelope, HoldTerms, Judgement, Measure, RepeatTerms, Versions
from holdfast.vocabulary.packs import Citation, Dated, Notice
from holdfast.vocabulary.records import OutboxRow
from holdfast.wire.codec import decode
from tests.unit.operations.shards import NOON_MS, SlowStore, StillClock, make_shard, transfer

CITE = Citation(act="Act", article="1", url="https://example.org", confidence="C", checked_on="2026-01-01")


def notice(body: str, **more: Any) -> Notice:
    """Make a notice whose texts are the same in every language."""
    texts = {"ru": body, "kk": body, "en": body}
    return Notice(id="xx.act.tell", case="", subject=texts, body=texts, cite=CITE, dated=Dated(from_ms=0), **more)


def content(row: OutboxRow) -> dict[str, Any]:
    """Read a row's payload."""
    read: dict[str, Any] = msgspec.json.decode(row.payload)
    return read


def test_a_text_is_filled_with_its_values() -> None:
    """Every name is put in, with or without braces, and a doubled sign stays one."""
    text = render(notice("$bank: ${amount} $$"), {"bank": "Банк", "amount": "1,00", "unused": "x"}, "ru")
    assert text == ("Банк: 1,00 $", "Банк: 1,00 $")


@pytest.mark.parametrize(
    ("body", "language"), [("$nothing", "ru"), ("costs 5$", "ru"), ("$bank", "de")], ids=["name", "sign", "language"]
)
def test_a_text_with_a_hole_is_never_sent(body: str, language: str) -> None:
    """A name without a value, a stray sign and a missing language are faults of ours that name the notice."""
    with pytest.raises(Bug, match=r"xx\.act\.tell"):
        render(notice(body), {"bank": "b"}, language)


def test_each_row_says_what_a_receiver_needs() -> None:
    """A notice row names text, case, story and instant; a change says what the bank must do now."""
    clock = StillClock()
    shard = make_shard(SlowStore(clock), clock)
    about: dict[str, Any] = {"decision_id": "dec_1", "event_id": "tr-1", "subject": b"\x01\x02"}
    terms = HoldTerms(policy="p", until="2026-05-09T23:59:59+03:00", confirm_by=None)
    row = notice_row(shard, template="t", case="hold", hold_id="hold_1", terms=terms, values={"hours": 4}, **about)
    assert (row.topic, row.subject) == ("notify_client", "0102")
    assert content(row) == {
        "template": "t",
        "case": "hold",
        "decision_id": "dec_1",
        "event_id": "tr-1",
        "hold_id": "hold_1",
        "claim_id": None,
        "policy": "p",
        "until": "2026-05-09T23:59:59+03:00",
        "confirm_by": None,
        "at_ms": NOON_MS,
        "ruleset": shard.ruleset,
        "values": {"hours": 4},
    }
    row = changed_row(shard, hold_id="hold_1", act="cancel", state="cancelled", instruction="do_not_execute", **about)
    assert row.topic == "hold_changed"
    assert content(row)["instruction"] == "do_not_execute"


def judged(*measures: Measure, outcome: str = "hold", repeat: RepeatTerms | None = None) -> Judgement:
    """Make a judgement that brings measures."""
    versions = Versions(engine="0", packs={}, ruleset="r", lists={})
    rest: dict[str, Any] = {"would_be": None, "ground": None, "score": None, "hold": None, "facts_hash": ""}
    law: dict[str, Any] = {"measures": measures, "versions": versions, "repeat": repeat}
    return Judgement(outcome=outcome, signs=(), rules=(), **law, **rest)


def queued(judgement: Judgement, *, revised: bool = False) -> list[tuple[str, dict[str, Any]]]:
    """Give the topics and payloads that a judgement of one transfer queues."""
    clock = StillClock()
    shard = make_shard(SlowStore(clock), clock)
    event = decode(transfer("tr-1"), NOON_MS).event
    envelope = Envelope(decision_id="dec_1", hold_id="hold_1", decided_ms=NOON_MS, timings_us={})
    rows = outbox_rows(shard, event, judgement, envelope=envelope, revised=revised)
    assert {row.subject for row in rows} <= {subject_of(shard.ports.store, event).hex()}
    return [(row.topic, content(row)) for row in rows]


def test_a_decision_queues_one_row_for_each_notice() -> None:
    """Two duties with one text are one message; measures that tell the client nothing bring none."""
    told: Measure = {"kind": "notify_client", "template": "xx.tell", "duty": "xx.1", "hours": 48}
    rows = queued(judged(told, dict(told, duty="xx.2"), {"kind": "cap_cash", "template": "xx.cap"}))
    assert [(topic, row["template"], row["case"], row["hold_id"], row["values"]) for topic, row in rows] == [
        ("notify_client", "xx.tell", "hold", "hold_1", {"hours": 48})
    ]
    assert queued(judged(outcome="allow")) == []


@pytest.mark.parametrize(("state", "case"), [("open", "refuse"), ("closed", "closed")])
def test_a_repeat_that_is_refused_too_has_its_own_text(state: str, case: str) -> None:
    """A first refusal says that it may be repeated at once, a refused repeat from when."""
    told: Measure = {"kind": "notify_client", "template": "xx.tell"}
    rows = queued(judged(told, outcome="refuse", repeat=RepeatTerms(policy="p", state=state)))
    assert [row["case"] for _, row in rows] == [case]


def test_a_revision_tells_the_bank_before_the_client() -> None:
    """The bank hears that a decision was revised, and then the client what follows from it."""
    told: Measure = {"kind": "notify_client", "template": "xx.tell"}
    assert [topic for topic, _ in queued(judged(told), revised=True)] == ["decision_revised", "notify_client"]
