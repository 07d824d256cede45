"""What photos cost and find: recall by what was done to a copy, false pairs, looking at one, the index at full size."""

import os
from time import perf_counter
from typing import Final

import numpy as np

from holdfast.matching.fingerprints import Fingerprint, View, alike, write_fingerprint
from holdfast.matching.images import look_at
from holdfast.network.photos import Photos
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.keys import KeyMaker
from tests.pictures.scenes import scene, studio
from tests.pictures.transforms import TRANSFORMS, copied, jpeg

PHOTOS_EACH: Final = 4
ASKED: Final = 200
_STEP_MS: Final = 60_000


def seen(data: bytes) -> Fingerprint:
    """Give the fingerprint of a picture."""
    return look_at(data).fingerprint


def recall(originals: list[Fingerprint]) -> dict[str, float]:
    """Give the share of copies that meet their original, by what was done to them and on the whole."""
    found = {
        name: float(np.mean([alike(seen(copied(scene(seed), name, seed)), one) for seed, one in enumerate(originals)]))
        for name in TRANSFORMS
    }
    return {f"recall_{name}": share for name, share in found.items()} | {"recall": float(np.mean(list(found.values())))}


def false_pairs(several: list[Fingerprint]) -> tuple[int, int]:
    """Count the pairs of different pictures that are taken for one, and all pairs."""
    pairs = [(one, other) for at, one in enumerate(several) for other in several[:at]]
    return sum(alike(one, other) or alike(other, one) for one, other in pairs), len(pairs)


def found_pairs(*, quick: bool) -> dict[str, float]:
    """Measure recall on copies, and precision against other pictures and cars of one studio.

    Precision is that of all pairs that are taken for one picture: copies with their originals, and different pictures
    with each other. Cars of one studio are counted apart, for they matter only where two sellers share it: within
    one seller's listings no photo is held against another.
    """
    many, more, places, cars = (12, 20, 2, 6) if quick else (60, 400, 16, 12)
    originals = [seen(jpeg(scene(seed), 90)) for seed in range(many)]
    figures: dict[str, float] = {"pictures": many, **recall(originals)}
    others = [seen(jpeg(scene(1_000 + seed), 90)) for seed in range(more)]
    false, pairs = false_pairs(originals + others)
    hits = figures["recall"] * many * len(TRANSFORMS)
    figures |= {"different_pairs": pairs, "false_pairs": false, "precision": hits / (hits + false)}
    rooms = [[seen(jpeg(studio(place, seed), 90)) for seed in range(cars)] for place in range(places)]
    counted = [false_pairs(room) for room in rooms]
    same, of = sum(one for one, _ in counted), sum(pairs for _, pairs in counted)
    return figures | {"studio_pairs": of, "studio_alike": same, "studio_alike_share": same / of}


def listing(number: int, seller: int, prints: tuple[str, ...]) -> Event:
    """Make the event of a listing."""
    values: dict[str, Value] = {
        "seller.seller_id": f"s-{seller}",
        "listing.listing_id": f"ad-{number}",
        "listing.category": "car",
        "listing.photos.fingerprint": prints,
    }
    at_ms = number * _STEP_MS
    return Event(
        id=EventId(f"l-{number}"), type="listing_published", occurred_ms=at_ms, received_ms=at_ms, values=values
    )


def prints_near(dice: np.random.Generator, real: list[Fingerprint], listings: int) -> list[tuple[str, ...]]:
    """Make fingerprints that are spread over the buckets as real ones are: views of real ones, some bits turned."""
    made = []
    views = np.array([one.views for one in real], dtype=np.uint64)
    for _ in range(listings):
        chosen = views[dice.integers(0, len(views), PHOTOS_EACH)]
        masks = dice.integers(0, 1 << 64, (len(chosen), 1, 2), dtype=np.uint64, endpoint=False)
        masks &= dice.integers(0, 1 << 64, masks.shape, dtype=np.uint64, endpoint=False)
        photos = (chosen ^ masks).tolist()
        made.append(
            tuple(
                write_fingerprint(Fingerprint(quality=90, views=tuple(View(*view) for view in photo)))
                for photo in photos
            )
        )
    return made


def index(*, quick: bool) -> dict[str, float]:
    """Fill the index, and time a listing's way through it: reading, remembering, a snapshot and its return."""
    many, dice = (10_000 if quick else 100_000), np.random.default_rng(3)
    real = [seen(jpeg(scene(seed), 90)) for seed in range(40)]
    photos = Photos(KeyMaker(secret=b"0123456789abcdef"))
    prints = prints_near(dice, real, many)
    start = perf_counter()
    for number, one in enumerate(prints):
        event = listing(number, number // 3, one)
        photos.happened(event, number + 1, known=event.values, outcome="allow")
    filled = perf_counter()
    spent, twins = [], 0
    for number in range(ASKED):
        event = listing(
            many + number, many, prints[int(dice.integers(0, many))] if number % 2 else prints_near(dice, real, 1)[0]
        )
        begun = perf_counter()
        said = photos.read(event, many + number, event.values)
        spent.append((perf_counter() - begun) * 1e3)
        twins += number % 2 and bool(said["photos.twins"])
    read = np.percentile(spent, [50, 95])
    begun = perf_counter()
    arrays = photos.snapshot()
    frozen = perf_counter()
    Photos(KeyMaker(secret=b"0123456789abcdef")).load(arrays)
    return {
        "listings": many,
        "photos": many * PHOTOS_EACH,
        "remember_us": (filled - start) / many * 1e6,
        "read_ms_p50": float(read[0]),
        "read_ms_p95": float(read[1]),
        "copies_found": twins / (ASKED // 2),
        "memory_mb": photos.memory() / 1e6,
        "snapshot_s": frozen - begun,
        "snapshot_mb": sum(array.nbytes for array in arrays.values()) / 1e6,
        "load_s": perf_counter() - frozen,
    }


def looking(*, quick: bool) -> dict[str, float]:
    """Time a look at one photo, as a phone takes it and as a site shows it."""
    figures = {}
    for name, size in (("800", (800, 600)), ("4000", (4000, 3000))):
        data = [jpeg(scene(seed).resize(size), 90) for seed in range(3 if quick else 10)]
        start = perf_counter()
        for one in data:
            look_at(one)
        figures[f"look_{name}_ms"] = (perf_counter() - start) / len(data) * 1e3
    return figures


def measure(*, quick: bool = False) -> dict[str, float]:
    """Measure everything."""
    found = found_pairs(quick=quick) | looking(quick=quick) | index(quick=quick)
    return {f"photos.{name}": figure for name, figure in found.items()}


if __name__ == "__main__":
    for told, number in measure(quick="QUICK" in os.environ).items():
        print(f"{told:32} {number:14,.3f}")  # noqa: T201 - it speaks to a person in a terminal
