"""Decoding in its own process gives the same samples and errors, and survives what would kill it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from speech import isolation
from speech.audio import load_audio
from speech.decoding import decode
from speech.errors import DecoderLost, NotAudio, TooLong, TruncatedAudio, UnsupportedAudio
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


SERVE = """
import os, signal, time
from speech import isolation as i
i.load_decoders = lambda: None
{before}
i.decode = lambda data, **_: {deed}
i._serve()
"""
UNCONFINED = "i.confine = lambda **_: None"
ONLY_THE_BOMB = "os.kill(os.getpid(), 9) if data == b'bomb' else i.Decoded(i.np.zeros(9, i.np.float32), 8000, 0.0)"


@pytest.fixture
def deed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Has something done instead of decoding, after something else."""

    def instead(deed: str, before: str = UNCONFINED) -> None:
        isolation._close()
        monkeypatch.setattr(isolation, "_COMMAND", (sys.executable, "-c", SERVE.format(deed=deed, before=before)))

    monkeypatch.setattr(isolation, "_suspects", {})
    yield instead
    isolation._close()
    monkeypatch.undo()
    assert len(decode_isolated(CLIP, max_duration_s=30).samples)


@pytest.mark.parametrize(
    ("what", "before", "error"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", UNCONFINED, UnsupportedAudio),
        ("1 / 0", UNCONFINED, UnsupportedAudio),
        ("[None for _ in iter(int, 1)]", "i._PROCESSOR_S = i._PROCESSOR_S_PER_S = 0", UnsupportedAudio),
        ("os.kill(os.getpid(), signal.SIGKILL)", UNCONFINED, DecoderLost),
        ("(os.kill(os.getppid(), signal.SIGKILL), os._exit(0))", UNCONFINED, DecoderLost),
    ],
)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_crash_is_the_files_fault_and_being_killed_is_not(
    deed: Callable[..., None], what: str, before: str, error: type
) -> None:
    deed(what, before)
    with pytest.raises(error):
        decode_isolated(CLIP, max_duration_s=30)


def test_a_hang_costs_one_try_and_may_be_the_machines_fault(
    deed: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "_PROCESSOR_S", 0.3)
    monkeypatch.setattr(isolation, "_PROCESSOR_S_PER_S", 0.0)
    deed("time.sleep(60)")
    start_s = time.monotonic()
    with pytest.raises(DecoderLost):
        decode_isolated(CLIP, max_duration_s=15)
    assert time.monotonic() - start_s < 1.7


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_what_is_killed_again_and_again_while_others_are_read_is_refused(deed: Callable[..., None]) -> None:
    deed(ONLY_THE_BOMB)
    for _ in range(2):
        with pytest.raises(DecoderLost):
            decode_isolated(b"bomb", max_duration_s=30)
        assert len(decode_isolated(b"honest", max_duration_s=30).samples) == 9
    with pytest.raises(UnsupportedAudio):
        decode_isolated(b"bomb", max_duration_s=30)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_machine_that_kills_every_decoder_has_nothing_refused(deed: Callable[..., None]) -> None:
    deed(ONLY_THE_BOMB)
    for _ in range(3):
        with pytest.raises(DecoderLost):
            decode_isolated(b"bomb", max_duration_s=30)


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
