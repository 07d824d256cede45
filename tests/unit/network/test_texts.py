"""Whose text it was first: copies are found in other sellers' listings, and nobody is a copy of the own copies."""

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from holdfast.matching.texts import BANDS, GramHasher, bands, plain, signature
from holdfast.network import text_index
from holdfast.network.text_index import TextIndex, Told
from holdfast.network.texts import KEPT_MS, Texts
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.keys import KeyMaker

KEYS = KeyMaker(secret=b"0123456789abcdef")
NOON = 1_780_000_000_000
CAR = """Продаю Toyota Camry 50 кузов, 2015 год, 2.5 бензин, автомат. Машина в Алматы, на ходу, обслужена,
вложений не требует. Один хозяин, два комплекта резины, салон чистый, не прокурен. Стёкла родные, музыка штатная,
камера заднего вида. Торг у капота. Звоните +7 701 234 56 78."""
COPY = CAR.replace("Алматы", "Астане").replace("+7 701 234 56 78", "8 707 111 22 33").replace("а", "a")
OTHER = """Уютный дом у реки, сад, баня, гараж на две машины. Газ и вода проведены, до школы пять минут пешком.
Продажа от хозяина, документы готовы, смотреть по выходным после звонка. Баня на дровах, теплица, плодовые деревья."""
SHORT = "Продаю пылесос-робот. Покупали в прошлом году, чек сохранился. Самовывоз, помогу донести. Цена {end}."
TEMPLATE = """Агентство предлагает {rooms}-комнатную квартиру площадью {area} кв. м на {floor} этаже. Проверенный
собственник, договор и ключи в день осмотра, комиссия только после подписания. Показываем ежедневно, звоните с девяти
до девяти, поможем с переездом и с оформлением, подберём другие квартиры в этом районе."""


class Site:
    """A marketplace that gives its events one after another."""

    def __init__(self) -> None:
        self.texts = Texts(KEYS)
        self.seq = 0

    def event(self, listing: str, seller: str | None, text: str | None, **more: Any) -> Event:
        """Make the next event."""
        self.seq += 1
        values: dict[str, Value] = {"listing.listing_id": listing, "seller.seller_id": seller, "listing.text": text}
        at_ms = NOON + more.pop("days", 0) * DAY_MS
        kind = more.pop("type", "listing_published")
        known = {name: value for name, value in (values | more).items() if value is not None}
        return Event(id=EventId(f"e-{self.seq}"), type=kind, occurred_ms=at_ms, received_ms=at_ms, values=known)

    def publish(
        self, listing: str, seller: str | None, text: str | None, outcome: str = "allow", **more: Any
    ) -> Mapping[str, Value]:
        """Let a listing be published; gives what was said of it."""
        event = self.event(listing, seller, text, **more)
        said = self.texts.read(event, self.seq, event.values)
        assert self.texts.read(event, self.seq, event.values) == said
        self.texts.happened(event, self.seq, known=event.values, outcome=outcome)
        return said


def test_a_copy_by_another_seller_is_found() -> None:
    """The first to write a text has no twin, whoever copies it has one, and a third two sellers before."""
    site = Site()
    first = site.publish("ad-1", "s-1", CAR)
    assert first == {"twins.similarity": 0.0, "twins.sellers": 0, "twins.own": False}
    copied = {
        "twins.similarity": 1.0,
        "twins.sellers": 1,
        "twins.of": "ad-1",
        "twins.same_thing": "ad-1",
        "twins.own": False,
    }
    assert site.publish("ad-2", "s-2", COPY) == copied
    assert site.publish("ad-3", "s-3", CAR.upper())["twins.sellers"] == 2
    assert site.publish("ad-4", "s-4", OTHER)["twins.sellers"] == 0


def test_the_first_to_write_is_no_copy_of_the_copies() -> None:
    """An owner edits, and lists anew, while copies stand: they came later."""
    site = Site()
    site.publish("ad-1", "s-1", CAR)
    site.publish("ad-2", "s-2", COPY)
    edited = site.publish("ad-1", "s-1", CAR + " Обмен не предлагать.", type="listing_edited")
    assert edited["twins.sellers"] == 0
    assert edited["twins.own"] is False
    anew = site.publish("ad-9", "s-1", CAR)
    assert anew["twins.sellers"] == 0
    assert anew["twins.own"] is True


