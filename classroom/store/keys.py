"""One data key for every person, each in a file of its own, wrapped by the master key.

They lie outside the database and outside backups: what is destroyed here cannot come back from an archive.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from classroom.errors import KeyGone, KeysMissing, WrongMasterKey
from classroom.store import durable, sealing
from classroom.store.master import MasterKeys
from classroom.store.trouble import told

FOLDER = "keys"
STORE = "store"
"""Owner of the key that hashes names and chains the audit."""

_OWNER = re.compile(r"[0-9a-z]{1,40}")
_NAME_LENGTH = 16


class KeyFolder:
    """Makes, opens and destroys data keys.

    Parameters
    ----------
    folder : Path
        The data folder; the keys lie in ``keys/`` below it.
    master : MasterKeys
        What wraps them.
    """

    def __init__(self, folder: Path, master: MasterKeys) -> None:
        self._folder = folder / FOLDER
        self.master = master
        durable.make_folder(self._folder)
        self._store_key: bytes | None = None

    def create(self, owner: str) -> str:
        """Make a key, durably, before anything is sealed with it; answers its id."""
        key = sealing.new_key()
        while True:
            master = self.master.current()
            durable.write(self._path(owner), _wrap(master, owner, key))
            # A rotation that began meanwhile may not have seen our file.
            if self.master.current() == master:
                return sealing.name_key(key)

    def open(self, owner: str) -> bytes:
        """Read a key.

        Raises
        ------
        KeyGone
            It was destroyed, or never was.
        WrongMasterKey
            The master key does not open it.
        """
        try:
            with told():
                wrapped = self._path(owner).read_bytes()
        except FileNotFoundError as error:
            raise KeyGone from error
        if not any(wrapped):  # stopped between overwriting and unlinking
            raise KeyGone
        return self._unwrap(owner, wrapped)

    def store_key(self) -> bytes:
        """Give the key that belongs to nobody: it hashes names and chains the audit."""
        if self._store_key is None:
            try:
                self._store_key = self.open(STORE)
            except KeyGone as error:
                raise KeysMissing({"name": f"{FOLDER}/{STORE}.key"}) from error
        return self._store_key

    def create_store_key(self) -> None:
        """Make the key that belongs to nobody, unless another process just did."""
        durable.write_new(self._path(STORE), _wrap(self.master.current(), STORE, sealing.new_key()))

    def has(self, owner: str) -> bool:
        """Whether there is a key."""
        return self._path(owner).exists()

    def destroy(self, owner: str) -> None:
        """Take a person's key away for good: overwritten where the disk allows it, then unlinked."""
        path = self._path(owner)
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            return
        durable.write(path, bytes(size))
        durable.remove(path)

    def owners(self) -> list[str]:
        """Everybody who has a key, in order."""
        return sorted(path.stem for path in self._folder.glob("*.key"))

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every owner and the wrapped key, as a copy of the keys holds them."""
        for owner in self.owners():
            with suppress(FileNotFoundError):
                wrapped = self._path(owner).read_bytes()
                if any(wrapped):
                    yield owner, wrapped

    def unfinished(self) -> Iterator[Path]:
        """Files that a process left behind when it was stopped while writing a key; they hold keys too."""
        yield from self._folder.glob(durable.UNFINISHED)
        yield from self._folder.parent.glob(durable.UNFINISHED)

    def put_back(self, owner: str, wrapped: bytes) -> None:
        """Write a wrapped key from a copy of the keys; an owner's name that is none is refused by `ValueError`."""
        if not _OWNER.fullmatch(owner):
            raise ValueError(owner)
        durable.write(self._path(owner), wrapped)

    def rotate(self) -> int:
        """Wrap every key with a new master key, then forget the old one; answers how many.

        With the master key in the environment, its first key is the new one and nothing is forgotten: that is the
        operator's to do. Stopped at any moment, it can be run again.
        """
        if not self.master.given:
            self.master.write([sealing.new_key(), *self.master.read()])
        newest = self.master.current()
        wrapped = sum(self._wrap_anew(owner, newest) for owner in self.owners())
        if not self.master.given:
            self.master.write([newest])
        return wrapped

    def _wrap_anew(self, owner: str, master: bytes) -> bool:
        try:
            key = self.open(owner)
        except KeyGone:
            return False
        if self.has(owner):
            durable.write(self._path(owner), _wrap(master, owner, key))
        return True

    def _path(self, owner: str) -> Path:
        return self._folder / f"{owner}.key"

    def _unwrap(self, owner: str, wrapped: bytes) -> bytes:
        name = wrapped[:_NAME_LENGTH].decode("ascii", "replace")
        master = self.master.opening(name)
        try:
            return sealing.unseal(master, wrapped[_NAME_LENGTH:], f"key:{owner}")
        except sealing.Unsealable as error:
            raise WrongMasterKey from error


def _wrap(master: bytes, owner: str, key: bytes) -> bytes:
    return sealing.name_key(master).encode("ascii") + sealing.seal(master, key, f"key:{owner}")
