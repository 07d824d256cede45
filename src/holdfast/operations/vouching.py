"""Two people vouch for an act: the first one's word is kept until a second one says the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.operations.ports import Store
from holdfast.wire.canonical import canonical, read_canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposed:
    """One person's word, and the hash of what they said."""

    person: str
    digest: str


def vouching(store: Store, name: str, digest: str, *, people: Sequence[str]) -> tuple[str, ...]:
    """Give who vouches by now for what has this hash; a lone person's word is kept under `name` for a second one."""
    text = store.get_meta(name)
    before = read_canonical(text.encode(), _Proposed) if text else None
    known = [before.person] if before and before.digest == digest else []
    every = {person.strip().casefold(): person for person in (*known, *people)}
    if len(every) == 1:
        store.set_meta(name, canonical(_Proposed(person=people[0], digest=digest)).decode())
    return tuple(every.values())


def forget_word(store: Store, name: str) -> None:
    """Let a kept word count no longer, for what it asked was done."""
    if store.get_meta(name):
        store.set_meta(name, "")
