"""Wiring: reads pack files and settings, opens the store, and puts the rooms together."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from holdfast import __version__
from holdfast.app.clocks import IdSource, StandingClock, SystemClock
from holdfast.app.outside import open_places, own_rules, providers_content
from holdfast.engine.prepare import Memory
from holdfast.engine.schema import full_schema, make_derived, make_network
from holdfast.engine.tenant import Tenant
from holdfast.features.fold import Fold
from holdfast.features.registry import build_registry
from holdfast.features.standing import Standing
from holdfast.gateways.file import FileGateway
from holdfast.lists.book import ListBook
from holdfast.operations.check_model import check_model
from holdfast.operations.check_names import check_names, moded
from holdfast.operations.import_folder import ImportFolder
from holdfast.operations.judge_sample import Sampled, judge_sample
from holdfast.operations.law import Law
from holdfast.operations.model_folder import read_folder
from holdfast.operations.ports import Gateway
from holdfast.operations.publish_rules import copy_ruleset, law_of, publish_ruleset
from holdfast.operations.read_providers import read_providers
from holdfast.operations.shard import Bank, Ports, Shard
from holdfast.regulation import parse_pack, select
from holdfast.rules.voice import Voice
from holdfast.scoring.manifest import read_model
from holdfast.settings import Settings, read_settings
from holdfast.store import backups
from holdfast.store.memory import MemoryStore
from holdfast.store.sqlite import SqliteStore
from holdfast.store.sqlite.store import DATABASE_NAME
from holdfast.vocabulary.clock import Clock
from holdfast.vocabulary.errors import ConflictError, SettingError, StoreError
from holdfast.vocabulary.instants import rfc3339, to_ms
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.models import Model
from holdfast.vocabulary.outside import ProviderSpec
from holdfast.vocabulary.packs import Pack

PACKS = Path(__file__).parents[1] / "regulation" / "packs"
_PROOF_KEY_BYTES = 32
_TEST_CLOCK = "test_clock"
_OF_NOBODY = b"of what is decided none is kept!"  # 32 bytes
_RULESET = "ruleset"  # in force at the last start


def pack_files() -> dict[str, bytes]:
    """Read every shipped pack file by its place, such as `ru/od-2506`."""
    return {
        path.relative_to(PACKS).with_suffix("").as_posix(): path.read_bytes() for path in sorted(PACKS.rglob("*.yaml"))
    }


def load_packs(names: tuple[str, ...], own: Mapping[str, bytes] | None = None) -> dict[str, tuple[bytes, Pack]]:
    """Give the chosen packs by place, each with the bytes of its file, in their order of precedence.

    `own` are files by place that stand beside the shipped ones or in the place of one of them.
    """
    files = pack_files() | dict(own or {})
    parsed = {place: parse_pack(data, name=place) for place, data in files.items()}
    chosen = select(names, parsed)
    place_of = {pack.id: place for place, pack in parsed.items()}
    return {place_of[pack.id]: (files[place_of[pack.id]], pack) for pack in chosen}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """A shard that is ready to be rebuilt, with the parts that doors need."""

    settings: Settings
    shard: Shard
    clock: Clock
    store: SqliteStore | MemoryStore


def make_clock(settings: Settings) -> Clock:
    """Make the clock that the settings ask for; a test clock never goes behind where it was left."""
    if not settings.clock:
        return SystemClock()
    try:
        start = datetime.fromisoformat(settings.clock)
    except ValueError:
        raise SettingError(f"`clock` cannot be `{settings.clock}`", hint="an RFC 3339 instant with offset") from None
    if start.tzinfo is None:
        raise SettingError("`clock` needs an offset", hint="for example `2026-05-08T12:00:00+03:00`")
    return StandingClock(to_ms(start))


def tenant_of(settings: Settings) -> Tenant:
    """Make the tenant that the settings describe."""
    return Tenant(
        name=settings.tenant,
        home=settings.home,
        zone=ZoneInfo(settings.zone),
        engine_version=__version__,
        voice=Voice(language=settings.language, modes=settings.modes()),
        trusted_proposals=frozenset(settings.trust),
    )


def assemble(settings: Settings) -> Assembled:
    """Open the store of the data directory and put everything together; the memory is still empty."""
    clock = make_clock(settings)
    store = SqliteStore.open(settings.data, clock=clock, random_bytes=os.urandom)
    try:
        _check_clock(settings, store, clock)
        return _assemble(settings, store, clock)
    except BaseException:
        store.close()
        raise


def assemble_in_memory(settings: Settings, clock: Clock, own: Mapping[str, bytes] | None = None) -> Assembled:
    """Put everything together without a data directory: what is decided is gone with the process.

    The keys of what is gone with the process protect nothing; fixed ones let the same file be decided the same twice.
    """
    return _assemble(settings, MemoryStore(clock=clock, secret=_OF_NOBODY), clock, own=own)


def open_store(directory: Path, *, make: bool = False) -> SqliteStore:
    """Open a data directory for a tool, whatever clock it was used with; one that is missing is made only if asked."""
    if not make and not (directory / DATABASE_NAME).is_file():
        raise SettingError(f"`{directory}` is no data directory", hint="`--data` names the directory of the server")
    return SqliteStore.open(directory, clock=SystemClock(), random_bytes=os.urandom)


def open_store_beside(directory: Path) -> SqliteStore:
    """Open a data directory for reading, also while its server runs."""
    return SqliteStore.open_beside(directory, clock=SystemClock(), random_bytes=os.urandom)


def back_up(data: Path, into: Path, *, with_key: bool) -> backups.Manifest:
    """Copy a data directory into a folder, also while its server runs."""
    made_at = rfc3339(SystemClock().now_ms())
    return backups.write_backup(data, into, version=__version__, made_at=made_at, with_key=with_key)


def restoring(
    source: Path, target: Path, *, secret: bytes | None
) -> AbstractContextManager[tuple[Path, backups.Manifest]]:
    """Give a directory aside with what a backup holds, which becomes `target` when nothing in the `with` fails."""
    return backups.restoring(source, target, secret=secret)


def judge_restored(store: SqliteStore, data: Path, size: int) -> Sampled:
    """Judge a sample of a directory's decisions again, by the law under which each was made."""
    none = Sampled(judged=0, different=())
    return judge_sample(_beside(store, data), size) if store.get_meta(_RULESET) is not None else none


