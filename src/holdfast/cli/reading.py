"""Opens a file of events by what its name says: JSON lines, CSV or Parquet, plain or gzipped, read as a stream."""

import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from holdfast.vocabulary.errors import InvalidError, MappingError
from holdfast.wire.files import Cells, Rejected, Table, csv_table, event_lines, json_table, mapped_rows
from holdfast.wire.mapping import Row, RowMapping, parse_mapping

_BATCH_ROWS: Final = 20_000
_JSON: Final = (".jsonl", ".ndjson", ".json")
_CSV: Final = (".csv", ".tsv", ".txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFile:
    """A file with its mapping; `total` is the number of rows where the format tells it."""

    path: Path
    mapping: RowMapping | None
    total: int | None

    def rows(self) -> Iterator[Row | Rejected]:
        """Read the file from its beginning; a file that is damaged ends the run with a clear word."""
        kind = _kind(self.path)
        with _damage(self.path, kind):
            if self.mapping is None:
                yield from event_lines(_bytes(self.path))
                return
            yield from mapped_rows(_table(self.path, kind, self.mapping), self.mapping)


@contextmanager
def _damage(path: Path, kind: str) -> Iterator[None]:
    """Name a file that is cut off, or is not what its name says."""
    hint = "nothing after the fault was read; ask for the file again and compare its size"
    try:
        with _parquet_damage(path) if kind == "parquet" else nullcontext():
            yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InvalidError(f"`{path.name}` is no whole gzip file: {error}", hint=hint) from None


@contextmanager
def _parquet_damage(path: Path) -> Iterator[None]:
    """Name a file that is no whole Parquet file."""
    import polars as pl

    try:
        yield
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InvalidError(
            f"`{path.name}` cannot be read as Parquet: {error}", hint="write the file again, or give it as CSV"
        ) from None


def read_mapping(path: Path) -> RowMapping:
    """Read a mapping file."""
    try:
        return parse_mapping(path.read_bytes())
    except MappingError as error:
        raise MappingError(f"{path.name}: {error.message}", pointer=error.pointer, hint=error.hint) from None
    except OSError as error:
        raise InvalidError(f"`{path}` cannot be read: {error.strerror}", hint="check the path") from None


def event_file(path: Path, mapping: Path | None) -> EventFile:
    """Open a file; without a mapping it must hold events as JSON lines."""
    if not path.is_file():
        raise InvalidError(f"there is no file `{path}`", hint="check the path")
    kind = _kind(path)
    if mapping is None and kind != "json":
        raise InvalidError(
            f"`{path.name}` needs a mapping", hint="`--mapping FILE` says which column fills which field"
        )
    total = _rows_of_parquet(path) if kind == "parquet" else None
    return EventFile(path=path, mapping=read_mapping(mapping) if mapping else None, total=total)


def _rows_of_parquet(path: Path) -> int:
    import polars as pl

    with _parquet_damage(path):
        return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def _kind(path: Path) -> str:
    """Tell the format from the name."""
    name = path.name.removesuffix(".gz")
    if name.endswith(".parquet"):
        return "parquet"
    if name.endswith(_JSON):
        return "json"
    if name.endswith(_CSV):
        return "csv"
    raise InvalidError(
        f"the format of `{path.name}` is not known by its name", hint="use .jsonl, .csv or .parquet, or .gz behind them"
    )


def _bytes(path: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def _table(path: Path, kind: str, mapping: RowMapping) -> Table:
    if kind == "parquet":
        return _parquet(path, mapping.names())
    if kind == "json":
        return json_table(_bytes(path), mapping.names())
    text = io.TextIOWrapper(_bytes(path), encoding=mapping.encoding, errors="strict", newline="")
    return csv_table(_decoded(text, path), separator=mapping.separator)


def _decoded(lines: io.TextIOWrapper, path: Path) -> Iterator[str]:
    """Give the lines of a text; bytes that are not of its encoding end the run with a clear word."""
    try:
        yield from lines
    except UnicodeDecodeError as error:
        raise InvalidError(
            f"`{path.name}` is not {lines.encoding}", hint="`encoding: cp1251` in the mapping names another encoding"
        ) from error


def _parquet(path: Path, wanted: Sequence[str]) -> Table:
    """Read Parquet in batches, only the columns that are needed; a missing one is left to the mapping to name."""
    import polars as pl

    frame = pl.scan_parquet(path)
    present = tuple(frame.collect_schema().names())
    columns = tuple(name for name in wanted if name in present)
    if len(columns) < len(wanted):
        return Table(present, iter(()))
    batches = frame.select(columns).collect_batches(chunk_size=_BATCH_ROWS, maintain_order=True)
    return Table(columns, _numbered(row for batch in batches for row in batch.iter_rows()))


def _numbered(rows: Iterator[Sequence[object]]) -> Iterator[Cells]:
    for number, row in enumerate(rows, 1):
        yield Cells(number, row)
