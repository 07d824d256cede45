"""The built-in step-up: a code of six digits, made for one hold, amount, payee and link, and sent through the bank.

No code is kept: it follows from its id under our key. The codes that were sent and the attempts that failed are acts
of the hold, so that neither another page nor a restart gives anybody more of them.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from holdfast.holds.proof import Demand, Proof, signature
from holdfast.operations.hold_link import Link
from holdfast.operations.hold_story import HoldStory, event_id_of
from holdfast.operations.read_hold import demand_of
from holdfast.operations.shard import Shard
from holdfast.operations.show_hold import Visit, return_to_hold, write_show
from holdfast.vocabulary.errors import ProofError
from holdfast.vocabulary.holds import ActKind, HoldAct
from holdfast.vocabulary.instants import MINUTE_MS
from holdfast.vocabulary.records import OutboxRow
from holdfast.vocabulary.writing import money, requisite
from holdfast.wire.canonical import canonical

if TYPE_CHECKING:
    from holdfast.vocabulary.judgement import Scalar

METHOD: Final = "app_code"
TOPIC: Final = "confirm_code"
MINUTES: Final = 10
ATTEMPTS: Final = 3
CODES: Final = 5
_SENT: Final = "hold.code_sent"
_WRONG: Final = "hold.code_wrong"
_DIGITS: Final = 6
_TEXTS: Final = {
    "ru": "{code}: код, чтобы подтвердить операцию {amount}, {payee}. Не называйте его никому, даже сотруднику банка.",
    "kk": "{code}: операцияны растау коды: {amount}, {payee}. Оны ешкімге, тіпті банк қызметкеріне де айтпаңыз.",
    "en": "{code} is the code to confirm this operation: {amount}, {payee}. Tell it to nobody, not even to bank staff.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """How the newest code of a link stands: until when it counts, how many attempts are `left`, whether one `more`."""

    id: str
    until_ms: int
    left: int
    more: bool


def offers_code(shard: Shard, story: HoldStory) -> bool:
    """Tell whether a code of ours proves enough for this hold; never where the device may be in a thief's hands."""
    demand = demand_of(shard, story)
    return not demand.careful and (not demand.methods or METHOD in demand.methods)


def may_send(story: HoldStory) -> bool:
    """Tell whether one more code may be sent for this hold, through whatever link."""
    return len(_told(story, _SENT)) < CODES


def code_of(shard: Shard, story: HoldStory, link: Link) -> Code | None:
    """Give the newest code that was sent for a link, if any was."""
    sent = [act for act in _told(story, _SENT) if act.details.get("link") == link.name]
    if not sent:
        return None
    code_id, until_ms = str(sent[-1].details["code"]), sent[-1].at_ms + MINUTES * MINUTE_MS
    wrong = sum(act.details.get("code") == code_id for act in _told(story, _WRONG))
    is_live = shard.ports.clock.now_ms() < until_ms
    return Code(id=code_id, until_ms=until_ms, left=max(0, ATTEMPTS - wrong) if is_live else 0, more=may_send(story))


async def send_code(shard: Shard, link: Link, device: str | None, *, answers: Mapping[str, str], language: str) -> None:
    """Send a new code, and keep what the client answered before; raises ProofError where no code may be sent."""
    visit = await return_to_hold(shard, link, device)
    if not offers_code(shard, visit.story) or not may_send(visit.story):
        raise ProofError("no code is sent for this hold")
    code_id = shard.ports.new_id("code")
    details: dict[str, Scalar] = {
        "template": _SENT,
        "code": code_id,
        "language": language,
        "warned": "warned" in answers,
    }
    await write_show(shard, visit, details, personal={"answers": dict(answers)}, outbox=(_row(shard, visit, code_id),))


async def try_code(shard: Shard, link: Link, text: str, *, device: str | None) -> Proof:
    """Give the proof that the right code is; raises ProofError after counting an attempt that failed."""
    visit = await return_to_hold(shard, link, device)
    code = code_of(shard, visit.story, link)
    typed = "".join(text.split()).replace("-", "")
    if code is None or not code.left:
        raise ProofError("there is no code that counts", pointer="/code")
    if not (typed.isascii() and typed.isdigit() and len(typed) == _DIGITS):
        raise ProofError(f"the code has {_DIGITS} digits", pointer="/code")
    demand = demand_of(shard, visit.story)
    if not hmac.compare_digest(typed, _digits(shard, link, demand, code_id=code.id)):
        await write_show(shard, visit, {"template": _WRONG, "code": code.id}, personal={})
        raise ProofError("the code is not the one that was sent", pointer="/code")
    return _signed(demand, Proof(method=METHOD, reference=code.id))


def _told(story: HoldStory, template: str) -> list[HoldAct]:
    """Give the acts that sent a code, or noted a wrong one."""
    return [act for act in story.acts if act.act is ActKind.SHOW and act.details.get("template") == template]


def _digits(shard: Shard, link: Link, demand: Demand, *, code_id: str) -> str:
    """Derive a code from its id: it counts for this hold, amount, payee and link only."""
    key = shard.ports.store.derive("confirm_codes")
    digest = hmac.new(key, f"{code_id}\x1f{demand.binding}\x1f{link.name}".encode(), "sha256").digest()
    return f"{int.from_bytes(digest, 'big') % 10**_DIGITS:0{_DIGITS}}"


def _signed(demand: Demand, proof: Proof) -> Proof:
    """Sign a proof where proofs are signed: this one is our own."""
    if demand.key is None:
        return proof
    made = signature(demand.key, demand.binding, act=ActKind.CONFIRM.value, proof=proof)
    return Proof(method=proof.method, reference=proof.reference, signature=made)


def _row(shard: Shard, visit: Visit, code_id: str) -> OutboxRow:
    """Queue the code with its text in every language, which names what it confirms."""
    story = visit.story
    digits = _digits(shard, visit.link, demand_of(shard, story), code_id=code_id)
    values = story.event.values if story.event else {}
    amount, currency = values.get("amount"), values.get("currency")
    texts = {
        language: text.format(
            code=digits,
            amount=money(amount, str(currency), language) if isinstance(amount, int) else "",
            payee=requisite(values, "payee", language),
        )
        for language, text in _TEXTS.items()
    }
    content = {
        "hold_id": story.row.id,
        "decision_id": story.row.decision_id,
        "event_id": event_id_of(story),
        "code_id": code_id,
        "code": digits,
        "until_ms": shard.ports.clock.now_ms() + MINUTES * MINUTE_MS,
        "texts": texts,
    }
    return OutboxRow(topic=TOPIC, subject=story.decision.subject.hex(), payload=canonical(content))