def test_an_edit_into_another_text_is_a_copy() -> None:
    """A clean listing that becomes the copy is found at the edit, although it is the older listing."""
    site = Site()
    site.publish("ad-2", "s-2", OTHER)
    site.publish("ad-1", "s-1", CAR)
    assert site.publish("ad-2", "s-2", COPY, type="listing_edited")["twins.of"] == "ad-1"
    assert site.publish("ad-1", "s-1", CAR, type="listing_edited")["twins.sellers"] == 0


def test_who_nears_a_text_step_by_step_is_a_copy() -> None:
    """Each version is like the one before, the last is another's: it counts from the step that came near."""
    site = Site()
    mine, theirs = OTHER.split(), CAR.split()
    site.publish("ad-2", "s-2", OTHER)
    site.publish("ad-1", "s-1", CAR)
    steps = max(len(mine), len(theirs))
    said: Mapping[str, Value] = {}
    for step in range(steps + 1):
        said = site.publish("ad-2", "s-2", " ".join(theirs[:step] + mine[step:]), type="listing_edited")
        if said["twins.sellers"]:
            break
    assert said["twins.of"] == "ad-1"
    assert site.publish("ad-1", "s-1", CAR, type="listing_edited")["twins.sellers"] == 0


def flat(rooms: int, area: float, floor: int) -> dict[str, Any]:
    """Declare a flat, and describe it by an agency's template."""
    text = TEMPLATE.format(rooms=rooms, area=area, floor=floor)
    return {"text": text, "listing.rooms": rooms, "listing.area_m2": area}


def test_a_template_about_another_thing_is_no_copy() -> None:
    """Flats under one template differ in what they declare; the same flat under it is a copy."""
    site = Site()
    site.publish("ad-1", "s-1", **flat(2, 54.3, 3))
    for place, other in enumerate((flat(3, 81.0, 7), flat(2, 61.5, 3), flat(2, 58.0, 9)), start=2):
        said = site.publish(f"ad-{place}", f"s-{place}", **other)
        assert said["twins.similarity"] > 0.8  # type: ignore[operator]  # it is a number
        assert said["twins.sellers"] == 0
    assert site.publish("ad-9", "s-9", **flat(2, 54.3, 3))["twins.of"] == "ad-1"


def test_a_word_for_word_copy_counts_whatever_is_declared() -> None:
    """A thief who declares another model, but copies all of the words, has a copy."""
    site = Site()
    camry: dict[str, Any] = {"listing.brand": "Toyota", "listing.model": "Camry", "listing.year": 2015}
    site.publish("ad-1", "s-1", CAR, **camry)
    declared: dict[str, Any] = {"listing.brand": "Kia", "listing.model": "Rio", "listing.year": 2019}
    copied = site.publish("ad-2", "s-2", COPY, **declared)
    assert (copied["twins.sellers"], copied["twins.of"], "twins.same_thing" in copied) == (1, "ad-1", False)
    declared["listing.model"] = "Ceed"
    assert site.publish("ad-3", "s-3", CAR + " Обмен не предлагать, кредит не нужен.", **declared)["twins.sellers"] == 0


def test_short_texts_are_one_only_word_for_word() -> None:
    """People say the same of like things in a few words."""
    site = Site()
    site.publish("ad-1", "s-1", SHORT.format(end="окончательная"))
    near = site.publish("ad-2", "s-2", SHORT.format(end="окончательная, пишите"))
    assert near["twins.similarity"] > 0.8  # type: ignore[operator]  # it is a number
    assert near["twins.sellers"] == 0
    assert site.publish("ad-3", "s-3", SHORT.format(end="ОКОНЧAТЕЛЬНAЯ"))["twins.sellers"] == 1


