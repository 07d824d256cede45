"""Named SQL: every statement stands in a `.sql` file under a name and a line that says what it is for."""

import re
import sqlite3
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any, Final

from holdfast.vocabulary.errors import Bug, StoreError

FILES: Final = ("log", "keys", "subjects", "contents", "holds", "claims", "verifications", "outbox", "lists", "meta")
_STEPS: Final = (64, 32, 16, 8, 4, 2, 1)
_HEADING: Final = re.compile(r"^-- (\w+): (\S.*)$", re.MULTILINE)
_MIGRATION: Final = re.compile(r"^(\d{4})_\w+\.sql$")


@cache
def all_queries() -> dict[str, str]:
    """Read every named statement; a name that is used twice is a `Bug`."""
    found: dict[str, str] = {}
    for name in FILES:
        parts = _HEADING.split((files(__package__) / f"{name}.sql").read_text(encoding="utf-8"))
        for query_name, body in zip(parts[1::3], parts[3::3], strict=True):
            if query_name in found:
                raise Bug(f"two statements have the name `{query_name}`")
            found[query_name] = body.strip().removesuffix(";")
    return found


@cache
def query(name: str) -> str:
    """Give the statement of a name."""
    return all_queries()[name]


@cache
def day_query(name: str, day: int) -> str:
    """Give a statement about the idempotency keys of one day, counted from 1970-01-01."""
    return query(name).replace("{day}", str(int(day)))


@cache
def _many(sql: str, count: int) -> str:
    """Give an insert of one row for `count` rows; the row's places stand last in it."""
    head, places = sql.rsplit("VALUES ", 1)
    return f"{head}VALUES {', '.join([places] * count)}"


def insert_many(connection: sqlite3.Connection, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows, up to 64 in a step.

    Every step of SQLite lets go of the interpreter's lock and may wait for it again behind a busy engine, so that
    fewer steps are better than many.
    """
    place = 0
    for count in _STEPS:
        statement = _many(sql, count) if len(rows) - place >= count else ""
        while len(rows) - place >= count:
            connection.execute(statement, list(chain.from_iterable(rows[place : place + count])))
            place += count


@cache
def migrations() -> tuple[str, ...]:
    """Give the scripts that build the schema, in order; the first brings an empty file to version 1."""
    folder = files(__package__) / "migrations"
    named = sorted((item.name, item.read_text(encoding="utf-8")) for item in folder.iterdir() if item.is_file())
    scripts = [(match.group(1), text) for name, text in named if (match := _MIGRATION.match(name))]
    if [int(number) for number, _ in scripts] != list(range(1, len(scripts) + 1)):
        raise Bug("the migrations are not numbered 0001, 0002, ... without a gap")
    return tuple(text for _, text in scripts)


def schema() -> str:
    """Give the script of the whole schema of today."""
    return (files(__package__) / "schema.sql").read_text(encoding="utf-8")


def refuse_other_schema(connection: sqlite3.Connection) -> None:
    """Raise StoreError unless the schema is the one of this program, for who may not bring it up to date."""
    have = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if have != len(migrations()):
        hint = "start the server of this version once"
        raise StoreError(f"the schema of this directory is {have}, this program reads {len(migrations())}", hint=hint)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date, each step in a transaction of its own.

    A schema newer than this program knows is a `StoreError`: an older program must not write to it.
    """
    have = int(connection.execute("PRAGMA user_version").fetchone()[0])
    scripts = migrations()
    if have > len(scripts):
        hint = "start the version of holdfast that wrote this directory, or a newer one"
        raise StoreError(f"the schema of this directory is {have}, this program knows {len(scripts)}", hint=hint)
    for number in range(have + 1, len(scripts) + 1):
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE;\n{scripts[number - 1]}\nPRAGMA user_version = {number};\nCOMMIT;"
            )
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
