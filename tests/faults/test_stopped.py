"""What was stopped half way is completed, or taken for what it is: keys, rotation, purging, backup, restore."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from school import NOW, School

from classroom import deletion, people
from classroom.errors import BackupBroken, KeyGone, KeysMissing, RestoreUnfinished, WrongMasterKey
from classroom.operations import backup as backing
from classroom.operations import restore as restoring
from classroom.operations.backup import backup
from classroom.operations.purge import purge
from classroom.operations.restore import Place, restore
from classroom.operations.sweeping import GRACE
from classroom.operations.verify import verify
from classroom.people import OPERATOR, NewPerson
from classroom.recordings import RETENTION
from classroom.store import Store
from classroom.store.files import RecordingFiles
from classroom.store.sealing import new_key, write_key
from classroom.store.store import RESTORING


class PowerGone(BaseException):
    """The process ends here; nothing after it runs."""


def gone(*_: object, **__: object) -> None:
    raise PowerGone


def much_later() -> datetime:
    return datetime.now(UTC) + 2 * GRACE


@pytest.fixture
def elsewhere(school: School, tmp_path: Path) -> Place:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "master.key").write_bytes((school.store.folder / "master.key").read_bytes())
    return Place(url="", folder=folder)


def test_a_key_that_was_overwritten_but_is_still_there_hinders_nothing(
    school: School, elsewhere: Place, tmp_path: Path
) -> None:
    """A deletion stopped between overwriting the key and unlinking it."""
    school.hand_in()
    with school.store.writing() as session:
        deletion.erase(school.store, session, school.ani.id, by=school.ani.id, now=NOW)
    path = school.store.folder / "keys" / f"{school.ani.id}.key"
    path.write_bytes(bytes(path.stat().st_size))
    with pytest.raises(KeyGone):
        school.store.keys.open(school.ani.id)
    others = len(school.store.keys.owners()) - 1
    assert school.store.keys.rotate() == others
    (elsewhere.folder / "master.key").write_bytes((school.store.folder / "master.key").read_bytes())
    done = backup(school.store, tmp_path / "monday.tar", now=NOW)
    assert school.ani.id not in done.keys.read_text()
    assert restore(done.archive, done.keys, elsewhere, now=NOW).rows == done.rows
    assert purge(school.store, now=NOW).deletions_finished == 1
    assert not path.exists()
    assert verify(school.store, now=NOW).problems == ()


def test_a_copy_of_a_key_that_was_being_written_is_swept(school: School) -> None:
    """A rotation stopped between writing and renaming: were the copy left, it could open a deleted person's voice."""
    left = [school.store.folder / "keys" / ".0011223344556677.part", school.store.folder / ".8899aabbccddeeff.part"]
    for path in left:
        path.write_bytes(b"a wrapped key, or the master's")
    assert verify(school.store, now=datetime.now(UTC)).swept == ()
    found = verify(school.store, now=much_later(), sweep=False).problems
    assert {one.subject for one in found} == {path.name for path in left}
    assert set(verify(school.store, now=much_later()).swept) == {path.name for path in left}
    assert not any(path.exists() for path in left)


