"""What was in force when, and which packs are meant."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import pytest

from holdfast.regulation import as_of, boundaries, select
from holdfast.vocabulary.errors import PackError
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.packs import Pack
from tests.unit.regulation.conftest import parse_small

MOSCOW = "+03:00"
ALMATY = "+05:00"
OLD = {f"ru.od-1027.{number}" for number in range(1, 7)}
NEW = (
    {f"ru.od-2506.1.{number}" for number in (1, *range(3, 10), 11, 12)}
    | {f"ru.od-2506.1.10{letter}" for letter in "abcde"}
    | {"ru.od-2506.2.1", "ru.od-2506.2.2"}
)
SELLERS = {f"ru.289-fz.{name}" for name in ("register", "other-register", "identity", "tax-id")}
CASH = {f"ru.od-1765.{number}" for number in range(1, 10)} | {"ru.trusted-person.1", "ru.trusted-person.2"}
STARTERS = ["policy.default", "policy.marketplace", "policy.messages", "policy.identity"]


def ms(text: str) -> int:
    """Read an instant."""
    return to_ms(datetime.fromisoformat(text))


def signs_at(packs: Mapping[str, Pack], names: list[str], text: str) -> set[str]:
    """Give the ids of the signs in force."""
    return {str(sign) for sign in as_of(select(names, packs), ms(text)).signs}


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2024-07-24T23:59:59", set()),
        ("2024-07-25T00:00:00", OLD),
        ("2025-08-31T23:59:59", OLD),
        ("2025-09-01T00:00:00", OLD | CASH),
        ("2025-12-31T23:59:59", OLD | CASH),
        ("2026-01-01T00:00:00", NEW | CASH),
        ("2026-02-28T23:59:59", NEW | CASH),
        ("2026-03-01T00:00:00", NEW | CASH | {"ru.od-2506.1.2"}),
        ("2026-09-30T23:59:59", NEW | CASH | {"ru.od-2506.1.2"}),
        ("2026-10-01T00:00:00", NEW | CASH | SELLERS | {"ru.od-2506.1.2"}),
    ],
)
def test_russian_signs_by_date(packs: Mapping[str, Pack], instant: str, expected: set[str]) -> None:
    """Six signs until 2025 ends, cash from September, a new order from 2026, 1.2 from March, sellers from October."""
    assert signs_at(packs, ["ru"], instant + MOSCOW) == expected


@pytest.mark.parametrize(
    ("instant", "duty", "present"),
    [
        ("2025-05-14T23:59:59", "ru.161-fz.9.11.6", False),
        ("2025-05-15T00:00:00", "ru.161-fz.9.11.6", True),
        ("2024-07-25T00:00:00", "ru.161-fz.9.11.7", True),
        ("2025-08-31T23:59:59", "ru.od-1765.cap", False),
        ("2025-09-01T00:00:00", "ru.od-1765.cap", True),
        ("2025-08-31T23:59:59", "ru.9-fz.pause-48", False),
        ("2025-09-01T00:00:00", "ru.9-fz.pause-48", True),
    ],
)
def test_russian_duties_by_date(packs: Mapping[str, Pack], instant: str, duty: str, *, present: bool) -> None:
    """The caps and the loan pause begin on their days."""
    assert (duty in as_of(select(["ru"], packs), ms(instant + MOSCOW)).duties) is present


@pytest.mark.parametrize(
    ("instant", "term"),
    [("2024-07-22T00:00:00", 3), ("2025-08-30T23:59:59", 3), ("2025-08-31T00:00:00", 5), ("2026-06-01T00:00:00", 5)],
)
def test_the_kazakh_term_by_date(packs: Mapping[str, Pack], instant: str, term: int) -> None:
    """Three business days before 31 August 2025, five from then on, and no confirmation window."""
    policy = as_of(select(["kz"], packs), ms(instant + ALMATY)).policies["kz.afc.suspension"]
    assert (policy.clock, policy.term, policy.confirm_days) == ("business_days", term, None)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [("2024-12-31T23:00:00", 369200), ("2025-01-01T00:00:00", 393200), ("2026-01-01T00:00:00", 432500)],
)
def test_the_index_by_year(packs: Mapping[str, Pack], instant: str, expected: int) -> None:
    """The monthly calculation index changes with the calendar year of Kazakhstan."""
    assert as_of(select(["kz"], packs), ms(instant + ALMATY)).parameters["kz.afc", "mrp"].value == expected


def test_kazakh_droppers_by_date(packs: Mapping[str, Pack]) -> None:
    """Monitoring of droppers begins on 21 July 2025."""
    assert "kz.droppers.1" not in signs_at(packs, ["kz"], "2025-07-20T23:59:59" + ALMATY)
    assert "kz.droppers.1" in signs_at(packs, ["kz"], "2025-07-21T00:00:00" + ALMATY)


def test_boundaries_are_all_the_changes(packs: Mapping[str, Pack]) -> None:
    """Between two neighbouring boundaries nothing changes, and at each of them something does."""
    chosen = select(["ru", "kz"], packs)
    edges = boundaries(chosen)
    assert list(edges) == sorted(set(edges))
    for edge in edges:
        assert as_of(chosen, edge).packs != as_of(chosen, edge - 1).packs
    for start, end in pairwise(edges):
        view = as_of(chosen, start)
        assert view.packs == as_of(chosen, end - 1).packs
        assert (view.from_ms, view.to_ms) == (start, end)


def test_before_and_after_everything(packs: Mapping[str, Pack]) -> None:
    """Before the first boundary only rules are left; after the last the view is open."""
    chosen = select(["ru"], packs)
    early = as_of(chosen, boundaries(chosen)[0] - 1)
    assert [pack.id for pack in early.packs] == ["policy.default", "policy.marketplace", "policy.messages"]
    assert (early.from_ms, early.to_ms) == (None, boundaries(chosen)[0])
    assert as_of(chosen, boundaries(chosen)[-1]).to_ms is None


def test_a_view_answers_by_name(packs: Mapping[str, Pack]) -> None:
    """Rails, rules and versions are found by their names."""
    view = as_of(select(["ru"], packs), ms("2026-05-08T12:00:00+03:00"))
    assert view.rails["ru.161-fz", "order"].action == "suspend"
    assert view.rails["ru.161-fz", "sbp"].action == "refuse"
    assert "policy.loan-onward" in view.rules
    assert view.refunds["ru.161-fz.8.3.13"].days == 30
    assert view.feeds["ru.161-fz", "ru.cbr.recipients"].deadline_hours == 1
    assert view.versions["ru.od-2506"] == packs["ru/od-2506"].version


def test_a_folder_means_its_law(packs: Mapping[str, Pack]) -> None:
    """`ru,kz` loads every law file of both and the bank's policy, but no proposal."""
    chosen = [pack.id for pack in select(["ru", "kz"], packs)]
    assert chosen == [
        "ru.161-fz",
        "ru.289-fz",
        "ru.9-fz",
        "ru.od-1027",
        "ru.od-1765",
        "ru.od-2506",
        "ru.trusted-person",
        "kz.afc",
        "kz.droppers",
        "kz.holidays",
        "policy.default",
        "policy.marketplace",
        "policy.messages",
        "policy.identity",
    ]


