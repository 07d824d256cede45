"""Every event on the wire; fields other than those marked required may be absent, and absent means unknown."""

from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct, field

from holdfast.wire.parts import (
    PERSONAL,
    Calls,
    Count,
    Currency,
    Device,
    Id,
    Instant,
    Line,
    Listing,
    Messages,
    Minor,
    Paper,
    Party,
    Photos,
    Place,
    Proofs,
    Scheme,
    Session,
    Word,
)

Rail = Literal["order", "sbp", "card", "emoney", "digital_rouble", "internal"]
Origin = Literal["bank", "gosuslugi", "egov", "marketplace", "operator"]
ProfileField = Literal["phone", "device", "sim", "password", "payout_account", "limits"]
SellerField = Literal["phone", "name", "password", "payout_account", "tax_id", "address", "email"]
Channel = Literal["app", "web", "atm", "branch", "call_centre", "shop"]
LoanProduct = Literal["cash", "card_limit", "mortgage", "education", "car", "goods", "refinancing", "micro"]
CheckPurpose = Literal["onboarding", "receive", "transfer", "withdraw", "login", "listing_publish", "owner_recheck"]
CheckResult = Literal["passed", "failed", "inconclusive", "expired", "cancelled", "provider_error"]
AtmId = Annotated[Word, Meta(extra={"list_kind": "atm"})]


class Message(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="type"):
    """What every event has: the caller's id, and when it happened."""

    id: Id
    occurred_at: Instant


class Transfer(Message, frozen=True, kw_only=True, tag="transfer"):
    """Money is asked to move from payer to payee; `trusted_confirmed`: the payer's trusted person agreed already."""

    rail: Rail
    amount_minor: Minor
    currency: Currency
    payer: Party
    payee: Party
    cross_border: bool | None = None
    purpose_code: Word | None = None
    channel: Channel | None = None
    trusted_confirmed: bool | None = None
    device: Device | None = None
    session: Session | None = None
    place: Place | None = None
    scheme: Scheme | None = None


class TransferResult(Message, frozen=True, kw_only=True, tag="transfer_result"):
    """What became of an operation: `of` is its event id."""

    of: Id
    result: Literal["executed", "rejected", "cancelled", "failed", "returned"]


class CashWithdrawal(Message, frozen=True, kw_only=True, tag="cash_withdrawal"):
    """The client asks for cash at an ATM; `declined_today` counts refused requests of this calendar day."""

    client: Party
    amount_minor: Minor
    currency: Currency
    atm_id: AtmId | None = None
    method: Literal["card", "token_card", "digital_card", "qr"] | None = None
    declined_today: Count | None = None
    trusted_confirmed: bool | None = None
    device: Device | None = None
    session: Session | None = None
    place: Place | None = None
    scheme: Scheme | None = None


class CashDeposit(Message, frozen=True, kw_only=True, tag="cash_deposit"):
    """The client asks to pay cash in at an ATM; `token_card` says that a tokenised card is used."""

    client: Party
    amount_minor: Minor
    currency: Currency
    payee: Party | None = None
    atm_id: AtmId | None = None
    token_card: bool | None = None
    place: Place | None = None
    scheme: Scheme | None = None


class LoanApplication(Message, frozen=True, kw_only=True, tag="loan_application"):
    """The client asks a lender for a loan or a raised credit limit."""

    client: Party
    amount_minor: Minor
    currency: Currency
    lender: Line | None = None
    product: Literal["cash", "card_limit", "mortgage", "education", "car", "goods", "refinancing", "micro"] | None = (
        None
    )
    channel: Channel | None = None
    co_borrower: bool | None = None
    secured: bool | None = None
    device: Device | None = None
    session: Session | None = None


class LoanPayout(Message, frozen=True, kw_only=True, tag="loan_payout"):
    """A loan's money is about to be paid out; `contract_at` is when the contract was made."""

    client: Party
    amount_minor: Minor
    currency: Currency
    payee: Party | None = None
    lender: Line | None = None
    product: Literal["cash", "card_limit", "mortgage", "education", "car", "goods", "refinancing", "micro"] | None = (
        None
    )
    channel: Channel | None = None
    co_borrower: bool | None = None
    secured: bool | None = None
    contract_at: Instant | None = None
    consent_at: Instant | None = None
    paid_to_seller: bool | None = None
    debt_grows: bool | None = None
    same_day_minor: Minor | None = None


