"""Faces compared by a real server with dlib: a browser with a camera, pictures of no use, a killed process, no traces.

The faces are rendered and nobody's. That a film and a program get through is the point of two tests here: what a
person is asked to do before the camera is a weak sign of life, and is told as one.
"""

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import httpx
import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import sync_playwright

from holdfast.app import open_store
from holdfast.vocabulary.capture import Command
from tests.acceptance.centre import iin_hash
from tests.acceptance.conftest import Json, Server, StartServer
from tests.acceptance.test_canaries import ended
from tests.acceptance.test_hold_browser import NARROW, chromium, look
from tests.faces.beside import WITHOUT, beside, installed, models
from tests.faces.poses import DONE, beside_each_other
from tests.pictures.faces import Person, Pose, face, jpeg, person

pytestmark = pytest.mark.skipif(not installed(), reason=WITHOUT)
ME, OTHER = person(11), person(16)
SIZE = (400, 300)
CANARY = b"canary-face-7731"
HEAD = b"\xff\xd8\xff"
STEPS_MOST = 400
RATE, HELD = 30, 45  # the fake camera shows so many pictures a second; every pose is held for so many
CAMERA: Json = {
    "asked": {"width": 1280, "height": 720, "rate": 30},
    "given": {"width": 400, "height": 300, "rate": 30},
    "seen": {"width": 400, "height": 300, "rate": 30},
    "label": "Front camera",
    "facing": "user",
}
WITHDRAW: Json = {
    "subject": {"ref": "s-1", "kind": "seller_id", "iin_hash": iin_hash()},
    "purpose": "withdraw",
    "operation": {
        "id": "op-1",
        "type": "payout",
        "amount_minor": 9_000_000,
        "currency": "KZT",
        "payee_ref": "KZ86125KZT5004100100",
        "payee_owner_hash": iin_hash(),
    },
    "required": {"checks": ["face_match"], "acr": "face"},
}


@cache
def shown(who: Person, pose: Pose | None = None) -> Image.Image:
    """Render somebody, once."""
    return face(who, pose, SIZE)


def marked(picture: Image.Image, *, orientation: int = 1) -> bytes:
    """Write a picture with a comment that must be found nowhere afterwards."""
    data = jpeg(picture, orientation=orientation)
    return data[:2] + b"\xff\xfe" + (len(CANARY) + 2).to_bytes(2, "big") + CANARY + data[2:]


@cache
def shot(who: Person, pose: Pose | None = None) -> bytes:
    """Take a picture of somebody."""
    return marked(shown(who, pose))


