"""Read the declaration of the face provider of this machine."""

import re
from collections.abc import Mapping
from typing import Any, Final

from holdfast.operations.identity_nodes import decimal_in, flag_in, key_file, name_of, number_in, read_address, text_in
from holdfast.regulation.nodes import Node
from holdfast.vocabulary.face_specs import Channels, FaceSpec, OnnxSpec, ReferencesAt
from holdfast.vocabulary.identity_specs import FaceIdentity, Reach

MATCHER_GOLDEN: Final = 3
DETECTOR_GOLDEN: Final = 2
_SLOTS: Final = {"matcher": MATCHER_GOLDEN, "pad": DETECTOR_GOLDEN, "iad": DETECTOR_GOLDEN}
_SHAPE: Final = ("file", "sha256", "version", "width", "height", "channels", "threshold", "golden")
_FED: Final = ("scale", "mean", "std", "crop")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_SIDE_MAX: Final = 4_096
_LIVE_MAX: Final = 1_000
_DISTANCE_MAX: Final = 2.0  # between unit vectors
_PERSON: Final = "{subject_ref}"


def read_face(row: Node) -> FaceIdentity:
    """Read one provider of kind `face`."""
    fields = row.fields(("id", "kind"), ("models", "threshold", "acr", "references", *_SLOTS))
    found: dict[str, Any] = {
        name: _model(fields[name], golden) for name, golden in _SLOTS.items() if name in fields
    } | decimal_in(fields, "threshold", (0.0, _DISTANCE_MAX))
    if "references" in fields:
        found["references"] = _references(fields["references"])
    spec = FaceSpec(models=text_in(fields, "models"), acr=text_in(fields, "acr"), **found)
    return FaceIdentity(reach=Reach(id=name_of(fields["id"])), spec=spec)


def _references(node: Node) -> ReferencesAt:
    """Read where the pictures of people lie."""
    fields = node.fields((), ("folder", "url", "token_file"))
    if ("folder" in fields) == ("url" in fields):
        raise node.fault("either `folder` or `url` is expected here")
    if "url" in fields and _PERSON not in read_address(fields["url"], plain=False):
        raise fields["url"].fault("the address does not name the person", f"put `{_PERSON}` into it")
    if "token_file" in fields and "url" not in fields:
        raise fields["token_file"].fault("a folder takes no token", "drop `token_file`")
    token = key_file(fields["token_file"], env=False) if "token_file" in fields else ""
    return ReferencesAt(folder=text_in(fields, "folder"), url=text_in(fields, "url"), token_file=token)


def _model(node: Node, golden: int) -> OnnxSpec:
    """Read one of the operator's own models."""
    fields = node.fields(_SHAPE, (*_FED, "live", "softmax"))
    digest, pictures = fields["sha256"].text(), fields["golden"].words()
    if not _SHA256.fullmatch(digest):
        raise fields["sha256"].fault("a SHA-256 in small hex is expected here", "`sha256sum` gives it")
    if len(pictures) != golden:
        raise fields["golden"].fault(f"{golden} golden pictures are expected here")
    found: dict[str, Any] = decimal_in(fields, "threshold", (0.0, _DISTANCE_MAX))
    for name in _FED:
        found |= decimal_in(fields, name, (-1_000.0, 1_000.0))
    return OnnxSpec(
        file=fields["file"].text(),
        sha256=digest,
        version=fields["version"].text(),
        width=number_in(fields, "width", (1, _SIDE_MAX))["width"],
        height=number_in(fields, "height", (1, _SIDE_MAX))["height"],
        channels=Channels(fields["channels"].choice(tuple(Channels))),
        golden=pictures,
        softmax=flag_in(fields, "softmax"),
        **found | _live(fields),
    )


def _live(fields: Mapping[str, Node]) -> dict[str, int]:
    """Read which class means that a living person is there."""
    return number_in(fields, "live", (0, _LIVE_MAX))
