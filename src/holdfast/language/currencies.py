"""Currencies of ISO 4217 and how many digits their minor unit has."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_TWO = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC"
    " CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD"
    " KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO"
    " NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL"
    " THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW"  # codespell:ignore zar
)
DIGITS: Final[Mapping[str, int]] = {
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(_THREE.split(), 3),
}
SHORT: Final[Mapping[str, str]] = {"rub": "RUB", "kzt": "KZT", "usd": "USD"}


def to_minor(major: float, currency: str) -> int | None:
    """Turn major units into minor ones exactly; `None` when a fraction of a minor unit would be left."""
    minor = Decimal(repr(major)).scaleb(DIGITS[currency])
    return int(minor) if minor == minor.to_integral_value() else None


def to_major(minor: int, currency: str) -> str:
    """Write minor units in major ones, without zeros at the end."""
    digits = DIGITS.get(currency, 2)
    text = f"{Decimal(minor).scaleb(-digits):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
