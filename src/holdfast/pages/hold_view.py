"""A hold as its client reads it: which screen, and the values on it, all in one language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from holdfast.operations.confirm_code import may_send, offers_code
from holdfast.operations.read_hold import is_careful
from holdfast.operations.shard import Shard
from holdfast.operations.show_hold import Visit, hold_view
from holdfast.pages.words import Words
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.packs import HoldPolicy
from holdfast.vocabulary.records import Record
from holdfast.vocabulary.writing import moment, money, requisite
from holdfast.wire.canonical import read_canonical

Row = Mapping[str, Any]
Titles = Mapping[str, Mapping[str, str]]
BOOK: Final = "hold"
LOAN: Final = "loan"
TRANSFER: Final = "transfer"
PAYOUT: Final = "payout"
_REVIEWED: Final = {
    "listing_published": "listing",
    "listing_edited": "listing",
    "message_sent": "message",
    "seller_registered": "account",
    "seller_changed": "account",
}
_LONGEST: Final = 200
_WAITING: Final = frozenset({"open", "trusted", "fixed", "held", "incoming", "again", "pause", "wait", "consent"})
_APPEALABLE: Final = frozenset({"fixed", "incoming", "restrained", "returned", "again"})
_NO_CANCEL: Final = frozenset({"incoming", "restrained", "returned"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldView:
    """What the pages of one hold show.

    `thing` is `transfer`, `loan`, `payout`, `listing`, `message` or `account`; `screen` the state in words of the
    texts; `what` a listing's title or a message's text; `title` says what kind of stop it is, for where no sign speaks;
    `elsewhere` why it cannot be confirmed here (`careful`, `method`, `used`), empty where it can. Instants and amounts
    are written out.
    """

    thing: str
    screen: str
    what: str
    amount: str
    payee: str
    title: str
    reasons: tuple[str, ...]
    provision: str
    until: str
    can_cancel: bool
    can_confirm: bool
    elsewhere: str

    @property
    def waits(self) -> bool:
        """Tell whether the hold waits for somebody or for its term."""
        return self.screen in _WAITING

    @property
    def may_appeal(self) -> bool:
        """Tell whether the page says how to object: the client's own word does not end this hold at once."""
        return self.screen in _APPEALABLE


def view_of(shard: Shard, visit: Visit, words: Words) -> HoldView:
    """Make the view of a visit."""
    row: dict[str, Any] = hold_view(shard, visit)
    story = visit.story
    screen = screen_of(row, story.policy_now, is_loan=thing_of(story.event) == LOAN, is_incoming=_is_incoming(visit))
    can_confirm = "confirm" in row["next"] and "client" in story.policy_now.confirmed_by
    return HoldView(
        thing=thing_of(story.event),
        screen=screen,
        what=_what(story.event),
        amount=_amount(story.event, words.language),
        payee=_payee(story.event, words.language),
        title=_titled(story.policy_now.title, words.language),
        reasons=() if screen == "again" else _reasons(shard, story.decision, words),
        provision=row["provision"],
        until=_until(shard, row, screen, words=words),
        can_cancel="cancel" in row["next"] and screen not in _NO_CANCEL,
        can_confirm=can_confirm,
        elsewhere=_elsewhere(shard, visit),
    )


def screen_of(row: Row, policy: HoldPolicy, *, is_loan: bool, is_incoming: bool) -> str:
    """Name the screen of a hold as it stands: what was reported of the money comes before what was decided."""
    if row["executed"] is True:
        return "executed"
    if row["executed"] is False and row["instruction"] == "execute":
        return "failed"
    return _restrained(row) or _standing(row, policy, is_loan=is_loan, is_incoming=is_incoming)


def _standing(row: Row, policy: HoldPolicy, *, is_loan: bool, is_incoming: bool) -> str:
    """Name the screen of a hold's state."""
    state: str = row["state"]
    if state == "cancelled":
        return "coached" if any(act["details"].get("coached") for act in row["history"]) else state
    if state != "placed":
        return "again" if state == "paused_again" else state
    if is_loan:
        return _loan(row, policy)
    return "incoming" if is_incoming else _placed(row, policy)


def _placed(row: Row, policy: HoldPolicy) -> str:
    """Name the screen of a payer's transfer that waits for its first end."""
    if "client" not in policy.confirmed_by:
        return "trusted"
    if "confirm" in row["next"]:
        return "open"
    return "fixed" if policy.at_expiry == "execute" else "held"


