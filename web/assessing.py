"""A few judging threads and a short queue before them: too many readings at once are told when to come back."""

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, Protocol

from speech.results import Assessment
from web.errors import Busy

_FIRST_GUESS_S = 1.0
_SMOOTHING = 0.2


class Judge(Protocol):
    """What judges a reading; `speech.assess.Assessor` is one."""

    def assess(
        self,
        audio: str | Path | bytes | BinaryIO,
        text: str,
        *,
        own: Mapping[str, str] | None = None,
        phones: Sequence[str] | None = None,
    ) -> Assessment:
        """Compare a recording with a text."""
        ...


class AssessmentQueue:
    """Judges readings in threads, at most `workers` at a time and `max_waiting` waiting.

    Parameters
    ----------
    open_judge : callable
        Makes the judge; called once, in a judging thread, when the first reading or `warm_up` needs it.
    workers, max_waiting : int
        Readings judged at the same time, and readings that may wait for their turn.
    """

    def __init__(self, open_judge: Callable[[], Judge], *, workers: int, max_waiting: int) -> None:
        self._open_judge = open_judge
        self._judge: Judge | None = None
        self._workers = workers
        self._max_waiting = max_waiting
        self._busy = 0
        self._mean_s = _FIRST_GUESS_S
        self._opening = asyncio.Lock()
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="judge")

    @property
    def ready(self) -> bool:
        """Whether the judge is loaded."""
        return self._judge is not None

    @property
    def waiting(self) -> int:
        """Readings that wait for a free thread."""
        return max(0, self._busy - self._workers)

    async def warm_up(self) -> Judge:
        """Load the judge, once.

        Raises
        ------
        ModelError
            The model cannot be loaded; the next call tries again.
        """
        async with self._opening:
            judge = self._judge
            if judge is None:
                judge = await asyncio.get_running_loop().run_in_executor(self._threads, self._open_judge)
                self._judge = judge
            return judge

    async def assess(self, audio: bytes, text: str, *, own: Mapping[str, str] | None = None) -> Assessment:
        """Judge one reading when its turn comes.

        Raises
        ------
        Busy
            Too many readings wait already; the facts say for how long.
        SpeechError
            The recording or the text cannot be judged.
        """
        if self.waiting >= self._max_waiting:
            raise Busy({"seconds": math.ceil((self.waiting + 1) * self._mean_s / self._workers)})
        self._busy += 1
        try:
            judge = await self.warm_up()
            call = asyncio.get_running_loop().run_in_executor(self._threads, self._timed, judge, audio, text, own)
            return await call
        finally:
            self._busy -= 1

    def _timed(self, judge: Judge, audio: bytes, text: str, own: Mapping[str, str] | None) -> Assessment:
        start_s = time.perf_counter()
        assessment = judge.assess(audio, text, own=own)
        self._mean_s += _SMOOTHING * (time.perf_counter() - start_s - self._mean_s)
        return assessment

    def close(self) -> None:
        """Let running readings end and take no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
