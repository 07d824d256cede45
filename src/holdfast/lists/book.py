"""All lists of one tenant in memory, each at its present version."""

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.lists import table as kernel
from holdfast.lists.membership import Arrays, Hit, Identifier, Membership, bic_tag, identifier
from holdfast.lists.questions import Answered, Asked, Questions, answered
from holdfast.lists.versions import Stamp, made_version, name_of
from holdfast.vocabulary.errors import Bug, ConflictError
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.lists import ListChange, ListEntry, ListKind, ListMatch, ListVersion
from holdfast.vocabulary.trilean import UNKNOWN, Trilean
from holdfast.vocabulary.windows import ListProbe

_META: Final = "lists"
_REMEMBERED: Final = 8_192
_ANSWERS_MAX: Final = 1_024


@dataclass(slots=True, kw_only=True)
class Shelf:
    """One list: its members, its version, and when the source published what it holds of each kind.

    A kind stands in `published_ms` once a full snapshot covered it, also one that bears no date.
    """

    members: Membership
    version: ListVersion
    published_ms: dict[str, int | None] = field(default_factory=dict)
    misses: dict[Trilean, ListMatch] = field(default_factory=dict)

    def cover(self, version: ListVersion) -> None:
        """Remember what a full snapshot covered and when it was published."""
        for kind in version.kinds:
            self.published_ms[kind] = version.published_ms or self.published_ms.get(kind)

    def advance(self, version: ListVersion) -> None:
        """Take the next version; answers without a hit are made once for each version, being all alike."""
        self.version = version
        self.misses = {
            state: ListMatch(
                state=state,
                list=version.list,
                version=version.version,
                published_ms=version.published_ms,
                loaded_ms=version.loaded_ms,
            )
            for state in (False, UNKNOWN)
        }


