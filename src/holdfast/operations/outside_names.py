"""The names from outside that rules may read: what is declared, and what the packs themselves name of operators."""

from collections.abc import Sequence

from holdfast.vocabulary.errors import PackError
from holdfast.vocabulary.outside import ProviderSpec, fields_by_type, promised
from holdfast.vocabulary.packs import Pack
from holdfast.vocabulary.schema import Field

Names = dict[str, dict[str, Field]]


def outside_names(providers: Sequence[ProviderSpec], packs: Sequence[Pack]) -> Names:
    """Give the names by event type; what nobody declares has its name and no answer.

    Raises PackError where a provider is declared for another question than the one that a pack reads under its name.
    """
    found = fields_by_type(tuple(providers))
    for pack in packs:
        _check(pack, providers)
        for event_type in {name for rule in pack.rules for name in rule.on} if pack.outside else ():
            found[event_type] = promised(pack.outside) | found.get(event_type, {})
    return found


def _check(pack: Pack, providers: Sequence[ProviderSpec]) -> None:
    """Refuse a name that means one question in a pack and another in the file."""
    for spec in providers:
        meant = pack.outside.get(spec.id)
        if meant is not None and (spec.operator is None or spec.operator.api != meant):
            raise PackError(
                f"`{pack.id}` reads the provider `{spec.id}` as `{meant}`",
                hint=f"declare it with `kind: camara` and `api: {meant}`, or under another id",
            )
