"""A few judging threads and a short queue before them: too many readings at once are told when to come back."""

import asyncio
import math
import time
from bisect import insort
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol, TypeVar

from speech.errors import SpeechError
from speech.results import Assessment
from web.errors import Busy, Stuck

_FIRST_GUESS_S = 1.0
_SMOOTHING = 0.2
_PROMISED_S = 60.0  # beyond the time at which somebody was to come back
_MOST_PROMISES = 1000  # a name each, for learners who all come within a minute
_LOOK_EVERY_S = 0.25
_Verdict = TypeVar("_Verdict")


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


class Turn(NamedTuple):
    """How many were before a reading when it came, and how many seconds it waited until it was called."""

    before: int
    waited_s: float


class Heard(NamedTuple):
    """What was heard in a reading, and how its turn came."""

    assessment: Assessment
    turn: Turn


async def while_wanted(
    judging: Coroutine[Any, Any, _Verdict], is_gone: Callable[[], Awaitable[bool]]
) -> _Verdict | None:
    """Wait for a verdict, and give its place in the line up when nobody waits for it any more: then there is none."""
    task = asyncio.create_task(judging)
    try:
        while not (await asyncio.wait({task}, timeout=_LOOK_EVERY_S))[0]:
            if await is_gone():
                return None
        return task.result()
    finally:
        task.cancel()


class _Ticket:
    """One reading in the line, since when, however often it came back; its `called` is set when its turn comes."""

    def __init__(self, name: str | None, came_s: float) -> None:
        self.name = name
        self.came_s = came_s
        self.called: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class _Promise(NamedTuple):
    """That a reading is let in when it comes back: since when it stands in the line, and until when this holds."""

    came_s: float
    until_s: float


class AssessmentQueue:
    """Judges readings in threads, at most `workers` at a time, the others waiting in the order they came.

    One that finds the line full is told when its turn would be, as if it stood behind all who were told so before. If
    it has a name it is let in when it comes back, before all who came later, though the line be full again: those who
    were answered and send the next one at once would take every place that gets free. The line gets at most twice as
    long by that.

    Parameters
    ----------
    open_judge : callable
        Makes the judge; called once, in a judging thread, when the first reading or `warm_up` needs it.
    workers, max_waiting : int
        Readings judged at the same time, and readings that may wait for their turn.
    max_wait_s : float
        Seconds a reading may wait for its turn before it is told to come back.
    max_judging_s : float
        Seconds after which nobody waits for a verdict any more. The thread cannot be ended: it is lost until the
        reading is judged after all, or the app is started again.
    """

    def __init__(
        self,
        open_judge: Callable[[], Judge],
        *,
        workers: int,
        max_waiting: int,
        max_wait_s: float = 30.0,
        max_judging_s: float = 60.0,
    ) -> None:
        self._open_judge = open_judge
        self._judge: Judge | None = None
        self._problem: str | None = None
        self._workers = workers
        self._free = workers
        self._max_waiting = max_waiting
        self._max_wait_s = max_wait_s
        self._max_judging_s = max_judging_s
        self._line: list[_Ticket] = []
        self._promises: dict[str, _Promise] = {}
        self._stuck: set[asyncio.Future[Assessment]] = set()
        self._mean_s = _FIRST_GUESS_S
        self._opening = asyncio.Lock()
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="judge")

    @property
    def ready(self) -> bool:
        """Whether the judge is loaded, and a thread is or will be there for the next reading."""
        return self._judge is not None and len(self._stuck) < self._workers

    @property
    def problem(self) -> str | None:
        """Code of the error for which the judge could not be loaded when last tried, or with which it got stuck."""
        return self._problem or (Stuck.code if self._stuck else None)

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
        """As `hear`, for whom the verdict is enough."""
        return (await self.hear(audio, text, own=own, name=name)).assessment

    async def hear(
        self, audio: bytes, text: str, *, own: Mapping[str, str] | None = None, name: str | None = None
    ) -> Heard:
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
            By which `place` knows it, and which lets it in when it comes back as it was told.

        Raises
        ------
        Busy
            Too many readings wait already, or this one waited too long; the facts say for how long to stay away.
        Stuck
            It takes longer to judge than anything does.
        SpeechError
            The recording or the text cannot be judged.
        """
        turn = await self._turn(name)
        try:
            judge = await self.warm_up()
            judging = asyncio.get_running_loop().run_in_executor(self._threads, self._timed, judge, audio, text, own)
        except BaseException:
            self._release()
            raise
        # The thread goes on when the caller goes away; only then is its place free.
        judging.add_done_callback(self._judged)
        late = asyncio.get_running_loop().call_later(self._max_judging_s, self._stuck.add, judging)
        judging.add_done_callback(lambda _: late.cancel())
        done, _ = await asyncio.wait({judging}, timeout=self._max_judging_s)
        if not done:
            raise Stuck({"seconds": math.ceil(self._max_judging_s)})
        return Heard(judging.result(), turn)

    async def _turn(self, name: str | None) -> Turn:
        promise = self._promises.pop(name or "", None)
        if self._free and not self._line:
            self._free -= 1
            return Turn(0, 0.0)
        begin_s = time.monotonic()
        ticket = _Ticket(name, promise.came_s if promise else begin_s)
        if len(self._line) >= (2 if promise else 1) * self._max_waiting:
            raise self._refusal(ticket)
        insort(self._line, ticket, key=lambda one: one.came_s)
        before = self._line.index(ticket)
        try:
            async with asyncio.timeout(self._max_wait_s):
                await ticket.called
        except BaseException as error:
            if ticket in self._line:
                self._line.remove(ticket)
            elif not ticket.called.cancelled():
                self._release()
            if isinstance(error, TimeoutError):
                raise self._refusal(ticket) from error
            raise
        return Turn(before, time.monotonic() - begin_s)

    def _refusal(self, ticket: _Ticket) -> Busy:
        now_s = time.monotonic()
        # Whoever does not come back must not hold up the others.
        self._promises = {name: one for name, one in self._promises.items() if one.until_s > now_s}
        before = len(self._line) + len(self._promises)
        seconds = self._seconds(before)
        if ticket.name is not None and len(self._promises) < _MOST_PROMISES:
            self._promises[ticket.name] = _Promise(ticket.came_s, now_s + seconds + _PROMISED_S)
        return Busy({"seconds": math.ceil(seconds), "before": before})

    def _release(self) -> None:
        """Call the next one, or leave the place free."""
        while self._line:
            ticket = self._line.pop(0)
            if not ticket.called.done():
                ticket.called.set_result(None)
                return
        self._free += 1

    def _judged(self, judging: asyncio.Future[Assessment]) -> None:
        self._stuck.discard(judging)
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
