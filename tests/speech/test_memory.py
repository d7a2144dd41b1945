import os
import subprocess
import sys
from pathlib import Path

import pytest

from speech.memory import give_back

HELD = """
import os, sys
from pathlib import Path
from speech.memory import keep_large_pieces_apart
if sys.argv[1] == "apart":
    assert keep_large_pieces_apart()
bytearray(8_000_000)  # from which the C library learns that pieces of this size come and go
pieces = [bytearray(2_000_000) for _ in range(40)]
del pieces[:-1]
print(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6)
"""


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


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc")
def test_large_pieces_go_back_as_soon_as_they_are_free() -> None:
    if not give_back():
        pytest.skip("this C library keeps nothing back, or does not say how")

    def held_mb(how: str) -> float:
        return float(subprocess.run([sys.executable, "-c", HELD, how], capture_output=True, check=True).stdout)

    assert held_mb("apart") < held_mb("as usual") - 60
