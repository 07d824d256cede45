"""What it costs to compare a listing's text and price with those of 100,000 others: CPU time and bytes.

Half of the listings asked about are new texts, half are copies with another city, number and look-alike letters.
Run with `./dev bench texts` or `python -m tests.bench.texts [--quick]`. CPU time only: the machine may be shared.
"""

import random
import sys
from collections.abc import Callable
from functools import partial
from time import process_time_ns

from holdfast.engine.schema import make_derived
from holdfast.network.prices import PriceGroups
from holdfast.network.texts import Texts
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.keys import KeyMaker

LISTINGS = 100_000
QUICK = 10_000
ASKED = 1_000
START_MS = 1_780_000_000_000
STEP_MS = 60_000
WORDS = 12_000
LOOKS = str.maketrans("аеорсх", "aeopcx")
LETTERS = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэф"


class Site:
    """An invented site: texts of 40 to 140 words out of a common vocabulary, cars of forty models."""

    def __init__(self) -> None:
        self.chance = random.Random(4)
        weights = [1 / place for place in range(1, len(LETTERS) + 1)]
        self.words = ["".join(self.chance.choices(LETTERS, weights, k=2 + place % 9)) for place in range(WORDS)]
        self.shares = [1 / (place + 10) for place in range(WORDS)]
        self.kept: list[str] = []

    def text(self) -> str:
        """Write a new text."""
        words = self.chance.choices(self.words, self.shares, k=self.chance.randrange(40, 140))
        return f"{' '.join(words)}. Алматы, +7 701 {self.chance.randrange(100, 999)} 45 67"

    def copy(self) -> str:
        """Disguise a text that was published before."""
        return self.chance.choice(self.kept).replace("Алматы", "Астана").replace("+7 701", "8-705").translate(LOOKS)

    def event(self, place: int, text: str) -> Event:
        """Publish a car under a text."""
        values: dict[str, Value] = {
            "listing.listing_id": f"ad-{place}",
            "seller.seller_id": f"s-{place % 40_000}",
            "listing.text": text,
            "listing.category": "car",
            "listing.brand": f"brand-{place % 10}",
            "listing.model": f"model-{place % 40}",
            "listing.year": 2000 + place % 25,
            "listing.price": round(450_000_000 * self.chance.lognormvariate(0, 0.4)),
            "listing.currency": "KZT",
        }
        at_ms = START_MS + place * STEP_MS
        name = EventId(f"e-{place}")
        return Event(id=name, type="listing_published", occurred_ms=at_ms, received_ms=at_ms, values=values)


def spent(times: list[int], act: Callable[[], object]) -> None:
    """Note the CPU time of one act."""
    start = process_time_ns()
    act()
    times.append(process_time_ns() - start)


def told(times: list[int], name: str) -> dict[str, float]:
    """Sum up times in milliseconds."""
    ordered = sorted(times)
    return {
        f"{name}_ms_{label}": ordered[int(len(ordered) * share)] / 1e6
        for label, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    }


def measure(*, quick: bool = False) -> dict[str, float]:
    """Fill the indexes with listings, then ask about a thousand more."""
    count = QUICK if quick else LISTINGS
    keys = KeyMaker(secret=b"a bench has no secrets")
    site, texts, prices, derived = Site(), Texts(keys), PriceGroups(keys), make_derived("KZ")
    parts: dict[str, Texts | PriceGroups] = {"texts": texts, "prices": prices}
    kept: list[int] = []
    for place in range(count):
        text = site.text()
        if place % 100 == 0:
            site.kept.append(text)
        event = derived.of(site.event(place, text))
        for part in parts.values():
            spent(kept, partial(part.happened, event, place + 1, known=event.values, outcome="allow"))
    figures = {f"{name}.memory_mb": part.memory() / 1e6 for name, part in parts.items()}
    figures["texts.listings"] = float(count)
    figures["texts.keep_ms_mean"] = sum(kept) / count / 1e6
    read: dict[str, list[int]] = {name: [] for name in ("derived", *parts)}
    for place in range(count, count + ASKED):
        raw = site.event(place, site.copy() if place % 2 else site.text())
        spent(read["derived"], partial(derived.of, raw))
        event = derived.of(raw)
        for name, part in parts.items():
            spent(read[name], partial(part.read, event, place, event.values))
    for name, times in read.items():
        figures |= told(times, f"{name}.read" if name in parts else "texts.derive")
    return figures


def main() -> None:
    """Print the figures."""
    for name, value in measure(quick="--quick" in sys.argv[1:]).items():
        print(f"{name:28} {value:,.3f}")


if __name__ == "__main__":
    main()
