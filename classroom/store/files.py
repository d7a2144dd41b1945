"""Sealed recordings in files beside the database, each named by the SHA-256 of what is in it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from classroom.errors import RecordingDamaged
from classroom.store import durable
from classroom.store.trouble import told

FOLDER = "recordings"
_INCOMING = "incoming"


class RecordingFiles:
    """Writes and reads files that are already sealed; what they are of is the database's to know.

    Parameters
    ----------
    folder : Path
        The data folder; files lie in ``recordings/ab/abcd...`` below it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._incoming = self._folder / _INCOMING
        durable.make_folder(self._incoming)

    def put(self, sealed: bytes) -> str:
        """Write a file and sync it and its folder to disk; answers its SHA-256.

        Only after this may a row name the file, and only after that row is committed may anybody be told.
        """
        sha256 = hashlib.sha256(sealed).hexdigest()
        path = self.path(sha256)
        durable.make_folder(path.parent)
        durable.write(path, sealed, aside=self._incoming)
        return sha256

    def read(self, sha256: str) -> bytes:
        """Read a file and check that it is what was written.

        Raises
        ------
        RecordingDamaged
            It is missing, or its bytes have changed.
        """
        try:
            with told():
                sealed = self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise RecordingDamaged from error
        if hashlib.sha256(sealed).hexdigest() != sha256:
            raise RecordingDamaged
        return sealed

    def remove(self, sha256: str) -> None:
        """Take a file away."""
        durable.remove(self.path(sha256))

    def has(self, sha256: str) -> bool:
        """Whether the file is there."""
        return self.path(sha256).exists()

    def path(self, sha256: str) -> Path:
        """Where the file of that hash lies."""
        return self._folder / sha256[:2] / sha256

    def __iter__(self) -> Iterator[Path]:
        """Every file there is, unfinished ones too."""
        yield from (path for path in self._folder.rglob("*") if path.is_file())
