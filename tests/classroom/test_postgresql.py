"""An older schema on PostgreSQL is brought up to date with every row, and the guide leads there from SQLite."""

import json
import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from school import NOW, open_school
from sqlalchemy import JSON, Boolean, Connection, DateTime, MetaData, select
from sqlalchemy.types import TypeEngine

from benchmarks.golden import REVISIONS, lay_out, rows_of
from classroom import accounts, recordings
from classroom.operations.backup import backup
from classroom.operations.verify import verify
from classroom.store import Store, database

ROOT = Path(__file__).resolve().parents[2]


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


def test_the_guide_moves_a_school_there(tmp_path: Path, fresh_postgresql: str) -> None:
    (block,) = re.findall(
        r"<!-- tried: postgresql -->\n```sh\n(.*?)```", (ROOT / "docs" / "operating.md").read_text("utf-8"), re.DOTALL
    )
    store = Store.open("", tmp_path / "data")
    open_school(store, NOW).hand_in()
    backup(store, tmp_path / "backups" / "tuesday.tar", now=NOW)
    store.close()
    script = block.replace("postgresql://lafal@localhost/lafal", f"'{fresh_postgresql}'")
    script = script.replace(".venv/bin/python", f"'{sys.executable}'")
    ran = subprocess.run(
        ["bash", "-euc", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "1 recordings are back" in ran.stdout
    assert "Everything fits." in ran.stdout
    assert not list((tmp_path / "moved").glob("*.sqlite3*"))
