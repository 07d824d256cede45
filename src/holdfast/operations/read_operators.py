"""Read a mobile operator of the file of providers: which of the published questions it is asked, and by what token."""

import re
from collections.abc import Mapping
from typing import Any, Final

from holdfast.operations.provider_fields import (
    OPTIONAL,
    address,
    common,
    is_plain,
    name_of,
    number,
    sendable,
    sent_of,
    types_of,
)
from holdfast.regulation.nodes import Node, nearest
from holdfast.vocabulary.outside import ProviderSpec, Told
from holdfast.vocabulary.schema import FieldType
from holdfast.vocabulary.telecom import (
    APIS,
    ATTRIBUTES,
    CODE,
    CONSENT,
    HASHED,
    OURS,
    PHONE,
    OperatorSpec,
    TelecomApi,
    answers_of,
)

MAX_HOURS: Final = 2_400
_REQUIRED: Final = ("id", "kind", "url", "api", "token_url", "client_id", "on", "send")
_OWN: Final = ("version", "hours", "purpose", "three_legged", "redirect_uri", "consent_header", "key_file", "shown")
_PURPOSE: Final = re.compile(r"[A-Za-z]{1,64}")
_HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")


def read_operator(row: Node) -> ProviderSpec:
    """Read one operator; what its API does not know, or lacks, is a fault with its place."""
    fields = row.fields(_REQUIRED, (*_OWN, *OPTIONAL))
    name = fields["api"].choice(tuple(APIS))
    api, on = APIS[name], types_of(fields["on"])
    send = sent_of(fields["send"], on)
    _check_words(fields["send"], api, on=on)
    operator = OperatorSpec(
        api=name,
        version=fields["version"].choice(api.versions) if "version" in fields else api.versions[0],
        token_url=address(fields["token_url"], plain=is_plain(fields)),
        client_id=_printable(fields["client_id"]),
        **_options(fields, api),
    )
    _check_token(fields, operator)
    return ProviderSpec(
        id=name_of(fields["id"]),
        url=address(fields["url"], plain=is_plain(fields)),
        on=on,
        send=send,
        answers=_told(name, fields),
        operator=operator,
        **common(fields),
    )


def _options(fields: Mapping[str, Node], api: TelecomApi) -> dict[str, Any]:
    """Read what may be left out, by the names of an OperatorSpec."""
    found: dict[str, Any] = {name: fields[name].text() for name in ("key_file", "redirect_uri") if name in fields}
    if "purpose" in fields:
        found["purpose"] = _matching(
            fields["purpose"], _PURPOSE, "a purpose of W3C DPV, such as `FraudPreventionAndDetection`"
        )
    if "consent_header" in fields:
        found["consent_header"] = _matching(fields["consent_header"], _HEADER, "the name of a header")
    if "hours" in fields:
        if not api.age:
            raise fields["hours"].fault("this API is not asked about the last hours", "leave `hours` out")
        found["hours"] = number(fields["hours"], 1, MAX_HOURS)
    three_legged = fields["three_legged"].flag() if "three_legged" in fields else CODE in api.needs
    return found | {"three_legged": three_legged}


def _matching(node: Node, shape: re.Pattern[str], what: str) -> str:
    text = node.text()
    if not shape.fullmatch(text):
        raise node.fault(f"{what} is expected here")
    return text


def _printable(node: Node) -> str:
    text = node.text()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise node.fault("plain characters without spaces are expected here")
    return text


def _check_words(send: Node, api: TelecomApi, *, on: tuple[str, ...]) -> None:
    """Refuse a word that the API does not know or lacks, a day that is no instant, and another sort of number twice."""
    known, schema, entries = (*api.words, *sorted(OURS)), sendable(on), send.entries()
    for word, entry in entries.items():
        if word not in known:
            raise entry.fault(f"the API has no `{word}`", nearest(word, known))
        wanted = FieldType.INSTANT if word in api.dates else FieldType.TEXT
        if schema[entry.text()].type is not wanted:
            raise entry.fault(f"`{word}` is made of {'an instant' if word in api.dates else 'a text'}")
    for word in api.needs:
        if word not in entries:
            raise send.fault(f"the API needs `{word}`", f"name the field that holds it: `{word}: ...`")
    if len({PHONE, HASHED} & entries.keys()) != 1:
        raise send.fault(
            f"exactly one of `{PHONE}` and `{HASHED}` is expected here"
            if HASHED in api.words
            else f"the API needs `{PHONE}`"
        )
    if api.matches and not ATTRIBUTES.keys() & entries.keys():
        raise send.fault("there is nothing to match", nearest("", tuple(ATTRIBUTES)))


def _check_token(fields: Mapping[str, Node], operator: OperatorSpec) -> None:
    """Refuse a declaration by which no token can be got."""
    sent = fields["send"].entries()
    if ("auth_file" in fields) == ("key_file" in fields):
        raise fields["token_url"].fault(
            "exactly one of `auth_file` and `key_file` is expected", "a secret, or a private key that signs (PEM)"
        )
    if CODE in sent and not operator.three_legged:
        raise sent[CODE].fault("a one-use code gives a three-legged token", "set `three_legged: true`")
    if operator.three_legged and CODE not in sent and not operator.key_file:
        raise fields["send"].fault(
            "a three-legged token needs the app's one-use code, or a key that signs for the number",
            "add `code: session.network_code`, or `key_file`",
        )
    if operator.consent_header and CONSENT not in sent:
        raise fields["consent_header"].fault(
            "there is no consent to send", "add `consent: session.consent_id` to `send`"
        )


def _told(api: str, fields: Mapping[str, Node]) -> tuple[Told, ...]:
    """Give what comes back; nothing of it is shown that `shown` does not name."""
    answers = answers_of(api, fields["send"].entries())
    shown = fields["shown"].words() if "shown" in fields else ()
    for item in fields["shown"].items() if "shown" in fields else ():
        if item.text() not in answers:
            raise item.fault(f"the API does not answer `{item.text()}`", nearest(item.text(), tuple(answers)))
    return tuple(Told(name=name, type=kind, at=(name,), shown=name in shown) for name, kind in answers.items())
