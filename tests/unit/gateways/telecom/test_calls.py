"""Every published question against an operator that speaks it: what is sent, what comes back, what is unknown."""

from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest

from holdfast.gateways.telecom.calls import CALLS
from holdfast.simulation.operator.answers import PATHS, VERIFY
from holdfast.vocabulary.errors import GarbageError, ProviderError, UntoldError
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.telecom import APIS
from tests.unit.gateways.telecom.operating import KEY, NUMBER, Beside, beside, now, subscriber

ON = ["seller_registered"]
DAY_MS = to_ms(now() - timedelta(days=400))
MATCHED = {"phoneNumber": "seller.phone", "idDocument": "seller.iin", "name": "payee.inn", "country": "seller.country"}


def test_every_declared_question_can_be_asked() -> None:
    """Who asks and what may be declared name the same questions."""
    assert set(CALLS) == set(APIS)


@pytest.mark.parametrize(
    ("api", "hours_ago", "swapped"),
    [
        ("sim-swap/check", 5, True),
        ("sim-swap/check", 300, False),
        ("device-swap/check", 5, True),
        ("device-swap/check", 300, False),
    ],
)
def test_a_swap_is_asked_for_within_hours(api: str, hours_ago: int, *, swapped: bool) -> None:
    """The hours of the file are sent, ten days where it names none."""

    async def story(here: Beside) -> None:
        at = now() - timedelta(hours=hours_ago)
        here.operator.knows(subscriber(sim_changed_at=at, device_changed_at=at))
        assert await here.asked(api) == {"swapped": swapped, "checked_hours": 240}
        assert await here.asked(api, hours=400) == {"swapped": True, "checked_hours": 400}
        assert [body for _, body in here.operator.questions] == [
            {"phoneNumber": NUMBER, "maxAge": 240},
            {"phoneNumber": NUMBER, "maxAge": 400},
        ]

    beside(story)


def test_an_operator_that_looks_back_less_far_is_asked_for_less() -> None:
    """After OUT_OF_RANGE half is asked for; a swap seen then is one, and none seen says nothing of the other hours."""

    async def story(here: Beside) -> None:
        here.operator.manners.cap_hours = 100
        provider = here.provider("sim-swap/check", hours=360)
        for _ in range(2):
            with pytest.raises(ProviderError):
                await provider.read({"phoneNumber": NUMBER})
        assert await provider.read({"phoneNumber": NUMBER}) == {"swapped": None, "checked_hours": 90}
        here.operator.knows(subscriber(sim_changed_at=now() - timedelta(hours=5)))
        assert await provider.read({"phoneNumber": NUMBER}) == {"swapped": True, "checked_hours": 90}
        assert [body["maxAge"] for _, body in here.operator.questions] == [360, 180, 90, 90]

    beside(story)


@pytest.mark.parametrize("api", ["sim-swap/retrieve-date", "device-swap/retrieve-date"])
def test_a_null_date_says_nothing_unless_the_days_are_named(api: str) -> None:
    """A date is given, or for how many days there was none; a date that is withheld is unknown, not clean."""

    async def story(here: Beside) -> None:
        at = (now() - timedelta(days=30)).replace(microsecond=0)
        here.operator.knows(subscriber(sim_changed_at=at, device_changed_at=at))
        assert await here.asked(api) == {"changed_at": to_ms(at), "clear_days": None}
        here.operator.manners.monitored_days = 20
        assert await here.asked(api) == {"changed_at": None, "clear_days": 20}
        here.operator.manners.withheld = True
        assert await here.asked(api) == {"changed_at": None, "clear_days": None}

    beside(story)


def test_a_first_activation_looks_like_a_swap() -> None:
    """A SIM card that is new has a date, too: only what else is known tells the two apart."""

    async def story(here: Beside) -> None:
        at = (now() - timedelta(hours=3)).replace(microsecond=0)
        here.operator.knows(subscriber(activated_at=at))
        assert (await here.asked("sim-swap/retrieve-date"))["changed_at"] == to_ms(at)
        assert (await here.asked("sim-swap/check"))["swapped"] is True

    beside(story)


