"""The schema of today is what all migrations build."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.store.sqlite import queries
from holdfast.store.sqlite.queries import all_queries, day_query, migrate, migrations, schema


def objects(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Give every table, index and trigger with its text, spaces evened out as a migration leaves them."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name")
    return [(kind, name, re.sub(r" ?([(),]) ?", r"\1", " ".join(sql.split()))) for kind, name, sql in rows]


def test_the_schema_equals_all_migrations() -> None:
    """A database made at once and one that went through every migration are the same."""
    with closing(sqlite3.connect(":memory:")) as at_once, closing(sqlite3.connect(":memory:")) as stepwise:
        at_once.executescript(schema())
        migrate(stepwise)
        migrate(stepwise)
        assert objects(at_once) == objects(stepwise)
        assert objects(stepwise)
        assert stepwise.execute("PRAGMA user_version").fetchone() == (len(migrations()),)


def test_a_failing_migration_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A step that fails half-way leaves the schema and its number as they were."""
    with closing(sqlite3.connect(tmp_path / "db", isolation_level=None)) as connection:
        migrate(connection)
        before = objects(connection)
        steps = (*migrations(), "CREATE TABLE one (a);\nCREATE TABLE one (a);")
        monkeypatch.setattr(queries, "migrations", lambda: steps)
        with pytest.raises(sqlite3.OperationalError, match="already exists"):
            migrate(connection)
        assert objects(connection) == before
        assert connection.execute("PRAGMA user_version").fetchone() == (len(steps) - 1,)


def test_every_query_fits_the_schema() -> None:
    """Each named statement can be prepared against the schema of today."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(schema())
        connection.execute(day_query("create_day", 1))
        for name in all_queries():
            sql = day_query(name, 2 if name == "create_day" else 1)
            highest = max([int(place) for place in ("6", "5", "4", "3", "2", "1") if f"?{place}" in sql], default=0)
            sql = sql.replace("{subjects}", "?").replace("{runs}", "?")
            connection.execute(f"EXPLAIN {sql}", [None] * (highest or sql.count("?")))
