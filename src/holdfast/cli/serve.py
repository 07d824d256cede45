"""`holdfast serve`: the server, its doors and its worker in one process."""

import asyncio
import os
import signal
import socket
from collections.abc import Coroutine, Iterator
from typing import Annotated, Any

import structlog
import typer
import uvicorn
import uvloop

from holdfast.api.connection import Limits, Reception
from holdfast.api.door import App
from holdfast.api.server import build
from holdfast.app import Assembled, assemble, make_gateway, move_clock, reopen, scratch_shard
from holdfast.app.identity import Means, open_identity
from holdfast.app.outside import open_readers
from holdfast.app.scenes import SceneShards
from holdfast.cli.collecting import collect_in_pauses, spare_what_stands, spare_what_was_read
from holdfast.cli.compact import compact_now_and_then
from holdfast.cli.demo.crash import CrashScene
from holdfast.cli.listening import bind, room_for_connections
from holdfast.cli.observing import traced, write_log
from holdfast.cli.seating import Seat, SeatedLoop, keep_seated
from holdfast.cli.warming import warm
from holdfast.operations.answer import patience
from holdfast.operations.capture_link import CAPTURES
from holdfast.operations.challenge import open_last
from holdfast.operations.decide_again import revise_last
from holdfast.operations.declare_source import declare_own_sources
from holdfast.operations.hold_link import PAGES
from holdfast.operations.ports import Gateway
from holdfast.operations.rebuild import rebuild
from holdfast.operations.recover import keep_recovering
from holdfast.pages.capture import CapturePages
from holdfast.pages.hold import HoldPages
from holdfast.pages.site import Site
from holdfast.pages.story import country_of
from holdfast.settings import RESULTS_FILE, TABLE, Settings, read_settings
from holdfast.worker.loop import keep_working, run_pass

_log = structlog.get_logger("holdfast.serve")
_MEANING = {setting.name: setting.meaning for setting in TABLE}


def _option(name: str) -> Any:
    return typer.Option(f"--{name}", help=_MEANING[name])


def serve(
    data: Annotated[str | None, _option("data")] = None,
    host: Annotated[str | None, _option("host")] = None,
    port: Annotated[int | None, _option("port")] = None,
    packs: Annotated[str | None, _option("packs")] = None,
    home: Annotated[str | None, _option("home")] = None,
    zone: Annotated[str | None, _option("zone")] = None,
    language: Annotated[str | None, _option("language")] = None,
    tenant: Annotated[str | None, _option("tenant")] = None,
    mode: Annotated[str | None, _option("mode")] = None,
    set_: Annotated[str | None, _option("set")] = None,
    model: Annotated[str | None, _option("model")] = None,
    trust: Annotated[str | None, _option("trust")] = None,
    import_limit_mb: Annotated[int | None, typer.Option("--import-limit-mb", help=_MEANING["import_limit_mb"])] = None,
    dev: Annotated[bool | None, typer.Option("--dev/--no-dev", help=_MEANING["dev"])] = None,
    clock: Annotated[str | None, _option("clock")] = None,
    shares: Annotated[str | None, _option("shares")] = None,
    webhook: Annotated[str | None, _option("webhook")] = None,
    webhook_secret_file: Annotated[str | None, typer.Option(help=_MEANING["webhook_secret_file"])] = None,
    webhook_plain: Annotated[
        bool | None, typer.Option("--webhook-plain/--no-webhook-plain", help=_MEANING["webhook_plain"])
    ] = None,
    notices_file: Annotated[str | None, typer.Option(help=_MEANING["notices_file"])] = None,
    bank_name: Annotated[str | None, typer.Option(help=_MEANING["bank_name"])] = None,
    bank_phone: Annotated[str | None, typer.Option(help=_MEANING["bank_phone"])] = None,
    proof_key_file: Annotated[str | None, typer.Option(help=_MEANING["proof_key_file"])] = None,
    traces: Annotated[str | None, _option("traces")] = None,
    traces_share: Annotated[float | None, typer.Option(help=_MEANING["traces_share"])] = None,
    log: Annotated[str | None, _option("log")] = None,
    compact_records: Annotated[int | None, typer.Option(help=_MEANING["compact_records"])] = None,
    rules: Annotated[str | None, _option("rules")] = None,
    providers: Annotated[str | None, _option("providers")] = None,
    identity: Annotated[str | None, _option("identity")] = None,
    places: Annotated[str | None, _option("places")] = None,
    deadlines: Annotated[str | None, _option("deadlines")] = None,
) -> None:
    """Start the server."""
    given = {name: value for name, value in locals().items() if name != "set_"} | {"set": set_}
    settings = read_settings(given, os.environ)
    write_log(settings.log, "stdout")
    run(settings)


