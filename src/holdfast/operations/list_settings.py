"""What a list is for and how far a snapshot of it may depart from what is in force."""

import re
from dataclasses import dataclass, field
from typing import Final

import msgspec

from holdfast.lists.inspection import SnapshotLimits
from holdfast.operations.ports import Store
from holdfast.operations.readiness import REGULATORS
from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.lists import ListPurpose

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.ASCII)
_ENDINGS: Final = {".allow": ListPurpose.ALLOW, ".block": ListPurpose.DENY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """An operator's own limits; `None` leaves the default of `lists.inspection`."""

    shrink_percent: int | None = None
    grow_percent: int | None = None
    floor_entries: int | None = None
    fault_percent: int | None = None
    dated: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSettings:
    """What an operator says of a list."""

    purpose: ListPurpose
    title: str | None = None
    limits: Limits = field(default_factory=Limits)


def check_name(list_id: str) -> str:
    """Refuse what cannot be the id of a list."""
    if not _NAME.fullmatch(list_id):
        hint = "use up to 64 small Latin letters, digits, dots, dashes and underscores, such as `bank.recipients`"
        raise InvalidError(f"`{list_id[:80]}` cannot be the id of a list", pointer="/list", hint=hint)
    return list_id


def marks_of(list_id: str, kind: str) -> str:
    """Name the list under which the marked values of one kind are kept; no caller can name it."""
    return f"{list_id}:marks.{kind}"


def is_inner(list_id: str) -> bool:
    """Tell a list of marks from a list that answers."""
    return ":" in list_id


def list_settings(store: Store, list_id: str) -> ListSettings:
    """Give what was said of a list, else what its name says."""
    text = store.get_meta(_key(list_id))
    return ListSettings(purpose=_usual(list_id)) if text is None else msgspec.json.decode(text, type=ListSettings)


def has_settings(store: Store, list_id: str) -> bool:
    """Tell whether anything was said of a list."""
    return store.get_meta(_key(list_id)) is not None


def set_list(store: Store, list_id: str, settings: ListSettings) -> None:
    """Keep what is said of a list."""
    store.set_meta(_key(check_name(list_id)), msgspec.json.encode(settings).decode())


def snapshot_limits(settings: ListSettings) -> SnapshotLimits:
    """Give the limits for a list's snapshots; only a regulator's must bear a date unless said otherwise."""
    said = {name: getattr(settings.limits, name) for name in settings.limits.__dataclass_fields__}
    usual: dict[str, int | bool] = {"dated": settings.purpose is ListPurpose.REGULATOR}
    return SnapshotLimits(**usual | {name: value for name, value in said.items() if value is not None})


def _usual(list_id: str) -> ListPurpose:
    """Read the purpose from the name."""
    if list_id.startswith(REGULATORS):
        return ListPurpose.REGULATOR
    return next((purpose for end, purpose in _ENDINGS.items() if list_id.endswith(end)), ListPurpose.WATCH)


def _key(list_id: str) -> str:
    return f"list:{list_id}"
