"""Who acts on a hold, and with a proof that was not used before."""

from holdfast.holds.proof import Proof
from holdfast.operations.hold_story import HoldStory
from holdfast.operations.record import CLIENT_ROLES, subject_named, subject_of
from holdfast.operations.said import Said
from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import InvalidError, OtherClientError, ProofError
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.holds import Actor

_WHO = (Actor.CLIENT, Actor.TRUSTED_PERSON)


def client_id(event: Event) -> str | None:
    """Name the client whose operation it is by the bank's own id: of the first party that has one."""
    named = (event.values.get(f"{party}.{name}") for party in CLIENT_ROLES for name in ("customer_id", "seller_id"))
    return next((str(value) for value in named if value is not None), None)


def check_client(shard: Shard, story: HoldStory, said: Said) -> Actor:
    """Give who acts; raises OtherClientError when it is not for the client whose operation is held.

    Whoever is neither the client nor the trusted person acts for the bank, and the law answers that.
    """
    by = next((one for one in _WHO if one.value == said.by), Actor.BANK)
    if by is Actor.BANK:
        return by
    if said.customer_id is None:
        raise InvalidError("the client is not named", pointer="/customer_id", hint="add `customer_id`")
    if not _is_client(shard, story, said.customer_id):
        raise OtherClientError("the held operation is another client's", pointer="/customer_id")
    return by


def _is_client(shard: Shard, story: HoldStory, customer_id: str) -> bool:
    """Compare with the operation's client; of an erased one, with the hash that is left."""
    if story.event is not None:
        known = client_id(story.event)
        return known == customer_id if known is not None else customer_id in _named(shard, story.event)
    hashes = (subject_named(shard.ports.store, name, customer_id) for name in ("customer_id", "seller_id"))
    return story.decision.subject in hashes


def _named(shard: Shard, event: Event) -> set[str]:
    """Give the identifiers of the party under whose key the event is kept, where no party has the bank's own id."""
    store = shard.ports.store
    subject = subject_of(store, event)
    names = [
        (name, event.values.get(f"{party}.{name}")) for party in CLIENT_ROLES for name in ("account", "card", "phone")
    ]
    return {str(value) for name, value in names if subject_named(store, name, str(value)) == subject}


def single_use_key(shard: Shard, proof: Proof | None) -> bytes:
    """Give the key under which a proof's use is found again; raises ProofError when it was used before."""
    if proof is None:
        return b""
    key = shard.ports.store.keyed_hash(b"\x1f".join((b"proof", proof.method.encode(), proof.reference.encode())))
    if key in shard.flights or shard.ports.store.find(key) is not None:
        raise ProofError("this proof was used before", pointer="/proof/reference")
    return key
