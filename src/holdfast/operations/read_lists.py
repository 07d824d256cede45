"""Read lists back: their versions and their entries."""

from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import NotFoundError
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.lists import ListEntry, ListVersion

Row = dict[str, object]


def _version_row(shard: Shard, version: ListVersion) -> Row:
    zone = shard.tenant.zone
    return {
        "list": version.list,
        "version": version.version,
        "entries": version.entries,
        "loaded_at": rfc3339(version.loaded_ms, zone),
        "published_at": rfc3339(version.published_ms, zone) if version.published_ms is not None else None,
        "source": version.source,
        "by": version.by,
    }


def list_summaries(shard: Shard) -> list[Row]:
    """Give every list that is loaded or that a pack reads; one never loaded has no version."""
    loaded = shard.memory.lists.versions()
    rows = [_version_row(shard, version) for version in loaded.values()]
    absent = [name for name in shard.law.lists() if name not in loaded]
    return rows + [{"list": name, "version": None, "entries": 0, "loaded_at": None} for name in absent]


def _entry_row(shard: Shard, entry: ListEntry) -> Row:
    zone = shard.tenant.zone
    paper = entry.document
    return {
        "kind": entry.kind,
        "value": entry.value,
        "bic": entry.bic,
        "police": entry.police,
        "reason": entry.reason,
        "source": entry.source,
        "document": {"number": paper.number, "date": paper.date, "title": paper.title} if paper else None,
        "added_at": rfc3339(entry.added_ms, zone),
        "expires_at": rfc3339(entry.expires_ms, zone) if entry.expires_ms is not None else None,
    }


def list_page(shard: Shard, list_id: str, *, cursor: str | None, limit: int) -> Row:
    """Give one list's version and a page of its entries."""
    version = shard.memory.lists.version(list_id)
    if version is None:
        if not shard.memory.lists.is_loaded(list_id):
            raise NotFoundError(f"the list `{list_id}` was never loaded")
        return {"list": list_id, "version": None, "entries": 0, "items": [], "next": None}
    page = shard.ports.store.list_entries(list_id, cursor=cursor, limit=limit)
    items = [_entry_row(shard, entry) for entry in page.items]
    return {**_version_row(shard, version), "items": items, "next": page.next}
