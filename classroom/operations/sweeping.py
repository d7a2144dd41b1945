"""Taking away files that belong to nothing: what a stopped process leaves between writing a file and its row."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.store import Store, audit, durable
from classroom.store.schema import Recording

GRACE = timedelta(hours=1)
"""Files younger than this may belong to a row that is about to be written."""


def orphans(store: Store, now: datetime) -> tuple[Path, ...]:
    """Find recordings that no row names, and unfinished files of any kind, that are old enough.

    A key of nobody is left alone: it opens nothing, and were the wrong database to be put beside the keys, no row of
    it would name any of them.
    """
    # Files are listed before rows: one that is written in between is in neither list or only in the rows.
    files = _old(store, now)
    with store.reading() as session:
        return _nobodys(store, session, files)


def sweep(store: Store, now: datetime) -> tuple[Path, ...]:
    """Take them away. SQLite's writers wait meanwhile, so that none can name a file while it goes."""
    if not orphans(store, now):
        return ()
    with store.writing() as session:
        found = _nobodys(store, session, _old(store, now))
        for path in found:
            durable.remove(path)
    return found


def leavings(folder: Path, now: datetime) -> Iterator[Path]:
    """Find unfinished files of a folder that nobody can be writing any more."""
    yield from (path for path in sorted(folder.glob(durable.UNFINISHED)) if age(path, now) > GRACE)


def age(path: Path, now: datetime) -> timedelta:
    """Tell how long ago a file was written; one that is gone was just now."""
    try:
        return now - datetime.fromtimestamp(path.stat().st_mtime, tz=now.tzinfo)
    except FileNotFoundError:
        return timedelta(0)


def _old(store: Store, now: datetime) -> list[Path]:
    files = [*store.files, *store.keys.unfinished()]
    return sorted(path for path in files if age(path, now) > GRACE)


def _nobodys(store: Store, session: Session, files: list[Path]) -> tuple[Path, ...]:
    # Beside a database that was not written with these keys, everything would look like nobody's.
    if not files or not audit.is_ours(session, store.keys.store_key()):
        return ()
    named = set(session.scalars(select(Recording.sha256).where(Recording.removed_at.is_(None))))
    return tuple(path for path in files if path.name not in named)
