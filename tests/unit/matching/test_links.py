"""Links are found however they are spelt, and read as a browser would read them."""

import pytest

from holdfast.matching.fragments import joined_links, left_over
from holdfast.matching.hosts import link_of, registrable
from holdfast.matching.links import MOST, links_in, links_of, marked

PLAIN = (
    "delivery.olx.safedeal.casa",
    "polska-olx.order-id236782.xyz",
    "avito.yandex.cdek.kwid9.infopoint.xyz",
    "pomoc.techniczna-olx.com",
    "avito.payment-transfer.ru",
    "kaspi-payment.com",
    "recieve-pay.online",
    "olx-imgg-3f2a.pages.dev",
    "olx-dostavka-pay.kz",
)
TRICKS = (
    ("https://evil.com\\@kaspi.kz/pay", "evil.com"),
    ("//evil.com\\@kaspi.kz", "evil.com"),
    ("https://kaspi.kz@evil.com/", "evil.com"),
    ("kaspi.kz@evil.com/x", "evil.com"),
    ("https://kaspi.kz:443@evil.com/", "evil.com"),
    ("http://kaspi%2ekz/", "kaspi.kz"),
    ("kaspi%2ekz.evil.com", "kaspi.kz.evil.com"),
    ("hxxps://kaspi-pay[.]com/x", "kaspi-pay.com"),
    ("hхxp://kaspi-pay.com", "kaspi-pay.com"),
    ("kaspi-pay(.)com", "kaspi-pay.com"),
    ("kaspi-pay (dot) com", "kaspi-pay.com"),
    ("kaspi-pay [точка] com", "kaspi-pay.com"),
    ("kaspi-pay точка kz", "kaspi-pay.kz"),
    ("каспи точка кз", "xn--80aqevj.kz"),
    ("olx-pay нүкте kz", "olx-pay.kz"),
    ("olx-pay нукте kz", "olx-pay.kz"),
    ("olx-pay tochka kz", "olx-pay.kz"),
    ("kaspi-pay dot com", "kaspi-pay.com"),
    ("kaspi-pay . com / order", "kaspi-pay.com"),
    ("kaspi-pay. kz", "kaspi-pay.kz"),
    ("k a s p i - p a y . c o m", "kaspi-pay.com"),
    ("kas\u200bpi-pay.com", "kaspi-pay.com"),
    ("kas\u00adpi-pay\u2060.com", "kaspi-pay.com"),
    ("ｋａｓｐｉ－pay．com", "kaspi-pay.com"),
    ("http://3104572420/", "185.12.4.4"),
    ("http://0xb90c0404/", "185.12.4.4"),
    ("http://0271.014.04.04/", "185.12.4.4"),
    ("h t t p s : / / evil.top/a", "evil.top"),
    ("http:/\\evil.top/a", "evil.top"),
)
NO_LINKS = (
    "Продам.Звоните 8.701.123.45.67",
    "цена 5.000.000 тг. торг уместен",
    "моя точка на базаре, торговая точка Москва",
    "г.Алматы, ул.Абая, д.5, т.д",
    "пишите на aigerim@mail.ru",
    "01.02.2026 в 10.30, версия 1.2.3",
    "Отдам даром.Срочно",
    "ok.me too",
    "пришлю завтра.Ок",
    "",
)


@pytest.mark.parametrize("host", PLAIN)
def test_a_bare_host_is_a_link(host: str) -> None:
    """Hosts as scammers write them are found without a scheme, in the middle of a sentence."""
    assert [link.host for link in links_in(f"Получите оплату тут: {host}, жду.")] == [host]


@pytest.mark.parametrize(("text", "host"), TRICKS)
def test_a_trick_leads_where_the_browser_goes(text: str, host: str) -> None:
    """Every trick gives the host that would be opened, and is known as a disguise."""
    (link,) = links_in(f"смотри {text}")
    assert link.host == host
    assert link.is_hidden or host == "evil.top"


@pytest.mark.parametrize("text", NO_LINKS)
def test_words_and_numbers_are_no_links(text: str) -> None:
    """Sentences without a space, prices, dates, addresses and e-mail are left alone."""
    assert links_in(text) == ()