def test_what_did_not_go_live_leaves_nothing() -> None:
    """A copy that was held does not make its original a copy, nor does one that was refused."""
    site = Site()
    site.publish("ad-2", "s-2", COPY, outcome="hold")
    site.publish("ad-3", "s-3", COPY, outcome="refuse")
    assert site.publish("ad-1", "s-1", CAR)["twins.sellers"] == 0
    assert site.publish("ad-4", "s-4", COPY, outcome="challenge")["twins.sellers"] == 1
    assert site.publish("ad-5", "s-5", COPY)["twins.sellers"] == 2


def test_a_removed_listing_is_forgotten_and_a_sold_one_is_not() -> None:
    """The text of a car that was sold last week is what thieves take; a scam that was removed accuses nobody."""
    for reason, sellers in (("removed", 0), ("sold", 1)):
        site = Site()
        site.publish("ad-1", "s-1", CAR)
        closed = site.event("ad-1", "s-1", None, type="listing_closed", listing_id="ad-1", reason=reason)
        site.texts.happened(closed, site.seq, known=closed.values, outcome="allow")
        assert site.publish("ad-2", "s-2", COPY)["twins.sellers"] == sellers, reason


def test_texts_are_compared_for_ninety_days() -> None:
    """An older text is no twin any more, and is dropped."""
    site = Site()
    site.publish("ad-1", "s-1", CAR)
    site.publish("ad-8", "s-8", OTHER)
    assert site.publish("ad-2", "s-2", COPY, days=90, outcome="hold")["twins.sellers"] == 1
    assert site.publish("ad-3", "s-3", COPY, days=91, outcome="allow")["twins.sellers"] == 0
    assert len(site.texts._index) == 1
    assert KEPT_MS == 90 * DAY_MS


@pytest.mark.parametrize("text", [None, "", "Продам срочно, звоните", "!!!" * 500])
def test_a_short_text_is_unknown(text: str | None) -> None:
    """What says too little is not told from others; it is not clean either."""
    site = Site()
    site.publish("ad-1", "s-1", text)
    assert site.publish("ad-2", "s-2", text) == {}


def test_without_a_seller_nothing_is_known() -> None:
    """Another seller's text needs a seller."""
    assert Site().publish("ad-1", None, CAR) == {}


def test_an_edit_to_a_short_text_forgets_the_old_one() -> None:
    """What a listing does not say any more is not compared."""
    site = Site()
    site.publish("ad-1", "s-1", CAR)
    site.publish("ad-1", "s-1", "Продано", type="listing_edited")
    assert site.publish("ad-2", "s-2", CAR)["twins.sellers"] == 0


def test_other_events_are_not_looked_at() -> None:
    """No value is declared for them, and nothing of them is kept."""
    site = Site()
    assert {one.path for one in site.texts.fields("listing_edited")} >= {"twins.similarity", "twins.of"}
    assert site.texts.fields("transfer") == site.texts.fields("listing_closed") == ()
    event = site.event("ad-1", "s-1", CAR, type="transfer")
    site.texts.happened(event, 1, known=event.values, outcome="allow")
    assert len(site.texts._index) == 0


def words(chance: random.Random, count: int) -> str:
    """Write a text of random words."""
    return " ".join("".join(chance.choice("абвгдежзиклмнопрстуы") for _ in range(7)) for _ in range(count))