@pytest.mark.parametrize("version", ["0.4", "0.5rc1"])
def test_forwarding_is_found_at_the_paths_of_each_version(version: str) -> None:
    """The renamed paths and scopes of 0.5 give the same answers."""

    async def story(here: Beside) -> None:
        always, every = "call-forwarding-signal/unconditional", "call-forwarding-signal/all"
        assert await here.asked(always, version=version) == {"active": False}
        assert await here.asked(every, version=version) == {
            "active": False,
            "unconditional": False,
            "conditional": False,
        }
        here.operator.knows(subscriber(forwards=("unconditional", "conditional_busy")))
        assert await here.asked(always, version=version) == {"active": True}
        assert await here.asked(every, version=version) == {"active": True, "unconditional": True, "conditional": True}
        here.operator.manners.unforwarded = True
        with pytest.raises(ProviderError, match="501"):
            await here.asked(every, version=version)

    beside(story)


def test_truth_as_a_text_is_read_as_truth() -> None:
    """`true`, `false` and `not_available` are texts; the score stands beside a false one only."""

    async def story(here: Beside) -> None:
        known = {"idDocument": "900101300123", "name": "Иванова Анна"}
        here.operator.knows(subscriber(attributes=known))
        asked = {"phoneNumber": NUMBER, "idDocument": "900101300123", "name": "Иванова Алла", "country": "KZ"}
        told = dict(await here.asked("kyc-match/match", asked, on=ON, send=MATCHED))
        score = told.pop("name_score")
        assert isinstance(score, int)
        assert 0 < score < 100
        assert told == {
            "id_document": True,
            "id_document_score": None,
            "name": False,
            "country": None,
            "country_score": None,
        }
        with pytest.raises(UntoldError):
            await here.asked("kyc-match/match", asked | {"idDocument": "1"}, on=ON, send=MATCHED)

    beside(story)


def test_days_are_sent_as_days() -> None:
    """Tenure and recycling are asked about a day; the answers say whose the number was then."""

    async def story(here: Beside) -> None:
        tenure = {"send": {"phoneNumber": "seller.phone", "tenureDate": "seller.registered_at"}, "on": ON}
        recycling = {"send": {"phoneNumber": "seller.phone", "specifiedDate": "seller.registered_at"}, "on": ON}
        since: Mapping[str, Any] = {"phoneNumber": NUMBER, "tenureDate": DAY_MS}
        given: Mapping[str, Any] = {"phoneNumber": NUMBER, "specifiedDate": DAY_MS}
        assert await here.asked("kyc-tenure/check-tenure", since, **tenure) == {"held_since": True, "contract": "PAYM"}
        assert await here.asked("number-recycling/check", given, **recycling) == {"recycled": False}
        here.operator.knows(subscriber(since=now().date() - timedelta(days=100), prepaid=True))
        assert await here.asked("kyc-tenure/check-tenure", since, **tenure) == {"held_since": False, "contract": "PAYG"}
        assert await here.asked("number-recycling/check", given, **recycling) == {"recycled": True}
        assert {body.get("tenureDate", body.get("specifiedDate")) for _, body in here.operator.questions} == {
            date.fromtimestamp(DAY_MS / 1000).isoformat()  # noqa: DTZ012 - the test's machine is in UTC
        }

    beside(story)


def test_a_number_is_verified_by_the_code_of_the_network() -> None:
    """The app's one-use code gives the token; the number is sent to be compared, open or hashed, and never both."""

    async def story(here: Beside) -> None:
        send = {"phoneNumber": "payer.phone", "code": "session.network_code"}
        here.operator.door.codes |= {"code-1": NUMBER, "code-2": "+77010000000", "code-3": NUMBER}
        verify = "number-verification/verify"
        provider = here.provider(verify, send=send)
        assert await provider.read({"phoneNumber": NUMBER, "code": "code-1"}) == {"verified": True}
        assert await provider.read({"phoneNumber": NUMBER, "code": "code-2"}) == {"verified": False}
        with pytest.raises(ProviderError, match="400"):
            await provider.read({"phoneNumber": NUMBER, "code": "code-1"})
        hashed = {"hashedPhoneNumber": "payer.phone", "code": "session.network_code"}
        asked = {"hashedPhoneNumber": NUMBER, "code": "code-3"}
        assert await here.provider(verify, send=hashed).read(asked) == {"verified": True}
        assert here.operator.questions[-1][1] == {"hashedPhoneNumber": sha256(NUMBER.encode()).hexdigest()}

    beside(story)


def test_a_subscribers_token_goes_without_the_number() -> None:
    """With a three-legged token the number is not sent (422 otherwise): our signed word about it gave the token."""

    async def story(here: Beside) -> None:
        here.operator.knows(subscriber(sim_changed_at=now() - timedelta(hours=1)))
        assert await here.asked("sim-swap/check", key=KEY, three_legged=True) == {"swapped": True, "checked_hours": 240}
        assert here.operator.questions[-1][1] == {"maxAge": 240}

    beside(story)


