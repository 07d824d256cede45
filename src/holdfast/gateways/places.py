"""Where addresses lie: tables in MaxMind's format, which the operator supplies, read once and kept in memory.

Known are the layouts of GeoIP2 and GeoLite2 (Country, City, ASN, ISP, Anonymous-IP, Connection-Type, Enterprise) and
of DB-IP. An address of a private network, or of one behind a carrier's translation (RFC 1918, 4193, 6598), lies
nowhere: it has a kind and no country. Nothing is asked over a network.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from struct import error as StructError  # noqa: N812 - reads as the error that it is
from typing import Any, Final, NamedTuple

import maxminddb
import structlog

from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.located import NOT_DETERMINED, Located

_REMEMBERED: Final = 65_536
_LONGEST_SOURCE: Final = 256
_HALF_WAY_ROUND_KM: Final = 20_000
_INNER: Final = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)
_KINDS_OF_TABLE: Final = ("Country", "City", "Location", "Enterprise", "ASN", "ISP", "Anonymous", "Connection-Type")
_HIDING: Final = ("is_anonymous_vpn", "is_public_proxy", "is_residential_proxy", "is_tor_exit_node")
_HOSTING: Final = "is_hosting_provider"
_ANY_HIDING: Final = "is_anonymous"
_TELLS_HIDING: Final = ("Anonymous", "Enterprise")
_HINT: Final = "a table in MaxMind's format: Country, City, ASN, Anonymous-IP or Connection-Type"
_log: Final = structlog.get_logger("holdfast.places")
Row = Mapping[str, Any]


class _Table(NamedTuple):
    """One table with its name, such as `GeoLite2-City 2026-05-05`, and whether it tells what hides an address."""

    name: str
    tells_hiding: bool
    reader: maxminddb.Reader

    def find(self, address: IPv4Address | IPv6Address) -> Row:
        """Look an address up; a damaged part of a table tells nothing."""
        try:
            found = self.reader.get(address)
        except ValueError:  # an IPv6 address in a table of IPv4
            return {}
        except (RuntimeError, LookupError, StructError) as error:  # what reading a damaged table ends with
            _log.warning("table of addresses cannot be read", table=self.name, why=str(error))
            return {}
        return found if isinstance(found, dict) else {}


class AddressTables:
    """Tells where addresses lie by one or several tables; of two that tell the same thing the first speaks."""

    def __init__(self, files: Sequence[str]) -> None:
        """Read the files; raises SettingError naming the one that is no such table."""
        self._tables = tuple(_open(file) for file in files)
        self.find = lru_cache(maxsize=_REMEMBERED)(self._find)

    @property
    def names(self) -> tuple[str, ...]:
        """Name the tables, each with the day on which it was built."""
        return tuple(table.name for table in self._tables)

    def _find(self, ip: str) -> Located:
        """Tell where an address lies; what is no address was not determined."""
        address = _address(ip)
        if address is None:
            return NOT_DETERMINED
        if any(address in network for network in _INNER):
            return Located(kind="cgnat")
        rows = [(table, table.find(address)) for table in self._tables]
        country, told_by = _country(rows)
        latitude, longitude, accuracy_km = _point(rows)
        return Located(
            country=country,
            kind=_kind(rows),
            network=_network(rows),
            latitude=latitude,
            longitude=longitude,
            accuracy_km=accuracy_km,
            source=_source([told_by, *self.names] if told_by else self.names),
        )


def _open(file: str) -> _Table:
    """Read one file into memory."""
    try:
        reader = maxminddb.open_database(Path(file), maxminddb.MODE_MEMORY)
    except OSError as error:
        raise SettingError(f"`places`: `{file}` cannot be read: {error.strerror}", hint=_HINT) from None
    except (maxminddb.InvalidDatabaseError, ValueError):
        raise SettingError(f"`places`: `{file}` is no table of addresses, or is damaged", hint=_HINT) from None
    about = reader.metadata()
    kind = about.database_type
    if not any(word in kind for word in _KINDS_OF_TABLE):
        raise SettingError(f"`places`: `{file}` is a `{kind}`, which tells nothing that is used", hint=_HINT)
    built = datetime.fromtimestamp(about.build_epoch, UTC).date().isoformat()
    return _Table(f"{kind} {built}", any(word in kind for word in _TELLS_HIDING), reader)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address; one of IPv4 inside IPv6 is that of IPv4."""
    try:
        address = ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _country(rows: Sequence[tuple[_Table, Row]]) -> tuple[str | None, str]:
    """Give the country with the name of the table that tells it."""
    for table, row in rows:
        code = _below(row, "country").get("iso_code")
        if isinstance(code, str) and len(code) == 2 and code.isascii() and code.isalpha():
            return code.upper(), table.name
    return None, ""


def _point(rows: Sequence[tuple[_Table, Row]]) -> tuple[float | None, float | None, float | None]:
    """Give the position with its radius, all by one table."""
    for _, row in rows:
        at = _below(row, "location")
        latitude, longitude = _number(at, "latitude", 90), _number(at, "longitude", 180)
        if latitude is not None and longitude is not None:
            radius = _number(at, "accuracy_radius", _HALF_WAY_ROUND_KM)
            return latitude, longitude, None if radius is None else abs(radius)
    return None, None, None


def _network(rows: Sequence[tuple[_Table, Row]]) -> str | None:
    """Name the autonomous system."""
    for part in _parts(rows):
        number = part.get("autonomous_system_number")
        if isinstance(number, int) and not isinstance(number, bool):
            return f"AS{number}"
    return None


def _kind(rows: Sequence[tuple[_Table, Row]]) -> str | None:
    """Tell what kind of line it is.

    What hides the place goes first. A line of a table of such addresses that does not hold it is an ordinary one.
    """
    parts = list(_parts(rows))
    if any(part.get(name) is True for part in parts for name in _HIDING):
        return "vpn"
    if any(part.get(_HOSTING) is True for part in parts):
        return "hosting"
    if any(part.get(_ANY_HIDING) is True for part in parts):
        return "vpn"
    types = {str(part.get("connection_type", part.get("user_type", ""))).lower() for part in parts}
    if "hosting" in types:
        return "hosting"
    if "cellular" in types:
        return "mobile"
    ordinary = types & {"cable/dsl", "dialup", "residential"} or any(table.tells_hiding for table, _ in rows)
    return "residential" if ordinary else None


def _parts(rows: Sequence[tuple[_Table, Row]]) -> Iterator[Row]:
    """Give every row, and the traits inside it."""
    for _, row in rows:
        yield row
        yield _below(row, "traits")


def _below(row: Row, name: str) -> Row:
    """Give a part of a row; nothing where it is missing."""
    part = row.get(name)
    return part if isinstance(part, dict) else {}


def _number(row: Row, name: str, most: float) -> float | None:
    """Read a number that cannot be beyond `most`; another one is none."""
    value = row.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not -most <= value <= most:
        return None
    return float(value)


def _source(names: Sequence[str]) -> str | None:
    """Join the names of tables, each once."""
    return "; ".join(dict.fromkeys(names))[:_LONGEST_SOURCE] or None
