"""An OpenID provider on loopback: Authlib keeps the protocol, a test says who logs in and what goes wrong."""

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT = "holdfast"
SECRET = "s3cret:/+%-of-the-client"  # noqa: S105 - of nobody
HIGH, LOW = "urn:example:high", "urn:example:low"
IIN = "850512300123"
Json = dict[str, Any]
Key = RSAKey | ECKey


def new_key(kid: str) -> ECKey:
    """Make a key that signs with ES256."""
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"}, private=True)


@dataclass(kw_only=True)
class Person:
    """Who logs in: what is known of the person, how well they can prove it, and when they last did."""

    sub: str = "person-1"
    iin: str = IIN
    framework: str = "kz_digital_id"
    evidence: str = "document"
    classes: tuple[str, ...] = (HIGH, LOW)
    remembered_s: int | None = None
    agrees: bool = True

    def verified(self) -> Json:
        """Give the claims that were verified, as OpenID Connect for Identity Assurance has them."""
        verification = {"trust_framework": self.framework, "evidence": [{"type": self.evidence}]}
        return {"verification": verification, "claims": {"iin": self.iin}}


@dataclass(kw_only=True)
class Code:
    """One code with the request that it answers."""

    asked: Json
    person: Person
    auth_s: int

    @property
    def code_challenge(self) -> str | None:
        """Give the challenge of RFC 7636."""
        return self.asked.get("code_challenge")

    @property
    def code_challenge_method(self) -> str | None:
        """Give how the challenge was made."""
        return self.asked.get("code_challenge_method")

    def get_redirect_uri(self) -> str | None:
        """Give where the code was sent."""
        return self.asked.get("redirect_uri")

    def get_scope(self) -> str:
        """Give what was asked for."""
        return str(self.asked.get("scope", ""))


@dataclass(kw_only=True)
class Issuer:
    """The provider; `spoil` changes the claims before they are signed, `sign` signs, `broken` paths answer so."""

    now_s: Callable[[], int] = lambda: int(time.time())
    url: str = ""
    person: Person = field(default_factory=Person)
    redirects: tuple[str, ...] = ()
    keys: list[Key] = field(default_factory=lambda: [new_key("k1")])
    published: list[Json] | None = None
    in_userinfo: bool = False
    names_itself: bool = True
    confirms: bool = True
    spoil: Callable[[Json], None] = lambda _: None
    sign: Callable[[Json, Key], str] = lambda claims, key: jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)
    userinfo: Callable[[Json], Json] = lambda told: told
    metadata: Json = field(default_factory=dict)
    broken: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[Json] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Person] = field(default_factory=dict)

    def configuration(self) -> Json:
        """Give what the provider publishes of itself."""
        paths = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        told = {f"{name}_endpoint": f"{self.url}/{path}" for name, path in paths.items()}
        return {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **told, **self.metadata}

    def key_set(self) -> Json:
        """Give the public keys."""
        own = [key.as_dict(private=False) for key in self.keys]
        return {"keys": own if self.published is None else self.published}

    def log_in(self, url: str) -> str:
        """Open the address as a person's browser does, and give where the provider then sends it."""
        answer = httpx.get(url, follow_redirects=False, trust_env=False)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def come_back(self, url: str) -> str:
        """Log in, and give the query with which the browser comes back."""
        return urlsplit(self.log_in(url)).query

    def authenticated(self, asked: Json) -> int:
        """Say when the person authenticated: now, unless the provider remembers and was not asked to forget."""
        now_s, ago_s = self.now_s(), self.person.remembered_s
        most_s = int(asked.get("max_age", 10**9))
        known = ago_s is not None and asked.get("prompt") != "login" and ago_s <= most_s
        return now_s - ago_s if known and ago_s is not None else now_s

    def id_token(self, code: Code) -> str:
        """Sign what is said of the person."""
        asked, now_s = code.asked, self.now_s()
        wanted = str(asked.get("acr_values", "")).split()
        reached = next((one for one in wanted if one in code.person.classes), code.person.classes[-1])
        claims: Json = {
            "iss": self.url,
            "sub": code.person.sub,
            "aud": asked["client_id"],
            "iat": now_s,
            "exp": now_s + 300,
            "auth_time": code.auth_s,
            "acr": reached,
            "txn": "txn-1",
            "nonce": asked.get("nonce"),
        }
        if not self.in_userinfo and "verified_claims" in asked.get("claims", ""):
            claims["verified_claims"] = code.person.verified()
        if self.confirms and "transaction_hash" in asked:
            claims["transaction_hash"] = asked["transaction_hash"]
        self.spoil(claims)
        return self.sign(claims, self.keys[0])


