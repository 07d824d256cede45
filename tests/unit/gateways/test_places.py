"""Addresses are placed by the operator's tables; what these do not tell is not determined.

The files in `mmdb` are MaxMind's test databases (github.com/maxmind/MaxMind-DB, Apache-2.0 or MIT): networks of
documentation with invented answers.
"""

from pathlib import Path

import pytest

from holdfast.gateways.places import AddressTables
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.located import NOT_DETERMINED, Located
from tests.address_tables import write_table

MMDB = Path(__file__).parent / "mmdb"
COUNTRY, CITY = MMDB / "GeoIP2-Country-Test.mmdb", MMDB / "GeoLite2-City-Test.mmdb"
ASN, ANONYMOUS = MMDB / "GeoLite2-ASN-Test.mmdb", MMDB / "GeoIP2-Anonymous-IP-Test.mmdb"
CONNECTION = MMDB / "GeoIP2-Connection-Type-Test.mmdb"
BUILT = "2026-02-04"


def tables(*files: Path) -> AddressTables:
    """Read tables."""
    return AddressTables([str(file) for file in files])


def test_each_layout_is_read() -> None:
    """Country, position with radius, network and kind of line come from the tables that tell them."""
    found = tables(COUNTRY, CITY, ASN, CONNECTION).find("67.43.156.1")
    assert found == Located(
        country="BT",
        kind="mobile",
        network="AS35908",
        latitude=27.5,
        longitude=90.5,
        accuracy_km=534,
        source=f"GeoIP2-Country {BUILT}; GeoLite2-City {BUILT}; GeoLite2-ASN {BUILT}; GeoIP2-Connection-Type {BUILT}",
    )


def test_the_country_is_where_the_line_lies_not_where_the_block_was_bought() -> None:
    """A block that a company registered in Germany and uses in Sweden is Swedish."""
    assert tables(COUNTRY).find("89.160.20.112").country == "SE"


@pytest.mark.parametrize(
    ("ip", "kind"),
    [
        ("1.2.0.1", "vpn"),
        ("65.0.0.1", "vpn"),
        ("186.30.236.1", "vpn"),
        ("6.1.0.4", "vpn"),
        ("71.160.223.1", "hosting"),
        ("81.2.69.160", "vpn"),
        ("175.16.199.1", "residential"),
        ("80.214.0.1", "mobile"),
        ("8.8.8.8", "residential"),
    ],
)
def test_what_hides_the_place_goes_first(ip: str, kind: str) -> None:
    """VPN, proxies and Tor are one kind, a hosting network another; what such a table lacks is an ordinary line."""
    assert tables(ANONYMOUS, CONNECTION).find(ip).kind == kind


def test_without_a_table_of_hidden_addresses_the_kind_is_unknown() -> None:
    """A country table alone says nothing of VPNs, and a corporate line is not called anything."""
    assert tables(COUNTRY).find("1.2.0.1").kind is None
    assert tables(CONNECTION).find("216.160.83.57").kind is None


@pytest.mark.parametrize("ip", ["2001:db8::1", "8.8.8.8", "192.0.2.7"])
def test_no_match_is_not_determined(ip: str) -> None:
    """An address that no table holds, of either version, has no country; the source says what was asked."""
    assert tables(COUNTRY).find(ip) == Located(source=f"GeoIP2-Country {BUILT}")


@pytest.mark.parametrize("ip", ["", "somewhere", "1.2.3", "1.2.3.4:443", "1.2.3.0/24"])
def test_what_is_no_address_is_not_determined(ip: str) -> None:
    """A text that is no address is answered like one that nobody knows."""
    assert tables(COUNTRY, CITY).find(ip) == NOT_DETERMINED


@pytest.mark.parametrize(
    "ip", ["100.64.0.1", "100.127.255.254", "10.1.2.3", "192.168.0.7", "172.31.1.1", "fd00::1", "::1"]
)
def test_a_shared_or_inner_address_lies_in_no_country(ip: str) -> None:
    """Private networks and carriers' translation have a kind and nothing else, whatever a table says of them."""
    assert tables(COUNTRY).find(ip) == Located(kind="cgnat")


