"""A network of this process's own, with nothing in it but the computer itself, and who tries to leave it."""

import ctypes
import ipaddress
import socket
import struct
import sys
from contextlib import suppress
from typing import Any

_NEW_NETWORK = 0x4000_0000
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1
_NOWHERE = "192.0.2.1"

attempts: list[str] = []
"""Names and addresses of other computers that this process asked for; without a network that fails, but is wrong."""


def watch_the_network() -> None:
    """Note every attempt of this process, from now until it ends, to reach another computer."""
    sys.addaudithook(_note)


def _note(event: str, details: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        one, address = details
        host = address[0] if one.family in {socket.AF_INET, socket.AF_INET6} else None
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = details[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host or "localhost"
    if name not in {"localhost", _NOWHERE} and not _is_loopback(name):
        attempts.append(name)


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def leave_the_network() -> None:
    """Move this thread, and every thread and process it starts from now on, where nothing else can be reached.

    Only Linux has such places, and only to root does it give them here; elsewhere nothing changes.
    """
    if not sys.platform.startswith("linux") or ctypes.CDLL(None).unshare(_NEW_NETWORK):
        return
    import fcntl

    # Interfaces are down in a new place, the computer's own included.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        flags = struct.unpack("16sh", fcntl.ioctl(one, _GET_FLAGS, struct.pack("16sh", b"lo", 0)))[1]
        fcntl.ioctl(one, _SET_FLAGS, struct.pack("16sh", b"lo", flags | _UP))


def is_alone() -> bool:
    """Tell whether there is no way out."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.connect((_NOWHERE, 53))
        return False
    return True
