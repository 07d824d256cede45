"""What the links and the words of a message say by themselves, also those in the codes of its photos."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from holdfast.matching.hosts import Link
from holdfast.matching.intents import Intent, Reading, read
from holdfast.matching.links import links_of, marked
from holdfast.matching.lookalikes import Brands, has_paying_words, is_masked
from holdfast.matching.sites import FREE_HOSTS, MESSENGERS, SHORTENERS, is_under
from holdfast.matching.stems import LINK_MARK
from holdfast.matching.wordings import beside, shipped
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.packs import Brand
from holdfast.vocabulary.schema import Field, FieldType

_LISTING: Final = (("listing.title", "listing.text"), "listing.photos.codes")
READ: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "message_sent": (("text",), "photos.codes"),
    "listing_published": _LISTING,
    "listing_edited": _LISTING,
    "complaint": (("text",), ""),
    "mention": (("text",), ""),
}
"""Where the texts and the texts of printed codes stand in events of each type."""

WANTS: Final[Mapping[Intent, str]] = {
    Intent.GO_OFF: "text.go_off",
    Intent.LINK_FOR_MONEY: "text.link_for_money",
    Intent.ASKS_CARD: "text.asks_card",
    Intent.ASKS_CODE: "text.asks_code",
    Intent.COURIER: "text.courier",
    Intent.PREPAYMENT: "text.prepayment",
    Intent.URGENT: "text.urgent",
    Intent.RENTS_ACCOUNT: "text.rents_account",
}
_BOT: Final = "bot"
_REMEMBERED: Final = 1_024
_TRUE_OF_LINKS: Final = {
    "links.lookalike": "a link imitates a brand, or another site's name stands before its real domain",
    "links.delivery_words": "a link's address speaks of delivery, payment, an order or a refund",
    "links.shortener": "a link is shortened: where it leads is not known",
    "links.messenger": "a link leads to a messenger",
    "links.bot": "a link leads to a bot in a messenger",
    "links.free_hosting": "a link leads to a page that anybody can make without a domain",
    "links.ip_host": "a link has a number instead of a name",
    "links.hidden": "a link is written so that a reader or a filter takes it for another, or for none",
}
_TRUE_OF_TEXT: Final = {
    Intent.GO_OFF: "the writer asks to go on in a messenger",
    Intent.LINK_FOR_MONEY: "money is to be received, or returned, by following a link",
    Intent.ASKS_CARD: "the reader is asked for the data of a card",
    Intent.ASKS_CODE: "the reader is asked for a code or a password",
    Intent.COURIER: "the writer is far away, or has sent a courier",
    Intent.PREPAYMENT: "a prepayment, a deposit or a booking is spoken of",
    Intent.URGENT: "the reader is hurried",
    Intent.RENTS_ACCOUNT: "a card, a bank account or a profile is wanted or offered for rent",
}


class Links:
    """Links, intents and the score of wording; `brands` are those of the packs in force."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._brands = Brands(brands)
        self._of = lru_cache(maxsize=_REMEMBERED)(self._worked_out)

    def fields(self, event_type: str, known: Mapping[str, Field]) -> Sequence[Field]:
        """Declare the names that stand beside texts which people write to each other."""
        del known
        return (*_fields(), *_scored(event_type)) if event_type in READ else ()

    def derive(self, event_type: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Give what can be read; an event without a text and without codes says nothing."""
        paths, codes_path = READ[event_type]
        texts = tuple(str(values[path]) for path in paths if path in values)
        codes = values.get(codes_path, ())
        codes = codes if isinstance(codes, tuple) else ()
        if not texts and not codes:
            return {}
        writer = values.get("sender.role")
        return self._of(texts, codes, "" if writer is None else str(writer), event_type == "message_sent")

    def _worked_out(self, texts: tuple[str, ...], codes: tuple[str, ...], *of: str | bool) -> Mapping[str, Value]:
        """Read links and words; `of` are the role of the writer, and whether this is a message to score."""
        writer, scored = of
        links = links_of(texts, codes)
        strange = [link for link in links if self._brands.owner(link) is None]
        text = marked("\n".join(texts), strange={link.host for link in strange})
        text += f" {LINK_MARK}" * bool(codes and strange)
        reading = read(text)
        found = self._of_links(links, strange) | _of_words(reading)
        if scored and texts:
            intents = {str(intent) for intent in reading.intents}
            signs = beside(intents, strange=bool(strange), known=len(strange) < len(links), writer=str(writer))
            found["text.scam_score"] = shipped().score(text, signs)
        return found

    def _of_links(self, links: Sequence[Link], strange: Sequence[Link]) -> dict[str, Value]:
        """Say what kind of links there are; what a brand's own link looks like does not count."""
        imitated = [brand for brand in map(self._brands.imitated, strange) if brand is not None]
        found: dict[str, Value] = {
            "links.count": len(links),
            "links.strange": len(strange),
            "links.lookalike": bool(imitated) or any(map(is_masked, strange)),
            "links.delivery_words": any(map(has_paying_words, strange)),
            "links.shortener": _any_under(strange, SHORTENERS),
            "links.messenger": _any_under(strange, MESSENGERS),
            "links.bot": any(_is_bot(link) for link in strange),
            "links.free_hosting": _any_under(strange, FREE_HOSTS),
            "links.ip_host": any(link.is_number for link in strange),
            "links.hidden": any(link.is_hidden for link in links),
        }
        hosts = {"links.hosts": links, "links.strange_hosts": strange}
        found |= {name: tuple(dict.fromkeys(one.host for one in some)) for name, some in hosts.items() if some}
        return found | ({"links.brand": imitated[0]} if imitated else {})


def _any_under(links: Sequence[Link], sites: frozenset[str]) -> bool:
    return any(is_under(link.host, sites) for link in links)


def _is_bot(link: Link) -> bool:
    """Tell whether a link in a messenger names a bot, which by its rules ends in that word."""
    name = link.path.strip("/").partition("?")[0].partition("/")[0].lower()
    return is_under(link.host, MESSENGERS) and (name.endswith(_BOT) or "start=" in link.path)


def _of_words(reading: Reading) -> dict[str, Value]:
    """Say of every intent whether it is there."""
    return {name: intent in reading.intents for intent, name in WANTS.items()}


def _fields() -> tuple[Field, ...]:
    """Declare all names but the score."""
    return (
        Field(path="links.count", type=FieldType.INTEGER, title="how many links there are, at most 32"),
        Field(
            path="links.strange", type=FieldType.INTEGER, title="how many of the links lead to no known brand's site"
        ),
        Field(path="links.hosts", type=FieldType.TEXTS, list_kind="domain", title="the hosts that all links lead to"),
        Field(
            path="links.strange_hosts",
            type=FieldType.TEXTS,
            list_kind="domain",
            title="the hosts that are no known brand's own",
        ),
        Field(path="links.brand", type=FieldType.TEXT, title="the id of the brand that a link imitates"),
        *(Field(path=path, type=FieldType.BOOL, title=title) for path, title in _TRUE_OF_LINKS.items()),
        *(Field(path=WANTS[intent], type=FieldType.BOOL, title=title) for intent, title in _TRUE_OF_TEXT.items()),
    )


def _scored(event_type: str) -> tuple[Field, ...]:
    """Declare the score, which was learnt from messages and is given to nothing else."""
    title = "how likely the wording is a scam's, 0 to 1"
    score = Field(path="text.scam_score", type=FieldType.NUMBER, title=title)
    return (score,) if event_type == "message_sent" else ()
