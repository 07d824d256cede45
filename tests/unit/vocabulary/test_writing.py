"""How money, instants and requisites are written to a client in three languages."""

from zoneinfo import ZoneInfo

import pytest

from holdfast.vocabulary.instants import from_ms
from holdfast.vocabulary.writing import LANGUAGES, masked, moment, money, requisite, zone_name

MOSCOW = ZoneInfo("Europe/Moscow")
NIGHT_MS = 1_778_360_399_999  # 2026-05-09T23:59:59.999+03:00


@pytest.mark.parametrize(
    ("language", "currency", "written"),
    [
        ("ru", "RUB", "250\u00a0000,00\u00a0₽"),
        ("kk", "KZT", "250\u00a0000,00\u00a0₸"),
        ("en", "RUB", "RUB\u00a0250,000.00"),
        ("ru", "USD", "250\u00a0000,00\u00a0USD"),
    ],
)
def test_money_is_written_with_its_currency(language: str, currency: str, written: str) -> None:
    """Each language has its own separators, and no line breaks inside an amount."""
    assert money(25_000_000, currency, language) == written


def test_money_keeps_every_minor_unit() -> None:
    """Amounts beyond what a float holds exactly, and currencies with other minor units, stay exact."""
    assert money(10**15 + 1, "RUB", "en").endswith("10,000,000,000,000.01")
    assert money(1, "RUB", "en").endswith("0.01")
    assert money(1_500, "JPY", "en", digits=0).endswith("1,500")
    assert money(1_500, "KWD", "ru", digits=3) == "1,500\u00a0KWD"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("ru", "9 мая 2026 года, 23:59 по московскому времени"),
        ("kk", "2026 жылғы 9 мамыр, Мәскеу уақытымен 23:59"),
        ("en", "9 May 2026, 23:59 Moscow time"),
    ],
)
def test_an_instant_is_written_in_words_with_its_zone(language: str, written: str) -> None:
    """The end of a day is never written as the next day, and nobody has to guess whose midnight is meant."""
    assert moment(NIGHT_MS, language, MOSCOW) == written
    assert zone_name(from_ms(NIGHT_MS, MOSCOW), language) in written


@pytest.mark.parametrize(
    ("zone", "language", "written"),
    [
        ("Asia/Almaty", "kk", "2026 жылғы 10 мамыр, Астана уақытымен 01:59"),
        ("Asia/Almaty", "ru", "10 мая 2026 года, 01:59 по времени Астаны"),
        ("Asia/Kolkata", "ru", "10 мая 2026 года, 02:29 по времени UTC+05:30"),
        ("Asia/Kolkata", "kk", "2026 жылғы 10 мамыр, UTC+05:30 уақытымен 02:29"),
        ("America/New_York", "en", "9 May 2026, 16:59 UTC-04:00"),
        ("UTC", "en", "9 May 2026, 20:59 UTC+00:00"),
    ],
)
def test_other_zones_are_named_as_people_there_say_or_by_their_offset(zone: str, language: str, written: str) -> None:
    """Kazakhstan has its own words; every other zone is told by its distance from UTC, with half hours."""
    assert moment(NIGHT_MS, language, ZoneInfo(zone)) == written


def test_a_requisite_shows_its_last_four_characters() -> None:
    """Four characters tell the client which account it is; a value that they would mostly give away shows none."""
    assert masked("40817810000000000002") == "*0002"
    assert masked("+7 916 123-45-67") == "*4567"
    assert masked("1234567") == "*"
    assert masked("") == "*"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_party_is_named_by_one_masked_requisite(language: str) -> None:
    """Account before card before phone; without any, the text says so in words."""
    values = {"payee.phone": "+79161234567", "payee.card": "2200123456781234", "payer.account": "40817810000000000001"}
    assert requisite(values, "payee", language).endswith(" *1234")
    assert requisite(values, "payer", language).endswith(" *0001")
    assert "*" not in requisite({}, "payee", language)
