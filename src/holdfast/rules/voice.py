"""How a tenant hears the law: the language of titles, and how far each thing may act."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from holdfast.vocabulary.outcome import Mode
from holdfast.vocabulary.packs import Citation

_STRENGTH = {Mode.OBSERVE: 0, Mode.ADVISE: 1, Mode.ENFORCE: 2}


def weakest(modes: Iterable[Mode]) -> Mode:
    """Give the mode that acts least."""
    return min(modes, key=_STRENGTH.__getitem__)


def strongest(modes: Iterable[Mode]) -> Mode | None:
    """Give the mode that acts most; nothing among none."""
    return max(modes, key=_STRENGTH.__getitem__, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Language of titles, and the operator's modes, which replace those of packs, signs, rules and rails by id."""

    language: str = "en"
    modes: Mapping[str, Mode] = field(default_factory=dict)

    def mode(self, *levels: tuple[str, Mode]) -> Mode:
        """Give the weakest mode over the levels (id, declared mode), each replaced by the operator's own."""
        return weakest([self.modes.get(name, declared) for name, declared in levels])

    def title(self, titles: Mapping[str, str]) -> str:
        """Give a title in the tenant's language."""
        return titles.get(self.language) or titles["en"]


def cite(citation: Citation) -> str:
    """Write a citation as one line."""
    return f"{citation.act}, {citation.article}"