def test_files_of_a_purge_that_was_stopped_go_with_the_next(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    _, kept, _ = school.hand_in()
    with monkeypatch.context() as power:
        power.setattr(RecordingFiles, "remove", gone)
        with pytest.raises(PowerGone):
            purge(school.store, now=kept.expires_at)
    assert len(list(school.store.files)) == 1
    assert purge(school.store, now=kept.expires_at).recordings == 0
    assert list(school.store.files) == []
    attempt = school.begin(school.budi)
    school.record(attempt)
    purge(school.store, now=NOW + RETENTION)
    assert list(school.store.files) == []


def test_an_archive_never_lies_beside_keys_that_are_older(
    school: School, elsewhere: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Restoring takes whoever has no key for somebody deleted: so the keys are in place before the archive."""
    first = backup(school.store, tmp_path / "latest.tar", now=NOW)
    before = first.archive.read_bytes()
    people.create(school.store, NewPerson(role="learner"), by=OPERATOR, now=NOW)
    with monkeypatch.context() as power:
        power.setattr(backing.durable, "write", gone)
        with pytest.raises(PowerGone):
            backup(school.store, tmp_path / "latest.tar", now=NOW)
    assert first.archive.read_bytes() == before
    assert restore(first.archive, first.keys, elsewhere, now=NOW).forgotten == ()


def test_keys_older_than_the_archive_are_refused(school: School, elsewhere: Place, tmp_path: Path) -> None:
    old = backup(school.store, tmp_path / "old" / "latest.tar", now=NOW)
    people.create(school.store, NewPerson(role="learner"), by=OPERATOR, now=NOW)
    new = backup(school.store, tmp_path / "new" / "latest.tar", now=NOW)
    with pytest.raises(BackupBroken, match="older than the archive"):
        restore(new.archive, old.keys, elsewhere, now=NOW)
    assert [path.name for path in elsewhere.folder.iterdir()] == ["master.key"]
    assert restore(new.archive, new.keys, elsewhere, now=NOW).forgotten == ()


def test_keys_of_before_they_told_their_age_are_taken(school: School, elsewhere: Place, tmp_path: Path) -> None:
    done = backup(school.store, tmp_path / "latest.tar", now=NOW)
    content = json.loads(done.keys.read_text())
    del content["audit_rows"]
    done.keys.write_text(json.dumps(content))
    assert restore(done.archive, done.keys, elsewhere, now=NOW).rows == done.rows


def test_half_an_archive_is_taken_away_by_the_next_backup(school: School, tmp_path: Path) -> None:
    left = tmp_path / "backups" / ".monday.tar.00112233.part"
    left.parent.mkdir()
    left.write_bytes(b"half")
    backup(school.store, left.parent / "monday.tar", now=datetime.now(UTC))
    assert left.exists()
    backup(school.store, left.parent / "tuesday.tar", now=much_later())
    assert sorted(path.name for path in left.parent.iterdir()) == ["lafal.keys", "monday.tar", "tuesday.tar"]


@pytest.mark.parametrize("where", ["_put_keys", "_fill", "_forget_again"])
def test_a_restore_that_was_stopped_cannot_be_taken_for_a_school_and_is_run_again(
    school: School, elsewhere: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    school.hand_in()
    done = backup(school.store, tmp_path / "monday.tar", now=NOW)
    with monkeypatch.context() as power:
        power.setattr(restoring, where, gone)
        with pytest.raises(PowerGone):
            restore(done.archive, done.keys, elsewhere, now=NOW)
    with pytest.raises(RestoreUnfinished) as caught:
        Store.open("", elsewhere.folder)
    assert caught.value.code == "restore_unfinished"
    assert restore(done.archive, done.keys, elsewhere, now=NOW).rows == done.rows
    assert not (elsewhere.folder / RESTORING).exists()
    again = Store.open("", elsewhere.folder)
    report = verify(again, now=NOW)
    assert (report.problems, report.recordings) == ((), 1)
    again.close()


def test_without_its_master_key_nothing_opens_and_nothing_is_made(school: School) -> None:
    folder = school.store.folder
    kept = (folder / "master.key").read_bytes()
    everything = {path: path.read_bytes() for path in (folder / "keys").iterdir()}
    for harm, error in (
        (lambda: (folder / "master.key").unlink(), KeysMissing),
        (lambda: (folder / "master.key").write_text(f"{write_key(new_key())}\n"), WrongMasterKey),
        (lambda: (folder / "master.key").write_bytes(kept[:10]), WrongMasterKey),
        (lambda: (folder / "master.key").write_bytes(b""), WrongMasterKey),
        (lambda: (folder / "master.key").write_bytes(b"\xff\xfe"), WrongMasterKey),
    ):
        harm()
        with pytest.raises(error):
            Store.open("", folder)
        assert {path: path.read_bytes() for path in (folder / "keys").iterdir()} == everything
    (folder / "master.key").write_bytes(kept)
    again = Store.open("", folder)
    assert verify(again, now=NOW).problems == ()
    again.close()
