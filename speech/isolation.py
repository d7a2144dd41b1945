"""Decoding in a process of its own, so that a file made to break a decoder breaks nothing else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from speech.decoding import Decoded, decode
from speech.errors import AudioError, SpeechError, UnsupportedAudio

_ROOT = Path(__file__).resolve().parent.parent
_MEMORY_BYTES = 1_500_000_000  # address space; the libraries alone map some 500 MB
_PROCESSOR_S = 10  # an honest recording of 30 s takes a tenth of a second
_PROCESSOR_S_PER_S = 0.1
_PATIENCE = 3  # a busy machine gives a process a third of a processor
_BEYOND_THE_DECODER = "a file that the decoder cannot cope with"


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
    """
    command = [sys.executable, "-m", "speech.isolation", str(max_duration_s)]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    environment = {"PATH": os.environ.get("PATH", ""), "SYSTEMROOT": os.environ.get("SYSTEMROOT", ""), **threads}
    try:
        done = subprocess.run(
            command,
            input=data,
            capture_output=True,
            cwd=_ROOT,
            env=environment,
            timeout=_PATIENCE * _processor_s(max_duration_s),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnsupportedAudio({"detail": _BEYOND_THE_DECODER}) from error
    head, _, samples = done.stdout.partition(b"\n")
    if done.returncode != 0 or not head:
        raise UnsupportedAudio({"detail": _BEYOND_THE_DECODER})
    answer = json.loads(head)
    if "error" in answer:
        raise _errors()[answer["error"]](answer["facts"])
    return Decoded(np.frombuffer(samples, np.float32), answer["sample_rate"], answer["clipped"])


def _errors() -> dict[str, type[AudioError]]:
    return {error.code: error for error in AudioError.__subclasses__()}


def _processor_s(max_duration_s: float) -> int:
    return round(_PROCESSOR_S + _PROCESSOR_S_PER_S * max_duration_s)


def _limit_this_process(processor_s: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    for limit, value in (
        (resource.RLIMIT_CPU, processor_s),
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def _main() -> None:
    max_duration_s = float(sys.argv[1])
    _limit_this_process(_processor_s(max_duration_s))
    try:
        decoded = decode(sys.stdin.buffer.read(), max_duration_s=max_duration_s)
    except SpeechError as error:
        sys.stdout.write(json.dumps({"error": error.code, "facts": error.facts}) + "\n")
        return
    head = json.dumps({"sample_rate": decoded.sample_rate, "clipped": decoded.clipped}) + "\n"
    sys.stdout.buffer.write(head.encode() + np.ascontiguousarray(decoded.samples, np.float32).tobytes())


if __name__ == "__main__":
    _main()
