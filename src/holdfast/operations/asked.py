"""What is sent of an event to a provider."""

from collections.abc import Callable, Mapping

from holdfast.matching.phones import phone
from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.outside import ProviderSpec
from holdfast.vocabulary.telecom import APIS, CODE, CONSENT, HASHED, PHONE

Asking = Callable[[Event], Mapping[str, Value]]


def asking(spec: ProviderSpec, home: str) -> Asking:
    """Make the function that takes out of an event what a provider is asked by; nothing where it cannot be asked.

    A mobile operator is asked only by a number that can be written in E.164, a number without country code being one of
    the country `home`, and with all that its API, the consent or the token needs.
    """
    if spec.operator is None:
        return lambda event: _taken(spec, event)
    needed = {PHONE if PHONE in spec.send else HASHED, *APIS[spec.operator.api].needs} | (
        {CONSENT, CODE} & spec.send.keys()
    )
    return lambda event: _of_operator(_taken(spec, event), needed, home)


def _taken(spec: ProviderSpec, event: Event) -> dict[str, Value]:
    """Take the declared fields that the event has."""
    return {word: event.values[name] for word, name in spec.send.items() if name in event.values}


def _of_operator(taken: dict[str, Value], needed: set[str], home: str) -> Mapping[str, Value]:
    """Write the number in E.164; nothing where something is missing."""
    if not needed <= taken.keys():
        return {}
    try:
        return taken | {word: phone(str(taken[word]), home=home) for word in (PHONE, HASHED) if word in taken}
    except InvalidError:
        return {}
