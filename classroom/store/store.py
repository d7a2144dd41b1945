"""`Store`: the database, the files and the keys, opened together."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from classroom.errors import DatabaseGone, KeysMissing, RestoreUnfinished
from classroom.store import audit, database, durable, sealing
from classroom.store.files import RecordingFiles
from classroom.store.keys import FOLDER as KEYS
from classroom.store.keys import STORE, KeyFolder
from classroom.store.master import FILE, MasterKeys
from classroom.store.schema import Person
from classroom.store.trouble import told
from speech.settings import Settings

DATABASE = "lafal.sqlite3"
RESTORING = "restoring"
"""A file that lies in the data folder for as long as a backup is being restored there."""


class Store:
    """Everything the classroom remembers. Safe to share between threads, and between processes that open it alike.

    Open it with `open` or `from_settings`.

    Attributes
    ----------
    folder : Path
        The data folder.
    engine : Engine
        The database; for this package only.
    keys : KeyFolder
        The data keys.
    files : RecordingFiles
        The sealed recordings.
    """

    def __init__(self, engine: Engine, folder: Path, keys: KeyFolder) -> None:
        self.engine = engine
        self.folder = folder
        self.keys = keys
        self.files = RecordingFiles(folder)

    @classmethod
    def open(cls, url: str, folder: Path, *, master_key: str = "", restoring: bool = False) -> "Store":
        """Open a store, make it where there is none, and bring its schema up to date.

        Parameters
        ----------
        url : str
            ``sqlite:///path``, ``postgresql://...``, or empty for SQLite in the folder.
        folder : Path
            Where recordings, keys and SQLite's file lie.
        master_key : str
            Master keys that go before the file ``master.key``.
        restoring : bool
            Whether it is `restore` itself that asks, for a place that is not yet whole.

        Raises
        ------
        SchemaTooNew, SchemaNotOurs
            The database is left as it was.
        DatabaseGone
            There are keys, and the database is away or empty; none is made.
        KeysMissing, WrongMasterKey
            There is data, and the keys do not open it.
        RestoreUnfinished
            A restore into it was interrupted: what is there is not all.
        """
        if not restoring and (folder / RESTORING).exists():
            raise RestoreUnfinished({"place": str(folder)})
        with told():
            return cls._open(url, folder, master_key)

    @classmethod
    def _open(cls, url: str, folder: Path, master_key: str) -> "Store":
        durable.make_folder(folder)
        engine = database.connect(url or f"sqlite:///{folder / DATABASE}")
        try:
            # Keys are made after the database: a new one in its place would look like a school without people.
            if (folder / KEYS / f"{STORE}.key").exists() and database.is_new(engine):
                raise DatabaseGone
            if not url:
                (folder / DATABASE).touch(mode=durable.PRIVATE)
            database.migrate(engine)
            return cls(engine, folder, _open_keys(engine, folder, MasterKeys(folder, master_key)))
        except BaseException:
            engine.dispose()
            raise

    @classmethod
    def from_settings(cls, settings: Settings, environment: Mapping[str, str] = os.environ) -> "Store":
        """Open the store that the settings name; `LAFAL_MASTER_KEY` goes before the key's file."""
        folder = settings.data_place(environment)
        return cls.open(settings.database_url, folder, master_key=environment.get("LAFAL_MASTER_KEY", ""))

    @contextmanager
    def reading(self) -> Generator[Session]:
        """See one state of the database; nothing that is changed is kept.

        Raises
        ------
        StoreError
            The database or the disk fails.
        """
        with told(), self.engine.connect() as connection, connection.begin() as transaction:
            with Session(connection, expire_on_commit=False) as session:
                yield session
            transaction.rollback()

    @contextmanager
    def writing(self) -> Generator[Session]:
        """Change the database: all of it at the end, or nothing after an error.

        Raises
        ------
        StoreBusy, DiskFull, DiskReadOnly, DatabaseGone, DatabaseDamaged
            Nothing was changed.
        DiskFailing
            Whether it was changed cannot be known.
        """
        connecting = database.writing(self.engine)
        with told(), connecting as connection, Session(connection, expire_on_commit=False) as session:
            yield session
            session.flush()

    def note(
        self,
        session: Session,
        *,
        actor: str,
        action: str,
        subject: str,
        now: datetime,
        details: Mapping[str, object] | None = None,
    ) -> None:
        """Write what is being done into the audit, in the same transaction."""
        key = self.keys.store_key()
        audit.append(session, key, actor=actor, action=action, subject=subject, now=now, details=details)

    def mac(self, purpose: str, content: str) -> str:
        """Hash a login, a code or a token so that it can be found again but not guessed from the database."""
        return sealing.keyed_hash(self.keys.store_key(), purpose, content.encode())

    def tidy(self) -> None:
        """Let SQLite write its log back into the file, so that deleted rows are not left in it."""
        if self.engine.dialect.name != "sqlite":
            return
        with told():
            raw = self.engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                raw.close()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def _open_keys(engine: Engine, folder: Path, master: MasterKeys) -> KeyFolder:
    keys = KeyFolder(folder, master)
    with Session(engine) as session:
        used = bool(keys.owners()) or session.scalars(select(Person.id).limit(1)).first() is not None
    if not used:
        master.create()
        keys.create_store_key()
    elif not master.there:
        raise KeysMissing({"name": FILE})
    elif not keys.has(STORE):
        raise KeysMissing({"name": f"{KEYS}/{STORE}.key"})
    keys.store_key()
    return keys
