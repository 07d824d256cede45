"""Photos over HTTP: looked at in a process beside, never kept, and known again in other sellers' listings."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.acceptance.conftest import Json, Server, StartServer
from tests.cradle import run
from tests.pictures.scenes import scene, street, stub, studio
from tests.pictures.transforms import copied, jpeg, with_code

NOON = "2026-05-08T12:00:00+05:00"
WORDS = ("--dev", "--packs", "kz", "--home", "KZ", "--clock", NOON)
COPIED = "policy.market.copied-photos"
OF_PHOTOS = {
    COPIED,
    *(f"policy.market.{name}" for name in ("shared-photo", "photo-of-closed", "photos-of-another-thing")),
}
CITIES = {"Алматы": (43.24, 76.95), "Астана": (51.13, 71.43), "Шымкент": (42.32, 69.6)}


@pytest.fixture
def server(start: StartServer) -> Server:
    """Start a marketplace's server."""
    return start(*WORDS)


def looked_at(server: Server, picture: bytes) -> Json:
    """Take the fingerprint of a picture, as the part of a listing."""
    answer = server.client.post("/v1/photos", content=picture, headers={"content-type": "image/jpeg"})
    assert answer.status_code == 200, answer.text
    photo: Json = answer.json()["photo"]
    return photo


def listing(number: int, seller: str, photos: list[Json], **more: Any) -> Json:
    """Make the event of a listing."""
    told: Json = {"listing_id": f"ad-{number}", "category": "car", "brand": "Toyota", "model": "Camry", "year": 2018}
    return {
        "id": f"l-{number}",
        "type": "listing_published",
        "occurred_at": NOON,
        "seller": {"seller_id": seller, "phone": f"+7701583{number + 1700:04d}"},
        "device": {"id": f"d-{seller}"},
        "listing": told | {"photos": photos} | more,
    }


def fired(decision: Json) -> set[str]:
    """Give the rules that fired."""
    return {rule["id"] for rule in decision["rules"] if rule.get("state", "fired") == "fired"}


def test_one_car_in_three_cities_is_known_by_its_photos(server: Server) -> None:
    """Test 25: three accounts, photos cropped by 15 % and mirrored: the copies are held, the owner is not."""
    shown = [street(seed) for seed in range(60, 64)]
    changed = [copied(picture, "crop_15_mirror", seed) for seed, picture in enumerate(shown)]
    sets = [[jpeg(picture, 90) for picture in shown], changed, changed]
    outcomes = []
    for number, (city, pictures) in enumerate(zip(CITIES, sets, strict=True)):
        photos = [looked_at(server, picture) for picture in pictures]
        latitude, longitude = CITIES[city]
        event = listing(number, f"s-{number}", photos, city=city, latitude=latitude, longitude=longitude)
        decision = server.decide(event)
        outcomes.append((decision["outcome"], COPIED in fired(decision)))
    assert outcomes == [("allow", False), ("hold", True), ("hold", True)]
    owner = server.decide(
        listing(0, "s-0", [looked_at(server, sets[0][0])]) | {"id": "l-again", "type": "listing_edited"}
    )
    assert not fired(owner) & OF_PHOTOS


def test_a_dealers_studio_stays_unflagged(server: Server) -> None:
    """Test 27: forty cars before one background; nothing is said about photos that are the dealer's own."""
    for number in range(40):
        photo = looked_at(server, jpeg(studio(1, number), 90))
        decision = server.decide(listing(number, "dealer", [photo], model=f"M{number}"))
        assert not fired(decision) & OF_PHOTOS


def test_two_dealers_before_one_wall_are_not_held_against_each_other(server: Server) -> None:
    """Test 27 for a rented studio: the second dealer's cars stand where the first's do; only a copy is held."""
    models = ("Camry", "Corolla", "RAV4", "Land Cruiser", "Highlander", "Yaris")
    for number, model in enumerate(models):
        server.decide(listing(number, "dealer-a", [looked_at(server, jpeg(studio(1, number), 90))], model=model))
    for number in range(6, 16):
        photo = looked_at(server, jpeg(studio(1, number), 90))
        decision = server.decide(listing(number, "dealer-b", [photo], brand="Kia", model=f"K{number}"))
        assert (decision["outcome"], fired(decision) & OF_PHOTOS) == ("allow", set())
    thief = listing(99, "thief", [looked_at(server, copied(studio(1, 1), "crop_15_mirror", 1))], model="Corolla")
    assert COPIED in fired(server.decide(thief))


def test_a_stub_on_five_hundred_listings_is_no_evidence(server: Server) -> None:
    """Test 29: the site's own picture for none meets nobody, and does not hide what stands beside it."""
    empty, own = looked_at(server, jpeg(stub(), 90)), looked_at(server, jpeg(street(70), 90))
    events = [listing(number, f"s-{number}", [empty]) for number in range(500)]
    answer = server.post("/v1/decisions:batch", "\n".join(json.dumps(event) for event in events))
    decisions = [json.loads(line) for line in answer.text.splitlines()]
    assert len(decisions) == 500
    assert not any(fired(decision) & OF_PHOTOS for decision in decisions)
    server.decide(listing(600, "s-owner", [empty, own]))
    thief = server.decide(listing(601, "s-thief", [empty, own], model="Corolla"))
    assert fired(thief) & OF_PHOTOS


def test_a_press_picture_becomes_stock(server: Server) -> None:
    """A picture of a car's maker is evidence until ten unrelated sellers show it, and then for nobody."""
    press = looked_at(server, jpeg(street(71), 90))
    said = [bool(fired(server.decide(listing(number, f"s-{number}", [press]))) & OF_PHOTOS) for number in range(14)]
    assert said == [False] + [True] * 9 + [False] * 4


