"""Templates of faces, which are kept only where an operator says so: when one was kept, and when it was destroyed."""

from dataclasses import dataclass
from enum import StrEnum


class TemplateActKind(StrEnum):
    """What can happen to a template."""

    KEEP = "keep"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateAct:
    """One act on a template, without the template.

    `owner` is the keyed hash of the person, `version` counts the person's templates from 1, `model` names what made it
    and alone can read it. `sealed_sha256` is the hash of the sealed bytes, by which a proof names what was destroyed.
    """

    act: TemplateActKind
    id: str
    owner: str
    version: int
    model: str
    at_ms: int
    by: str
    sealed_sha256: str = ""
    reason: str = ""
