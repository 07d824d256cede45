"""The file of identity providers is read strictly: every fault is told with its place and what was expected."""

import pytest

from holdfast.operations.read_identity import read_identity
from holdfast.vocabulary.errors import IdentityFileError
from holdfast.vocabulary.face_specs import Channels, FaceSpec
from holdfast.vocabulary.identity import Check, Verdict
from holdfast.vocabulary.identity_specs import ClientAuth, Clockform, FaceIdentity, HttpIdentity, OidcIdentity

HTTP = """\
owner_key_file: owner.key
providers:
  - id: centre
    kind: http
    auth_file: centre.key
    timeout_ms: 3000
    start:
      method: POST
      url: https://centre.example/v1/sessions
      headers: {X-Flow: face, Idempotency-Key: "{session_id}"}
      body: {for: "{session_id}", sum: {minor: "{amount_minor}"}, checks: "{checks}", steps: [1, "by {purpose}"]}
      answer: {reference: /id, redirect_url: /url}
    fetch: {method: GET, url: "https://centre.example/v1/sessions/{reference}"}
    redact: {method: DELETE, url: "https://centre.example/v1/sessions/{reference}"}
    result:
      reference: /id
      state: {at: /status, done: [completed, failed]}
      checks:
        face_match: {at: /face/verdict, pass: [ok], fail: [other], score: /face/score}
        pad: {at: /live, pass: [true], fail: [false]}
      acr: {at: /level, means: {high: "urn:high"}}
      auth_time: {at: /finished, form: s}
      owner: {at: /person/iin}
      operation_hash: /hash
      reference_source: {at: /source, means: {gbdfl: state_db}}
      capture: {camera: /device/camera}
    callback:
      keys: [new.key, old.key]
      reference: /data/id
      headers: {id: svix-id}
"""
OIDC = """\
providers:
  - id: bank_id
    kind: oidc
    auth_file: client.key
    issuer: https://id.example
    client_id: holdfast
    redirect_uri: https://bank.example/v1/identity/return/bank_id
    acr: {"urn:high": [face_match, pad], "urn:low": []}
    client_auth: post
    scopes: [openid, profile]
    userinfo: true
    assurance: {trust_frameworks: [kz_digital_id], owner: iin, evidence: [document]}
    operation: {parameter: transaction_hash, claim: transaction_hash}
"""
FACE = f"""\
providers:
  - id: own
    kind: face
    models: /var/lib/holdfast/faces
    threshold: 0.5
    acr: face
    references:
      url: "https://photos.example/{{subject_ref}}.jpg"
      token_file: photos.key
    pad:
      file: pad.onnx
      sha256: {"ab" * 32}
      version: pad-1
      width: 80
      height: 80
      channels: bgr
      threshold: 0.9
      golden: [live.jpg, screen.jpg]
      crop: 2.7
      live: 1
      softmax: true
"""


def test_a_provider_with_requests_of_its_own_is_read() -> None:
    """Requests, the words of verdicts, places in the result and the proof of callbacks come out as declared."""
    declared = read_identity(HTTP.encode())
    (spec,) = declared.providers
    assert isinstance(spec, HttpIdentity)
    assert declared.owner_key_file == "owner.key"
    assert (spec.reach.id, spec.reach.timeout_ms, spec.reach.auth_file) == ("centre", 3_000, "centre.key")
    assert spec.start.headers == {"x-flow": "face", "idempotency-key": "{session_id}"}
    assert spec.start.body is not None
    assert spec.start.body["steps"] == [1, "by {purpose}"]
    assert spec.result.checks[Check.PAD].words == {"true": Verdict.PASS, "false": Verdict.FAIL}
    assert spec.result.checks[Check.FACE_MATCH].score == ("face", "score")
    assert spec.result.auth_form is Clockform.SECONDS
    assert spec.callback is not None
    assert (spec.callback.key_files, spec.callback.id_header) == (("new.key", "old.key"), "svix-id")
    assert spec.callback.signature_header == "webhook-signature"


def test_an_openid_provider_is_read() -> None:
    """Classes with their checks, verified claims and the proof of the client come out as declared."""
    (spec,) = read_identity(OIDC.encode()).providers
    assert isinstance(spec, OidcIdentity)
    assert spec.acr == {"urn:high": {Check.FACE_MATCH, Check.PAD}, "urn:low": frozenset()}
    assert spec.client_auth is ClientAuth.POST
    assert spec.assurance is not None
    assert (spec.assurance.owner, spec.assurance.evidence) == ("iin", ("document",))
    assert (spec.operation_parameter, spec.userinfo) == ("transaction_hash", True)


