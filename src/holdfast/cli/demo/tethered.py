"""Runs the `holdfast` command so that it ends with whoever started it: when standard input closes, it stops."""

import os
import signal
import sys
import threading

from holdfast.cli.main import main


def _wait_for_the_end() -> None:
    """Wait until the parent's end of the pipe closes, also when the parent was killed, then stop as by a signal."""
    while sys.stdin.buffer.read(4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_wait_for_the_end, daemon=True).start()
    main()
