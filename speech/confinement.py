"""What a process that decodes a stranger's file may still do: compute, read its question and write its answer.

Guaranteed wherever the system has resource limits (Linux, macOS): no file, socket or pipe can be opened any more, since
the process may have no further descriptor; no byte written to a file; no core dump; an end to its processor time.
Linux also holds the limit on memory. Best effort, on Linux with x86-64 or ARM64 and a kernel that lets a process give
up rights of its own (containers may forbid it): a filter of system calls, after which opening, connecting, starting a
process or thread and signalling another one all fail, whatever code runs; and a network of its own, without any
interface. Windows has none of these; there only the time limit of `speech.isolation` holds.
"""

import ctypes
import platform
import struct
import sys
from contextlib import suppress
from pathlib import Path

_MEMORY_BYTES = 300_000_000  # beside the libraries: the file, copies of it, what a decoder needs
_MEMORY_BYTES_PER_S = 12_000_000  # eight channels of 96 kHz in four bytes, four times over

# What computing and answering need, with its number on each processor. No `open`, `socket`, `clone`, `execve`, `kill`,
# `ptrace`, `ioctl` or `prctl` among them.
_CALLS = (
    ("read", 0, 63),
    ("write", 1, 64),
    ("close", 3, 57),
    ("lseek", 8, 62),
    ("mmap", 9, 222),
    ("mprotect", 10, 226),
    ("munmap", 11, 215),
    ("brk", 12, 214),
    ("rt_sigaction", 13, 134),
    ("rt_sigprocmask", 14, 135),
    ("rt_sigreturn", 15, 139),
    ("sched_yield", 24, 124),
    ("mremap", 25, 216),
    ("madvise", 28, 233),
    ("nanosleep", 35, 101),
    ("getpid", 39, 172),
    ("getrusage", 98, 165),
    ("exit", 60, 93),
    ("gettid", 186, 178),
    ("futex", 202, 98),
    ("sched_getaffinity", 204, 123),
    ("clock_gettime", 228, 113),
    ("clock_nanosleep", 230, 115),
    ("exit_group", 231, 94),
    ("getrandom", 318, 278),
)
_PROCESSORS = {"x86_64": (1, 0xC000_003E), "aarch64": (2, 0xC000_00B7)}  # column of `_CALLS`, the kernel's name
_LOAD_WORD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _NOT_PERMITTED = 0x7FFF_0000, 0x0005_0001
_CALL_OFFSET, _PROCESSOR_OFFSET = 0, 4
_SET_SECCOMP, _FILTER, _SET_NO_NEW_PRIVILEGES = 22, 2, 38
_NEW_USERS, _NEW_NETWORK = 0x1000_0000, 0x4000_0000


def leave_the_network() -> bool:
    """Move this process, and what it forks, into a network of its own that has no interface.

    Returns
    -------
    bool
        Whether the system let it.
    """
    if not sys.platform.startswith("linux"):
        return False
    with suppress(OSError, AttributeError):
        return ctypes.CDLL(None).unshare(_NEW_USERS | _NEW_NETWORK) == 0
    return False


def confine(*, processor_s: float, max_duration_s: float) -> bool:
    """Give up everything but computing, for good; whatever will be needed must be loaded before.

    Parameters
    ----------
    processor_s : float
        Processor time until the process is killed.
    max_duration_s : float
        Seconds of sound that must fit into memory.

    Returns
    -------
    bool
        Whether system calls are filtered; the limits hold in any case.
    """
    memory_bytes = _mapped_bytes() + _MEMORY_BYTES + round(_MEMORY_BYTES_PER_S * max_duration_s)
    program = _filter()
    filtered = program is not None and _give_up_rights()
    _limit(processor_s=processor_s, memory_bytes=memory_bytes)
    return filtered and program is not None and _filter_calls(program)


def _limit(*, processor_s: float, memory_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    for limit, value in (
        (resource.RLIMIT_CPU, max(1, round(processor_s))),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),  # does not hold back root
        (resource.RLIMIT_NOFILE, 0),
    ):
        highest = resource.getrlimit(limit)[1]
        if highest != resource.RLIM_INFINITY:
            value = min(value, highest)
        # macOS refuses to limit the address space below what is mapped already.
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))


def _mapped_bytes() -> int:
    """Address space in use; where the system does not tell, what the libraries take at most."""
    with suppress(OSError, ValueError, IndexError):
        import resource

        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    return 1_000_000_000


def _filter() -> bytes | None:
    """The filter as a program for the kernel: the right processor and a call of the list, or "not permitted"."""
    if not sys.platform.startswith("linux") or platform.machine() not in _PROCESSORS or sys.maxsize < 1 << 32:
        return None
    column, processor = _PROCESSORS[platform.machine()]
    calls = [int(call[column]) for call in _CALLS]
    lines = [(_LOAD_WORD, 0, 0, _PROCESSOR_OFFSET), (_JUMP_IF_EQUAL, 0, len(calls) + 1, processor)]
    lines.append((_LOAD_WORD, 0, 0, _CALL_OFFSET))
    lines += [(_JUMP_IF_EQUAL, len(calls) - index, 0, call) for index, call in enumerate(calls)]
    lines += [(_RETURN, 0, 0, _NOT_PERMITTED), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _give_up_rights() -> bool:
    with suppress(OSError, AttributeError):
        return ctypes.CDLL(None).prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    return False


def _filter_calls(program: bytes) -> bool:
    class _Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("lines", ctypes.c_char_p))

    handed_over = _Program(len(program) // 8, program)
    with suppress(OSError, AttributeError):
        return ctypes.CDLL(None).prctl(_SET_SECCOMP, _FILTER, ctypes.byref(handed_over), 0, 0) == 0
    return False
