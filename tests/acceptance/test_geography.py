"""The running product and where things come from: the notice to readers, journeys, shared addresses, lawful requests.

The tables of addresses are invented; their networks are those of documentation (RFC 5737, RFC 3849).
"""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.acceptance.conftest import Json, Server, StartServer
from tests.address_tables import write_table
from tests.cradle import ROOT

AT = "2026-05-08T{}+05:00"
NOON = AT.format("12:00:00")
ALMATY, ASTANA, BERLIN, VPN, SHARED = "192.0.2.10", "192.0.2.200", "198.51.100.20", "203.0.113.30", "100.64.7.7"
PACKS = "kz,kz/marketplace-proposals"


def place(country: str, latitude: float, longitude: float, radius: int = 20) -> Json:
    """Say where a network lies."""
    return {
        "country": {"iso_code": country},
        "location": {"latitude": latitude, "longitude": longitude, "accuracy_radius": radius},
    }


def write_tables(folder: Path) -> str:
    """Write a table of cities and one of addresses that hide; give the word of `--places`."""
    cities = {
        "192.0.2.0/25": place("KZ", 43.24, 76.92),
        "192.0.2.128/25": place("KZ", 51.17, 71.43),
        "198.51.100.0/24": place("DE", 52.52, 13.4),
        "203.0.113.0/24": place("NL", 52.37, 4.89),
    }
    hidden: dict[str, Json] = {"203.0.113.0/24": {"is_anonymous": True, "is_anonymous_vpn": True}}
    city = write_table(folder / "city.mmdb", "Invented-City", cities)
    return f"{city},{write_table(folder / 'hidden.mmdb', 'Invented-Anonymous-IP', hidden)}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a server for a Kazakh site with the tables, for tests that leave its clock alone."""
    folder = tmp_path_factory.mktemp("site")
    words = ("--dev", "--clock", NOON, "--packs", PACKS, "--home", "KZ", "--places", write_tables(folder))
    server = Server(folder / "data", *words)
    yield server
    server.end()


@pytest.fixture
def own(start: StartServer, tmp_path: Path) -> Server:
    """Start a server of a test's own, whose clock it may move and which it may kill."""
    return start("--home", "KZ", "--places", write_tables(tmp_path), clock=NOON, packs=PACKS)


def session(ip: str | None) -> Json:
    """Give a session from an address."""
    return {} if ip is None else {"session": {"ip": ip, "port": 51_514}}


def listing(name: str, ip: str | None, *, at: str = "12:00:00", **seller: object) -> Json:
    """Publish a listing, which is named by what stands before the dash of the event's id, as is its seller."""
    about, _, _ = name.partition("-")
    return {
        "id": name,
        "type": "listing_published",
        "occurred_at": AT.format(at),
        "seller": {"seller_id": about, **seller},
        "device": {"id": about},
        "listing": {"listing_id": about, "category": "car", "city": "Алматы"},
        **session(ip),
    }


def login(name: str, ip: str | None, at: str) -> Json:
    """Log a seller in at the marketplace."""
    about, _, _ = name.partition("-")
    return {
        "id": name,
        "type": "login",
        "occurred_at": AT.format(at),
        "where": "marketplace",
        "client": {"seller_id": about},
        "device": {"id": about},
        **session(ip),
    }


def notice_of(decision: Json) -> Json:
    """Give the notice that every decision about a listing carries, exactly once."""
    (found,) = [row for row in decision["measures"] if row["kind"] == "public_notice"]
    notice: Json = found
    return notice


def told(server: Server, ad: str) -> Json:
    """Read the notice on a listing."""
    answer = server.client.get(f"/v1/listings/{ad}/notice")
    assert answer.status_code == httpx.codes.OK, answer.text
    notice: Json = answer.json()
    return notice


def fired(decision: Json) -> set[str]:
    """Name the rules that were true."""
    return {rule["id"] for rule in decision["rules"]}


