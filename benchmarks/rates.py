"""How fast this machine multiplies and how fast it moves memory, measured; run as a program to measure in peace."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

_SIDES = (256, 512, 1024)
"""Matrices that lie in a cache, and one that leaves it."""

_COPIED_BYTES = 256 * 2**20
_TRY_S = 0.3
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@dataclass(frozen=True, slots=True)
class Rates:
    """Billions of 32-bit additions and multiplications a second, and gigabytes read or written a second, at best."""

    threads: int
    gflops: float
    gigabytes_per_s: float


def measure_rates(threads: int) -> Rates:
    """Measure in a fresh process, whose matrix library keeps to that many threads.

    Raises
    ------
    RuntimeError
        The process failed.
    """
    environment = {**os.environ, **dict.fromkeys(_THREAD_VARIABLES, str(threads))}
    done = subprocess.run([sys.executable, __file__], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"measuring the machine ended with exit code {done.returncode}: {done.stderr[-500:]}")
    gflops, gigabytes_per_s = json.loads(done.stdout)
    return Rates(threads, gflops, gigabytes_per_s)


def multiply_rate() -> float:
    """Best billions of operations a second of square matrix products; a multiply-add is two."""
    chance = np.random.default_rng(0)
    rates: list[float] = []
    for side in _SIDES:
        one, two = (chance.standard_normal((side, side), dtype=np.float32) for _ in range(2))
        product = np.empty_like(one)
        rates.append(2 * side**3 / _best_s(lambda a=one, b=two, c=product: np.matmul(a, b, out=c)) / 1e9)
    return max(rates)


def copy_rate() -> float:
    """Best gigabytes a second that a large copy reads and writes."""
    source = np.ones(_COPIED_BYTES // 4, dtype=np.float32)
    target = np.empty_like(source)
    return 2 * source.nbytes / _best_s(lambda: np.copyto(target, source)) / 1e9


def _best_s(work: Callable[[], object]) -> float:
    work()
    best_s, until_s = float("inf"), time.perf_counter() + _TRY_S
    while time.perf_counter() < until_s:
        begin_s = time.perf_counter()
        work()
        best_s = min(best_s, time.perf_counter() - begin_s)
    return best_s


if __name__ == "__main__":
    sys.stdout.write(json.dumps((multiply_rate(), copy_rate())))
