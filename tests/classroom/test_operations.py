import io
import json
import os
import tarfile
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from busy import busy
from school import NOW, School, open_school, takes_of
from sqlalchemy import text
from typer.testing import CliRunner

from classroom import accounts, deletion, invitations, marks, people, recordings, submissions
from classroom.__main__ import app
from classroom.errors import BackupBroken, KeyGone, NotAllowed, NotEmpty, NotFound, SchemaTooNew, WrongMasterKey
from classroom.operations import archive as parts
from classroom.operations.backup import backup
from classroom.operations.purge import purge
from classroom.operations.restore import Place, restore
from classroom.operations.sweeping import GRACE
from classroom.operations.verify import verify
from classroom.store import Store, database
from classroom.store.schema import Base, Recording
from classroom.store.sealing import Unsealable, new_key, unseal, write_key

LATER = NOW + timedelta(days=31)


@pytest.fixture
def elsewhere(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    """An empty place of the same kind, with the master key in it."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "master.key").write_bytes((tmp_path / "data" / "master.key").read_bytes())
    return Place(url=beside(url) if url else "", folder=folder)


def beside(url: str) -> str:
    """Make an empty database on a database's server."""
    engine = database.connect(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE IF EXISTS elsewhere WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE elsewhere"))
    other = engine.url.set(database="elsewhere").render_as_string(hide_password=False)
    engine.dispose()
    return other


def contents(store: Store) -> dict[str, list[str]]:
    """Every row of every table, and every file."""
    with store.engine.connect() as connection:
        rows = {table.name: list(parts.read_rows(connection, table)) for table in parts.tables()}
    files = [f"{path.name} {path.read_bytes().hex()}" for path in sorted(store.files)]
    keys = [f"{owner} {wrapped.hex()}" for owner, wrapped in store.keys.files()]
    return {**rows, "files": files, "keys": keys}


def test_a_backup_brings_back_every_row_and_every_file(school: School, elsewhere: Place, tmp_path: Path) -> None:
    busy(school)
    before = contents(school.store)
    done = backup(school.store, tmp_path / "out" / "monday.tar", now=NOW)
    assert {name for name, rows in before.items() if not rows} == set()
    restored = restore(done.archive, done.keys, elsewhere, now=NOW)
    assert (restored.rows, restored.recordings, restored.forgotten) == (done.rows, 1, ())
    again = Store.open(elsewhere.url, elsewhere.folder)
    assert contents(again) == before
    assert verify(again, now=NOW).problems == ()
    assert accounts.sign_in(again, "SARI ", "correct horse", now=NOW).person == school.teacher
    again.close()


def test_a_backup_of_sqlite_fits_postgresql(tmp_path: Path, fresh_postgresql: str) -> None:
    school = open_school(Store.open("", tmp_path / "data"), NOW)
    busy(school)
    done = backup(school.store, tmp_path / "monday.tar", now=NOW)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "master.key").write_bytes((tmp_path / "data" / "master.key").read_bytes())
    restore(done.archive, done.keys, Place(url=fresh_postgresql, folder=tmp_path / "new"), now=NOW)
    moved = Store.open(fresh_postgresql, tmp_path / "new")
    assert contents(moved) == contents(school.store)
    assert verify(moved, now=NOW).problems == ()
    moved.close()
    school.store.close()


def test_a_backup_while_somebody_writes_is_whole(school: School, elsewhere: Place, tmp_path: Path) -> None:
    attempt, stop, kept = school.begin(), threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            kept.append(school.record(attempt, key=str(len(kept)), content=os.urandom(20_000)).id)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        while len(kept) < 10:
            stop.wait(0.01)
        before = len(kept)
        done = backup(school.store, tmp_path / "monday.tar", now=NOW)
        after = len(kept)
    finally:
        stop.set()
        thread.join()
    restored = restore(done.archive, done.keys, elsewhere, now=NOW)
    assert before <= restored.recordings <= after + 1
    again = Store.open(elsewhere.url, elsewhere.folder)
    report = verify(again, now=NOW)
    assert report.problems == ()
    assert report.recordings == restored.recordings
    found, everything = contents(again), contents(school.store)
    # The school as it was at one moment: nothing but rows that came later is missing, nothing is changed or made up.
    for name, rows in found.items():
        assert set(rows) <= set(everything[name]), name
        assert len(rows) == len(everything[name]) or name in {"recordings", "files"}, name
    assert {row["id"] for row in map(json.loads, found["recordings"])} == set(kept[: len(found["recordings"])])
    again.close()


def test_the_archive_holds_no_key(school: School, tmp_path: Path) -> None:
    busy(school)
    done = backup(school.store, tmp_path / "monday.tar", now=NOW)
    content, copied = done.archive.read_bytes(), done.keys.read_bytes()
    master = (school.store.folder / "master.key").read_bytes().strip()
    for _, wrapped in school.store.keys.files():
        assert wrapped not in content
    assert master not in content
    assert master not in copied


def test_a_deleted_learner_stays_deleted_even_in_an_older_backup(
    school: School, elsewhere: Place, tmp_path: Path
) -> None:
    _, kept, _ = school.hand_in()
    _, others, _ = school.hand_in(school.budi)
    old = backup(school.store, tmp_path / "old.tar", now=NOW)
    assert deletion.forget(school.store, school.ani.id, by=school.ani.id, now=NOW) == 1
    with pytest.raises(NotFound):
        people.find(school.store, school.ani.id)
    assert verify(school.store, now=NOW).problems == ()
    new = backup(school.store, tmp_path / "new.tar", now=NOW)
    assert new.keys == old.keys

    # With the old archive, the newest keys and the master key in hand.
    secrets = [*school.store.keys.master.read(), *(school.store.keys.open(o) for o in school.store.keys.owners())]
    with tarfile.open(old.archive) as tar:
        rows = [json.loads(line) for line in parts.get_bytes(tar, "tables/recordings.jsonl").splitlines()]
        sealed = {row["id"]: parts.get_bytes(tar, f"recordings/{row['sha256']}") for row in rows}
    assert any(_opens(key, sealed[others.id], others.id) for key in secrets)
    assert not any(_opens(key, sealed[kept.id], kept.id) for key in secrets)

    restored = restore(old.archive, new.keys, elsewhere, now=NOW)
    assert restored.forgotten == (school.ani.id,)
    again = Store.open(elsewhere.url, elsewhere.folder)
    with pytest.raises(NotFound):
        recordings.listen(again, kept.id, by=school.ani.id, now=NOW)
    assert recordings.listen(again, others.id, by=school.budi.id, now=NOW).content == b"a voice"
    assert verify(again, now=NOW).problems == ()
    again.close()


def _opens(key: bytes, sealed: bytes, recording_id: str) -> bool:
    try:
        return bool(unseal(key, sealed, f"recording:{recording_id}"))
    except Unsealable:
        return False


def test_deletion_leaves_no_row_no_file_and_no_key(school: School) -> None:
    busy(school)
    deletion.forget(school.store, school.ani.id, by=school.admin.id, now=NOW)
    left = contents(school.store)
    naming = {table for table, rows in left.items() if any(school.ani.id in row for row in rows)}
    assert naming == {"people", "audit"}
    assert [left[name] for name in ("files", "recordings", "assessments", "marks", "submissions")] == [[]] * 5
    with pytest.raises(KeyGone):
        school.store.keys.open(school.ani.id)


def test_only_oneself_or_an_admin_deletes(school: School) -> None:
    for other in (school.teacher, school.budi, school.stranger):
        with pytest.raises(NotAllowed):
            deletion.forget(school.store, school.ani.id, by=other.id, now=NOW)


def test_an_interrupted_deletion_is_finished_by_purging(school: School) -> None:
    school.hand_in()
    with school.store.writing() as session:
        deletion.erase(school.store, session, school.ani.id, by=school.ani.id, now=NOW)
    assert [one.kind for one in verify(school.store, now=NOW).problems] == ["key_left"]
    assert purge(school.store, now=NOW).deletions_finished == 1
    report = verify(school.store, now=NOW + timedelta(days=3650))
    assert report.problems == ()
    assert len(report.swept) == 1


def test_restoring_needs_an_empty_place(school: School, elsewhere: Place, tmp_path: Path) -> None:
    done = backup(school.store, tmp_path / "monday.tar", now=NOW)
    restore(done.archive, done.keys, elsewhere, now=NOW)
    with pytest.raises(NotEmpty):
        restore(done.archive, done.keys, elsewhere, now=NOW)
    here = Place(url=elsewhere.url, folder=tmp_path / "third")
    if elsewhere.url:
        with pytest.raises(NotEmpty):
            restore(done.archive, done.keys, here, now=NOW)


def test_restoring_needs_the_master_key(school: School, elsewhere: Place, tmp_path: Path) -> None:
    done = backup(school.store, tmp_path / "monday.tar", now=NOW)
    right = (elsewhere.folder / "master.key").read_bytes()
    (elsewhere.folder / "master.key").unlink()
    with pytest.raises(WrongMasterKey):
        restore(done.archive, done.keys, elsewhere, now=NOW)
    (elsewhere.folder / "keys").rmdir()
    (elsewhere.folder / "master.key").write_text(write_key(new_key()))
    with pytest.raises(WrongMasterKey):
        restore(done.archive, done.keys, elsewhere, now=NOW)
    assert list((elsewhere.folder / "keys").iterdir()) == []
    (elsewhere.folder / "keys").rmdir()
    (elsewhere.folder / "master.key").write_bytes(right)
    assert restore(done.archive, done.keys, elsewhere, now=NOW).rows == done.rows


@pytest.mark.parametrize("harm", ["cut", "changed", "foreign", "newer", "no keys"])
def test_a_broken_backup_restores_nothing(school: School, elsewhere: Place, tmp_path: Path, harm: str) -> None:
    school.hand_in()
    done = backup(school.store, tmp_path / "monday.tar", now=NOW)
    content = done.archive.read_bytes()
    if harm == "cut":
        done.archive.write_bytes(content[:2000])
    elif harm == "changed":
        done.archive.write_bytes(content.replace(b"She eats fish", b"She eats rice"))
    elif harm == "foreign":
        done.archive.write_bytes(b"no archive at all")
    elif harm == "newer":
        done.archive.write_bytes(_with_schema(content, "9999"))
    else:
        done.keys.unlink()
    with pytest.raises(SchemaTooNew if harm == "newer" else BackupBroken):
        restore(done.archive, done.keys, elsewhere, now=NOW)
    assert sorted(path.name for path in elsewhere.folder.iterdir()) == ["master.key"]


def _with_schema(content: bytes, revision: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        manifest = json.loads(parts.get_bytes(tar, parts.MANIFEST))
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        parts.add_bytes(tar, parts.MANIFEST, json.dumps({**manifest, "schema": revision}).encode())
    return made.getvalue()


def test_a_file_purged_while_backing_up_is_restored_as_purged(school: School, elsewhere: Place, tmp_path: Path) -> None:
    _, kept, _ = school.hand_in()
    with school.store.reading() as session:
        school.store.files.remove(session.get(Recording, kept.id).sha256)
    done = backup(school.store, tmp_path / "monday.tar", now=NOW)
    restore(done.archive, done.keys, elsewhere, now=NOW)
    again = Store.open(elsewhere.url, elsewhere.folder)
    assert verify(again, now=NOW).problems == ()
    assert not takes_of(again, kept.submission_id)[0].kept
    again.close()


def test_purging_takes_audio_whose_time_is_over_and_keeps_results(school: School) -> None:
    _, kept, assessed = school.hand_in()
    upload = school.upload(school.begin(school.budi), key="young")
    young = recordings.put(school.store, upload, now=NOW, retention=timedelta(days=60))
    assert purge(school.store, now=kept.expires_at - timedelta(seconds=1)).recordings == 0
    done = purge(school.store, now=LATER)
    assert done.recordings == 1
    assert purge(school.store, now=LATER).recordings == 0
    assert len(list(school.store.files)) == 1
    assert recordings.listen(school.store, young.id, by=school.budi.id, now=LATER)
    assert not takes_of(school.store, kept.submission_id)[0].kept
    assert marks.totals(school.store, assessed, by=school.ani.id).scores["overall"] is not None
    assert verify(school.store, now=LATER).problems == ()


def test_purging_takes_old_sessions_and_codes(school: School) -> None:
    with school.store.writing() as session:
        accounts.begin(school.store, session, people.row_of(session, school.ani.id), now=NOW)
    invitations.make_join_code(school.store, school.class_id, by=school.teacher.id, now=NOW)
    early = purge(school.store, now=NOW + timedelta(days=1))
    assert (early.sessions, early.invitations) == (0, 0)
    done = purge(school.store, now=LATER)
    assert (done.sessions, done.invitations) == (1, 1)


def test_files_that_belong_to_nothing_are_swept_once_they_are_old(school: School) -> None:
    school.hand_in()
    orphan = school.store.files.put(b"of a process that was killed")
    unfinished = school.store.folder / "recordings" / "incoming" / ".1.part"
    unfinished.write_bytes(b"half")
    written = unfinished.stat().st_mtime
    then = NOW.fromtimestamp(written, tz=NOW.tzinfo)
    assert verify(school.store, now=then).swept == ()
    looked = verify(school.store, now=then + 2 * GRACE, sweep=False)
    assert {(one.kind, one.subject) for one in looked.problems} == {("orphan", orphan), ("orphan", ".1.part")}
    assert set(verify(school.store, now=then + 2 * GRACE).swept) == {orphan, ".1.part"}
    assert len(list(school.store.files)) == 1
    assert verify(school.store, now=then + 2 * GRACE).problems == ()


TAMPERING = {
    "an actor": "UPDATE audit SET actor = 'somebody' WHERE number = 3",
    "a time": "UPDATE audit SET at = '2020-01-01 00:00:00+00:00' WHERE number = 3",
    "a row taken out": "DELETE FROM audit WHERE number = 3",
    "the last row cut off": "DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)",
    "all of it": "DELETE FROM audit",
    "its end": "DELETE FROM facts WHERE name = 'audit_end'",
    "a row moved": "UPDATE audit SET number = 9999 WHERE number = 3",
}


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING.keys())
def test_a_tampered_audit_is_found(school: School, statement: str) -> None:
    assert verify(school.store, now=NOW).problems == ()
    with school.store.engine.begin() as connection:
        on = " ON audit" if connection.dialect.name == "postgresql" else ""
        for verb in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER audit_no_{verb}{on}"))
        if connection.dialect.name == "sqlite":
            statement = statement.replace("+00:00'", "'")
        connection.execute(text(statement))
    assert {one.kind for one in verify(school.store, now=NOW).problems} == {"audit"}


def test_everything_is_in_a_backup() -> None:
    assert {table.name for table in parts.tables()} == set(Base.metadata.tables)


def run(*arguments: str, folder: Path, typed: str = "", code: int = 0) -> str:
    done = CliRunner().invoke(app, [*arguments, "--folder", str(folder)], input=typed)
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of the commands, with nothing of Lafal's in it."""
    for variable in ("LAFAL_MASTER_KEY", "LAFAL_DATABASE_URL", "LAFAL_DATA_FOLDER"):
        monkeypatch.delenv(variable, raising=False)
    return monkeypatch


def test_the_commands_of_an_operator(tmp_path: Path, url: str, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("LAFAL_DATABASE_URL", url)
    data, other = tmp_path / "data", tmp_path / "other"
    assert "can sign in" in run("create-admin", "root", "--name", "Ibu Rini", folder=data, typed="correct horse\n")
    assert "invalid_detail" in run("create-admin", "weak", folder=data, typed="short\n", code=2)
    store = Store.open(url, data)
    school = open_school(store, NOW)
    _, kept, _ = school.hand_in()
    assert accounts.sign_in(store, "root", "correct horse", now=NOW).person.role == "admin"
    assert len(people.listed(store, "admin")) == 2
    run("rotate-key", folder=data)
    run("backup", str(tmp_path / "monday.tar"), folder=data)
    assert recordings.listen(store, kept.id, by=school.ani.id, now=NOW).content == b"a voice"
    settings.setenv("LAFAL_DATABASE_URL", beside(url) if url else "")
    assert "wrong_master_key" in run("restore", str(tmp_path / "monday.tar"), folder=other, code=2)
    for path in sorted(other.rglob("*"), reverse=True):
        path.rmdir()
    (other / "master.key").write_bytes((data / "master.key").read_bytes())
    assert "1 recordings are back" in run("restore", str(tmp_path / "monday.tar"), folder=other)
    assert "Everything fits" in run("verify", folder=other)
    # The recording was made in March 2026.
    assert "Taken away: 1 recordings" in run("purge", folder=other)
    settings.setenv("LAFAL_DATABASE_URL", url)
    next(path for path in store.files).unlink()
    assert "recording_damaged" in run("verify", folder=data, code=1)
    store.close()


def test_a_master_key_in_the_environment_is_rotated_there(tmp_path: Path, settings: pytest.MonkeyPatch) -> None:
    """The new key goes first, and the old one goes once everything is wrapped anew; there is no file of ours."""
    data, new, old = tmp_path / "data", write_key(new_key()), write_key(new_key())
    settings.setenv("LAFAL_MASTER_KEY", old)
    run("create-admin", "root", "--name", "Ibu Rini", folder=data, typed="correct horse\n")
    settings.setenv("LAFAL_MASTER_KEY", new)
    assert "wrong_master_key" in run("verify", folder=data, code=2)
    settings.setenv("LAFAL_MASTER_KEY", f"{new},{old}")
    assert "2 keys are wrapped" in run("rotate-key", folder=data)
    for key, code in ((new, 0), (old, 2)):
        settings.setenv("LAFAL_MASTER_KEY", key)
        run("verify", folder=data, code=code)
    assert not (data / "master.key").exists()


def test_handing_in_twice_counts_once(school: School) -> None:
    attempt, _, _ = school.hand_in()
    assert submissions.hand_in(school.store, attempt.id, by=school.ani.id, now=LATER) == attempt
