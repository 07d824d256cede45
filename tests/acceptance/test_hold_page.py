"""The client's hold page through HTTP: one link, one browser, the client's own decision, and the proof of it."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from holdfast.pages.hold_text import readable_text
from tests.acceptance.conftest import NOON, Json, Server, StartServer, transfer

PHONE = "+7 800 000-00-00"
INN = {"kind": "inn", "value": "500100732259"}
READ = "2026-05-08T12:01:00+03:00"
CALM = {"who": "known", "how": "own"}
ALARMING = {"who": "safe", "how": "officer"}


class Browser:
    """A client's browser: it keeps cookies and says where its forms come from."""

    def __init__(self, server: Server, path: str, language: str = "ru") -> None:
        self.path = path
        self.language = language
        base = str(server.client.base_url).rstrip("/")
        self.client = server.guest()
        self.origin = {"origin": base, "sec-fetch-site": "same-origin"}

    def get(self, step: str = "", **asked: str) -> httpx.Response:
        """Open a page."""
        return self.client.get(self.path + step, params={"lang": self.language, **asked})

    def post(self, step: str, form: Json | None = None, headers: Json | None = None) -> httpx.Response:
        """Send a form and follow where it leads."""
        where = f"{self.path}{step}?lang={self.language}"
        return self.client.post(where, data=form or {}, headers={**self.origin, **(headers or {})})

    def mark(self, page: httpx.Response) -> str:
        """Read the mark that a form carries."""
        found = re.search(r'name="mark" value="([^"]+)"', page.text)
        assert found, page.text
        return found[1]


def held(server: Server, event_id: str = "t-1", **changes: Any) -> str:
    """Have a transfer held and give the hold's id."""
    server.enlist("bank.recipients", INN)
    decision = server.decide(transfer(event_id, **changes))
    assert decision["outcome"] == "hold"
    return str(decision["hold"]["id"])


def linked(server: Server, hold: str, hours: int = 48) -> str:
    """Ask for a link as the bank's app does."""
    answer = server.post(f"/v1/holds/{hold}/link", {"customer_id": "c-1", "hours": hours})
    assert answer.status_code == httpx.codes.OK, answer.text
    return str(answer.json()["path"])


def read(server: Server, hold: str) -> Json:
    """Read a hold over the API."""
    row: Json = server.client.get(f"/v1/holds/{hold}").json()
    return row


def code_sent(server: Server) -> str:
    """Read the newest code where the bank's channel would."""
    found: list[str] = []
    for path in sorted(Path(server.data).rglob("*.jsonl")):
        found += re.findall(r'\\?"code\\?":\s*\\?"(\d{6})', path.read_text(encoding="utf-8"))
    assert found, "no code left the house"
    return found[-1]


@pytest.fixture
def server(start: StartServer) -> Server:
    """Start a server of a bank with a phone."""
    return start("--bank-name", "Наш банк", "--bank-phone", PHONE)


def test_a_client_reads_why_and_cancels(server: Server) -> None:
    """The page names sum, payee, reason, deadline and the bank's phone; one press cancels, and says so."""
    hold = held(server)
    browser = Browser(server, linked(server, hold))
    page = browser.get()
    assert page.status_code == httpx.codes.OK
    for text in ("250\u00a0000", "*0002", "9 мая 2026", "23:59", "московскому", "Наш банк", 'href="tel:+78000000000"'):
        assert text in page.text
    assert page.text.index("/cancel") < page.text.index("/coached") < page.text.index("/confirm")
    after = browser.post("/cancel")
    assert "Перевод отменён" in after.text
    row = read(server, hold)
    assert (row["state"], row["instruction"]) == ("cancelled", "do_not_execute")
    assert "Перевод отменён" in browser.post("/cancel").text


def test_a_coached_client_is_cancelled_and_heard(server: Server) -> None:
    """The second button cancels and says in the act that somebody asked for the transfer."""
    hold = held(server)
    browser = Browser(server, linked(server, hold))
    browser.get()
    assert "мы разбираемся" in browser.post("/coached").text
    act = next(act for act in read(server, hold)["history"] if act["act"] == "cancel")
    assert (act["details"]["coached"], "мы разбираемся" in browser.get().text) == (True, True)


def test_a_client_confirms_after_questions_and_a_code(server: Server) -> None:
    """Questions, time to read, a code of the bank's channel: then the hold is confirmed by a verified proof."""
    hold = held(server)
    browser = Browser(server, linked(server, hold))
    browser.get()
    form = CALM | {"mark": browser.mark(browser.get("/confirm"))}
    assert "слишком быстро" in browser.post("/confirm", form).text
    form["mark"] = browser.mark(browser.get("/confirm"))
    server.move_clock(READ)
    assert "Введите код" in browser.post("/confirm", form).text
    server.move_clock("2026-05-08T12:02:00+03:00")
    assert "Код не подошёл" in browser.post("/code", {"code": "0000 00"}).text or code_sent(server) == "000000"
    assert "Вы подтвердили перевод" in browser.post("/code", {"code": code_sent(server)}).text
    row = read(server, hold)
    assert (row["state"], row["instruction"]) == ("confirmed", "execute")
    confirmed = next(act for act in row["history"] if act["act"] == "confirm")
    assert confirmed["details"] == {"method": "app_code", "verified": True}


