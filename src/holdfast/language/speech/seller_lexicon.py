"""What rules say of sellers, of what they proved, and of complaints about them, in Russian and English."""

from collections.abc import Mapping
from typing import Final

from holdfast.language.speech.chat_lexicon import Said

PROVED: Final[Mapping[str, Said]] = {
    "proofs.identity": Said(
        "личность продавца подтверждена",
        "личность продавца не подтверждена",
        "the seller's identity is confirmed",
        "the seller's identity is not confirmed",
    ),
    "proofs.tax_id": Said(
        "налоговый номер продавца подтверждён",
        "налоговый номер продавца не подтверждён",
        "the seller's tax number is confirmed",
        "the seller's tax number is not confirmed",
    ),
    "proofs.bank_account": Said(
        "счёт продавца подтверждён",
        "счёт продавца не подтверждён",
        "the seller's account is confirmed",
        "the seller's account is not confirmed",
    ),
    "proofs.contact": Said(
        "контакты продавца подтверждены",
        "контакты продавца не подтверждены",
        "the seller's contact is confirmed",
        "the seller's contact is not confirmed",
    ),
    "proofs.disclosed": Said(
        "покупателям показано, кто продаёт",
        "покупателям не показано, кто продаёт",
        "buyers are shown who sells",
        "buyers are not shown who sells",
    ),
    "seller.licensed": Said(
        "продавец показал бумаги дилера или агентства",
        "продавец не показывал бумаг дилера или агентства",
        "the seller has shown papers of a dealer or an agency",
        "the seller has shown no papers of a dealer or an agency",
    ),
}

COUNTED: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "complaints.weight": ("вес жалоб за 30 дней", "веса жалоб за 30 дней", "m", "the weight of 30 days' complaints"),
    "complaints.people": (
        "число пожаловавшихся за 30 дней",
        "числа пожаловавшихся за 30 дней",
        "n",
        "the number of people who complained within 30 days",
    ),
    "proofs.identity_at": (
        "подтверждение личности продавца",
        "подтверждения личности продавца",
        "n",
        "the check of the seller's identity",
    ),
    "proofs.identity_by": (
        "способ проверки личности",
        "способа проверки личности",
        "m",
        "the way of checking identity",
    ),
    "proofs.identity_device": (
        "устройство, на котором подтвердили личность",
        "устройства, на котором подтвердили личность",
        "n",
        "the device on which identity was checked",
    ),
    "proofs.register": ("реестр продавца", "реестра продавца", "m", "the seller's register"),
    "proofs.certified_at": (
        "ежегодное подтверждение сведений",
        "ежегодного подтверждения сведений",
        "n",
        "the yearly certification",
    ),
}
