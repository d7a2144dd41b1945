"""Decoding in its own process gives the same samples and errors, and survives what would kill it."""

import subprocess
import sys
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


def test_a_crash_or_a_hang_is_an_unreadable_file(monkeypatch: pytest.MonkeyPatch) -> None:
    run = subprocess.run

    def instead(code: str) -> None:
        def running(command: list[str], **options: object) -> object:
            options.pop("cwd")
            return run([sys.executable, "-c", code], **options)  # type: ignore[call-overload]

        monkeypatch.setattr(subprocess, "run", running)

    instead("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(UnsupportedAudio):
        decode_isolated(CLIP, max_duration_s=30)
    monkeypatch.setattr(isolation, "_PROCESSOR_S", 0.0)
    monkeypatch.setattr(isolation, "_PROCESSOR_S_PER_S", 1 / 30)
    instead("import time; time.sleep(60)")
    with pytest.raises(UnsupportedAudio):
        decode_isolated(CLIP, max_duration_s=15)


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
    code = f"from speech.isolation import _limit_this_process as limit\nlimit(1)\n{deed}"
    root = Path(isolation.__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, timeout=60, check=False)
    assert done.returncode != 0
    assert b"ImportError" not in done.stderr
    Path("/tmp/lafal-isolation-test").unlink(missing_ok=True)
