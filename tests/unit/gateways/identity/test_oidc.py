"""A login at an OpenID provider: bound to its session, proven by its key, and worth what it says, no more."""

import asyncio
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from holdfast.gateways.identity.directory import KEPT_MS
from holdfast.gateways.identity.grants import GRANTS_MAX, Grants
from holdfast.vocabulary.errors import CallbackError, GarbageError, ProviderError
from holdfast.vocabulary.identity import Check, Purpose, Verdict
from holdfast.vocabulary.identity_specs import UNCONFIRMED
from tests.unit.gateways.identity.issuing import HIGH, LOW, SECRET, Issuer, Json, Key, Person, issuing, new_key
from tests.unit.gateways.identity.openid import ASSURANCE, OPERATION, OWNER, Client, declaration, told
from tests.unit.operations.shards import NOON_MS, StillClock

UNSIGNED = urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()


def passes(client: Client, verdicts: dict[Check, Verdict]) -> set[Check]:
    """Name what passed; everything else that the login can tell of was not performed."""
    assert set(verdicts) == client.provider.checks
    assert set(verdicts.values()) <= {Verdict.PASS, Verdict.NOT_PERFORMED}
    return {check for check, verdict in verdicts.items() if verdict is Verdict.PASS}


def test_a_login_says_who_it_was_when_how_well_and_what_was_confirmed() -> None:
    """Code flow with PKCE: class, instant, owner and operation come from the token that the provider signed."""

    async def story(client: Client) -> None:
        result = await client.answered()
        verdicts = {check: one.verdict for check, one in result.checks.items()}
        assert passes(client, verdicts) == {Check.FACE_MATCH, Check.PAD, Check.DATA_MATCH, Check.DOCUMENT}
        assert (result.done, result.acr, result.auth_ms, result.owner) == (True, HIGH, NOON_MS, OWNER)
        assert (result.operation_hash, result.transaction_id, result.error) == ("5f" * 32, "txn-1", "")

    told(story)


def test_the_question_carries_what_binds_the_answer_and_what_is_required() -> None:
    """State, nonce and challenge are there and differ; class, age, operation and claims are asked for."""

    async def story(client: Client) -> None:
        started = await client.start()
        asked = {name: values[0] for name, values in parse_qs(urlsplit(started.redirect_url).query).items()}
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        assert (asked["acr_values"], asked["max_age"], asked["prompt"]) == (HIGH, "300", "login")
        assert (asked["transaction_hash"], asked["ui_locales"]) == ("5f" * 32, "kk")
        assert (asked["state"], asked["redirect_uri"]) == (started.reference, client.spec.redirect_uri)
        secrets = {asked["state"].rpartition(".")[2], asked["nonce"], asked["code_challenge"]}
        assert {len(one) for one in secrets} == {43}
        assert len(secrets) == 3
        wanted = json.loads(asked["claims"])["id_token"]
        assert wanted["acr"] == {"essential": True, "values": [HIGH]}
        assert wanted["verified_claims"]["verification"]["trust_framework"] == {"value": "kz_digital_id"}
        client.clock.instant_ms += 1
        again = await client.start()
        assert again.reference != started.reference
        assert client.provider.told({}, f"state={again.reference}".encode()).reference == again.reference

    told(story)


def test_a_remembered_login_counts_only_where_no_money_moves() -> None:
    """For money the person is asked again; for a login the provider may remember, and says since when."""

    async def story(client: Client) -> None:
        client.issuer.person.remembered_s = 200
        assert (await client.answered()).auth_ms == NOON_MS
        assert (await client.answered(session_id="ver_2", purpose=Purpose.LOGIN)).auth_ms == NOON_MS - 200_000

    told(story)


def test_a_session_that_names_no_class_asks_for_those_that_stand_for_its_checks() -> None:
    """Without an `acr` the classes are found by the checks; a class that stands for too little is not asked for."""

    async def story(client: Client) -> None:
        started = await client.start(acr="")
        assert parse_qs(urlsplit(started.redirect_url).query)["acr_values"] == [HIGH]
        started = await client.start(acr="", checks=(Check.DATA_MATCH,))
        assert parse_qs(urlsplit(started.redirect_url).query)["acr_values"] == [f"{HIGH} {LOW}"]

    told(story)


