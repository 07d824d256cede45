"""Parts that several events share: parties, devices, sessions, places, scheme signals."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

MAX_MINOR = 10**15
# `$` alone also matches before a last line break; the look-ahead says the same in Python and in JSON Schema

Id = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[\x20-\x7e]+$(?!\n)")]
OneUseCode = Annotated[str, Meta(min_length=1, max_length=2_048, pattern=r"^[\x20-\x7e]+$(?!\n)")]
Word = Annotated[str, Meta(min_length=1, max_length=64)]
Line = Annotated[str, Meta(min_length=1, max_length=256)]
Instant = Annotated[datetime, Meta(tz=True)]
Day = date
Minor = Annotated[int, Meta(ge=1, le=MAX_MINOR)]
Count = Annotated[int, Meta(ge=0, le=10**9)]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)")]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$(?!\n)")]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Kilometres = Annotated[float, Meta(ge=0, le=20_040)]
PhotoFingerprint = Annotated[str, Meta(pattern=r"^ph1\.[A-Za-z0-9_-]{196}$(?!\n)")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9A-Fa-f]{64}$(?!\n)")]


def listed(kind: str) -> Meta:
    """Say that values of a field can stand on a list as entries of `kind`; such values are personal."""
    return Meta(extra={"list_kind": kind, "personal": True})


PERSONAL = Meta(extra={"personal": True})


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A nested object in which an unknown field is an error and an absent one is unknown."""


class Party(Part, frozen=True, kw_only=True):
    """Who takes part, by whatever identifiers the caller has; `own` says: the same person as the other side.

    `trusted_person` says that operations like this one wait for a person whom the client named. Of a seller:
    `registered_at` is when the marketplace took the seller on, `verified` the strongest check of identity that was
    passed, `licensed` says that papers of a dealer or an agency were shown. `numbers_held` are the telephone
    numbers in the person's name with all operators, `numbers_limit` how many the law allows this person, where whoever
    counted them said so.
    """

    customer_id: Annotated[Id, PERSONAL] | None = None
    seller_id: Annotated[Id, listed("seller")] | None = None
    kind: Literal["individual", "sole_trader", "organisation"] | None = None
    account: Annotated[Word, listed("account")] | None = None
    bic: Annotated[str, Meta(min_length=1, max_length=11)] | None = None
    card: Annotated[Word, listed("card")] | None = None
    phone: Annotated[Word, listed("phone")] | None = None
    inn: Annotated[Word, listed("inn")] | None = None
    iin: Annotated[Word, listed("iin")] | None = None
    bin: Annotated[Word, listed("bin")] | None = None
    passport_hash: Annotated[Sha256, listed("passport_hash")] | None = None
    snils_hash: Annotated[Sha256, listed("snils_hash")] | None = None
    ewallet: Annotated[Word, listed("ewallet")] | None = None
    swift: Annotated[Word, listed("swift")] | None = None
    own: bool | None = None
    service: Literal["exchange", "crypto", "gambling"] | None = None
    country: Country | None = None
    role: Literal["buyer", "seller", "owner", "agent"] | None = None
    cards_open: Count | None = None
    trusted_person: bool | None = None
    registered_at: Instant | None = None
    verified: Literal["none", "phone", "document", "biometric"] | None = None
    licensed: bool | None = None
    numbers_held: Count | None = None
    numbers_limit: Count | None = None


class Proofs(Part, frozen=True, kw_only=True):
    """What the marketplace has checked of a seller, as it knows it now; false says: asked for and not confirmed.

    `identity` is a check of the person, `identity_at` when it was passed, `identity_by` how and `identity_device` on
    which device. `register` is the state register in which the seller was found, `none` where the one for such
    sellers did not know it. `certified_at` is when the seller last confirmed that all of it still holds, `disclosed`
    whether buyers are shown who sells.
    """

    identity: bool | None = None
    identity_at: Instant | None = None
    identity_by: Literal["document", "biometric", "digital_id", "esia"] | None = None
    identity_device: Annotated[Line, listed("device")] | None = None
    register: Literal["egrul", "egrip", "npd", "accredited", "none"] | None = None
    tax_id: bool | None = None
    bank_account: bool | None = None
    contact: bool | None = None
    certified_at: Instant | None = None
    disclosed: bool | None = None


class Paper(Part, frozen=True, kw_only=True):
    """A document by its number and the day on which it was received or made."""

    number: Word | None = None
    date: Day | None = None


