"""A nursery of processes that write until they are killed, telling their parent every acknowledged record.

The nursery loads everything once and forks for each line `seed` on its standard input, so that a round costs
milliseconds. On standard output come `pid N`, one line for each acknowledged number, and `dead` at the end of a round.
"""

import os
import sys
from pathlib import Path

from tests.unit.store.making import record, sqlite_store


def load(directory: Path, seed: int) -> None:
    """Submit records without end; each acknowledgement is one line."""
    store = sqlite_store(directory, seed=seed)
    seq = store.last_seq()
    while True:
        seq += 1
        number = seq

        def done(error: BaseException | None, number: int = number) -> None:
            if error is None:
                os.write(1, b"%d\n" % number)

        store.submit(record(seq, facts=b"x" * (seq % 977)), done)
        while store.waiting() > 200:
            os.sched_yield()


def main(directory: Path) -> None:
    """Start one writer after another, each when a line asks for it."""
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            load(directory, int(line))
        os.write(1, b"pid %d\n" % pid)
        os.waitpid(pid, 0)
        os.write(1, b"dead\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