def carried(picture: bytes) -> Json:
    """Put a picture into an event as it is."""
    return {"photo_id": "p-1", "bytes": base64.b64encode(picture).decode()}


def test_pictures_in_an_event_are_looked_at_and_not_kept(server: Server) -> None:
    """An event may carry its pictures: it meets fingerprints, is answered again the same, and leaves no picture."""
    picture = jpeg(street(72), 90)
    server.decide(listing(1, "s-1", [looked_at(server, picture)]))
    event = listing(2, "s-2", [carried(picture)])
    body = json.dumps(event)
    first, again = server.post("/v1/decisions", body), server.post("/v1/decisions", body)
    assert COPIED in fired(first.json())
    assert again.content == first.content
    assert again.headers["holdfast-replayed"] == "true"
    event["listing"]["photos"] = [carried(jpeg(street(73), 90))]
    assert server.post("/v1/decisions", event).status_code == 409
    assert server.post("/v1/events", body).status_code == 409
    server.report(listing(3, "s-3", [carried(jpeg(street(74), 90))]))
    server.stop()
    content = b"".join(file.read_bytes() for file in server.data.rglob("*") if file.is_file())
    text = base64.b64encode(picture)
    assert len(content) > 10_000
    assert not any(part[at : at + 48] in content for part in (picture, text) for at in range(600, len(part) - 48, 997))


def test_a_large_event_passes_only_for_its_pictures(server: Server) -> None:
    """Pictures may take eight megabytes, words may not; a line of a batch may carry pictures too."""
    large = jpeg(Image.effect_noise((700, 700), 90), 95)
    assert len(large) > 100_000
    assert server.post("/v1/decisions", listing(1, "s-1", [carried(large)])).status_code == 200
    wordy = listing(2, "s-2", [], text="я" * 70_000)
    assert server.post("/v1/decisions", wordy).status_code == 413
    answer = server.post("/v1/decisions:batch", json.dumps(listing(3, "s-3", [carried(jpeg(stub(), 50))])))
    assert answer.json()["outcome"] == "allow"


def test_a_bad_picture_is_named(server: Server) -> None:
    """The problem points to the picture in the event; the event can be sent again with another."""
    event = listing(1, "s-1", [carried(jpeg(stub(), 50)), carried(b"no picture")])
    problem = server.post("/v1/decisions", event).json()
    assert (problem["status"], problem["code"], problem["pointer"]) == (422, "photo", "/listing/photos/1/bytes")
    event["listing"]["photos"].pop()
    assert server.decide(event)["outcome"] == "allow"
    answer = server.client.post("/v1/photos", content=b"\0" * (12 * 1024 * 1024 + 1))
    assert answer.status_code == 413


def test_a_code_in_a_photo_is_read(server: Server) -> None:
    """Test 36, the part of the photo: the address in a QR code comes beside the fingerprint and goes into the event."""
    address = "https://olx-dostavka-pay.example/oplata?id=7"
    photo = looked_at(server, jpeg(with_code(street(4), address), 80))
    assert photo["codes"] == [address]
    message = {"type": "message_sent", "occurred_at": NOON, "conversation_id": "v-1", "from": {"customer_id": "b-1"}}
    assert server.post("/v1/decisions", {"id": "m-1", **message, "photos": [photo]}).status_code == 200
    picture = carried(jpeg(with_code(street(4), address), 80))
    assert server.post("/v1/decisions", {"id": "m-2", **message, "photos": [picture]}).status_code == 200


def test_a_client_takes_the_same_fingerprints_itself(server: Server, tmp_path: Path) -> None:
    """`holdfast photos` prints what the server would answer, and ends with an error where one file is no picture."""
    picture, bad = tmp_path / "car.jpg", tmp_path / "bad.jpg"
    picture.write_bytes(jpeg(scene(5), 90))
    bad.write_bytes(b"no picture")
    done = run("photos", picture, bad, tmp_path / "none.jpg")
    good, *others = [json.loads(line) for line in done.stdout.splitlines()]
    assert good["photo"] == looked_at(server, picture.read_bytes())
    assert good["quality"]["low"] is False
    assert [one["error"]["code"] for one in others] == ["photo", "invalid"]
    assert done.returncode == 2


def test_the_index_is_the_same_after_a_restart(server: Server) -> None:
    """What was shown before a kill is known after it."""
    photos = [looked_at(server, jpeg(street(seed), 90)) for seed in (80, 81)]
    server.decide(listing(1, "s-1", photos))
    server.restart()
    decision = server.decide(listing(2, "s-2", photos))
    assert (decision["outcome"], COPIED in fired(decision)) == ("hold", True)


def test_a_listing_that_is_let_go_counts_from_then_on(server: Server) -> None:
    """A held copy that a moderator releases is on the site: its own photo is known from then on, after a kill too."""
    *shown, own = (looked_at(server, jpeg(street(seed), 90)) for seed in range(80, 84))
    server.decide(listing(1, "s-1", shown))
    copy = server.decide(listing(2, "s-2", [*shown, own]))
    assert copy["outcome"] == "hold"
    assert not fired(server.decide(listing(3, "s-3", [own]))) & OF_PHOTOS
    released = server.post(f"/v1/holds/{copy['hold']['id']}/release", {"reason": "the owner sells through an agent"})
    assert released.status_code == 200, released.text
    assert COPIED in fired(server.decide(listing(4, "s-4", [own])))
    server.restart()
    assert COPIED in fired(server.decide(listing(5, "s-5", [own])))
