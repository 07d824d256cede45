"""Read the declaration of an identity provider with requests of its own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from holdfast.operations.identity_nodes import (
    REACH,
    flag_in,
    key_file,
    pointer_in,
    read_address,
    read_pointer,
    read_reach,
)
from holdfast.regulation.nodes import Node, nearest
from holdfast.vocabulary.identity import Check, Verdict
from holdfast.vocabulary.identity_specs import (
    REFERENCE,
    SECRET,
    SESSION,
    TOLD_AT_START,
    CallbackAt,
    CheckAt,
    Clockform,
    HttpIdentity,
    Request,
    ResultAt,
    StartedAt,
    WordAt,
)

KEYS_MAX: Final = 2
CAPTURE_MAX: Final = 16
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_SOURCES: Final = ("state_db", "provider_db", "document", "enrolled")
_IN_BRACES: Final = re.compile(r"\{([^{}]*)\}")
_HEADER: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_OWN_HEADERS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "content-type"})
_POINTERS: Final = ("operation_hash", "transaction_id", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """Which names in braces a request may use, and which of them in its headers; `plain` allows http."""

    known: Sequence[str]
    in_headers: Sequence[str]
    plain: bool


def read_http(row: Node) -> HttpIdentity:
    """Read one provider of kind `http`."""
    fields = row.fields(("id", "kind", "start", "fetch", "redact", "result"), (*REACH, "callback"))
    reach = read_reach(fields)
    secrets = (SECRET,) if reach.auth_file else ()
    first = _Names(known=(*TOLD_AT_START, *secrets), in_headers=(SESSION, *secrets), plain=reach.plain)
    later = _Names(known=(REFERENCE, *secrets), in_headers=secrets, plain=reach.plain)
    start, started = _start(fields["start"], first)
    return HttpIdentity(
        reach=reach,
        start=start,
        started=started,
        fetch=_request(fields["fetch"], _naming_it(fields["fetch"], later)),
        redact=_request(fields["redact"], _naming_it(fields["redact"], later)),
        result=_result(fields["result"]),
        callback=_callback(fields["callback"]) if "callback" in fields else None,
    )


def _start(node: Node, names: _Names) -> tuple[Request, StartedAt]:
    """Read the request that opens a session, and where its answer says how the person goes on."""
    entries = node.fields(("method", "url", "answer"), ("headers", "body"))
    answer = entries["answer"].fields(("reference",), ("redirect_url", "sdk_token"))
    if len(answer) == 1:
        raise entries["answer"].fault("the person has no way to go on", "name `redirect_url`, `sdk_token` or both")
    started = StartedAt(
        reference=read_pointer(answer["reference"]),
        redirect_url=pointer_in(answer, "redirect_url"),
        sdk_token=pointer_in(answer, "sdk_token"),
    )
    return _filled(entries, names), started


def _naming_it(node: Node, names: _Names) -> _Names:
    """Refuse a request about a session that does not say which one."""
    if f"{{{REFERENCE}}}" not in str(node.value):
        raise node.fault("the request does not name the session", "put `{reference}` into the address or the body")
    return names


def _request(node: Node, names: _Names) -> Request:
    """Read a request."""
    return _filled(node.fields(("method", "url"), ("headers", "body")), names)


def _filled(entries: Mapping[str, Node], names: _Names) -> Request:
    """Read what a request is made of."""
    url = read_address(entries["url"], plain=names.plain)
    if "{" in urlsplit(url).netloc:
        raise entries["url"].fault("the host of an address cannot be a name in braces")
    _check_names(entries["url"], names.known)
    method = entries["method"].choice(_METHODS)
    if method == "GET" and "body" in entries:
        raise entries["body"].fault("a GET has no body", "drop `body`, or use POST")
    return Request(
        method=method,
        url=url,
        headers=_headers(entries["headers"], names) if "headers" in entries else {},
        body=_body(entries["body"], names.known) if "body" in entries else None,
    )


def _headers(node: Node, names: _Names) -> dict[str, str]:
    """Read headers; only names whose values can hold no line break may stand in them."""
    entries = node.entries()
    for name, entry in entries.items():
        if not _HEADER.fullmatch(name) or name.lower() in _OWN_HEADERS:
            raise entry.fault(f"`{name[:64]}` cannot be set as a header")
        if not entry.text().isascii() or not entry.text().isprintable():
            raise entry.fault("a header has plain characters only")
        _check_names(entry, names.in_headers)
    return {name.lower(): entry.text() for name, entry in entries.items()}


def _body(node: Node, known: Sequence[str]) -> dict[str, object]:
    """Read the JSON object that is sent."""
    _check_body(node, known)
    return {name: entry.value for name, entry in node.entries().items()}


def _check_body(node: Node, known: Sequence[str]) -> None:
    """Look through all texts of what is sent."""
    if isinstance(node.value, dict):
        for entry in node.entries().values():
            _check_body(entry, known)
    elif isinstance(node.value, list):
        for item in node.items():
            _check_body(item, known)
    elif isinstance(node.value, str):
        _check_names(node, known)


def _check_names(node: Node, known: Sequence[str]) -> None:
    """Refuse names in braces that stand for nothing here, and braces that are left over."""
    text = str(node.value)
    for name in _IN_BRACES.findall(text):
        if name not in known:
            raise node.fault(f"`{{{name[:40]}}}` stands for nothing here", nearest(name, known))
    if set(_IN_BRACES.sub("", text)) & {"{", "}"}:
        raise node.fault("a brace stands alone", "names stand in braces, such as `{session_id}`")


def _result(node: Node) -> ResultAt:
    """Read where a result says what."""
    optional = ("acr", "auth_time", "owner", "reference_source", "capture", *_POINTERS)
    fields = node.fields(("reference", "state", "checks"), optional)
    state = fields["state"].fields(("at", "done"))
    auth = fields["auth_time"].fields(("at", "form")) if "auth_time" in fields else {}
    owner = fields["owner"].fields(("at",), ("hashed",)) if "owner" in fields else {}
    return ResultAt(
        reference=read_pointer(fields["reference"]),
        state=read_pointer(state["at"]),
        done=frozenset(_said(state["done"])),
        checks=_checks(fields["checks"]),
        acr=_word(fields["acr"]) if "acr" in fields else None,
        auth_time=pointer_in(auth, "at"),
        auth_form=Clockform(auth["form"].choice(tuple(Clockform))) if auth else Clockform.RFC3339,
        owner=pointer_in(owner, "at"),
        owner_hashed=flag_in(owner, "hashed"),
        reference_source=_source(fields["reference_source"]) if "reference_source" in fields else None,
        capture=_capture(fields["capture"]) if "capture" in fields else {},
        **{name: read_pointer(fields[name]) for name in _POINTERS if name in fields},
    )


def _checks(node: Node) -> dict[Check, CheckAt]:
    """Read where each check stands."""
    entries = node.entries()
    if not entries:
        raise node.fault("at least one check is expected here")
    for name, entry in entries.items():
        if name not in set(Check):
            raise entry.fault(f"`{name}` is no check", nearest(name, tuple(Check)))
    return {Check(name): _check(entry) for name, entry in entries.items()}


def _check(node: Node) -> CheckAt:
    """Read where one check stands and what the provider's words mean."""
    others = tuple(verdict.value for verdict in Verdict if verdict is not Verdict.PASS)
    fields = node.fields(("at", "pass"), (*others, "score", "threshold", "model"))
    words: dict[str, Verdict] = {}
    for verdict in Verdict:
        for word in _said(fields[verdict.value]) if verdict.value in fields else ():
            if word in words:
                raise fields[verdict.value].fault(f"`{word}` stands for two verdicts", "keep one of the two")
            words[word] = verdict
    return CheckAt(
        at=read_pointer(fields["at"]),
        words=words,
        score=pointer_in(fields, "score"),
        threshold=pointer_in(fields, "threshold"),
        model=pointer_in(fields, "model"),
    )


