import asyncio
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import pytest

from speech.errors import ModelNotFound
from speech.results import Assessment
from web.assessing import AssessmentQueue
from web.errors import Busy


class SlowJudge:
    """Waits until it is let go, and counts how many wait inside it."""

    def __init__(self, answer: Assessment) -> None:
        self.answer = answer
        self.let_go = threading.Event()
        self.inside = 0
        self.most_inside = 0
        self._lock = threading.Lock()

    def assess(
        self,
        audio: str | Path | bytes | BinaryIO,
        text: str,
        *,
        own: Mapping[str, str] | None = None,
        phones: Sequence[str] | None = None,
    ) -> Assessment:
        with self._lock:
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
        assert self.let_go.wait(5)
        with self._lock:
            self.inside -= 1
        return self.answer


def test_no_more_readings_at_a_time_than_workers(assessment: Assessment) -> None:
    judge = SlowJudge(assessment)

    async def scenario() -> list[Assessment]:
        queue = AssessmentQueue(lambda: judge, workers=2, max_waiting=10)
        calls = [asyncio.create_task(queue.assess(b"", "text")) for _ in range(6)]
        while judge.inside < 2:
            await asyncio.sleep(0.01)
        assert queue.waiting == 4
        judge.let_go.set()
        answers = await asyncio.gather(*calls)
        queue.close()
        return answers

    assert asyncio.run(scenario()) == [assessment] * 6
    assert judge.most_inside == 2


def test_too_many_waiting_are_told_when_to_come_back(assessment: Assessment) -> None:
    judge = SlowJudge(assessment)

    async def scenario() -> None:
        queue = AssessmentQueue(lambda: judge, workers=1, max_waiting=1)
        calls = [asyncio.create_task(queue.assess(b"", "text")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Busy) as refused:
            await queue.assess(b"", "text")
        assert float(str(refused.value.facts["seconds"])) >= 1
        judge.let_go.set()
        await asyncio.gather(*calls)
        # Room again.
        await queue.assess(b"", "text")
        queue.close()

    asyncio.run(scenario())


def test_the_line_is_told_and_kept_in_order(assessment: Assessment) -> None:
    judge = SlowJudge(assessment)
    done: list[str] = []

    async def scenario() -> None:
        queue = AssessmentQueue(lambda: judge, workers=1, max_waiting=10)

        async def one(name: str) -> None:
            await queue.assess(b"", "text", name=name)
            done.append(name)

        calls = [asyncio.create_task(one(name)) for name in "abcd"]
        while judge.inside < 1:
            await asyncio.sleep(0.01)
        assert [queue.place(name).before for name in "abcdx"] == [0, 1, 2, 3, 0]
        assert queue.place("d").seconds > queue.place("b").seconds
        judge.let_go.set()
        await asyncio.gather(*calls)
        assert queue.place("d").before == 0
        queue.close()

    asyncio.run(scenario())
    assert done == list("abcd")


def test_who_goes_away_frees_the_place(assessment: Assessment) -> None:
    judge = SlowJudge(assessment)

    async def scenario() -> None:
        queue = AssessmentQueue(lambda: judge, workers=1, max_waiting=2)
        running, gone, patient = (asyncio.create_task(queue.assess(b"", "text", name=name)) for name in "rgp")
        while judge.inside < 1:
            await asyncio.sleep(0.01)
        gone.cancel()
        await asyncio.sleep(0.01)
        assert (queue.waiting, queue.place("p").before) == (1, 1)
        # The one being judged cannot be stopped, and its thread is not given away meanwhile.
        running.cancel()
        await asyncio.sleep(0.05)
        assert queue.waiting == 1 and judge.inside == 1
        judge.let_go.set()
        assert await patient is assessment
        assert await queue.assess(b"", "text") is assessment
        queue.close()

    asyncio.run(scenario())
    assert judge.most_inside == 1


def test_who_waits_too_long_is_told_to_come_back(assessment: Assessment) -> None:
    judge = SlowJudge(assessment)

    async def scenario() -> None:
        queue = AssessmentQueue(lambda: judge, workers=1, max_waiting=5, max_wait_s=0.1)
        first = asyncio.create_task(queue.assess(b"", "text"))
        while judge.inside < 1:
            await asyncio.sleep(0.01)
        with pytest.raises(Busy):
            await queue.assess(b"", "text")
        assert queue.waiting == 0
        judge.let_go.set()
        assert await first is assessment
        assert await queue.assess(b"", "text") is assessment
        queue.close()

    asyncio.run(scenario())


def test_a_judge_that_fails_to_open_is_tried_again(assessment: Assessment) -> None:
    judge = SlowJudge(assessment)
    judge.let_go.set()
    openings: list[int] = []

    def open_judge() -> SlowJudge:
        openings.append(1)
        if len(openings) == 1:
            raise ModelNotFound({"name": "default"})
        return judge

    async def scenario() -> None:
        queue = AssessmentQueue(open_judge, workers=1, max_waiting=1)
        with pytest.raises(ModelNotFound):
            await queue.assess(b"", "text")
        assert not queue.ready
        assert await queue.assess(b"", "text") is assessment
        await queue.assess(b"", "text")
        assert queue.ready and queue.waiting == 0
        queue.close()

    asyncio.run(scenario())
    assert len(openings) == 2
