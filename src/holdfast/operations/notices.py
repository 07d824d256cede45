"""What leaves the house: the rows of the outbox, and the text of a notice to a client."""

from collections.abc import Mapping
from string import Template
from typing import Final, NamedTuple

from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.holds import HoldAct
from holdfast.vocabulary.judgement import HoldTerms, Scalar
from holdfast.vocabulary.packs import Notice
from holdfast.vocabulary.records import OutboxRow
from holdfast.wire.canonical import canonical, read_canonical

NOTIFY: Final = "notify_client"
CHANGED: Final = "hold_changed"
REVISED: Final = "decision_revised"
CASE: Final = "case_opened"


class Text(NamedTuple):
    """A notice in one language."""

    subject: str
    body: str


def notice_row(  # noqa: PLR0913 - one argument a field of the message
    shard: Shard,
    *,
    template: str,
    case: str,
    decision_id: str,
    event_id: str,
    subject: bytes,
    hold_id: str | None = None,
    claim_id: str | None = None,
    terms: HoldTerms | HoldAct | None = None,
    values: Mapping[str, Scalar] | None = None,
) -> OutboxRow:
    """Queue a notice to a client: the pack's text of the id `template` for `case` (an outcome, an act, or nothing).

    The text is written when it is delivered, from what the records say. `terms` are those of the hold after the act
    that is told of. `values` are more of its names: one that ends in `_ms` is an instant, one that ends in `_minor`
    money in `values["currency"]`. The outbox is not sealed, so they hold no personal data.
    """
    content = {
        "template": template,
        "case": case,
        "decision_id": decision_id,
        "event_id": event_id,
        "hold_id": hold_id,
        "claim_id": claim_id,
        "policy": terms and terms.policy,
        "until": terms and terms.until,
        "confirm_by": terms and terms.confirm_by,
        "at_ms": shard.ports.clock.now_ms(),
        "ruleset": shard.ruleset,
        "values": dict(values or {}),
    }
    return OutboxRow(topic=NOTIFY, subject=subject.hex(), payload=canonical(content))


def changed_row(  # noqa: PLR0913 - one argument a field of the message
    shard: Shard,
    *,
    hold_id: str,
    decision_id: str,
    event_id: str,
    act: str,
    state: str,
    instruction: str,
    subject: bytes,
) -> OutboxRow:
    """Queue word to the bank's systems that a hold changed, and what they must do with its operation now."""
    content = {
        "hold_id": hold_id,
        "decision_id": decision_id,
        "event_id": event_id,
        "act": act,
        "state": state,
        "instruction": instruction,
        "at_ms": shard.ports.clock.now_ms(),
    }
    return OutboxRow(topic=CHANGED, subject=subject.hex(), payload=canonical(content))


def case_row(shard: Shard, *, hold_id: str, decision_id: str, event_id: str, subject: bytes) -> OutboxRow:
    """Queue word to the bank's systems that a client says that somebody asked for the operation: look into it."""
    content = {
        "hold_id": hold_id,
        "decision_id": decision_id,
        "event_id": event_id,
        "reason": "coached",
        "at_ms": shard.ports.clock.now_ms(),
    }
    return OutboxRow(topic=CASE, subject=subject.hex(), payload=canonical(content))


def revised_row(shard: Shard, *, decision_id: str, event_id: str, outcome: str, subject: bytes) -> OutboxRow:
    """Queue word to the bank's systems that a decision was revised."""
    content = {
        "decision_id": decision_id,
        "event_id": event_id,
        "outcome": outcome,
        "at_ms": shard.ports.clock.now_ms(),
    }
    return OutboxRow(topic=REVISED, subject=subject.hex(), payload=canonical(content))


def queued_ms(payload: bytes) -> int | None:
    """Give the instant at which a message was queued; nothing for one of a server that did not note it."""
    at_ms = read_canonical(payload, dict).get("at_ms")
    return at_ms if isinstance(at_ms, int) else None


def render(notice: Notice, values: Mapping[str, str], language: str) -> Text:
    """Fill in a notice's text; a name without a value, or a text without the language, is a Bug."""
    try:
        return Text(*(Template(part[language]).substitute(values) for part in (notice.subject, notice.body)))
    except KeyError as error:
        raise Bug(f"notice `{notice.id}` in `{language}` has nothing for `{error.args[0]}`") from None
    except ValueError as error:
        raise Bug(f"notice `{notice.id}` in `{language}` is no template: {error}") from None