def test_the_range_of_translation_has_its_edges() -> None:
    """The addresses beside 100.64.0.0/10 and 172.16.0.0/12 are ordinary ones."""
    for ip in ("100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0"):
        assert tables(COUNTRY).find(ip).kind is None


def test_an_address_of_ipv4_in_ipv6_is_that_of_ipv4() -> None:
    """`::ffff:89.160.20.112`, with brackets, a zone or spaces around, is the same address."""
    for ip in ("::ffff:89.160.20.112", " 89.160.20.112 ", "[::ffff:89.160.20.112]"):
        assert tables(COUNTRY).find(ip).country == "SE"


def test_of_two_tables_the_first_speaks(tmp_path: Path) -> None:
    """Where two tables tell the country, it is that of the first, and its name stands first in the source."""
    own = write_table(tmp_path / "own.mmdb", "Own-Country", {"89.160.20.0/24": {"country": {"iso_code": "kz"}}})
    found = tables(own, COUNTRY).find("89.160.20.112")
    assert (found.country, found.source) == ("KZ", f"Own-Country 2026-11-01; GeoIP2-Country {BUILT}")
    assert tables(own, COUNTRY).find("175.16.199.1").source == f"GeoIP2-Country {BUILT}; Own-Country 2026-11-01"


def test_db_ip_is_read(tmp_path: Path) -> None:
    """DB-IP Lite gives a position without a radius, and as many decimals as it likes."""
    row = {
        "city": {"names": {"en": "Almaty"}},
        "country": {"iso_code": "KZ", "names": {"en": "Kazakhstan"}},
        "location": {"latitude": 43.222, "longitude": 76.8512},
    }
    found = tables(write_table(tmp_path / "dbip.mmdb", "DBIP-City-Lite", {"2a03:32c0::/29": row})).find("2a03:32c0::5")
    assert (found.country, found.latitude, found.longitude, found.accuracy_km) == ("KZ", 43.222, 76.8512, None)


def test_strange_values_are_left_out(tmp_path: Path) -> None:
    """A country that is no code and a point outside the world are left out, so that every record stays readable."""
    row = {
        "country": {"iso_code": "Kazakhstan"},
        "location": {"latitude": 143.2, "longitude": 76.8},
        "autonomous_system_number": "AS1",
    }
    found = tables(write_table(tmp_path / "odd.mmdb", "Odd-City", {"9.9.9.0/24": row})).find("9.9.9.9")
    assert found == Located(source="Odd-City 2026-11-01")


def test_a_bad_file_is_named(tmp_path: Path) -> None:
    """A missing file, one that is no table, a cut one and a table of something else stop the start with their name."""
    (tmp_path / "text.mmdb").write_text("no table")
    (tmp_path / "cut.mmdb").write_bytes(COUNTRY.read_bytes()[:5_000])
    domains = write_table(tmp_path / "domains.mmdb", "GeoIP2-Domain", {"1.0.0.0/8": {"domain": "example.kz"}})
    for name in ("missing.mmdb", "text.mmdb", "cut.mmdb", domains.name):
        with pytest.raises(SettingError, match=f"`places`: `.*{name}`") as caught:
            tables(tmp_path / name)
        assert "MaxMind" in caught.value.hint
    with pytest.raises(SettingError, match="cannot be read"):
        tables(tmp_path)


def test_a_damaged_row_tells_nothing(tmp_path: Path) -> None:
    """A table whose rows cannot be read leaves the address undetermined instead of failing the call."""
    whole = write_table(
        tmp_path / "bad.mmdb", "Bad-Country", {"9.0.0.0/8": {"country": {"iso_code": "KZ"}}}
    ).read_bytes()
    damaged = whole.replace(b"\xe1\x47country", b"\xe1\x3fcountry")
    assert damaged != whole
    (tmp_path / "bad.mmdb").write_bytes(damaged)
    assert tables(tmp_path / "bad.mmdb").find("9.9.9.9") == Located(source="Bad-Country 2026-11-01")
