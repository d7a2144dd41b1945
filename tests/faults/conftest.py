"""A store on disk to do harm to; the school in it is that of `tests/classroom/school.py`."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Tests here share what those of the classroom and the web app make, however pytest was started.
for folder in ("classroom", "web"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))

from school import NOW, School, open_school  # noqa: E402

from classroom.store import Store  # noqa: E402


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    opened = open_school(Store.open("", tmp_path / "data"), NOW)
    yield opened
    opened.store.close()
