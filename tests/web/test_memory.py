import os
from pathlib import Path

import pytest

from web.memory import give_back


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc")
def test_what_is_free_is_given_back() -> None:
    if not give_back():
        pytest.skip("this C library keeps nothing back, or does not say how")
    # Pieces too small to be mapped one by one; a few that stay keep the heap from shrinking by itself.
    pieces = [bytearray(60_000) for _ in range(2000)]
    kept = pieces[1000::50]
    full_mb = resident_mb()
    del pieces
    give_back()
    assert resident_mb() < full_mb - 60
    assert len(kept) == 20
