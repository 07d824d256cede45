"""The shard's memory as the content of a snapshot, and back.

A snapshot holds keyed hashes and numbers, names of sources and ids of revised decisions; operations that may be
decided again are named by their place in the log and read from there. It is used only by a program and a law under
which the same records leave the same numbers; under any other the log is folded again from its start.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any, Final

import msgspec
import numpy as np
import structlog
from numpy.typing import NDArray

from holdfast import __version__
from holdfast.operations.open_operations import OPEN_MS, Undecided
from holdfast.operations.recent import Known
from holdfast.operations.record import subject_of
from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import StoreError
from holdfast.vocabulary.instants import HOUR_MS
from holdfast.vocabulary.lists import ListVersion
from holdfast.vocabulary.outcome import OUTCOME_BY_WORD, Outcome
from holdfast.vocabulary.stored import Snapshot
from holdfast.wire.canonical import canonical, read_canonical
from holdfast.wire.codec import restore
from holdfast.wire.outside import read_outside

Content = Mapping[str, bytes | memoryview]
_FORMAT: Final = 5
_FINGERPRINT: Final = "fingerprint"
_SMALL: Final = "small"
_FOLD: Final = "fold/"
_NETWORK: Final = "network/"
_log: Final = structlog.get_logger("holdfast.snapshot")


def fingerprint(shard: Shard) -> str:
    """Name the program and the statistics that make a snapshot what it is."""
    memory = shard.memory
    return f"{_FORMAT}.{__version__}.{memory.fold.fingerprint}.{memory.network.fingerprint}"


def freeze(shard: Shard) -> Content:
    """Give the memory, lists apart, as named bytes; lists are read from the store at every start."""
    arrays: dict[str, NDArray[Any]] = {
        "changed": np.array(list(shard.changed), dtype=np.int64).reshape(-1, 2),
        "undecided": np.array(list(_undecided_rows(shard)), dtype=np.int64).reshape(-1, 4),
    }
    arrays |= {f"{_FOLD}{name}": array for name, array in shard.memory.fold.snapshot().items()}
    arrays |= {f"{_NETWORK}{name}": array for name, array in shard.memory.network.snapshot().items()}
    small = {
        "complete_since": dict(shard.memory.complete_since),
        "revisions": dict(shard.revisions),
        "changed_gone_upto": shard.changed.gone_upto,
        "clients": shard.clients.rows(),
        "standing": shard.memory.standing.rows(),
        "covering": [asdict(version) for version in shard.covering],
    }
    content: dict[str, bytes | memoryview] = {
        _FINGERPRINT: fingerprint(shard).encode(),
        _SMALL: msgspec.json.encode(small),
    }
    return content | {_label(name, array): _flat(array) for name, array in arrays.items()}


def thaw(shard: Shard, snapshot: Snapshot) -> bool:
    """Bring an empty memory to the state of a snapshot.

    False when it does not fit, or cannot be read although it is whole; the memory must then be emptied again.
    """
    if bytes(snapshot.arrays.get(_FINGERPRINT, b"")).decode() != fingerprint(shard):
        _log.info("snapshot not used", seq=snapshot.seq, why="made by another version or for other rules")
        return False
    try:
        _load(shard, snapshot)
    except (StoreError, msgspec.MsgspecError, KeyError, ValueError, IndexError, TypeError) as error:
        _log.warning("snapshot not used", seq=snapshot.seq, why=f"cannot be read: {error!r}")
        return False
    shard.seq = shard.snapshot_seq = snapshot.seq
    return True


def _load(shard: Shard, snapshot: Snapshot) -> None:
    """Fill a fresh memory and what stands beside it."""
    arrays = dict(_arrays(snapshot.arrays))
    small = msgspec.json.decode(snapshot.arrays[_SMALL])
    memory = shard.fresh_memory()
    memory.fold.restore(_under(arrays, _FOLD))
    memory.network.load(_under(arrays, _NETWORK))
    undecided = [_undecided(shard, row) for row in arrays["undecided"].tolist()]
    shard.memory = replace(memory, complete_since=small["complete_since"])
    shard.memory.standing.load(small["standing"])
    changed = ((seq, bool(executed)) for seq, executed in arrays["changed"].tolist())
    shard.changed.load(changed, small["changed_gone_upto"])
    shard.revisions.load(small["revisions"].items())
    shard.clients.load(small["clients"])
    shard.covering = [read_canonical(canonical(version), ListVersion) for version in small["covering"]]
    for one in undecided:
        if one is not None:
            shard.undecided.load(subject_of(shard.ports.store, one.known.event), one)


def _undecided_rows(shard: Shard) -> Iterator[tuple[int, int, int, int]]:
    """Give place, what happened, outcome and revision of each operation that a later input may still change.

    What happened is in bits: whether it was executed, and whether it counts as let through by a switch.
    """
    every = list(shard.undecided)
    newest_ms = max((one.known.event.occurred_ms for one in every), default=0)
    for one in every:
        if one.known.event.occurred_ms > newest_ms - OPEN_MS - HOUR_MS:
            happened = one.known.executed | one.let_through << 1
            yield one.known.seq, happened, OUTCOME_BY_WORD[one.outcome], one.revision


def _undecided(shard: Shard, row: list[int]) -> Undecided | None:
    """Read an operation back from the log; nothing when its personal data was erased."""
    seq, happened, outcome, revision = row
    record = next(shard.ports.store.replay(seq - 1, seq), None)
    if record is None or not record.event:
        return None
    known = Known(event=restore(record.event, record.received_ms), seq=seq, executed=bool(happened & 1))
    return Undecided(
        known=known,
        decision_id=record.decision_id,
        outcome=Outcome(outcome).word,
        revision=revision,
        outside=read_outside(record.facts),
        let_through=bool(happened & 2),
    )


def _label(name: str, array: NDArray[Any]) -> str:
    """Write an array's name with its type and shape."""
    return f"{name};{array.dtype.str};{','.join(map(str, array.shape))}"


def _flat(array: NDArray[Any]) -> memoryview:
    """Give an array's bytes without copying them."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _arrays(content: Content) -> Iterator[tuple[str, NDArray[Any]]]:
    """Read arrays back by name; they cannot be written to."""
    for label, data in content.items():
        name, _, form = label.partition(";")
        if form:
            dtype, _, shape = form.partition(";")
            yield name, np.frombuffer(data, dtype=dtype).reshape([int(size) for size in shape.split(",")])


def _under(arrays: Mapping[str, NDArray[Any]], start: str) -> dict[str, NDArray[Any]]:
    """Give the arrays of one part by their own names."""
    return {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}
