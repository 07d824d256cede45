"""The table of the marketplace's scenes: every fraud and every honest twin, when it begins and how often it comes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from holdfast.simulation.market import frauds, twins
from holdfast.simulation.market.tale import Tale


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketScene:
    """One kind of story; `twin_of` names the frauds that an honest one resembles, `weight` how often it comes."""

    name: str
    honest: bool
    tell: Callable[[Tale], None]
    weight: int = 2
    hours: tuple[int, int] = (9, 21)
    twin_of: tuple[str, ...] = ()


def _fraud(tell: Callable[[Tale], None], weight: int = 2, hours: tuple[int, int] = (9, 23)) -> MarketScene:
    return MarketScene(name=tell.__name__, honest=False, tell=tell, weight=weight, hours=hours)


def _twin(tell: Callable[[Tale], None], *twin_of: str, weight: int = 2) -> MarketScene:
    return MarketScene(name=tell.__name__, honest=True, tell=tell, weight=weight, twin_of=twin_of)


_FRAUDS: Final = (
    _fraud(frauds.three_cities, 5),
    _fraud(frauds.copied_flat, 3),
    _fraud(frauds.flats_many_cities, 2),
    _fraud(frauds.phishing_delivery, 8),
    _fraud(frauds.low_price_bait, 4),
    _fraud(frauds.foreign_number, 3, (0, 24)),
    _fraud(frauds.rented_accounts, 2),
    _fraud(frauds.takeover, 3, (0, 24)),
    _fraud(frauds.edit_after_approve, 3),
    _fraud(frauds.one_payout, 1),
    _fraud(frauds.many_accounts, 2),
)
_TWINS: Final = (
    _twin(twins.dealer_stock, "three_cities", weight=1),
    _twin(twins.agency_template, "flats_many_cities", "copied_flat", weight=1),
    _twin(twins.mover, "three_cities", "flats_many_cities", weight=3),
    _twin(twins.own_repost, "three_cities", "copied_flat", weight=4),
    _twin(twins.honest_wreck, "low_price_bait", weight=3),
    _twin(twins.first_payment, "low_price_bait"),
    _twin(twins.owner_abroad, "foreign_number", weight=3),
    _twin(twins.private_network, "foreign_number"),
    _twin(twins.verified_foreigner, "foreign_number"),
    _twin(twins.suburb, "three_cities", "flats_many_cities"),
    _twin(twins.family_phone, "many_accounts", "rented_accounts"),
    _twin(twins.stub_picture, "copied_flat", weight=1),
    _twin(twins.careful_talk, "phishing_delivery", weight=4),
    _twin(twins.honest_links, "phishing_delivery", weight=4),
    _twin(twins.new_phone, "takeover", weight=3),
    _twin(twins.brigade, weight=2),
    _twin(twins.shared_address, "many_accounts", weight=1),
)
MARKET_SCENES: Final[Mapping[str, MarketScene]] = MappingProxyType({one.name: one for one in (*_FRAUDS, *_TWINS)})
