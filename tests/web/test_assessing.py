import asyncio
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import pytest

from speech.errors import ModelNotFound
from speech.results import Assessment
from web import assessing
from web.assessing import AssessmentQueue
from web.errors import Busy, Stuck


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
        assert refused.value.facts == {"seconds": 2, "before": 1}
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


def test_who_comes_back_as_told_stands_before_all_who_came_later(assessment: Assessment) -> None:
    judge = SlowJudge(assessment)

    async def scenario() -> None:
        queue = AssessmentQueue(lambda: judge, workers=1, max_waiting=1)
        calls = [asyncio.create_task(queue.assess(b"", "text", name=name)) for name in "rg"]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await queue.assess(b"", "text", name="told")
        calls.pop().cancel()
        await asyncio.sleep(0)
        for name in ("later", "told"):
            calls.append(asyncio.create_task(queue.assess(b"", "text", name=name)))
            await asyncio.sleep(0)
        assert [queue.place(name).before for name in ("told", "later")] == [1, 2]
        judge.let_go.set()
        await asyncio.gather(*calls)
        queue.close()

    asyncio.run(scenario())


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


def test_how_a_turn_came_is_told(assessment: Assessment) -> None:
    judge = SlowJudge(assessment)

    async def scenario() -> None:
        queue = AssessmentQueue(lambda: judge, workers=1, max_waiting=5)
        calls = [asyncio.create_task(queue.hear(b"", "text")) for _ in range(3)]
        await asyncio.sleep(0.1)
        judge.let_go.set()
        turns = [heard.turn for heard in await asyncio.gather(*calls)]
        queue.close()
        assert [turn.before for turn in turns] == [0, 0, 1]
        assert turns[0].waited_s == 0 and 0.05 <= turns[1].waited_s < 2

    asyncio.run(scenario())


def test_everybody_who_comes_back_as_told_is_judged_at_once_though_others_never_rest(assessment: Assessment) -> None:
    """Eight learners at a line of four: those who are answered send the next one before anybody can come back."""
    judge = SlowJudge(assessment)
    judge.let_go.set()
    refused, refused_again, told_s = [], [], set()

    async def scenario() -> None:
        queue = AssessmentQueue(lambda: judge, workers=2, max_waiting=4)
        await queue.warm_up()

        async def read_on(learner: int) -> None:
            for number in range(20):
                name, returns = f"{learner}-{number}", 0
                while True:
                    try:
                        await queue.assess(b"", "text", name=name)
                        break
                    except Busy as busy:
                        (refused_again if returns else refused).append(name)
                        told_s.add(busy.facts["before"])
                        returns += 1
                        await asyncio.sleep(0.005)

        await asyncio.gather(*(read_on(learner) for learner in range(8)))
        queue.close()

    asyncio.run(scenario())
    assert len(refused) >= 2 and refused_again == []
    assert len(told_s) >= 2  # each comes at a time of their own


@pytest.mark.parametrize(("kept_s", "told"), [(60.0, [2, 3, 4, 4]), (-60.0, [2, 2, 2, 2])])
def test_a_promised_place_counts_until_nobody_comes_for_it(
    assessment: Assessment, monkeypatch: pytest.MonkeyPatch, kept_s: float, told: list[int]
) -> None:
    monkeypatch.setattr(assessing, "_PROMISED_S", kept_s)
    judge = SlowJudge(assessment)
    found: list[object] = []

    async def scenario() -> None:
        queue = AssessmentQueue(lambda: judge, workers=1, max_waiting=2)
        calls = [asyncio.create_task(queue.assess(b"", "text")) for _ in range(3)]
        await asyncio.sleep(0)
        for name in ("a", "b", None, "c"):
            with pytest.raises(Busy) as refused:
                await queue.assess(b"", "text", name=name)
            found.append(refused.value.facts["before"])
        judge.let_go.set()
        await asyncio.gather(*calls)
        queue.close()

    asyncio.run(scenario())
    assert found == told


def test_a_judge_that_does_not_end_is_told_and_takes_its_thread_alone(assessment: Assessment) -> None:
    judge = SlowJudge(assessment)

    async def scenario() -> None:
        queue = AssessmentQueue(lambda: judge, workers=2, max_waiting=5, max_judging_s=0.05)
        with pytest.raises(Stuck):
            await queue.assess(b"", "text")
        assert queue.ready and queue.problem == "stuck"
        gone = asyncio.create_task(queue.assess(b"", "text"))
        await asyncio.sleep(0.02)
        gone.cancel()
        await asyncio.sleep(0.1)
        assert not queue.ready
        judge.let_go.set()
        assert await queue.assess(b"", "text") is assessment
        async with asyncio.timeout(5):
            while queue.problem:
                await asyncio.sleep(0.01)
        assert queue.ready
        queue.close()

    asyncio.run(scenario())
