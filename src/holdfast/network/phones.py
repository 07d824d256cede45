"""Who uses which phone number: the accounts on one number, the numbers of one person, and since when a number is whose.

The language of windows asks one type of event by one field. An account shows its number at registration, at login, in
its listings and when it is paid, under other names each time, so that these are counted here together.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfast.network.part import Arrays
from holdfast.network.recent import Recent
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.schema import Field, FieldType

KEPT_MS: Final = 90 * DAY_MS
_MOST: Final = 64  # more accounts on a number, or numbers of a person, are not told apart
_TELECOM: Final = "telecom_activity"
_LOGIN: Final = "login"
_PARTY: Final = {
    _LOGIN: "client",
    "message_sent": "sender",
    "seller_registered": "seller",
    "seller_changed": "seller",
    "listing_published": "seller",
    "listing_edited": "seller",
    "payout": "seller",
}
_LISTING: Final = frozenset({"listing_published", "listing_edited"})
_PAID_TO: Final = tuple(f"payee.{name}" for name in ("account", "card", "ewallet"))
_UNKNOWN: Final = -1
_SHOWN: Final = "listing.phone_e164"
_TOLD_BYTES: Final = 300


class _Told(NamedTuple):
    """What operators said of a number, in epoch milliseconds, and when; what was never said is `_UNKNOWN`.

    `since_ms` is the instant before which another person may have had it, `recycled` 1 or 0.
    """

    since_ms: int
    swapped_ms: int
    recycled: int
    heard_ms: int


_SILENCE: Final = _Told(_UNKNOWN, _UNKNOWN, _UNKNOWN, 0)


class Phones:
    """Counts over ninety days; what came before a number's present owner is not theirs."""

    name: ClassVar[str] = "phones"
    heeds: ClassVar[frozenset[str]] = frozenset({*_PARTY, _TELECOM})

    def __init__(self, keys: KeyMaker) -> None:
        self._keys = keys
        self._accounts = Recent(_MOST)
        self._numbers = Recent(_MOST)
        self._told: OrderedDict[int, _Told] = OrderedDict()

    def fields(self, event_type: str) -> Sequence[Field]:
        """Declare the names about the number of whoever acts, and of the one shown in a listing."""
        party = _PARTY.get(event_type)
        if party is None:
            return ()
        listing = [_accounts_field("listing")] if event_type in _LISTING else []
        return [*_fields(party), *listing]

    def read(self, event: Event, seq: int, known: Mapping[str, Value]) -> Mapping[str, Value]:
        """Count with the event itself, so that the third account on a number is the third at once."""
        del seq
        party = _party_of(event)
        if party is None:
            return {}
        number, shown = self._number(event, party, known), self._key_of("phone", known.get(_SHOWN))
        account = self._account(party, known)
        found: dict[str, Value] = {}
        if number is not None:
            found[f"{party}.phone_accounts"] = self._count(number, account, event.occurred_ms)
            found |= self._said(number, party)
        if shown is not None:
            found["listing.phone_accounts"] = self._count(shown, account, event.occurred_ms)
        most = self._most_numbers(self._persons(party, known), self._used(event, party, known), event.occurred_ms)
        return found | ({f"{party}.person_numbers": most} if most else {})

    def happened(self, event: Event, seq: int, *, known: Mapping[str, Value], outcome: str) -> None:
        """Remember who used which number; an attempt that was refused or failed shows nothing of its owner."""
        del seq
        if event.type == _TELECOM:
            self._hear(event)
            return
        party = _party_of(event)
        if party is None or outcome == "refuse" or known.get("result") == "failed":
            return
        account, persons = self._account(party, known), self._persons(party, known)
        for number in self._used(event, party, known):
            if account is not None:
                self._accounts.see(number, account, event.occurred_ms)
            for person in persons:
                self._numbers.see(person, number, event.occurred_ms)
        self._accounts.forget(event.occurred_ms - KEPT_MS)
        self._numbers.forget(event.occurred_ms - KEPT_MS)

    def memory(self) -> int:
        """Give the bytes in use, about."""
        return self._accounts.memory() + self._numbers.memory() + len(self._told) * _TOLD_BYTES

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give the whole state as arrays."""
        tables = {"accounts": self._accounts, "numbers": self._numbers}
        found = {f"{name}/{part}": rows for name, table in tables.items() for part, rows in table.snapshot().items()}
        rows = [(number, *told) for number, told in self._told.items()]
        return found | {"told": np.array(rows, dtype=np.int64).reshape(-1, 1 + len(_SILENCE))}

    def load(self, arrays: Arrays) -> None:
        """Take over the state of a snapshot."""
        for name, table in (("accounts", self._accounts), ("numbers", self._numbers)):
            table.load({part: arrays[f"{name}/{part}"] for part in ("keys", "lengths", "cells")})
        self._told = OrderedDict((number, _Told(*told)) for number, *told in arrays["told"].tolist())

    def _key_of(self, kind: str, value: Value) -> int | None:
        """Hash a value of one kind; what is absent has no key."""
        return None if value is None else self._keys.key(kind, str(value)).high >> 1

    def _account(self, party: str, known: Mapping[str, Value]) -> int | None:
        """Name an account by its id, whichever of the two fields carries it."""
        return self._key_of("account_id", known.get(f"{party}.seller_id") or known.get(f"{party}.customer_id"))

    def _number(self, event: Event, party: str, known: Mapping[str, Value]) -> int | None:
        """Give the number shown, or where none is shown the account's last one."""
        if f"{party}.phone" in known:
            return self._key_of("phone", known.get(f"{party}.phone_e164"))
        account = self._account(party, known)
        return None if account is None else self._numbers.latest(account, event.occurred_ms - KEPT_MS)

    def _used(self, event: Event, party: str, known: Mapping[str, Value]) -> list[int]:
        """Give the numbers that an event shows of one account: its own, and the one in its listing."""
        both = (self._number(event, party, known), self._key_of("phone", known.get(_SHOWN)))
        return [number for number in dict.fromkeys(both) if number is not None]

    def _count(self, number: int, account: int | None, at_ms: int) -> int:
        """Count the accounts on a number in ninety days and under its present owner."""
        told = self._told.get(number, _SILENCE)
        others = set(self._accounts.seen(number, max(at_ms - KEPT_MS, told.since_ms - 1)))
        return len(others | {account} if account is not None else others)

    def _said(self, number: int, party: str) -> Iterator[tuple[str, Value]]:
        """Give what an operator said of a number; silence stays unknown."""
        told = self._told.get(number, _SILENCE)
        if told.since_ms != _UNKNOWN:
            yield f"{party}.phone_since", told.since_ms
        if told.recycled != _UNKNOWN:
            yield f"{party}.phone_recycled", bool(told.recycled)
        if told.swapped_ms != _UNKNOWN:
            yield f"{party}.sim_swapped_at", told.swapped_ms

    def _persons(self, party: str, known: Mapping[str, Value]) -> list[int]:
        """Name whoever acts: by the account, the person's number, the device, and where the money goes."""
        named = [
            ("iin", known.get(f"{party}.iin")),
            ("device", known.get("device.id")),
            *(("paid_to", known.get(path)) for path in _PAID_TO),
        ]
        found = [self._account(party, known), *(self._key_of(kind, value) for kind, value in named)]
        return [one for one in found if one is not None]

    def _most_numbers(self, persons: Sequence[int], here: Collection[int], at_ms: int) -> int:
        """Count the numbers of whoever acts, those of the event too, by the name that shows most."""
        since_ms = at_ms - KEPT_MS
        return max((len({*here, *self._numbers.seen(person, since_ms)}) for person in persons), default=len(here))

    def _hear(self, event: Event) -> None:
        """Take in what an operator says of a number: whose it is since when, and when its SIM was last replaced."""
        values = event.values
        number = self._key_of("phone", values.get("client.phone_e164"))
        since, swapped, recycled = (values.get(name) for name in ("number_since", "sim_swapped_at", "number_recycled"))
        if number is None or (since is None and swapped is None and recycled is None):
            return
        before = self._told.get(number, _SILENCE)
        if recycled and since is None:
            since = event.occurred_ms
        self._told[number] = _Told(
            since_ms=_later(since, before.since_ms),
            swapped_ms=_later(swapped, before.swapped_ms),
            recycled=before.recycled if recycled is None else int(bool(recycled)),
            heard_ms=max(event.occurred_ms, before.heard_ms),
        )
        self._told.move_to_end(number)
        while next(iter(self._told.values())).heard_ms <= event.occurred_ms - KEPT_MS:
            self._told.popitem(last=False)


def _later(said: Value, before: int) -> int:
    """Give the later of what is said and what was."""
    return max(int(said), before) if isinstance(said, int) else before


def _party_of(event: Event) -> str | None:
    """Name who acts in a marketplace's event; nobody in that of a bank."""
    if event.type == _LOGIN and event.values.get("where") != "marketplace":
        return None
    return _PARTY.get(event.type)


def _accounts_field(stem: str) -> Field:
    return Field(
        path=f"{stem}.phone_accounts", type=FieldType.INTEGER, title="accounts on the number in 90 days, this one too"
    )


def _fields(party: str) -> list[Field]:
    """Declare the names about the number of one party."""
    return [
        _accounts_field(party),
        Field(
            path=f"{party}.person_numbers",
            type=FieldType.INTEGER,
            title="numbers in 90 days of the account, IIN, device or payout account that had most",
        ),
        Field(path=f"{party}.phone_since", type=FieldType.INSTANT, title="since when the number has its present owner"),
        Field(path=f"{party}.phone_recycled", type=FieldType.BOOL, title="whether the number was given out anew"),
        Field(path=f"{party}.sim_swapped_at", type=FieldType.INSTANT, title="when the SIM card was last replaced"),
    ]
