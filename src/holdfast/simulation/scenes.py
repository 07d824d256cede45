"""The table of scenes: every fraud, every honest twin, who plays it, when, how often, and the sign to expect."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from holdfast.simulation import pressure, takeovers, twins
from holdfast.simulation.signs import CASH_SIGNS_MS, GIS_SIGN_MS, TWELVE_SIGNS_MS
from holdfast.simulation.story import Story
from holdfast.simulation.world import Jurisdiction

PEOPLE: Final = ("person",)
REPORTED: Final = ("person", "reported", "reported")
SLEEPERS: Final = ("dormant", "student", "newcomer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One kind of story.

    `expected_signs` are the words (`1.9`, `cash.5`, `mule`) of the signs that a telling may show; in an honest
    scene they are those that the letter of the law makes fire on an honest client. `twin_of` names the frauds
    that an honest scene resembles. `hours` is when it begins, `weight` how often against the others, and
    `since_ms` the instant before which the story's law did not exist.
    """

    name: str
    honest: bool
    tell: Callable[[Story], None]
    expected_signs: tuple[str, ...] = ()
    segments: tuple[str, ...] = PEOPLE
    hours: tuple[int, int] = (9, 20)
    weight: int = 2
    jurisdictions: tuple[Jurisdiction, ...] = ("ru", "kz")
    since_ms: int = 0
    twin_of: tuple[str, ...] = ()


_RU: Final[tuple[Jurisdiction, ...]] = ("ru",)
_KZ: Final[tuple[Jurisdiction, ...]] = ("kz",)

_FRAUDS: Final = (
    Scene(
        name="victim_phone",
        honest=False,
        tell=pressure.victim_phone,
        expected_signs=("1.9", "1.10c", "1.12"),
        segments=REPORTED,
        weight=9,
        hours=(9, 18),
    ),
    Scene(
        name="own_sbp_1_12",
        honest=False,
        tell=pressure.own_sbp_1_12,
        expected_signs=("1.12",),
        weight=3,
        jurisdictions=_RU,
    ),
    Scene(
        name="loan_victim",
        honest=False,
        tell=pressure.loan_victim,
        expected_signs=("1.9", "cash.4", "cash.5", "lenders"),
        segments=REPORTED,
        hours=(9, 15),
    ),
    Scene(
        name="database_recipient",
        honest=False,
        tell=pressure.database_recipient,
        expected_signs=("1.1",),
        weight=6,
        hours=(7, 24),
    ),
    Scene(
        name="gis_recipient",
        honest=False,
        tell=pressure.gis_recipient,
        expected_signs=("1.2",),
        jurisdictions=_RU,
        since_ms=GIS_SIGN_MS,
    ),
    Scene(
        name="bank_list_recipient",
        honest=False,
        tell=pressure.bank_list_recipient,
        expected_signs=("1.7",),
        jurisdictions=_RU,
    ),
    Scene(
        name="court_recipient",
        honest=False,
        tell=pressure.court_recipient,
        expected_signs=("1.8",),
        weight=1,
        jurisdictions=_RU,
    ),
    Scene(
        name="digital_rouble_recipient",
        honest=False,
        tell=pressure.digital_rouble_recipient,
        expected_signs=("1.1", "2.1", "2.2"),
        weight=1,
        jurisdictions=_RU,
        since_ms=TWELVE_SIGNS_MS,
    ),
    Scene(
        name="safe_cash",
        honest=False,
        tell=pressure.safe_cash,
        expected_signs=("cash.4", "cash.6", "cash.7", "cash.9"),
        segments=REPORTED,
        jurisdictions=_RU,
        since_ms=CASH_SIGNS_MS,
    ),
    Scene(
        name="cash_courier_1_11",
        honest=False,
        tell=pressure.cash_courier_1_11,
        expected_signs=("1.11",),
        jurisdictions=_RU,
    ),
    Scene(
        name="call_in_app",
        honest=False,
        tell=pressure.call_in_app,
        expected_signs=("call", "1.10a"),
        weight=4,
        jurisdictions=_KZ,
    ),
    Scene(
        name="scheme_signal",
        honest=False,
        tell=pressure.scheme_signal,
        expected_signs=("1.4", "1.10e"),
        jurisdictions=_RU,
        since_ms=TWELVE_SIGNS_MS,
    ),
    Scene(
        name="card_relay",
        honest=False,
        tell=pressure.card_relay,
        expected_signs=("1.3", "cash.3"),
        weight=1,
        jurisdictions=_RU,
    ),
    Scene(
        name="takeover",
        honest=False,
        tell=takeovers.takeover,
        expected_signs=("1.5", "1.10b"),
        weight=4,
        hours=(0, 24),
    ),
    Scene(
        name="sim_swap",
        honest=False,
        tell=takeovers.sim_swap,
        expected_signs=("1.10c", "1.10d"),
        weight=3,
        hours=(8, 21),
    ),
    Scene(
        name="phone_changed",
        honest=False,
        tell=takeovers.phone_changed,
        expected_signs=("1.10c",),
        weight=2,
    ),
    Scene(
        name="malware",
        honest=False,
        tell=takeovers.malware,
        expected_signs=("1.10a",),
        hours=(0, 24),
    ),
    Scene(
        name="mule_collect",
        honest=False,
        tell=takeovers.mule_collect,
        expected_signs=("mule",),
        segments=SLEEPERS,
        hours=(10, 23),
    ),
    Scene(
        name="rented_account",
        honest=False,
        tell=takeovers.rented_account,
        expected_signs=("mule", "1.10c", "cash.8"),
        segments=("student", "salaried", "newcomer"),
    ),
    Scene(
        name="relay_mule",
        honest=False,
        tell=takeovers.relay_mule,
        expected_signs=("mule",),
        segments=("student", "self_employed", "dormant"),
        hours=(10, 24),
    ),
)

