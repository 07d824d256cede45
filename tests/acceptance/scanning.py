"""Scan what a run leaves behind: for what was planted, in every form that it may take, and for shapes of such data.

What was planted is looked for as it is, in base64 and in hex. Shapes need no planting: the heads of pictures, rows of
numbers as long as an embedding, and, in texts that people and machines read, numbers that check as an IIN and phones.
"""

import re
from array import array
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from holdfast.matching import check_digits

IIN: Final = "880315373169"
PHONE: Final = "+77017654321"
NAME: Final = "Канарейкина Айгерим"
VECTOR: Final = [round(((number * 7919) % 1999) / 1000 - 0.9995, 7) for number in range(128)]
JPEG: Final = bytes.fromhex("ffd8ffe000104a46494600010100000100010000") + b"canary-jpeg-" + bytes(range(40, 120))
PNG: Final = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + b"canary-png-" + bytes(range(130, 210))
PLANTED: Final[Mapping[str, bytes]] = {
    "iin": IIN.encode(),
    "phone": PHONE[1:].encode(),
    "name": NAME.encode(),
    "jpeg": JPEG[20:60],
    "png": PNG[16:60],
    "embedding as text": ", ".join(map(str, VECTOR[3:7])).encode(),
    "embedding as packed text": ",".join(map(str, VECTOR[3:7])).encode(),
    "embedding as floats": array("f", VECTOR[8:16]).tobytes(),
    "embedding as doubles": array("d", VECTOR[8:16]).tobytes(),
}
_PICTURES: Final = {"a JPEG": JPEG[:4], "a PNG": PNG[:8]}
_NUMBERS: Final = re.compile(rb"(?:-?\d+\.\d{2,}(?:[eE][-+]?\d+)?[\s,;]+){24}")
_TWELVE: Final = re.compile(rb"(?<![0-9a-zA-Z._-])\d{12}(?![0-9a-zA-Z._-])")
_CALLED: Final = re.compile(rb"\+7\d{10}(?!\d)")


def planted_in(data: bytes) -> set[str]:
    """Name what was planted and is there, as it is, in base64, in hex, or escaped as JSON does."""
    return {name for name, text in PLANTED.items() if any(form in data for form in _forms(text))}


def shapes_in(data: bytes) -> set[str]:
    """Name the shapes of pictures and embeddings that are there, whoever put them."""
    found = {name for name, head in _PICTURES.items() if head in data and _is_picture(name, data)}
    return found | ({"an embedding"} if _NUMBERS.search(data) else set())


def people_in(text: bytes) -> set[str]:
    """Give each number in a readable text that checks as an IIN, and each phone."""
    iins = {one.decode() for one in _TWELVE.findall(text) if check_digits.iin(one.decode()) is True}
    return iins | {one.decode() for one in _CALLED.findall(text)}


def files_with(directory: Path) -> dict[str, set[str]]:
    """Name, for each file of a directory that has any, what was planted and what has a shape in its raw bytes."""
    found = {path.name: planted_in(data) | shapes_in(data) for path, data in _files(directory)}
    return {name: names for name, names in found.items() if names}


def _files(directory: Path) -> Iterator[tuple[Path, bytes]]:
    for path in directory.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes()


def _forms(text: bytes) -> Iterator[bytes]:
    """Give the forms of a text: for base64 at each of the three places at which it may begin in a longer one."""
    yield text
    yield text.hex().encode()
    for shift in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(bytes(shift) + text)[4 : -4 if len(text) > 8 else None]
    if not text.isascii():
        readable = text.decode(errors="ignore")
        yield "".join(f"\\u{ord(one):04x}" if ord(one) > 127 else one for one in readable).encode()


def _is_picture(name: str, data: bytes) -> bool:
    """Tell a picture's head from four bytes that sealed data may hold by chance."""
    return name == "a PNG" or any(data.startswith((b"JFIF", b"Exif"), at + 6) for at in _places(data, JPEG[:4]))


def _places(data: bytes, head: bytes) -> Iterator[int]:
    at = data.find(head)
    while at >= 0:
        yield at
        at = data.find(head, at + 1)