def _said(node: Node) -> tuple[str, ...]:
    """Read the provider's words for something: texts, whole numbers, `true` or `false`."""
    words = tuple(_plain(item) for item in node.items())
    if not words:
        raise node.fault("at least one word is expected here")
    for before, after in pairwise(sorted(words)):
        if before == after:
            raise node.fault(f"`{before}` stands twice", "keep one of the two")
    return words


def _plain(node: Node) -> str:
    """Write a word as JSON would, a text without its quotes."""
    value = node.scalar()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _word(node: Node) -> WordAt:
    """Read where a word stands, and what the provider's words mean."""
    fields = node.fields(("at",), ("means",))
    entries = fields["means"].entries() if "means" in fields else {}
    return WordAt(at=read_pointer(fields["at"]), means={word: entry.text() for word, entry in entries.items()})


def _source(node: Node) -> WordAt:
    """Read where the source of the reference picture stands; its meanings are our own words."""
    fields = node.fields(("at",), ("means",))
    for entry in fields["means"].entries().values() if "means" in fields else ():
        entry.choice(_SOURCES)
    return _word(node)


def _capture(node: Node) -> dict[str, tuple[str, ...]]:
    """Read where signals of the capture stand."""
    entries = node.entries()
    if len(entries) > CAPTURE_MAX:
        raise node.fault(f"at most {CAPTURE_MAX} signals are kept")
    return {name: read_pointer(entry) for name, entry in entries.items()}


def _callback(node: Node) -> CallbackAt:
    """Read how callbacks are proven."""
    fields = node.fields(("keys", "reference"), ("headers",))
    fields["keys"].words()
    keys = tuple(key_file(item) for item in fields["keys"].items())
    if not 1 <= len(keys) <= KEYS_MAX:
        raise fields["keys"].fault("one or two live keys are expected here", "the new one and the one before it")
    headers = fields["headers"].fields((), ("id", "timestamp", "signature")) if "headers" in fields else {}
    return CallbackAt(
        key_files=keys,
        reference=read_pointer(fields["reference"]),
        **{f"{name}_header": _header_name(entry) for name, entry in headers.items()},
    )


def _header_name(node: Node) -> str:
    """Read the name of a header."""
    text = node.text()
    if not _HEADER.fullmatch(text):
        raise node.fault(f"`{text[:64]}` is no name of a header")
    return text.lower()
