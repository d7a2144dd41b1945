"""Stores as older versions of Lafal left them, kept with the tests; only a checkout has them."""

import base64
import json
import sqlite3
from pathlib import Path

from classroom.store.store import DATABASE

GOLDEN = Path(__file__).parent.parent / "tests" / "faults" / "golden"
REVISIONS = tuple(sorted(path.stem for path in GOLDEN.glob("*.sql")))
"""Of which schemas there is one, oldest first; none outside a checkout."""

Rows = dict[str, list[dict[str, object]]]


def lay_out(folder: Path, revision: str) -> Path:
    """Put a golden store on disk as the Lafal of its time left it."""
    for name, content in json.loads((GOLDEN / f"{revision}.json").read_text()).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(content))
    raw = sqlite3.connect(folder / DATABASE)
    raw.executescript((GOLDEN / f"{revision}.sql").read_text())
    raw.execute("PRAGMA journal_mode=WAL")
    raw.close()
    return folder


def rows_of(folder: Path) -> Rows:
    """Give every row of every table of a store on SQLite, whatever its schema; Alembic's own table is left out."""
    raw = sqlite3.connect(folder / DATABASE)
    raw.row_factory = sqlite3.Row
    tables = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    found = {name: [dict(row) for row in raw.execute(f"SELECT * FROM {name}")] for name in tables}
    raw.close()
    return {name: rows for name, rows in found.items() if name != "alembic_version"}


def lost(before: Rows, after: Rows) -> list[str]:
    """Name rows whose columns of before are not there any more, as they were."""
    missing: list[str] = []
    for name, rows in before.items():
        for row in rows:
            if not any(row.items() <= one.items() for one in after.get(name, [])):
                missing.append(f"{name}: {row}")
    return missing
