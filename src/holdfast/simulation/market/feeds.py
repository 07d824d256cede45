"""The lists that belong to an invented marketplace: hosts that its honest users may name."""

from urllib.parse import urlsplit

from holdfast.simulation.market.market import SITE, Market
from holdfast.simulation.world import Document

_ALLOWED = "marketplace.links.allow"


def list_entries(market: Market) -> list[Document]:
    """Give what the lists hold at the start: `list`, and `entries` as the door for entries takes them.

    The site's own address, and those of the banks and carriers that it works with.
    """
    hosts = {urlsplit(link.format(code="0")).hostname or "" for link in market.links["honest"]} | {SITE}
    domains = sorted({host.removeprefix("www.") for host in hosts})
    return [{"list": _ALLOWED, "entries": [{"kind": "domain", "value": host, "reason": "partner"} for host in domains]}]
