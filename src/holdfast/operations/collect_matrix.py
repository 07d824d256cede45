"""Collect the training matrix of a model: the log folded again, with the features of each operation as they were."""

from collections.abc import Iterator

from holdfast.operations.replay_log import facts_before, walk
from holdfast.operations.shard import Shard
from holdfast.scoring.scorer import Scorer
from holdfast.training.matrix import Matrix, Truth
from holdfast.vocabulary.claims import ClaimState
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.codec import restore
from holdfast.wire.replies import read_outcome

_BAD = frozenset({"fraud", "mule"})
_TOLD = frozenset({RecordKind.EVENT, RecordKind.DECISION, RecordKind.CLAIM})


def collect_matrix(shard: Shard, matrix: Matrix) -> Iterator[None]:
    """Fold the log of a shard whose memory is empty, and fill the matrix for the model of its law; one step a record.

    Records whose personal data was erased are passed over, for their features cannot be read any more.
    """
    events: dict[str, str] = {}
    for record in walk(shard):
        if record.kind in _TOLD:
            _learn(shard, matrix, record, events=events)
        yield


def _learn(shard: Shard, matrix: Matrix, record: Record, *, events: dict[str, str]) -> None:
    """Take in one record: an operation, what became of it, or what someone says of it."""
    if record.claim is not None and record.claim.state == ClaimState.WITHDRAWN:
        matrix.withdrawn(events.get(record.claim.decision_id, ""))
    settled = record.claim is not None and record.claim.state != ClaimState.OPEN  # keeps a document, not an event
    if not record.event or settled:
        return
    event = restore(record.event, record.received_ms)
    if record.kind is RecordKind.DECISION:
        events[record.decision_id] = event.id
    claimed = events.get(record.claim.decision_id) if record.claim is not None else None
    of = event.values.get("of", claimed)
    if of is not None:
        _told(matrix, event, str(of))
    scorer = shard.law.scorer(event.type)
    if scorer is not None and record.kind is not RecordKind.CLAIM:
        _add(shard, matrix, record, seen=(event, scorer))


def _told(matrix: Matrix, event: Event, of: str) -> None:
    """Take in what an event says of an earlier one."""
    if event.type == "transfer_result":
        matrix.resulted(of, executed=event.values.get("result") in {"executed", "returned"})
    elif event.type == "fraud_report":
        matrix.reported(of, "fraud_report")
    elif event.type == "label":
        source = str(event.values.get("source", "label"))
        matrix.labelled(of, Truth(fraud=event.values.get("label") in _BAD, source=source))


def _add(shard: Shard, matrix: Matrix, record: Record, *, seen: tuple[Event, Scorer]) -> None:
    """Take in an operation with its features as they stood before it."""
    event, scorer = seen
    row = scorer.inputs.row(facts_before(shard, event, record).values)
    if not scorer.inputs.is_known(row):
        matrix.unscored += 1
        return
    outcome = read_outcome(record.judgement) if record.judgement else None
    matrix.add(event.id, row, at_ms=event.occurred_ms, outcome=outcome)
