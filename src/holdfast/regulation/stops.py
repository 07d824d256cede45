"""How a pack stops an operation: the class of each rail, and the policies of the holds."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Final

from holdfast.regulation.nodes import Node
from holdfast.regulation.sections import DATED, integer_of, read_cite, read_dated, read_title, text_of, texts
from holdfast.vocabulary.packs import HoldPolicy, RailClass, SignId

CLOCKS: Final = ("calendar_days", "business_days", "hours")
EXPIRIES: Final = ("not_accepted", "execute", "consent")
CONFIRMERS: Final = ("client", "trusted_person")
TOLD_ACTS: Final = ("place", "again", "lapse", "confirm", "cancel", "release", "restrain", "withdraw")
FORBIDDEN: Final = ("release", "confirm", "cancel", "third")
_CAREFUL: Final = ("careful_signs", "careful_proof", "careful_hours")
_OPTIONAL: Final = (
    *("count_first", "confirm_days", "confirm_hours", "count_from", "confirmed_by", "proof", *_CAREFUL),
    *("again", "again_lists", "while_on", "texts", "forbids", "effective_to"),
)


def read_rail(node: Node, zone: tzinfo) -> RailClass:
    """Read what the law does to one rail."""
    fields = node.fields(("rail", "action", *DATED), ("policy", "repeat", "effective_to"))
    action = fields["action"].choice(("suspend", "refuse"))
    if (action == "suspend") != ("policy" in fields):
        raise node.fault("`policy` belongs to `suspend` and to nothing else")
    if action == "suspend" and "repeat" in fields:
        raise fields["repeat"].fault("`repeat` belongs to `refuse`", "a suspended operation is confirmed, not repeated")
    return RailClass(
        rail=fields["rail"].text(),
        action=action,
        policy=text_of(fields, "policy"),
        cite=read_cite(fields["cite"]),
        dated=read_dated(fields, zone),
        repeat=text_of(fields, "repeat"),
    )


def _check_policy(node: Node, fields: Mapping[str, Node]) -> None:
    """Refuse keys of a policy that contradict or lack one another."""
    if "again" in fields and "again_lists" not in fields:
        raise node.fault("`again` needs the `again_lists` on which the payee starts it", "add `again_lists`")
    if "confirm_days" in fields and "confirm_hours" in fields:
        raise fields["confirm_hours"].fault("the window is counted in days or in hours, not in both", "keep one")
    if len(fields.keys() & set(_CAREFUL)) not in {0, len(_CAREFUL)}:
        raise node.fault("`careful_signs`, `careful_proof` and `careful_hours` come together", "add what is missing")
    if "count_from" in fields and fields["clock"].text() != "hours":
        raise fields["count_from"].fault("`count_from` belongs to a clock of `hours`")


def _map(fields: Mapping[str, Node], key: str, known: tuple[str, ...]) -> dict[str, str]:
    """Read an optional mapping from known words to texts."""
    if key not in fields:
        return {}
    return {word: entry.text() for word, entry in fields[key].fields((), known).items()}


def _confirmers(fields: Mapping[str, Node]) -> tuple[str, ...]:
    """Read who may confirm; without a word, the client."""
    if "confirmed_by" not in fields:
        return ("client",)
    for item in fields["confirmed_by"].items():
        item.choice(CONFIRMERS)
    return fields["confirmed_by"].words()


def read_policy(node: Node, zone: tzinfo) -> HoldPolicy:
    """Read how long a hold lasts and how it ends."""
    fields = node.fields(("id", "clock", "term", "at_expiry", "title", *DATED), _OPTIONAL)
    clock = fields["clock"].choice(CLOCKS)
    _check_policy(node, fields)
    return HoldPolicy(
        id=fields["id"].text(),
        clock=clock,
        term=fields["term"].integer(),
        count_first=fields["count_first"].flag() if "count_first" in fields else False,
        confirm_days=integer_of(fields, "confirm_days"),
        title=read_title(fields["title"]),
        cite=read_cite(fields["cite"]),
        dated=read_dated(fields, zone),
        at_expiry=fields["at_expiry"].choice(EXPIRIES),
        proof=texts(fields, "proof"),
        again=text_of(fields, "again"),
        again_lists=texts(fields, "again_lists"),
        confirm_hours=integer_of(fields, "confirm_hours"),
        count_from=text_of(fields, "count_from"),
        confirmed_by=_confirmers(fields),
        careful_signs=tuple(SignId(word) for word in texts(fields, "careful_signs")),
        careful_proof=texts(fields, "careful_proof"),
        careful_hours=integer_of(fields, "careful_hours"),
        while_on=texts(fields, "while_on"),
        texts=_map(fields, "texts", TOLD_ACTS),
        forbids=_map(fields, "forbids", FORBIDDEN),
    )
