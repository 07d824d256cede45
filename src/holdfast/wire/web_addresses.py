"""Which web addresses may be called: those whose content cannot be read on the way."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_safe(url: str, *, plain: bool) -> bool:
    """Tell whether an address is https, or http to this machine or in a network that is private."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or not url.isascii() or not url.isprintable() or " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and (plain or is_loopback(host)))


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