def test_a_face_provider_is_read() -> None:
    """The provider of this machine is declared like the others."""
    (spec,) = read_identity(FACE.encode()).providers
    assert isinstance(spec, FaceIdentity)
    face = spec.spec
    assert (face.models, face.threshold, face.acr) == ("/var/lib/holdfast/faces", 0.5, "face")
    at = face.references
    assert at is not None
    assert (at.url, at.token_file) == ("https://photos.example/{subject_ref}.jpg", "photos.key")
    assert face.pad is not None
    assert (face.pad.crop, face.pad.live, face.pad.softmax, face.pad.channels) == (2.7, 1, True, Channels.BGR)
    assert (face.pad.golden, face.matcher, face.iad) == (("live.jpg", "screen.jpg"), None, None)
    (bare,) = read_identity(b"providers: [{id: own, kind: face}]").providers
    assert isinstance(bare, FaceIdentity)
    assert bare.spec == FaceSpec()


def test_the_order_of_the_file_is_the_order_of_preference() -> None:
    """Providers of several kinds stand in one file and keep their order."""
    both = HTTP + OIDC.removeprefix("providers:\n")
    assert [spec.reach.id for spec in read_identity(both.encode()).providers] == ["centre", "bank_id"]


@pytest.mark.parametrize(
    ("good", "before", "after", "pointer", "said"),
    [
        (HTTP, "kind: http", "kind: htp", "/providers/0/kind", "one of `http`, `oidc`, `face`"),
        (HTTP, "    kind: http\n", "", "/providers/0/kind", "`kind` is missing"),
        (HTTP, "id: centre", "id: Centre", "/providers/0/id", "no name of a provider"),
        (HTTP, "timeout_ms: 3000", "timeout_ms: 0", "/providers/0/timeout_ms", "from 1 to 60000"),
        (HTTP, "    redact:", "    redac:", "/providers/0/redac", "`redac` is not known here"),
        (HTTP, "https://centre", "http://centre", "/providers/0/start/url", "in the open"),
        (HTTP, "https://centre", "https://me:x@centre", "/providers/0/start/url", "must not hold a password"),
        (HTTP, "https://centre", "https://{purpose}.centre", "/providers/0/start/url", "host of an address"),
        (HTTP, "https://centre.example/v1/sessions\n", "https://[centre\n", "/providers/0/start/url", "an address is"),
        (HTTP, "sessions/{reference}", "sessions", "/providers/0/fetch", "does not name the session"),
        (HTTP, "{reference}", "{reference}/{purpose}", "/providers/0/fetch/url", "`{purpose}` stands for nothing here"),
        (HTTP, "by {purpose}", "by {purposes}", "/providers/0/start/body/steps/1", "`{purposes}` stands for nothing"),
        (HTTP, "by {purpose}", "by {purpose", "/providers/0/start/body/steps/1", "a brace stands alone"),
        (HTTP, "X-Flow: face", 'X-Flow: "{subject_ref}"', "/providers/0/start/headers/X-Flow", "stands for nothing"),
        (HTTP, "X-Flow: face", "Host: other", "/providers/0/start/headers/Host", "cannot be set"),
        (HTTP, "X-Flow: face", 'X-Flow: "a\\nb"', "/providers/0/start/headers/X-Flow", "plain characters"),
        (HTTP, "method: GET,", "method: GET, body: {},", "/providers/0/fetch/body", "a GET has no body"),
        (HTTP, "method: DELETE", "method: TRACE", "/providers/0/redact/method", "one of `GET`"),
        (HTTP, ", redirect_url: /url", "", "/providers/0/start/answer", "no way to go on"),
        (HTTP, "face_match: {", "face: {", "/providers/0/result/checks/face", "`face` is no check"),
        (HTTP, "pass: [ok]", "pass: []", "/providers/0/result/checks/face_match/pass", "at least one word"),
        (HTTP, "pass: [ok], ", "", "/providers/0/result/checks/face_match/pass", "`pass` is missing"),
        (HTTP, "fail: [other]", "fail: [ok]", "/providers/0/result/checks/face_match/fail", "for two verdicts"),
        (HTTP, "[completed, failed]", "[failed, failed]", "/providers/0/result/state/done", "stands twice"),
        (HTTP, "form: s", "form: sec", "/providers/0/result/auth_time/form", "one of `rfc3339`"),
        (HTTP, "gbdfl: state_db", "gbdfl: state", "/providers/0/result/reference_source/means/gbdfl", "one of"),
        (HTTP, "[new.key, old.key]", "[]", "/providers/0/callback/keys", "one or two live keys"),
        (HTTP, "[new.key, old.key]", "[a, b, c]", "/providers/0/callback/keys", "one or two live keys"),
        (HTTP, "id: svix-id", 'id: "svix id"', "/providers/0/callback/headers/id", "no name of a header"),
        (HTTP, "reference: /data/id", "reference: data", "/providers/0/callback/reference", "a JSON pointer"),
        (OIDC, "/bank_id", "/other", "/providers/0/redirect_uri", "would not come back here"),
        (OIDC, "https://id.example", "http://id.example", "/providers/0/issuer", "in the open"),
        (OIDC, "https://id.example", "https://id.example?a=b", "/providers/0/issuer", "no query"),
        (OIDC, '"urn:low"', '"urn: low"', "/providers/0/acr/urn: low", "no class"),
        (OIDC, "[face_match, pad]", "[face]", "/providers/0/acr/urn:high/0", "one of"),
        (OIDC, "client_auth: post", "client_auth: jwt", "/providers/0/client_auth", "one of `basic`, `post`"),
        (OIDC, "[openid, profile]", "[profile]", "/providers/0/scopes", "`openid` is missing"),
        (OIDC, "[kz_digital_id]", "[]", "/providers/0/assurance/trust_frameworks", "at least one trust framework"),
        (OIDC, "    auth_file: client.key\n", "", "/providers/0/auth_file", "`auth_file` is missing"),
        (OIDC, "parameter: transaction_hash, ", "", "/providers/0/operation/parameter", "is missing"),
        (FACE, "models:", "model:", "/providers/0/model", "did you mean"),
        (FACE, "threshold: 0.5", "threshold: 2.5", "/providers/0/threshold", "from 0 to 2"),
        (FACE, "threshold: 0.5", "threshold: true", "/providers/0/threshold", "a number from"),
        (FACE, "    models:", "    timeout_ms: 5\n    models:", "/providers/0/timeout_ms", "not known here"),
        (FACE, "https://photos", "http://photos", "/providers/0/references/url", "in the open"),
        (FACE, "{subject_ref}", "all", "/providers/0/references/url", "does not name the person"),
        (FACE, "token_file:", "folder: /a\n      token_file:", "/providers/0/references", "either `folder` or `url`"),
        (FACE, "photos.key", "env:PHOTOS", "/providers/0/references/token_file", "a file is expected"),
        (FACE, "ab" * 32, "AB" * 32, "/providers/0/pad/sha256", "in small hex"),
        (FACE, "[live.jpg, screen.jpg]", "[live.jpg]", "/providers/0/pad/golden", "2 golden pictures"),
        (FACE, "channels: bgr", "channels: brg", "/providers/0/pad/channels", "one of `rgb`, `bgr`"),
        (FACE, "width: 80", "width: 0", "/providers/0/pad/width", "from 1 to 4096"),
        (HTTP, "centre.key", "env:2", "/providers/0/auth_file", "the name of a variable"),
        (
            HTTP,
            "new.key",
            "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=",
            "/providers/0/callback/keys/0",
            "must not stand",
        ),
        (HTTP, "owner.key", "ab" * 32, "/owner_key_file", "must not stand in this file"),
    ],
)
def test_every_fault_is_told_with_its_place(good: str, before: str, after: str, pointer: str, said: str) -> None:
    """A wrong key, name, address, word or number is refused with a pointer, the span and a hint."""
    assert before in good
    with pytest.raises(IdentityFileError) as caught:
        read_identity(good.replace(before, after, 1).encode())
    error = caught.value
    assert (error.pointer, said in f"{error.message} {error.hint}") == (pointer, True), (error.pointer, error.message)
    assert error.span is not None
    assert "QUJDREVG" not in str(error) + error.hint
    assert error.advice


def test_two_of_one_name_and_none_at_all_are_refused() -> None:
    """A provider is declared once, and a file declares one."""
    with pytest.raises(IdentityFileError, match="`own` stands twice"):
        read_identity((FACE + FACE.removeprefix("providers:\n")).encode())
    with pytest.raises(IdentityFileError, match="1 to 16"):
        read_identity(b"providers: []")