class Login(Message, frozen=True, kw_only=True, tag="login"):
    """A session starts at the bank, the marketplace or a state portal."""

    client: Party
    where: Origin
    result: Literal["passed", "failed"] | None = None
    device: Device | None = None
    session: Session | None = None
    place: Place | None = None


class ProfileChange(Message, frozen=True, kw_only=True, tag="profile_change"):
    """Something that identifies the client was changed; `confirmed` says that the client re-confirmed it."""

    client: Party
    field: ProfileField
    where: Origin
    confirmed: bool | None = None
    device: Device | None = None
    session: Session | None = None


class DeviceReport(Message, frozen=True, kw_only=True, tag="device_report"):
    """What the bank's app or a partner found out about the client's device."""

    client: Party
    device: Device
    session: Session | None = None
    source: Line | None = None


class TelecomActivity(Message, frozen=True, kw_only=True, tag="telecom_activity"):
    """Calls and messages on the client's number over a window, as an operator or a site reports them: counts and times.

    `consent_id` names the client's consent to the report, where the law asks for one.
    """

    client: Party
    provider: Line | None = None
    window_start: Instant | None = None
    window_end: Instant | None = None
    calls: Calls | None = None
    messages: Messages | None = None
    atypical: bool | None = None
    sim_swapped_at: Instant | None = None
    call_forwarding: bool | None = None
    number_verified: bool | None = None
    number_recycled: bool | None = None
    number_since: Instant | None = None
    identity_matched: bool | None = None
    consent_id: Annotated[Id, PERSONAL] | None = None


class IdentityCheck(Message, frozen=True, kw_only=True, tag="identity_check"):
    """A verification of identity ended, of which `result` alone says that the person was the one asked for.

    Holdfast reports its own sessions; checks that were made elsewhere may be reported or loaded as history. `operation`
    is the type of the event that was checked, `operation_id` its id. Rules about sellers read `client.seller_id`.
    """

    client: Party
    purpose: CheckPurpose
    result: CheckResult
    provider: Line | None = None
    acr: Line | None = None
    session_id: Id | None = None
    operation: Word | None = None
    operation_id: Id | None = None
    authenticated_at: Instant | None = None
    device: Device | None = None


class Label(Message, frozen=True, kw_only=True, tag="label"):
    """Truth learnt later about the event `of`, with its source."""

    of: Id
    label: Literal["fraud", "genuine", "mule"]
    source: Literal["client", "bank", "police", "regulator", "other_bank", "analyst"] | None = None
    client: Party | None = None


class FraudReport(Message, frozen=True, kw_only=True, tag="fraud_report"):
    """The client says that a transfer was fraud: `of` is its event id, where the client can name it.

    `application` is the client's written demand, by its number and the day on which the bank received it, `police`
    the number and day of the report to the police. `without_consent` is false where the client sent the money, if
    deceived; `enlist` asks to put the payee on the bank's own list.
    """

    client: Party
    of: Id | None = None
    without_consent: bool | None = None
    noticed_at: Instant | None = None
    application: Paper | None = None
    police: Paper | None = None
    reason: Line | None = None
    enlist: bool | None = None


class SellerRegistered(Message, frozen=True, kw_only=True, tag="seller_registered"):
    """A seller opens an account on the marketplace; `payee` is where payouts are to go."""

    seller: Party
    payee: Party | None = None
    proofs: Proofs | None = None
    device: Device | None = None
    session: Session | None = None
    place: Place | None = None


class SellerChanged(Message, frozen=True, kw_only=True, tag="seller_changed"):
    """What the marketplace knows of a seller changed: `seller` and `payee` as they are now, `field` what it was."""

    seller: Party
    field: SellerField | None = None
    payee: Party | None = None
    proofs: Proofs | None = None
    device: Device | None = None
    session: Session | None = None
    place: Place | None = None