class _Client(ClientMixin):
    """The one client, which keeps a secret."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer

    def get_client_id(self) -> str:
        """Give the name."""
        return CLIENT

    def get_default_redirect_uri(self) -> None:
        """Give nothing: each request names where it goes."""

    def get_allowed_scope(self, scope: str) -> str:
        """Allow all."""
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Allow what was registered."""
        return redirect_uri in self.issuer.redirects

    def check_client_secret(self, client_secret: str) -> bool:
        """Compare the secret."""
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 - Authlib's names
        """Refuse who proves nothing."""
        return method != "none"

    def check_response_type(self, response_type: str) -> bool:
        """Allow codes only."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Allow codes only."""
        return grant_type == "authorization_code"


class _Codes(AuthorizationCodeGrant):
    """Codes, each for one use."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Keep a code."""
        issuer, asked = self.server.issuer, dict(request.payload.data)
        issuer.codes[code] = Code(asked=asked, person=issuer.person, auth_s=issuer.authenticated(asked))

    def query_authorization_code(self, code: str, client: Any) -> Code | None:  # noqa: ARG002 - Authlib's names
        """Find a code, which is gone from now on."""
        found: Code | None = self.server.issuer.codes.pop(code, None)
        return found

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Do nothing: it is gone."""

    def authenticate_user(self, authorization_code: Code) -> Person:
        """Say whose it is."""
        return authorization_code.person


class _Payload(OAuth2Payload):
    """What a request says."""

    def __init__(self, text: str) -> None:
        self._data = dict(parse_qsl(text))
        self._lists = parse_qs(text)

    @property
    def data(self) -> dict[str, str]:
        """Give it once each."""
        return self._data

    @property
    def datalist(self) -> dict[str, list[str]]:
        """Give it as often as it was said."""
        return self._lists


class _Request(OAuth2Request):
    """One request; for Authlib loopback is as good as https."""

    def __init__(self, method: str, text: str, headers: dict[str, str]) -> None:
        super().__init__(method, "https://loopback.example/", headers=headers)
        self.payload = _Payload(text)

    @property
    def form(self) -> dict[str, str]:
        """Give what was posted."""
        data: dict[str, str] = self.payload.data
        return data


class _Server(AuthorizationServer):
    """Authlib's server, with one client."""

    def __init__(self, issuer: Issuer) -> None:
        super().__init__()
        self.issuer = issuer
        self.register_grant(_Codes, [CodeChallenge(required=True)])
        self.register_token_generator("default", BearerTokenGenerator(self._access_token))

    def _access_token(self, **_: Any) -> str:
        return urlsafe_b64encode(str(len(self.issuer.calls)).encode()).decode() + "-token"

    def query_client(self, client_id: str) -> _Client | None:
        """Find the client."""
        return _Client(self.issuer) if client_id == CLIENT else None

    def save_token(self, token: Json, request: Any) -> None:
        """Keep whose token it is, and add the ID token."""
        self.issuer.tokens[token["access_token"]] = request.user
        token["id_token"] = self.issuer.id_token(request.authorization_code)

    def create_oauth2_request(self, request: Any) -> Any:
        """Take a request that is one already."""
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, bytes, dict[str, str]]:
        """Write an answer."""
        content = json.dumps(body) if isinstance(body, dict) else str(body)
        return status, content.encode(), dict(headers)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Tell nobody."""


def _answer(issuer: Issuer, path: str, request: _Request) -> tuple[int, bytes, dict[str, str]]:
    """Answer one call."""
    issuer.calls.append(path)
    if path in issuer.broken:
        return *issuer.broken[path], {}
    server = _Server(issuer)
    if path == "/authorize":
        issuer.asked.append(dict(request.payload.data))
        grant = server.get_consent_grant(request, issuer.person)
        status, body, headers = server.create_authorization_response(
            request, grant_user=issuer.person if issuer.person.agrees else None, grant=grant
        )
        named = f"&iss={issuer.url}" if issuer.names_itself else ""
        return status, body, {**headers, "Location": headers["Location"] + named}
    if path == "/token":
        status, body, headers = server.create_token_response(request)
        return status, body, headers
    if path == "/userinfo":
        person = issuer.tokens[request.headers["authorization"].removeprefix("Bearer ")]
        return 200, json.dumps(issuer.userinfo({"sub": person.sub, "verified_claims": person.verified()})).encode(), {}
    told = {"/.well-known/openid-configuration": issuer.configuration, "/keys": issuer.key_set}[path]()
    return 200, json.dumps(told).encode(), {"content-type": "application/json"}


@contextmanager
def issuing(issuer: Issuer | None = None) -> Iterator[Issuer]:
    """Run a provider on a free port of this machine."""
    running = issuer or Issuer()

    class Call(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._reply(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._reply(self.rfile.read(int(self.headers["content-length"])).decode())

        def _reply(self, text: str) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = _Request(self.command, text, {**headers, "Authorization": headers.get("authorization", "")})
            status, body, told = _answer(running, urlsplit(self.path).path, request)
            self.send_response(status)
            for name, value in {**told, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Call) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        running.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield running
        finally:
            server.shutdown()
            thread.join()
