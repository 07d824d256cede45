"""Makes everything ready before the first event, and says so when it takes long enough to wonder."""

import threading
from typing import Final

import structlog

from holdfast.features.warm_up import warm_up, warm_up_readers
from holdfast.network.bands import warm_up as warm_up_photos

_QUIET_SECONDS: Final = 2.0
_log: Final = structlog.get_logger("holdfast.start")


def warm() -> None:
    """Load the tables and models, and the kernels that an earlier start compiled; the user hears only of compiling."""
    told = threading.Timer(_QUIET_SECONDS, _log.info, args=("compiling the kernels once, about 20 s",))
    told.daemon = True
    told.start()
    try:
        warm_up()
        warm_up_readers()
        warm_up_photos()
    finally:
        told.cancel()
