"""Make the golden data of a schema: `python tests/faults/golden/make.py 0003`, once, when the schema is released.

There is something in every table, written through the schema of the time; what is made stays as it is: it stands for
the schools that have such a database. The database is SQL and the files
are base64, so that both can be read in a diff. Names and voices are made up, and the keys open nothing else.
"""

import base64
import json
import sqlite3
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parents[1] / "classroom")]

from busy import busy  # noqa: E402
from school import NOW, open_school  # noqa: E402
from sqlalchemy import MetaData  # noqa: E402

from classroom.operations import archive as parts  # noqa: E402
from classroom.store import Store, database  # noqa: E402


def main(revision: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = Store.open("", folder / "data")
        busy(open_school(store, NOW))
        (HERE / f"{revision}.sql").write_text(as_sql(store, revision, folder / "old.sqlite3"), encoding="utf-8")
        store.close()
        (HERE / f"{revision}.json").write_text(json.dumps(files(folder / "data"), indent=1) + "\n", encoding="ascii")


def as_sql(store: Store, revision: str, old: Path) -> str:
    """Write what is in a store as a database of an older schema; what that does not know is left out."""
    engine = database.connect(f"sqlite:///{old}")
    database.migrate(engine, revision)
    schema = MetaData()
    schema.reflect(engine)
    with store.engine.connect() as source, database.writing(engine) as target:
        for table in parts.tables():
            known = schema.tables.get(table.name)
            for line in parts.read_rows(source, table) if known is not None else ():
                row = parts.read_line(line, target.dialect)
                target.execute(known.insert(), {one.name: row[one.name] for one in known.columns if one.name in row})
    engine.dispose()
    with sqlite3.connect(old) as raw:
        lines = "\n".join(raw.iterdump()) + "\n"
    raw.close()
    return lines


def files(folder: Path) -> dict[str, str]:
    found = [path for path in sorted(folder.rglob("*")) if path.is_file() and "sqlite3" not in path.name]
    return {path.relative_to(folder).as_posix(): base64.b64encode(path.read_bytes()).decode() for path in found}


if __name__ == "__main__":
    main(sys.argv[1])
