"""One archive of everything but the keys, while the server runs; of the keys only the newest copy stays beside it.

Were the keys in the archive, every old one could bring a deleted learner back.
"""

import base64
import hashlib
import json
import secrets
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from classroom.operations import archive as parts
from classroom.operations.sweeping import leavings
from classroom.store import Store, audit, database, durable
from classroom.store.trouble import told


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """Where the archive and the keys are, and how much is in them."""

    archive: Path
    keys: Path
    rows: int
    recordings: int
    size_bytes: int


def backup(store: Store, path: Path, *, now: datetime) -> Backup:
    """Write an archive: one state of the database and every file that it names.

    Parameters
    ----------
    path : Path
        The archive; its folder also gets ``lafal.keys``, replaced each time. The master key is in neither.
    now : datetime
        Written into the archive.

    Raises
    ------
    StoreError
        The database, or a disk, fails; an archive of that name stays as it was.
    """
    with told():
        return _backup(store, path, now)


def _backup(store: Store, path: Path, now: datetime) -> Backup:
    durable.make_folder(path.parent)
    for left in leavings(path.parent, now):
        durable.remove(left)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with unfinished.open("wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
            unfinished.chmod(durable.PRIVATE)
            rows, recordings = _write(store, tar, now)
        with unfinished.open("rb+") as file:
            durable.sync_file(file)
        # The keys go first: an archive beside older keys would be restored without whoever came in between.
        keys = path.with_name(parts.KEYS_NAME)
        durable.write(keys, _keys(store))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    durable.sync_folder(path.parent)
    return Backup(archive=path, keys=keys, rows=rows, recordings=recordings, size_bytes=path.stat().st_size)


def _write(store: Store, tar: tarfile.TarFile, now: datetime) -> tuple[int, int]:
    counts: dict[str, int] = {}
    hashes: dict[str, str] = {}
    names: list[str] = []
    with store.engine.connect().execution_options(**_one_state(store)) as connection, connection.begin() as reading:
        for table in parts.tables():
            counts[table.name], hashes[table.name] = _write_table(connection, tar, table.name)
        names = _file_names(connection)
        reading.rollback()
    # A file whose time ended since the tables were read is gone, and named as such.
    gone = [name for name in names if not _write_file(store, tar, name)]
    manifest = {
        "format": parts.FORMAT,
        "schema": database.head(),
        "made_at": now.isoformat(),
        "rows": counts,
        "sha256": hashes,
        "recordings": sorted(set(names) - set(gone)),
        "gone": gone,
    }
    parts.add_bytes(tar, parts.MANIFEST, json.dumps(manifest, indent=1).encode())
    return sum(counts.values()), len(names) - len(gone)


def _write_table(connection: Connection, tar: tarfile.TarFile, name: str) -> tuple[int, str]:
    table = next(one for one in parts.tables() if one.name == name)
    digest, count = hashlib.sha256(), 0
    with tempfile.TemporaryFile() as lines:
        for line in parts.read_rows(connection, table):
            content = f"{line}\n".encode()
            lines.write(content)
            digest.update(content)
            count += 1
        entry = tarfile.TarInfo(f"tables/{name}.jsonl")
        entry.size, entry.mode = lines.tell(), durable.PRIVATE
        lines.seek(0)
        tar.addfile(entry, lines)
    return count, digest.hexdigest()


def _file_names(connection: Connection) -> list[str]:
    table = next(one for one in parts.tables() if one.name == "recordings")
    column = table.c.sha256
    rows = connection.execute(column.table.select().with_only_columns(column).where(column.is_not(None)))
    return sorted(rows.scalars())


def _write_file(store: Store, tar: tarfile.TarFile, sha256: str) -> bool:
    try:
        content = store.files.path(sha256).read_bytes()
    except FileNotFoundError:
        return False
    parts.add_bytes(tar, f"recordings/{sha256}", content)
    return True


def _keys(store: Store) -> bytes:
    wrapped: Mapping[str, str] = {owner: base64.b64encode(content).decode() for owner, content in store.keys.files()}
    with store.reading() as session:
        audited = audit.count(session)
    return json.dumps({"format": parts.FORMAT, "audit_rows": audited, "keys": wrapped}, indent=1).encode()


def _one_state(store: Store) -> dict[str, str]:
    # SQLite's transactions see one state by themselves.
    return {} if store.engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