def test_a_proposal_loads_by_its_full_name(packs: Mapping[str, Pack]) -> None:
    """What is not law comes only when it is named, and each pack comes once."""
    chosen = [pack.id for pack in select(["kz/marketplace-proposals", "kz", "policy/default", "kz/afc"], packs)]
    named = ["kz.marketplace-proposals", "kz.afc", "kz.droppers", "kz.holidays"]
    assert chosen == [*named, *STARTERS]


def test_policy_always_loads(packs: Mapping[str, Pack]) -> None:
    """Without any word the bank's own rules are there."""
    assert [pack.id for pack in select([], packs)] == STARTERS


@pytest.mark.parametrize(("name", "hint"), [("ruu", "`ru`"), ("kz/afk", "`kz/afc`"), ("qq", "known here")])
def test_an_unknown_name_is_refused(packs: Mapping[str, Pack], name: str, hint: str) -> None:
    """The error names the nearest pack or folder."""
    with pytest.raises(PackError) as caught:
        select([name], packs)
    assert hint in caught.value.advice


def test_one_id_belongs_to_one_pack() -> None:
    """Two packs that give the same id cannot be loaded together."""
    pack = parse_small()
    with pytest.raises(PackError, match=r"`xx\.act\.1` stands in both"):
        select(["a", "b"], {"a": pack, "b": replace(pack, id="xx.other")})


def test_notices_refunds_and_feeds_have_their_dates() -> None:
    """What was not yet in force is not in the view, and each day at which one begins or ends is a boundary."""
    pack = parse_small("    deadline_hours: 3\n", "    deadline_hours: 3\n    effective_to: 2027-01-01\n")
    day = ms("2025-01-01T00:00:00" + MOSCOW)
    assert as_of([pack], day - 1).notices == {}
    view = as_of([pack], day)
    assert set(view.notices) == {("xx.act.told", ""), ("xx.act.again", "hold")}
    assert (set(view.refunds), set(view.feeds)) == ({"xx.act.refund"}, {("xx.act", "xx.list")})
    end = ms("2027-01-01T00:00:00" + MOSCOW)
    assert end in boundaries([pack])
    assert as_of([pack], end).feeds == {}


@pytest.mark.parametrize(("section", "name"), [("notices", "xx.act.told"), ("refunds", "xx.act.refund")])
def test_notices_and_refunds_belong_to_one_pack(section: str, name: str) -> None:
    """The id of a notice or a refund cannot stand in two packs that are loaded together."""
    pack = parse_small()
    bare = replace(pack, id="xx.other", signs=(), rules=(), policies=(), duties=(), notices=(), refunds=())
    with pytest.raises(PackError, match=rf"`{name}` stands in both"):
        select(["a", "b"], {"a": pack, "b": replace(bare, **{section: getattr(pack, section)})})
