"""What rules say of phone numbers, in Russian and English."""

from collections.abc import Mapping
from typing import Final

PHONE_LEAVES: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "phone_region": ("страна номера", "страны номера", "f", "country of the number"),
    "phone_type": ("вид номера", "вида номера", "m", "kind of number"),
    "phone_pattern": ("рисунок цифр номера", "рисунка цифр номера", "m", "pattern of digits"),
    "phone_accounts": (
        "число аккаунтов на номере",
        "числа аккаунтов на номере",
        "n",
        "number of accounts on the phone",
    ),
    "person_numbers": ("число номеров", "числа номеров", "n", "number of phones"),
    "phone_since": ("день получения номера", "дня получения номера", "m", "day of getting the number"),
    "sim_swapped_at": ("замена SIM-карты", "замены SIM-карты", "f", "replacement of the SIM card"),
}
_OWNERS: Final = {"client": ("клиента", "the client"), "seller": ("продавца", "the seller")}
PHONE_CLAIMS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    **{
        f"{party}.phone_foreign": (
            f"номер {ru} иностранный",
            f"номер {ru} не иностранный",
            f"{en}'s number is from abroad",
            f"{en}'s number is not from abroad",
        )
        for party, (ru, en) in _OWNERS.items()
    },
    **{
        f"{party}.phone_valid": (
            f"номер {ru} существует",
            f"номера {ru} не существует",
            f"{en}'s number exists",
            f"{en}'s number does not exist",
        )
        for party, (ru, en) in _OWNERS.items()
    },
}
