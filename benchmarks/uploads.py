"""Learners who upload takes to the app while it is killed (`kill -9`), and a look at whether each safe one is there."""

import asyncio
import io
import os
import random
import re
import signal
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.clients import open_client
from benchmarks.homework import open_school
from benchmarks.page import serving_process
from classroom import recordings
from classroom.errors import ClassroomError
from classroom.operations.sweeping import GRACE
from classroom.operations.verify import verify
from classroom.store import Store
from classroom.store.schema import Recording
from web.visitors import SESSION_COOKIE

if TYPE_CHECKING:
    import httpx

_TEXT = "She eats fish."
_LEARNERS = 6
_RATE_HZ = 16_000
_LONGEST_S = 2.0
_LOOK_EVERY_S = 0.01
_SAFE, _BUSY = 201, 429
_WAV = {"content-type": "audio/wav"}
_CSRF = re.compile(r'<meta name="csrf" content="([^"]*)">')
_ITEM = re.compile(r'data-item="([^"]*)"')

Takes = dict[str, bytes]
"""The samples of every take that the app said was safe, by the id it gave."""


def kill_apps(folder: Path, times: int, chance: random.Random) -> tuple[Takes, list[str]]:
    """Start the app in the same place again and again, let learners upload, and kill it at any time.

    Returns
    -------
    Takes, list of str
        What was acknowledged, and everything that is wrong after one of the kills.

    Raises
    ------
    RuntimeError
        The app does not start, or refuses what is well.
    """
    given = open_school(folder, _TEXT, _LEARNERS)
    takes: Takes = {}
    wrong: list[str] = []
    for number in range(times):
        with serving_process({"LAFAL_DATA_FOLDER": str(folder)}) as (address, process):
            after_s = chance.uniform(0.0, _LONGEST_S)
            asyncio.run(_upload_until_killed(address, process, given, str(number), takes, after_s))
        wrong += [f"app {number}: {one}" for one in missing(folder, takes)]
    return takes, wrong


def missing(folder: Path, takes: Takes) -> list[str]:
    """Open the store that a killed app left, and name what does not fit and every take that is not there as it was."""
    store = Store.open("", folder)
    try:
        now = datetime.now(UTC)
        wrong = [f"{one.kind} {one.subject}" for one in verify(store, now=now + 2 * GRACE).problems]
        return wrong + [f"upload {kept}" for kept, sent in takes.items() if not _is_there(store, kept, sent, now)]
    finally:
        store.close()


def _is_there(store: Store, kept: str, sent: bytes, now: datetime) -> bool:
    import soundfile

    with store.reading() as session:
        row = session.get(Recording, kept)
    if row is None:
        return False
    try:
        content = recordings.listen(store, kept, by=row.person_id, now=now).content
    except ClassroomError:
        return False
    found, _ = soundfile.read(io.BytesIO(content), dtype="int16")
    expected = np.frombuffer(sent, np.int16)
    # Takes are decoded and written anew, which may round.
    return len(found) == len(expected) and bool(np.max(np.abs(found.astype(int) - expected)) <= 1)


async def _upload_until_killed(
    address: str, process: int, given: Sequence[tuple[str, str]], name: str, takes: Takes, after_s: float
) -> None:
    async with open_client(address) as client:
        learners = [asyncio.create_task(_upload(client, *one, name, takes)) for one in given]
        known = len(takes)
        # Decoders start with the first take: only then is there something to lose.
        while len(takes) == known and not any(one.done() for one in learners):
            await asyncio.sleep(_LOOK_EVERY_S)
        await asyncio.sleep(after_s)
        os.kill(process, signal.SIGKILL)
        await asyncio.gather(*learners)


async def _upload(client: "httpx.AsyncClient", work: str, token: str, name: str, takes: Takes) -> None:
    """Send one take after the other until nobody answers."""
    import httpx

    cookie = {"cookie": f"{SESSION_COOKIE}={token}"}
    with suppress(httpx.HTTPError):
        page = await client.get(f"/homework/{work}", headers=cookie)
        csrf, item = (pattern.findall(page.text)[0] for pattern in (_CSRF, _ITEM))
        sent = {**cookie, "x-csrf-token": csrf, "accept": "application/json"}
        begun = await client.post(f"/api/v1/homework/{work}/attempts", json={"key": "first"}, headers=sent)
        for number in count():
            samples = os.urandom(2 * _RATE_HZ)
            place = f"/api/v1/submissions/{begun.json()['id']}/items/{item}/recording?key={name}-{number}"
            answer = await client.put(place, content=_as_wav(samples), headers=sent | _WAV)
            if answer.status_code == _SAFE:
                takes[answer.json()["id"]] = samples
            elif answer.status_code == _BUSY:
                await asyncio.sleep(float(answer.headers.get("Retry-After", 1)))
            else:
                raise RuntimeError(f"The app refused a take: {answer.status_code} {answer.text}")


def _as_wav(samples: bytes) -> bytes:
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, np.frombuffer(samples, np.int16), _RATE_HZ, format="WAV", subtype="PCM_16")
    return file.getvalue()