def test_a_lower_class_than_was_asked_for_stands_for_its_own_checks_only() -> None:
    """`acr_values` is a wish: what the token says was reached decides; a class that nobody declared is worth none."""

    async def story(client: Client) -> None:
        client.issuer.person.classes = (LOW,)
        result = await client.answered()
        verdicts = {check: one.verdict for check, one in result.checks.items()}
        assert (result.acr, passes(client, verdicts)) == (LOW, {Check.DATA_MATCH, Check.DOCUMENT})
        client.issuer.person.classes = ("urn:example:highest",)
        result = await client.answered(session_id="ver_2")
        assert result.checks[Check.FACE_MATCH].verdict is Verdict.NOT_PERFORMED

    told(story)


def _with(**changes: object) -> Callable[[Json], None]:
    return lambda claims: claims.update(changes)


def _without(name: str) -> Callable[[Json], None]:
    return lambda claims: claims.pop(name)


@pytest.mark.parametrize(
    ("spoil", "claim"),
    [
        (_with(iss="https://id.example"), "iss"),
        (_without("iss"), "iss"),
        (_with(aud="another"), "aud"),
        (_with(aud=["another"]), "aud"),
        (_with(aud=["holdfast", "another"]), "aud"),
        (_with(aud=["holdfast", "another"], azp="another"), "aud"),
        (_with(azp="another"), "aud"),
        (_without("aud"), "aud"),
        (_with(nonce="another"), "nonce"),
        (_without("nonce"), "nonce"),
        (_with(sub=""), "sub"),
        (_without("sub"), "sub"),
        (_with(exp=NOON_MS // 1_000 - 61), "exp"),
        (_with(exp="never"), "exp"),
        (_with(exp=float("nan")), "exp"),
        (_with(exp=True), "exp"),
        (_without("exp"), "exp"),
        (_with(iat=NOON_MS // 1_000 + 61), "iat"),
        (_without("iat"), "iat"),
        (_with(auth_time=NOON_MS // 1_000 + 301), "auth_time"),
        (_with(auth_time=0), "auth_time"),
        (_with(auth_time="now"), "auth_time"),
        (_with(auth_time=float("inf")), "auth_time"),
    ],
)
def test_a_token_of_another_issuer_client_session_or_time_is_refused(spoil: Callable[[Json], None], claim: str) -> None:
    """One claim that does not fit is enough; the error names it, and the code is worth nothing any more."""

    async def story(client: Client) -> None:
        started = await client.start()
        query = await client.log_in(started)
        client.provider.told({}, query.encode())
        with pytest.raises(GarbageError) as caught:
            await client.provider.fetch(started.reference)
        assert caught.value.pointer == f"/{claim}"
        assert not (await client.provider.fetch(started.reference)).done

    told(story, Issuer(spoil=spoil))


def test_a_token_that_is_silent_about_when_is_never_fresh() -> None:
    """Without `auth_time` the instant is not known, and the session's judge refuses what is not known."""

    async def story(client: Client) -> None:
        assert (await client.answered()).auth_ms is None

    told(story, Issuer(spoil=_without("auth_time")))


def _other(claims: Json, key: Key) -> str:
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, new_key("k1"))


def _unsigned(claims: Json, key: Key) -> str:  # noqa: ARG001 - as any that signs
    body = urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{UNSIGNED}.{body}."


def _by_secret(claims: Json, key: Key) -> str:
    return jwt.encode({"alg": "HS256", "kid": key.kid}, claims, OctKey.import_key(SECRET))


def _by_public_key(claims: Json, key: Key) -> str:
    head = json.dumps({"alg": "HS256", "kid": key.kid}).encode()
    signed = b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in (head, json.dumps(claims).encode()))
    proof = hmac.digest(key.as_pem(private=False), signed, "sha256")
    return b".".join((signed, urlsafe_b64encode(proof).rstrip(b"="))).decode()


def _unknown(claims: Json, key: Key) -> str:  # noqa: ARG001 - as any that signs
    return jwt.encode({"alg": "ES256", "kid": "k9"}, claims, new_key("k9"))


def _critical(claims: Json, key: Key) -> str:
    token = jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)
    head = json.dumps({"alg": "ES256", "kid": key.kid, "crit": ["exp"], "exp": 1}).encode()
    return urlsafe_b64encode(head).rstrip(b"=").decode() + token[token.index(".") :]


def _edited(claims: Json, key: Key) -> str:
    head, body, signature = jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key).split(".")
    other = urlsafe_b64encode(json.dumps({**claims, "acr": LOW}).encode()).rstrip(b"=").decode()
    return f"{head}.{other}.{signature}" if other != body else ""


@pytest.mark.parametrize(
    "sign",
    [_other, _unsigned, _by_secret, _by_public_key, _unknown, _critical, _edited, lambda *_: "", lambda *_: "a.b"],
)
def test_a_token_that_no_published_key_signed_is_refused(sign: Callable[[Json, Key], str]) -> None:
    """Unsigned, signed with the client's secret, with a public key as a secret, by a stranger, or edited: refused."""

    async def story(client: Client) -> None:
        with pytest.raises(GarbageError, match="not proven"):
            await client.answered()

    told(story, Issuer(sign=sign))


def test_a_token_whose_body_is_no_object_is_refused() -> None:
    """A signature over a list proves a list."""

    async def story(client: Client) -> None:
        with pytest.raises(GarbageError):
            await client.answered()

    def sign(claims: Json, key: Key) -> str:
        return jws.serialize_compact({"alg": "ES256", "kid": key.kid}, json.dumps([claims]).encode(), key)

    told(story, Issuer(sign=sign))


def test_keys_change_at_any_time_and_a_key_that_is_gone_is_not_believed() -> None:
    """A new key counts at once, an old one until the keys are read again, at the latest after an hour."""

    async def story(client: Client) -> None:
        assert (await client.answered()).done
        old = client.issuer.keys[0]
        client.issuer.keys = [new_key("k2")]
        assert (await client.answered(session_id="ver_2")).done
        assert client.issuer.calls.count("/keys") == 2
        fresh = list(client.issuer.keys)
        client.issuer.sign = lambda claims, _: jwt.encode({"alg": "ES256", "kid": old.kid}, claims, old)
        with pytest.raises(GarbageError, match="not proven"):
            await client.answered(session_id="ver_3")
        client.issuer.sign, client.issuer.keys = Issuer().sign, [old]
        client.issuer.published = [key.as_dict(private=False) for key in fresh]
        client.clock.instant_ms += KEPT_MS
        with pytest.raises(GarbageError, match="not proven"):
            await client.answered(session_id="ver_4")

    told(story)


def test_keys_of_other_kinds_and_uses_are_passed_over() -> None:
    """A secret, a key for encryption and rubbish among the keys harm nobody, and none of them proves anything."""

    async def story(client: Client) -> None:
        good = client.issuer.keys[0].as_dict(private=False)
        secret = {**OctKey.import_key("secret-secret-secret-secret-1234").as_dict(private=True), "kid": "k1"}
        hidden = {**ECKey.generate_key("P-256", private=True).as_dict(private=False), "use": "enc", "kid": "k3"}
        rubbish: list[Any] = [{"kty": "RSA"}, {"kty": "new"}, []]
        client.issuer.published = [secret, hidden, *rubbish, good]
        assert (await client.answered()).done
        client.issuer.published = [secret, hidden]
        client.clock.instant_ms += KEPT_MS
        with pytest.raises(GarbageError, match="no key that signs"):
            await client.answered(session_id="ver_2")

    told(story)


def test_a_token_without_the_name_of_its_key_is_proven_by_the_one_that_fits() -> None:
    """Providers with one key need not name it; RSA is believed like curves."""

    async def story(client: Client) -> None:
        assert (await client.answered()).done

    key = RSAKey.generate_key(2048, {"use": "sig"}, private=True)
    told(story, Issuer(keys=[key], sign=lambda claims, one: jwt.encode({"alg": "PS256"}, claims, one)))


def test_a_state_that_is_not_ours_opens_nothing() -> None:
    """Made up, edited, of another provider, of another tenant, said twice or for another issuer: refused."""

    async def story(client: Client) -> None:
        state = (await client.start()).reference
        beside = Client(client.issuer, client.clock, key=b"another provider")
        with pytest.raises(CallbackError, match="no session"):
            beside.provider.told({}, urlencode({"state": state, "code": "c"}).encode())
        for wrong in ("", "ver_1", f"x{state}", state[:-1], f"{state}x", f"ver_2.{state.partition('.')[2]}"):
            with pytest.raises(CallbackError, match="no session"):
                client.provider.told({}, urlencode({"state": wrong, "code": "c"}).encode())
        for query in (f"state={state}&state={state}&code=c", "\xff", "&" * 99):
            with pytest.raises(CallbackError, match="no session"):
                client.provider.told({}, query.encode("latin-1"))
        with pytest.raises(CallbackError, match="another issuer"):
            client.provider.told({}, urlencode({"state": state, "code": "c", "iss": "https://id.example"}).encode())
        assert not (await client.provider.fetch(state)).done

    told(story)


def test_a_code_of_another_login_proves_nothing() -> None:
    """Who brings a code of their own login under a stranger's state fails at the provider: no verifier fits."""

    async def story(client: Client) -> None:
        mine, other = await client.start(), await client.start(session_id="ver_2")
        code = parse_qs(await client.log_in(other))["code"][0]
        client.provider.told({}, urlencode({"state": mine.reference, "code": code}).encode())
        result = await client.provider.fetch(mine.reference)
        assert (result.done, result.error, result.checks) == (True, "invalid_grant", {})

    told(story)


def test_two_providers_cannot_be_mixed_up() -> None:
    """A code that one issuer gave is not exchanged at another: its state names the provider that asked."""

    async def story(honest: Issuer, evil: Issuer) -> None:
        clock = StillClock()
        client = Client(honest, clock, key=b"honest")
        mixing = Client(evil, clock, row=declaration(evil.url, name="evil_id"), key=b"evil")
        started = await client.start()
        query = await client.log_in(started)
        with pytest.raises(CallbackError):
            mixing.provider.told({}, query.encode())
        assert "/token" not in evil.calls
        assert client.provider.told({}, query.encode()).reference == started.reference
        assert (await client.provider.fetch(started.reference)).done
        await client.provider.close()

    with issuing() as honest, issuing() as evil:
        asyncio.run(story(honest, evil))


def test_a_configuration_of_another_issuer_or_in_the_open_is_not_used() -> None:
    """What a provider publishes must name itself, and every address must be safe."""

    async def story(client: Client) -> None:
        with pytest.raises(GarbageError):
            await client.start()
        assert client.issuer.asked == []

    for metadata in (
        {"issuer": "https://id.example"},
        {"token_endpoint": "http://id.example/token"},
        {"authorization_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
    ):
        told(story, Issuer(metadata=metadata))


def test_who_declines_ends_nothing_and_may_come_again() -> None:
    """Without a code there is nothing to fetch, so what a browser says of an error changes nothing."""

    async def story(client: Client) -> None:
        client.issuer.person.agrees = False
        started = await client.start()
        query = await client.log_in(started)
        assert "error=access_denied" in query
        assert client.provider.told({}, query.encode()).id == ""
        assert not (await client.provider.fetch(started.reference)).done
        client.issuer.person.agrees = True
        client.provider.told({}, (await client.log_in(started)).encode())
        assert (await client.provider.fetch(started.reference)).done

    told(story)


def test_a_code_is_exchanged_once_however_often_the_page_is_loaded() -> None:
    """Two returns and two reads at once make one exchange; what came later changes nothing."""

    async def story(client: Client) -> None:
        started = await client.start()
        query = (await client.log_in(started)).encode()
        first, second = client.provider.told({}, query), client.provider.told({}, query)
        assert first == second
        client.clock.instant_ms += KEPT_MS  # so that each of them reads the configuration anew
        results = await asyncio.gather(*(client.provider.fetch(started.reference) for _ in range(3)))
        assert sorted(result.done for result in results) == [False, False, True]
        client.provider.told({}, query)
        assert not (await client.provider.fetch(started.reference)).done
        assert client.issuer.calls.count("/token") == 1

    told(story)


def test_a_provider_that_stumbles_costs_nobody_the_login() -> None:
    """While token endpoint or keys fail, nothing passes; when they answer again, the same login counts."""

    async def story(client: Client) -> None:
        started = await client.start()
        client.provider.told({}, (await client.log_in(started)).encode())
        for path in ("/token", "/keys"):
            client.issuer.broken = {path: (503, b"")}
            for _ in range(2):
                with pytest.raises(ProviderError, match="503"):
                    await client.provider.fetch(started.reference)
        assert client.issuer.calls.count("/token") == 3
        client.issuer.broken = {}
        assert (await client.provider.fetch(started.reference)).owner == OWNER
        assert client.issuer.calls.count("/token") == 3

    told(story)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id_token": 7}', b'{"id_token": null}', b"\xff"])
def test_garbage_from_the_token_endpoint_passes_nobody(body: bytes) -> None:
    """An answer without an ID token is no answer."""

    async def story(client: Client) -> None:
        with pytest.raises(GarbageError):
            await client.answered()

    told(story, Issuer(broken={"/token": (200, body)}))


def test_a_start_of_the_server_loses_no_login_under_way() -> None:
    """State, nonce and verifier are derived, so the answer to a question of before is taken."""

    async def story(client: Client) -> None:
        started = await client.start()
        query = await client.log_in(started)
        await client.provider.close()
        client.provider = client.made()
        client.provider.told({}, query.encode())
        assert (await client.provider.fetch(started.reference)).done

    told(story)


def test_the_hash_of_the_operation_comes_back_or_the_login_confirms_nothing() -> None:
    """Where the declaration says that the provider confirms the operation, its silence is an error."""

    async def story(client: Client) -> None:
        result = await client.answered()
        assert (result.operation_hash, result.error) == ("", UNCONFIRMED)

    told(story, Issuer(confirms=False))


def test_a_provider_that_cannot_confirm_operations_is_not_asked_to() -> None:
    """Without a declared parameter nothing is sent, and silence is no error."""

    async def story(client: Client) -> None:
        assert (await client.answered()).error == ""
        assert "transaction_hash" not in client.issuer.asked[0]

    told(story, more=ASSURANCE)


@pytest.mark.parametrize(
    "person",
    [Person(framework="self_declared"), Person(evidence="electronic_record"), Person(iin=""), Person(iin="1" * 65)],
)
def test_claims_under_another_framework_or_evidence_name_nobody(person: Person) -> None:
    """What is not believed as declared is as good as not said."""

    async def story(client: Client) -> None:
        result = await client.answered()
        assert (result.owner, result.checks[Check.DATA_MATCH].verdict) == ("", Verdict.NOT_PERFORMED)
        assert result.checks[Check.DOCUMENT].verdict is Verdict.NOT_PERFORMED

    told(story, Issuer(person=person))


def test_claims_about_two_people_are_refused() -> None:
    """One of two verified people is a stranger; the same person twice is one."""
    one, other = Person().verified(), Person(iin="900101300456").verified()

    async def story(client: Client) -> None:
        client.issuer.spoil = _with(verified_claims=[one, one])
        assert (await client.answered()).owner == OWNER
        client.issuer.spoil = _with(verified_claims=[one, other])
        with pytest.raises(GarbageError, match="two people"):
            await client.answered(session_id="ver_2")

    told(story)


def test_userinfo_is_believed_about_the_one_who_logged_in_only() -> None:
    """Verified claims may come from userinfo; another `sub` there is a stranger's answer."""
    more = ASSURANCE + OPERATION + "    userinfo: true\n"

    async def story(client: Client) -> None:
        assert (await client.answered()).owner == OWNER
        client.issuer.userinfo = _somebody
        with pytest.raises(GarbageError, match="somebody else"):
            await client.answered(session_id="ver_2")
        client.issuer.broken = {"/userinfo": (500, b"")}
        with pytest.raises(ProviderError, match="userinfo answered 500"):
            await client.answered(session_id="ver_3")

    told(story, Issuer(in_userinfo=True), more=more)


def _somebody(told_of: Json) -> Json:
    return {**told_of, "sub": "person-2"}


def test_the_client_proves_itself_in_the_body_where_the_provider_wants_that() -> None:
    """Both ways of RFC 6749 work, with a secret of any characters; a wrong one is the provider's refusal."""

    async def story(client: Client) -> None:
        assert (await client.answered()).done

    told(story, more=ASSURANCE + "    client_auth: post\n")


def test_codes_that_wait_are_few_and_young() -> None:
    """Codes are forgotten after ten minutes, and the oldest of too many; redaction forgets at once."""
    grants = Grants()
    for number in range(GRANTS_MAX + 5):
        grants.bring(f"s-{number}", "c", now_ms=number)
    assert grants.waiting("s-4") is None
    assert grants.waiting("s-5") is not None
    grants.bring("s", "c", now_ms=700_000)
    assert grants.waiting("s-9000") is None
    grants.forget("s")
    assert grants.waiting("s") is None


def test_the_challenge_is_the_hash_of_the_verifier() -> None:
    """What the token endpoint gets is the only text of which the challenge is the S256 hash."""

    async def story(client: Client) -> None:
        started = await client.start()
        verifier = client.provider._derived("verifier", started.reference)
        challenge = parse_qs(urlsplit(started.redirect_url).query)["code_challenge"][0]
        assert urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode() == challenge
        assert verifier not in started.redirect_url

    told(story)


def test_two_keys_of_one_name_are_told_apart_by_the_signature() -> None:
    """A provider that changes a key under its old name is believed when the keys were read again."""

    async def story(client: Client) -> None:
        assert (await client.answered()).done
        client.issuer.keys = [new_key("k1")]
        assert (await client.answered(session_id="ver_2")).done
        assert KeySet([client.issuer.keys[0]]).keys

    told(story)
