"""A visitor's own scam message: who writes it to whom, and the event that it becomes on the running server."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from holdfast.operations.decide_event import decide_event
from holdfast.operations.shard import Shard
from holdfast.vocabulary.instants import DAY_MS, rfc3339
from holdfast.wire.canonical import canonical, read_canonical

Role = Literal["buyer", "seller"]
ROLES: Final[tuple[Role, ...]] = ("buyer", "seller")
MOST_LETTERS: Final = 2_000
PREFIX: Final = "letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message: what is written, and by which side."""

    text: str
    writer: Role


SAMPLES: Final[Mapping[str, Letter]] = {
    "delivery_ru": Letter(
        text="Здравствуйте! Я в другом городе, курьера уже оформила и оплатила. Чтобы получить деньги, перейдите по "
        "ссылке и введите номер карты: https://olx-dostavka-8841.site/pay",
        writer="buyer",
    ),
    "delivery_kk": Letter(
        text="Сәлеметсіз бе! Жеткізуді төлеп қойдым. Ақшаңызды алу үшін сілтемеге өтіп, картаңыздың нөмірін жазыңыз: "
        "kaspi-tolem-5520.top/alu",
        writer="buyer",
    ),
    "hidden": Letter(
        text="Оплата ждёт вас, подтвердите тут: hxxps://kaspi\u200b-pay-7713[.]online/get "
        "или наберите kaspi-pay-7713 точка online",
        writer="buyer",
    ),
    "code": Letter(
        text="Деньги зачислены, осталось подтвердить. Сейчас придёт СМС, назовите код, это для зачисления.",
        writer="buyer",
    ),
    "prepaid": Letter(
        text="Желающих много, забронирую за вами, если внесёте предоплату 20 000 на карту. Напишите в ватсап, тут не "
        "отвечаю.",
        writer="seller",
    ),
    "rent": Letter(text="Возьму в аренду ваш аккаунт с отзывами и карту, плачу каждую неделю.", writer="buyer"),
    "bill": Letter(text="Добрый день! Вот счёт на оплату: https://pay.kaspi.kz/pay/v9x2k1", writer="seller"),
    "careful": Letter(
        text="Извините, по ссылкам не перехожу и код из СМС никому не говорю. Оплата при встрече.", writer="seller"
    ),
}
"""Six of fraud, then two of honest people which name the same things; the hosts are made up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Id:
    """The one thing that a page needs of an answer at once."""

    id: str


def read_letter(form: Mapping[str, str]) -> tuple[Letter | None, Mapping[str, str], str]:
    """Read the form: the message or nothing, what was typed, and the key of the fault's text."""
    typed = {"text": form.get("text", "")[: MOST_LETTERS + 1], "writer": form.get("writer", "")}
    text = typed["text"].strip()
    if not text:
        return None, typed, "message.fault.empty"
    if len(text) > MOST_LETTERS:
        return None, typed, "message.fault.long"
    writer = next((role for role in ROLES if role == typed["writer"]), None)
    if writer is None:
        return None, typed, "message.fault.writer"
    return Letter(text=text, writer=writer), typed, ""


def _event(shard: Shard, letter: Letter) -> dict[str, Any]:
    """Write the event: two people whom nobody has met before, one of them three days on the site."""
    now_ms, zone = shard.ports.clock.now_ms(), shard.tenant.zone
    name = shard.ports.new_id(PREFIX).replace("_", "-")
    buyer = {"customer_id": f"b-{name}", "role": "buyer"}
    seller = {"seller_id": f"s-{name}", "role": "seller"}
    sides = (buyer, seller) if letter.writer == "buyer" else (seller, buyer)
    since = {"registered_at": rfc3339(now_ms - 3 * DAY_MS, zone)}
    return {
        "id": name,
        "type": "message_sent",
        "occurred_at": rfc3339(now_ms, zone),
        "conversation_id": f"v-{name}",
        "from": sides[0] | since,
        "to": sides[1],
        "text": letter.text,
    }


async def send_letter(shard: Shard, letter: Letter) -> str:
    """Let the server decide about the message, and give the decision's id."""
    answer = await decide_event(shard, canonical(_event(shard, letter)))
    return read_canonical(answer.body, _Id).id


INTENTS: Final = (
    "text.link_for_money",
    "text.asks_card",
    "text.asks_code",
    "text.courier",
    "text.prepayment",
    "text.go_off",
    "text.urgent",
    "text.rents_account",
)
TRICKS: Final = (
    "links.lookalike",
    "links.delivery_words",
    "links.hidden",
    "links.shortener",
    "links.free_hosting",
    "links.messenger",
    "links.bot",
    "links.ip_host",
)
