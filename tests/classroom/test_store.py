import sqlite3
import stat
import threading
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from school import NOW
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from classroom import people
from classroom.errors import KeyGone, KeysMissing, SchemaNotOurs, SchemaTooNew, WrongMasterKey
from classroom.people import Identity, NewPerson
from classroom.store import Store, database, sealing
from classroom.store.schema import Base, School
from classroom.store.store import DATABASE
from speech.settings import Settings, platform_folder


def add_learner(store: Store) -> people.Person:
    new = NewPerson(role="learner", identity=Identity(name="Ani Wijaya"))
    return people.create(store, new, by=people.OPERATOR, now=NOW)


def test_the_migrations_make_exactly_the_tables_of_the_models(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert set(database.tables_of(connection)) >= set(Base.metadata.tables)


def test_errors_of_the_database_do_not_say_what_was_written(store: Store) -> None:
    with pytest.raises(DBAPIError) as failed, store.engine.connect() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:word)"), {"word": "a secret"})
    assert "nowhere" in str(failed.value)
    assert "a secret" not in str(failed.value)


def test_a_store_opens_again_with_what_is_in_it(store: Store, url: str) -> None:
    learner = add_learner(store)
    again = Store.open(url, store.folder)
    assert people.find(again, learner.id) == learner
    assert people.identify(again, learner.id).name == "Ani Wijaya"
    again.close()


def test_many_processes_may_start_at_once(url: str, tmp_path: Path) -> None:
    start, stores, failed = threading.Barrier(5), [], []

    def open_one() -> None:
        start.wait()
        try:
            stores.append(Store.open(url, tmp_path / "data"))
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=open_one) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    learner = add_learner(stores[0])
    assert all(people.identify(one, learner.id).name == "Ani Wijaya" for one in stores)
    assert len({one.mac("login", "sari") for one in stores}) == 1
    for one in stores:
        one.close()


def test_sqlite_is_set_to_survive(tmp_path: Path) -> None:
    store = Store.open("", tmp_path)
    with store.reading() as session:
        asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        found = {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in asked}
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 10_000,
        "secure_delete": 1,
    }
    store.close()


def test_only_we_may_read_what_lies_in_the_folder(tmp_path: Path) -> None:
    store = Store.open("", tmp_path / "data")
    add_learner(store)
    store.files.put(b"sealed")
    paths = [tmp_path / "data", *(tmp_path / "data").rglob("*")]
    assert len(paths) > 8
    assert [path for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    store.close()


def test_a_newer_schema_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / DATABASE
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE alembic_version (version_num TEXT)")
        raw.execute("INSERT INTO alembic_version VALUES ('9999')")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(SchemaTooNew) as caught:
        Store.open("", tmp_path)
    assert caught.value.facts == {"found": "9999"}
    assert path.read_bytes() == before
    assert not (tmp_path / "master.key").exists()


def test_a_newer_schema_of_postgresql_is_refused(fresh_postgresql: str, tmp_path: Path) -> None:
    Store.open(fresh_postgresql, tmp_path).close()
    engine = database.connect(fresh_postgresql)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaTooNew):
        Store.open(fresh_postgresql, tmp_path)
    assert database.revision_of(engine) == "9999"
    engine.dispose()


def test_another_programs_database_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE recipes (name TEXT)")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(SchemaNotOurs):
        Store.open(f"sqlite:///{path}", tmp_path)
    assert path.read_bytes() == before


def test_an_error_undoes_the_whole_transaction(store: Store) -> None:
    with pytest.raises(RuntimeError), store.writing() as session:
        session.add(School(id="1", name="One", created_at=NOW))
        session.flush()
        raise RuntimeError
    with store.reading() as session:
        assert session.get(School, "1") is None


def test_reading_keeps_no_change(store: Store) -> None:
    with store.reading() as session:
        session.add(School(id="1", name="One", created_at=NOW))
        session.flush()
    with store.reading() as session:
        assert session.get(School, "1") is None


def test_times_come_back_in_utc_and_need_a_zone(store: Store) -> None:
    with store.writing() as session:
        session.add(School(id="1", name="One", created_at=datetime.fromisoformat("2026-03-02T15:30:00.000123+07:00")))
    with store.reading() as session:
        found = session.get(School, "1")
        assert found is not None
        assert found.created_at.isoformat() == "2026-03-02T08:30:00.000123+00:00"
    with pytest.raises(StatementError, match="needs a zone"), store.writing() as session:
        session.add(School(id="2", name="Two", created_at=datetime(2026, 3, 2)))


