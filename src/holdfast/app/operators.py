"""Mobile operators as the settings declare them, each with its secret or the key by which we sign."""

from pathlib import Path

from holdfast.app.clocks import IdSource, SystemClock
from holdfast.gateways.telecom.assertion import Key, read_key
from holdfast.gateways.telecom.grant import Identity
from holdfast.gateways.telecom.operator import OperatorProvider
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.outside import ProviderSpec
from holdfast.vocabulary.telecom import OperatorSpec


def open_operator(spec: ProviderSpec, operator: OperatorSpec, secret: str) -> OperatorProvider:
    """Make who asks an operator; assertions bear the machine's own time, for the operator compares it with its own."""
    ids = IdSource()
    key = _key(spec, operator) if operator.key_file else None
    identity = Identity(operator=operator, clock=SystemClock(), new_id=ids, secret=secret, key=key)
    return OperatorProvider(spec, operator, identity, new_id=ids)


def _key(spec: ProviderSpec, operator: OperatorSpec) -> Key:
    """Read the private key with which we sign."""
    try:
        return read_key(Path(operator.key_file).read_bytes())
    except OSError:
        raise SettingError(f"`{spec.id}`: the key in `{operator.key_file}` cannot be read") from None
