"""A nursery of processes that write until they are killed, telling their parent every acknowledged record.

The nursery loads everything once and forks for each line `seed` on its standard input, so that a round costs
milliseconds. On standard output come `pid N`, one line for each acknowledged number, and `dead` at the end of a round.
With a number of records behind the directory, so many make a run of the index, and groups are small, so that most
processes die in the middle of one.
"""

import os
import sys
from pathlib import Path

from holdfast.store.sqlite import indexing
from tests.unit.store.making import record, sqlite_store


def load(directory: Path, seed: int, crowd: int) -> None:
    """Submit records without end, a crowd of them before the first is on disk; each acknowledgement is one line."""
    store = sqlite_store(directory, seed=seed)
    seq = store.last_seq()
    while True:
        seq += 1
        number = seq

        def done(error: BaseException | None, number: int = number) -> None:
            if error is None:
                os.write(1, b"%d\n" % number)

        store.submit(record(seq, facts=b"x" * (seq % 977)), done)
        while store.waiting() > crowd:
            os.sched_yield()


def main(directory: Path, crowd: int) -> None:
    """Start one writer after another, each when a line asks for it."""
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            load(directory, int(line), crowd)
        os.write(1, b"pid %d\n" % pid)
        os.waitpid(pid, 0)
        os.write(1, b"dead\n")


if __name__ == "__main__":
    if small := sys.argv[2:]:
        records = int(small[0])  # a test with few records has many runs, of nearly as many portions as usual
        vars(indexing).update(RUN_RECORDS=records, PORTION_ROWS=records // 8)
    main(Path(sys.argv[1]), crowd=2 if small else 200)