@pytest.mark.parametrize("api", ["sim-swap/check", "sim-swap/retrieve-date", "call-forwarding-signal/all"])
def test_what_the_operator_does_not_know_is_unknown(api: str) -> None:
    """404 and 422 are unknown, 403 may not be told: none of them is an answer, and none of them clean."""

    async def story(here: Beside) -> None:
        unknown = dict.fromkeys(APIS[api].answers)
        assert await here.asked(api, {"phoneNumber": "+77019999999"}) == unknown
        here.operator.knows(subscriber("+77010000001", served=False), subscriber("+77010000002", consents=False))
        assert await here.asked(api, {"phoneNumber": "+77010000001"}) == unknown
        with pytest.raises(UntoldError):
            await here.asked(api, {"phoneNumber": "+77010000002"})

    beside(story)


@pytest.mark.parametrize(("manner", "status"), [("down", "503"), ("busy", "429"), ("spoilt", "401")])
def test_an_operator_that_cannot_answer_is_an_error(manner: str, status: str) -> None:
    """Whatever is wrong with the operator is told by its status, and by nothing that it said."""

    async def story(here: Beside) -> None:
        provider = here.provider("sim-swap/check")
        await provider.read({"phoneNumber": NUMBER})
        setattr(here.operator.manners, manner, True)
        with pytest.raises(ProviderError, match=status) as caught:
            await provider.read({"phoneNumber": NUMBER})
        assert type(caught.value) is ProviderError
        assert NUMBER not in caught.value.message

    beside(story)


def test_the_consent_is_named_where_the_operator_wants_it() -> None:
    """The header that the file names carries the consent's id, and nothing of it stands in the body."""

    async def story(here: Beside) -> None:
        send = {"phoneNumber": "payer.phone", "consent": "session.consent_id"}
        asked = {"phoneNumber": NUMBER, "consent": "consent-77"}
        await here.asked("sim-swap/check", asked, send=send, consent_header="X-Consent-Id")
        assert here.operator.headers[-1]["x-consent-id"] == "consent-77"
        assert here.operator.headers[-1]["x-correlator"].startswith("hf_")
        assert here.operator.questions[-1][1] == {"phoneNumber": NUMBER, "maxAge": 240}

    beside(story)


@pytest.mark.parametrize(
    ("api", "root", "sent"),
    [
        ("sim-swap/check", {"swapped": "true"}, {"maxAge": 240}),
        ("sim-swap/check", [], {"maxAge": 240}),
        ("sim-swap/retrieve-date", {"latestSimChange": "2026-05-01T10:00:00"}, {}),
        ("call-forwarding-signal/all", {"active": True}, {}),
        ("call-forwarding-signal/all", ["sometimes"], {}),
        ("kyc-match/match", {"nameMatch": True}, {"name": "x"}),
        ("kyc-match/match", {"nameMatch": "yes"}, {"name": "x"}),
        ("kyc-match/match", {"nameMatch": "false", "nameMatchScore": 100}, {"name": "x"}),
        ("number-verification/verify", {"devicePhoneNumberVerified": 1}, {}),
    ],
)
def test_an_answer_that_is_not_the_published_one_is_not_believed(api: str, root: Any, sent: Mapping[str, Any]) -> None:
    """A truth value as a text where a truth value belongs, or the reverse, is garbage; so is any other shape."""

    async def story(here: Beside) -> None:
        send = {"phoneNumber": "payer.phone"}
        if api.startswith("kyc"):
            send["name"] = "payer.inn"
        if api.startswith("number"):
            send["code"] = "session.network_code"
        spec = here.declared(api, send=send)
        assert spec.operator is not None
        with pytest.raises(GarbageError):
            CALLS[api](spec, spec.operator).told(root, sent)

    beside(story)


def test_the_operator_knows_every_path_that_is_asked() -> None:
    """The emulator serves each question at the versions whose paths are published now."""

    async def story(here: Beside) -> None:
        asked = set()
        for api, one in APIS.items():
            send = {"phoneNumber": "seller.phone", **dict.fromkeys(one.dates, "seller.registered_at")}
            send |= {"code": "session.network_code"} if one.needs and not one.dates else {}
            send |= {"idDocument": "seller.iin"} if one.matches else {}
            spec = here.declared(api, send=send, on=ON)
            assert spec.operator is not None
            asked.add(CALLS[api](spec, spec.operator).path)
        assert asked <= {*PATHS, VERIFY[0]}

    beside(story)
