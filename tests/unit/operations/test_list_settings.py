"""What a list's name and its operator say of it."""

import pytest

from holdfast.operations.list_settings import (
    Limits,
    ListSettings,
    check_name,
    is_inner,
    list_settings,
    marks_of,
    set_list,
    snapshot_limits,
)
from holdfast.store import MemoryStore
from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.lists import ListPurpose
from tests.unit.store.making import StillClock

USUAL = {
    "ru.cbr.recipients": ListPurpose.REGULATOR,
    "kz.afc.persons": ListPurpose.REGULATOR,
    "marketplace.links.allow": ListPurpose.ALLOW,
    "marketplace.links.block": ListPurpose.DENY,
    "bank.recipients": ListPurpose.WATCH,
}


@pytest.mark.parametrize("name", USUAL)
def test_a_name_says_the_usual_purpose(name: str) -> None:
    """Without a word of the operator the name decides, and a regulator's snapshots must bear a date."""
    settings = list_settings(MemoryStore(clock=StillClock()), name)
    assert settings.purpose is USUAL[name]
    assert snapshot_limits(settings).dated is (USUAL[name] is ListPurpose.REGULATOR)


def test_what_the_operator_says_is_kept_and_the_rest_stays_usual() -> None:
    """Only the limits that were set differ from the usual ones."""
    store = MemoryStore(clock=StillClock())
    set_list(store, "bank.mules", ListSettings(purpose=ListPurpose.MULE, limits=Limits(shrink_percent=0, dated=True)))
    limits = snapshot_limits(list_settings(store, "bank.mules"))
    assert (limits.shrink_percent, limits.dated, limits.grow_percent) == (0, True, 50)


@pytest.mark.parametrize("name", ["", "Bank", "a:b", "список", "a/b", ".a", "a" * 65])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    """A name is plain, so that the lists kept beside a list can never be named by a caller."""
    with pytest.raises(InvalidError):
        check_name(name)


def test_marks_stand_under_a_name_that_no_caller_can_give() -> None:
    """The list of marks is told from lists that answer."""
    name = marks_of("ru.cbr.recipients", "inn")
    assert (is_inner(name), is_inner("ru.cbr.recipients")) == (True, False)
    with pytest.raises(InvalidError):
        check_name(name)
