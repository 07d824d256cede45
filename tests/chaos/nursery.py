"""A nursery of servers, compactors and auditors: everything is loaded once, and each child is a fork.

So a round costs a fork instead of seconds of imports, and the child is still the whole product: its doors, engine,
writer and worker, in a process of its own that a signal kills. Orders come as lines of JSON on standard input, one
answer a line goes out; the children's output goes to a file.
"""

import asyncio
import gc
import json
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from holdfast import app
from holdfast.cli import serve
from holdfast.cli.warming import warm
from holdfast.operations.compact import compact
from holdfast.settings import Settings, read_settings
from holdfast.store import snapshots
from holdfast.store.sqlite import checkpoints
from tests.chaos.audit import audit
from tests.chaos.points import MortalGateway, MortalStore, Trap

NOON: Final = "2026-05-08T12:00:00+03:00"
_SOON_BYTES: Final = 200_000
Order = dict[str, Any]


def settings_of(order: Order) -> Settings:
    """Give the settings under which every child works."""
    data = Path(order["data"])
    words = {"data": data, "dev": True, "packs": "ru", "clock": NOON, "compact_records": 0}
    return read_settings(words | {"port": order.get("port", 0), "notices_file": f"{data}.notices"}, {})


def run_server(order: Order) -> None:
    """Be a server until something kills it."""
    vars(app).update(SqliteStore=MortalStore, FileGateway=MortalGateway)
    vars(checkpoints).update(CHECKPOINT_BYTES=_SOON_BYTES)
    Trap.arm(order["point"], order["count"])
    serve.run(settings_of(order))


def run_compactor(order: Order) -> None:
    """Be a compactor, perhaps one that dies at a point of writing its snapshot."""
    Trap.arm(order["point"], order["count"])
    write, sync = snapshots._write_parts, snapshots._sync

    def halting(path: Path, parts: list[bytes | memoryview]) -> None:
        if Trap.point == "while a snapshot is written":
            path.write_bytes(b"".join(parts)[: sum(map(len, parts)) // 2])
            Trap.passing(Trap.point)
        write(path, parts)
        Trap.passing("before a snapshot is named")

    def syncing(folder: Path) -> None:
        Trap.passing("after a snapshot is named")
        sync(folder)

    snapshots._write_parts, snapshots._sync = halting, syncing
    shard = app.assemble_beside(Path(order["data"]))
    try:
        compact(shard)
    finally:
        shard.ports.store.close()


def run_audit(order: Order) -> None:
    """Be an auditor: read what the ledger says, and write what the directory says of it."""
    found = asyncio.run(audit(settings_of(order), json.loads(Path(order["ledger"]).read_text())))
    Path(order["report"]).write_text(json.dumps(found))


ROLES: Final[dict[str, Callable[[Order], None]]] = {
    "serve": run_server,
    "compact": run_compactor,
    "audit": run_audit,
}


def bear(order: Order) -> int:
    """Fork a child for an order and give its number; it never comes back from here."""
    pid = os.fork()
    if pid:
        return pid
    said = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(said, stream)
    try:
        ROLES[order["role"]](order)
    except BaseException as error:  # noqa: BLE001 - the child ends here, whatever it was
        sys.stderr.write(f"child failed: {error!r}\n")
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def bury(pid: int) -> int | None:
    """Give how a child ended, nothing while it lives."""
    gone, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if gone else None


def share_law() -> None:
    """Compile the law once for all children; it never changes."""
    settings = settings_of({"data": "unused"})
    tenant = app.tenant_of(settings)
    law = app.make_law(settings, app.load_packs(settings.packs), tenant)
    law.windows()
    vars(app).update(make_law=lambda *_, **__: law, law_of=lambda *_: (tenant, law))


def main() -> None:
    """Load everything, then take orders until the input ends."""
    warm()
    packs = cache(app.load_packs)
    vars(app).update(load_packs=lambda names, *_: packs(names))  # no child has packs of its own
    share_law()
    gc.collect()
    gc.freeze()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        order = json.loads(line)
        answer = bear(order) if "role" in order else bury(order["bury"])
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
