"""Pulling the plug: run work in a fork and kill it, without warning, at a chosen writing step or after some time.

A writing step is a system call that changes a file or a folder, or syncs one: also those inside SQLite. The kernel
stops the fork at each (seccomp and ptrace, on Linux for x86-64); elsewhere only the time can be chosen.
"""

import ctypes
import os
import platform
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

Work = Callable[[int], None]
"""What the fork does; it gets the handle that it acknowledges on."""

_CALLS = {
    1: "write",
    18: "write",
    20: "write",
    74: "sync",
    75: "sync",
    76: "cut",
    77: "cut",
    82: "rename",
    264: "rename",
    316: "rename",
    86: "link",
    265: "link",
    87: "unlink",
    263: "unlink",
    83: "mkdir",
    258: "mkdir",
}
_BY_PATH = {82: (0, 1), 264: (1, 3), 316: (1, 3), 86: (0, 1), 265: (1, 3), 87: (0,), 263: (1,), 83: (0,), 258: (1,)}
"""Which arguments are paths; the other calls have a handle for their first."""

_HAS_LENGTH = frozenset({1, 18})
_REGISTERS = (112, 104, 96, 56)
"""Where the arguments lie in the kernel's `struct user`: rdi, rsi, rdx, r10."""
_NUMBER = 120

_TRACE_ME, _PEEK, _POKE, _GO_ON, _TO_NEXT_CALL, _OPTIONS = 0, 3, 6, 7, 24, 0x4200
_TELL_CALLS, _TELL_CHOSEN, _DIE_WITH_US = 0x01, 0x80, 0x100000
_NO_NEW_RIGHTS, _FILTER_CALLS, _FILTER_MODE = 38, 22, 2
_LONGEST_PATH = 4096
_IN_CASE_OF_BUG = 70


@dataclass(frozen=True, slots=True)
class Step:
    """One writing step: what it did ("write", "sync", "rename", "said", ...) and to which files."""

    kind: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pull:
    """When to kill: before a writing step, or in the middle of it (`torn`), or after some seconds; else not at all."""

    step: int | None = None
    torn: bool = False
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a fork: what it acknowledged, line by line, its steps, and whether it was killed."""

    said: tuple[str, ...]
    steps: tuple[Step, ...]
    killed: bool


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("true", ctypes.c_uint8), ("false", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def can_step() -> bool:
    """Whether steps can be counted here; what forbids it, such as a container's rules, is only seen in trying."""
    return sys.platform == "linux" and platform.machine() == "x86_64"


def run(work: Work, pull: Pull) -> Ran:
    """Run work in a fork of this process, which needs to have one thread only, until it ends or is killed.

    Raises
    ------
    RuntimeError
        The work failed by itself.
    """
    reading, writing = os.pipe()
    stepping = pull.seconds is None and can_step()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_the_fork(work, writing, stepping=stepping)
    os.close(writing)
    try:
        steps, status = _step_through(child, pull) if stepping else ((), _wait(child, pull))
        with os.fdopen(reading, "rb", closefd=False) as pipe:
            said = pipe.read().decode().splitlines(keepends=True)
    finally:
        os.close(reading)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    if not killed and status != 0:
        raise RuntimeError(f"The work ended with status {status}.")
    # A line that broke off was not said.
    return Ran(tuple(line for line in said if line.endswith("\n")), steps, killed)


def _be_the_fork(work: Work, writing: int, *, stepping: bool) -> None:
    code = _IN_CASE_OF_BUG
    with suppress(BaseException):
        if stepping:
            _ptrace(_TRACE_ME, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
            _stop_at_writing_steps()
        try:
            work(writing)
            code = 0
        except BaseException:  # noqa: BLE001
            traceback.print_exc()
    os._exit(code)


def _wait(child: int, pull: Pull) -> int:
    def kill() -> None:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)

    timer = threading.Timer(pull.seconds or 0.0, kill)
    if pull.seconds is not None:
        timer.start()
    try:
        return os.waitpid(child, 0)[1]
    finally:
        timer.cancel()
        if pull.seconds is not None:
            timer.join()  # the next fork must find one thread only


def _step_through(child: int, pull: Pull) -> tuple[tuple[Step, ...], int]:
    steps: list[Step] = []
    for status in _stops(child):
        if not os.WIFSTOPPED(status):
            return tuple(steps), status
        step = _step(child)
        # Acknowledging writes into no file: dying before it is dying after the step before.
        if step.kind != "said" and sum(one.kind != "said" for one in steps) == pull.step:
            if pull.torn:
                _halve(child)
            os.kill(child, signal.SIGKILL)
            return tuple(steps), os.waitpid(child, 0)[1]
        steps.append(step)
    raise RuntimeError("The fork went without a word.")


def _stops(child: int) -> Generator[int]:
    """Let the fork go from one writing step to the next; last comes the status it ended with."""
    _, status = os.waitpid(child, 0)
    if os.WIFSTOPPED(status):
        _ptrace(_OPTIONS, child, 0, _TELL_CALLS | _TELL_CHOSEN | _DIE_WITH_US)
    while os.WIFSTOPPED(status):
        _ptrace(_GO_ON, child)
        _, status = os.waitpid(child, 0)
        yield status


def _step(child: int) -> Step:
    number = _ptrace(_PEEK, child, _NUMBER)
    arguments = [_ptrace(_PEEK, child, place) for place in _REGISTERS]
    if number in _BY_PATH:
        return Step(_CALLS[number], tuple(_path(child, arguments[place]) for place in _BY_PATH[number]))
    file = str(Path(f"/proc/{child}/fd/{arguments[0]}").readlink())
    return Step("said" if file.startswith("pipe:") else _CALLS[number], (file,))


def _halve(child: int) -> None:
    """Let the call write the first half of what it was to write."""
    if _ptrace(_PEEK, child, _NUMBER) not in _HAS_LENGTH:
        return
    length = _ptrace(_PEEK, child, _REGISTERS[2])
    _ptrace(_POKE, child, _REGISTERS[2], length // 2)
    _ptrace(_TO_NEXT_CALL, child)
    os.waitpid(child, 0)


def _path(child: int, address: int) -> str:
    with Path(f"/proc/{child}/mem").open("rb", buffering=0) as memory:
        memory.seek(address)
        return os.fsdecode(memory.read(_LONGEST_PATH).partition(b"\0")[0])


def _stop_at_writing_steps() -> None:
    """Have the kernel stop this process at those calls and no others."""
    load_number, is_equal, end = 0x20, 0x15, 0x06
    trace, allow = 0x7FF00000, 0x7FFF0000
    numbers = sorted(_CALLS)
    lines = [(load_number, 0, 0, 0)]
    lines += [(is_equal, len(numbers) - place, 0, number) for place, number in enumerate(numbers)]
    lines += [(end, 0, 0, allow), (end, 0, 0, trace)]
    instructions = (_Instruction * len(lines))(*lines)
    program = _Program(len(lines), instructions)
    libc = _libc()
    for call in ((_NO_NEW_RIGHTS, 1, 0), (_FILTER_CALLS, _FILTER_MODE, ctypes.addressof(program))):
        if libc.prctl(call[0], ctypes.c_ulong(call[1]), ctypes.c_void_p(call[2]), 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")


def _ptrace(request: int, process: int, address: int = 0, data: int = 0) -> int:
    libc = _libc()
    libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
    libc.ptrace.restype = ctypes.c_long
    ctypes.set_errno(0)
    answer: int = libc.ptrace(request, process, address, data)
    if answer == -1 and ctypes.get_errno():
        raise OSError(ctypes.get_errno(), "ptrace")
    return answer


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
