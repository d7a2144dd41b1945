"""Disks that are full, may not be written or fail, databases that are held, gone or damaged: said by a code, nothing
lost."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from school import NOW, School, takes_of
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from classroom import people, recordings, submissions
from classroom.errors import (
    DatabaseDamaged,
    DatabaseGone,
    DiskFailing,
    DiskFull,
    DiskReadOnly,
    StoreBusy,
    StoreError,
)
from classroom.operations.backup import backup
from classroom.operations.sweeping import GRACE
from classroom.operations.verify import verify
from classroom.people import OPERATOR, NewPerson
from classroom.store import Store, durable
from classroom.store.store import DATABASE
from classroom.store.trouble import told
from web.errors import http_status

ROOT = Path(__file__).parents[2]


def is_whole(school: School) -> bool:
    return verify(school.store, now=NOW, sweep=False).problems == ()


def failing(number: int) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EFBIG, DiskFull),
        (errno.EROFS, DiskReadOnly),
        (errno.EACCES, DiskReadOnly),
        (errno.EIO, DiskFailing),
    ],
)
def test_a_disk_that_takes_no_file_is_told_by_a_code(
    school: School, monkeypatch: pytest.MonkeyPatch, number: int, error: type[StoreError]
) -> None:
    attempt = school.begin()
    with monkeypatch.context() as disk:
        disk.setattr(durable, "sync_file", failing(number))
        with pytest.raises(error) as caught:
            school.record(attempt)
        assert http_status(caught.value) == 503
        with pytest.raises(error):
            people.create(school.store, NewPerson(role="learner"), by=OPERATOR, now=NOW)
    assert list(school.store.files) == []
    assert is_whole(school)
    kept = school.record(attempt)
    assert recordings.listen(school.store, kept.id, by=school.ani.id, now=NOW).content == b"a voice"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such limit")
def test_a_database_that_may_not_grow_keeps_what_is_in_it(tmp_path: Path, school: School) -> None:
    """With a limit on the size of files in the place of a full disk; SIGXFSZ is ignored by Python."""
    kept = school.record(school.begin())
    code = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from classroom import people
from classroom.errors import StoreError
from classroom.people import OPERATOR, NewPerson
from classroom.store import Store
store = Store.open("", Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
now, made = datetime.now(UTC), 0
try:
    for _ in range(2000):
        people.create(store, NewPerson(role="learner"), by=OPERATOR, now=now)
        made += 1
except StoreError as error:
    print(error.code, made, len(people.listed(store, "learner")))
"""
    arguments = [sys.executable, "-c", code, str(school.store.folder)]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=True)
    found, made, listed = done.stdout.split()
    assert found in {"disk_full", "disk_failing"}
    assert int(listed) == int(made) + 2
    assert is_whole(school)
    assert recordings.listen(school.store, kept.id, by=school.ani.id, now=NOW).content == b"a voice"


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Path:
    """A disk of two megabytes, where we may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode != 0:
        pytest.skip("mounting a small disk is not permitted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_refuses_and_forgets_nothing(tiny_disk: Path) -> None:
    from school import open_school

    school = open_school(Store.open("", tiny_disk / "data"), NOW)
    attempt = school.begin()
    kept = []
    with pytest.raises(DiskFull):
        for number in range(100):
            kept.append(school.record(attempt, key=str(number), content=os.urandom(30_000)))
    assert len(kept) > 3
    assert is_whole(school)
    assert {one.id for one in takes_of(school.store, attempt.id)} == {one.id for one in kept}
    with pytest.raises(DiskFull):
        backup(school.store, tiny_disk / "backups" / "monday.tar", now=NOW)
    assert list((tiny_disk / "backups").iterdir()) == []
    school.store.close()


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() != 0, reason="only root may mount")
def test_a_disk_that_became_read_only_can_still_be_read(tiny_disk: Path) -> None:
    from school import open_school

    school = open_school(Store.open("", tiny_disk / "data"), NOW)
    attempt = school.begin()
    kept = school.record(attempt)
    if subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], capture_output=True, check=False).returncode:
        pytest.skip("remounting is not permitted here while files are open")
    with pytest.raises(StoreError) as caught:
        school.record(attempt, key="another")
    assert caught.value.code in {"disk_read_only", "disk_full", "disk_failing"}
    assert recordings.listen(school.store, kept.id, by=school.ani.id, now=NOW).content == b"a voice"
    subprocess.run(["mount", "-o", "remount,rw", str(tiny_disk)], check=True)
    assert school.record(attempt, key="another").kept
    school.store.close()


def test_a_file_that_is_read_only_is_told(school: School) -> None:
    with school.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = 1")
        connection.rollback()
        with pytest.raises(DiskReadOnly), told():
            connection.exec_driver_sql("DELETE FROM facts")
        connection.rollback()
        connection.exec_driver_sql("PRAGMA query_only = 0")


def test_another_writer_makes_us_wait_and_then_say_so(school: School) -> None:
    attempt = school.begin()
    other = sqlite3.connect(school.store.folder / DATABASE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with school.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    with pytest.raises(StoreBusy) as caught:
        school.record(attempt)
    assert caught.value.code == "store_busy"
    assert http_status(caught.value) == 503
    other.execute("ROLLBACK")
    other.close()
    kept = school.record(attempt)
    assert recordings.listen(school.store, kept.id, by=school.ani.id, now=NOW).content == b"a voice"
    # The file of the try that failed is nobody's, and goes once it is old.
    assert len(list(school.store.files)) == 2
    later = NOW.now(NOW.tzinfo) + 2 * GRACE
    assert len(verify(school.store, now=later).swept) == 1
    assert is_whole(school)


def test_a_writer_who_ends_in_time_is_waited_for(school: School) -> None:
    other = sqlite3.connect(school.store.folder / DATABASE, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.3, lambda: other.execute("ROLLBACK"))
    timer.start()
    assert school.begin().attempt == 1
    timer.join()
    other.close()


def test_a_file_that_is_no_database_is_refused_and_left(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"this is no database, whatever it is called" * 100)
    before = (tmp_path / DATABASE).read_bytes()
    with pytest.raises(DatabaseDamaged):
        Store.open("", tmp_path)
    assert (tmp_path / DATABASE).read_bytes() == before


def test_a_damaged_database_is_found_and_told(school: School, tmp_path: Path) -> None:
    for number in range(40):
        people.create(school.store, NewPerson(role="learner", pseudonym=f"P{number}"), by=OPERATOR, now=NOW)
    school.store.close()
    path = school.store.folder / DATABASE
    content = bytearray(path.read_bytes())
    for place in range(8192, len(content), 4096):
        content[place : place + 1000] = os.urandom(1000)
    path.write_bytes(content)
    with pytest.raises(DatabaseDamaged):
        again = Store.open("", school.store.folder)
        people.listed(again)
    again = Store(school.store.engine, school.store.folder, school.store.keys)
    with pytest.raises(DatabaseDamaged):
        verify(again, now=NOW)
    assert len(list(again.keys.owners())) == 46


def test_a_database_that_is_gone_is_told_and_no_new_one_is_believed(school: School, tmp_path: Path) -> None:
    kept = school.record(school.begin())
    folder = school.store.folder
    school.store.close()
    for path in folder.glob(f"{DATABASE}*"):
        path.rename(tmp_path / path.name)
    with pytest.raises(DatabaseGone):
        Store.open("", folder)
    assert not (folder / DATABASE).exists()
    for path in tmp_path.glob(f"{DATABASE}*"):
        path.rename(folder / path.name)
    again = Store.open("", folder)
    assert recordings.listen(again, kept.id, by=school.ani.id, now=NOW).content == b"a voice"
    again.close()


def test_beside_the_wrong_database_nothing_is_swept(school: School, tmp_path: Path) -> None:
    """Another database would name none of our files: they must not be taken for nobody's."""
    school.hand_in()
    other = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    Store.open(other, tmp_path / "elsewhere").close()
    empty = Store.open(other, school.store.folder)
    later = NOW.now(NOW.tzinfo) + 2 * GRACE
    assert verify(empty, now=later).swept == ()
    assert len(list(school.store.files)) == 1
    empty.close()