def test_the_notice_comes_with_a_foreign_address_and_goes_with_a_domestic_one(own: Server) -> None:
    """Test 50: published from Germany the notice shows, published again from home it is withdrawn; both are logged."""
    abroad = own.decide(listing("n50-1", BERLIN))
    assert abroad["outcome"] == "allow"
    assert {name: notice_of(abroad)[name] for name in ("notice", "value", "country", "as_of")} == {
        "notice": "placed_from_abroad",
        "value": "yes",
        "country": "DE",
        "as_of": "2026-11-01",
    }
    shown = told(own, "n50")
    assert (shown["state"], shown["country"], shown["as_of"]) == ("shown", "DE", "2026-11-01")
    assert "Германия" in shown["texts"]["ru"]
    assert "Германия" in shown["texts"]["kk"]
    assert "Germany" in shown["texts"]["en"]
    assert BERLIN not in json.dumps(shown)

    own.move_clock(AT.format("18:00:00"))
    home = own.decide(listing("n50-2", ALMATY, at="18:00:00"))
    assert (notice_of(home)["value"], notice_of(home)["country"]) == ("no", "KZ")
    gone = told(own, "n50")
    assert (gone["state"], gone["texts"], gone["by"]) == ("withdrawn", None, "publication")
    assert [(step["value"], step["state"]) for step in gone["history"]] == [("yes", "shown"), ("no", "withdrawn")]
    for decision in (abroad, home):
        replayed = own.post(f"/v1/decisions/{decision['id']}/replay", {})
        assert replayed.json()["equal"] is True
        stored = own.client.get(f"/v1/decisions/{decision['id']}").json()
        assert notice_of(stored) == notice_of(decision)


def test_the_notice_survives_a_kill_and_the_tables_may_be_gone(start: StartServer, tmp_path: Path) -> None:
    """A killed server that comes back without tables gives the same notice, and to a retry the same answer."""
    kept = tmp_path / "kept"
    first = start("--home", "KZ", "--places", write_tables(tmp_path), clock=NOON, packs=PACKS, data=kept)
    body = json.dumps(listing("kill-1", BERLIN))
    answer = first.post("/v1/decisions", body)
    before = told(first, "kill")
    first.stop(signal.SIGKILL)
    again = start("--home", "KZ", clock=NOON, packs=PACKS, data=kept)
    assert told(again, "kill") == before
    retried = again.post("/v1/decisions", body)
    assert retried.headers["Holdfast-Replayed"] == "true"
    assert retried.content == answer.content
    assert notice_of(again.decide(listing("bare-1", BERLIN)))["value"] == "not_determined"
    given = listing("bare-2", None) | {"session": {"ip_country": "DE", "ip_source": "site 2026-05-01"}}
    notice = notice_of(again.decide(given))
    assert (notice["value"], notice["as_of"]) == ("yes", "2026-05-01")


@pytest.mark.parametrize(
    ("ad", "ip"), [("v6", "2001:db8::1"), ("vpn", VPN), ("cgn", SHARED), ("odd", "no address"), ("none", None)]
)
def test_without_a_country_nothing_is_claimed(site: Server, ad: str, ip: str | None) -> None:
    """Test 49: an IPv6 address without a match, a VPN, a shared address and no address are not determined."""
    notice = notice_of(site.decide(listing(f"{ad}-1", ip)))
    assert (notice["value"], notice["country"]) == ("not_determined", None)
    shown = told(site, ad)
    assert (shown["state"], shown["value"], shown["country"]) == ("none", "not_determined", None)
    assert "Не определено" in shown["texts"]["ru"]


def test_reported_listings_count_too(site: Server) -> None:
    """A listing that is reported without a decision, and one in a batch, are placed and told of in the same way."""
    site.report(listing("rep-1", BERLIN))
    assert told(site, "rep")["state"] == "shown"
    lines = "\n".join(json.dumps(one) for one in (listing("bat-2", ALMATY), listing("bat-3", BERLIN)))
    answers = [json.loads(line) for line in site.post("/v1/decisions:batch", lines).text.splitlines()]
    assert [notice_of(answer)["value"] for answer in answers] == ["no", "yes"]
    assert told(site, "bat")["state"] == "shown"


def test_a_vpn_that_goes_on_and_off_stops_nobody(site: Server) -> None:
    """Test 47: home, a VPN in the Netherlands half a minute later, and home again within the minute."""
    for name, ip, at in (("t47-1", ALMATY, "11:58:00"), ("t47-2", VPN, "11:58:30"), ("t47-3", ALMATY, "11:59:00")):
        decision = site.decide(login(name, ip, at))
        assert "verify_identity" not in {row["kind"] for row in decision["measures"] if "duty" not in row}
        assert fired(decision) == set()


def test_a_flight_stops_nobody(site: Server) -> None:
    """Test 48: Almaty and, an hour and forty minutes later, Astana."""
    site.decide(login("t48-1", ALMATY, "10:20:00"))
    decision = site.decide(login("t48-2", ASTANA, "12:00:00"))
    assert (decision["outcome"], fired(decision)) == ("allow", set())


