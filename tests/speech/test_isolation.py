"""Decoding in its own process gives the same samples and errors, and survives what would kill it."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from speech import isolation
from speech.audio import load_audio
from speech.decoding import decode
from speech.errors import NotAudio, TooLong, TruncatedAudio, UnsupportedAudio
from speech.isolation import decode_isolated

CLIP = (Path(__file__).parent / "data" / "yellow_lamp.flac").read_bytes()


def test_samples_are_the_same_as_in_this_process() -> None:
    alone, here = decode_isolated(CLIP, max_duration_s=30), decode(CLIP, max_duration_s=30)
    assert np.array_equal(alone.samples, here.samples)
    assert (alone.sample_rate, alone.clipped) == (here.sample_rate, here.clipped)
    assert np.array_equal(load_audio(CLIP, isolated=True).samples, load_audio(CLIP).samples)


@pytest.mark.parametrize(
    ("data", "limit_s", "error"),
    [(CLIP, 1.0, TooLong), (CLIP[:-2_000], 30.0, TruncatedAudio), (b"PK\x03\x04", 30.0, NotAudio)],
)
def test_errors_come_back_with_their_facts(data: bytes, limit_s: float, error: type) -> None:
    with pytest.raises(error) as there:
        decode_isolated(data, max_duration_s=limit_s)
    with pytest.raises(error) as here:
        decode(data, max_duration_s=limit_s)
    assert str(there.value) == str(here.value)


def test_a_crash_or_a_hang_is_an_unreadable_file_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def instead(code: str) -> None:
        isolation._close()
        monkeypatch.setattr(isolation, "_COMMAND", (sys.executable, "-c", code))

    serve = "from speech import isolation; isolation.decode = lambda *a, **k: {deed}; isolation._serve()"
    instead(serve.format(deed="__import__('os').kill(__import__('os').getpid(), 11)"))
    with pytest.raises(UnsupportedAudio):
        decode_isolated(CLIP, max_duration_s=30)
    with monkeypatch.context() as patience:
        patience.setattr(isolation, "_PROCESSOR_S", 0.5)
        patience.setattr(isolation, "_PROCESSOR_S_PER_S", 0.0)
        instead(serve.format(deed="__import__('time').sleep(60)"))
        with pytest.raises(UnsupportedAudio):
            decode_isolated(CLIP, max_duration_s=15)
    monkeypatch.undo()
    assert len(decode_isolated(CLIP, max_duration_s=30).samples)


def test_one_process_serves_one_file_after_another_and_two_at_once() -> None:
    isolation._close()
    decode_isolated(CLIP, max_duration_s=30)
    (helper,) = isolation._idle
    with pytest.raises(NotAudio):
        decode_isolated(b"PK\x03\x04", max_duration_s=30)
    decode_isolated(CLIP, max_duration_s=30)
    assert isolation._idle == [helper]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: len(decode_isolated(CLIP, max_duration_s=30).samples), range(6)))
    assert len(set(found)) == 1
    assert len(isolation._idle) <= 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_no_file_sees_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    isolation._close()
    # Each answer counts the files its process has decoded; a fork always counts one.
    count = "i.decode = lambda d, **k: (seen.append(1), i.Decoded(i.np.zeros(len(seen), i.np.float32), 8000, 0.0))[1]"
    code = f"from speech import isolation as i; seen = []; {count}; i._serve()"
    monkeypatch.setattr(isolation, "_COMMAND", (sys.executable, "-c", code))
    assert [len(decode_isolated(CLIP, max_duration_s=30).samples) for _ in range(3)] == [1, 1, 1]
    isolation._close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
@pytest.mark.parametrize(
    "deed",
    [
        "bytearray(3_000_000_000)",
        "open('/tmp/lafal-isolation-test', 'wb', 0).write(b'x')",
        "[None for _ in iter(int, 1)]",
    ],
)
def test_the_process_cannot_take_memory_disk_or_time(deed: str) -> None:
    code = f"from speech.confinement import _limit\n_limit(processor_s=1, memory_bytes=1_000_000_000)\n{deed}"
    root = Path(isolation.__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, timeout=60, check=False)
    assert done.returncode != 0
    assert b"ImportError" not in done.stderr
    Path("/tmp/lafal-isolation-test").unlink(missing_ok=True)
