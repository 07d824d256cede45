"""What rules say of photos, in Russian and English."""

from collections.abc import Mapping
from typing import Final

from holdfast.language.speech.chat_lexicon import Said

PHOTOS_SAID: Final[Mapping[str, Said]] = {
    "photos.first": Said(
        "продавец показал эти фото раньше других",
        "другой продавец показал эти фото раньше",
        "the seller showed these photos before others",
        "another seller showed these photos before",
    ),
    "photos.other_object": Said(
        "в другом объявлении с этими фото заявлен другой предмет",
        "в другом объявлении с этими фото заявлен тот же предмет",
        "the other listing with these photos declares another thing",
        "the other listing with these photos declares the same thing",
    ),
    "photos.stock": Said(
        "все фото рекламные или заглушки",
        "среди фото есть настоящие",
        "all photos are press pictures or stubs",
        "some photos are neither press pictures nor stubs",
    ),
    "photos.own": Said(
        "такое фото есть в другом объявлении этого продавца",
        "таких фото нет в других объявлениях этого продавца",
        "another listing of this seller has such a photo",
        "no other listing of this seller has such a photo",
    ),
}
PHOTOS_NAMED: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "photos.known": (
        "число фото с отпечатком",
        "числа фото с отпечатком",
        "n",
        "the number of photos with a fingerprint",
    ),
    "photos.twins": (
        "число чужих объявлений с таким фото",
        "числа чужих объявлений с таким фото",
        "n",
        "the number of others' listings with such a photo",
    ),
    "photos.twin_sellers": (
        "число других продавцов с таким фото",
        "числа других продавцов с таким фото",
        "n",
        "the number of other sellers with such a photo",
    ),
    "photos.twin_of": (
        "объявление, в котором фото появилось раньше",
        "объявления, в котором фото появилось раньше",
        "n",
        "the listing in which the photo stood before",
    ),
    "photos.copied": (
        "число фото, которые раньше показал другой продавец",
        "числа фото, которые раньше показал другой продавец",
        "n",
        "the number of photos that another seller showed first",
    ),
    "photos.closed_twins": (
        "число чужих закрытых объявлений с таким фото",
        "числа чужих закрытых объявлений с таким фото",
        "n",
        "the number of others' closed listings with such a photo",
    ),
}