class ListBook:
    """The lists of one tenant by id.

    A list that was never loaded answers unknown; with `all_loaded` (a development server) every list counts as
    loaded and empty. Changes are applied in the order of the log; nothing here reads a clock.
    """

    def __init__(self, keys: KeyMaker, *, all_loaded: bool = False) -> None:
        self._keys = keys
        self._all_loaded = all_loaded
        self._shelves: dict[str, Shelf] = {}
        self._made: dict[Hashable, Asked] = {}
        self.known: Callable[[Hashable], Asked | None] = self._made.get
        self._empty: dict[tuple[str, Trilean], ListMatch] = {}
        self._state = 0
        self._usual: dict[tuple[Questions, int], Answered] = {}
        self._holding: dict[str, list[Membership]] = {}

    def versions(self) -> Mapping[str, ListVersion]:
        """Give the present version of every loaded list, by the list's id."""
        return {name: shelf.version for name, shelf in sorted(self._shelves.items())}

    def version(self, list_id: str) -> ListVersion | None:
        """Give the present version of one list; `None` if it was never loaded."""
        shelf = self._shelves.get(list_id)
        return shelf.version if shelf else None

    def published(self, list_id: str, kind: ListKind) -> int | None:
        """Give the source's own instant of the last snapshot of one kind, in epoch milliseconds."""
        shelf = self._shelves.get(list_id)
        return shelf.published_ms.get(kind.value) if shelf else None

    def covers(self, list_id: str, kind: ListKind) -> bool:
        """Tell whether a full snapshot of this kind was ever loaded into the list."""
        shelf = self._shelves.get(list_id)
        return shelf is not None and kind.value in shelf.published_ms

    def note_published(self, version: ListVersion) -> None:
        """Take note of what an earlier version of a loaded list covered, when the book is built again from the log."""
        shelf = self._shelves.get(version.list)
        if shelf is not None:
            shelf.cover(version)

    def is_loaded(self, list_id: str) -> bool:
        """Tell whether the list answers; one that does not, and that a pack reads, makes a tenant not ready."""
        return self._all_loaded or list_id in self._shelves

    @property
    def size_bytes(self) -> int:
        """Give the memory that all lists take."""
        return sum(shelf.members.size_bytes for shelf in self._shelves.values())

    def identifier(self, kind: str, value: str, *, bic: str | None = None) -> Identifier:
        """Make the identifier of one normalised value under this tenant's keys."""
        return identifier(self._keys, kind, value, bic=bic)

    def tag(self, bic: str | None) -> int:
        """Give the tag of a bank's normalised BIC, zero for none."""
        return bic_tag(self._keys, bic)

    def tagged(self, kind: str, value: str, tag: int) -> Identifier:
        """Make an identifier as `identifier` does, with the bank's tag worked out already."""
        return Identifier(kind, self._keys.key(kind, value), tag)

    def keep(self, given: Hashable, each: Sequence[tuple[Identifier, ...]]) -> Asked:
        """Remember the identifiers of a subject as it was given, for `known`; a bounded number is remembered.

        `each` are those of each of its values.
        """
        if len(self._made) >= _REMEMBERED:
            self._made.clear()
        found = self._made[given] = Asked(tuple(one for some in each for one in some), tuple(each))
        return found

    def holds(self, list_id: str, entry: ListEntry) -> bool:
        """Tell whether an entry of this kind, value and BIC stands on the list, also an expired one."""
        shelf = self._shelves.get(list_id)
        return shelf is not None and shelf.members.holds(entry)

    def edit(self, stamp: Stamp, *, add: Iterable[ListEntry] = (), remove: Iterable[ListEntry] = ()) -> ListChange:
        """Make the change that adds and removes single normalised entries; nothing is applied yet.

        An entry that is there already is replaced; one that is to be removed and is not there is left out, and of
        an entry given twice the last one counts.
        """
        coming = {name_of(entry): entry for entry in add}
        going = {name_of(entry): entry for entry in remove if name_of(entry) not in coming}
        removed = tuple(entry for entry in going.values() if self.holds(stamp.list, entry))
        added = tuple(coming.values())
        fresh = sum(not self.holds(stamp.list, entry) for entry in added)
        before = self.version(stamp.list)
        entries = (before.entries if before else 0) + fresh - len(removed)
        version = made_version(stamp, before, entries=entries, added=len(added), removed=len(removed))
        return ListChange(version=version, added=added, removed=removed)

    def apply(self, change: ListChange) -> None:
        """Take one list to its next version at once; `opens` starts it from nothing.

        Raises Bug when the number of entries does not come out, because the change was made from another version;
        the list is then unusable until it is restored.
        """
        shelf = self._shelves.get(change.version.list)
        members = Membership(self._keys) if shelf is None or change.opens else shelf.members
        members.remove(change.removed)
        members.add(change.added)
        self._put(change, members)

    def stage(self, change: ListChange) -> "Staging":
        """Begin a large change beside the list, to be carried out in steps and put in force by `switch`.

        Copies the list, which takes memory as much again and a moment; may run in a thread of its own. The entries
        are those of the change, or come in portions through `Staging.take` where the change itself holds none.
        """
        shelf = self._shelves.get(change.version.list)
        members = Membership(self._keys) if shelf is None or change.opens else shelf.members.copy()
        return Staging(change, members, None if shelf is None else shelf.version)

    def switch(self, staging: "Staging") -> None:
        """Put a finished change in force in an instant.

        Raises ConflictError when the list has moved to another version since the change was staged.
        """
        if not staging.finished:
            raise Bug("a staged change was put in force before it was finished")
        if self.version(staging.change.version.list) != staging.before:
            raise ConflictError("the list changed while the snapshot was being loaded", hint="load the snapshot again")
        self._put(staging.change, staging.members)

    def _put(self, change: ListChange, members: Membership) -> None:
        """Put members in force as a version."""
        version = change.version
        if len(members) != version.entries:
            raise Bug(
                f"list `{version.list}` has {len(members)} entries at version `{version.version}`, "
                f"which declares {version.entries}"
            )
        shelf = self._shelves.get(version.list)
        if shelf is None or change.opens:
            shelf = self._shelves[version.list] = Shelf(members=members, version=version)
        shelf.members = members
        shelf.advance(version)
        shelf.cover(replace(version, kinds=change.kinds or version.kinds))
        self._take_stock()

    def answer(self, questions: Questions, asked: Sequence[Asked], *, at_ms: int) -> Answered:
        """Answer all questions at one instant; `asked` are the identifiers of `questions.subjects`, in that order."""
        state, whom = self._state, 0
        for one in asked:
            if one.looked != state:
                self._look_up(one)
            if one.listed:
                return self._answer(questions, asked, at_ms)
            whom += whom + one.some
        found = self._usual.get((questions, whom))
        if found is None:
            if len(self._usual) >= _ANSWERS_MAX:
                self._usual.clear()
            found = self._usual[questions, whom] = self._answer(questions, asked, at_ms)
        return found

    def _answer(self, questions: Questions, asked: Sequence[Asked], at_ms: int) -> Answered:
        """Put the questions one by one."""
        whom = dict(zip(questions.subjects, asked, strict=True))
        return answered({one.name: self.ask(one, whom[one.subject], at_ms=at_ms) for one in questions.probes})

    def ask(self, question: ListProbe, asked: Asked, *, at_ms: int) -> ListMatch:
        """Answer one question about one subject at one instant, as `probe` does.

        With `every`, all of several values must hit: the answer is that of the first that does not.
        """
        found = None
        for some in asked.each if question.every and asked.each else (asked.identifiers,):
            found = self.probe(question.list, some, at_ms=at_ms, documented=question.documented, marked=question.marked)
            if found.state is not True:
                break
        assert found is not None  # noqa: S101 - there is always one to ask about
        return found

    def _look_up(self, asked: Asked) -> None:
        """Note whether any identifier may hit an entry of some list at some instant, which holds for this state."""
        asked.looked = self._state
        asked.listed = any(
            members.find(one, at_ms=0) != kernel.ABSENT
            for one in asked.identifiers
            for members in self._holding.get(one.kind, ())
        )

    def _take_stock(self) -> None:
        """Begin a new state of the lists: which of them hold entries of each kind, and nothing looked up yet."""
        self._state += 1
        self._usual.clear()
        self._holding.clear()
        for shelf in self._shelves.values():
            for kind in shelf.members.kinds:
                self._holding.setdefault(kind, []).append(shelf.members)

    def probe(
        self,
        list_id: str,
        identifiers: Sequence[Identifier],
        *,
        at_ms: int,
        documented: bool = False,
        marked: bool = False,
    ) -> ListMatch:
        """Ask one list about one subject at one instant.

        True on any live entry (one with a document when `documented`, with the mark of the police when `marked`);
        unknown when the list was never loaded, when no identifier is given, and when the only entries of an account
        are narrowed to a bank while the subject's bank is unknown; else false. Of several hits one with the mark of
        the police is named.
        """
        shelf = self._shelves.get(list_id)
        if shelf is None:
            return self._unloaded(list_id, False if self._all_loaded and identifiers else UNKNOWN)
        needs = documented * kernel.DOCUMENTED | marked * kernel.POLICE
        found = [shelf.members.find(asked, at_ms=at_ms, needs=needs) for asked in identifiers]
        if found and max(found) >= 0:
            return _hit(shelf, [row for row in found if row >= 0])
        return shelf.misses[UNKNOWN if not found or kernel.NARROWED in found else False]

    def _unloaded(self, list_id: str, state: Trilean) -> ListMatch:
        """Answer for a list that was never loaded; such answers are all alike."""
        found = self._empty.get((list_id, state))
        if found is None:
            found = self._empty[list_id, state] = ListMatch(state=state, list=list_id)
        return found

    def hit(self, list_id: str, identifiers: Sequence[Identifier], *, at_ms: int) -> Hit | None:
        """Give the live entry behind a hit of `probe`: one with the mark of the police goes first."""
        shelf = self._shelves.get(list_id)
        found = [shelf.members.find(asked, at_ms=at_ms) for asked in identifiers] if shelf else []
        rows = [row for row in found if row >= 0]
        if shelf is None or not rows:
            return None
        return shelf.members.hit(next((row for row in rows if shelf.members.is_marked(row)), rows[0]))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Give a snapshot of all lists: flat arrays by name, from which `restore` makes an equal book."""
        made: dict[str, NDArray[np.generic]] = {}
        meta = []
        for number, (_, shelf) in enumerate(sorted(self._shelves.items())):
            meta.append({"version": asdict(shelf.version), "published_ms": shelf.published_ms})
            made |= {f"{_META}/{number}/{name}": part for name, part in shelf.members.arrays().items()}
        made[_META] = np.frombuffer(json.dumps(meta, ensure_ascii=False).encode(), dtype=np.uint8)
        return made

    @classmethod
    def restore(cls, keys: KeyMaker, arrays: Arrays, *, all_loaded: bool = False) -> "ListBook":
        """Make a book from a snapshot's arrays; `keys` must be those under which it was made."""
        book = cls(keys, all_loaded=all_loaded)
        for number, row in enumerate(json.loads(arrays[_META].tobytes())):
            start = f"{_META}/{number}/"
            parts = {name.removeprefix(start): part for name, part in arrays.items() if name.startswith(start)}
            version = ListVersion(**row["version"] | {"kinds": tuple(map(ListKind, row["version"]["kinds"]))})
            members = Membership.restore(keys, parts)
            shelf = Shelf(members=members, version=version, published_ms=row["published_ms"])
            shelf.advance(version)
            book._shelves[version.list] = shelf
        book._take_stock()
        return book


