"""Everybody outside the bank, made from a running number when they are needed and never stored.

A payee is one number; which of its identifiers a transfer shows depends on the rail. The space of numbers
is split: clients, the rings that fraud pays into (a new one every week), and all other people.
"""

from functools import lru_cache
from types import MappingProxyType
from typing import Final

from holdfast.simulation.identifiers import (
    SPACE,
    card,
    kz_account,
    kz_bic,
    kz_bin,
    kz_iin,
    kz_phone,
    ru_account,
    ru_bic,
    ru_inn,
    ru_inn_organisation,
    ru_phone,
    spread,
)
from holdfast.simulation.world import Document, Jurisdiction

HOME_BANK: Final = 0
FIRST_RING: Final = 2_000_000
RING_SIZE: Final = 32
RING_WEEKS: Final = 30_000
FIRST_STRANGER: Final = FIRST_RING + RING_SIZE * RING_WEEKS
STRANGERS: Final = SPACE - FIRST_STRANGER
LISTED_PLACES: Final = MappingProxyType(
    {
        "ru.cbr.recipients": (0, 1, 2, 3, 4, 5),
        "ru.gis.recipients": (6, 7),
        "ru.courts.criminal_cases": (8,),
        "bank.recipients": (9, 10),
        "ru.cbr.digital_rouble": (11,),
        "kz.afc.persons": (0, 1, 2, 3, 4, 5),
    }
)  # members of a ring that come to stand on a list, once the week after their own has passed


def ring_member(week: int, place: int) -> int:
    """Give the running number of a member of the ring that is paid into in a week (weeks since 1970)."""
    return FIRST_RING + week % RING_WEEKS * RING_SIZE + place % RING_SIZE


def device_id(n: int) -> str:
    """Give a device's id; nothing in it tells whose it is."""
    return f"dev-{spread(n, 10**9):09d}"


def ring_device(week: int, place: int) -> str:
    """Give the device of a ring's member, by which the regulator's list knows it."""
    return device_id(ring_member(week, place))


def stranger(serial: int) -> int:
    """Give the running number of the `serial`-th person who is nobody in particular."""
    return FIRST_STRANGER + serial % STRANGERS


def bank_of(n: int) -> int:
    """Give the bank a person outside uses; never our own."""
    return 1 + spread(n, 100_000) % 5


def bic(country: Jurisdiction, bank: int) -> str:
    """Give the code of one invented bank."""
    return ru_bic(bank) if country == "ru" else kz_bic(bank)


def phone(country: Jurisdiction, n: int) -> str:
    """Give a person's phone number."""
    return ru_phone(n) if country == "ru" else kz_phone(n)


@lru_cache(maxsize=32_768)
def _by_details(country: Jurisdiction, n: int, bank: int) -> tuple[str, str, str]:
    """Work out account, bank code and tax number once for people who are paid often."""
    code = bic(country, bank)
    if country == "ru":
        return ru_account(n, code), code, ru_inn(n)
    return kz_account(n, bank), code, kz_iin(n)


def by_details(country: Jurisdiction, n: int, bank: int | None = None) -> Document:
    """Name a person as an order does: account, bank code and tax number."""
    account, code, number = _by_details(country, n, bank_of(n) if bank is None else bank)
    return {"kind": "individual", "account": account, "bic": code, "inn" if country == "ru" else "iin": number}


def by_phone(country: Jurisdiction, n: int, bank: int | None = None) -> Document:
    """Name a person as an instant transfer does: phone and bank."""
    code = bic(country, bank_of(n) if bank is None else bank)
    return {"kind": "individual", "phone": phone(country, n), "bic": code}


def by_card(n: int) -> Document:
    """Name a person as a transfer from card to card does."""
    return {"kind": "individual", "card": card(n)}


def wallet(n: int) -> str:
    """Give a person's wallet of digital roubles."""
    return f"dr-{spread(n)}"


@lru_cache(maxsize=4_096)
def _firm(country: Jurisdiction, n: int) -> tuple[str, str, str]:
    """Work out a firm's account, bank code and tax number once."""
    bank = bank_of(n)
    code = bic(country, bank)
    if country == "ru":
        return ru_account(n, code, "40702"), code, ru_inn_organisation(n)
    return kz_account(SPACE - 1 - n, bank), code, kz_bin(n)


def firm(country: Jurisdiction, n: int) -> Document:
    """Name a firm: shops, employers, utilities, clinics, exchanges."""
    account, code, number = _firm(country, n)
    return {"kind": "organisation", "account": account, "bic": code, "inn" if country == "ru" else "bin": number}
