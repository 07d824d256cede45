"""Requests as they go over the line."""

from urllib.parse import urlsplit


def request(url: str, body: bytes, headers: tuple[str, ...]) -> bytes:
    """Write one POST; `headers` stand beside those that every request has."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = (
        f"POST {target} HTTP/1.1",
        f"host: {parts.netloc}",
        "accept: application/json",
        "user-agent: holdfast",
        *headers,
        f"content-length: {len(body)}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("ascii") + b"\r\n" + body
