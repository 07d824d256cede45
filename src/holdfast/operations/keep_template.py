"""Keep templates of faces, where an operator must: sealed for one tenant, one person, one version and one model.

Without the parameter `identity.keep_templates` nothing is kept. A template is sealed (AES-256-GCM) under a key that is
derived from the directory's own for it alone, and what is sealed lies in the log under a data key of its own. So no
dump, export or replay shows it; a newer version destroys the one before; and destroying the data key destroys it in
the log and in every copy that is restored after. What was destroyed is proven by the chain of the log.
"""

from dataclasses import dataclass, replace
from hashlib import blake2b, sha256
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec.json import Decoder

from holdfast.operations.record import subject_named
from holdfast.operations.shard import Shard, commit, settled
from holdfast.vocabulary.errors import Bug, ConflictError, InvalidError, StoreError
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.vocabulary.templates import TemplateAct, TemplateActKind
from holdfast.wire.canonical import canonical

Row = dict[str, Any]
PACK: Final = "policy.identity"
KEEP: Final = "identity.keep_templates"
LONGEST: Final = 16_384
_NONCE: Final = bytes(12)  # each key seals one template, so no nonce serves twice
_READ: Final = Decoder(TemplateAct)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A template to keep: whose it is (a keyed hash), what made it, and who or what had it kept."""

    owner: str
    model: str
    data: bytes
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A template as it was kept; `sealed` is empty once its key is destroyed."""

    act: TemplateAct
    sealed: bytes


def keeps_templates(shard: Shard) -> bool:
    """Tell whether the operator said that templates are kept."""
    return shard.law.parameter(PACK, KEEP, shard.ports.clock.now_ms()) is True


async def keep_template(shard: Shard, enrolled: Enrolled) -> int:
    """Keep a person's template as the newest version, destroy the versions before it, and give its number.

    Raises ConflictError where the operator did not say that templates are kept, InvalidError for an empty or too long
    one.
    """
    if not keeps_templates(shard):
        hint = f"without a duty to keep them leave it so; else set `{PACK}:{KEEP}=true`"
        raise ConflictError("no template of a face is kept here", hint=hint)
    if not 1 <= len(enrolled.data) <= LONGEST:
        raise InvalidError(f"a template has 1 to {LONGEST} bytes, not {len(enrolled.data)}")
    await settled(shard, template_thread(enrolled.owner))
    kept = _kept(shard, enrolled.owner)
    act = TemplateAct(
        act=TemplateActKind.KEEP,
        id=shard.ports.new_id("tpl"),
        owner=enrolled.owner,
        version=max((one.act.version for one in kept), default=0) + 1,
        model=enrolled.model,
        at_ms=shard.ports.clock.now_ms(),
        by=enrolled.by,
    )
    sealed = _cipher(shard, act).encrypt(_NONCE, enrolled.data, _bound(shard, act))
    await _written(shard, act, sealed)
    await _destroy(shard, [one.act for one in kept if one.sealed], by=enrolled.by, reason="replaced")
    return act.version


def read_template(shard: Shard, owner: str, model: str) -> bytes | None:
    """Give a person's newest template; nothing where there is none, it was destroyed, or another model made it."""
    kept = _kept(shard, owner)
    if not kept or not kept[-1].sealed or kept[-1].act.model != model:
        return None
    newest = kept[-1]
    try:
        return _cipher(shard, newest.act).decrypt(_NONCE, newest.sealed, _bound(shard, newest.act))
    except InvalidTag as error:
        raise StoreError("a template is damaged, or was sealed for another tenant or person") from error


async def delete_templates(shard: Shard, owner: str, *, by: str, reason: str) -> Row:
    """Destroy every template of a person, and give the proof: what, when, at which place of the chain.

    Deleting again destroys nothing more and tells what was destroyed before. `reason` must name nobody.
    """
    await settled(shard, template_thread(owner))
    await _destroy(shard, [one.act for one in _kept(shard, owner) if one.sealed], by=by, reason=reason)
    return {"kept": any(one.sealed for one in _kept(shard, owner)), "destroyed": _proofs(shard, owner)}


def template_thread(owner: str) -> str:
    """Name the story of a person's templates."""
    return f"template_{owner}"


async def _destroy(shard: Shard, acts: list[TemplateAct], *, by: str, reason: str) -> None:
    """Destroy the keys of templates one by one, and write each down once it is gone."""
    for act in acts:
        shard.ports.store.forget(_subject(shard, act))
        gone = next(one for one in _kept(shard, act.owner) if one.act.id == act.id)
        if gone.sealed:
            raise Bug(f"the template `{act.id}` can be read after its key was destroyed")
        now_ms = shard.ports.clock.now_ms()
        deleted = replace(act, act=TemplateActKind.DELETE, at_ms=now_ms, by=by, reason=reason)
        await _written(shard, deleted, b"")


async def _written(shard: Shard, act: TemplateAct, sealed: bytes) -> None:
    """Write an act down, and wait until it is on disk."""
    if sealed:
        act = replace(act, sealed_sha256=sha256(sealed).hexdigest())
    record = Record(
        seq=shard.next_seq(),
        kind=RecordKind.TEMPLATE,
        occurred_ms=act.at_ms,
        received_ms=act.at_ms,
        subject=_subject(shard, act) if sealed else b"",
        event=sealed,
        act=canonical(act),
        threads=(template_thread(act.owner),),
    )
    await commit(shard, record).landed


def _kept(shard: Shard, owner: str) -> list[_Kept]:
    """Give every template that a person ever had here, oldest first."""
    records = [(_READ.decode(one.act), one.event) for one in shard.ports.store.thread(template_thread(owner))]
    return [_Kept(act=act, sealed=event) for act, event in records if act.act is TemplateActKind.KEEP]


def _proofs(shard: Shard, owner: str) -> list[Row]:
    """Tell what was destroyed, each with its place and its link in the chain of the log."""
    found = [(_READ.decode(one.act), one.seq) for one in shard.ports.store.thread(template_thread(owner))]
    links = {seq: shard.ports.store.chain_link(seq) for act, seq in found if act.act is TemplateActKind.DELETE}
    return [
        {
            "template": act.id,
            "version": act.version,
            "model": act.model,
            "sealed_sha256": act.sealed_sha256,
            "at": rfc3339(act.at_ms, shard.tenant.zone),
            "by": act.by,
            "reason": act.reason,
            "record": seq,
            "link": None if (link := links[seq]) is None else link.link.hex(),
        }
        for act, seq in found
        if act.act is TemplateActKind.DELETE
    ]


def _subject(shard: Shard, act: TemplateAct) -> bytes:
    """Name the data key of one template, which nothing else lies under."""
    return subject_named(shard.ports.store, "template", act.id)


def _cipher(shard: Shard, act: TemplateAct) -> AESGCM:
    """Derive the key of one template from the tenant's."""
    return AESGCM(blake2b(act.id.encode(), digest_size=32, key=shard.ports.store.derive("templates")).digest())


def _bound(shard: Shard, act: TemplateAct) -> bytes:
    """Say what a template is sealed for: it opens for no other tenant, person, version or model."""
    return canonical([shard.tenant.name, act.owner, act.version, act.model])
