"""One name for a member of the site: who sells and who buys there has one account, whatever the event calls its id.

A listing names `seller.seller_id`, a login at the marketplace `client.customer_id` or `client.seller_id`: the same
account. `member_id` is the one that is there, so that rules can ask the past of a seller over all of the site's events,
and a list of sellers names a member also in a chat or at a login where the event has a customer's id alone.
An event of a bank gets no such name.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from holdfast.vocabulary.event import Value
from holdfast.vocabulary.lists import ListKind
from holdfast.vocabulary.schema import Field, FieldType

MEMBER: Final = "member_id"
_PARTIES: Final[Mapping[str, tuple[str, ...]]] = {
    "login": ("client",),
    "profile_change": ("client",),
    "seller_registered": ("seller",),
    "seller_changed": ("seller",),
    "listing_published": ("seller",),
    "listing_edited": ("seller",),
    "listing_closed": ("seller",),
    "message_sent": ("sender", "recipient"),
    "complaint": ("client", "seller"),
    "payout": ("seller",),
    "identity_check": ("client",),
}
_SELLERS_ALONE: Final = frozenset({"identity_check"})  # a bank's clients are checked too, under ids of their own
_NAMES: Final = ("seller_id", "customer_id")
_PLACE: Final = "where"
_SITE: Final = "marketplace"


class Members:
    """Adds `member_id` to the parties of the site's events."""

    def fields(self, event_type: str, known: Mapping[str, Field]) -> Sequence[Field]:  # noqa: ARG002 - as every derivation is asked
        """Declare a name for each party that is a member of the site."""
        return tuple(
            Field(
                path=f"{party}.{MEMBER}",
                type=FieldType.TEXT,
                list_kind=ListKind.SELLER,
                personal=True,
                title="account on the site",
            )
            for party in _PARTIES.get(event_type, ())
        )

    def derive(self, event_type: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Give the id of each party's account; of a login elsewhere nothing."""
        if values.get(_PLACE, _SITE) != _SITE:
            return {}
        names = _NAMES[:1] if event_type in _SELLERS_ALONE else _NAMES
        found = (
            (party, next((one for name in names if (one := values.get(f"{party}.{name}"))), None))
            for party in _PARTIES.get(event_type, ())
        )
        return {f"{party}.{MEMBER}": member for party, member in found if member is not None}
