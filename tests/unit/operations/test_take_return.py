"""A person comes back from an OpenID provider: the session ends by what the provider signed, or goes on waiting."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from holdfast.operations.session_story import session_story
from holdfast.operations.start_session import Beginning, start_session
from holdfast.operations.take_callback import take_callback
from holdfast.operations.take_return import take_return
from holdfast.vocabulary.errors import CallbackError, NotFoundError, SessionStateError
from holdfast.vocabulary.identity import Check, Operation, Purpose, Subject
from tests.unit.gateways.identity.issuing import HIGH, LOW, Issuer, Json, Person, issuing
from tests.unit.gateways.identity.openid import ASSURANCE, OPERATION, OWNER, Client, declaration
from tests.unit.operations.shards import NOON_MS
from tests.unit.verification.sessions import World

PAYOUT = Operation(
    id="op-1", type="payout", amount_minor=9_000_000, currency="KZT", payee="KZ86125KZT5004100100", payee_owner=OWNER
)
ROW = ASSURANCE + OPERATION
TWO = f'    acr: {{"{HIGH}": [face_match], "{LOW}": [face_match]}}\n'


class Visit(World):
    """A shard whose provider is an OpenID provider, and the person's browser."""

    def __init__(self, issuer: Issuer, *, row: str = "") -> None:
        super().__init__()
        self.client = Client(issuer, self.clock, row=row)
        self.client.provider = self.client.made()
        self.shard.identity = {"bank_id": self.client.provider}

    async def begin(self, **changes: Any) -> tuple[str, str]:
        """Open and start a session; gives its id and the address at which the person logs in."""
        usual: Json = {
            "subject": Subject(ref="s-1", kind="seller_id", iin_hash=OWNER),
            "operation": PAYOUT,
            "checks": (Check.FACE_MATCH, Check.DATA_MATCH),
            "acr": HIGH,
        }
        session = await self.open(**(usual | changes))
        _, started = await start_session(self.shard, session, Beginning())
        return session, started.redirect_url

    async def back(self, url: str) -> str:
        """Log in, come back, and give the page to go on to."""
        query = await asyncio.to_thread(self.client.issuer.come_back, url)
        return await take_return(self.shard, "bank_id", query.encode())

    async def why(self, session: str) -> tuple[str, list[str]]:
        """Say where a session stands and why."""
        view = await self.read(session)
        return view["state"], view["reasons"]


def told(story: Callable[[Visit], Awaitable[None]], issuer: Issuer | None = None, *, row: str = "") -> None:
    """Run a story against a new provider."""

    async def whole(running: Issuer) -> None:
        visit = Visit(running, row=row.replace("ISSUER", running.url))
        try:
            await story(visit)
        finally:
            await visit.client.provider.close()

    with issuing(issuer) as running:
        asyncio.run(whole(running))


def test_who_logs_in_as_the_owner_passes_and_the_payout_is_released_once() -> None:
    """The page that follows learns the session and no verdict; the operation that was confirmed can be used."""

    async def story(visit: Visit) -> None:
        session, url = await visit.begin()
        assert await visit.back(url) == f"https://site.example/back?session={session}"
        assert await visit.why(session) == ("passed", [])
        assert (await visit.consume(session, PAYOUT))["state"] == "consumed"
        fetched = visit.client.issuer.calls.count("/token")
        assert await visit.state(session) == "consumed"
        assert visit.client.issuer.calls.count("/token") == fetched

    told(story)


@pytest.mark.parametrize(
    ("return_url", "page"),
    [
        ("https://site.example/back?a=1", "https://site.example/back?a=1&session={}"),
        ("https://site.example/back#top", "https://site.example/back?session={}#top"),
        ("", ""),
    ],
)
def test_the_page_that_follows_is_the_tenants_own(return_url: str, page: str) -> None:
    """The session's id is added to what the tenant gave; without an address there is no page."""

    async def story(visit: Visit) -> None:
        session, url = await visit.begin(return_url=return_url)
        assert await visit.back(url) == page.format(session)

    told(story)


def _older(claims: Json) -> None:
    claims["auth_time"] -= 301


def _of_before(claims: Json) -> None:
    claims["auth_time"] -= 120


def _ahead(claims: Json) -> None:
    claims["auth_time"] += 3_600


def _other_operation(claims: Json) -> None:
    claims["transaction_hash"] = "00" * 32


def _no_instant(claims: Json) -> None:
    del claims["auth_time"]


@pytest.mark.parametrize(
    ("issuer", "state", "reasons"),
    [
        (Issuer(person=Person(iin="900101300456")), "failed", ["owner_mismatch"]),
        (Issuer(person=Person(framework="other")), "created", ["data_match_not_performed"]),
        (Issuer(person=Person(classes=(LOW,))), "created", ["face_match_not_performed"]),
        (Issuer(spoil=_older), "failed", ["auth_time_not_fresh"]),
        (Issuer(spoil=_of_before), "failed", ["auth_time_before_session"]),
        (Issuer(spoil=_no_instant), "failed", ["auth_time_unknown"]),
        (Issuer(spoil=_other_operation), "failed", ["operation_mismatch"]),
        (Issuer(confirms=False), "created", ["provider_said_error"]),
        (Issuer(spoil=_ahead), "processing", []),
        (Issuer(broken={"/token": (500, b"")}), "processing", []),
        (Issuer(broken={"/token": (200, b"{}")}), "processing", []),
    ],
)
def test_a_login_that_is_not_what_was_required_releases_nothing(issuer: Issuer, state: str, reasons: list[str]) -> None:
    """Another person, class, instant or operation, and a provider that fails: nothing passes, and nothing is used."""

    async def story(visit: Visit) -> None:
        session, url = await visit.begin()
        assert await visit.back(url)
        assert await visit.why(session) == (state, reasons)
        with pytest.raises(SessionStateError):
            await visit.consume(session, PAYOUT)

    told(story, issuer)


