"""Which packs are meant by the words of `--packs`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from holdfast.regulation.nodes import nearest
from holdfast.vocabulary.errors import PackError
from holdfast.vocabulary.packs import Pack

ALWAYS: Final = ("policy/default", "policy/marketplace", "policy/messages", "policy/identity")


def _meant(name: str, available: Mapping[str, Pack]) -> list[str]:
    """Give the files that one word means: the file itself, or every law file of the folder."""
    if name in available:
        return [name]
    inside = sorted(place for place in available if place.startswith(f"{name}/") and available[place].status == "law")
    if not inside:
        folders = {place.partition("/")[0] for place in available}
        raise PackError(f"there is no pack `{name}`", hint=nearest(name, (*folders, *available)))
    return inside


def _ids(pack: Pack) -> Iterator[str]:
    """Give every id of one pack that must not stand in another."""
    yield from (sign.id for sign in pack.signs)
    yield from (rule.id for rule in pack.rules)
    yield from (policy.id for policy in pack.policies)
    yield from (duty.id for duty in pack.duties)
    yield from dict.fromkeys(notice.id for notice in pack.notices)
    yield from (refund.id for refund in pack.refunds)


def _check_ids(packs: Iterable[Pack]) -> None:
    """Refuse two packs that give one id to a sign, a rule, a policy, a duty, a notice or a refund."""
    owners: dict[str, str] = {}
    for pack in packs:
        for name in _ids(pack):
            owner = owners.setdefault(name, pack.id)
            if owner != pack.id:
                raise PackError(f"`{name}` stands in both `{owner}` and `{pack.id}`", hint="load one of the two")


def select(names: Iterable[str], available: Mapping[str, Pack]) -> tuple[Pack, ...]:
    """Give the packs that `names` mean, in their order and each once.

    `available` maps a file's place (`ru/od-2506`) to its pack. A folder (`ru`) means all its law files; a proposal
    is loaded only by its full name; the shipped rules of the bank and of the marketplace come last, asked for or not.
    """
    places = [place for name in names for place in _meant(name.strip(), available)]
    last = [place for place in ALWAYS if place in available]
    order = [place for place in dict.fromkeys(places) if place not in ALWAYS]
    packs = tuple(available[place] for place in (*order, *last))
    _check_ids(packs)
    return packs