def _loan(row: Row, policy: HoldPolicy) -> str:
    """Name the screen of a loan that waits."""
    if policy.at_expiry != "consent":
        return "pause"
    return "consent" if "confirm" in row["next"] else "wait"


def _restrained(row: Row) -> str:
    """Name the screen of a hold that an authority's notice keeps or sends back; nothing where none does."""
    effects = [act["details"].get("effect") for act in row["history"] if act["act"] in {"restrain", "lapse"}]
    effect = effects[-1] if effects else None
    if effect == "keep":
        return "restrained" if row["instruction"] == "wait" else ""
    return "returned" if effect == "return" else ""


def thing_of(event: Event | None) -> str:
    """Say what is held; an operation whose data was erased is spoken of as a transfer."""
    kind = event.type if event else TRANSFER
    if kind.startswith(LOAN):
        return LOAN
    return PAYOUT if kind == PAYOUT else _REVIEWED.get(kind, TRANSFER)


def voices_of(thing: str) -> tuple[str, ...]:
    """Name the groups of texts that speak of a thing, its own first."""
    if thing in _REVIEWED.values():
        return (thing, "review", "site")
    return (thing, "site") if thing == PAYOUT else (thing,)


def _what(event: Event | None) -> str:
    """Name a listing by its title, and show the beginning of a message; of anything else there is nothing to name."""
    values = event.values if event else {}
    named = values.get("listing.title") or values.get("listing.listing_id") or values.get("text")
    return str(named)[:_LONGEST] if named is not None and thing_of(event) in _REVIEWED.values() else ""


def _is_incoming(visit: Visit) -> bool:
    """Tell whether the held money comes to this client."""
    event = visit.story.event
    values = event.values if event and event.type != PAYOUT else {}
    mine = visit.link.customer_id
    return values.get("payee.customer_id") == mine and values.get("payer.customer_id") != mine


def _amount(event: Event | None, language: str) -> str:
    """Write the amount; nothing where the operation's data was erased."""
    values = event.values if event else {}
    amount, currency = values.get("amount"), values.get("currency")
    return money(amount, str(currency), language) if isinstance(amount, int) else ""


def _payee(event: Event | None, language: str) -> str:
    """Name the payee by a masked requisite; nothing where the operation has none."""
    values = event.values if event else {}
    return requisite(values, "payee", language) if any(name.startswith("payee.") for name in values) else ""


def _until(shard: Shard, row: Row, screen: str, *, words: Words) -> str:
    """Write the instant that matters to the client: the end of the window while it is open, else that of the term."""
    text = (screen == "open" and row["confirm_by"]) or row["until"]
    if not text:
        return ""
    return moment(to_ms(datetime.fromisoformat(text)), words.language, shard.tenant.zone)


def _elsewhere(shard: Shard, visit: Visit) -> str:
    """Say why a confirmation cannot be given here; nothing where it can."""
    story = visit.story
    if not offers_code(shard, story):
        return "careful" if is_careful(story) else "method"
    return "" if may_send(story) else "used"


def _reasons(shard: Shard, decision: Record, words: Words) -> tuple[str, ...]:
    """Say everything that stopped the operation, in plain words where there are some, else by its title in the pack."""
    judgement: Row = read_canonical(decision.judgement, dict)
    titles = _titles(shard, decision.occurred_ms)
    signs = [row for row in judgement["signs"] if row["state"] == "fired" and row["mode"] == "enforce"]
    rules = [row for row in judgement["rules"] if row["reached"] == judgement["outcome"] and row["mode"] == "enforce"]
    return tuple(dict.fromkeys(_plain(row, titles, words) for row in (*signs, *rules)))


def _titles(shard: Shard, at_ms: int) -> Titles:
    """Give the titles of the signs in force at an instant, and of the rules, by id."""
    signs = {sign.id: sign.title for pack in shard.law.packs for sign in pack.signs if sign.dated.holds_at(at_ms)}
    rules = {rule.id: rule.title for pack in shard.law.packs for rule in pack.rules}
    return {str(name): title for name, title in (*rules.items(), *signs.items())}


def _plain(row: Row, titles: Titles, words: Words) -> str:
    """Say one sign or rule."""
    if words.has(f"sign.{row['id']}"):
        return words(f"sign.{row['id']}")
    title: str = _titled(titles.get(row["id"], {}), words.language) or row["title"]
    return title if title.endswith(".") else f"{title}."


def _titled(titles: Mapping[str, str], language: str) -> str:
    """Give a title in a language, else in English, else nothing."""
    return titles.get(language) or titles.get("en", "")
