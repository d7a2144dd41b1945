"""Decoding in a process of its own, so that a file made to break a decoder breaks nothing else.

A helper process loads the decoders once and forks for every file: the fork takes a millisecond, holds nothing of other
people's files, and dies with its own. Where a system cannot fork, each file gets a new helper. What the fork may do,
and how much of that is certain, is told in `speech.confinement`. Its answer is not believed either: it must fit the
file's limits and repeat the secret of its question, so that a fork taken over by its file can neither fill this
process's memory nor answer for the next file.

Whose fault a death is decides whether a recording is refused for good. A crash, a limit that was reached or an answer
that is none come from the file. One that somebody else killed, such as a system short of memory, says nothing about it:
it is tried again, and then may come back later.
"""

import atexit
import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from speech.confinement import confine, leave_the_network
from speech.decoding import SAMPLE_RATES_HZ, Decoded, decode, load_decoders
from speech.errors import AudioError, DecoderLost, SpeechError, UnsupportedAudio

_ROOT = Path(__file__).resolve().parent.parent
_PROCESSOR_S = 3  # an honest recording of 30 s takes a tenth of a second
_PROCESSOR_S_PER_S = 0.1
_PATIENCE = 3  # a busy machine gives a process a third of a processor
_HEAD_BYTES = 4_000
_BEYOND_THE_DECODER = "a file that the decoder cannot cope with"
_COMMAND = (sys.executable, "-m", "speech.isolation")
_FORK_KILLED = 75  # a helper's exit code after somebody else ended its fork
_LAST_WORDS_S = 1.0
_SOON_S = 10
_MOST_LOSSES = 2
_MOST_SUSPECTS = 100

_idle: list["_Helper"] = []
_handing_over = threading.Lock()
_answered = 0
_suspects: dict[bytes, tuple[int, int]] = {}
"""Files whose decoder was killed: how often while others were read, and how many had been read the last time."""


class _Lost(Exception):
    """The process was ended from outside, or got no time."""


def decode_isolated(data: bytes, *, max_duration_s: float) -> Decoded:
    """Decode as `decoding.decode` does, in a process with limits on processor time, memory and files.

    Where the system knows no such limits (Windows), only the time limit holds.

    Parameters
    ----------
    data : bytes
        The whole file.
    max_duration_s : float
        As for `decode`.

    Returns
    -------
    Decoded

    Raises
    ------
    AudioError
        As `decode` does; `UnsupportedAudio` also where the process crashed or ran into a limit.
    DecoderLost
        The process was killed, twice, or got no time; the file may be fine.
    """
    try:
        outcome = _ask(data, max_duration_s)
    except _Lost as lost:
        raise _blamed(data) from lost
    if isinstance(outcome, AudioError):
        raise outcome
    return outcome


def _ask(data: bytes, max_duration_s: float) -> Decoded | AudioError:
    """Ask a helper; once more where somebody killed it.

    Raises
    ------
    UnsupportedAudio
        It crashed, ran into a limit or gave an answer that is none.
    _Lost
        It was killed twice, or the machine is too busy: then a second try would hold up others.
    """
    global _answered
    for is_last in (False, True):
        helper = _take()
        try:
            outcome = helper.ask(data, max_duration_s)
        except (ValueError, LookupError, TypeError) as error:
            helper.kill()
            raise UnsupportedAudio({"detail": _BEYOND_THE_DECODER}) from error
        except (OSError, EOFError) as error:
            helper.kill(after_s=_LAST_WORDS_S)
            if not helper.late and not helper.was_killed:
                raise UnsupportedAudio({"detail": _BEYOND_THE_DECODER}) from error
            if is_last or helper.late:
                raise _Lost from error
        else:
            with _handing_over:
                _answered += 1
                _idle.append(helper)
            return outcome
    raise _Lost


def _take() -> "_Helper":
    with _handing_over:
        helper = _idle.pop() if _idle else None
    if helper and not helper.alive:
        helper.kill()
        helper = None
    try:
        return helper or _Helper()
    except OSError as error:
        raise _Lost from error


def _blamed(data: bytes) -> SpeechError:
    """Say of a file whose decoder was killed that it may come back, unless it happens again and to no other."""
    name = hashlib.sha256(data).digest()
    with _handing_over:
        times, answered_then = _suspects.pop(name, (0, -1))
        # Where no file at all can be read, the trouble is the machine's, however long it lasts.
        times += answered_then != _answered
        if times > _MOST_LOSSES:
            return UnsupportedAudio({"detail": _BEYOND_THE_DECODER})
        _suspects[name] = (times, _answered)
        while len(_suspects) > _MOST_SUSPECTS:
            del _suspects[next(iter(_suspects))]
    return DecoderLost({"seconds": _SOON_S})


