"""Links and messages of a marketplace, through the running product: tests 36 to 42 of the marketplace reference."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.acceptance.conftest import Json, StartServer

PHRASE = "Здравствуйте! Оплатила, чтобы получить деньги, перейдите по ссылке {}"
STRANGE = (
    "delivery.olx.safedeal.casa",
    "polska-olx.order-id236782.xyz",
    "avito.yandex.cdek.kwid9.infopoint.xyz",
    "pomoc.techniczna-olx.com",
    "avito.payment-transfer.ru",
    "kaspi-payment.com",
    "recieve-pay.online",
    "olx-imgg-3f2a.pages.dev",
    "olx-dostavka-pay.kz",
    "https://evil.top\\@kaspi.kz",
    "//evil.top\\@kaspi.kz",
    "https://kaspi.kz@evil.top/",
    "kaspi%2ekz.evil.top",
    "kaspı.kz",
    "xn--kasp-oza.kz",
    "kas\u200bpi-pay.kz",
    "ｋａｓｐｉ－pay.kz",
    "kaspi-pay точка kz",
    "olx-pay нүкте kz",
    "kaspi-pay[.]kz",
    "hxxps://kaspi-pay.kz/1",
    "http://3104572420/",
    "egov.kz.co",
)


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    """Give each message a number of its own."""
    return count(1)


def message(number: int, text: str, **changes: object) -> Json:
    """Make a message of a buyer to a seller, in a conversation of its own."""
    sent: Json = {
        "id": f"m-{number}",
        "type": "message_sent",
        "occurred_at": "2026-05-08T12:00:00+03:00",
        "conversation_id": f"v-{number}",
        "from": {"customer_id": f"b-{number}", "role": "buyer"},
        "to": {"seller_id": "s-1", "role": "seller"},
        "text": text,
    }
    return sent | changes


def kinds(decision: Json) -> set[str]:
    """Name the kinds of measures that came with a decision."""
    return {str(measure["kind"]) for measure in decision["measures"]}


def rules(decision: Json) -> set[str]:
    """Name the rules that were true."""
    return {str(rule["id"]) for rule in decision["rules"]}


def test_every_spelling_of_a_strange_link_is_held(start: StartServer, numbers: Iterator[int]) -> None:
    """36: however a link is written, money by it waits and the reader is warned; a QR code is a link."""
    server = start("--home", "KZ")
    for link in STRANGE:
        decision = server.decide(message(next(numbers), PHRASE.format(link)))
        assert (decision["outcome"], "warn_reader" in kinds(decision)) == ("hold", True), link
    photo = {"photos": [{"photo_id": "p-1", "codes": ["https://kaspi-pay.top/1"]}]}
    decision = server.decide(message(next(numbers), "Чтобы получить деньги, отсканируйте код", **photo))
    assert decision["outcome"] == "hold"


def test_known_sites_stay_clean(start: StartServer, numbers: Iterator[int]) -> None:
    """37 and 42: own sites of banks, couriers and the post pass without a banner, an honest Cyrillic name too."""
    server = start("--home", "KZ")
    for text in (
        "Оплатить можно на kaspi.kz",
        "Счёт на https://pay.kaspi.kz/pay/abc1",
        "Посылку отследите на https://post.kz/services/postal/RB1234567KZ",
        "Моё второе объявление https://www.olx.kz/d/obyavlenie/1",
        "Сәлемдемені қазпошта.қаз сайтынан қараңыз",
        "Төлемді Kaspi Pay арқылы жасай беріңіз: kaspi.kz",
    ):
        decision = server.decide(message(next(numbers), text))
        assert (decision["outcome"], kinds(decision)) == ("allow", set()), text
    decision = server.decide(message(next(numbers), "Біздің дүкеннің сайты нан-дүкені.қаз, келіп көріңіз"))
    assert decision["outcome"] == "allow"


def test_a_link_in_two_messages_is_held(start: StartServer, numbers: Iterator[int]) -> None:
    """38: halves that are no links by themselves make one, and what it is for may stand in a third message."""
    server = start("--home", "KZ")
    number = next(numbers)
    talk = {"conversation_id": f"v-{number}", "from": {"customer_id": "b-split", "role": "buyer"}}
    assert server.decide(message(number, "Деньги уже ждут вас, подтвердите получение", **talk))["outcome"] == "allow"
    assert server.decide(message(next(numbers), "зайдите на kaspi-pay", **talk))["outcome"] == "allow"
    decision = server.decide(message(next(numbers), ".top/order/1", **talk))
    assert decision["outcome"] == "hold"
    assert "policy.link-for-money" in rules(decision)


def test_bots_and_shorteners_hide_where_they_lead(start: StartServer, numbers: Iterator[int]) -> None:
    """39 and 40: by themselves they bring a banner; with money to receive they wait, for nothing is ever fetched."""
    server = start("--home", "KZ")
    server.enlist("marketplace.links.allow", {"kind": "domain", "value": "kaspi.kz"})
    for link in ("t.me/dostavka_help_bot", "https://bit.ly/3kaspi"):
        bare = server.decide(message(next(numbers), f"посмотрите {link}"))
        assert (bare["outcome"], "warn_reader" in kinds(bare)) == ("allow", True), link
        assert server.decide(message(next(numbers), PHRASE.format(link)))["outcome"] == "hold"


def test_a_new_brand_is_a_line_of_configuration(start: StartServer, numbers: Iterator[int], tmp_path: Path) -> None:
    """41: a brand in a file of the operator's own is protected, and the ruleset's version changes with it."""
    text = "Смотрите sulpak-dostavka.top"
    plain = start("--home", "KZ").decide(message(next(numbers), text))
    assert (plain["outcome"], "policy.lookalike-link" in rules(plain)) == ("allow", False)
    own = tmp_path / "site.yaml"
    own.write_text(
        """
