"""What a backup is made of: a tar of tables as JSON lines and sealed files, the same for SQLite and PostgreSQL."""

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Table, select

from classroom.errors import BackupBroken
from classroom.store.columns import to_database
from classroom.store.schema import Base

FORMAT = 1
MANIFEST = "manifest.json"
KEYS_NAME = "lafal.keys"

_BYTES = "$bytes"
_TIME = "$time"


def tables() -> tuple[Table, ...]:
    """All tables, each after those it refers to."""
    return tuple(Base.metadata.sorted_tables)


def read_rows(connection: Connection, table: Table) -> Iterator[str]:
    """Give each row as a line of JSON, ordered by the primary key."""
    query = select(table).order_by(*table.primary_key.columns)
    for row in connection.execution_options(yield_per=500).execute(query).mappings():
        yield json.dumps({name: _encode(value) for name, value in row.items()}, sort_keys=True)


def read_line(line: str, dialect: Dialect) -> dict[str, Any]:
    """Undo a line of `read_rows`, for a database."""
    return {name: _decode(value, dialect) for name, value in json.loads(line).items()}


def add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """Put bytes into an archive."""
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mode = 0o600
    archive.addfile(entry, io.BytesIO(content))


def get_bytes(archive: tarfile.TarFile, name: str) -> bytes:
    """Take bytes out of an archive.

    Raises
    ------
    BackupBroken
        They are not in it.
    """
    try:
        file = archive.extractfile(name)
    except KeyError as error:
        raise BackupBroken({"detail": f"{name} is missing"}) from error
    if file is None:
        raise BackupBroken({"detail": f"{name} is no file"})
    return file.read()


def sha256_of(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _encode(value: object) -> object:
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {_TIME: value.astimezone(UTC).isoformat()}
    return value


def _decode(value: Any, dialect: Dialect) -> Any:
    if isinstance(value, dict):
        if set(value) == {_BYTES}:
            return base64.b64decode(value[_BYTES])
        if set(value) == {_TIME}:
            return to_database(datetime.fromisoformat(value[_TIME]), dialect)
    return value
