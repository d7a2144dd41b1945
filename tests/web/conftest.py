import sys
from collections.abc import Iterator
from pathlib import Path

import argon2
import pytest
from fastapi.testclient import TestClient

from classroom import accounts
from speech.results import Assessment
from speech.settings import Settings

# Tests beside this file share what it fabricates, however pytest was started.
sys.path.insert(0, str(Path(__file__).parent))

from classroom_site import Site, open_site
from fabricated import StandInJudge, build_app, reading
from lti_course import course, moodle, sender

__all__ = ["course", "moodle", "sender"]


@pytest.fixture
def assessment() -> Assessment:
    return reading()


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(max_file_bytes=50_000)


@pytest.fixture(scope="session")
def _only_app(settings: Settings) -> Iterator[tuple[TestClient, StandInJudge]]:
    """Gradio takes seconds to lay out a page, so that all tests share one app."""
    judge = StandInJudge()
    with TestClient(build_app(settings, judge), base_url="http://testserver") as opened:
        yield opened, judge


@pytest.fixture
def client(_only_app: tuple[TestClient, StandInJudge]) -> TestClient:
    opened, _ = _only_app
    opened.cookies.clear()
    return opened


@pytest.fixture
def judge(_only_app: tuple[TestClient, StandInJudge]) -> StandInJudge:
    _, judge = _only_app
    judge.answer = reading()
    judge.calls.clear()
    return judge


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_hasher", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    accounts._nobodys_hash.cache_clear()


@pytest.fixture
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """The classroom's pages over a small school; see `classroom_site.py`."""
    opened = open_site(tmp_path / "data", shared=request.node.get_closest_marker("own_app") is None)
    yield opened
    opened.store.close()
