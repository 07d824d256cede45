"""A link's address as a browser reads it: the host that is gone to, its registrable domain, and what hides it."""

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from ada_url import URL, HostType, idna_to_unicode

from holdfast.matching.scripts import is_mixed, visible

if TYPE_CHECKING:
    from tldextract import TLDExtract

LONGEST: Final = 2_048
_NUMBERS: Final = frozenset({HostType.IPV4, HostType.IPV6})
_SCHEMES: Final = frozenset({"http:", "https:", "ftp:", "ws:", "wss:"})
_PLAIN_HOST: Final = re.compile(r"[a-z]+:[\\/]*(?:www\.)?([^\s\\/?#@:]+)(?::\d+)?(?=[/?#]|$)", re.IGNORECASE)
_PLAIN_NUMBER: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link as a browser would go to it.

    `host` is what DNS is asked for (Punycode for other scripts, an IP address in its usual form), `shown` the same in
    its own letters, `domain` the part that somebody registered, by the list with private suffixes (the host itself
    where there is none). `path` is all behind the host. `is_hidden` tells that the writer disguised the link.
    """

    host: str
    shown: str
    domain: str
    path: str
    is_number: bool
    is_hidden: bool


@cache
def _suffixes() -> "TLDExtract":
    """Read the public suffix list that comes with the library; nothing is ever fetched or kept on disk."""
    from tldextract import TLDExtract

    return TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


def registrable(host: str) -> str:
    """Give the part of a host that somebody registered; empty where its end is no public suffix.

    Sites of different people below one free host (`a.pages.dev`, `b.pages.dev`) are different, and the free host's own
    site is one too. Source: the public suffix list, both its sections.
    """
    found = _suffixes().extract_str(host)
    if not found.domain and found.is_private:
        found = _suffixes().extract_str(host, include_psl_private_domains=False)
    return f"{found.domain}.{found.suffix}" if found.domain and found.suffix else ""


def link_of(address: str, *, hidden: bool = False) -> Link | None:
    """Read one address by the rules of browsers (WHATWG URL, UTS 46); nothing for what no browser would open.

    A scheme may be missing. `hidden` says that the address had been disguised before it was handed over.
    """
    address = address.strip()[:LONGEST]
    if not re.match(r"[a-z][a-z0-9+.-]*:(?!\d)", address, re.IGNORECASE):
        address = "https:" + ("" if address.startswith(("//", "\\\\")) else "//") + address
    try:
        url = URL(address)
    except ValueError:
        return None
    if url.protocol not in _SCHEMES or not url.hostname:
        return None
    return _link(url, address, hidden=hidden)


def _link(url: URL, address: str, *, hidden: bool) -> Link | None:
    """Give the parts of a parsed address; a name that nobody can register is no link."""
    host = url.hostname.removesuffix(".")
    is_number = url.host_type in _NUMBERS
    domain = host if is_number else registrable(host)
    if not domain:
        return None
    shown = host if is_number or "xn--" not in host else idna_to_unicode(host)
    return Link(
        host=host,
        shown=shown,
        domain=domain,
        path=unquote(url.pathname + url.search + url.hash),
        is_number=is_number,
        is_hidden=hidden or _is_disguised(url, address, shown),
    )


def _is_disguised(url: URL, address: str, shown: str) -> bool:
    """Tell whether what a reader sees before the path is not the host that a browser goes to."""
    if url.username or url.password or any(is_mixed(label) for label in shown.split(".")):
        return True
    seen = _PLAIN_HOST.match(address)
    if seen is None:
        return True
    if url.host_type in _NUMBERS:
        return not _PLAIN_NUMBER.fullmatch(seen[1])
    name = seen[1].lower().removesuffix(".")
    plain = {url.hostname.removesuffix("."), shown}
    return name != visible(name) or not ({name, f"www.{name}"} & plain)