def test_an_alarming_answer_is_warned_of_and_prevents_nobody(server: Server) -> None:
    """A warning with cancel first; whoever reads it and is certain all the same gets the code."""
    hold = held(server)
    browser = Browser(server, linked(server, hold))
    browser.get()
    mark = browser.mark(browser.get("/confirm"))
    server.move_clock(READ)
    warning = browser.post("/confirm", ALARMING | {"mark": mark})
    assert warning.url.path.endswith("/warning")
    assert warning.text.index("/cancel") < warning.text.index('name="warned"')
    form = ALARMING | {"mark": browser.mark(warning)}
    assert "слишком быстро" in browser.post("/warning", form | {"warned": "1"}).text
    form["mark"] = browser.mark(browser.get("/warning", **ALARMING))
    server.move_clock("2026-05-08T12:02:00+03:00")
    assert "предупреждение прочитано" in browser.post("/warning", form).text
    form["mark"] = browser.mark(browser.get("/warning", **ALARMING))
    server.move_clock("2026-05-08T12:03:00+03:00")
    assert "Введите код" in browser.post("/warning", form | {"warned": "1"}).text


def test_missing_answers_are_asked_for(server: Server) -> None:
    """A form without answers is shown again with what was chosen."""
    browser = Browser(server, linked(server, held(server)))
    browser.get()
    mark = browser.mark(browser.get("/confirm"))
    page = browser.post("/confirm", {"who": "known", "how": "pigeon", "mark": mark})
    assert "Выберите ответ на каждый вопрос" in page.text
    assert re.search(r'value="known" required checked', page.text)


def test_a_device_in_doubt_is_sent_elsewhere(server: Server) -> None:
    """With malware on the device no code is offered: branch or call-back, and cancelling still works."""
    hold = held(server, device={"id": "d-1", "malware": True})
    browser = Browser(server, linked(server, hold))
    browser.get()
    page = browser.get("/confirm")
    assert "Подтвердить здесь нельзя" in page.text
    assert "отделени" in page.text
    assert 'name="mark"' not in page.text
    assert "Перевод отменён" in browser.post("/cancel").text


def test_a_link_serves_one_browser(server: Server) -> None:
    """The same link elsewhere tells nothing of the hold, but gives the bank's phone; acts are refused too."""
    hold = held(server)
    path = linked(server, hold)
    Browser(server, path).get()
    other = Browser(server, path)
    for answer in (other.get(), other.post("/cancel"), other.get("/confirm"), other.post("/code", {"code": "1"})):
        assert answer.status_code == httpx.codes.FORBIDDEN
        assert "на другом устройстве" in answer.text
        assert PHONE in answer.text
        assert "250\u00a0000" not in answer.text
    assert read(server, hold)["state"] == "placed"


def test_a_look_without_a_person_does_not_take_the_link(server: Server) -> None:
    """HEAD and a prefetch leave the link for the client."""
    browser = Browser(server, linked(server, held(server)))
    assert browser.client.head(browser.path).status_code == httpx.codes.NO_CONTENT
    scanned = browser.client.get(browser.path, headers={"sec-purpose": "prefetch"})
    assert (scanned.status_code, scanned.text) == (httpx.codes.NO_CONTENT, "")
    assert Browser(server, browser.path).get().status_code == httpx.codes.OK


def test_forged_expired_and_misused_links_give_nothing_away(server: Server) -> None:
    """Each is a page in the client's language with the bank's phone, and none says whether there is such a hold."""
    hold = held(server)
    path = linked(server, hold, hours=1)
    for strange in ("/h/x", f"/h/{hold}", path[:-4] + "AAAA", f"{path}x/y/z", "/h", "/h/"):
        answer = Browser(server, strange).get()
        assert answer.status_code == httpx.codes.NOT_FOUND, strange
        assert "Ссылка не действует" in answer.text
        assert PHONE in answer.text
    server.move_clock("2026-05-08T13:00:00+03:00")
    ended = Browser(server, path, "kk").get()
    assert (ended.status_code, "Сілтеменің мерзімі бітті" in ended.text) == (httpx.codes.GONE, True)


def test_a_link_is_made_for_the_holds_client_only(server: Server) -> None:
    """Another client is refused, and so are an unknown hold and impossible hours."""
    hold = held(server)
    body = {"customer_id": "c-2", "hours": 1}
    assert server.post(f"/v1/holds/{hold}/link", body).status_code == httpx.codes.FORBIDDEN
    assert server.post("/v1/holds/hold_9/link", body).status_code == httpx.codes.NOT_FOUND
    for hours in (0, 169, "1", None):
        answer = server.post(f"/v1/holds/{hold}/link", {"customer_id": "c-1", "hours": hours})
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY


