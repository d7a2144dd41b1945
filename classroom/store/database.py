"""The connection to SQLite or PostgreSQL, and the way from any released schema to today's."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text

from classroom.errors import SchemaNotOurs, SchemaTooNew

HEAD = "head"
_MIGRATIONS = Path(__file__).parent / "migrations"
_VERSION_TABLE = "alembic_version"
_LOCK = 0x1AFA2
_BUSY_MS = 10_000
_WRITING = "lafal_writing"


def connect(url: str) -> Engine:
    """Make an engine; nothing is read or written yet.

    Parameters
    ----------
    url : str
        ``sqlite:///path`` or ``postgresql://...`` (which means psycopg 3).
    """
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    # Errors end up in the log; what was to be written does not belong there.
    engine = create_engine(parsed, pool_pre_ping=parsed.get_backend_name() != "sqlite", hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def migrate(engine: Engine, revision: str = HEAD) -> None:
    """Bring the schema up to a revision, in one transaction.

    Raises
    ------
    SchemaTooNew, SchemaNotOurs
        A newer Lafal or another program wrote it; it is left as it was.
    """
    with engine.connect() as connection:
        _refuse_foreign(connection)
    if engine.dialect.name == "sqlite":
        _keep_log(engine)
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(_config(connection), revision)


def revision_of(engine: Engine) -> str | None:
    """Give the schema's revision; None where there is no schema."""
    with engine.connect() as connection:
        return _found(connection)


def is_new(engine: Engine) -> bool:
    """Whether there are no tables yet; a file of SQLite's that is not there is not made."""
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and not Path(file).exists():
        return True
    with engine.connect() as connection:
        return not tables_of(connection)


def tables_of(connection: Connection) -> tuple[str, ...]:
    """Name the tables there are."""
    return tuple(inspect(connection).get_table_names())


def head() -> str:
    """Give the revision that this version of Lafal writes."""
    newest = _scripts().get_current_head()
    if newest is None:
        raise RuntimeError("the package has no migrations")
    return newest


def known_revisions() -> tuple[str, ...]:
    """Give every revision that can be brought up to date, oldest first."""
    return tuple(script.revision for script in _scripts().walk_revisions())[::-1]


@contextmanager
def writing(engine: Engine) -> Generator[Connection]:
    """Begin a transaction that will write: SQLite takes its lock now instead of failing half way."""
    with engine.connect().execution_options(**{_WRITING: True}) as connection, connection.begin():
        yield connection


def _refuse_foreign(connection: Connection) -> None:
    found = _found(connection)
    if found is None:
        if tables_of(connection):
            raise SchemaNotOurs
    elif found not in known_revisions():
        raise SchemaTooNew({"found": found})


def _found(connection: Connection) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": _VERSION_TABLE}).get_current_revision()


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _keep_log(engine: Engine) -> None:
    # The mode is kept in the file; a database we refuse must not get it.
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        raw.close()


def _prepare_sqlite(raw: Any, _record: object) -> None:
    # The driver's own transactions begin too late: reads would see two states of the database.
    raw.isolation_level = None
    for pragma in ("foreign_keys=ON", "synchronous=FULL", f"busy_timeout={_BUSY_MS}", "secure_delete=ON"):
        raw.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