def clock_left(store: SqliteStore) -> Clock:
    """Give the clock of a data directory: the test clock where it was left, else the machine's."""
    left = store.get_meta(_TEST_CLOCK)
    return SystemClock() if left is None else StandingClock(int(left))


def assemble_around(settings: Settings, store: SqliteStore) -> Assembled:
    """Put everything together around an open store; the memory is still empty."""
    return _assemble(settings, store, clock_left(store))


def make_gateway(settings: Settings, clock: Clock) -> Gateway | None:
    """Make what carries the messages of the outbox, if the settings name anything."""
    if settings.webhook:
        from holdfast.gateways import webhook

        webhook.check_address(settings.webhook, plain=settings.webhook_plain)
        secret = webhook.read_secret(_read_text("webhook_secret_file", settings.webhook_secret_file))
        return webhook.WebhookGateway(settings.webhook, secret, clock=clock, wall=SystemClock())
    return FileGateway(Path(settings.notices_file), clock=clock) if settings.notices_file else None


def _read_text(name: str, path: str) -> str:
    """Read a small file that a setting names."""
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise SettingError(f"`{name}`: `{path}` cannot be read: {error}") from None


def _proof_key(settings: Settings) -> bytes | None:
    """Read the key that is shared with the bank's authenticator."""
    if not settings.proof_key_file:
        return None
    try:
        key = bytes.fromhex(_read_text("proof_key_file", settings.proof_key_file))
    except ValueError:
        key = b""
    if len(key) < _PROOF_KEY_BYTES:
        raise SettingError("the key of `proof_key_file` cannot be read", hint="at least 32 random bytes in hex")
    return key


def reopen(assembled: Assembled) -> SqliteStore:
    """Take the directory from the store that failed, which may still be read, and open it again."""
    failed = assembled.shard.ports.store
    if isinstance(failed, SqliteStore):
        failed.stop()
    return SqliteStore.open(assembled.settings.data, clock=assembled.clock, random_bytes=os.urandom)


def _check_clock(settings: Settings, store: SqliteStore, clock: Clock) -> None:
    """Refuse to mix test clock and real time in one directory; a test clock goes on from where it was left."""
    left = store.get_meta(_TEST_CLOCK)
    if left is None and settings.clock and store.last_seq():
        raise SettingError("this data directory was used without a test clock", hint="take another `data` directory")
    if left is not None and not settings.clock:
        raise SettingError("this data directory was used with a test clock", hint="start it with `clock` and `dev`")
    if isinstance(clock, StandingClock):
        clock.move(max(int(left or 0), clock.now_ms()))
        store.set_meta(_TEST_CLOCK, str(clock.now_ms()))


def move_clock(assembled: Assembled, now_ms: int) -> None:
    """Move the test clock forward and remember where it stands."""
    if not isinstance(assembled.clock, StandingClock):
        raise ConflictError("this server runs on the machine's time", hint="start it with `--dev --clock`")
    assembled.clock.move(now_ms)
    assembled.shard.ports.store.set_meta(_TEST_CLOCK, str(now_ms))


def make_law(
    settings: Settings,
    packs: Mapping[str, tuple[bytes, Pack]],
    tenant: Tenant,
    *,
    model: Model | None = None,
    providers: tuple[ProviderSpec, ...] = (),
) -> Law:
    """Compile the chosen packs under the settings, each of whose names must stand in some pack, and the model.

    `providers` say what rules may read from outside.
    """
    chosen = [pack for _, pack in packs.values()]
    check_names("mode", settings.mode, moded(chosen, full_schema()))
    check_names("set", settings.set, {f"{pack.id}:{one.name}" for pack in chosen for one in pack.parameters})
    check_names("trust", settings.trust, {pack.id for pack in chosen if pack.status == "proposal"})
    law = Law(chosen, full_schema(), tenant=tenant, parameters=settings.parameters(), model=model, providers=providers)
    check_model(law, full_schema())
    return law


