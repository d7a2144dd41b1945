"""A network of this process's own, with nothing in it but the computer itself."""

import ctypes
import socket
import struct
import sys
from contextlib import suppress

_NEW_NETWORK = 0x4000_0000
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1


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
        one.connect(("192.0.2.1", 53))
        return False
    return True