@pytest.fixture
def serve(start: StartServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Server]:
    """Give what starts a server that compares faces with one enrolled picture."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(beside()), os.environ.get("PYTHONPATH", "")]))
    enrolled = tmp_path / "enrolled"
    enrolled.mkdir()
    (enrolled / "s-1.jpg").write_bytes(shot(ME, Pose(left=4, up=2, light=(-0.3, -0.4, 1.0))))
    declared = tmp_path / "identity.yaml"
    own = f"id: own, kind: face, models: {models()}, acr: face, references: {{folder: {enrolled}}}"
    declared.write_text(f"providers:\n  - {{{own}}}\n")
    return lambda: start("--home", "KZ", "--identity", str(declared), packs="kz")


class Visitor:
    """A browser without a screen: it opens a session's page, agrees, and sends pictures."""

    def __init__(self, server: Server, **changes: Json | int) -> None:
        self.server = server
        self.names = iter(range(1_000))
        answer = server.client.post("/v1/identity/sessions", json=WITHDRAW | changes, headers={"idempotency-key": "k"})
        assert answer.status_code == httpx.codes.CREATED, answer.text
        self.session = answer.json()["id"]
        self.path = self.invited()
        self.cookies = httpx.Cookies()
        page = self.call("GET", "?lang=ru")
        version = re.search(r'name="version" value="([^"]+)"', page.text)
        assert version is not None
        agreed = self.call("POST", "/consent?lang=ru", data={"version": version[1], "adult": "1"})
        assert agreed.status_code == httpx.codes.SEE_OTHER

    def invited(self) -> str:
        """Get the address of the page."""
        answer = self.server.post(f"/v1/identity/sessions/{self.session}/start", b"")
        assert answer.status_code == httpx.codes.OK, answer.text
        return str(answer.json()["redirect_url"])

    def call(self, method: str, step: str, **more: object) -> httpx.Response:
        """Call a route of the page with this browser's cookie."""
        base = str(self.server.client.base_url).rstrip("/")
        with httpx.Client(cookies=self.cookies, timeout=60) as client:
            answer = client.request(method, f"{base}{self.path}{step}", **more)  # type: ignore[arg-type] - by name
            self.cookies = client.cookies
        return answer

    def begin(self) -> Json:
        """Begin an attempt."""
        answer = self.call("POST", "/begin", json=CAMERA)
        assert answer.status_code == httpx.codes.OK, answer.text
        reply: Json = answer.json()
        return reply

    def send(self, data: bytes) -> Json:
        """Send a picture."""
        answer = self.call("POST", "/frame", content=data, headers={"content-type": "image/jpeg"})
        assert answer.status_code == httpx.codes.OK, answer.text
        reply: Json = answer.json()
        return reply

    def perform(self, who: Person) -> Json:
        """Do what is asked, as a program does that has somebody's head in three dimensions."""
        reply = self.begin()
        for _ in range(STEPS_MOST):
            if reply.get("ended"):
                return reply
            command = reply.get("command")
            reply = self.send(shot(who, DONE[Command(command)] if command else None))
        pytest.fail(f"no end comes: {reply}")

    def read(self) -> Json:
        """Read the session."""
        row: Json = self.server.client.get(f"/v1/identity/sessions/{self.session}").json()
        return row


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a film in which somebody looks straight and does every command in turn, over and over."""
    path = tmp_path_factory.mktemp("film") / "head.mjpeg"
    with path.open("wb") as out:
        for pose in DONE.values():
            out.writelines(jpeg(shown(ME, each)) for each in (None, pose) for _ in range(HELD))
    return path


def test_a_browser_with_a_camera_passes_and_nothing_of_the_face_is_left(
    serve: Callable[[], Server], film: Path
) -> None:
    """Consent, camera, four commands: passed, with a weak sign of life from a camera that is known for a film."""
    server = serve()
    visitor = Visitor(server)
    with sync_playwright() as player:
        fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
        browser = player.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", *fake, f"--use-file-for-fake-video-capture={film}"]
        )
        context = browser.new_context(viewport={"width": NARROW, "height": 844})
        base = str(server.client.base_url).rstrip("/")
        mark = dict(visitor.cookies)
        context.add_cookies([{"name": name, "value": text, "url": f"{base}/v"} for name, text in mark.items()])
        page = context.new_page()
        page.goto(f"{base}{visitor.path}?lang=kk")
        page.locator("#slow").check()
        page.locator("#start").click()
        page.locator("#seconds").get_by_text("қалды").wait_for(timeout=120_000)
        look(page, "face-live-kk")
        page.get_by_role("heading", name="Жеке басыңыз расталды").wait_for(timeout=240_000)
        look(page, "face-passed-kk")
        browser.close()
    row = visitor.read()
    assert (row["state"], row["attempts"]) == ("passed", 1)
    said = row["result"]["capture"]
    assert (said["camera"], said["liveness"], said["reference"]) == ("virtual", "weak", "yes")
    assert "pad" not in row["result"]["checks"] or row["result"]["checks"]["pad"]["verdict"] == "not_performed"
    assert traces(server) == set()


def test_a_program_with_somebodys_head_passes_which_is_why_the_check_is_weak(serve: Callable[[], Server]) -> None:
    """Rendered answers to commands pass as the person, and somebody else's head fails whatever it does."""
    server = serve()
    me = Visitor(server)
    assert me.perform(ME)["ended"] == "done"
    row = me.read()
    match = row["result"]["checks"]["face_match"]
    assert (row["state"], match["verdict"], row["result"]["capture"]["liveness"]) == ("passed", "pass", "weak")
    assert match["score"] < match["threshold"]
    other = Visitor(server, max_attempts=1, operation=WITHDRAW["operation"] | {"id": "op-2"})
    assert other.session == me.session  # the same key: the session of before
    assert traces(server) == set()