class Device(Part, frozen=True, kw_only=True):
    """The device used, and what is known of its state at the session."""

    id: Annotated[Line, listed("device")] | None = None
    malware: bool | None = None
    remote_control: bool | None = None
    call_active: bool | None = None
    emulator: bool | None = None
    os: Line | None = None
    app: Line | None = None
    changed_at: Instant | None = None
    sim_changed_at: Instant | None = None
    number_reconfirmed_at: Instant | None = None


class Session(Part, frozen=True, kw_only=True):
    """The remote session: address, port, network provider, and tools that hide session data.

    What is known of the address, `ip_...`, may come with the event; what is absent is filled in at the door from the
    operator's own tables of addresses before the event is stored. `ip_kind` is what kind of network it belongs to,
    `ip_network` its autonomous system, `ip_accuracy_km` the radius around the position, `ip_source` the table with
    its date. `consent_id` names the consent under which others may be
    asked about the person, `network_code` is the one-use code that the app got from the mobile operator, over its
    network.
    """

    ip: Annotated[Word, listed("ip")] | None = None
    port: Annotated[int, Meta(ge=0, le=65535)] | None = None
    provider: Line | None = None
    hiding_tools: bool | None = None
    started_at: Instant | None = None
    ip_country: Country | None = None
    ip_kind: Literal["residential", "mobile", "cgnat", "hosting", "vpn"] | None = None
    ip_network: Line | None = None
    ip_latitude: Latitude | None = None
    ip_longitude: Longitude | None = None
    ip_accuracy_km: Kilometres | None = None
    ip_source: Line | None = None
    consent_id: Annotated[Id, PERSONAL] | None = None
    network_code: Annotated[OneUseCode, PERSONAL] | None = None


class Place(Part, frozen=True, kw_only=True):
    """Where it happened."""

    country: Country | None = None
    city: Line | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class Scheme(Part, frozen=True, kw_only=True):
    """What the payment system, its operator or the other bank said about this operation."""

    risk_level: Annotated[int, Meta(ge=0, le=10**6)] | None = None
    compromised: bool | None = None
    apdu_ms: Count | None = None
    peer_bank_signal: bool | None = None


class Calls(Part, frozen=True, kw_only=True):
    """Calls on a number within the report's window, against what is usual for it."""

    count: Count | None = None
    minutes: Count | None = None
    new_numbers: Count | None = None
    usual_count: Count | None = None
    usual_minutes: Count | None = None


class Messages(Part, frozen=True, kw_only=True):
    """Messages received within the report's window, against what is usual."""

    count: Count | None = None
    new_senders: Count | None = None
    usual_count: Count | None = None


class Photo(Part, frozen=True, kw_only=True):
    """A photo of a listing or a message: its fingerprint, and the texts of codes that are printed in it.

    `bytes` are the picture itself (JPEG, PNG or WebP in base64); they are looked at, give the other two and are gone.
    """

    photo_id: Id | None = None
    fingerprint: PhotoFingerprint | None = None
    codes: Annotated[tuple[Annotated[str, Meta(max_length=2_048)], ...], Meta(max_length=8)] | None = None
    data: bytes | None = field(default=None, name="bytes")


Photos = Annotated[tuple[Photo, ...], Meta(max_length=60)]


class Listing(Part, frozen=True, kw_only=True):
    """What a seller offers, as it stands on the site.

    `category` is free; known ones are car, flat_rent and flat_sale. `price_kind` says what the price means, where the
    site knows; `phone` is the number shown to buyers.
    """

    listing_id: Annotated[Id, PERSONAL]
    category: Word | None = None
    city: Line | None = None
    region: Line | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    price_minor: Minor | None = None
    currency: Currency | None = None
    price_kind: Literal["full", "negotiable", "first_payment", "monthly", "daily"] | None = None
    title: Annotated[Line, PERSONAL] | None = None
    text: Annotated[str, Meta(max_length=16_000), PERSONAL] | None = None
    brand: Line | None = None
    model: Line | None = None
    year: Annotated[int, Meta(ge=1800, le=2200)] | None = None
    mileage_km: Count | None = None
    rooms: Annotated[int, Meta(ge=0, le=1000)] | None = None
    area_m2: Annotated[float, Meta(ge=0, le=10**7)] | None = None
    address: Annotated[Line, PERSONAL] | None = None
    vin: Annotated[Word, listed("vin")] | None = None
    plate: Annotated[Word, listed("plate")] | None = None
    phone: Annotated[Word, listed("phone")] | None = None
    photos: Photos | None = None
