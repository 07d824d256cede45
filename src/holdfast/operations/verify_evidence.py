"""Check an evidence file with nothing but itself: every hash computed again, every flaw named by its place."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from json import JSONDecodeError, loads
from typing import Any, Final

from holdfast.operations.evidence import FORMAT
from holdfast.vocabulary.errors import InvalidError, UndecodableError
from holdfast.wire.canonical import canonical

Row = dict[str, Any]
_CHAIN: Final = frozenset({"format", "records", "path", "head", "hashes"})
_SECTIONS: Final = frozenset(
    {"about", "decision", "event", "holds", "lists", "notices", "results", "claims", "provisions", "ruleset", "packs"}
)
_RECORD: Final = frozenset({"seq", "kind", "chained", "header", "parts", "digest", "before", "link"})
_BARE: Final = frozenset({"seq", "kind", "chained"})
_PART: Final = frozenset({"sha256", "text", "salt"})
_HEX: Final = re.compile(r"(?:[0-9a-f]{2})*")
_HASH: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing that is not as it was written: where, and what is wrong."""

    place: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found: the flaws, the number of records, those whose personal parts were erased, and the head.

    `connected` tells whether the file shows the whole way from its records to the head.
    """

    flaws: tuple[Flaw, ...]
    records: int
    erased: int
    head: str | None
    connected: bool


def verify_evidence(data: bytes, *, head: str | None = None) -> Checked:
    """Check a file; `head` is a link of the chain, in hex, that was kept elsewhere.

    Raises UndecodableError for what is no JSON, InvalidError for what is no evidence file.
    """
    file = _read(data)
    records = [record for record in file["records"] if isinstance(record, dict)]
    flaws = [*_sections(file), *_ruleset(file), *(flaw for record in records for flaw in _record(record))]
    connected, more = _way(file, records)
    flaws += more
    last = file["head"].get("link") if isinstance(file.get("head"), dict) else None
    if head is not None:
        flaws += _against(head.strip().lower(), last, connected=connected)
    return Checked(
        flaws=tuple(flaws),
        records=len(records),
        erased=sum(_is_erased(record) for record in records),
        head=last,
        connected=connected,
    )


def _read(data: bytes) -> Row:
    """Read a file's JSON, in which no object may have a name twice."""
    try:
        file = loads(data, object_pairs_hook=_once)
    except (JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UndecodableError(f"the file is no JSON: {error}") from None
    if not isinstance(file, dict) or file.get("format") != FORMAT or not isinstance(file.get("records"), list):
        raise InvalidError(f"the file does not say `{FORMAT}`", pointer="/format", hint="take the file as it was given")
    return file


def _once(members: list[tuple[str, Any]]) -> Row:
    """Make an object; a name that stands twice is refused."""
    made = dict(members)
    if len(made) != len(members):
        raise UndecodableError("a name stands twice in one object", hint="take the file as it was given")
    return made


def _sections(file: Row) -> Iterator[Flaw]:
    """Check the parts for readers by their own hashes."""
    said = file.get("hashes")
    hashes: Row = said if isinstance(said, dict) else {}
    for name in sorted((set(file) | set(hashes) | _SECTIONS) - _CHAIN):
        if name not in _SECTIONS:
            yield Flaw(place=name, what="is no part of an evidence file")
        elif name not in file:
            yield Flaw(place=name, what="is missing")
        elif hashes.get(name) != _hash(canonical(file[name])):
            yield Flaw(place=name, what="does not have the hash that the file names")
    for name in sorted(_CHAIN - set(file)):
        yield Flaw(place=name, what="is missing")
    if file["records"] == []:
        yield Flaw(place="records", what="are missing")


def _ruleset(file: Row) -> Iterator[Flaw]:
    """Check that the rules named are those that the decision itself names."""
    said = file.get("ruleset")
    text = said.get("text") if isinstance(said, dict) else None
    if isinstance(said, dict) and isinstance(text, str) and said.get("sha256") != _hash(text.encode()):
        yield Flaw(place="ruleset", what="its text does not have its hash")


def _record(record: Row) -> Iterator[Flaw]:
    """Check one record: its parts, its digest, its link."""
    place = f"record {record.get('seq')}"
    if record.get("chained") is not True:
        if set(record) != _BARE or record.get("chained") is not False:
            yield Flaw(place=place, what="is neither chained nor said to be older than the chain")
        return
    if set(record) != _RECORD or not isinstance(record["parts"], dict):
        yield Flaw(place=place, what="has other fields than a record has")
        return
    yield from _header(place, record)
    for name, part in sorted(record["parts"].items()):
        yield from _part(f"{place}, {name}", part)
    digest = _digest(record)
    if digest != record["digest"]:
        yield Flaw(place=f"{place}, digest", what="does not follow from the header and the hashes of the parts")
    if not _HASH.fullmatch(str(record["before"])) or _link(record["before"], digest) != record["link"]:
        yield Flaw(place=f"{place}, link", what="does not follow from the link before it and the digest")


def _header(place: str, record: Row) -> Iterator[Flaw]:
    try:
        header = loads(record["header"])
        fits = header["seq"] == record["seq"] and header["kind"] == record["kind"]
    except (JSONDecodeError, TypeError, KeyError):
        fits = False
    if not fits:
        yield Flaw(place=f"{place}, header", what="does not bear the record's number and kind")


def _part(place: str, part: Any) -> Iterator[Flaw]:
    """Check one part: its text, behind its salt, must have the hash that the record names."""
    if not isinstance(part, dict) or not set(part) <= _PART or not _HASH.fullmatch(str(part.get("sha256"))):
        yield Flaw(place=place, what="has other fields than a part has")
    elif "text" in part:
        salt = str(part.get("salt", ""))
        text = str(part["text"]).encode("utf-8", "surrogatepass")
        if not _HEX.fullmatch(salt) or _hash(bytes.fromhex(salt) + text) != part["sha256"]:
            yield Flaw(place=place, what="its text does not have its hash")


def _digest(record: Row) -> str:
    """Compute a record's digest: its header, then a line `name hash` for each part, sorted by name."""
    parts: Mapping[str, Any] = record["parts"]
    hashes = {name: str(part.get("sha256")) if isinstance(part, dict) else "" for name, part in parts.items()}
    lines = "".join(f"{name} {hashes[name]}\n" for name in sorted(hashes))
    return _hash(f"{record['header']}\n{lines}".encode("utf-8", "surrogatepass"))


def _link(before: str, digest: str) -> str:
    return _hash(bytes.fromhex(before + digest))


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()


def _way(file: Row, records: list[Row]) -> tuple[bool, list[Flaw]]:
    """Follow the digests from the first record to the head; all records of the file must lie on the way."""
    path, head = file.get("path"), file.get("head")
    chained = [record for record in records if record.get("chained") is True and set(record) == _RECORD]
    if path is None or head is None or not chained:
        return False, []
    try:
        return True, list(_steps(path, head, chained))
    except (TypeError, KeyError, ValueError, AttributeError):
        return False, [Flaw(place="path", what="cannot be followed")]


def _steps(path: Row, head: Row, records: list[Row]) -> Iterator[Flaw]:
    here = {record["seq"]: record for record in records}
    link, seq = str(records[0]["before"]), int(path["from"])
    if seq != records[0]["seq"]:
        yield Flaw(place="path", what="does not begin with the first record")
        return
    for digest in path["digests"]:
        record = here.pop(seq, None)
        if record is not None and (record["digest"] != digest or record["before"] != link):
            yield Flaw(place=f"path, record {seq}", what="leads past the record")
            return
        link, seq = _link(link, digest), seq + 1
    if here:
        yield Flaw(place="path", what=f"does not reach record {min(here)}")
    if (seq - 1, link) != (head["seq"], head["link"]):
        yield Flaw(place="head", what="is not where the path ends")


def _against(head: str, last: str | None, *, connected: bool) -> Iterator[Flaw]:
    """Compare with a head that was kept elsewhere."""
    if head != last:
        yield Flaw(place="head", what=f"is not {head}, which was kept elsewhere")
    elif not connected:
        yield Flaw(place="path", what="is not in the file, so that its records are not bound to the head")


def _is_erased(record: Row) -> bool:
    parts = record.get("parts")
    event = parts.get("event") if isinstance(parts, dict) else None
    return isinstance(event, dict) and "text" not in event
