"""The demonstration as a visitor meets it: the command from start to end, and the pages through HTTP."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

import httpx
import pytest

from tests.acceptance.conftest import NOON, Server, StartServer
from tests.cradle import ROOT

SHORT = ("--clients", "200", "--port", "0", "--plain", "--warm-up", "1")
FORM = {"amount": "300 000", "rail": "order", "officer": "1", "act": "send"}
PAGES = (
    "/demo",
    "/demo/call",
    "/demo/message",
    "/demo/cities",
    "/demo/law",
    "/demo/owner",
    "/demo/swap",
    "/demo/crash",
    "/demo/results",
)


def environment() -> dict[str, str]:
    """Give an environment without settings of somebody's own."""
    return {name: text for name, text in os.environ.items() if not name.startswith("HOLDFAST_")} | {"NO_COLOR": "1"}


def start_demo(data: Path, *words: str) -> subprocess.Popen[str]:
    """Start the demo as a user does."""
    return subprocess.Popen(
        [sys.executable, "-m", "holdfast", "demo", "--data", str(data), *SHORT, *words],
        cwd=ROOT,
        env=environment() | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for_link(process: subprocess.Popen[str]) -> str:
    """Read the demo's output until its link stands in it."""
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"open (http://\S+)/demo", line)
        if found:
            return found[1]
    pytest.fail("the demo ended without a link")


def is_gone(url: str) -> bool:
    """Tell whether nobody answers there any more, waiting a while for the end."""
    for _ in range(100):
        try:
            httpx.get(f"{url}/healthz", timeout=1)
        except httpx.TransportError:
            return True
        time.sleep(0.2)
    return False


class Outline(HTMLParser):
    """What a screen reader relies on: landmarks, labels of fields, headings; and whatever could run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fields: list[dict[str, str | None]] = []
        self.labelled: set[str | None] = set()
        self.inside_label = 0
        self.running: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of one element."""
        values = dict(attrs)
        self.tags.append(tag)
        self.inside_label += tag == "label"
        if tag == "label":
            self.labelled.add(values.get("for"))
        if tag in {"input", "select", "textarea"} and values.get("type") != "hidden":
            self.fields.append(values | {"inside": "1" if self.inside_label else None})
        if tag in {"script", "style", "iframe", "img"} or any(
            name.startswith("on") or name == "style" for name in values
        ):
            self.running.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self.inside_label -= tag == "label"


@pytest.fixture(scope="module")
def russian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give one server under Russian law for all pages; every play is about a client of its own."""
    yield from serving(tmp_path_factory.mktemp("ru"), "ru", NOON)


@pytest.fixture(scope="module")
def kazakh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give one server under Kazakh law."""
    yield from serving(tmp_path_factory.mktemp("kz"), "kz", "2026-05-06T12:00:00+05:00")


def serving(data: Path, packs: str, clock: str) -> Iterator[Server]:
    """Start a development server, and stop it at the end."""
    server = Server(data / "data", "--packs", packs, "--dev", "--clock", clock)
    yield server
    server.stop()


def send(server: Server, **changes: str) -> httpx.Response:
    """Send the form of the call and follow its redirect."""
    answer = server.client.post("/demo/call?lang=en", data=FORM | changes)
    assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
    return server.client.get(answer.headers["location"])


def test_the_demo_ends_by_itself_and_leaves_its_store(tmp_path: Path, start: StartServer) -> None:
    """It prints the link and a summary, ends with 0, and `serve` opens what it left, the results included."""
    data = tmp_path / "shown"
    process = start_demo(data, "--days", "1")
    out, _ = process.communicate(timeout=180)
    assert process.returncode == 0, out
    assert re.search(r"open http://127\.0\.0\.1:\d+/demo", out)
    assert "Summary" in out
    assert "fraud stories caught:" in out
    assert "calls refused" not in out
    assert f"--data {data}" in out
    clock = re.search(r"--clock (\S+)", out)
    assert clock
    again = start(data=data, clock=clock[1])
    page = again.client.get("/demo/results?lang=en").text
    assert "Thefts caught" in page
    figures = json.loads((data / "demo-results.json").read_text())
    assert figures["decisions"] > 100
    assert figures["overall"]["honest"] > 100