class _Helper:
    """A process that decodes one file at a time; it ends when this one does.

    Attributes
    ----------
    late : bool
        Whether it was ended because it took longer than a busy machine explains.
    """

    def __init__(self) -> None:
        self.late = False
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        environment = {"PATH": os.environ.get("PATH", ""), "SYSTEMROOT": os.environ.get("SYSTEMROOT", ""), **threads}
        self._process = subprocess.Popen(
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=environment,
            start_new_session=True,
        )

    @property
    def alive(self) -> bool:
        """Whether the process has not ended since the last file, as the system ends some when memory runs out."""
        return self._process.poll() is None

    @property
    def was_killed(self) -> bool:
        """Whether it, or the fork it waited for, was ended from outside."""
        return self._process.returncode in {-signal.SIGKILL, -signal.SIGTERM, _FORK_KILLED}

    def ask(self, data: bytes, max_duration_s: float) -> Decoded | AudioError:
        """Hand a file over and wait for the answer.

        Raises
        ------
        OSError, EOFError
            The process crashed, or took longer than any honest file does.
        ValueError, LookupError, TypeError
            Its answer is none.
        """
        stdin, stdout = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        alarm = threading.Timer(_PATIENCE * _processor_s(max_duration_s), self._give_up)
        alarm.start()
        try:
            question = {"bytes": len(data), "max_duration_s": max_duration_s, "secret": secrets.token_hex(16)}
            stdin.write(json.dumps(question).encode() + b"\n" + data)
            stdin.flush()
            head = stdout.readline(_HEAD_BYTES)
            if not head:
                raise EOFError
            answer = _checked(json.loads(head), question)
            samples = stdout.read(answer["bytes"])
            if len(samples) < answer["bytes"]:
                raise EOFError
        finally:
            alarm.cancel()
        if "error" in answer:
            return _errors()[answer["error"]](answer["facts"])
        return Decoded(np.frombuffer(samples, np.float32), answer["sample_rate"], answer["clipped"])

    def _give_up(self) -> None:
        self.late = True
        self.kill()

    def kill(self, *, after_s: float = 0.0) -> None:
        """End the process and the fork it may wait for, unless it ends by itself in that time and says why."""
        with suppress(subprocess.TimeoutExpired):
            if after_s:
                self._process.wait(after_s)
        if self._process.returncode is None:
            with suppress(OSError):
                if hasattr(os, "killpg"):
                    os.killpg(self._process.pid, signal.SIGKILL)
                else:
                    self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                cast("IO[bytes]", pipe).close()


@atexit.register
def _close() -> None:
    with _handing_over:
        while _idle:
            _idle.pop().kill()


def _errors() -> dict[str, type[AudioError]]:
    return {error.code: error for error in AudioError.__subclasses__()}


def _processor_s(max_duration_s: float) -> float:
    return _PROCESSOR_S + _PROCESSOR_S_PER_S * max_duration_s


def _checked(answer: dict[str, Any], question: dict[str, Any]) -> dict[str, Any]:
    """The answer, if an honest process could give it.

    Raises
    ------
    ValueError, KeyError
        It could not.
    """
    if answer["secret"] != question["secret"]:
        raise ValueError("an answer to another question")
    if "error" in answer:
        fits = answer["bytes"] == 0
    else:
        lowest, highest = SAMPLE_RATES_HZ
        most_bytes = question["max_duration_s"] * answer["sample_rate"] * np.dtype(np.float32).itemsize
        fits = lowest <= answer["sample_rate"] <= highest and 0 <= answer["bytes"] <= most_bytes
        fits = fits and 0.0 <= answer["clipped"] <= 1.0
    if not fits:
        raise ValueError("an answer that no file can have")
    return answer


def _serve() -> None:
    """Answer one file after another, each in a fork; a fork that fails leaves the pipes unusable and ends it all."""
    load_decoders()
    leave_the_network()
    stdin = os.fdopen(0, "rb", buffering=0)
    while head := stdin.readline():
        request = json.loads(head)
        if not hasattr(os, "fork"):
            _answer(stdin, request)
            return
        child = os.fork()
        if child == 0:
            # Whatever happens, the fork must never come back to the loop.
            with suppress(BaseException):
                _answer(stdin, request)
                os._exit(0)
            os._exit(1)
        _, status, used = os.wait4(child, 0)
        if status != 0:
            left_s = _processor_s(request["max_duration_s"]) - used.ru_utime - used.ru_stime
            was_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) in {signal.SIGKILL, signal.SIGTERM}
            # The limit on processor time kills as well, about when it is reached.
            sys.exit(_FORK_KILLED if was_killed and left_s > 1 else 1)


def _answer(stdin: IO[bytes], request: dict[str, Any]) -> None:
    max_duration_s = request["max_duration_s"]
    confine(processor_s=_processor_s(max_duration_s), max_duration_s=max_duration_s)
    parts: list[bytes] = []
    missing = request["bytes"]
    while missing and (part := stdin.read(missing)):
        parts.append(part)
        missing -= len(part)
    samples = b""
    try:
        decoded = decode(b"".join(parts), max_duration_s=max_duration_s)
        samples = np.ascontiguousarray(decoded.samples, np.float32).tobytes()
        head = {"sample_rate": decoded.sample_rate, "clipped": decoded.clipped}
    except SpeechError as error:
        head = {"error": error.code, "facts": error.facts}
    head |= {"bytes": len(samples), "secret": request["secret"]}
    left = memoryview(json.dumps(head).encode() + b"\n" + samples)
    while left:
        left = left[os.write(1, left) :]


if __name__ == "__main__":
    _serve()