def test_a_form_from_elsewhere_is_refused(server: Server) -> None:
    """Another site cannot cancel or confirm in the client's name."""
    hold = held(server)
    browser = Browser(server, linked(server, hold))
    browser.get()
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert browser.post("/cancel", headers=headers).status_code == httpx.codes.FORBIDDEN
    assert browser.post("/cancel", {"x": "y" * 5_000}).status_code == httpx.codes.OK
    assert read(server, hold)["state"] == "cancelled"


def test_the_page_says_what_the_law_did_meanwhile(server: Server) -> None:
    """After the term the page shows that the transfer was not made, and a late act changes nothing."""
    hold = held(server)
    browser = Browser(server, linked(server, hold))
    browser.get()
    server.move_clock("2026-05-10T00:00:00+03:00")
    assert "Перевод не состоялся" in browser.get().text
    late = browser.post("/cancel")
    assert ("Перевод не состоялся" in late.text, read(server, hold)["state"]) == (True, "not_accepted")
    assert "Перевод не состоялся" in browser.get("/confirm").text


def test_the_second_pause_has_its_term_and_reason(server: Server) -> None:
    """A match at the confirmation pauses again: the page says why, until when, and still offers to cancel."""
    hold = held(server)
    browser = Browser(server, linked(server, hold))
    browser.get()
    server.enlist("ru.cbr.recipients", INN)
    proof = {"method": "branch", "reference": "b-1"}
    answer = server.post(f"/v1/holds/{hold}/confirm", {"by": "client", "customer_id": "c-1", "proof": proof})
    assert answer.json()["state"] == "paused_again"
    page = browser.get()
    for text in ("второй раз", "в базе", "9 мая 2026", "исполнит", "/cancel"):
        assert text in page.text
    assert f"{browser.path}/confirm" not in page.text


def test_a_kazakh_hold_offers_a_call_and_an_appeal(start: StartServer) -> None:
    """Without a window there is nothing to confirm here: the page says so and how to object."""
    server = start("--bank-phone", "+7 727 000 00 00", packs="kz", clock="2026-05-12T10:00:00+05:00")
    server.enlist("kz.afc.persons", {"kind": "iin", "value": "900101300017"})
    payee = {"kind": "individual", "iin": "900101300017"}
    decision = server.decide(transfer("t-1", occurred_at="2026-05-12T10:00:00+05:00", currency="KZT", payee=payee))
    browser = Browser(server, linked(server, decision["hold"]["id"]), "kk")
    page = browser.get()
    assert page.status_code == httpx.codes.OK
    for text in ("тоқтатыла тұрды", "Келіспесеңіз", "Антифрод-орталығының", "₸", "tel:+77270000000"):
        assert text in page.text
    assert f"{browser.path}/confirm" not in page.text
    assert browser.get("/confirm").url.path == browser.path


def test_what_was_shown_is_kept_as_shown(server: Server) -> None:
    """The history has the hash of the very text that the client could read, in each language that was opened."""
    hold = held(server)
    path = linked(server, hold)
    browser = Browser(server, path)
    hashes = []
    for language in ("ru", "kk", "en", "ru"):
        browser.language = language
        hashes.append(hashlib.sha256(readable_text(browser.get().text).encode()).hexdigest())
    told = server.client.get(f"/v1/holds/{hold}/notices").json()["items"]
    shown = [act["details"] for act in told if act["act"] == "show"]
    assert [row["text_sha256"] for row in shown] == hashes[:3]
    assert [row["language"] for row in shown] == ["ru", "kk", "en"]
    assert {row["template"] for row in shown} == {"hold.open"}


def test_headers_let_nothing_run_and_nothing_leak(server: Server) -> None:
    """No script, no frame, no referrer to others, no cache; the cookie is kept from scripts and other sites."""
    browser = Browser(server, linked(server, held(server)))
    answer = browser.get()
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy + answer.text
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "same-origin")
    cookie = answer.headers["set-cookie"].lower()
    for part in ("holdfast_browser=", "httponly", "samesite=strict", "path=/h"):
        assert part in cookie
    assert not re.search(r"https?://", answer.text)
    style = browser.client.get("/h/hold.css")
    assert style.headers["content-type"].startswith("text/css")


def test_the_page_is_there_without_dev(start: StartServer) -> None:
    """A production server has the page too, and no demonstration beside it."""
    server = start(clock=None)
    assert "Ссылка не действует" in Browser(server, "/h/x").get().text
    assert server.client.get("/demo").status_code == httpx.codes.NOT_FOUND
    answer = server.post("/v1/holds/hold_1/link", {"customer_id": "c-1"})
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert json.loads(answer.text)["code"] == "unauthorised"


def test_a_link_tells_its_end_in_the_banks_zone(server: Server) -> None:
    """Without `hours` a link works for one hour."""
    hold = held(server)
    answer = server.post(f"/v1/holds/{hold}/link", {"customer_id": "c-1"}).json()
    assert answer["expires_at"] == NOON.replace("12:00:00", "13:00:00.000")