def test_a_journey_that_nobody_makes_asks_who_it_is(site: Server) -> None:
    """Berlin an hour after Almaty is a further check, for the login and for what is published after it, and no more."""
    site.decide(login("far-1", ALMATY, "11:00:00"))
    away = site.decide(login("far-2", BERLIN, "12:00:00"))
    assert away["outcome"] == "challenge"
    assert "policy.market.impossible-travel-login" in fired(away)
    assert "verify_identity" in {row["kind"] for row in away["measures"]}
    published = site.decide(listing("far-3", BERLIN))
    assert published["outcome"] == "challenge"
    assert "policy.market.impossible-travel" in fired(published)
    assert site.decide(login("far-4", ALMATY, "12:00:00"))["outcome"] == "allow"


def test_ten_honest_sellers_behind_one_address_stay_clean(site: Server) -> None:
    """Test 33: ten listings in a minute by ten people behind one carrier's translation are ten honest listings."""
    for number in range(10):
        decision = site.decide(listing(f"honest{number}-1", SHARED, at=f"11:59:0{number}"))
        assert (decision["outcome"], fired(decision)) == ("allow", set())


@pytest.mark.parametrize(
    ("ad", "ip", "seller", "outcome"),
    [
        ("proved", BERLIN, {"verified": "document", "registered_at": AT.format("09:00:00")}, "allow"),
        ("dealer", BERLIN, {"licensed": True, "registered_at": AT.format("09:00:00")}, "allow"),
        ("old", BERLIN, {"registered_at": "2024-05-08T12:00:00+05:00"}, "allow"),
        ("unknown", BERLIN, {}, "allow"),
        ("fresh", BERLIN, {"registered_at": AT.format("09:00:00")}, "challenge"),
        ("hidden", VPN, {"registered_at": AT.format("09:00:00")}, "allow"),
        ("home", ALMATY, {"registered_at": AT.format("09:00:00")}, "allow"),
    ],
)
def test_an_address_alone_never_stops_anybody(site: Server, ad: str, ip: str, seller: Json, outcome: str) -> None:
    """Abroad only a new seller of whom nothing is proved is asked who they are; a VPN alone is looked at, not asked."""
    assert site.decide(listing(f"{ad}-1", ip, **seller))["outcome"] == outcome


def test_the_ministry_s_proposal_is_named_beside_the_notice(site: Server) -> None:
    """With the proposals loaded the sign says whose wish the notice is, and the notice names it."""
    decision = site.decide(listing("p3-1", BERLIN))
    (sign,) = [one for one in decision["signs"] if one["id"] == "kz.proposal.p3-abroad"]
    assert sign["state"] == "fired"
    assert notice_of(decision)["duty"] == "kz.proposal.notice"
    assert decision["outcome"] == "allow"


def test_an_objection_is_heard_and_corrects_the_notice(own: Server) -> None:
    """The seller objects, the operator sees it and answers with a reason, readers see the result, and all is logged."""
    own.decide(listing("ad-1", BERLIN))
    body = {"seller_id": "ad", "text": "Я в Алматы, у меня роуминг"}
    path = "/v1/listings/ad/notice/appeal"
    assert own.post(path, body | {"seller_id": "s-2"}).status_code == httpx.codes.FORBIDDEN
    made = own.post(path, body)
    assert made.status_code == httpx.codes.CREATED, made.text
    assert own.post(path, body).status_code == httpx.codes.OK
    assert own.post(path, body | {"text": "Иначе"}).status_code == httpx.codes.CONFLICT
    (waiting,) = own.client.get("/v1/listings/appeals?state=open").json()["items"]
    assert (waiting["listing_id"], waiting["text"], waiting["country"]) == ("ad", body["text"], "DE")
    assert told(own, "ad")["state"] == "shown"

    hearing = f"/v1/listings/ad/notice/appeals/{waiting['id']}/settle"
    finding = {"result": "upheld", "reason": "Роуминг подтверждён оператором", "value": "no", "by": "moderator"}
    settled = own.post(hearing, finding)
    assert settled.status_code == httpx.codes.OK, settled.text
    assert (settled.json()["state"], settled.json()["by"]) == ("withdrawn", "appeal")
    assert own.post(hearing, finding).json() == settled.json()
    assert own.post(hearing, finding | {"result": "rejected"}).status_code == httpx.codes.CONFLICT
    own.restart(signal.SIGKILL)
    assert told(own, "ad") == settled.json()
    assert own.client.get("/v1/listings/appeals?state=open").json()["items"] == []
    (heard,) = own.client.get("/v1/listings/appeals").json()["items"]
    assert (heard["state"], heard["settled_by"], heard["reason"]) == ("upheld", "moderator", finding["reason"])
    assert own.post(path, body).status_code == httpx.codes.CONFLICT
    own.decide(listing("ad-2", BERLIN))
    assert told(own, "ad")["state"] == "shown"


