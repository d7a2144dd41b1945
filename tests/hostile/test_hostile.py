"""Every hostile file has its outcome, within bounds of time and memory, and the server answers it and goes on."""

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import BinaryIO

import pytest
from fabricated import build_app, reading
from fastapi.testclient import TestClient
from make_corpus import Hostile, corpus, write_corpus

from speech import isolation
from speech.audio import load_audio
from speech.decoding import decode, load_decoders
from speech.errors import SpeechError
from speech.results import Assessment
from speech.settings import Settings
from web.catalogue import open_catalogue

LONGEST_S = 5.0
MOST_BYTES = 200_000_000
MAX_DURATION_S = Settings().max_speech_s
CLIP = (Path(__file__).parent.parent / "speech" / "data" / "yellow_lamp.flac").read_bytes()


@cache
def files() -> tuple[Hostile, ...]:
    return tuple(corpus())


def named(name: str) -> Hostile:
    return next(hostile for hostile in files() if hostile.name == name)


def outcome(data: bytes) -> str:
    try:
        recording = load_audio(data, isolated=True)
    except SpeechError as error:
        return error.code
    assert len(recording.samples) <= MAX_DURATION_S * 16_000
    return "fine"


def test_the_corpus_is_large_and_the_same_every_time(tmp_path: Path) -> None:
    assert len(files()) >= 80
    assert len({hostile.name for hostile in files()}) == len(files())
    assert tuple(corpus()) == files()
    assert write_corpus(tmp_path) == len(files())
    assert (tmp_path / "000").read_bytes() == files()[0].data


def test_every_file_has_its_outcome_in_time_and_none_ends_the_process_that_decodes() -> None:
    isolation._close()
    outcome(CLIP)
    (helper,) = isolation._idle
    wrong: list[tuple[str, str, str]] = []
    slow: list[tuple[str, float]] = []
    for hostile in files():
        start_s = time.monotonic()
        found = outcome(hostile.data)
        spent_s = time.monotonic() - start_s
        if found != hostile.outcome and hostile.outcome != "any":
            wrong.append((hostile.name, found, hostile.outcome))
        if spent_s > LONGEST_S:
            slow.append((hostile.name, spent_s))
        assert isolation._idle == [helper], hostile.name
    assert wrong == []
    assert slow == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems count memory otherwise")
def test_every_file_is_decoded_in_bounded_memory_and_time() -> None:
    load_decoders()
    for hostile in files():
        child = os.fork()
        if child == 0:
            try:
                decode(hostile.data, max_duration_s=MAX_DURATION_S)
            except SpeechError:
                pass
            except BaseException:  # noqa: BLE001 - a fork must not come back to pytest
                os._exit(1)
            os._exit(0)
        _, status, used = os.wait4(child, 0)
        assert status == 0, hostile.name
        assert used.ru_maxrss * 1024 < _resident_bytes() + MOST_BYTES, hostile.name
        assert used.ru_utime + used.ru_stime < 3, hostile.name


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class ListeningJudge:
    """Decodes as the real judge does, and then answers with a prepared reading."""

    def assess(
        self,
        audio: str | Path | bytes | BinaryIO,
        text: str,
        *,
        own: Mapping[str, str] | None = None,
        phones: Sequence[str] | None = None,
    ) -> Assessment:
        load_audio(audio, isolated=True)
        return reading()


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    app = build_app(Settings(), ListeningJudge())  # type: ignore[arg-type]
    with TestClient(app, base_url="http://testserver", raise_server_exceptions=False) as opened:
        yield opened


def test_the_server_answers_every_file_and_goes_on(client: TestClient) -> None:
    for hostile in files():
        answer = _post(client, hostile, "en")
        if hostile.outcome != "any":
            assert (answer.status_code == 200) == (hostile.outcome == "fine"), hostile.name
        if answer.status_code == 200:
            continue
        body = answer.json()
        assert 400 <= answer.status_code < 500, hostile.name
        assert set(body) == {"code", "message", "remedy"}, hostile.name
        if hostile.outcome not in ("any", "file_too_large"):
            assert body["code"] == hostile.outcome, hostile.name
        assert body["message"] and body["remedy"]
        assert "<script" not in answer.text
    assert client.get("/api/v1/health").json()["status"] == "ok"
    assert _post(client, Hostile("after", CLIP, "fine"), "en").status_code == 200


@pytest.mark.parametrize(
    "name", ["rate-1.wav", "half.wav", "hls.m3u8", "empty", "bomb.flac", "one-sample.wav", "constant.wav"]
)
def test_refusals_come_in_both_languages(client: TestClient, name: str) -> None:
    english, indonesian = _post(client, named(name), "en"), _post(client, named(name), "id")
    assert english.status_code == indonesian.status_code
    assert english.json()["code"] == indonesian.json()["code"] == named(name).outcome
    for field in ("message", "remedy"):
        assert english.json()[field] != indonesian.json()[field]


def test_every_outcome_has_words_in_both_languages() -> None:
    codes = {hostile.outcome for hostile in files()} - {"any", "fine"}
    for language in ("en", "id"):
        strings = open_catalogue(language).strings
        for code in codes:
            assert strings[f"error.{code}.sentence"], (language, code)
            assert strings[f"error.{code}.remedy"], (language, code)


def _post(client: TestClient, hostile: Hostile, language: str):
    return client.post(
        "/api/v1/assess",
        files={"audio": (hostile.name, hostile.data)},
        data={"text": "I think three ships"},
        headers={"Accept-Language": language},
    )
