"""How many phishing links are stopped, and how many honest ones: bare, and in the sentences that they come in.

`./dev bench links`. The links are those of the outside sets in `../shared/data`, which are no part of the repository;
without them nothing is measured, and the bench says so. The sentences are invented for this bench and were no part of
what the model of wording learnt from, nor of what the rules were tried on while they were written. Each link goes
through the shipped law as one message of a buyer to a seller.
"""

import gzip
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl
from rich.console import Console

from holdfast.app import assemble_in_memory
from holdfast.app.clocks import StandingClock
from holdfast.engine.decide import decide
from holdfast.engine.prepare import prepare
from holdfast.operations.shard import Shard
from holdfast.settings import read_settings
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.outcome import MeasureKind

DATA: Final = Path(__file__).parents[2].parent / "shared" / "data"
NOW_MS: Final = 1_778_230_800_000
ASKED, ASKED_QUICK = 5_000, 500
SCAM: Final = (
    "Добрый день, беру. Оплату сделал через сервис доставки, вам осталось открыть {url} и принять деньги на карту",
    "вот {url} ваша страница заказа, там получите оплату за коляску",
    "Пройдите пожалуйста по {url}, введите карту для зачисления, я уже всё оплатила",
    "Мне поддержка скинула для вас адрес {url}, через него продавцы получают средства",
    "Деньги списались, но вам не дошли? оформите возврат {url}",
    "Я оформила покупку с доставкой, переходите {url} и подтверждайте получение денег",
    "oplatil vash tovar, poluchite dengi po ssylke {url}",
    "Саламатсыз ба, алайын деп едім. Ақшаны аударып қойдым, {url} сілтемесі арқылы қабылдаңыз",
    "Мына {url} бетке өтсеңіз, төлеміңізді картаға түсіріп береді",
    "Жеткізу қызметі маған {url} деген сілтеме берді, сатушы ақшасын содан алады екен",
    "Ақшаңызды қайтару үшін {url} ашып, картаңызды жазыңыз",
    "акшаныз тусу ушин {url} силтемеге отиниз",
)
HONEST: Final = (
    "Инструкцию на русском нашёл, вот она {url}",
    "Такие же колёса продают на {url}, сделаете скидку?",
    "{url} это ваш второй магазин?",
    "Я учусь вот тут {url}, смогу приехать после пар",
    "Как доехать, написано на {url} в разделе контакты",
    "Оплатил на сайте {url}, завтра обещали привезти, потом напишу про ваш товар",
    "Гарантия официальная, проверить серийный номер можно на {url}",
    "Доставку заказывайте в компании {url}, мы с ними работаем",
    "Кітаптың мазмұнын {url} сайтынан оқып шықтым, қалған тарауы бар ма?",
    "Біз {url} деген сайтпыз, тойға безендіреміз",
    "Жүктасымалдаушының сайты {url}, өздеріңіз келісіп алыңыздар",
    "Сериялық нөмірін {url} сайтынан тексеріп алыңыз, түпнұсқа",
)
BARE: Final = ("{url}",)


def measure(*, quick: bool) -> dict[str, float]:
    """Give shares of messages held or refused, and of those that bring the reader a banner, by set and kind of text."""
    if not DATA.is_dir():
        told = f"links: {DATA} is absent, so nothing was measured; it holds the outside sets of links"
        Console(stderr=True).print(told, markup=False, soft_wrap=True)
        return {}
    asked = ASKED_QUICK if quick else ASKED
    shard = assemble_in_memory(read_settings({"dev": True, "home": "KZ"}, {}), StandingClock(NOW_MS)).shard
    found: dict[str, float] = {}
    for name, links in _sets().items():
        chance = random.Random(name)
        chosen = chance.sample(links, min(asked, len(links)))
        kinds = {"chat": HONEST if name.startswith("benign") else SCAM, "bare": BARE}
        for kind, sentences in kinds.items():
            held, warned = _shares(shard, chosen, sentences)
            found |= {f"links.{name}.{kind}.held": held, f"links.{name}.{kind}.warned": warned}
    return found | _cost(shard)


def _sets() -> dict[str, list[str]]:
    """Read the outside sets."""
    lists = DATA / "domain_and_ip_lists"
    frame = pl.read_parquet(DATA / "phishing_urls_jpcert" / "urls_2019_2024.parquet")
    return {
        "phishing_jpcert": frame["url"].unique(maintain_order=True).to_list(),
        "phishing_database": _lines(lists / "phishing_domains_active.txt.gz"),
        "benign_top": _lines(lists / "opendns_top_domains_2014.txt.gz"),
        "benign_random": _lines(lists / "opendns_random_domains_2014.txt.gz"),
    }


def _lines(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [line.strip() for line in lines if line.strip()]


def _shares(shard: Shard, links: Sequence[str], sentences: Sequence[str]) -> tuple[float, float]:
    """Judge one message for each link, the sentences in turn."""
    held = warned = 0
    for number, link in enumerate(links):
        outcome, kinds = judged(shard, sentences[number % len(sentences)].replace("{url}", link), number)
        held += outcome in {"hold", "refuse"}
        warned += MeasureKind.WARN_READER in kinds
    return held / len(links), warned / len(links)


def judged(shard: Shard, text: str, number: int) -> tuple[str, set[str]]:
    """Judge one first message of a conversation: its outcome, and the kinds of its measures."""
    values: Mapping[str, Value] = {
        "occurred_at": NOW_MS,
        "conversation_id": f"v-{number}",
        "sender.customer_id": f"b-{number}",
        "sender.role": "buyer",
        "recipient.seller_id": "s-1",
        "recipient.role": "seller",
        "text": text,
    }
    event = Event(id=EventId(f"m-{number}"), type="message_sent", occurred_ms=NOW_MS, received_ms=NOW_MS, values=values)
    regime = shard.law.regime(event.type, NOW_MS)
    facts = prepare(event, regime, shard.memory, seq=1, decided_ms=NOW_MS)
    judgement = decide(facts, regime, shard.tenant, ruleset="", facts_hash="")
    return judgement.outcome, {str(one["kind"]) for one in judgement.measures}


def _cost(shard: Shard) -> dict[str, float]:
    """Time what a message costs from its text to its judgement, on one core."""
    texts = [sentence.replace("{url}", f"https://example-{at}.kz/x") for at in range(40) for sentence in SCAM]
    start = time.process_time()
    for number, text in enumerate(texts):
        judged(shard, text, number)
    return {"links.message_us": (time.process_time() - start) / len(texts) * 1e6}
