"""Bringing an archive back into an empty place; people deleted since it was made stay deleted."""

import base64
import hashlib
import json
import shutil
import tarfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, inspect, select

from classroom import deletion
from classroom.errors import BackupBroken, NotEmpty, SchemaTooNew, WrongMasterKey
from classroom.operations import archive as parts
from classroom.people import OPERATOR
from classroom.store import Store, database, durable
from classroom.store.files import FOLDER as RECORDINGS
from classroom.store.files import RecordingFiles
from classroom.store.keys import FOLDER as KEYS
from classroom.store.keys import STORE, KeyFolder
from classroom.store.master import MasterKeys
from classroom.store.schema import Person, Recording
from classroom.store.store import DATABASE, RESTORING
from classroom.store.trouble import told

_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came back; `forgotten` were deleted after the archive was made, and were deleted again."""

    rows: int
    recordings: int
    forgotten: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to: as for `Store.open`."""

    url: str
    folder: Path
    master_key: str = ""


def restore(archive: Path, keys: Path, place: Place, *, now: datetime) -> Restored:
    """Fill an empty folder and database from a backup. Stopped in between, it can be run again.

    Until it is done, the place cannot be opened. A database other than SQLite's has to be emptied by hand then.

    Parameters
    ----------
    archive, keys : Path
        What `backup` wrote. The keys are the newest copy, whatever the archive's age.
    place : Place
        Where to. The master key is there already, as ``master.key`` or given.
    now : datetime
        For the audit.

    Raises
    ------
    BackupBroken, SchemaTooNew
        The archive is damaged, or a newer Lafal wrote it.
    NotEmpty
        There is something already.
    WrongMasterKey
        It is not the one that wrapped the keys.
    """
    engine = database.connect(place.url or f"sqlite:///{place.folder / DATABASE}")
    try:
        with told(), _open(archive) as tar:
            manifest = _manifest(tar)
            wrapped = _read_keys(keys, manifest)
            _check(tar, manifest)
            _begin(engine, place)
            _put_keys(place, wrapped)
            files = RecordingFiles(place.folder)
            for sha256 in manifest["recordings"]:
                files.put(parts.get_bytes(tar, f"recordings/{sha256}"))
            _fill(engine, tar, manifest)
    finally:
        engine.dispose()
    forgotten = _finish(place, manifest, now)
    rows = sum(manifest["rows"].values())
    return Restored(rows=rows, recordings=len(manifest["recordings"]), forgotten=forgotten)


def _begin(engine: Engine, place: Place) -> None:
    """Mark the place, so that nobody takes half a school for a whole one; what a restore before left there goes."""
    marker = place.folder / RESTORING
    if marker.exists():
        for folder in (KEYS, RECORDINGS):
            shutil.rmtree(place.folder / folder, ignore_errors=True)
        for path in place.folder.glob(f"{DATABASE}*"):
            durable.remove(path)
    _require_empty(engine, place)
    durable.make_folder(place.folder)
    durable.write(marker, b"")


def _finish(place: Place, manifest: dict[str, Any], now: datetime) -> tuple[str, ...]:
    store = Store.open(place.url, place.folder, master_key=place.master_key, restoring=True)
    try:
        forgotten = _forget_again(store, manifest, now)
    finally:
        store.close()
    durable.remove(place.folder / RESTORING)
    return forgotten


def _open(archive: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(archive, "r:")
    except (tarfile.TarError, OSError) as error:
        raise BackupBroken({"detail": f"“{archive.name}” is no archive"}) from error


def _manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(parts.get_bytes(tar, parts.MANIFEST))
    except (ValueError, tarfile.TarError) as error:
        raise BackupBroken({"detail": "its contents cannot be read"}) from error
    if manifest.get("format") != parts.FORMAT or manifest.get("schema") not in database.known_revisions():
        raise SchemaTooNew({"found": str(manifest.get("schema"))})
    return manifest


def _check(tar: tarfile.TarFile, manifest: dict[str, Any]) -> None:
    for name, expected in manifest["sha256"].items():
        if hashlib.sha256(parts.get_bytes(tar, f"tables/{name}.jsonl")).hexdigest() != expected:
            raise BackupBroken({"detail": f"the table {name} is damaged"})
    for name in manifest["recordings"]:
        if hashlib.sha256(parts.get_bytes(tar, f"recordings/{name}")).hexdigest() != name:
            raise BackupBroken({"detail": "a recording is damaged"})


def _read_keys(path: Path, manifest: dict[str, Any]) -> dict[str, bytes]:
    try:
        content = json.loads(path.read_text(encoding="ascii"))
        keys = {owner: base64.b64decode(text) for owner, text in content["keys"].items()}
        age = content.get("audit_rows", manifest["rows"]["audit"])
        keys = {STORE: keys[STORE], **keys}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupBroken({"detail": f"the keys “{path.name}” cannot be read"}) from error
    if age < manifest["rows"]["audit"]:
        # Whoever came in between has no key in it, and would be taken for somebody deleted.
        raise BackupBroken({"detail": f"the keys “{path.name}” are older than the archive"})
    return keys


def _require_empty(engine: Engine, place: Place) -> None:
    if (place.folder / "keys").exists() or (place.folder / "recordings").exists():
        raise NotEmpty({"place": str(place.folder)})
    database_file = place.folder / DATABASE
    if not place.url and database_file.exists():
        raise NotEmpty({"place": str(database_file)})
    if place.url and inspect(engine).get_table_names():
        raise NotEmpty({"place": "the database"})


def _put_keys(place: Place, wrapped: dict[str, bytes]) -> None:
    keys = KeyFolder(place.folder, MasterKeys(place.folder, place.master_key))
    # The store's own key first: if it does not open, the place stays as it was.
    try:
        keys.master.read()
        keys.put_back(STORE, wrapped[STORE])
        keys.store_key()
    except WrongMasterKey:
        keys.destroy(STORE)
        durable.remove(place.folder / RESTORING)
        raise
    for owner, content in wrapped.items():
        keys.put_back(owner, content)


def _fill(engine: Engine, tar: tarfile.TarFile, manifest: dict[str, Any]) -> None:
    """Insert into the schema of the archive's time; opening the store brings it up to date."""
    database.migrate(engine, manifest["schema"])
    schema = MetaData()
    schema.reflect(engine)
    with database.writing(engine) as connection:
        for table in schema.sorted_tables:
            if table.name in manifest["rows"]:
                _insert(connection, table, parts.get_bytes(tar, f"tables/{table.name}.jsonl").decode())


def _insert(connection: Connection, table: Table, lines: str) -> None:
    rows = [parts.read_line(line, connection.dialect) for line in lines.splitlines()]
    for first in range(0, len(rows), _BATCH):
        connection.execute(table.insert(), rows[first : first + _BATCH])


def _forget_again(store: Store, manifest: dict[str, Any], now: datetime) -> tuple[str, ...]:
    with store.reading() as session:
        people = session.scalars(select(Person.id).where(Person.deleted_at.is_(None))).all()
    gone = tuple(person_id for person_id in people if not store.keys.has(person_id))
    for person_id in gone:
        with store.writing() as session:
            files = deletion.erase(store, session, person_id, by=OPERATOR, now=now)
        deletion.finish(store, person_id, files)
    _mark_gone(store, manifest["gone"], now)
    return gone


def _mark_gone(store: Store, names: list[str], now: datetime) -> None:
    with store.writing() as session:
        for row in session.scalars(select(Recording).where(Recording.sha256.in_(names))):
            row.removed_at, row.sha256 = now, None
