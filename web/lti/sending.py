"""Sends totals of released work to platforms in the background; nobody has to wait for a platform."""

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

from classroom import gradebook
from speech.errors import SpeechError
from web.lti.services import Services
from web.school import School

_EVERY_S = 15.0

_log = logging.getLogger(__name__)


class Sender:
    """Sends what is due, one after another; what fails is tried again later, and shown to the teacher.

    Parameters
    ----------
    school : School
        Store and clock.
    """

    def __init__(self, school: School) -> None:
        self._school = school
        self._sending = threading.Lock()
        self._services: Services | None = None

    @property
    def services(self) -> Services:
        """What asks platforms; made once, so that their leave is kept."""
        if self._services is None:
            self._services = Services(self._school.store)
        return self._services

    def send(self) -> int:
        """Send everything that is due; answers how many arrived. Does nothing while another thread sends."""
        if not self._sending.acquire(blocking=False):
            return 0
        try:
            now = self._school.now()
            return sum(self._send(one, now) for one in gradebook.due(self._school.store, now=now))
        finally:
            self._sending.release()

    def _send(self, due: gradebook.Due, now: datetime) -> bool:
        try:
            self.services.post_score(due, now=now)
        except SpeechError as error:
            gradebook.mark_failed(self._school.store, due, error.code, now=now)
            return False
        gradebook.mark_sent(self._school.store, due, now=now)
        return True


def sending(sender: Sender, school: School) -> Callable[[object], AbstractAsyncContextManager[None]]:
    """Send while the app runs, and only once somebody has opened the classroom."""

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncGenerator[None]:
        task = asyncio.create_task(_keep_sending(sender, school))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    return lifespan


async def _keep_sending(sender: Sender, school: School) -> None:
    while True:
        await asyncio.sleep(_EVERY_S)
        if not school.is_open:
            continue
        try:
            await asyncio.to_thread(sender.send)
        except Exception:  # noqa: BLE001
            # Whatever is wrong now, such as a database that restarts, must not end this for good.
            _log.exception("totals could not be sent")
