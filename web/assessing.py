"""A few judging threads and a short queue before them: too many readings at once are told when to come back."""

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from speech.errors import SpeechError
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


class Place(NamedTuple):
    """Where a reading stands: how many are before it, and about how many seconds until its verdict."""

    before: int
    seconds: float


class _Ticket:
    """One reading in the line; its `called` is set when its turn comes."""

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.called: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class AssessmentQueue:
    """Judges readings in threads, at most `workers` at a time, the others waiting in the order they came.

    Parameters
    ----------
    open_judge : callable
        Makes the judge; called once, in a judging thread, when the first reading or `warm_up` needs it.
    workers, max_waiting : int
        Readings judged at the same time, and readings that may wait for their turn.
    max_wait_s : float
        Seconds a reading may wait for its turn before it is told to come back.
    """

    def __init__(
        self, open_judge: Callable[[], Judge], *, workers: int, max_waiting: int, max_wait_s: float = 30.0
    ) -> None:
        self._open_judge = open_judge
        self._judge: Judge | None = None
        self._problem: str | None = None
        self._workers = workers
        self._free = workers
        self._max_waiting = max_waiting
        self._max_wait_s = max_wait_s
        self._line: list[_Ticket] = []
        self._mean_s = _FIRST_GUESS_S
        self._opening = asyncio.Lock()
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="judge")

    @property
    def ready(self) -> bool:
        """Whether the judge is loaded."""
        return self._judge is not None

    @property
    def problem(self) -> str | None:
        """Code of the error for which the judge could not be loaded the last time it was tried; None where it could."""
        return self._problem

    @property
    def waiting(self) -> int:
        """Readings that wait for a free thread."""
        return len(self._line)

    def place(self, name: str) -> Place:
        """Tell where the reading of that name stands; one that is being judged, or unknown, has none before it."""
        names = [ticket.name for ticket in self._line]
        before = names.index(name) + 1 if name in names else 0
        return Place(before, self._seconds(before))

    def _seconds(self, before: int) -> float:
        return (before + 1) * self._mean_s / self._workers

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
                try:
                    judge = await asyncio.get_running_loop().run_in_executor(self._threads, self._open_judge)
                except SpeechError as error:
                    self._problem = error.code
                    raise
                self._judge, self._problem = judge, None
            return judge

    async def assess(
        self, audio: bytes, text: str, *, own: Mapping[str, str] | None = None, name: str | None = None
    ) -> Assessment:
        """Judge one reading when its turn comes; a caller that is cancelled before gives its place up.

        Parameters
        ----------
        audio : bytes
            The recording.
        text : str
            What was to be read.
        own : mapping of str to str, optional
            Pronunciations that go before the dictionary's.
        name : str, optional
            By which `place` knows it.

        Raises
        ------
        Busy
            Too many readings wait already, or this one waited too long; the facts say for how long to stay away.
        SpeechError
            The recording or the text cannot be judged.
        """
        await self._turn(name)
        try:
            judge = await self.warm_up()
            judging = asyncio.get_running_loop().run_in_executor(self._threads, self._timed, judge, audio, text, own)
        except BaseException:
            self._release()
            raise
        # The thread goes on when the caller goes away; only then is its place free.
        judging.add_done_callback(self._judged)
        return await asyncio.shield(judging)

    async def _turn(self, name: str | None) -> None:
        if self._free and not self._line:
            self._free -= 1
            return
        if len(self._line) >= self._max_waiting:
            raise Busy({"seconds": math.ceil(self._seconds(len(self._line)))})
        ticket = _Ticket(name)
        self._line.append(ticket)
        try:
            async with asyncio.timeout(self._max_wait_s):
                await ticket.called
        except BaseException as error:
            if ticket in self._line:
                self._line.remove(ticket)
            elif not ticket.called.cancelled():
                self._release()
            if isinstance(error, TimeoutError):
                raise Busy({"seconds": math.ceil(self._seconds(len(self._line)))}) from error
            raise

    def _release(self) -> None:
        """Call the next one, or leave the place free."""
        while self._line:
            ticket = self._line.pop(0)
            if not ticket.called.done():
                ticket.called.set_result(None)
                return
        self._free += 1

    def _judged(self, judging: asyncio.Future[Assessment]) -> None:
        self._release()
        if not judging.cancelled():
            judging.exception()  # whoever waited has it; nobody may be left to

    def _timed(self, judge: Judge, audio: bytes, text: str, own: Mapping[str, str] | None) -> Assessment:
        start_s = time.perf_counter()
        assessment = judge.assess(audio, text, own=own)
        self._mean_s += _SMOOTHING * (time.perf_counter() - start_s - self._mean_s)
        return assessment

    def close(self) -> None:
        """Let running readings end and take no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
