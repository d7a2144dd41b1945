"""Stores to test with: SQLite always, PostgreSQL where its server is installed."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import argon2
import pytest
from sqlalchemy import create_engine, text

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
        pytest.skip("PostgreSQL's initdb is not installed (apt-get install postgresql); its tests were skipped")
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


@pytest.fixture
def fresh_postgresql(server: Server) -> Iterator[str]:
    """The URL of an empty database."""
    name = f"test_{time.monotonic_ns()}"
    admin = create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.url(name)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_hasher", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    accounts._nobodys_hash.cache_clear()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Where a store may be made: once for each kind of database."""
    return "" if request.param == "sqlite" else request.getfixturevalue("fresh_postgresql")


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(url, tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def school(store: Store) -> School:
    """A teacher with a class of two, who agreed to everything, and an assignment of two sentences."""
    return open_school(store, NOW)


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
