"""Who and what exists in FB-1's world: accounts, merchants, devices, addresses, and how they belong together.

Nothing is kept for an account but its number: everything else follows from it, so a world of a million accounts
takes no time to make.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

OWN_BIC: Final = "044525999"
LISTED_BIC: Final = "044525225"
LISTED_FROM: Final = 900_000_000_000  # account numbers of the list, apart from those of the world
PROVIDERS: Final = ("taiga-net", "volga-tel", "sever", "kama-mobile", "onega", "angara", "lena-link", "ural-com")
SYSTEMS: Final = ("Android 15", "Android 16", "iOS 19", "iOS 26", "HarmonyOS 5", "Windows 11")
CITIES: Final = (
    "Москва",
    "Тверь",
    "Казань",
    "Пермь",
    "Омск",
    "Томск",
    "Уфа",
    "Самара",
    "Тула",
    "Псков",
    "Чита",
    "Сочи",
)
_SCATTER: Final = 7_368_787  # a prime, so that hot payers are not hot payees


@dataclass(frozen=True, kw_only=True)
class World:
    """Sizes of the world; the defaults are FB-1's own."""

    accounts: int = 1_000_000
    merchants: int = 50_000
    devices: int = 300_000
    addresses: int = 200_000
    listed: int = 1_000_000
    payer_skew: float = 1.07
    payee_skew: float = 1.2

    @cached_property
    def payers(self) -> NDArray[np.float64]:
        """Give the cumulative shares of payers by rank."""
        return zipf(self.accounts, self.payer_skew)

    @cached_property
    def payees(self) -> NDArray[np.float64]:
        """Give the cumulative shares of receiving accounts by rank."""
        return zipf(self.accounts, self.payee_skew)

    @cached_property
    def shops(self) -> NDArray[np.float64]:
        """Give the cumulative shares of merchants by rank."""
        return zipf(self.merchants, self.payee_skew)

    def payer_at(self, ranks: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the accounts that stand at these ranks among payers."""
        return ranks

    def payee_at(self, ranks: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the accounts that stand at these ranks among payees."""
        return (ranks * _SCATTER + 17) % self.accounts


def zipf(count: int, skew: float) -> NDArray[np.float64]:
    """Give the cumulative shares of ranks 1 to `count` under a bounded Zipf law."""
    shares = np.arange(1, count + 1, dtype=np.float64) ** -skew
    total = np.cumsum(shares)
    return np.asarray(total / total[-1], dtype=np.float64)


def customer(account: int) -> str:
    """Name the client behind an account."""
    return f"c-{account:07d}"


def account_number(account: int) -> str:
    """Give an account's twenty digits."""
    return f"40817810{account:012d}"


def listed_number(place: int) -> str:
    """Give the twenty digits of an account of the list."""
    return account_number(LISTED_FROM + place)


def merchant_number(merchant: int) -> str:
    """Give the twenty digits of a merchant's account."""
    return f"40702810{merchant:012d}"


def phone(account: int) -> str:
    """Give an account holder's number."""
    return f"+79{100_000_000 + account:09d}"


def address(place: int) -> str:
    """Give an address out of the block that networks share among their clients."""
    return f"100.{64 + (place >> 16)}.{place >> 8 & 255}.{place & 255}"
