"""The questions that a regime puts to the lists about one event, answered together.

Nearly every subject stands on no list at all. That is found out once for each subject and state of the lists, and
what is then answered is the same for all such events.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from holdfast.lists.membership import Identifier
from holdfast.vocabulary.lists import ListMatch
from holdfast.vocabulary.windows import ListProbe


class Questions:
    """All questions of one regime; `subjects` are whom they are about, each once and in their order."""

    def __init__(self, probes: Sequence[ListProbe]) -> None:
        self.probes = tuple(probes)
        self.subjects = tuple(dict.fromkeys(probe.subject for probe in probes))


@dataclass(slots=True, eq=False)
class Asked:
    """The identifiers of one subject, and whether any of them stood on a list when `looked` was the lists' state.

    `each` are the same, apart for each of several texts.
    """

    identifiers: tuple[Identifier, ...]
    each: tuple[tuple[Identifier, ...], ...] = ()
    looked: int = -1
    listed: bool = False
    some: bool = field(init=False)

    def __post_init__(self) -> None:
        """Note whether there is anything to look up."""
        self.some = bool(self.identifiers)


class Answered(NamedTuple):
    """The answers by the names of the questions, and those of them that are known as plain truth.

    Both are shared between events and must not be changed.
    """

    matches: Mapping[str, ListMatch]
    known: Mapping[str, bool]


def answered(matches: Mapping[str, ListMatch]) -> Answered:
    """Put the answers beside their states."""
    known = {name: match.state for name, match in matches.items() if match.state is not None}
    return Answered(matches=matches, known=known)
