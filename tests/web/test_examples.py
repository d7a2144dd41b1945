import asyncio
import io
import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from fabricated import StandInJudge
from fastapi import FastAPI
from fastapi.testclient import TestClient

from speech.clips import CLIP_RATE, to_ogg
from speech.errors import EmptyText, NoExample, TextTooLong
from speech.example import Example, ExamplePhone, ExampleWord, Listener
from speech.results import Pitch
from speech.settings import Settings
from web.assessing import AssessmentQueue
from web.errors import Busy
from web.examples import ExampleDesk, build_examples
from web.responses import error_response
from web.school import School
from web.security import SecurityHeaders

EXAMPLES = "/api/v1/examples"
AUDIO = "/api/v1/examples/audio"
TONE = (0.3 * np.sin(np.arange(CLIP_RATE) * 0.05)).astype(np.float32)
EXAMPLE = Example(
    text="Hi, you & I?",
    voice="hts",
    source="shipped",
    synthetic=True,
    audio=to_ogg(TONE),
    media_type="audio/ogg",
    duration_s=1.0,
    words=(ExampleWord("Hi", 0, 2, 0.1, 0.4, (ExamplePhone("HH", "h", 0.1, 0.2), ExamplePhone("AY", "aɪ", 0.2, 0.4))),),
    pitch=Pitch(0.016, (None, 210.5)),
)