id: policy.site
jurisdiction: policy
status: policy
zone: UTC
title: {ru: "Бренды площадки", kk: "Алаң брендтері", en: "The site's brands"}
cite: {act: Terms, article: brands, url: "https://example.kz/terms", confidence: S, checked_on: 2026-11-23}
applies: {}
brands:
  - {id: sulpak, names: [sulpak], hosts: [sulpak.kz]}
""",
        encoding="utf-8",
    )
    server = start("--home", "KZ", "--rules", str(own))
    known = server.decide(message(next(numbers), text))
    assert known["outcome"] == "hold"
    assert "policy.lookalike-link" in rules(known)
    assert known["versions"]["ruleset"] != plain["versions"]["ruleset"]
    assert server.decide(message(next(numbers), "Оплата на sulpak.kz/oplata"))["outcome"] == "allow"


def test_the_operators_lists_go_first(start: StartServer, numbers: Iterator[int]) -> None:
    """A blocked site is refused in any talk; links are vouched for only when each of them is listed."""
    server = start("--home", "KZ")
    server.enlist("marketplace.links.block", {"kind": "domain", "value": "bad.top"})
    server.enlist("marketplace.links.allow", {"kind": "domain", "value": "good.top"})
    refused = server.decide(message(next(numbers), "Отзывы обо мне на www.bad.top"))
    assert (refused["outcome"], rules(refused)) == ("refuse", {"policy.blocked-link"})
    assert server.decide(message(next(numbers), PHRASE.format("pay.good.top/1")))["outcome"] == "allow"
    assert server.decide(message(next(numbers), PHRASE.format("pay.good.top/1 или other.top")))["outcome"] == "hold"


def test_a_link_with_a_request_for_the_card_is_refused(start: StartServer, numbers: Iterator[int]) -> None:
    """Only the two together are refused; a card number asked for without a link passes."""
    server = start("--home", "KZ")
    both = server.decide(message(next(numbers), "Введите номер карты и CVV на site-77.top, придут деньги"))
    assert (both["outcome"], "policy.link-and-card" in rules(both)) == ("refuse", True)
    assert ("policy.link-in-scam" in rules(both), "notify_client" in kinds(both)) == (True, False)
    honest = server.decide(message(next(numbers), "Скиньте номер карты, переведу, когда заберу диван"))
    assert honest["outcome"] == "allow"
    code = server.decide(message(next(numbers), "Назовите код из смс"))
    assert (code["outcome"], "warn_reader" in kinds(code)) == ("allow", True)


def test_a_conversation_outlives_a_restart(start: StartServer, numbers: Iterator[int]) -> None:
    """The half of a link is there again when the server comes back, rebuilt from the log."""
    server = start("--home", "KZ")
    talk = {"conversation_id": "v-kept", "from": {"customer_id": "b-kept", "role": "buyer"}}
    server.decide(message(next(numbers), "чтобы получить деньги, зайдите на kaspi-pay", **talk))
    server.restart()
    assert server.decide(message(next(numbers), ".top/order/1", **talk))["outcome"] == "hold"
