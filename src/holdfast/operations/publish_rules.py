"""Keep the content of packs, rules and settings by hash, so that an upgrade cannot change the past."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import UNSET, UnsetType

from holdfast.engine.schema import full_schema
from holdfast.engine.tenant import Tenant
from holdfast.operations.law import Law
from holdfast.operations.ports import Store
from holdfast.operations.read_providers import read_providers
from holdfast.operations.shard import Shard
from holdfast.regulation import parse_pack
from holdfast.rules.voice import Voice
from holdfast.scoring.manifest import read_model
from holdfast.vocabulary.errors import NotFoundError
from holdfast.vocabulary.models import Model
from holdfast.vocabulary.outcome import Mode
from holdfast.wire.canonical import canonical, read_canonical

_PAST: Final = 8  # of megabytes each, compiled anew in a second
Parameters = Mapping[str, bool | int | float | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesetContent:
    """Everything beside the facts that a judgement depends on; `packs` are (name, content hash) in their order.

    `model` is the content hash of the model that scores, `providers` that of the file of providers; without one the
    content says nothing of it.
    """

    packs: Sequence[tuple[str, str]]
    parameters: Parameters
    modes: Mapping[str, Mode]
    trusted_proposals: Sequence[str]
    tenant: str
    home: str
    zone: str
    language: str
    engine: str
    model: str | UnsetType = UNSET
    providers: str | UnsetType = UNSET


def publish_ruleset(
    store: Store,
    sources: Mapping[str, bytes],
    *,
    tenant: Tenant,
    parameters: Parameters,
    model: bytes | None = None,
    providers: bytes | None = None,
) -> str:
    """Keep the texts of all packs, the model and the settings, and give the ruleset's version: the hash of it all.

    `sources` maps a pack's name to the bytes of its file, in the order of precedence; `model` is its content,
    `providers` the file that declares them.
    """
    content = RulesetContent(
        packs=[(name, store.put_content("pack", data)) for name, data in sources.items()],
        parameters=parameters,
        modes=tenant.voice.modes,
        trusted_proposals=sorted(tenant.trusted_proposals),
        tenant=tenant.name,
        home=tenant.home,
        zone=str(tenant.zone),
        language=tenant.voice.language,
        engine=tenant.engine_version,
        model=UNSET if model is None else store.put_content("model", model),
        providers=UNSET if providers is None else store.put_content("providers", providers),
    )
    return store.put_content("ruleset", canonical(content))


def publish_modes(store: Store, ruleset: str, modes: Mapping[str, Mode]) -> str:
    """Keep a published ruleset with other modes beside its own, and give the version of that."""
    content = read_canonical(_content(store, ruleset), RulesetContent)
    return store.put_content("ruleset", canonical(replace(content, modes={**content.modes, **modes})))


def copy_ruleset(source: Store, into: Store, ruleset: str) -> None:
    """Let another store keep a ruleset with the texts of its packs, its model and its providers."""
    content = _content(source, ruleset)
    read = read_canonical(content, RulesetContent)
    for _, digest in read.packs:
        into.put_content("pack", _content(source, digest))
    if read.model is not UNSET:
        into.put_content("model", _content(source, read.model))
    if read.providers is not UNSET:
        into.put_content("providers", _content(source, read.providers))
    into.put_content("ruleset", content)


def tenant_and_law(shard: Shard, ruleset: str) -> tuple[Tenant, Law]:
    """Give the settings and the law of a ruleset, the present one or one of the past."""
    if ruleset == shard.ruleset:
        return shard.tenant, shard.law
    switched = shard.switches.ruling(ruleset)
    if switched is not None:
        return switched.tenant, switched.law
    found = shard.past.get(ruleset)
    if found is None:
        if len(shard.past) >= _PAST:
            shard.past.pop(next(iter(shard.past)), None)
        found = shard.past[ruleset] = law_of(shard.ports.store, ruleset)
    return found


def _content(store: Store, digest: str) -> bytes:
    data = store.content(digest)
    if data is None:
        raise NotFoundError(f"the content `{digest}` is not in the store")
    return data


def law_of(store: Store, ruleset: str, *, instead: Model | None = None) -> tuple[Tenant, Law]:
    """Build the settings and the law of an old ruleset; another model may stand `instead` of its own."""
    content = read_canonical(_content(store, ruleset), RulesetContent)
    tenant = Tenant(
        name=content.tenant,
        home=content.home,
        zone=ZoneInfo(content.zone),
        engine_version=content.engine,
        voice=Voice(language=content.language, modes=content.modes),
        trusted_proposals=frozenset(content.trusted_proposals),
    )
    packs = [parse_pack(_content(store, digest), name=name, kept=True) for name, digest in content.packs]
    model = None if content.model is UNSET else read_model(_content(store, content.model))
    model = instead or model
    providers = () if content.providers is UNSET else read_providers(_content(store, content.providers))
    law = Law(packs, full_schema(), tenant=tenant, parameters=content.parameters, model=model, providers=providers)
    return tenant, law