def fresh_memory(settings: Settings, law: Law, keys: KeyMaker) -> Memory:
    """Make an empty memory for the statistics that the law and the rules ask for."""
    schema, derived = full_schema(), make_derived(settings.home, [brand for pack in law.packs for brand in pack.brands])
    return Memory(
        derived=derived,
        fold=Fold(
            build_registry(law.windows(), schema, zone=settings.zone),
            schema=schema,
            keys=keys,
            home=settings.home,
            zone=ZoneInfo(settings.zone),
            derived=derived,
        ),
        network=make_network(keys, derived, settings.home),
        lists=ListBook(keys, all_loaded=settings.dev),
        complete_since={},
        schema=schema,
        home=settings.home,
        standing=Standing(keys=keys),
    )


def assemble_beside(data: Path) -> Shard:
    """Put a shard together beside the server of a data directory, by the law that this server published last.

    It can read the log and write snapshots; its memory is still empty.
    """
    store = SqliteStore.open_beside(data, clock=SystemClock(), random_bytes=os.urandom)
    try:
        return _beside(store, data)
    except BaseException:
        store.close()
        raise


@contextmanager
def reading_for(model: Model, data: Path, *, dev: bool) -> Iterator[Shard]:
    """Give a shard over a data directory by its last law and a model, for reading, also while its server runs."""
    store = open_store_beside(data)
    try:
        yield _beside(store, data, model=model, dev=dev)
    finally:
        store.close()


def _beside(store: SqliteStore, data: Path, *, model: Model | None = None, dev: bool = False) -> Shard:
    ruleset = store.get_meta(_RULESET)
    if ruleset is None:
        raise StoreError(
            "no server of this version has used this directory yet", hint="start `holdfast serve` on it once"
        )
    tenant, law = law_of(store, ruleset, instead=model)
    settings = read_settings({"data": data, "home": tenant.home, "zone": str(tenant.zone), "dev": dev}, {})
    keys = KeyMaker(secret=store.derive("windows"))
    return Shard(
        tenant=tenant,
        law=law,
        ruleset=ruleset,
        ports=_ports(settings, store, clock=SystemClock(), keys=keys),
        memory=fresh_memory(settings, law, keys),
        fresh_memory=lambda: fresh_memory(settings, law, keys),
    )


def _ports(settings: Settings, store: SqliteStore | MemoryStore, *, clock: Clock, keys: KeyMaker) -> Ports:
    imports = ImportFolder(settings.data / "imports", limit_bytes=settings.import_limit_mb * 1024 * 1024)
    tick, new_id, proof_key = time.perf_counter_ns, IdSource(), _proof_key(settings)
    return Ports(
        store=store,
        clock=clock,
        tick=tick,
        new_id=new_id,
        keys=keys,
        imports=imports,
        proof_key=proof_key,
        places=open_places(settings),
    )


def _assemble(
    settings: Settings, store: SqliteStore | MemoryStore, clock: Clock, *, own: Mapping[str, bytes] | None = None
) -> Assembled:
    own = own_rules(settings) | dict(own or {})
    packs = load_packs((*settings.packs, *own_rules(settings)), own)
    tenant, providers = tenant_of(settings), providers_content(settings)
    model = read_folder(Path(settings.model)) if settings.model else None
    law = make_law(
        settings,
        packs,
        tenant,
        model=None if model is None else read_model(model),
        providers=() if providers is None else read_providers(providers),
    )
    sources = {place: data for place, (data, _) in packs.items()}
    keys = KeyMaker(secret=store.derive("windows"))
    ruleset = publish_ruleset(
        store, sources, tenant=tenant, parameters=settings.parameters(), model=model, providers=providers
    )
    store.set_meta(_RULESET, ruleset)
    shard = Shard(
        tenant=tenant,
        law=law,
        ruleset=ruleset,
        ports=_ports(settings, store, clock=clock, keys=keys),
        memory=fresh_memory(settings, law, keys),
        fresh_memory=lambda: fresh_memory(settings, law, keys),
        bank=Bank(name=settings.bank_name, phone=settings.bank_phone),
    )
    return Assembled(settings=settings, shard=shard, clock=clock, store=store)


def scratch_shard(assembled: Assembled, now_ms: int) -> Shard:
    """Make a shard in memory under the same law, with an empty past and a clock that stands where it is told."""
    shard, clock = assembled.shard, StandingClock(now_ms)
    store = MemoryStore(clock=clock)
    copy_ruleset(assembled.store, store, shard.ruleset)
    ports = replace(shard.ports, clock=clock, store=store)
    return Shard(
        tenant=shard.tenant,
        law=shard.law,
        ruleset=shard.ruleset,
        ports=ports,
        memory=shard.fresh_memory(),
        fresh_memory=shard.fresh_memory,
    )