def test_addresses_go_out_by_two_people_and_leave_a_trace(own: Server) -> None:
    """One asks on a paper, another agrees, only these two may take the addresses, and every step stands in the log."""
    own.decide(listing("ad-1", BERLIN))
    own.decide(listing("ad-2", BERLIN))
    paper = {"number": "12-345", "date": "2026-05-07", "authority": "ДП города Алматы"}
    wish = {"reason": "досудебное расследование", "document": paper, "by": "ann"}
    asked = own.post("/v1/listings/ad/addresses", wish)
    assert asked.status_code == httpx.codes.ACCEPTED, asked.text
    assert BERLIN not in asked.text
    path = f"/v1/listings/ad/addresses/{asked.json()['id']}"
    assert own.post(f"{path}/take", {"by": "ann"}).status_code == httpx.codes.CONFLICT
    assert own.post(f"{path}/approve", {"by": " Ann "}).status_code == httpx.codes.FORBIDDEN
    own.decide(listing("ad-3", BERLIN))
    approved = own.post(f"{path}/approve", {"by": "boris"})
    assert (approved.status_code, approved.json()["state"]) == (httpx.codes.OK, "approved")
    assert BERLIN not in approved.text
    assert own.post(f"{path}/take", {"by": "carol"}).status_code == httpx.codes.FORBIDDEN
    taken = own.post(f"{path}/take", {"by": "ann"}).json()
    rows = [(row["event_id"], row["ip"], row["port"]) for row in taken["addresses"]]
    assert rows == [("ad-1", BERLIN, 51_514), ("ad-2", BERLIN, 51_514)]
    steps = [(step["act"], step["by"]) for step in taken["history"]]
    assert steps == [("ask", "ann"), ("approve", "boris"), ("hand_over", "ann")]
    read = own.client.get(path).json()
    assert (read["document"], read["history"]) == (paper, taken["history"])
    assert "addresses" not in read
    own.move_clock("2026-05-16T12:00:00+05:00")
    assert own.post(f"{path}/take", {"by": "ann"}).status_code == httpx.codes.CONFLICT


def test_bad_calls_get_a_clear_answer(site: Server) -> None:
    """What was never published, and what cannot be an answer, is told by its code and its pointer."""
    assert site.client.get("/v1/listings/ad-9/notice").status_code == httpx.codes.NOT_FOUND
    assert site.client.get("/v1/listings/%D1%8F/notice").json()["pointer"] == "/id"
    assert site.client.get("/v1/listings/appeals?state=lost").json()["pointer"] == "/state"
    site.decide(listing("bad-1", ALMATY))
    body = {"seller_id": "bad", "text": "Почему?"}
    assert site.post("/v1/listings/bad/notice/appeal", body).status_code == httpx.codes.CONFLICT
    finding = {"result": "upheld", "reason": "-", "by": "m"}
    unknown = site.post("/v1/listings/bad/notice/appeals/appeal_1/settle", finding)
    assert unknown.status_code == httpx.codes.NOT_FOUND
    assert site.post("/v1/listings/bad/addresses/export_1/take", {"by": "m"}).status_code == httpx.codes.NOT_FOUND
    nobody = site.post("/v1/listings/bad/addresses/export_1/take", b"")
    assert (nobody.status_code, nobody.json()["pointer"]) == (422, "/by")


def test_a_bad_table_stops_the_start(tmp_path: Path) -> None:
    """A file that is no table is named at the start, before anything is served."""
    bad = tmp_path / "bad.mmdb"
    bad.write_text("nothing")
    command = [
        sys.executable,
        "-m",
        "holdfast",
        "serve",
        "--dev",
        "--data",
        str(tmp_path / "data"),
        "--places",
        str(bad),
    ]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode != 0
    assert "is no table of addresses" in ended.stdout + ended.stderr
    assert "bad.mmdb" in ended.stdout + ended.stderr
