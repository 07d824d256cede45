"""Writes small tables of addresses in MaxMind's format (version 2.0 of its specification), for tests."""

from collections.abc import Mapping
from ipaddress import IPv4Network, ip_network
from pathlib import Path
from struct import pack
from typing import Final

_MARKER: Final = b"\xab\xcd\xefMaxMind.com"
_STRING, _DOUBLE, _UINT32, _MAP, _UINT64, _ARRAY, _BOOL = 2, 3, 6, 7, 9, 11, 14
Rows = Mapping[str, Mapping[str, object]]


def write_table(path: Path, kind: str, rows: Rows, *, built: int = 1_793_491_200) -> Path:
    """Write a table of `kind` (such as `GeoLite2-Country`) with what it says by network; `built` is epoch seconds."""
    places, data = _contents(rows)
    root: list[object] = [None, None]
    for network in sorted(rows, key=lambda text: ip_network(text).prefixlen):
        _insert(root, network)
    nodes = _numbered(root)
    size = len(nodes)
    tree = b"".join(_record(one, nodes, places, size) for node in nodes.values() for one in node[1])
    about = {
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": built,
        "database_type": kind,
        "description": {"en": "invented for a test"},
        "ip_version": 6,
        "languages": ["en"],
        "node_count": size,
        "record_size": 32,
    }
    path.write_bytes(tree + bytes(16) + data + _MARKER + _encoded(about))
    return path


def _contents(rows: Rows) -> tuple[dict[str, int], bytes]:
    """Encode every row; give where each stands."""
    data, places = b"", {}
    for network, row in rows.items():
        places[network] = len(data)
        data += _encoded(row)
    return places, data


def _insert(root: list[object], text: str) -> None:
    """Put a network into the tree; an address of IPv4 lies under `::/96`."""
    network = ip_network(text)
    length = network.prefixlen + (96 if isinstance(network, IPv4Network) else 0)
    bits = f"{int(network.network_address):0128b}"[:length]
    node = root
    for bit in bits[:-1]:
        below = node[int(bit)]
        if not isinstance(below, list):
            below = node[int(bit)] = [below, below]
        node = below
    node[int(bits[-1])] = text


def _numbered(root: list[object]) -> dict[int, tuple[int, list[object]]]:
    """Number the nodes, the root first."""
    nodes: dict[int, tuple[int, list[object]]] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        nodes[id(node)] = (len(nodes), node)
        waiting += [below for below in node if isinstance(below, list)]
    return nodes


def _record(one: object, nodes: dict[int, tuple[int, list[object]]], places: dict[str, int], size: int) -> bytes:
    """Write one half of a node: another node, nothing, or where a row stands."""
    if isinstance(one, list):
        return pack(">I", nodes[id(one)][0])
    return pack(">I", size if one is None else size + 16 + places[str(one)])


def _encoded(value: object) -> bytes:
    """Encode a value."""
    if isinstance(value, bool):
        return _control(_BOOL, int(value))
    if isinstance(value, int):
        return _control(_UINT32, 4) + pack(">I", value) if value < 2**32 else _control(_UINT64, 8) + pack(">Q", value)
    if isinstance(value, float):
        return _control(_DOUBLE, 8) + pack(">d", value)
    if isinstance(value, str):
        return _control(_STRING, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _control(_ARRAY, len(value)) + b"".join(map(_encoded, value))
    if isinstance(value, Mapping):
        parts = [_encoded(str(name)) + _encoded(part) for name, part in value.items()]
        return _control(_MAP, len(parts)) + b"".join(parts)
    raise TypeError(type(value))


def _control(kind: int, size: int) -> bytes:
    """Write the byte before a value; no value of a test is longer than 284."""
    short, more = (size, b"") if size < 29 else (29, bytes([size - 29]))
    return (bytes([short, kind - 7]) if kind > 7 else bytes([kind << 5 | short])) + more