def test_the_demo_stops_after_its_seconds(tmp_path: Path) -> None:
    """`--seconds` ends it in order, wherever it is."""
    process = start_demo(tmp_path / "shown", "--seconds", "8", "--json")
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0, out
    figures = json.loads(out.strip().splitlines()[-1])
    assert {"decisions", "overall", "scenes"} <= figures.keys()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_no_server_outlives_the_demo(tmp_path: Path, how: int) -> None:
    """Whether interrupted or killed, the demo takes its server with it; interrupted, it ends with a summary and 0."""
    process = start_demo(tmp_path / "shown")
    url = wait_for_link(process)
    process.send_signal(how)
    out, _ = process.communicate(timeout=60)
    assert is_gone(url)
    assert process.returncode == (0 if how == signal.SIGINT else -signal.SIGKILL)
    assert ("Summary" in out) == (how == signal.SIGINT)


def test_a_server_that_breaks_is_told_with_its_last_words(tmp_path: Path) -> None:
    """When the child cannot start, the demo says why and ends with an error."""
    process = start_demo(tmp_path / "shown", "--language", "xx")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 2, out
    assert "there is no language `xx`" in out


def test_what_an_earlier_demo_left_is_not_touched(tmp_path: Path) -> None:
    """A used directory keeps its files; the demo takes the next name."""
    data = tmp_path / "shown"
    data.mkdir()
    (data / "note").write_text("mine")
    process = start_demo(data, "--seconds", "1")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0, out
    assert sorted(path.name for path in data.iterdir()) == ["note"]


def test_every_page_reads_in_every_language(russian: Server, kazakh: Server) -> None:
    """Each page answers in three languages, with landmarks and labels, and with nothing that could run."""
    for server, path in product((russian, kazakh), PAGES):
        for language in ("ru", "kk", "en"):
            answer = server.client.get(path, params={"lang": language})
            assert answer.status_code == httpx.codes.OK, answer.text
            assert f'<html lang="{language}">' in answer.text
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            outline = Outline(answer.text)
            assert outline.running == []
            assert {"header", "nav", "main", "footer", "h1"} <= set(outline.tags)
            assert outline.tags.count("h1") == outline.tags.count("main") == 1
            assert all(field["inside"] or field.get("id") in outline.labelled for field in outline.fields)


def test_the_browsers_language_is_heard(russian: Server) -> None:
    """Without a word in the address the page speaks as the browser asks, and Russian to all others."""
    kazakh = russian.client.get("/demo", headers={"accept-language": "kk-KZ,kk;q=0.9"}).text
    other = russian.client.get("/demo", headers={"accept-language": "fr"}).text
    assert '<html lang="kk">' in kazakh
    assert '<html lang="ru">' in other


def test_the_call_is_held_and_names_its_sign(russian: Server) -> None:
    """The officer's transfer is held until a legal instant, by sign 1.9 and others, and the phone says why."""
    page = send(russian).text
    assert "Your transfer is on hold" in page
    assert "waits until 9 May 2026, 23:59" in page
    assert "<code>ru.od-2506.1.9</code>" in page
    assert "unknown numbers called you unusually often" in page
    assert "Your bank never asks you" in page


def test_an_instant_rail_is_refused_and_says_how_to_repeat(russian: Server) -> None:
    """Over SBP nothing is held: the money stays, and the phone says how to repeat."""
    page = send(russian, rail="sbp").text
    assert "The transfer was not made" in page
    assert "send the transfer again" in page


def test_nobody_calls_and_the_transfer_passes_unless_the_payee_is_listed(russian: Server) -> None:
    """Without the officer a small transfer passes; to a payee in the database it is held by sign 1.1."""
    assert "The transfer was sent" in send(russian, officer="", amount="3000").text
    listed = send(russian, officer="", amount="3000", listed="1").text
    assert "<code>ru.od-2506.1.1</code>" in listed
    assert "Your transfer is on hold" in listed


