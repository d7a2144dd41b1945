"""Stores to test with: SQLite always, PostgreSQL where its server is installed."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import argon2
import pytest
from sqlalchemy import NullPool, create_engine, text

from classroom import accounts
from classroom.store import Store

# Tests beside this file share the school it makes, however pytest was started.
sys.path.insert(0, str(Path(__file__).parent))

from school import NOW, School, open_school


@dataclass(frozen=True)
class Server:
    """A private PostgreSQL on a socket."""

    socket: str

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://lafal@/{database}?host={self.socket}"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    programs = _postgresql()
    if programs is None:
        # Where every change is tested, a skip would say that both kinds of database were.
        missing = pytest.fail if os.environ.get("LAFAL_REQUIRE_POSTGRESQL") else pytest.skip
        missing("PostgreSQL's initdb is not installed (apt-get install postgresql); its tests were skipped")
    user = "nobody" if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="lafal-pg-", dir="/tmp"))
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    run = {"user": user, "cwd": folder, "env": {**os.environ, "HOME": str(folder)}}
    initdb = [programs / "initdb", "-D", data, "-U", "lafal", "--auth=trust", "-E", "UTF8", "--no-sync", "--no-locale"]
    subprocess.run(initdb, check=True, capture_output=True, **run)
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([programs / "postgres", "-D", data, *options], stdout=log, stderr=log, **run)
    try:
        found = Server(str(folder))
        _wait_for(programs, folder)
        yield found
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


class Databases:
    """Makes databases on a server of PostgreSQL, empty or as copies."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._admin = create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)

    def make(self, *, like: str = "") -> str:
        """Make a database; gives its name."""
        name = f"test_{time.monotonic_ns()}"
        self._run(f"CREATE DATABASE {name}{f' TEMPLATE {like}' if like else ''}")
        return name

    def drop(self, name: str) -> None:
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, name: str) -> str:
        return self._server.url(name)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


@pytest.fixture(scope="session")
def databases(server: Server) -> Databases:
    return Databases(server)


@pytest.fixture
def fresh_postgresql(databases: Databases) -> Iterator[str]:
    """The URL of an empty database."""
    name = databases.make()
    yield databases.url(name)
    databases.drop(name)


class Originals:
    """Stores that are made once and copied for each test: with nobody in them, or with the small school."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, bool], tuple[Path, str, School | None]] = {}

    def copy(self, folder: Path, *, databases: Databases | None, full: bool) -> tuple[str, School | None]:
        """Copy one into a folder; gives the name of its database, if it is not SQLite's, and the school."""
        kind = ("sqlite" if databases is None else "postgresql", full)
        if kind not in self._made:
            self._made[kind] = self._make(self._folder / "-".join(map(str, kind)), databases, full=full)
        original, name, school = self._made[kind]
        shutil.copytree(original, folder)
        return (databases.make(like=name) if databases else ""), school

    def _make(self, folder: Path, databases: Databases | None, *, full: bool) -> tuple[Path, str, School | None]:
        name = databases.make() if databases else ""
        store = Store.open(databases.url(name) if databases else "", folder)
        school = open_school(store, NOW) if full else None
        store.tidy()
        store.close()
        return folder, name, school


@pytest.fixture(scope="session")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Originals:
    return Originals(tmp_path_factory.mktemp("originals"))


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_hasher", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    accounts._nobodys_hash.cache_clear()


@pytest.fixture(params=["sqlite", "postgresql"])
def databases_or_none(request: pytest.FixtureRequest) -> Databases | None:
    """None for SQLite."""
    return None if request.param == "sqlite" else request.getfixturevalue("databases")


@pytest.fixture
def opened(
    request: pytest.FixtureRequest, originals: Originals, databases_or_none: Databases | None, tmp_path: Path
) -> Iterator[tuple[Store, School | None]]:
    """A store on either kind of database, with the small school in it where the test asks for that."""
    databases, full = databases_or_none, "school" in request.fixturenames
    name, school = originals.copy(tmp_path / "data", databases=databases, full=full)
    store = Store.open(databases.url(name) if databases else "", tmp_path / "data")
    yield store, school
    store.close()
    if databases:
        databases.drop(name)


@pytest.fixture
def url(request: pytest.FixtureRequest, databases_or_none: Databases | None) -> str:
    """Where the test's store is, or, without one, where it may be made."""
    if {"store", "school"} & set(request.fixturenames):
        store, _ = request.getfixturevalue("opened")
        is_file = store.engine.dialect.name == "sqlite"
        return "" if is_file else store.engine.url.render_as_string(hide_password=False)
    return "" if databases_or_none is None else request.getfixturevalue("fresh_postgresql")


@pytest.fixture
def store(opened: tuple[Store, School | None]) -> Store:
    return opened[0]


@pytest.fixture
def school(opened: tuple[Store, School | None]) -> School:
    """A teacher with a class of two, who agreed to everything, and an assignment of two sentences."""
    store, school = opened
    assert school is not None
    return replace(school, store=store)


def _postgresql() -> Path | None:
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    named = shutil.which("initdb")
    found = next(iter(candidates), Path(named) if named else None)
    return found.parent if found else None


def _wait_for(programs: Path, folder: Path) -> None:
    for _ in range(200):
        if subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError("PostgreSQL did not start")
