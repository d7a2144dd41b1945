"""The master key: held in a file of its own or in the environment, never in the database or a backup."""

from pathlib import Path

from classroom.errors import WrongMasterKey
from classroom.store import durable, sealing

FILE = "master.key"


class MasterKeys:
    """Reads the master keys: the first one seals, all of them open.

    Two exist only while keys are rotated.

    Parameters
    ----------
    folder : Path
        Where ``master.key`` lies.
    given : str
        Keys in base64, separated by commas, that go before the file; empty for none.
    """

    def __init__(self, folder: Path, given: str = "") -> None:
        self._path = folder / FILE
        self._given = given
        self._known: tuple[bytes, ...] = ()

    @property
    def given(self) -> bool:
        """Whether the environment holds the key, so that the file is not ours to change."""
        return bool(self._given)

    @property
    def there(self) -> bool:
        """Whether there is a key at all."""
        return bool(self._given) or self._path.exists()

    def create(self) -> None:
        """Make a key unless there is one."""
        if not self.there:
            durable.write_new(self._path, _spelled([sealing.new_key()]))

    def read(self) -> tuple[bytes, ...]:
        """Read the keys as they are now.

        Raises
        ------
        WrongMasterKey
            There is none, or it cannot be read.
        """
        try:
            lines = self._given.split(",") if self._given else self._path.read_text("ascii").split()
            self._known = tuple(sealing.read_key(line.strip()) for line in lines)
        except (ValueError, FileNotFoundError) as error:
            raise WrongMasterKey from error
        if not self._known:
            raise WrongMasterKey
        return self._known

    def current(self) -> bytes:
        """Give the key that seals, as the file says now."""
        return self.read()[0]

    def opening(self, name: str) -> bytes:
        """Give the key of that name; the file is read again when it is new to us.

        Raises
        ------
        WrongMasterKey
            There is no such key.
        """
        for keys in (self._known, None):
            for key in self.read() if keys is None else keys:
                if sealing.name_key(key) == name:
                    return key
        raise WrongMasterKey

    def write(self, keys: list[bytes]) -> None:
        """Replace the file."""
        durable.write(self._path, _spelled(keys))
        self._known = tuple(keys)


def _spelled(keys: list[bytes]) -> bytes:
    return "".join(f"{sealing.write_key(key)}\n" for key in keys).encode("ascii")