def test_the_honest_twin_is_judged_by_what_is_known(russian: Server) -> None:
    """The buyer of a flat is held by the letter of sign 1.12 when history is whole, and sign 1.9 stays clear."""
    russian.complete("transfer", "2024-01-01T00:00:00+03:00")
    page = send(russian, act="twin").text
    assert "<code>ru.od-2506.1.12</code>" in page
    assert "unknown numbers called you unusually often" not in page


def test_kazakh_law_asks_and_suspends(kazakh: Server) -> None:
    """In Kazakhstan a call during the transfer asks for a check, and a listed payee is suspended without a window."""
    assert "Confirm that it is you" in send(kazakh, amount="1 500 000").text
    held = send(kazakh, amount="1 500 000", officer="", listed="1").text
    assert "Your transfer is on hold" in held
    assert "confirm it by" not in held


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"amount": "a lot"}, "The amount has to be a whole number"),
        ({"amount": "0"}, "The amount has to be a whole number"),
        ({"rail": "pigeon"}, "There is no such way to send money here"),
    ],
)
def test_bad_input_is_a_clear_message(russian: Server, change: dict[str, str], message: str) -> None:
    """A bad form decides nothing and says what to correct, keeping what was typed."""
    answer = russian.client.post("/demo/call?lang=en", data=FORM | change)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert message in answer.text
    assert 'role="alert"' in answer.text
    if "amount" in change:
        assert f'value="{change["amount"]}"' in answer.text


@pytest.mark.parametrize("path", ["/demo/call", "/demo/message", "/demo/cities", "/demo/crash"])
def test_a_foreign_page_cannot_send_the_form(russian: Server, path: str) -> None:
    """A form that another site posts is refused."""
    answer = russian.client.post(path, data=FORM, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == httpx.codes.FORBIDDEN


def test_a_server_killed_under_load_has_lost_nothing(kazakh: Server) -> None:
    """The button kills a real server; the page follows it by itself and ends with every answer found again."""
    assert kazakh.client.post("/demo/crash?lang=en", data={}).status_code == httpx.codes.SEE_OTHER
    page = kazakh.client.get("/demo/crash?lang=en")
    assert page.headers["refresh"] == "1"
    assert "disabled" in page.text
    for _ in range(600):
        page = kazakh.client.get("/demo/crash?lang=en")
        if "refresh" not in page.headers:
            break
        time.sleep(0.2)
    assert "Nothing was lost" in page.text, page.text
    assert "the chain of hashes holds" in page.text
    found = re.search(r"([\d,]+) of ([\d,]+) answers are the same", page.text)
    assert found
    assert found[1] == found[2]
    assert int(found[1].replace(",", "")) > 0
    assert kazakh.client.get("/healthz").status_code == httpx.codes.OK


def test_an_unknown_decision_is_a_page_of_its_own(russian: Server) -> None:
    """What is not there is said in the reader's language."""
    answer = russian.client.get("/demo/call?lang=en&sent=dec_nothing")
    assert answer.status_code == httpx.codes.NOT_FOUND
    assert "There is no such page here" in answer.text


def test_the_law_page_differs_by_date_as_the_packs_say(russian: Server) -> None:
    """On 31 December six signs are in force and none stops the transfer; on 1 January sign 1.12 holds it."""
    page = russian.client.get("/demo/law?lang=en").text
    before, after = page.split('<section class="side card ')[1:]
    assert not before.startswith("hold")
    assert "Signs in force: 6" in before
    assert "ОД-1027" in before
    assert after.startswith("hold")
    assert "<code>1.12</code>" in after
    assert "ОД-2506" in after
    changed = russian.client.get("/demo/law?lang=en&story=number_changed&amount=80000").text
    assert "<code>1.10c</code>" in changed.split('<section class="side card ')[2]


def test_the_law_page_knows_what_is_exactly_not_enough(russian: Server) -> None:
    """Exactly 200,000 is not more than 200,000: the same evening passes on both days by the signs."""
    page = russian.client.get("/demo/law?lang=en&amount=200000").text
    assert page.count("No sign of that day speaks about this transfer") == 2


def test_pages_are_for_development_servers_only(start: StartServer) -> None:
    """A server that is not opened for development has no such pages."""
    server = start(clock=None)
    assert server.client.get("/demo").status_code == httpx.codes.NOT_FOUND
