"""Refuse settings that name what no loaded pack has."""

from collections.abc import Iterable

from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.packs import Pack
from holdfast.vocabulary.schema import EventSchema
from holdfast.vocabulary.spelling import meant


def moded(packs: Iterable[Pack], schema: EventSchema) -> set[str]:
    """Name everything that can have a mode: packs, their signs, rules and duties, and rails."""
    names = {*schema.event_types(), *schema.fields["transfer"]["rail"].words}
    for pack in packs:
        names |= {pack.id, *(sign.id for sign in pack.signs)}
        names |= {*(rule.id for rule in pack.rules), *(duty.id for duty in pack.duties)}
    return names


def check_names(setting: str, given: Iterable[str], known: set[str]) -> None:
    """Refuse a name that no loaded pack has, because it would silently do nothing."""
    for name in given:
        if name not in known:
            hint = meant(name, known, otherwise="take a name of a loaded pack")
            raise SettingError(f"`{setting}`: nothing is called `{name}`", hint=hint)