def test_a_folder_in_the_place_of_the_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    with pytest.raises(DatabaseGone):
        Store.open(f"sqlite:///{tmp_path / 'db'}", tmp_path / "data")


def test_a_server_that_is_away_is_told(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(DatabaseGone):
        Store.open(f"postgresql://lafal@/lafal?host={tmp_path}", tmp_path / "data")


class _Said(Exception):
    """What PostgreSQL's driver raises."""

    def __init__(self, sqlstate: str | None) -> None:
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("53100", DiskFull),
        ("40P01", StoreBusy),
        ("55P03", StoreBusy),
        ("25006", DiskReadOnly),
        ("57P01", DatabaseGone),
        ("08006", DatabaseGone),
        (None, DatabaseGone),
        ("XX001", DatabaseDamaged),
        ("99999", StoreError),
    ],
)
def test_every_failure_of_a_server_has_a_code(state: str | None, error: type[StoreError]) -> None:
    with pytest.raises(StoreError) as caught, told():
        raise OperationalError("SELECT", {}, _Said(state))
    assert type(caught.value) is error


def test_mistakes_of_ours_keep_their_names() -> None:
    with pytest.raises(IntegrityError), told():
        raise IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed"))
    with pytest.raises(FileNotFoundError), told():
        raise FileNotFoundError(errno.ENOENT, "none")
    with pytest.raises(StoreBusy), told():
        raise PoolTimeout("QueuePool limit")


def test_an_unclear_end_keeps_the_file(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit may fail after it was done: the recording's file has to be there for the row that may be there."""
    attempt = school.begin()
    from sqlalchemy.engine import default

    def commit_and_fail(dialect: object, connection: object) -> None:
        connection.commit()  # type: ignore[attr-defined]
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR
        raise error

    with monkeypatch.context() as disk:
        disk.setattr(default.DefaultDialect, "do_commit", commit_and_fail)
        with pytest.raises(DiskFailing):
            school.record(attempt)
    (kept,) = takes_of(school.store, attempt.id)
    assert recordings.listen(school.store, kept.id, by=school.ani.id, now=NOW).content == b"a voice"
    assert school.record(attempt) == kept
    assert submissions.hand_in(school.store, attempt.id, by=school.ani.id, now=NOW).state == "submitted"
