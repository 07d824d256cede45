"""Every name that a rule can read of an event: what comes on the wire, what is derived of it, what the network says."""

from collections.abc import Sequence
from functools import cache

from holdfast.features.derived import phones, places
from holdfast.features.derived.derivation import Derivation
from holdfast.features.derived.derived import Derived, with_derived
from holdfast.features.derived.links import Links
from holdfast.features.derived.members import Members
from holdfast.features.derived.prices import Prices
from holdfast.network.chats import Chats
from holdfast.network.complaints import Complaints
from holdfast.network.draws import Draws
from holdfast.network.network import Network, with_network
from holdfast.network.objects import Objects
from holdfast.network.part import Part
from holdfast.network.phones import Phones
from holdfast.network.photos import Photos
from holdfast.network.prices import PriceGroups
from holdfast.network.texts import Texts
from holdfast.network.travel import Travel
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.packs import Brand
from holdfast.vocabulary.schema import EventSchema
from holdfast.wire.fields import event_schema

_NO_SECRET = b"names only, nothing is kept"


def derivations(home: str, brands: Sequence[Brand] = ()) -> tuple[Derivation, ...]:
    """Give all derivations in their order; `home` is the tenant's country, `brands` are those of its packs."""
    return (
        Members(),
        phones.Phones(home),
        places.Places(home),
        Prices(),
        Links(brands),
    )


def parts(keys: KeyMaker, home: str) -> tuple[Part, ...]:
    """Give all parts of the network in their order, empty; `keys` are the tenant's, `home` is its country."""
    return (
        Complaints(keys),
        Phones(keys),
        Travel(keys),
        Photos(keys),
        Texts(keys),
        PriceGroups(keys),
        Chats(keys),
        Objects(keys, home),
        Draws(keys),
    )


@cache
def full_schema() -> EventSchema:
    """Give the schema that rules, windows and lists read."""
    derived = with_derived(event_schema(), derivations(""))
    return with_network(derived, parts(KeyMaker(secret=_NO_SECRET), ""))


def make_derived(home: str, brands: Sequence[Brand] = ()) -> Derived:
    """Make what adds derived values to the events of a tenant."""
    return Derived(derivations(home, brands), event_schema())


def make_network(keys: KeyMaker, derived: Derived, home: str) -> Network:
    """Make the empty network of a tenant whose country is `home`."""
    return Network(parts(keys, home), event_schema().event_types(), derived=derived.of)
