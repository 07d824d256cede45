"""One suite over the lists of every store."""

from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from holdfast.vocabulary.errors import Bug, ConflictError, NotFoundError
from holdfast.vocabulary.lists import Document, ListEntry, ListKind, ListStep, ListVersion
from holdfast.vocabulary.records import Record, RecordKind
from tests.unit.store.making import NOW_MS, Store, accept, submit_all


def account(number: int, **more: Any) -> ListEntry:
    """Give an account as a list's entry."""
    entry = ListEntry(kind=ListKind.ACCOUNT, value=f"{number:020d}", bic="044525225", reason="reported", added_ms=7)
    return replace(entry, **more)


def publish(store: Store, version: str, **change: list[ListEntry]) -> None:
    """Stage a change to the list `ru.test` and publish it."""
    store.stage_list_change("ru.test", version, added=change.get("added", []), removed=change.get("removed", []))
    accept(store, list_record(store.last_seq() + 1, version))


def list_record(seq: int, version: str) -> Record:
    """Give the record that publishes a version."""
    one = ListVersion(
        list="ru.test",
        version=version,
        loaded_ms=NOW_MS,
        published_ms=5,
        entries=1,
        added=1,
        removed=0,
        source="upload",
        by="anna",
    )
    return Record(seq=seq, kind=RecordKind.LIST, occurred_ms=NOW_MS, received_ms=NOW_MS, list_version=one)


def entries(store: Store, version: str | None = None) -> list[ListEntry]:
    """Read all pages of `ru.test`, two entries at a time."""
    page = store.list_entries("ru.test", limit=2, version=version)
    items = list(page.items)
    while page.next:
        page = store.list_entries("ru.test", limit=2, cursor=page.next)
        items += page.items
    return items


def test_a_staged_version_is_unseen_until_its_record(store: Store) -> None:
    """Staged values show nowhere; the record makes all of them the current version at once."""
    store.stage_list_change("ru.test", "v1", added=[account(1)])
    store.stage_list_change("ru.test", "v1", added=[account(2), account(3)])
    assert (entries(store), store.list_versions("ru.test"), store.lists()) == ([], (), ())
    accept(store, list_record(1, "v1"))
    assert entries(store) == [account(1), account(2), account(3)]
    assert store.list_versions("ru.test") == (list_record(1, "v1").list_version,)
    assert store.lists() == ("ru.test",)
    assert next(store.replay()).list_version == list_record(1, "v1").list_version


def test_every_version_of_a_list_can_be_read_for_ever(store: Store) -> None:
    """Versions are differences: each still shows the list as it was, and what it changed."""
    paper = Document(number="12-345", date="2026-01-02", title="order")
    publish(store, "v1", added=[account(1), account(2), account(3)])
    publish(store, "v2", added=[account(4)], removed=[account(2)])
    publish(store, "v3", added=[account(2, police=True, document=paper), account(1, reason="again")])
    publish(store, "v4")
    assert entries(store, "v1") == [account(1), account(2), account(3)]
    assert entries(store, "v2") == [account(1), account(3), account(4)]
    newest = [account(1, reason="again"), account(2, police=True, document=paper), account(3), account(4)]
    assert entries(store, "v3") == entries(store, "v4") == entries(store) == newest
    change = store.list_change("ru.test", "v2", limit=1)
    assert change.items == ((replace(account(2), reason=None, added_ms=0), False),)
    assert store.list_change("ru.test", "v2", cursor=change.next).items == ((account(4), True),)
    assert store.list_change("ru.test", "v4").items == ()
    assert [one.version for one in store.list_versions("ru.test")] == ["v1", "v2", "v3", "v4"]
    for ask in (store.list_entries, store.list_change):
        with pytest.raises(NotFoundError, match="v9"):
            ask("ru.test", version="v9")


def test_pages_of_a_list_keep_their_version(store: Store) -> None:
    """A listing that began before a version was published goes on without it."""
    publish(store, "v1", added=[account(number) for number in (1, 2, 3)])
    page = store.list_entries("ru.test", limit=2)
    publish(store, "v2", added=[account(4)], removed=[account(3)])
    assert store.list_entries("ru.test", cursor=page.next).items == (account(3),)


