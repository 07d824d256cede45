"""Read the loaded packs back: what law is loaded, from when to when, and where it is written."""

from holdfast.operations.shard import Shard
from holdfast.vocabulary.instants import from_ms
from holdfast.vocabulary.packs import Dated, Pack

Row = dict[str, object]


def _dates(shard: Shard, dated: Dated) -> Row:
    zone = shard.tenant.zone
    end = from_ms(dated.to_ms, zone).date().isoformat() if dated.to_ms is not None else None
    return {"effective_from": from_ms(dated.from_ms, zone).date().isoformat(), "effective_to": end}


def _pack_row(shard: Shard, pack: Pack) -> Row:
    tenant, _, _ = shard.ruling(shard.ports.clock.now_ms())
    voice = tenant.voice
    return {
        "id": pack.id,
        "title": voice.title(pack.title),
        "version": pack.version,
        "status": pack.status,
        "jurisdiction": pack.jurisdiction,
        "mode": voice.mode((pack.id, pack.mode)),
        "signs": [
            {
                "id": sign.id,
                "title": voice.title(sign.title),
                "cite": f"{sign.cite.act}, {sign.cite.article}",
                "url": sign.cite.url,
                "confidence": sign.cite.confidence,
                "mode": voice.mode((pack.id, pack.mode), (sign.id, sign.mode)),
                **_dates(shard, sign.dated),
            }
            for sign in pack.signs
        ],
        "rules": [
            {
                "id": rule.id,
                "title": voice.title(rule.title),
                "mode": voice.mode((pack.id, pack.mode), (rule.id, rule.mode)),
            }
            for rule in pack.rules
        ],
    }


def pack_summaries(shard: Shard) -> list[Row]:
    """Describe every loaded pack."""
    return [_pack_row(shard, pack) for pack in shard.law.packs]
