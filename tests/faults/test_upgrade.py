"""Every schema there has been is brought up to date with every row; a newer one is refused and left as it was."""

import hashlib
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest

from benchmarks.golden import REVISIONS, lay_out, lost, rows_of
from classroom import accounts, people, recordings
from classroom.errors import SchemaTooNew
from classroom.operations.backup import backup
from classroom.operations.restore import Place, restore
from classroom.operations.verify import verify
from classroom.store import Store, database
from classroom.store.store import DATABASE


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_every_schema_but_the_newest_has_golden_data() -> None:
    """Make it when a schema is released: see golden/make.py."""
    assert set(database.known_revisions()[:-1]) <= set(REVISIONS)


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_upgrade_keeps_every_row_and_every_file(tmp_path: Path, revision: str) -> None:
    folder = lay_out(tmp_path / "data", revision)
    before, files = rows_of(folder), hashes(folder)
    assert {name for name, rows in before.items() if not rows} == set()
    store = Store.open("", folder)
    assert database.revision_of(store.engine) == database.head()
    learner = next(str(row["id"]) for row in before["people"] if row["role"] == "learner")
    recording = str(before["recordings"][0]["id"])
    owner = str(before["recordings"][0]["person_id"])
    moment = before["recordings"][0]["created_at"]
    now = datetime.fromisoformat(f"{moment}+00:00")
    assert verify(store, now=now).problems == ()
    assert people.identify(store, learner).name
    assert recordings.listen(store, recording, by=owner, now=now).content == b"a voice"
    assert accounts.sign_in(store, "sari", "correct horse", now=now).person.role == "teacher"
    store.close()
    after = rows_of(folder)
    assert lost(before, after) == []
    assert {name: value for name, value in hashes(folder).items() if "sqlite3" not in name} == {
        name: value for name, value in files.items() if "sqlite3" not in name
    }


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_upgrade_that_fails_half_way_leaves_the_data_as_it_was(
    tmp_path: Path, revision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = lay_out(tmp_path / "data", revision)
    before = rows_of(folder)
    upgrade = database.command.upgrade

    def upgrade_and_fail(*arguments: object) -> None:
        upgrade(*arguments)
        raise RuntimeError("the plug")

    monkeypatch.setattr(database.command, "upgrade", upgrade_and_fail)
    with pytest.raises(RuntimeError, match="the plug"):
        Store.open("", folder)
    monkeypatch.undo()
    assert rows_of(folder) == before
    engine = database.connect(f"sqlite:///{folder / DATABASE}")
    assert database.revision_of(engine) == revision
    engine.dispose()
    Store.open("", folder).close()
    assert lost(before, rows_of(folder)) == []


@pytest.mark.parametrize("revision", REVISIONS)
def test_going_back_to_an_older_lafal_is_refused_and_changes_no_byte(tmp_path: Path, revision: str) -> None:
    folder = lay_out(tmp_path / "data", revision)
    raw = sqlite3.connect(folder / DATABASE)
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.commit()
    raw.close()
    before = hashes(folder)
    with pytest.raises(SchemaTooNew) as caught:
        Store.open("", folder)
    assert caught.value.facts == {"found": "9999"}
    assert hashes(folder) == before


def test_what_was_upgraded_is_backed_up_and_restored_as_it_is(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "data", REVISIONS[0])
    store = Store.open("", folder)
    now = datetime.fromisoformat("2026-03-02T08:30:00+00:00")
    done = backup(store, tmp_path / "monday.tar", now=now)
    store.close()
    place = Place(url="", folder=tmp_path / "elsewhere")
    place.folder.mkdir()
    (place.folder / "master.key").write_bytes((folder / "master.key").read_bytes())
    restore(done.archive, done.keys, place, now=now)
    assert lost(rows_of(folder), rows_of(place.folder)) == []
    kept = {name: value for name, value in hashes(folder).items() if name.startswith(("keys", "recordings"))}
    assert kept.items() <= hashes(place.folder).items()
