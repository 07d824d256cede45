"""Single cells to wire values: exact, without guessing, and never repeating the cell in a message."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from holdfast.vocabulary.event import Value
from holdfast.vocabulary.schema import FieldType

Convert = Callable[[Any], Any]
_SPACES: Final = re.compile(r"[\s\u00a0\u202f]")
_TRUTH: Final[Mapping[str, bool]] = {"true": True, "1": True, "false": False, "0": False}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class CellError(ValueError):
    """Why one cell cannot be used; `hint` says what would make it usable."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def text(prefix: str) -> Convert:
    """Make a conversion to text; a whole number is written without a fraction."""

    def convert(cell: Any) -> str:
        if isinstance(cell, float):
            if not cell.is_integer():
                raise CellError("is a number with a fraction where an id was expected")
            cell = int(cell)
        return f"{prefix}{cell}"

    return convert


def minor_units(decimals: int, *, comma: bool, rounded: bool) -> Convert:
    """Make a conversion of an amount in major units to minor units, exact to the last digit.

    A binary float counts as the shortest decimal that reads back as it. More digits than `decimals` are an error
    unless `rounded` (half up).
    """
    scale: int = 10**decimals

    def exactly(cell: Any) -> int:
        try:
            amount = Decimal(repr(cell) if isinstance(cell, float) else _plain(str(cell), comma=comma)) * scale
        except InvalidOperation:
            raise CellError("is not a number", '`decimal: ","` reads a comma as the decimal sign') from None
        if not amount.is_finite():
            raise CellError("is not a number")
        whole = amount.to_integral_value(ROUND_HALF_UP)
        if whole != amount and not rounded:
            raise CellError(f"has more than {decimals} decimals", "`rounded: true` rounds half up")
        return int(whole)

    def convert(cell: Any) -> int:
        if isinstance(cell, float) and -1e12 < cell < 1e12:
            whole = round(cell * scale)
            if whole / scale == cell:  # division rounds correctly, so this is the decimal that was meant
                return whole
        return exactly(cell)

    return convert


def _plain(cell: str, *, comma: bool) -> str:
    """Bring a written number to the form that `Decimal` reads."""
    return _SPACES.sub("", cell).replace(",", ".") if comma else cell.strip()


def integer(cell: Any) -> int:
    """Read a whole number."""
    try:
        whole = int(cell)
    except (ValueError, OverflowError):
        raise CellError("is not a whole number") from None
    if isinstance(cell, float) and whole != cell:
        raise CellError("is not a whole number")
    return whole


def number(cell: Any) -> float:
    """Read a number."""
    try:
        return float(cell)
    except ValueError:
        raise CellError("is not a number") from None


def truth(cell: Any) -> bool:
    """Read a truth value: a boolean, 1 or 0, `true` or `false`."""
    if isinstance(cell, bool):
        return cell
    found = _TRUTH.get(str(cell).strip().lower())
    if found is None:
        raise CellError("is neither true nor false", "`words` says what each word means")
    return found


def words(table: Mapping[str, Value]) -> Convert:
    """Make a conversion by a table from the file's words to ours."""

    def convert(cell: Any) -> Value:
        found = table.get(str(cell))
        if found is None:
            raise CellError("holds a word that `words` does not list", f"listed are {', '.join(table)}")
        return found

    return convert


def instant(*, zone: tzinfo | None, written: str | None, epoch: str | None, shift_days: int) -> Convert:
    """Make a conversion to an aware instant.

    A time without an offset is local time in `zone`: of an hour that occurs twice the first is meant, an hour that
    the clocks skip is an error. `shift_days` moves every instant, for files from before the law in question.
    """
    shift = timedelta(days=shift_days)

    def convert(cell: Any) -> datetime:
        try:
            found = _EPOCH + _span(cell, epoch) if epoch else _parsed(cell, written)
            return _placed(found, zone) + shift
        except OverflowError:
            raise CellError("lies outside the calendar") from None

    return convert


def _span(cell: Any, epoch: str) -> timedelta:
    """Read a count of seconds or milliseconds since 1970."""
    try:
        return timedelta(milliseconds=int(cell)) if epoch == "ms" else timedelta(seconds=float(cell))
    except ValueError:
        raise CellError("is not a count of seconds or milliseconds") from None


def _parsed(cell: Any, written: str | None) -> datetime:
    """Read a date and time from a datetime or from text."""
    if isinstance(cell, datetime):
        return cell
    try:
        return datetime.strptime(str(cell), written) if written else datetime.fromisoformat(str(cell))  # noqa: DTZ007 - the zone is put on by the caller
    except ValueError:
        hint = "`format` describes the written form" if written is None else f"expected the form `{written}`"
        raise CellError("is not a date and time", hint) from None


def _placed(found: datetime, zone: tzinfo | None) -> datetime:
    """Put a local time into its zone, in UTC."""
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    if zone is None:
        raise CellError("has no offset", "`zone` names the time zone of such times")
    local = found.replace(tzinfo=zone)
    early, late = local.utcoffset(), local.replace(fold=1).utcoffset()
    if early is not None and late is not None and early < late:
        raise CellError("falls into an hour that the clocks skipped")
    return local.astimezone(UTC)


BY_TYPE: Final[Mapping[FieldType, Convert]] = {
    FieldType.BOOL: truth,
    FieldType.INTEGER: integer,
    FieldType.NUMBER: number,
}
"""Conversions that need no further words."""
