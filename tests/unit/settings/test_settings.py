"""Settings come from one table; what is unknown, unreadable or dangerous together is refused."""

from dataclasses import fields
from typing import Any

import pytest

from holdfast.cli import serve as serving
from holdfast.settings import TABLE, Settings, read_settings
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.outcome import Mode


def read(environment: dict[str, str] | None = None, **given: Any) -> Settings:
    """Read settings as the command line would hand them over."""
    return read_settings(given, environment or {})


def test_the_table_is_complete() -> None:
    """Table, settings and command line name the same things, each with a meaning."""
    names = [row.name for row in TABLE]
    assert names == [field.name for field in fields(Settings)]
    assert len(set(names)) == len(names)
    assert all(row.meaning for row in TABLE)
    arguments = serving.serve.__code__.co_varnames[: serving.serve.__code__.co_argcount]
    assert {name.rstrip("_") for name in arguments} == set(names)


def test_the_command_line_comes_before_the_environment_and_that_before_the_default() -> None:
    """Each layer gives way to the one above it; an empty list of packs is not a default."""
    assert read().port == 8000
    assert read({"HOLDFAST_PORT": "9000"}).port == 9000
    assert read({"HOLDFAST_PORT": "9000"}, port=9001).port == 9001
    assert read({"HOLDFAST_PORT": "9000"}, port=None).port == 9000


def test_an_unknown_key_of_the_environment_is_refused() -> None:
    """A misspelt variable of ours is an error that names the known ones; others' variables are none of ours."""
    with pytest.raises(SettingError, match="HOLDFAST_PROT") as error:
        read({"HOLDFAST_PROT": "9000"})
    assert "HOLDFAST_PORT" in error.value.advice
    assert read({"PORT": "9000"}).port == 8000


BAD = (
    {"port": "x"},
    {"port": "-1"},
    {"port": "65536"},
    {"port": ""},
    {"dev": "maybe"},
    {"dev": ""},
    {"zone": "Mars/North"},
    {"zone": "../../etc/passwd"},
    {"language": "de"},
    {"mode": "sbp"},
    {"mode": "=observe"},
    {"mode": "sbp="},
    {"set": "a"},
    {"set": "=1"},
)


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_a_value_that_cannot_be_read_is_refused_with_advice(bad: dict[str, str]) -> None:
    """A bad value is an error that names its setting, from the environment as from the command line."""
    environment = {f"HOLDFAST_{name.upper()}": text for name, text in bad.items()}
    with pytest.raises(SettingError) as error:
        read(environment)
    assert error.value.advice
    with pytest.raises(SettingError):
        read_settings(bad, {})


def test_a_mode_is_one_of_three_words() -> None:
    """Modes are read by name; another word is refused."""
    assert read(mode="sbp=advise, ru.od-2506.1.6=observe").modes() == {
        "sbp": Mode.ADVISE,
        "ru.od-2506.1.6": Mode.OBSERVE,
    }
    with pytest.raises(SettingError, match="mode"):
        read(mode="sbp=maybe").modes()


def test_parameters_keep_their_types() -> None:
    """Whole numbers, fractions, truth values and texts are told apart."""
    assert read(set="p:a=900,p:b=1.5,p:c=true,p:d=word").parameters() == {
        "p:a": 900,
        "p:b": 1.5,
        "p:c": True,
        "p:d": "word",
    }


@pytest.mark.parametrize("host", ["203.0.113.9", "::", "192.0.2.1", "", "bank.example", "127.0.0.1.example.org"])
def test_an_open_server_listens_on_loopback_only(host: str) -> None:
    """`dev` opens the server without keys, so any other address is refused; without `dev` it is taken."""
    with pytest.raises(SettingError, match="loopback"):
        read(host=host, dev=True)
    assert read(host=host).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_an_open_server_may_listen_on_loopback(host: str) -> None:
    """Each spelling of loopback is taken."""
    assert read(host=host, dev=True).dev is True


def test_a_test_clock_needs_dev() -> None:
    """A production server cannot be given a time, by whatever spelling of no."""
    clock = "2026-05-08T12:00:00+03:00"
    assert read(clock=clock, dev=True).clock == clock
    for no in ({}, {"HOLDFAST_DEV": "0"}, {"HOLDFAST_DEV": "off"}):
        with pytest.raises(SettingError, match="dev"):
            read(no, clock=clock)


def test_home_and_zone_follow_from_the_first_pack() -> None:
    """The first pack names the home country, and that the zone, unless they are given."""
    assert (read(packs="kz,ru").home, read(packs="kz,ru").zone) == ("KZ", "Asia/Almaty")
    assert (read(packs="ru/od-2506").home, read(packs="ru/od-2506").zone) == ("RU", "Europe/Moscow")
    assert (read(packs="kz", home="ru").home, read(packs="kz", home="ru").zone) == ("RU", "Europe/Moscow")
    assert read(packs="ru", zone="Asia/Omsk").zone == "Asia/Omsk"


def test_a_misspelt_zone_is_guessed() -> None:
    """The hint names the zone that was probably meant."""
    with pytest.raises(SettingError) as caught:
        read(zone="Asia/Almatty")
    assert "Asia/Almaty" in caught.value.advice


def test_a_secret_without_a_receiver_is_refused() -> None:
    """A secret that would sign nothing is a slip."""
    with pytest.raises(SettingError, match="needs `webhook`"):
        read({"HOLDFAST_WEBHOOK_SECRET_FILE": "a-file"})
