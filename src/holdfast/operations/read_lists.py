"""Read lists back: their versions and their entries."""

from dataclasses import asdict

from holdfast.operations.freshness import feed_row
from holdfast.operations.import_folder import Counts, Held
from holdfast.operations.import_list import Imported
from holdfast.operations.known_lists import is_known
from holdfast.operations.list_settings import check_name, list_settings, snapshot_limits
from holdfast.operations.shard import Shard
from holdfast.operations.undo_version import Undone, Wrong
from holdfast.vocabulary.errors import InvalidError, NotFoundError
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.lists import ListEntry, ListVersion
from holdfast.vocabulary.spelling import meant

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
    rows += [{"list": name, "version": None, "entries": 0, "loaded_at": None} for name in absent]
    return [row | settings_row(shard, str(row["list"])) | {"feed": feed_row(shard, str(row["list"]))} for row in rows]


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
    version = shard.memory.lists.version(check_name(list_id))
    if version is None:
        if not (shard.memory.lists.is_loaded(list_id) or is_known(shard, list_id)):
            raise NotFoundError(f"the list `{list_id}` was never loaded")
        empty: Row = {"list": list_id, "version": None, "entries": 0, "items": [], "next": None}
        return empty | settings_row(shard, list_id)
    page = shard.ports.store.list_entries(list_id, cursor=cursor, limit=limit)
    items = [_entry_row(shard, entry) for entry in page.items]
    return {**_version_row(shard, version), **settings_row(shard, list_id), "items": items, "next": page.next}


def settings_row(shard: Shard, list_id: str) -> Row:
    """Give what a list is for, its limits, and what waits in quarantine."""
    said = list_settings(shard.ports.store, list_id)
    limits = asdict(snapshot_limits(said))
    limits.pop("may_be_empty")
    waiting = [held_row(shard, held) for held in shard.ports.imports.of_list(list_id)]
    return {"purpose": said.purpose, "title": said.title, "limits": limits, "quarantine": waiting}


def held_row(shard: Shard, held: Held) -> Row:
    """Give one snapshot in quarantine: who loaded it, what it would change, and why it waits."""
    zone, asked = shard.tenant.zone, held.request
    return {
        "list": asked.list,
        "id": held.id,
        "type": asked.feed or "table",
        "marked": asked.marked,
        "by": asked.by,
        "held_at": rfc3339(held.held_ms, zone),
        "published_at": rfc3339(asked.published_ms, zone) if asked.published_ms is not None else None,
        "findings": [asdict(finding) for finding in held.findings],
        **_counts_row(held.counts),
        "faults": [asdict(fault) for fault in held.faults],
    }


def imported_row(shard: Shard, imported: Imported) -> Row:
    """Give the version that an import led to, what it changed, and the rows that could not be used."""
    version = imported.version
    head: Row = {"list": imported.list, "version": None} if version is None else _version_row(shard, version)
    return head | _counts_row(imported.counts) | {"faults": [asdict(fault) for fault in imported.faults]}


def undone_row(shard: Shard, wrong: Wrong, undone: Undone) -> Row:
    """Give the version that took another one back, and what that led to; before a second person's word who gave one."""
    if undone.version is None:
        return {"list": wrong.list, "undone": None, "asked": wrong.version, "by": undone.by}
    made, led = undone.version, undone.followed
    return {
        **_version_row(shard, made),
        "undone": wrong.version,
        "added": made.added,
        "removed": made.removed,
        "left": undone.left,
        "holds": {"withdrawn": led.withdrawn, "kept": led.kept, "released": led.released} if led else None,
        "clients": {"restored": led.restored, "restricted": led.restricted, "unnamed": led.unnamed} if led else None,
    }


def _counts_row(counts: Counts) -> Row:
    """Give the counts; an entry of which something but the value changed is counted as changed alone."""
    return {
        "rows": counts.rows,
        "faulty_rows": counts.faults,
        "added": counts.new,
        "removed": counts.gone,
        "changed": counts.changed,
        "unmatched": counts.unmatched,
    }


def version_rows(shard: Shard, list_id: str, *, cursor: str | None, limit: int) -> Row:
    """Give a list's versions, the newest first; a cursor counts those that were seen."""
    found = shard.ports.store.list_versions(check_name(list_id))[::-1]
    if not (found or is_known(shard, list_id) or list_id in shard.law.lists()):
        hint = meant(list_id, shard.memory.lists.versions())
        raise NotFoundError(f"the list `{list_id}` was never loaded", hint=hint)
    if cursor is not None and not (cursor.isascii() and cursor.isdigit()):
        raise InvalidError(f"`cursor` cannot be `{cursor}`", pointer="/cursor", hint="give back what `next` said")
    # the cursor names the oldest version seen, so that pages fit together while new versions come
    start = 0 if cursor is None else max(len(found) - int(cursor), 0)
    page = found[start : start + limit]
    following = str(len(found) - start - limit) if start + limit < len(found) else None
    rows = [_version_row(shard, one) | {"added": one.added, "removed": one.removed} for one in page]
    return {"items": rows, "next": following}


def change_page(shard: Shard, list_id: str, version: str, *, cursor: str | None, limit: int) -> Row:
    """Give what one version changed, a page at a time."""
    found = {one.version: one for one in shard.ports.store.list_versions(check_name(list_id))}
    known = found.get(version)
    if known is None:
        raise NotFoundError(f"the list `{list_id}` has no version `{version}`")
    page = shard.ports.store.list_change(list_id, version, cursor=cursor, limit=limit)
    items = [{"change": "added" if added else "removed", **_entry_row(shard, entry)} for entry, added in page.items]
    head = _version_row(shard, known) | {"added": known.added, "removed": known.removed}
    return {**head, "items": items, "next": page.next}