def lived(steps: int, half: int = 0) -> Texts:
    """Let random listings be published, edited, copied and closed; from `half` on in what was loaded."""
    chance = random.Random(11)
    site, pool = Site(), [words(chance, 30) for _ in range(40)]
    for step in range(steps):
        listing, seller = f"ad-{chance.randrange(60)}", f"s-{chance.randrange(12)}"
        text = chance.choice(pool) if chance.random() < 0.7 else words(chance, 20)
        outcome = chance.choice(("allow", "allow", "challenge", "hold"))
        if half and step == half:
            site.texts = restored(site.texts)
        site.publish(listing, seller, text, outcome=outcome, days=step // 4)
    return site.texts


def restored(texts: Texts) -> Texts:
    """Give a part that took over the state of another, as bytes."""
    made = Texts(KEYS)
    arrays = {
        name: np.frombuffer(array.tobytes(), dtype=array.dtype).reshape(array.shape)
        for name, array in texts.snapshot().items()
    }
    made.load(arrays)
    return made


def same(one: Texts, other: Texts) -> bool:
    """Tell whether two states are equal to the byte."""
    first, second = one.snapshot(), other.snapshot()
    return first.keys() == second.keys() and all(
        first[name].dtype == second[name].dtype and first[name].tobytes() == second[name].tobytes() for name in first
    )


def test_a_restored_state_is_the_state() -> None:
    """Rebuilt from the events and restored from a snapshot on the way, the state is equal to the byte."""
    whole = lived(500)
    assert same(whole, restored(whole))
    assert same(whole, lived(500, half=237))
    assert not same(whole, lived(499))
    empty = Texts(KEYS)
    assert same(empty, restored(empty))


def test_chains_hold_what_the_texts_say() -> None:
    """After many changes each entry of a chain is a text's band, and each band is in its chain, once."""
    index = lived(400)._index
    found = []
    for bucket in {word % text_index.BUCKETS for word in index._bands}:
        entry = head = index._heads[bucket]
        last = entry
        while entry:
            found.append((bucket, entry))
            assert entry == head or index._before[entry] == last
            entry, last = index._next[entry], entry
        assert not head or index._before[head] == last
    entries = [slot * BANDS + band + 1 for slot in index._told for band in range(BANDS)]
    stands = [(index._bands[entry - 1] % text_index.BUCKETS, entry) for entry in entries]
    assert sorted(found) == sorted(stands)
    assert sum(map(bool, index._heads)) == len({bucket for bucket, _ in stands})


def test_nothing_of_a_text_can_be_read_in_a_snapshot() -> None:
    """The state holds keyed hashes: neither words nor sellers nor the hashes of another key."""
    texts = Texts(KEYS)
    event = Event(
        id=EventId("e"),
        type="listing_published",
        occurred_ms=NOON,
        received_ms=NOON,
        values={"listing.listing_id": "ad-1", "seller.seller_id": "seller-one", "listing.text": CAR},
    )
    texts.happened(event, 1, known=event.values, outcome="allow")
    stored = b"".join(array.tobytes() for array in texts.snapshot().values())
    for word in ("seller-one", "Camry", "капота", "7012345678"):
        assert word.encode() not in stored
    grams = GramHasher(KEYS.secret).grams(plain(CAR).key)
    assert not np.intersect1d(grams, texts.snapshot()["grams"]).size > 1


def test_a_text_that_thousands_share_is_looked_at_within_bounds() -> None:
    """The oldest of them are still found, and a look gives a bounded number."""
    index = TextIndex()
    grams = GramHasher(KEYS.secret).grams(plain(CAR).key)
    lowest = bands(signature(grams))
    for place in range(2_000):
        told = Told(
            listing_id=f"ad-{place}",
            seller=place.to_bytes(16, "big"),
            at_ms=place,
            since=place,
            thing=(0, 0, 0, 0),
            grams=grams,
        )
        index.add(place.to_bytes(16, "big"), told, lowest)
    found = list(index.alike(lowest))
    assert len(found) <= text_index.FOUND_MAX
    assert found[0].listing_id == "ad-0"
    assert any(told.since > 1_960 for told in found)


def test_the_oldest_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of texts is bounded; an edited listing is new."""
    monkeypatch.setattr(text_index, "LISTINGS_MAX", 3)
    site = Site()
    chance = random.Random(5)
    pool = [words(chance, 30) for _ in range(4)]
    for place in range(3):
        site.publish(f"ad-{place}", "s-1", pool[place])
    site.publish("ad-0", "s-1", pool[0], type="listing_edited")
    site.publish("ad-3", "s-1", pool[3])
    assert [site.publish(f"x-{place}", "s-2", pool[place], outcome="hold")["twins.sellers"] for place in range(4)] == [
        1,
        0,
        1,
        1,
    ]


def test_memory_grows_with_what_is_kept() -> None:
    """What a text takes is some two kilobytes."""
    assert Texts(KEYS).memory() < 1_000
    held = lived(100)
    assert held.memory() > text_index.BUCKETS * 4