def test_an_honest_name_in_cyrillic_is_plain() -> None:
    """A name in one script is shown in its letters, asked for in Punycode, and not taken for a disguise."""
    (link,) = links_in("Отслеживание: https://қазпошта.қаз/track?n=1")
    assert (link.shown, link.host) == ("қазпошта.қаз", "xn--80aau2aet5b92c.xn--80ao21a")
    assert not link.is_hidden


def test_punycode_is_decoded() -> None:
    """A dotless i hidden in Punycode is shown as the letter it is."""
    (link,) = links_in("xn--kasp-oza.kz")
    assert link.shown == "kaspı.kz"


def test_free_hosts_are_told_apart() -> None:
    """By private suffixes two pages of one free host are two sites, and `kz.co` is nobody's state portal."""
    assert registrable("a.pages.dev") == "a.pages.dev"
    assert registrable("x.a.pages.dev") == "a.pages.dev"
    assert registrable("pages.dev") == "pages.dev"
    assert registrable("egov.kz.co") == "kz.co"
    assert registrable("pay.kaspi.kz") == "kaspi.kz"
    assert registrable("nonsense") == ""


def test_where_a_redirect_leads_counts_too() -> None:
    """A link inside another one's address is a link."""
    hosts = [link.host for link in links_in("https://kaspi.kz/go?url=https%3A%2F%2Fevil.top%2Fx")]
    assert hosts == ["kaspi.kz", "evil.top"]


def test_a_code_is_read_whole() -> None:
    """What a QR code holds is an address also without dots that a sentence would have; a code of plain text is not."""
    assert [link.host for link in links_of([], ["HTTP://3104572420/a"])] == ["185.12.4.4"]
    assert [link.host for link in links_of(["см. фото"], ["t.me/pay_bot", "шкаф, 2 м"])] == ["t.me"]


def test_the_number_of_links_is_bounded() -> None:
    """A text full of links costs no more than its first ones."""
    assert len(links_in(" ".join(f"site{number}.top" for number in range(500)))) == MOST


@pytest.mark.parametrize("address", ["javascript:alert(1)", "mailto:a@b.kz", "http://", "http://a b.kz", "http://x"])
def test_what_no_browser_opens_as_a_page_is_no_link(address: str) -> None:
    """Other schemes and broken addresses give nothing instead of an error."""
    assert link_of(address) is None


def test_marks_stand_where_links_were() -> None:
    """The model and the rules see that there was a link and whose, never its letters."""
    text = marked("жми evil.top/x или kaspi.kz", strange={"evil.top"})
    assert text.split() == ["жми", "urlurl", "или", "ownurl"]


@pytest.mark.parametrize(
    ("first", "second", "host"),
    [
        ("заходи на kaspi-pay", ".com/order", "kaspi-pay.com"),
        ("вот https://olx-dostavka.", "top/1", "olx-dostavka.top"),
        ("kaspi-pay", "точка com", "kaspi-pay.com"),
        ("olx-pay", "нүкте kz деген сайт", "olx-pay.kz"),
    ],
)
def test_a_link_in_two_messages_is_joined(first: str, second: str, host: str) -> None:
    """What one message leaves over and the next begins with make the link that neither has."""
    assert [link.host for link in joined_links(left_over(first), second)] == [host]


def test_a_link_in_three_messages_is_joined() -> None:
    """A message of one word hands on what was left before it."""
    assert [link.host for link in joined_links(left_over("-pay", left_over("вот kaspi")), ".com/1")] == [
        "kaspi-pay.com"
    ]


@pytest.mark.parametrize("text", ["приду завтра", "мой номер 87011234567", "дом 15", "рахмет!", ""])
def test_hardly_anything_is_left_over(text: str) -> None:
    """Words of another script and numbers are never kept for the next message."""
    assert left_over(text) == ""


def test_ordinary_messages_join_to_no_link() -> None:
    """Two sentences that follow each other are no link."""
    assert joined_links(left_over("продаю iphone"), "в хорошем состоянии") == ()
    assert joined_links(left_over("смотри kaspi.kz"), "там рассрочка") == ()
