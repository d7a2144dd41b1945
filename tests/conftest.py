"""What all tests share."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

try:
    import fcntl
except ImportError:  # Windows: nothing is kept apart there
    fcntl = None

# Two workers whose networks each start a thread for every core wait for one another most of the time.
os.environ.setdefault("OMP_NUM_THREADS", "1")

_KEPT_APART = "PYTEST_XDIST_TESTRUNUID"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slowest file first, browsers last: each keeps an event loop that others could not start beside it."""
    items.sort(key=lambda item: (_drives_browser(item), item.path.name != "test_wheel.py"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Let no test run beside one that drives a browser: on a busy computer its microphone loses sound."""
    if fcntl is None or _KEPT_APART not in os.environ:
        return (yield)
    with (Path(tempfile.gettempdir()) / f"lafal-{os.environ[_KEPT_APART]}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if _drives_browser(item) else fcntl.LOCK_SH)
        return (yield)


def _drives_browser(item: pytest.Item) -> bool:
    return item.get_closest_marker("end_to_end") is not None
