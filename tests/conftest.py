"""What all tests share."""

from pathlib import Path

import pytest

_LAST = ("test_wheel.py", "end_to_end")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slowest tests last; a started browser keeps an event loop that others could not start beside it."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    parts = Path(item.path).parts
    return next((turn for turn, name in enumerate(_LAST, 1) if name in parts), 0)
