"""Domain names and IP addresses in the one form in which they are compared."""

import re
import unicodedata
from ipaddress import IPv6Address, ip_address
from typing import Final

from holdfast.matching.characters import plain
from holdfast.vocabulary.errors import InvalidError

_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_DOTS: Final = re.compile(r"[.。．｡]")
_HINT: Final = "give the host alone, such as `example.kz`: no scheme, no path, no port"


def domain(value: str) -> str:
    """Normalise a domain name to lower-case ASCII, other scripts as Punycode (RFC 5891, the letters of UTS 46).

    A trailing dot is dropped. Raises InvalidError for a URL, an address, a single label and what DNS cannot hold.
    """
    text = plain(value).lower()
    labels = [_ascii(unicodedata.normalize("NFC", label)) for label in _DOTS.split(text.removesuffix("."))]
    name = ".".join(labels)
    if len(labels) < 2 or len(name) > 253 or labels[-1].isdigit() or not all(map(_LABEL.fullmatch, labels)):
        raise InvalidError("the value is not a domain name", hint=_HINT)
    return name


def _ascii(label: str) -> str:
    """Write one label in ASCII; a label with characters that no name may hold stays as it is, to be refused."""
    if label.isascii() or not all(unicodedata.category(c)[0] in "LMN" or c in "-_" for c in label):
        return label
    return "xn--" + label.encode("punycode").decode("ascii")


def domain_and_parents(name: str) -> tuple[str, ...]:
    """List a normalised domain with the domains above it, down to two labels: each may be what stands on a list.

    `a.b.example.kz` gives itself, `b.example.kz` and `example.kz`.
    """
    labels = name.split(".")
    return tuple(".".join(labels[start:]) for start in range(len(labels) - 1))


def ip(value: str) -> str:
    """Normalise an IP address to its canonical text (RFC 5952); an IPv4 address inside IPv6 becomes IPv4.

    Raises InvalidError for anything else, also for a network and for an octet with a leading zero.
    """
    try:
        address = ip_address(plain(value).strip("[]"))
    except ValueError:
        raise InvalidError("the value is not an IP address", hint="give one address, not a network") from None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            raise InvalidError("the IP address has a zone", hint="give the address without `%` and what follows")
        return str(address.ipv4_mapped or address)
    return str(address)
