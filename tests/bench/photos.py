"""What photos cost and find: recall by what was done to a copy, false pairs, looking at one, the index at full size."""

import os
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.matching.fingerprints import Fingerprint, View, alike, write_fingerprint
from holdfast.matching.images import look_at
from holdfast.network.photos import Photos
from holdfast.network.shown import ON_SITE, Shown
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.keys import KeyMaker
from tests.pictures.scenes import scene, studio
from tests.pictures.transforms import TRANSFORMS, copied, jpeg

PHOTOS_EACH: Final = 4
ASKED: Final = 200
Words = NDArray[np.uint64]
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


def near_views(dice: np.random.Generator, real: Words, many: int) -> Words:
    """Make views that are spread over the buckets as real ones are: real ones with a quarter of bits turned."""
    chosen = real[dice.integers(0, len(real), many)]
    masks = dice.integers(0, 1 << 64, (2, many, 1, 2), dtype=np.uint64)
    return np.asarray(chosen ^ (masks[0] & masks[1]))


def texts(views: Words) -> tuple[str, ...]:
    """Write views as the fingerprints of a listing."""
    return tuple(
        write_fingerprint(Fingerprint(quality=90, views=tuple(View(*view) for view in photo)))
        for photo in views.tolist()
    )


def snapshot_of(views: Words, listings: int) -> dict[str, NDArray[np.generic]]:
    """Write the snapshot of a site with so many listings, three to a seller."""
    numbers = np.arange(listings)
    left_out = {"ids", "hashes", "since_ms"}
    empty = {name: array for name, array in Shown().snapshot().items() if name not in left_out}
    arrays: dict[str, NDArray[np.generic]] = {
        name: np.zeros(listings, dtype=array.dtype) for name, array in empty.items()
    }
    return arrays | {
        "key": (numbers + 1).astype(np.uint64),
        "seller": (numbers // 3 + 1).astype(np.uint64),
        "at_ms": numbers * _STEP_MS,
        "seq": numbers + 1,
        "state": np.full(listings, ON_SITE, dtype=np.uint8),
        "photos": np.full(listings, PHOTOS_EACH, dtype=np.int32),
        "ids": np.frombuffer("\n".join(f"ad-{number}" for number in numbers).encode(), dtype=np.uint8),
        "since_ms": np.repeat(numbers * _STEP_MS, PHOTOS_EACH),
        "hashes": views.reshape(-1, 2),
        "newest_ms": np.array([listings * _STEP_MS]),
    }


def index(*, quick: bool) -> dict[str, float]:
    """Load an index, and time a listing's way through it: reading and remembering; half of those asked are copies."""
    many, dice = (10_000 if quick else 100_000), np.random.default_rng(3)
    real = np.array([seen(jpeg(scene(seed), 90)).views for seed in range(10 if quick else 40)], dtype=np.uint64)
    views = near_views(dice, real, many * PHOTOS_EACH)
    photos = Photos(KeyMaker(secret=b"0123456789abcdef"))
    begun = perf_counter()
    photos.load(snapshot_of(views, many))
    loaded = perf_counter() - begun
    spent: dict[str, list[float]] = {"read": [], "remember": []}
    found = 0
    for number in range(many, many + ASKED):
        at = int(dice.integers(0, many)) * PHOTOS_EACH
        shown = views[at : at + PHOTOS_EACH] if number % 2 else near_views(dice, real, PHOTOS_EACH)
        event = listing(number, number, texts(shown))
        begun = perf_counter()
        said = photos.read(event, number, event.values)
        asked = perf_counter()
        photos.happened(event, number, known=event.values, outcome="allow")
        spent["read"].append((asked - begun) * 1e3)
        spent["remember"].append((perf_counter() - asked) * 1e3)
        found += number % 2 and bool(said["photos.twins"])
    times = {f"{name}_ms_p{part}": float(np.percentile(row, part)) for name, row in spent.items() for part in (50, 95)}
    size = {"listings": many, "photos": many * PHOTOS_EACH, "memory_mb": photos.memory() / 1e6, "load_s": loaded}
    return {**size, **times, "copies_found": found / (ASKED // 2)}


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
        print(f"{told:32} {number:14,.3f}")
