"""What databases and disks say when they fail, in our own words: the one place where this is translated."""

import errno
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from classroom.errors import DatabaseDamaged, DatabaseGone, DiskFailing, DiskFull, DiskReadOnly, StoreBusy, StoreError

_BY_ERRNO: dict[int, type[StoreError]] = {
    errno.ENOSPC: DiskFull,
    errno.EDQUOT: DiskFull,
    errno.EFBIG: DiskFull,
    errno.EROFS: DiskReadOnly,
    errno.EACCES: DiskReadOnly,
    errno.EPERM: DiskReadOnly,
    errno.EIO: DiskFailing,
}
_BY_SQLITE: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_BUSY: StoreBusy,
    sqlite3.SQLITE_LOCKED: StoreBusy,
    sqlite3.SQLITE_FULL: DiskFull,
    sqlite3.SQLITE_READONLY: DiskReadOnly,
    sqlite3.SQLITE_PERM: DiskReadOnly,
    sqlite3.SQLITE_IOERR: DiskFailing,
    sqlite3.SQLITE_CANTOPEN: DatabaseGone,
    sqlite3.SQLITE_CORRUPT: DatabaseDamaged,
    sqlite3.SQLITE_NOTADB: DatabaseDamaged,
}
_BY_SQLSTATE: dict[str, type[StoreError]] = {
    "40001": StoreBusy,  # serialisation failure
    "40P01": StoreBusy,  # deadlock
    "55P03": StoreBusy,  # lock not available
    "53300": StoreBusy,  # too many connections
    "53100": DiskFull,
    "25006": DiskReadOnly,
    "58030": DiskFailing,
    "XX001": DatabaseDamaged,
    "XX002": DatabaseDamaged,
}
_PRIMARY = 0xFF
"""SQLite's extended codes hold the plain one in their lowest byte."""


@contextmanager
def told() -> Generator[None]:
    """Raise a `StoreError` with a code of its own where the database or the disk fails.

    What a program gets wrong, such as a row that names nothing, stays the database's own error.
    """
    try:
        yield
    except (DBAPIError, PoolTimeout, sqlite3.Error) as error:
        known = of_database(error)
        if known is None:
            raise
        raise known() from error
    except OSError as error:
        kind = _BY_ERRNO.get(error.errno or 0)
        if kind is None:
            raise
        raise kind() from error


def of_database(error: Exception) -> type[StoreError] | None:
    """Choose our error for one of the database's; None where it is a program's mistake."""
    if isinstance(error, PoolTimeout):
        return StoreBusy
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        known = None if code is None else _BY_SQLITE.get(code & _PRIMARY)
    else:
        known = _of_server(error, cause)
    if known is None and isinstance(error, OperationalError | sqlite3.OperationalError):
        return StoreError
    return known


def _of_server(error: Exception, cause: object) -> type[StoreError] | None:
    state = getattr(cause, "sqlstate", None)
    if state in _BY_SQLSTATE:
        return _BY_SQLSTATE[state]
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    # 08: the connection; 57P: the server is stopped or starting; none: it could not be reached.
    gone = isinstance(error, OperationalError) and (state is None or state.startswith(("08", "57P")))
    return DatabaseGone if lost or gone else None
