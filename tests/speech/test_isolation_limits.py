"""What a process that decodes may no longer do, whatever code a file made it run; each limit holds while decoding."""

import io
import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speech import confinement, isolation
from speech.audio import load_audio
from speech.decoding import decode
from speech.errors import FileTooLarge, TooLong, UnsupportedAudio
from speech.isolation import decode_isolated
from speech.settings import Settings

ROOT = Path(isolation.__file__).parent.parent
CLIP = (Path(__file__).parent / "data" / "yellow_lamp.flac").read_bytes()
LINUX = sys.platform.startswith("linux")
needs_limits = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
needs_linux = pytest.mark.skipif(not LINUX, reason="only Linux filters system calls and has networks of its own")

PROGRAM = """
import ctypes, os, socket, subprocess, sys, threading, mmap
from speech.confinement import confine
filtered = confine(processor_s=2, max_duration_s=1)
try:
    {deed}
except BaseException as error:
    os.write(1, type(error).__name__.encode())
else:
    os.write(1, b"done")
os.write(1, b" filtered" if filtered else b" limited")
os._exit(0)
"""


def after_confinement(deed: str) -> tuple[str, bool]:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM.format(deed=deed))],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    )
    told = done.stdout.decode().split()
    return (told[0] if told else f"ended with {done.returncode}"), told[1:] == ["filtered"]


@needs_limits
@pytest.mark.parametrize(
    "deed",
    [
        "open('/etc/passwd').read()",
        "open('/tmp/lafal-limits-test', 'wb')",
        "os.open('/', os.O_RDONLY)",
        "os.listdir('/')",
        "socket.socket(socket.AF_INET)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "socket.socket(socket.AF_UNIX)",
        "socket.socketpair()",
        "os.pipe()",
        "os.dup(1)",
    ],
)
def test_nothing_can_be_opened_or_connected(deed: str) -> None:
    found, _ = after_confinement(deed)
    assert found in {"OSError", "PermissionError"}


@needs_linux
@pytest.mark.parametrize(
    "deed",
    [
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "subprocess.run(['/bin/true'])",
        "threading.Thread(target=print).start()",
        "os.kill(os.getppid(), 0)",
        "os.stat('/etc/passwd')",
        "os.unlink('/tmp/lafal-limits-test')",
        "os.mkdir('/tmp/lafal-limits-test')",
        "os.chmod('/tmp', 0o777)",
        "os.symlink('/etc/passwd', '/tmp/lafal-limits-test')",
        "os.setpriority(os.PRIO_PROCESS, 0, 5)",
        "resource = __import__('resource'); resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))",
    ],
)
def test_no_process_can_be_started_signalled_or_looked_at(deed: str) -> None:
    found, filtered = after_confinement(deed)
    if not filtered:
        pytest.skip("this kernel lets no process filter its own calls")
    assert found in {"OSError", "PermissionError", "BlockingIOError", "RuntimeError", "ValueError"}


@needs_limits
@pytest.mark.parametrize("deed", ["bytearray(3_000_000_000)", "mmap.mmap(-1, 3_000_000_000)"])
def test_memory_ends(deed: str) -> None:
    found, _ = after_confinement(deed)
    assert found in {"MemoryError", "OSError", "PermissionError"}


@needs_limits
def test_processor_time_ends() -> None:
    found, _ = after_confinement("all(zero == 0 for zero in iter(int, 1))")
    assert found in {"ended with -9", "ended with -24"}


@needs_linux
def test_a_confined_process_still_computes_and_answers() -> None:
    found, filtered = after_confinement("assert sum(bytearray(1_000_000)) == 0")
    assert found == "done"
    assert filtered or not confinement._filter()


@needs_linux
def test_the_network_of_the_helper_has_no_interface() -> None:
    code = """
    from pathlib import Path
    from speech.confinement import leave_the_network
    left = leave_the_network()
    names = [line.split(":")[0].strip() for line in Path("/proc/self/net/dev").read_text().splitlines()[2:]]
    print(left, names)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    if done.stdout.startswith("False"):
        pytest.skip("this system lets no process leave the network")
    assert done.stdout.strip() == "True ['lo']"  # the loop of a new network, which is down


def serving(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    isolation._close()
    monkeypatch.setattr(isolation, "_COMMAND", (sys.executable, "-c", textwrap.dedent(code)))


FORGER = """
import json, os, sys
while head := sys.stdin.buffer.readline():
    question = json.loads(head)
    sys.stdin.buffer.read(question["bytes"])
    answer = dict(sample_rate=16000, clipped=0.0, bytes=4, secret=question["secret"])
    {change}
    os.write(1, json.dumps(answer).encode() + b"\\n" + bytes(4))