class StandInExamples:
    """Has one example at hand, and makes others when let."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.go_on = threading.Event()
        self.go_on.set()
        self.made: list[tuple[str, object]] = []
        self.threads: set[int] = set()

    def at_hand(self, text: str) -> Example | None:
        if self.failure is not None:
            raise self.failure
        return replace(EXAMPLE, text=text) if text == EXAMPLE.text else None

    def find(self, text: str, listener: Listener) -> Example:
        self.threads.add(threading.get_ident())
        assert self.go_on.wait(5)
        self.made.append((text, listener))
        return replace(EXAMPLE, text=text, source="synthesiser")


@pytest.fixture
def examples() -> StandInExamples:
    return StandInExamples()


@pytest.fixture
def desk_client(examples: StandInExamples, judge: StandInJudge) -> Iterator[TestClient]:
    """The router alone, with the headers and error answers of the whole app."""
    queue = AssessmentQueue(lambda: judge, workers=1, max_waiting=1)
    app = FastAPI()
    app.state.school = School(Settings())
    app.include_router(build_examples(Settings(), queue=queue, examples=examples))  # type: ignore[arg-type]
    for kind in (NoExample, EmptyText, TextTooLong, Busy):
        app.add_exception_handler(kind, lambda request, error: error_response(request, error))  # type: ignore[arg-type]
    app.add_middleware(SecurityHeaders)
    with TestClient(app) as client:
        yield client
    queue.close()


def test_an_example_comes_with_times_melody_and_addresses(desk_client: TestClient) -> None:
    answer = desk_client.get(EXAMPLES, params={"text": EXAMPLE.text})
    assert answer.status_code == 200
    body = answer.json()
    addresses = body.pop("audio")
    assert body == {
        "text": "Hi, you & I?",
        "voice": "hts",
        "source": "shipped",
        "synthetic": True,
        "duration_s": 1.0,
        "words": [
            {
                "text": "Hi",
                "char_start": 0,
                "char_end": 2,
                "start_s": 0.1,
                "end_s": 0.4,
                "phones": [
                    {"phone": "HH", "ipa": "h", "start_s": 0.1, "end_s": 0.2},
                    {"phone": "AY", "ipa": "aɪ", "start_s": 0.2, "end_s": 0.4},
                ],
            }
        ],
        "pitch": {"period_s": 0.016, "hz": [None, 210.5]},
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert desk_client.get(addresses["ogg"]).content == EXAMPLE.audio
    assert desk_client.get(addresses["wav"]).content[:4] == b"RIFF"


@pytest.mark.parametrize(("format", "media_type"), [("ogg", "audio/ogg"), ("wav", "audio/wav")])
def test_the_sound_plays_and_may_be_kept(desk_client: TestClient, format: str, media_type: str) -> None:
    answer = desk_client.get(AUDIO, params={"text": EXAMPLE.text, "format": format})
    assert answer.headers["Content-Type"] == media_type
    assert answer.headers["Cache-Control"] == "private, max-age=3600"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    samples, rate = soundfile.read(io.BytesIO(answer.content))
    assert len(samples) / rate == pytest.approx(1.0, abs=0.001)


@pytest.mark.parametrize(
    ("wanted", "part", "place"),
    [
        ("bytes=0-1", slice(0, 2), "0-1"),
        ("bytes=100-", slice(100, None), f"100-{len(EXAMPLE.audio) - 1}"),
        ("bytes=-10", slice(-10, None), f"{len(EXAMPLE.audio) - 10}-{len(EXAMPLE.audio) - 1}"),
        ("bytes=0-999999", slice(None), f"0-{len(EXAMPLE.audio) - 1}"),
    ],
)
def test_safari_asks_for_parts(desk_client: TestClient, wanted: str, part: slice, place: str) -> None:
    answer = desk_client.get(AUDIO, params={"text": EXAMPLE.text}, headers={"Range": wanted})
    assert answer.status_code == 206
    assert answer.content == EXAMPLE.audio[part]
    assert answer.headers["Content-Range"] == f"bytes {place}/{len(EXAMPLE.audio)}"


def test_a_part_beyond_the_end_is_refused_and_a_senseless_range_ignored(desk_client: TestClient) -> None:
    beyond = desk_client.get(AUDIO, params={"text": EXAMPLE.text}, headers={"Range": "bytes=999999-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(EXAMPLE.audio)}")
    for senseless in ("bytes=-", "lines=1-2", "bytes=0-1,5-6"):
        answer = desk_client.get(AUDIO, params={"text": EXAMPLE.text}, headers={"Range": senseless})
        assert (answer.status_code, answer.content) == (200, EXAMPLE.audio)


@pytest.mark.parametrize("path", [EXAMPLES, AUDIO])
def test_no_example_is_said_in_the_callers_language_and_not_kept(
    desk_client: TestClient, examples: StandInExamples, path: str
) -> None:
    examples.failure = NoExample()
    english = desk_client.get(path, params={"text": "x"})
    indonesian = desk_client.get(path, params={"text": "x"}, headers={"Accept-Language": "id"})
    assert english.status_code == indonesian.status_code == 404
    assert english.json()["code"] == indonesian.json()["code"] == "no_example"
    assert english.json()["message"] != indonesian.json()["message"]
    assert english.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("error", [EmptyText(), TextTooLong({"words": 200, "limit": 120})])
def test_a_text_that_cannot_be_said(desk_client: TestClient, examples: StandInExamples, error: Exception) -> None:
    examples.failure = error
    assert desk_client.get(EXAMPLES, params={"text": "x"}).status_code == 422


def test_what_is_not_at_hand_is_made_in_a_thread_with_the_queues_judge(
    desk_client: TestClient, examples: StandInExamples, judge: StandInJudge
) -> None:
    assert desk_client.get(EXAMPLES, params={"text": "Make me."}).json()["source"] == "synthesiser"
    assert examples.made == [("Make me.", judge)]
    assert threading.get_ident() not in examples.threads


def test_few_may_wait_for_the_synthesiser_and_what_is_at_hand_never_waits(
    examples: StandInExamples, judge: StandInJudge
) -> None:
    async def crowd() -> list[Example | BaseException]:
        queue = AssessmentQueue(lambda: judge, workers=1, max_waiting=1)
        desk = ExampleDesk(examples, queue)  # type: ignore[arg-type]
        examples.go_on.clear()
        asked = [asyncio.create_task(desk.find(f"text {number}")) for number in range(7)]
        while sum(task.done() for task in asked) < 2:
            await asyncio.sleep(0.005)
        assert (await desk.find(EXAMPLE.text)).source == "shipped"
        examples.go_on.set()
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert (await desk.find("afterwards")).text == "afterwards"
        queue.close()
        return answers

    answers = asyncio.run(crowd())
    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert [type(answer) for answer in refused] == [Busy, Busy]
    assert len(examples.made) == 6


def test_the_whole_app_has_a_voice(client: TestClient) -> None:
    assert client.get(EXAMPLES, params={"text": "..."}).json()["code"] == "empty_text"
    assert client.get(EXAMPLES).json()["code"] == "bad_request"
    long = client.get(EXAMPLES, params={"text": "word " * 200})
    assert (long.status_code, long.json()["code"]) == (422, "text_too_long")
    shipped = client.get(EXAMPLES, params={"text": "cat"})
    assert (shipped.status_code, shipped.json()["source"]) == (200, "shipped")
    assert client.get(shipped.json()["audio"]["ogg"]).content[:4] == b"OggS"