class ListingPublished(Message, frozen=True, kw_only=True, tag="listing_published"):
    """A seller asks to publish a listing."""

    seller: Party
    listing: Listing
    proofs: Proofs | None = None
    device: Device | None = None
    session: Session | None = None
    place: Place | None = None


class ListingEdited(Message, frozen=True, kw_only=True, tag="listing_edited"):
    """A seller asks to change a listing: the whole of it as it would stand."""

    seller: Party
    listing: Listing
    proofs: Proofs | None = None
    device: Device | None = None
    session: Session | None = None
    place: Place | None = None


class ListingClosed(Message, frozen=True, kw_only=True, tag="listing_closed"):
    """A listing is taken off the site, by the seller or by the marketplace."""

    seller: Party
    listing_id: Annotated[Id, PERSONAL]
    reason: Literal["sold", "withdrawn", "expired", "removed"] | None = None


class MessageSent(Message, frozen=True, kw_only=True, tag="message_sent"):
    """One side of a conversation writes to the other; rules read `from` and `to` as `sender` and `recipient`."""

    conversation_id: Annotated[Id, PERSONAL]
    sender: Party = field(name="from")
    recipient: Party | None = field(default=None, name="to")
    text: Annotated[str, Meta(max_length=8_000), PERSONAL] | None = None
    listing_id: Annotated[Id, PERSONAL] | None = None
    photos: Photos | None = None
    device: Device | None = None
    session: Session | None = None


class Complaint(Message, frozen=True, kw_only=True, tag="complaint"):
    """A person (`client`) complains of a seller, a listing or a message (`of`: its event id)."""

    client: Party
    seller: Party | None = None
    listing_id: Annotated[Id, PERSONAL] | None = None
    of: Id | None = None
    reason: Literal["scam", "copied", "wrong_price", "wrong_place", "sold", "rude", "other"] | None = None
    text: Annotated[str, Meta(max_length=8_000), PERSONAL] | None = None
    device: Device | None = None
    session: Session | None = None


class Payout(Message, frozen=True, kw_only=True, tag="payout"):
    """Money of sales is asked to be paid out to `payee`."""

    seller: Party
    payee: Party | None = None
    amount_minor: Minor
    currency: Currency
    proofs: Proofs | None = None
    device: Device | None = None
    session: Session | None = None
    place: Place | None = None


class Mention(Message, frozen=True, kw_only=True, tag="mention"):
    """A number, a card, an account or a name seen in an outside post, such as one that recruits rented accounts."""

    mentioned: Party
    source: Line | None = None
    channel: Line | None = None
    topic: Literal["rented_account", "scam", "fake_listing", "other"] | None = None
    text: Annotated[str, Meta(max_length=8_000), PERSONAL] | None = None


EventMessage = (
    Transfer
    | TransferResult
    | CashWithdrawal
    | CashDeposit
    | LoanApplication
    | LoanPayout
    | Login
    | ProfileChange
    | DeviceReport
    | TelecomActivity
    | IdentityCheck
    | Label
    | FraudReport
    | SellerRegistered
    | SellerChanged
    | ListingPublished
    | ListingEdited
    | ListingClosed
    | MessageSent
    | Complaint
    | Payout
    | Mention
)
EVENT_MESSAGES: tuple[type[Message], ...] = get_args(EventMessage)
_SELLER_EVENTS = (
    "seller_registered",
    "seller_changed",
    "listing_published",
    "listing_edited",
    "listing_closed",
    "payout",
)
SUBJECT = {
    "transfer": "payer",
    "message_sent": "sender",
    "mention": "mentioned",
    **dict.fromkeys(_SELLER_EVENTS, "seller"),
    **dict.fromkeys(
        (
            "cash_withdrawal",
            "cash_deposit",
            "loan_application",
            "loan_payout",
            "login",
            "profile_change",
            "device_report",
            "telecom_activity",
            "identity_check",
            "label",
            "fraud_report",
            "complaint",
        ),
        "client",
    ),
}