_TWINS: Final = (
    Scene(
        name="house_purchase",
        honest=True,
        tell=twins.house_purchase,
        expected_signs=("1.9", "1.12"),
        segments=REPORTED,
        hours=(9, 14),
        twin_of=("victim_phone", "own_sbp_1_12"),
    ),
    Scene(
        name="new_phone",
        honest=True,
        tell=twins.new_phone,
        weight=4,
        hours=(9, 22),
        twin_of=("takeover", "sim_swap"),
    ),
    Scene(name="fundraiser", honest=True, tell=twins.fundraiser, weight=1, twin_of=("mule_collect", "relay_mule")),
    Scene(name="class_collection", honest=True, tell=twins.class_collection, weight=1, twin_of=("mule_collect",)),
    Scene(
        name="traveller",
        honest=True,
        tell=twins.traveller,
        weight=3,
        hours=(0, 24),
        twin_of=("takeover", "rented_account"),
    ),
    Scene(
        name="medical_emergency",
        honest=True,
        tell=twins.medical_emergency,
        expected_signs=("1.9", "1.12"),
        segments=REPORTED,
        hours=(0, 6),
        twin_of=("victim_phone", "own_sbp_1_12"),
    ),
    Scene(name="large_gift", honest=True, tell=twins.large_gift, twin_of=("victim_phone",)),
    Scene(
        name="student_earns",
        honest=True,
        tell=twins.student_earns,
        segments=("student", "dormant"),
        weight=1,
        twin_of=("mule_collect", "rented_account"),
    ),
    Scene(name="sim_renewed", honest=True, tell=twins.sim_renewed, twin_of=("sim_swap", "phone_changed")),
    Scene(
        name="deposit_move",
        honest=True,
        tell=twins.deposit_move,
        expected_signs=("1.12",),
        weight=3,
        twin_of=("own_sbp_1_12",),
    ),
    Scene(name="car_sale", honest=True, tell=twins.car_sale, twin_of=("relay_mule", "victim_phone")),
    Scene(
        name="cash_after_abroad",
        honest=True,
        tell=twins.cash_after_abroad,
        jurisdictions=_RU,
        twin_of=("cash_courier_1_11",),
    ),
    Scene(
        name="namesake_account",
        honest=True,
        tell=twins.namesake_account,
        weight=1,
        jurisdictions=_RU,
        twin_of=("database_recipient",),
    ),
    Scene(name="renovation", honest=True, tell=twins.renovation, weight=3, twin_of=("victim_phone", "takeover")),
    Scene(name="honest_loan", honest=True, tell=twins.honest_loan, twin_of=("loan_victim",)),
    Scene(
        name="pay_on_the_line",
        honest=True,
        tell=twins.pay_on_the_line,
        expected_signs=("call",),
        weight=5,
        twin_of=("call_in_app", "victim_phone"),
    ),
    Scene(
        name="hidden_network",
        honest=True,
        tell=twins.hidden_network,
        expected_signs=("1.10b",),
        weight=4,
        hours=(0, 24),
        twin_of=("takeover",),
    ),
    Scene(name="forgotten_code", honest=True, tell=twins.forgotten_code, weight=1, twin_of=("safe_cash",)),
    Scene(name="shared_flat", honest=True, tell=twins.shared_flat, weight=3, twin_of=("mule_collect",)),
    Scene(
        name="wage_to_listed",
        honest=True,
        tell=twins.wage_to_listed,
        segments=("firm",),
        weight=1,
        jurisdictions=_KZ,
        twin_of=("database_recipient",),
    ),
)

SCENES: Final = MappingProxyType({scene.name: scene for scene in (*_FRAUDS, *_TWINS)})


def scenes_of(jurisdiction: Jurisdiction, ms: int, *, honest: bool) -> tuple[Scene, ...]:
    """Give the scenes that can be told in a country at an instant."""
    return tuple(
        scene
        for scene in SCENES.values()
        if scene.honest == honest and jurisdiction in scene.jurisdictions and ms >= scene.since_ms
    )