def run(settings: Settings) -> None:
    """Serve until a signal asks to stop."""
    seat = Seat()
    uvloop.run(_run(settings, seat), loop_factory=lambda: SeatedLoop(seat))


async def _run(settings: Settings, seat: Seat) -> None:
    with bind(settings) as sock:
        assembled = assemble(settings)
        try:
            await _serve(assembled, sock, seat)
        finally:
            assembled.shard.ports.store.close()


def _means(assembled: Assembled) -> Means:
    """Give what identity providers are made with."""
    ports = assembled.shard.ports
    return Means(derive=ports.store.derive, clock=assembled.clock, tick=ports.tick, environment=os.environ)


async def _serve(assembled: Assembled, sock: socket.socket, seat: Seat) -> None:
    shard, settings = assembled.shard, assembled.settings
    shard.patience = patience(settings.patience())
    shard.readers = open_readers(settings, shard.ports.tick, home=shard.tenant.home)
    verifiers = open_identity(settings, _means(assembled))
    shard.identity, shard.owner_key = verifiers.providers, verifiers.owner_key
    gateway = make_gateway(settings, assembled.clock)
    warm()
    spare_what_stands()
    records = rebuild(shard)
    await revise_last(shard)
    await open_last(shard)
    if settings.dev:
        await declare_own_sources(shard, shard.ports.clock.now_ms())

    async def move(now_ms: int) -> None:
        move_clock(assembled, now_ms)
        await run_pass(shard, gateway)

    capture = CapturePages(shard)
    pages = {PAGES: HoldPages(shard).app(), CAPTURES: capture.app()}
    crash = CrashScene(country_of(shard))
    if settings.dev:
        figures = settings.data / RESULTS_FILE
        shards = SceneShards(settings)
        site = Site(shard, lambda at_ms: scratch_shard(assembled, at_ms), figures, shards=shards, crash=crash)
        pages["/demo"] = site.app()
    app = build(
        shard,
        open_to_all=settings.dev,
        move_clock=move if settings.clock else None,
        pages=pages,
        shares=settings.calls_per_second(),
    )
    reception = Reception(app.admission, app.access, Limits(connections=room_for_connections()))
    spare_what_was_read()
    seat.take()
    host, port = sock.getsockname()[:2]
    _log.info("serving", url=f"http://{host}:{port}", records=records, packs=list(settings.packs))
    beside = [asyncio.create_task(one) for one in _beside(assembled, reception, gateway, seat=seat)]
    try:
        async with traced(app, settings) as outer:
            server = uvicorn.Server(_config(outer, reception))
            # a signal that comes before uvicorn listens for it counts too; after the last answer it is raised again
            signal.signal(signal.SIGTERM, server.handle_exit)
            await server.serve(sockets=[sock])
    finally:
        for task in beside:
            task.cancel()
        readers = (reader.close() for reader in shard.readers.values())
        identity = (provider.close() for provider in shard.identity.values())
        ours = (crash.close(), shard.photos.close(), capture.captures.close())
        await asyncio.gather(*beside, *ours, *readers, *identity, return_exceptions=True)
        if gateway is not None:
            await gateway.close()


def _beside(
    assembled: Assembled, reception: Reception, gateway: Gateway | None, *, seat: Seat
) -> Iterator[Coroutine[Any, Any, None]]:
    """Give what goes on beside the answers for as long as the server runs."""
    shard = assembled.shard
    yield keep_recovering(shard, lambda: reopen(assembled))
    yield compact_now_and_then(shard, assembled.settings)
    yield keep_working(shard, gateway)
    yield collect_in_pauses(shard)
    yield keep_seated(seat)
    yield reception.keep_sweeping()


def _config(app: App, reception: Reception) -> uvicorn.Config:
    """Say how the connections are served."""
    return uvicorn.Config(
        app,
        http=reception.protocol,
        access_log=False,
        log_level="critical",  # a fault is logged where it is answered, without what its message may hold
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
    )
