"""The rare parts of a record, each as canonical JSON: what it changes beside the log, and the act that it is."""

from typing import Final

import msgspec

from holdfast.vocabulary.lists import ListVersion
from holdfast.vocabulary.records import ClaimRow, ExposureRow, HoldRow, Record, SourceRow, VerificationRow


class Extras(msgspec.Struct, frozen=True, kw_only=True):
    """The rare parts as they are read back; a name of an older program is passed over."""

    act: bytes = b""
    hold: HoldRow | None = None
    threads: tuple[str, ...] = ()
    claim: ClaimRow | None = None
    exposures: tuple[ExposureRow, ...] = ()
    source: SourceRow | None = None
    list_version: ListVersion | None = None
    verification: VerificationRow | None = None


NO_EXTRAS: Final = Extras()
NAMES: Final = ("hold", "threads", "claim", "exposures", "source", "list_version", "verification")
_encode: Final = msgspec.json.Encoder(order="sorted").encode
_decode: Final = msgspec.json.Decoder(Extras).decode
_decode_raw: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_bytes: Final = msgspec.json.Decoder(bytes).decode


def extra_parts(record: Record) -> dict[str, bytes]:
    """Give a record's rare parts by name, only those that it has."""
    parts = {"act": record.act} if record.act else {}
    if not (record.threads or record.hold or record.claim or record.exposures or _is_rare(record)):
        return parts
    for name in NAMES:
        value = getattr(record, name)
        if value:
            parts[name] = _encode(value)
    return parts


def _is_rare(record: Record) -> bool:
    return bool(record.source or record.list_version or record.verification)


def write_extras(parts: dict[str, bytes]) -> bytes | None:
    """Put rare parts into one text, to the byte as they are; none at all is `None`."""
    if not parts:
        return None
    return _encode({name: part if name == "act" else msgspec.Raw(part) for name, part in parts.items()})


def read_extras(data: bytes | None) -> Extras:
    """Read rare parts back."""
    return NO_EXTRAS if data is None else _decode(data)


def read_extra_parts(data: bytes | None) -> dict[str, bytes]:
    """Give rare parts back to the byte as they were written, whatever fields their types have by now."""
    found = {} if data is None else _decode_raw(data)
    return {name: _decode_bytes(raw) if name == "act" else bytes(raw) for name, raw in found.items()}
