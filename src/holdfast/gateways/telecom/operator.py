"""A mobile operator as a provider: one published question, the token for it, and what its refusals mean."""

import re
from collections.abc import Mapping
from typing import Final

import structlog

from holdfast.gateways.lines import Lines
from holdfast.gateways.telecom.call import Body
from holdfast.gateways.telecom.calls import CALLS
from holdfast.gateways.telecom.grant import Identity, by_code, by_number, own
from holdfast.gateways.telecom.request import request
from holdfast.gateways.telecom.tokens import Tokens
from holdfast.gateways.trust import trust
from holdfast.vocabulary.clock import IdMaker
from holdfast.vocabulary.errors import GarbageError, ProviderError, UntoldError
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.outside import ProviderSpec
from holdfast.vocabulary.telecom import CODE, CONSENT, HASHED, PHONE, OperatorSpec
from holdfast.wire.canonical import canonical
from holdfast.wire.outside import LONGEST_ANSWER, read_json

_OK, _WRONG, _UNAUTHENTICATED, _FORBIDDEN, _UNFOUND, _UNPROCESSABLE = 200, 400, 401, 403, 404, 422
_UNKNOWN: Final = frozenset(
    {
        (_UNFOUND, "IDENTIFIER_NOT_FOUND"),
        (_UNPROCESSABLE, "SERVICE_NOT_APPLICABLE"),
        (_UNPROCESSABLE, "UNSUPPORTED_IDENTIFIER"),
    }
)
_OUT_OF_RANGE: Final = "OUT_OF_RANGE"
_CODE: Final = re.compile(r"[A-Z][A-Z0-9_.]{0,79}")
_CONSENT: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
_log: Final = structlog.get_logger("holdfast.providers")


class OperatorProvider:
    """Asks one operator one published question.

    What the operator does not know (404) or does not serve (422) is unknown, what it may not tell (403) is untold, and
    all else is an error. A token that is not taken (401) is got anew once, since such an answer comes at once. The
    correlator is new for each call and stands in the log beside a failure, so that the operator can find it.
    """

    def __init__(self, spec: ProviderSpec, operator: OperatorSpec, identity: Identity, *, new_id: IdMaker) -> None:
        self._spec = spec
        self._operator = operator
        self._identity = identity
        self._new_id = new_id
        self._call = CALLS[operator.api](spec, operator)
        self._url = spec.url.rstrip("/") + self._call.path
        safe = trust(spec)
        self._lines = Lines(spec.url, connections=spec.connections, trust=safe, most=LONGEST_ANSWER)
        self._tokens = Tokens(
            operator.token_url,
            Lines(operator.token_url, connections=spec.connections, trust=safe, most=LONGEST_ANSWER),
            headers=identity.headers(),
            own=lambda: own(identity, self._call.scope),
        )

    async def read(self, asked: Mapping[str, Value]) -> Mapping[str, Value]:
        """Ask; ProviderError when the call failed, GarbageError when the answer is not the published one.

        UntoldError where the operator may not tell about this person.
        """
        body, correlator = self._call.body(asked), self._new_id("hf")
        headers = ("content-type: application/json", f"x-correlator: {correlator}", *self._consent(asked))
        token = await self._token(asked)
        status, answer = await self._put(body, (*headers, f"authorization: Bearer {token}"))
        if status == _UNAUTHENTICATED and not self._operator.three_legged:
            self._tokens.spoil(token)
            token = await self._tokens.ours()
            status, answer = await self._put(body, (*headers, f"authorization: Bearer {token}"))
        if status == _OK:
            return self._call.told(read_json(answer), body)
        return self._without(status, _code(answer), body=body, correlator=correlator)

    async def close(self) -> None:
        """Close what connections are open."""
        self._tokens.close()
        self._lines.close()

    async def _put(self, body: Body, headers: tuple[str, ...]) -> tuple[int, bytes]:
        return await self._lines.ask(request(self._url, canonical(body), headers))

    async def _token(self, asked: Mapping[str, Value]) -> str:
        """Get the token: ours, or that of the subscriber."""
        if not self._operator.three_legged:
            return await self._tokens.ours()
        if CODE in asked:
            return await self._tokens.once(by_code(self._identity, str(asked[CODE])))
        key, number = self._identity.key, str(asked[PHONE] if PHONE in asked else asked[HASHED])
        if key is None:
            raise ProviderError("there is no key that signs for a number")
        return await self._tokens.once(by_number(self._identity, key, number=number, scope=self._call.scope))

    def _consent(self, asked: Mapping[str, Value]) -> tuple[str, ...]:
        """Name the consent where the operator wants it named."""
        header, given = self._operator.consent_header, str(asked.get(CONSENT, ""))
        return (f"{header}: {given}",) if header and _CONSENT.fullmatch(given) else ()

    def _without(self, status: int, code: str, *, body: Body, correlator: str) -> Mapping[str, Value]:
        """Say what it means that there is no answer."""
        if (status, code) in _UNKNOWN:
            return {told.name: None for told in self._spec.answers}
        name = self._spec.id
        _log.info("an operator gave no answer", provider=name, status=status, code=code, correlator=correlator)
        if status == _FORBIDDEN:
            raise UntoldError("the operator may not tell")
        if (status, code) == (_WRONG, _OUT_OF_RANGE):
            self._call.out_of_range(body)
        raise ProviderError(f"the operator answered {status}")


def _code(answer: bytes) -> str:
    """Take the published code out of an error; whatever else stands there is nobody's business."""
    try:
        root = read_json(answer)
    except GarbageError:
        return ""
    code = root.get("code") if isinstance(root, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""
