"""`School`: the classroom's store as the web app uses it, opened when it is first needed, and the time."""

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from classroom.store import Store
from classroom.store.store import DATABASE
from speech.settings import Settings
from web.limits import Limits


def clock() -> datetime:
    """Give the time of day, UTC."""
    return datetime.now(UTC)


class School:
    """Opens the store for the first who asks; practising without an account never touches it.

    Parameters
    ----------
    settings : Settings
        Where the store is.
    now : callable
        The clock.
    store : Store, optional
        One that is open already.

    Attributes
    ----------
    limits : Limits
        How often somebody may try what can be tried too often.
    """

    def __init__(self, settings: Settings, *, now: Callable[[], datetime] = clock, store: Store | None = None) -> None:
        self.settings = settings
        self.now = now
        self.limits = Limits(practice_per_minute=settings.practice_per_minute)
        self._store = store
        self._opening = threading.Lock()

    @property
    def store(self) -> Store:
        """The store.

        Raises
        ------
        StoreError
            It cannot be opened; the next call tries again.
        """
        with self._opening:
            if self._store is None:
                self._store = Store.from_settings(self.settings)
            return self._store

    @property
    def exists(self) -> bool:
        """Whether there is a store, so that looking into it makes none."""
        if self._store is not None or self.settings.database_url:
            return True
        return (self.settings.data_place() / DATABASE).exists()

    @property
    def is_open(self) -> bool:
        """Whether somebody has needed the store yet."""
        return self._store is not None

    @property
    def retention(self) -> timedelta:
        """How long recordings are kept."""
        return timedelta(days=self.settings.retention_days)

    def csrf(self, token: str) -> str:
        """Give what a form of this session has to carry: nobody can know it who cannot read our pages."""
        return self.store.mac("csrf", token)

    def is_csrf(self, token: str, sent: str) -> bool:
        """Tell whether a form carries what it has to."""
        return secrets.compare_digest(self.csrf(token).encode(), sent.encode())

    def close(self) -> None:
        """Let go of the store."""
        with self._opening:
            if self._store is not None:
                self._store.close()
                self._store = None
