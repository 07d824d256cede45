"""The course of one transfer as the log tells it: what was decided, known, done, told and reported, and when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from holdfast.vocabulary.holds import ActKind, HoldState, Instruction
from holdfast.vocabulary.judgement import Scalar
from holdfast.vocabulary.trilean import Trilean

EXECUTED = "executed"
RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One stay of a record about the payee on a list. Instants are epoch milliseconds.

    `version` brought the record, `left_version` took it away again. `fits` is unknown where the record narrows an
    account to one bank and the payee's bank is not known.
    """

    kind: str
    version: str
    published_ms: int | None
    loaded_ms: int
    left_version: str | None = None
    left_published_ms: int | None = None
    left_ms: int | None = None
    expires_ms: int | None = None
    fits: Trilean = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCourse:
    """What one list knew about the payee over time.

    `loaded_since_ms` is when the list was first loaded, `None` if never; `deadline_hours` how soon after its
    publication a snapshot must be loaded, by `deadline_cite`. `asked` tells whether the decision itself asked the
    list; then `answer` is what it was told and `answer_version` the version that told it. `identified` tells whether
    the transfer names the payee by anything that can stand on a list.
    """

    list: str
    listings: tuple[Listing, ...] = ()
    loaded_since_ms: int | None = None
    deadline_hours: int | None = None
    deadline_cite: str = ""
    asked: bool = False
    answer: Trilean = None
    answer_version: str | None = None
    identified: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldMark:
    """One act on the transfer's hold: what it led to, and what the bank then had to do."""

    hold_id: str
    act: ActKind
    at_ms: int
    to_state: HoldState
    instruction: Instruction
    provision: str
    policy: str
    details: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeMark:
    """A notice to the client about the transfer, and whether it reached him; `ref` names its record."""

    template: str
    at_ms: int
    delivered: Trilean
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultMark:
    """What the bank reported about the transfer: `executed`, `rejected`, `cancelled`, `failed` or `returned`."""

    result: str
    at_ms: int
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """The course of one transfer.

    `outcome`, `decided_ms` and `repeat` are those of the newest decision before the execution; `outcome` is empty
    where nothing was decided. `stop_provision` is the law that suspended or refused it. Acts are in log order with
    lapses that are due, results in the order in which they happened. `erased` tells that the event can no longer be
    read, so that nothing may be concluded from what is absent.
    """

    decision_id: str
    event_id: str
    occurred_ms: int
    decided_ms: int
    outcome: str
    amount_minor: int
    currency: str
    cross_border: Trilean = None
    repeat: str | None = None
    stop_provision: str = ""
    lists: tuple[ListCourse, ...] = ()
    acts: tuple[HoldMark, ...] = ()
    notices: tuple[NoticeMark, ...] = ()
    results: tuple[ResultMark, ...] = ()
    erased: bool = False

    @property
    def executed(self) -> Trilean:
        """Tell whether it was executed, by what the bank reported last; unknown where nothing was reported."""
        said = [one.result for one in self.results if one.result != RETURNED]
        if said:
            return said[-1] == EXECUTED
        return True if self.returned else None

    @property
    def returned(self) -> bool:
        """Tell whether the money was reported to have come back."""
        return bool(self.results) and self.results[-1].result == RETURNED

    @property
    def executed_ms(self) -> int | None:
        """Give when it was executed, where that is known."""
        at = [one.at_ms for one in self.results if one.result == EXECUTED]
        return at[-1] if at and self.executed else None

    def confirmations(self) -> Iterator[HoldMark]:
        """Give the acts by which the client confirmed."""
        return (mark for mark in self.acts if mark.act is ActKind.CONFIRM)

    def before_execution(self) -> HoldMark | None:
        """Give the last act that says what the bank had to do when it executed; `None` without a hold."""
        marks = [mark for mark in self.acts if mark.act not in _SAYS_NOTHING and self._came_first(mark)]
        return marks[-1] if marks else None

    def _came_first(self, mark: HoldMark) -> bool:
        executed_ms = self.executed_ms
        return executed_ms is None or mark.at_ms <= executed_ms


_SAYS_NOTHING = frozenset({ActKind.EXECUTE, ActKind.FAIL, ActKind.NOTIFY, ActKind.SHOW, ActKind.PROPOSE_WITHDRAWAL})
