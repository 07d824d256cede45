"""The parameters that a law leaves open: a pack holds `null`, and the operator writes the scheme's own number."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from holdfast.regulation.nodes import nearest
from holdfast.vocabulary.errors import PackError
from holdfast.vocabulary.packs import Pack, Parameter

Scalar = bool | int | float | str
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "bool": bool,
    "integer": int,
    "number": (int, float),
    "text": str,
    "money": int,
}


def _open_names(packs: Sequence[Pack]) -> tuple[str, ...]:
    """Give the full names of all parameters that hold `null`."""
    return tuple(f"{pack.id}.{value.name}" for pack in packs for value in pack.parameters if value.value is None)


def _filled(parameter: Parameter, name: str, values: Mapping[str, Scalar]) -> Parameter:
    """Give the parameter with the operator's value, if there is one for it."""
    if parameter.value is not None or name not in values:
        return parameter
    value = values[name]
    if not isinstance(value, _TYPES[parameter.type]) or (isinstance(value, bool) and parameter.type != "bool"):
        raise PackError(f"`{value}` is no value for `{name}`", hint=f"a value of type `{parameter.type}` is expected")
    return replace(parameter, value=value)


def _fill_one(pack: Pack, values: Mapping[str, Scalar]) -> Pack:
    """Fill one pack; its version then names the values too, so that a replay sees them."""
    parameters = tuple(_filled(value, f"{pack.id}.{value.name}", values) for value in pack.parameters)
    if parameters == pack.parameters:
        return pack
    told = ";".join(f"{value.name}={value.value!r}" for value in parameters)
    return replace(pack, parameters=parameters, version=sha256(f"{pack.version};{told}".encode()).hexdigest()[:12])


def fill(packs: Sequence[Pack], values: Mapping[str, Scalar]) -> tuple[Pack, ...]:
    """Write the operator's numbers into parameters that hold `null`.

    `values` maps full names (`ru.od-2506.apdu_limit_ms`) to values; money in minor units. A parameter to which the
    law gives a value cannot be changed: such a name, like an unknown one, is a `PackError`.
    """
    known = _open_names(packs)
    for name in values:
        if name not in known:
            raise PackError(f"`{name}` is no open parameter of the loaded packs", hint=nearest(name, known))
    return tuple(_fill_one(pack, values) for pack in packs)