def test_the_database_checks_what_rows_name(store: Store) -> None:
    with pytest.raises(IntegrityError), store.writing() as session:
        session.execute(text("INSERT INTO groups (id, class_id, name) VALUES ('1', 'nowhere', 'A')"))
    with pytest.raises(IntegrityError), store.writing() as session:
        session.execute(text("INSERT INTO invitations SELECT * FROM invitations"))
        session.execute(
            text(
                "INSERT INTO people (id, role, pseudonym, language, needs_guardian, scores_only, created_at) "
                "VALUES ('1', 'king', 'K', 'en', FALSE, FALSE, '2026-01-01')"
            )
        )


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"])
def test_the_database_itself_keeps_the_audit(store: Store, statement: str) -> None:
    add_learner(store)
    with pytest.raises(DBAPIError, match="keeps its history"), store.writing() as session:
        session.execute(text(statement))


def test_no_name_is_in_the_database_or_in_any_file(tmp_path: Path) -> None:
    store = Store.open("", tmp_path)
    add_learner(store)
    store.close()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"Wijaya" in path.read_bytes()]


def test_the_master_key_of_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    settings = Settings(data_folder=str(tmp_path))
    key = sealing.write_key(sealing.new_key())
    Store.from_settings(settings, {"LAFAL_MASTER_KEY": key}).close()
    assert not (tmp_path / "master.key").exists()
    with pytest.raises(KeysMissing):
        Store.from_settings(settings, {})
    with pytest.raises(WrongMasterKey):
        Store.from_settings(settings, {"LAFAL_MASTER_KEY": sealing.write_key(sealing.new_key())})
    with pytest.raises(WrongMasterKey):
        Store.from_settings(settings, {"LAFAL_MASTER_KEY": "no key"})
    Store.from_settings(settings, {"LAFAL_MASTER_KEY": key}).close()


def test_a_lost_master_key_is_never_replaced_by_a_new_one(store: Store, url: str) -> None:
    add_learner(store)
    (store.folder / "master.key").unlink()
    with pytest.raises(KeysMissing):
        Store.open(url, store.folder)
    assert not (store.folder / "master.key").exists()


def test_lost_data_keys_are_never_replaced_by_new_ones(store: Store, url: str, tmp_path: Path) -> None:
    add_learner(store)
    for path in (store.folder / "keys").iterdir():
        path.unlink()
    with pytest.raises(KeysMissing):
        Store.open(url, store.folder)


def test_rotation_wraps_every_key_and_forgets_the_old_master(store: Store, url: str) -> None:
    learner = add_learner(store)
    old = (store.folder / "master.key").read_bytes()
    running = Store.open(url, store.folder)
    assert store.keys.rotate() == 2
    new = (store.folder / "master.key").read_bytes()
    assert new != old
    assert len(new.split()) == 1
    for open_store in (store, running, Store.open(url, store.folder)):
        assert people.identify(open_store, learner.id).name == "Ani Wijaya"
        open_store.close()
    (store.folder / "master.key").write_bytes(old)
    with pytest.raises(WrongMasterKey):
        Store.open(url, store.folder)


def test_an_interrupted_rotation_is_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from classroom.store import keys as keys_module

    store = Store.open("", tmp_path)
    learners = [add_learner(store) for _ in range(4)]
    real, calls = keys_module.durable.write, []

    def failing(path: Path, content: bytes) -> None:
        calls.append(path)
        if len(calls) == 4:
            raise OSError("the power went")
        real(path, content)

    monkeypatch.setattr(keys_module.durable, "write", failing)
    with pytest.raises(OSError, match="the power went"):
        store.keys.rotate()
    monkeypatch.undo()
    again = Store.open("", tmp_path)
    assert len((tmp_path / "master.key").read_bytes().split()) == 2
    assert all(people.identify(again, learner.id).name for learner in learners)
    again.keys.rotate()
    assert len((tmp_path / "master.key").read_bytes().split()) == 1
    assert all(people.identify(again, learner.id).name for learner in learners)
    again.close()


def test_a_destroyed_key_is_gone_and_its_file_too(store: Store) -> None:
    learner = add_learner(store)
    store.keys.destroy(learner.id)
    store.keys.destroy(learner.id)
    assert not list((store.folder / "keys").glob(f"*{learner.id}*"))
    with pytest.raises(KeyGone):
        store.keys.open(learner.id)


@pytest.mark.parametrize(
    ("environment", "folder"),
    [({"XDG_DATA_HOME": "/srv/data"}, Path("/srv/data/lafal")), ({}, Path.home() / ".local" / "share" / "lafal")],
)
def test_the_folder_is_the_platforms(
    environment: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert platform_folder(environment) == folder
