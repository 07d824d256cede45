"""Small models in the ONNX form, written by hand: a detector that goes by colour, and a matcher that sees nothing.

The form is protocol buffers; the numbers of the fields are those of the published `onnx.proto`.
"""

import struct
from collections.abc import Sequence
from typing import Final

_FLOAT: Final = 1
_INTS, _INT = 7, 2


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _field(number: int, value: bytes | str | int) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _node(kind: str, inputs: Sequence[str], output: str, attributes: bytes = b"") -> bytes:
    named = b"".join(_field(1, one) for one in inputs)
    return _field(1, named + _field(2, output) + _field(4, kind) + attributes)


def _ints(name: str, values: Sequence[int]) -> bytes:
    return _field(5, _field(1, name) + b"".join(_field(8, one) for one in values) + _field(20, _INTS))


def _int(name: str, value: int) -> bytes:
    return _field(5, _field(1, name) + _field(3, value) + _field(20, _INT))


def _tensor(name: str, shape: Sequence[int], values: Sequence[float]) -> bytes:
    sides = b"".join(_field(1, one) for one in shape)
    return _field(5, sides + _field(2, _FLOAT) + _field(8, name) + _field(9, struct.pack(f"<{len(values)}f", *values)))


def _value(number: int, name: str, shape: Sequence[int]) -> bytes:
    sides = b"".join(_field(1, _field(1, one)) for one in shape)
    return _field(number, _field(1, name) + _field(2, _field(1, _field(1, _FLOAT) + _field(2, sides))))


def _model(graph: bytes) -> bytes:
    return _field(1, 8) + _field(8, _field(1, "") + _field(2, 13)) + _field(7, graph)


def by_colour(side: int, weights: Sequence[Sequence[float]], bias: Sequence[float]) -> bytes:
    """Write a model whose numbers are weighted means of the three channels as they come, and a bias."""
    many = len(bias)
    flat = [weights[row][column] for row in range(3) for column in range(many)]
    graph = (
        _node("ReduceMean", ["x"], "m", _ints("axes", [2, 3]) + _int("keepdims", 0))
        + _node("MatMul", ["m", "w"], "p")
        + _node("Add", ["p", "b"], "y")
        + _field(2, "g")
        + _tensor("w", [3, many], flat)
        + _tensor("b", [many], bias)
        + _value(11, "x", [1, 3, side, side])
        + _value(12, "y", [1, many])
    )
    return _model(graph)
