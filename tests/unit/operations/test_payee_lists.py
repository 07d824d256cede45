"""What lists knew about a payee, folded from the steps of a value."""

from holdfast.operations.payee_lists import stays
from holdfast.vocabulary.lists import ListEntry, ListKind, ListStep, ListVersion
from tests.unit.operations.test_claims import DATABASE, World, run

BANK, OTHER = "044525225", "044525974"


def step(number: int, *, added: bool = True, bic: str | None = None, expires_ms: int | None = None) -> ListStep:
    """Make a step that version `number` took, published at `number` seconds and loaded half a second later."""
    version = ListVersion(
        list=DATABASE,
        version=str(number),
        loaded_ms=number * 1_000 + 500,
        published_ms=number * 1_000,
        entries=1,
        added=int(added),
        removed=int(not added),
    )
    entry = ListEntry(kind=ListKind.ACCOUNT, value="40817810000000000002", bic=bic, expires_ms=expires_ms)
    return ListStep(version=version, entry=entry, added=added)


def test_a_value_that_left_and_came_back_has_two_stays() -> None:
    """Each stay knows the versions that began and ended it, with their instants."""
    first, second = stays([step(1), step(2, added=False), step(3)], None)
    assert (first.version, first.published_ms, first.loaded_ms) == ("1", 1_000, 1_500)
    assert (first.left_version, first.left_published_ms, first.left_ms) == ("2", 2_000, 2_500)
    assert (second.version, second.left_version, second.left_ms) == ("3", None, None)


def test_an_entry_that_changed_stays_the_one_that_came_first() -> None:
    """A new form of an entry changes its end, not the instant from which it was known."""
    (stay,) = stays([step(1), step(2, expires_ms=9_000)], None)
    assert (stay.version, stay.loaded_ms, stay.expires_ms) == ("1", 1_500, 9_000)


def test_an_entry_of_one_bank_fits_that_bank_alone() -> None:
    """An account narrowed to a bank fits the same bank, not another, and is uncertain where the bank is unknown."""
    assert [stay.fits for stay in stays([step(1, bic=BANK)], BANK)] == [True]
    assert stays([step(1, bic=BANK)], OTHER) == []
    assert [stay.fits for stay in stays([step(1, bic=BANK)], None)] == [None]
    assert [stay.fits for stay in stays([step(1)], OTHER)] == [True]


def test_entries_of_two_banks_come_and_go_apart() -> None:
    """Removing one bank's entry leaves the other's in place."""
    known = stays([step(1, bic=BANK), step(2, bic=None), step(3, bic=BANK, added=False)], BANK)
    assert sorted((stay.version, stay.left_version) for stay in known) == [("1", "3"), ("2", None)]


def test_a_removal_of_what_never_came_is_passed_over() -> None:
    """A history that begins with a removal tells of no stay."""
    assert stays([step(1, added=False)], None) == []


def test_a_payee_who_left_the_list_before_the_decision_was_not_known() -> None:
    """Listed in the morning, gone by ten, paid at eleven: not owed, and the claim says so."""

    async def story(world: World) -> None:
        await world.load(DATABASE, "08T07:00")
        world.at("08T10:00")
        await world.load(DATABASE, "08T09:30", remove=True)
        world.at("08T11:00")
        await world.decide()
        await world.result("executed")
        claim = await world.claim(without_consent=False)
        assert (claim["liability"], claim["assessments"][0]["reason"]) == ("not_owed", "payee_not_listed")

    run(story)


def test_a_payee_without_an_identifier_proves_nothing() -> None:
    """A payee of whom only the kind is known cannot be looked for on any list."""

    async def story(world: World) -> None:
        await world.load(DATABASE, "08T07:00")
        await world.decide(payee={"kind": "individual"})
        await world.result("executed")
        claim = await world.claim(without_consent=False)
        assert claim["liability"] == "cannot_prove"
        known = [one for one in claim["assessments"][0]["findings"] if one["finding"].startswith("known")]
        assert {one["reason"] for one in known} == {"payee_unidentified"}

    run(story)