def test_one_version_of_a_list_is_staged_at_a_time(store: Store) -> None:
    """A second import of a list waits for the first, and an aborted one leaves nothing behind."""
    store.stage_list_change("ru.test", "v1", added=[account(1)])
    with pytest.raises(ConflictError, match="v1"):
        store.stage_list_change("ru.test", "v2", added=[account(2)])
    store.drop_staged("ru.test", "v1")
    store.drop_staged("ru.test", "v7")
    publish(store, "v2", added=[account(2)])
    assert entries(store) == [account(2)]
    with pytest.raises(ConflictError, match="published already"):
        store.stage_list_change("ru.test", "v2", added=[account(3)])
    store.stage_list_change("ru.test", "v3", added=[account(3)])
    store.drop_all_staged()
    assert entries(store) == [account(2)]
    (error,) = submit_all(store, [list_record(2, "v2")])
    assert isinstance(error, Bug)


def test_a_reader_of_a_list_reads_one_version_by_kinds(store: Store) -> None:
    """A reader keeps to the version that was newest when it was asked for, and gives the kinds that are wanted."""
    card = ListEntry(kind=ListKind.CARD, value="4111111111111111")
    publish(store, "1.x", added=[account(1), account(2), card])
    publish(store, "2.x", added=[account(2, reason="new")], removed=[account(1)])
    reader = store.list_reader("ru.test")
    publish(store, "3.x", added=[account(3)])
    assert list(reader((ListKind.ACCOUNT,))) == [account(2, reason="new")]
    assert list(reader((ListKind.CARD,))) == [card]
    assert list(store.list_reader("ru.unknown")(tuple(ListKind))) == []


def test_the_history_of_a_value_is_told_step_by_step(store: Store) -> None:
    """Each published version that brought, changed or removed a value is a step, an account for each BIC."""
    elsewhere = account(1, bic="044525999")
    publish(store, "v1", added=[account(1), account(2)])
    publish(store, "v2", added=[account(1, reason="again", police=True), elsewhere])
    publish(store, "v3", added=[account(3)])
    publish(store, "v4", removed=[ListEntry(kind=ListKind.ACCOUNT, value=account(1).value, bic=account(1).bic)])
    publish(store, "v5", added=[account(1)], removed=[elsewhere])
    store.stage_list_change("ru.test", "v6", removed=[account(1)])
    versions = {one.version: one for one in store.list_versions("ru.test")}
    changed = account(1, reason="again", police=True)
    assert store.list_steps("ru.test", ListKind.ACCOUNT, account(1).value) == (
        ListStep(version=versions["v1"], entry=account(1), added=True),
        ListStep(version=versions["v2"], entry=changed, added=True),
        ListStep(version=versions["v2"], entry=elsewhere, added=True),
        ListStep(version=versions["v4"], entry=changed, added=False),
        ListStep(version=versions["v5"], entry=account(1), added=True),
        ListStep(version=versions["v5"], entry=elsewhere, added=False),
    )
    assert store.list_steps("ru.test", ListKind.CARD, account(1).value) == ()
    assert store.list_steps("ru.other", ListKind.ACCOUNT, account(1).value) == ()


def test_a_value_that_was_never_there_is_removed_bare(store: Store) -> None:
    """A version may remove what no version brought; the step then has the value alone."""
    publish(store, "v1", removed=[account(1)])
    (step,) = store.list_steps("ru.test", ListKind.ACCOUNT, account(1).value)
    assert (step.entry, step.added) == (replace(account(1), reason=None, added_ms=0), False)


def test_a_version_remembers_the_kinds_that_it_covered(store: Store) -> None:
    """The kinds of a full snapshot come back with the version."""
    one = list_record(1, "v1")
    assert one.list_version is not None
    covering = replace(one.list_version, kinds=(ListKind.ACCOUNT, ListKind.SBP_PHONE))
    accept(store, structs.replace(one, list_version=covering))
    assert store.list_versions("ru.test") == (covering,)
