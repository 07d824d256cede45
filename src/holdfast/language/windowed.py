"""Statistics of the past in a generated program: what was seen, bounded by how much of the past is complete."""

from holdfast.language.nodes import FieldName, Window, is_range
from holdfast.language.writer import Piece, Writer
from holdfast.vocabulary.schema import FieldType
from holdfast.vocabulary.windows import Statistic, WindowSpec, completeness_name


def currency_of(writer: Writer, node: FieldName | Window) -> Piece | None:
    """Read the currency of an amount."""
    if node.type is not FieldType.MONEY:
        return None
    return writer.load(node.currency) if node.currency else Piece(code=writer.constant(None))


def window(writer: Writer, node: Window) -> Piece:
    """Read a statistic and bound it by how much of the past is complete."""
    spec, seen = node.spec, writer.load(node.spec.name)
    currency = currency_of(writer, node)
    if spec.statistic is Statistic.LATEST:
        code = (
            writer.assign(f"None if {seen.code} is None else {seen.code} != False")
            if node.type is FieldType.BOOL
            else seen.code
        )
        return Piece(code=code, currency=currency)
    whole = complete(writer, spec)
    if spec.statistic in (Statistic.FIRST, Statistic.LAST):
        return _instant(writer, node, whole)
    if is_range(node):
        ends = f"{seen.code} if {whole} else ninf, {seen.code}"
        if spec.statistic is not Statistic.MIN:
            ends = f"{seen.code}, {seen.code} if {whole} else inf"
        return writer.bounds(f"NO_BOUNDS if {seen.code} is None else ({ends})", currency)
    value = f"{seen.code} != False" if node.type is FieldType.BOOL else seen.code
    text = f"{value} if {whole} and {seen.code} is not None else None"
    return Piece(code=writer.assign(text), currency=currency)


def _since_when(writer: Writer, sources: tuple[str, ...]) -> Piece:
    """Read since when every source is complete."""
    loads = [writer.load(completeness_name(source)) for source in sources]
    if len(loads) == 1:
        return loads[0]
    codes = ", ".join(load.code for load in loads)
    return writer.once(("since", sources), lambda: Piece(code=writer.assign(f"latest_of({codes})")))


def complete(writer: Writer, spec: WindowSpec) -> str:
    """Work out whether a whole window lies inside the complete period."""
    return _reaches(writer, spec, spec.sources)


def covers(writer: Writer, spec: WindowSpec) -> list[str]:
    """Work out of each source whether it is complete over a whole window."""
    return [_reaches(writer, spec, (source,)) for source in spec.sources]


def _reaches(writer: Writer, spec: WindowSpec, sources: tuple[str, ...]) -> str:
    """Work out whether sources are complete over a whole window."""
    since, now = _since_when(writer, sources), writer.load("occurred_at")
    length = None if spec.over_ms is None else spec.over_ms - (not spec.inclusive)
    start = writer.constant(0) if length is None else f"{now.code} - {writer.constant(length)}"
    text = f"{since.code} is not None and {now.code} is not None and {since.code} <= {start}"
    key = ("complete", sources, length)
    return writer.once(key, lambda: Piece(code=writer.assign(text), sure=True)).code


def _instant(writer: Writer, node: Window, whole: str) -> Piece:
    """Bound the instant of the first or last event; without a key nothing is known."""
    seen, now = writer.load(node.spec.name), writer.load("occurred_at")
    text = f"bounds_of_first({seen.code}, {whole})"
    if node.spec.statistic is Statistic.LAST:
        since = _since_when(writer, node.spec.sources)
        text = f"bounds_of_last({seen.code}, {whole}, ({since.code}, {now.code}))"
    keys = " and ".join(has_key(writer, names) for names in node.keys)
    return writer.bounds(f"{text} if {seen.code} is not None or {keys} else NO_BOUNDS")


def has_key(writer: Writer, names: tuple[str, ...]) -> str:
    """Write whether any of the facts is known that a part of a key can be read from."""
    if len(names) > 1:
        return f"any_known(get, {writer.constant(names)})"
    return f"({writer.load(names[0]).code} is not None)"