class Staging:
    """A change that is carried out a few entries at a time, so that no decision waits for a million of them."""

    def __init__(self, change: ListChange, members: Membership, before: ListVersion | None) -> None:
        self.change = change
        self.members = members
        self.before = before
        self._removed = 0
        self._added = 0
        members.reserve(len(change.added))

    @property
    def finished(self) -> bool:
        """Tell whether nothing is left to carry out."""
        return self._removed >= len(self.change.removed) and self._added >= len(self.change.added)

    def take(self, *, removed: Sequence[ListEntry] = (), added: Sequence[ListEntry] = ()) -> None:
        """Carry out a portion that is read from elsewhere; all that goes must go before what comes."""
        self.members.remove(removed)
        self.members.add(added)

    def step(self, entries: int = 2_000) -> bool:
        """Carry out at most so many removals, and when all are done additions; true while something is left."""
        if self._removed < len(self.change.removed):
            self.members.remove(self.change.removed[self._removed : self._removed + entries])
            self._removed += entries
        else:
            self.members.add(self.change.added[self._added : self._added + entries])
            self._added += entries
        return not self.finished


def _hit(shelf: Shelf, rows: Sequence[int]) -> ListMatch:
    """Describe the hit; one with the mark of the police goes first."""
    row = next((row for row in rows if shelf.members.is_marked(row)), rows[0])
    hit = shelf.members.hit(row)
    return ListMatch(
        state=True,
        list=shelf.version.list,
        version=shelf.version.version,
        kind=hit.kind.value,
        police=hit.police,
        document=hit.document,
        published_ms=shelf.published_ms.get(hit.kind.value, shelf.version.published_ms),
        loaded_ms=shelf.version.loaded_ms,
    )
