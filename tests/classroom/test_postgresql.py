"""An older schema on PostgreSQL is brought up to date with every row; that on SQLite is in `tests/faults`."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from school import NOW
from sqlalchemy import JSON, Boolean, Connection, DateTime, MetaData, select
from sqlalchemy.types import TypeEngine

from benchmarks.golden import REVISIONS, lay_out, rows_of
from classroom import accounts, recordings
from classroom.operations.verify import verify
from classroom.store import Store, database


def from_sqlite(value: Any, kind: TypeEngine[Any]) -> Any:
    """Give a value as PostgreSQL has it."""
    match kind:
        case _ if value is None:
            return None
        case DateTime():
            return datetime.fromisoformat(f"{value}+00:00")
        case JSON():
            return json.loads(value)
        case Boolean():
            return bool(value)
        case _:
            return value


def everything(connection: Connection, schema: MetaData) -> dict[str, list[dict[str, Any]]]:
    return {
        table.name: sorted((dict(row) for row in connection.execute(select(table)).mappings()), key=str)
        for table in schema.sorted_tables
        if table.name != "alembic_version"
    }


def test_an_upgrade_keeps_every_row(tmp_path: Path, fresh_postgresql: str) -> None:
    folder = lay_out(tmp_path / "data", REVISIONS[0])
    rows = rows_of(folder)
    engine = database.connect(fresh_postgresql)
    database.migrate(engine, REVISIONS[0])
    schema = MetaData()
    schema.reflect(engine)
    with database.writing(engine) as connection:
        for table in (one for one in schema.sorted_tables if one.name in rows):
            kinds = {column.name: column.type for column in table.columns}
            made = [{name: from_sqlite(row[name], kind) for name, kind in kinds.items()} for row in rows[table.name]]
            connection.execute(table.insert(), made)
        before = everything(connection, schema)
    assert all(before.values())
    store = Store.open(fresh_postgresql, folder)
    assert database.revision_of(store.engine) == database.head() != REVISIONS[0]
    with store.engine.connect() as connection:
        # Read with the columns of before: none of them may have gone or changed.
        assert everything(connection, schema) == before
    assert verify(store, now=NOW).problems == ()
    kept = before["recordings"][0]
    assert recordings.listen(store, kept["id"], by=kept["person_id"], now=NOW).content == b"a voice"
    assert accounts.sign_in(store, "sari", "correct horse", now=NOW).person.role == "teacher"
    store.close()
    engine.dispose()
