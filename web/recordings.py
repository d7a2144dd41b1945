"""Learners' recordings on their short way through the server: owner-checked, size-limited, soon deleted."""

import asyncio
import contextlib
import math
import secrets
import tempfile
import threading
import time
from collections.abc import AsyncIterable, Callable, Collection
from dataclasses import dataclass
from typing import BinaryIO, cast

from speech.errors import EmptyFile, FileTooLarge
from web.errors import Busy, RecordingGone
from web.owners import new_token

_PER_OWNER = 4
_TOTAL_BYTES = 500_000_000
_MAX_RECORDINGS = 400  # each holds a file open; systems often allow 1,024
_SHARE_OF_AN_ADDRESS = 0.75
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class StoredRecording:
    """One recording on disk.

    Parameters
    ----------
    id, owner : str
        Both 128 random bits, made here; the owner travels in a cookie no script can read.
    address : str
        Where it came from, as `web.limits.address_of` gives it.
    file : binary file
        A temporary file without a name: other programs cannot open it, and it is gone when this one ends, however.
    stored_bytes : int
        Size of the file.
    expires_s : float
        When it is deleted, on the store's clock.
    """

    id: str
    owner: str
    address: str
    file: BinaryIO
    stored_bytes: int
    expires_s: float


class RecordingStore:
    """Keeps recordings until they are judged or expire; nothing outlives the server, not even `kill -9`.

    Parameters
    ----------
    max_bytes : int
        Largest recording, counted while reading.
    lifetime_s : float
        Seconds until an unused recording is deleted.
    total_bytes : int
        Room for all recordings together; beyond it new ones are refused.
    clock : callable
        Seconds that only grow.
    """

    def __init__(
        self,
        *,
        max_bytes: int,
        lifetime_s: float,
        total_bytes: int = _TOTAL_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_bytes = max_bytes
        self._lifetime_s = lifetime_s
        self._total_bytes = total_bytes
        self._clock = clock
        self._recordings: dict[str, StoredRecording] = {}
        self._one_reads = threading.Lock()

    async def save(self, chunks: AsyncIterable[bytes], *, owner: str, address: str = "") -> StoredRecording:
        """Write a recording to disk while it arrives; the oldest of its owner's, or of its address's many, give way.

        Raises
        ------
        FileTooLarge
            More bytes than one recording may have.
        EmptyFile
            No bytes at all.
        Busy
            No room for more recordings at the moment.
        """
        self.sweep()
        if self._is_full(self._recordings.values(), share=1.0):
            # They were sent one after the other, and are deleted so.
            first = next(iter(self._recordings.values()))
            raise Busy({"seconds": math.ceil(first.expires_s - self._clock())})
        file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - lives as long as the recording
        try:
            stored_bytes = await self._write(chunks, file)
        except BaseException:
            # Also when the browser hangs up half-way: half a recording must not stay.
            file.close()
            raise
        stored = StoredRecording(new_token(), owner, address, file, stored_bytes, self._clock() + self._lifetime_s)
        self._recordings[stored.id] = stored
        self._make_room(stored)
        return stored

    async def _write(self, chunks: AsyncIterable[bytes], file: BinaryIO) -> int:
        written = 0
        async for chunk in chunks:
            written += len(chunk)
            if written > self._max_bytes:
                raise FileTooLarge({"megabytes": written / _MEGABYTE, "limit": self._max_bytes / _MEGABYTE})
            await asyncio.to_thread(file.write, chunk)
        if not written:
            raise EmptyFile
        return written

    def _make_room(self, latest: StoredRecording) -> None:
        """Take the oldest from who has too many: a browser, or an address, lest it leaves no room for others.

        Behind an address may be a class: who floods the server from there finds others' recordings gone only if they
        waited longer for their check than the flood needs to go round, and then their browsers send them again.
        """
        own = [kept.id for kept in self._recordings.values() if kept.owner == latest.owner]
        for identifier in own[:-_PER_OWNER]:
            self._remove(identifier)
        near = [kept for kept in self._recordings.values() if kept.address == latest.address]
        while len(near) > 1 and self._is_full(near[1:], share=_SHARE_OF_AN_ADDRESS):
            self._remove(near.pop(0).id)

    def _is_full(self, kept: Collection[StoredRecording], *, share: float) -> bool:
        kept_bytes = sum(one.stored_bytes for one in kept)
        return kept_bytes >= share * self._total_bytes or len(kept) >= share * _MAX_RECORDINGS

    def find(self, identifier: str, *, owner: str | None) -> StoredRecording:
        """Look up a recording for the one who made it.

        Raises
        ------
        RecordingGone
            It expired, never was, or is somebody else's: the caller cannot tell which.
        """
        self.sweep()
        stored = self._recordings.get(identifier)
        if stored is None or owner is None or not secrets.compare_digest(stored.owner, owner):
            raise RecordingGone
        return stored

    async def read(self, identifier: str, *, owner: str | None) -> bytes:
        """Give a recording's bytes to be judged for the one who made it.

        Raises
        ------
        RecordingGone
            As in `find`.
        """
        file = self.find(identifier, owner=owner).file
        try:
            return await asyncio.to_thread(self._whole, file)
        except ValueError as error:  # deleted meanwhile
            raise RecordingGone from error

    def _whole(self, file: BinaryIO) -> bytes:
        with self._one_reads:
            file.seek(0)
            return file.read()

    def delete(self, identifier: str, *, owner: str | None) -> None:
        """Delete a recording now, if it is the owner's; deleting twice is fine."""
        with contextlib.suppress(RecordingGone):
            self._remove(self.find(identifier, owner=owner).id)

    def sweep(self) -> None:
        """Delete what has expired."""
        now_s = self._clock()
        for identifier in [kept.id for kept in self._recordings.values() if kept.expires_s <= now_s]:
            self._remove(identifier)

    def close(self) -> None:
        """Delete everything."""
        for identifier in list(self._recordings):
            self._remove(identifier)

    def _remove(self, identifier: str) -> None:
        self._recordings.pop(identifier).file.close()