@pytest.mark.parametrize(("most", "state"), [(2, "created"), (1, "inconclusive")])
def test_a_killed_process_leaves_an_open_attempt_inconclusive(
    serve: Callable[[], Server], most: int, state: str
) -> None:
    """What was before the camera when the server died is judged by nobody; a new attempt passes where one is left."""
    server = serve()
    visitor = Visitor(server, max_attempts=most)
    reply = visitor.begin()
    while not reply.get("command"):
        reply = visitor.send(shot(ME))
    server.restart(signal.SIGKILL)
    gone = visitor.call("POST", "/frame", content=shot(ME), headers={"content-type": "image/jpeg"})
    assert gone.status_code == httpx.codes.FORBIDDEN
    row = visitor.read()
    assert (row["state"], row["attempts"]) == (state, 1)
    last = row["history"][-1]
    assert "face_match_inconclusive" in last["reasons"]
    if most > 1:
        assert visitor.perform(ME)["ended"] == "done"
        assert visitor.read()["state"] == "passed"
    assert traces(server) == set()


def useless() -> Iterator[tuple[str, bytes]]:
    """Give pictures of no use, each with the word for it."""
    good = shown(ME)
    yield "unreadable", b"\xff\xd8\xff" + b"rubbish" * 40
    yield "unreadable", b""
    yield "unreadable", shot(ME)[:2_000]
    yield "no_face", marked(Image.new("RGB", SIZE, "white"))
    yield "several_faces", marked(beside_each_other(good, shown(OTHER)))
    yield "dark", marked(good.point([value // 5 for value in range(256)] * 3))
    yield "blurred", marked(good.filter(ImageFilter.GaussianBlur(5)))
    yield "too_small", marked(shown(ME, Pose(zoom=0.42)))
    yield "no_face", marked(good.transpose(Image.Transpose.ROTATE_90))


def test_pictures_of_no_use_are_told_and_never_count(serve: Callable[[], Server]) -> None:
    """Each has its word, none brings a command; a picture on its side counts when its camera says so."""
    server = serve()
    visitor = Visitor(server)
    visitor.begin()
    for wanted, data in useless():
        reply = visitor.send(data)
        assert (reply.get("flaw"), reply.get("command") or "") == (wanted, ""), wanted
    assert visitor.read()["attempts"] == 1
    side = marked(shown(ME).transpose(Image.Transpose.ROTATE_90), orientation=6)
    for _ in range(2):
        reply = visitor.send(side)
    assert not reply.get("flaw")
    assert reply["command"]
    large = visitor.call("POST", "/frame", content=b"\xff" * (256 * 1024 + 1), headers={"content-type": "image/jpeg"})
    assert large.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert traces(server) == set()


def traces(server: Server) -> set[str]:
    """Name each place where a picture, its comment or a descriptor is left: log, metrics, files, all records."""
    told = server.client.get("/metrics").content
    log = ended(server).encode()
    files = {path.name: path.read_bytes() for path in server.data.rglob("*") if path.is_file()}
    with closing(open_store(server.data)) as store:
        records = [one.event + one.act + repr(one).encode() for one in store.replay()]
    places = {"metrics": told, "log": log, "records": b"".join(records), **files}
    found = {name for name, data in places.items() if CANARY in data or HEAD in data}
    numbers = re.compile(rb"(?:-?\d\.\d+[,\s]+){8}")  # nothing else is a row of numbers like a descriptor
    return found | {name for name in ("metrics", "log", "records") if numbers.search(places[name])}
