"""Files that are still there after the power goes: write aside, sync, rename, sync the folder."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from classroom.store.trouble import told

PRIVATE = 0o600
PRIVATE_FOLDER = 0o700
UNFINISHED = ".*.part"
"""Pattern of files that are being written, or were when a process was stopped."""


_durable: set[Path] = set()
"""Folders whose names this process has synced."""


@told()
def make_folder(folder: Path) -> None:
    """Make a folder that only we may enter, and everything above it, so that it survives a crash.

    One that is there already may be another's, made just now and not synced yet: each process syncs its name once.
    """
    there = folder.is_dir()
    if there and folder in _durable:
        return
    if there:
        with suppress(PermissionError):  # the folder above need not be ours
            sync_folder(folder.parent)
    else:
        make_folder(folder.parent)
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        sync_folder(folder.parent)
    _durable.add(folder)


@told()
def write(path: Path, content: bytes, *, aside: Path | None = None) -> None:
    """Put a whole file in place, replacing one that is there; a reader sees the old one or the new one.

    Parameters
    ----------
    path, content : Path, bytes
        The file and what it will hold. Its folder exists.
    aside : Path, optional
        Folder of the same disk for the unfinished file; by default the file's own.
    """
    unfinished = _write_aside(aside or path.parent, content)
    try:
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@told()
def write_new(path: Path, content: bytes) -> bool:
    """Put a file in place unless there is one; True when it is ours. Two processes cannot both win."""
    unfinished = _write_aside(path.parent, content)
    try:
        os.link(unfinished, path)
    except FileExistsError:
        return False
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True


@told()
def remove(path: Path) -> None:
    """Take a file away for good; that it is gone already is fine."""
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable; systems other than POSIX do so by themselves or cannot be asked."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(file: BinaryIO) -> None:
    """Make an open file's content durable."""
    file.flush()
    os.fsync(file.fileno())


def _write_aside(folder: Path, content: bytes) -> Path:
    unfinished = folder / f".{secrets.token_hex(8)}.part"
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            sync_file(file)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return unfinished