def test_a_lower_class_that_stands_for_the_same_checks_is_still_too_low() -> None:
    """A session that requires a class is not satisfied by another one, whatever that one checks."""

    async def story(visit: Visit) -> None:
        session, url = await visit.begin(checks=(Check.FACE_MATCH,))
        await visit.back(url)
        assert await visit.why(session) == ("failed", ["acr_too_low"])

    row = declaration("ISSUER", more=ROW)
    told(story, Issuer(person=Person(classes=(LOW,))), row=row[: row.index("    acr:")] + TWO + ROW)


def test_a_state_works_for_its_own_session_and_time() -> None:
    """Of nobody, of an ended session, of an earlier attempt, or late: nothing passes and nothing is revived."""

    async def story(visit: Visit) -> None:
        with pytest.raises(NotFoundError):
            await take_return(visit.shard, "nobody", b"")
        with pytest.raises(CallbackError):
            await take_return(visit.shard, "bank_id", b"state=ver_1.1.x&code=c")
        stray = await visit.client.start(session_id="ver_unknown")
        with pytest.raises(NotFoundError):
            await take_return(visit.shard, "bank_id", urlencode({"state": stray.reference, "code": "c"}).encode())
        session, first = await visit.begin()
        visit.clock.instant_ms += 1
        _, second = await start_session(visit.shard, session, Beginning())
        await visit.back(first)
        assert (await visit.why(session))[0] == "started"
        visit.clock.instant_ms = NOON_MS + 3_600_000
        await visit.back(second.redirect_url)
        assert (await visit.why(session))[0] == "expired"

    told(story)


def test_who_declines_may_log_in_after_all() -> None:
    """An error in the browser's query ends nothing: the attempt waits, and the page goes on."""

    async def story(visit: Visit) -> None:
        session, url = await visit.begin()
        visit.client.issuer.person.agrees = False
        assert (await visit.back(url)).endswith(f"?session={session}")
        assert (await visit.why(session))[0] == "started"
        visit.client.issuer.person.agrees = True
        await visit.back(url)
        assert await visit.why(session) == ("passed", [])

    told(story)


def test_a_provider_that_answers_again_is_read_without_the_browser() -> None:
    """The code waits; whoever reads the session later fetches what the return could not."""

    async def story(visit: Visit) -> None:
        session, url = await visit.begin()
        visit.client.issuer.broken = {"/token": (503, b"")}
        await visit.back(url)
        assert (await visit.why(session))[0] == "processing"
        visit.client.issuer.broken = {}
        assert await visit.why(session) == ("passed", [])

    told(story)


def test_a_login_for_one_session_serves_no_other() -> None:
    """A code under another session's state is refused by the provider, and the attempt ends unclear."""

    async def story(visit: Visit) -> None:
        mine, _ = await visit.begin()
        _, url = await visit.begin(operation=PAYOUT)
        query = await asyncio.to_thread(visit.client.issuer.come_back, url)
        code = query.partition("code=")[2].partition("&")[0]
        state = (await _reference(visit, mine)).replace("+", "%2B")
        await take_return(visit.shard, "bank_id", f"state={state}&code={code}".encode())
        assert await visit.why(mine) == (
            "created",
            ["provider_said_error", "data_match_not_performed", "face_match_not_performed"],
        )

    told(story)


async def _reference(visit: Visit, session: str) -> str:
    return (await session_story(visit.shard, session)).standing.reference


def test_a_posted_callback_is_worth_no_more_than_a_return() -> None:
    """The route of callbacks takes a query too; without a code it is dropped, with a forged state refused."""

    async def story(visit: Visit) -> None:
        session, _ = await visit.begin()
        state = await _reference(visit, session)
        query = urlencode({"state": state, "error": "access_denied"}).encode()
        assert not await take_callback(visit.shard, "bank_id", headers={}, body=query)
        with pytest.raises(CallbackError):
            await take_callback(visit.shard, "bank_id", headers={}, body=b"state=x&code=c")
        assert (await visit.why(session))[0] == "started"

    told(story)


def test_a_login_elsewhere_than_for_money_may_be_remembered_but_not_too_old() -> None:
    """For a login five minutes are young enough, whoever remembers; the instant is the provider's, not ours."""

    async def story(visit: Visit) -> None:
        login: Json = {"purpose": Purpose.LOGIN, "operation": Operation(id="op-2", type="login")}
        visit.client.issuer.person.remembered_s = 200
        session, url = await visit.begin(**login)
        await visit.back(url)
        assert await visit.why(session) == ("passed", [])
        assert (await visit.read(session))["result"]["auth_time"].startswith("2026-05-08T11:56:40")

    told(story)
