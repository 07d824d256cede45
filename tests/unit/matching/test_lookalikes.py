"""Whose link it is, and whose it pretends to be."""

import pytest

from holdfast.matching.hosts import Link
from holdfast.matching.links import links_in
from holdfast.matching.lookalikes import Brands, has_paying_words, is_masked, is_somebodys
from holdfast.matching.scripts import folded, skeleton
from holdfast.vocabulary.packs import Brand

BRANDS = Brands(
    [
        Brand(id="kaspi", names=("kaspi", "каспи"), hosts=("kaspi.kz",)),
        Brand(id="olx", names=("olx",), hosts=("olx.kz",)),
        Brand(id="kolesa", names=(), words=("kolesa",), hosts=("kolesa.kz",)),
        Brand(id="kazpost", names=("kazpost", "қазпошта"), hosts=("post.kz", "қазпошта.қаз")),
        Brand(id="wildberries", names=("wildberries",), hosts=("wildberries.ru",)),
        Brand(id="avito", names=("avito",), hosts=("avito.ru",)),
        Brand(id="egov", names=("egov",), hosts=("egov.kz",)),
    ]
)


def link(text: str) -> Link:
    """Read the one link of a text."""
    (found,) = links_in(text)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "kaspi.kz",
        "https://pay.kaspi.kz/pay/1",
        "post.kz/services/track",
        "www.olx.kz/d/1",
        "қазпошта.қаз",
        "ｋａｓｐｉ.kz",
    ],
)
def test_a_brands_own_site_imitates_nobody(text: str) -> None:
    """Hosts of a brand and all below them are its own, also in other letters that a browser reads so."""
    assert BRANDS.owner(link(text)) is not None
    assert BRANDS.imitated(link(text)) is None


@pytest.mark.parametrize(
    ("text", "brand"),
    [
        ("delivery.olx.safedeal.casa", "olx"),
        ("polska-olx.order-id236782.xyz", "olx"),
        ("avito.yandex.cdek.kwid9.infopoint.xyz", "avito"),
        ("pomoc.techniczna-olx.com", "olx"),
        ("kaspi-payment.com", "kaspi"),
        ("olx-imgg-3f2a.pages.dev", "olx"),
        ("olx-dostavka-pay.kz", "olx"),
        ("olxpay.top", "olx"),
        ("olx24.top", "olx"),
        ("0lx.top", "olx"),
        ("kaspı.kz", "kaspi"),
        ("xn--kasp-oza.kz", "kaspi"),
        ("kаspi.kz", "kaspi"),
        ("каспи-пэй.рф", "kaspi"),
        ("kasppi.kz", "kaspi"),
        ("kapsi.kz", "kaspi"),
        ("wildberis.shop", "wildberries"),
        ("mykaspibonus.top", "kaspi"),
        ("egov.kz.co", "egov"),
        ("t.me/kaspi_dostavka_bot", "kaspi"),
        ("some.weebly.com/kaspi", "kaspi"),
        ("kolesa-dostavka.kz", "kolesa"),
    ],
)
def test_a_look_alike_is_known_by_its_brand(text: str, brand: str) -> None:
    """The name as a word, in a longer one, misspelt, in letters that look alike, or behind a free host."""
    assert BRANDS.imitated(link(text)) == brand


@pytest.mark.parametrize(
    "text",
    [
        "tengrinews.kz/news/kaspi-new-service",
        "kolesa-shop.ru",
        "krishna.com",
        "aspirin.kz",
        "нан-дүкені.қаз",
        "polxa.ru",
    ],
)
def test_an_honest_name_imitates_nobody(text: str) -> None:
    """News about a brand, ordinary words and names that are far enough stay clean."""
    assert BRANDS.imitated(link(text)) is None


def test_another_sites_name_in_front_is_a_mask() -> None:
    """`kaspi.kz.evil.top` shows a whole other name before the one that was registered; an honest subdomain does not."""
    assert is_masked(link("usps.com-track.vip"))
    assert is_masked(link("rakuten.co.jp.8afn3.cc"))
    assert is_masked(link("kaspi.kz.evil.top"))
    assert not is_masked(link("shop.example.kz"))
    assert not is_masked(link("example.com.kz"))


@pytest.mark.parametrize(
    "text", ["olx-dostavka.top", "a.top/oplata/1", "tolem-alu.kz", "recieve-pay.online", "x.top/pay"]
)
def test_words_of_payment_are_seen(text: str) -> None:
    """In the host or behind it, in Russian, Kazakh or English, as Latin letters spell them."""
    assert has_paying_words(link(text))


def test_anybodys_pages_are_nobodys() -> None:
    """Free hosts, shorteners, messengers and bare numbers are no domains that somebody registered."""
    for text in ("a.pages.dev", "bit.ly/1", "t.me/x", "http://185.12.4.4/", "forms.gle/1"):
        assert not is_somebodys(link(text))
    assert is_somebodys(link("example.kz"))


@pytest.mark.parametrize(
    ("one", "other"),
    [("ақша", "aqsha"), ("ссылка", "ssylka"), ("жеткізу", "zhetkizu"), ("сілтеме", "силтеме"), ("счёт", "schet")],
)
def test_spellings_of_a_word_meet(one: str, other: str) -> None:
    """Kazakh without its letters and Latin letters sound the same."""
    assert folded(one) == folded(other)


def test_skeletons_are_for_the_eye() -> None:
    """Cyrillic doubles, a dotless i, digits and accents give the same skeleton; other words do not."""
    assert len({skeleton(text) for text in ("kaspi", "kаsрі", "kaspı", "kasp1", "káspi")}) == 1
    assert skeleton("kaspi") != skeleton("kiosk")