"""


@pytest.mark.parametrize(
    "change",
    [
        "answer['bytes'] = 10**12",
        "answer['bytes'] = -1",
        "answer['bytes'] = 3",
        "answer['bytes'] = 'many'",
        "answer['secret'] = 'guessed'",
        "del answer['secret']",
        "answer['sample_rate'] = 0",
        "answer['sample_rate'] = 2**40",
        "answer['clipped'] = float('nan')",
        "answer = dict(error='system_exit', facts={}, bytes=0, secret=question['secret'])",
        "answer = dict(error='too_long', facts={}, bytes=0, secret=question['secret'])",
        "answer = dict(error='too_long', facts=7, bytes=0, secret=question['secret'])",
        "answer = [1]",
        "answer['padding'] = 'x' * 10**6",
        "os.write(1, b'no json at all' + bytes([10]))",
        "os.write(1, bytes([255, 10]))",
    ],
)
def test_an_answer_no_honest_process_gives_is_an_unreadable_file(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    serving(monkeypatch, FORGER.format(change=change))
    with pytest.raises(UnsupportedAudio):
        decode_isolated(CLIP, max_duration_s=30)
    assert isolation._idle == []


def test_the_forger_is_believed_where_it_tells_nothing_impossible(monkeypatch: pytest.MonkeyPatch) -> None:
    serving(monkeypatch, FORGER.format(change="pass"))
    assert len(decode_isolated(CLIP, max_duration_s=30).samples) == 1
    isolation._close()


def test_what_one_file_left_in_the_pipe_is_no_answer_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    left = "os.write(1, json.dumps(answer).encode() + bytes([10]) + bytes(4))"
    serving(monkeypatch, FORGER.format(change=left))
    decode_isolated(CLIP, max_duration_s=30)
    with pytest.raises(UnsupportedAudio):
        decode_isolated(CLIP, max_duration_s=30)
    assert isolation._idle == []


def test_a_helper_that_was_ended_meanwhile_is_not_asked() -> None:
    isolation._close()
    decode_isolated(CLIP, max_duration_s=30)
    (helper,) = isolation._idle
    helper._process.kill()
    helper._process.wait()
    assert len(decode_isolated(CLIP, max_duration_s=30).samples)


class Counted(io.BytesIO):
    """A file that tells how much of it was asked for."""

    asked = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size >= 0
        self.asked += size
        return super().read(size)


def test_bytes_are_limited_while_reading(tmp_path: Path) -> None:
    settings = Settings(max_file_bytes=1_000)
    file = Counted(bytes(1_000_000))
    with pytest.raises(FileTooLarge):
        load_audio(file, settings=settings)
    assert file.asked == 1_001
    path = tmp_path / "large.wav"
    with path.open("wb") as sparse:
        sparse.truncate(1 << 40)
    with pytest.raises(FileTooLarge):
        load_audio(path, settings=settings)


def flac_of_zeros(seconds: int) -> bytes:
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", 16_000, 1, "PCM_16", format="FLAC") as writer:
        for _ in range(seconds // 60):
            writer.write(np.zeros(60 * 16_000, np.int16))
    return file.getvalue()


def wav_of_zeros(seconds: int) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.zeros(seconds * 8_000, np.uint8).astype(np.int16), 8_000, format="WAV", subtype="PCM_U8")
    return file.getvalue()


PEAK = """
import json, os, resource, sys
from speech.confinement import confine
from speech.decoding import decode, load_decoders
from speech.errors import SpeechError
load_decoders()
data = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
confine(processor_s=3, max_duration_s=30)
try:
    decode(data, max_duration_s=30)
    code = "fine"
except SpeechError as error:
    code = error.code
used = resource.getrusage(resource.RUSAGE_SELF)
told = dict(code=code, grown_bytes=1024 * (used.ru_maxrss - before), processor_s=used.ru_utime)
os.write(1, json.dumps(told).encode())
os._exit(0)
"""


@needs_linux
@pytest.mark.parametrize("bomb", [flac_of_zeros, wav_of_zeros])
def test_memory_does_not_grow_with_the_bomb(bomb: Callable[[int], bytes]) -> None:
    grown: list[float] = []
    for seconds in (120, 2_400):
        data = bomb(seconds)
        done = subprocess.run([sys.executable, "-c", PEAK], input=data, cwd=ROOT, capture_output=True, check=True)
        told = json.loads(done.stdout)
        assert told["code"] == "too_long"
        assert told["processor_s"] < 3
        grown.append(told["grown_bytes"] - 3 * len(data))
    assert grown[1] < grown[0] + 5_000_000


def test_seconds_are_limited_at_their_own_sample_rate() -> None:
    for rate in (8_000, 96_000):
        file = io.BytesIO()
        soundfile.write(file, np.zeros(rate, np.int16), rate, format="WAV", subtype="PCM_16")
        assert len(decode(file.getvalue(), max_duration_s=1).samples) == rate
        with pytest.raises(TooLong):
            decode(file.getvalue(), max_duration_s=0.99)


def test_all_that_decoding_loads_is_loaded_before() -> None:
    code = (
        "import sys; from speech import decoding as d; d.load_decoders(); print('av.subtitles.stream' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
