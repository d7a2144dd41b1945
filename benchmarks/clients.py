"""Learners who send recordings to a running server, come back when told to, and note how long they waited."""

import asyncio
import math
import re
import ssl
import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.clips import Clip

if TYPE_CHECKING:
    import httpx

_GIVE_UP_S = 120.0
_MOST_RETURNS = 5
_OK, _BUSY = 200, 429
_TURN = re.compile(r'queue;dur=([\d.]+);desc="(\d+) before"')
_KEPT_OPEN_S = 300.0  # Chromium's patience with a connection that nobody uses


@dataclass(frozen=True, slots=True)
class Answer:
    """One recording: seconds from first sending it to the last answer, how often it was refused, and the outcome.

    `status` is the last answer's, 0 where there was none: then `failure` says why. `resent` counts requests that went
    twice. `before` and `queue_s` are what the server says of its turn: its place in the line, and its wait there.
    """

    sent_s: float
    seconds: float
    refusals: int
    status: int
    failure: str = ""
    resent: int = 0
    before: int = 0
    queue_s: float = float("nan")

    @property
    def served(self) -> bool:
        """Whether it was judged in the end."""
        return self.status == _OK

    @property
    def reason(self) -> str:
        """Why it was not judged: the name of the failure, or the last answer's status."""
        return self.failure or str(self.status)


@dataclass(frozen=True, slots=True)
class Level:
    """What one number of clients met.

    Parameters
    ----------
    clients, sent, served : int
        Learners, their recordings, and how many of those were judged.
    refused, served_on_return : int
        Recordings that were told to come back, and how many of those were judged the first time they did.
    lost : int
        Recordings that were never judged.
    audio_per_s : float
        Seconds of judged audio a second.
    p50_s, p95_s, p99_s : float
        Of the time from first sending a recording to its verdict, waits included; nan where none was judged.
    failures : tuple of (str, int)
        Why recordings were lost, and how many for each reason.
    resent : int
        Requests that went once more because the server closed a kept connection under them; see `send`.
    queue_p50_s, queue_p95_s : float
        Of the time in the server's line alone, refusals not counted; nan where it says nothing of it.
    most_before : int
        The longest line that one of the served met.
    """

    clients: int
    sent: int
    served: int
    refused: int
    served_on_return: int
    lost: int
    audio_per_s: float
    p50_s: float
    p95_s: float
    p99_s: float
    failures: tuple[tuple[str, int], ...] = ()
    resent: int = 0
    queue_p50_s: float = float("nan")
    queue_p95_s: float = float("nan")
    most_before: int = 0


async def send(client: "httpx.AsyncClient", method: str, path: str, **content: Any) -> "tuple[httpx.Response, bool]":
    """Send a request, once more where the server closed a kept connection just then, as browsers do.

    Returns
    -------
    (httpx.Response, bool)
        The answer, and whether the request went twice.

    Raises
    ------
    httpx.HTTPError
        There was no answer, on a new connection or twice.
    """
    import httpx

    opened: list[str] = []

    async def note(event: str, _: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.started":
            opened.append(event)

    try:
        return await client.request(method, path, extensions={"trace": note}, **content), False
    except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
        if opened:
            raise
    return await client.request(method, path, **content), True


async def submit(client: "httpx.AsyncClient", clip: Clip, recording: bytes) -> Answer:
    """Send a recording until it is judged; a refused one goes again when the server says so, five times at most."""
    import httpx

    begin_s = time.perf_counter()
    refusals, status, failure, resent = 0, 0, "", 0
    turn = None
    # Whoever comes back under the same name is let in.
    fields = {"text": clip.text, "name": uuid.uuid4().hex}
    try:
        while True:
            files = {"audio": ("clip.wav", recording, "audio/wav")}
            answer, twice = await send(client, "POST", "/api/v1/assess", files=files, data=fields)
            status, resent = answer.status_code, resent + twice
            turn = _TURN.search(answer.headers.get("Server-Timing", ""))
            if status != _BUSY or refusals == _MOST_RETURNS:
                break
            refusals += 1
            await asyncio.sleep(float(answer.headers.get("Retry-After", 1)))
    except httpx.HTTPError as error:
        status, failure = 0, type(error).__name__
    refusals += status == _BUSY
    queue_s, before = (float(turn[1]) / 1000, int(turn[2])) if turn else (float("nan"), 0)
    return Answer(begin_s, time.perf_counter() - begin_s, refusals, status, failure, resent, before, queue_s)


def open_client(address: str, *, connections: int | None = None) -> "httpx.AsyncClient":
    """As many connections as there are learners, or so many, kept as long as browsers keep theirs, and patience."""
    import httpx

    limits = httpx.Limits(max_connections=connections, keepalive_expiry=_KEPT_OPEN_S)
    return httpx.AsyncClient(base_url=address, timeout=_GIVE_UP_S, limits=limits, verify=_certificates())


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: a thousand clients that each read them take a minute."""
    return ssl.create_default_context()


async def closed_loop(client: "httpx.AsyncClient", clip: Clip, *, clients: int, seconds: float) -> Level:
    """Let each client send the next recording as soon as the last is answered; those sent in time are all awaited."""
    recording = clip.path.read_bytes()
    until_s = time.perf_counter() + seconds

    async def keep_sending() -> list[Answer]:
        answers: list[Answer] = []
        while time.perf_counter() < until_s:
            answers.append(await submit(client, clip, recording))
        return answers

    found = await asyncio.gather(*(keep_sending() for _ in range(clients)))
    return summed_up([answer for answers in found for answer in answers], clip, clients=clients)


async def open_loop(
    client: "httpx.AsyncClient", clip: Clip, *, learners: int, every_s: float, seconds: float, seed: int = 0
) -> Level:
    """Let each learner send a recording every so often, whether or not the last is answered; each starts by chance."""
    recording = clip.path.read_bytes()
    starts_s = np.random.default_rng(seed).uniform(0, every_s, learners)

    async def send_later(delay_s: float) -> Answer:
        await asyncio.sleep(delay_s)
        return await submit(client, clip, recording)

    moments_s = [start + k * every_s for start in starts_s for k in range(round(seconds / every_s))]
    answers = await asyncio.gather(*(send_later(moment) for moment in moments_s))
    return summed_up(answers, clip, clients=learners)


def summed_up(answers: Sequence[Answer], clip: Clip, *, clients: int) -> Level:
    """Count outcomes and sum up waits."""
    served = [answer for answer in answers if answer.served]
    p50_s, p95_s, p99_s = _percentiles([answer.seconds for answer in served])
    queue_p50_s, queue_p95_s, _ = _percentiles([answer.queue_s for answer in served])
    begin_s = min((answer.sent_s for answer in answers), default=0.0)
    end_s = max((answer.sent_s + answer.seconds for answer in answers), default=1.0)
    return Level(
        clients=clients,
        sent=len(answers),
        served=len(served),
        refused=sum(answer.refusals > 0 for answer in answers),
        served_on_return=sum(answer.served and answer.refusals == 1 for answer in answers),
        lost=len(answers) - len(served),
        audio_per_s=len(served) * clip.seconds / max(end_s - begin_s, 1e-9),
        p50_s=p50_s,
        p95_s=p95_s,
        p99_s=p99_s,
        failures=tuple(Counter(answer.reason for answer in answers if not answer.served).most_common()),
        resent=sum(answer.resent for answer in answers),
        queue_p50_s=queue_p50_s,
        queue_p95_s=queue_p95_s,
        most_before=max((answer.before for answer in answers), default=0),
    )


def _percentiles(values: Sequence[float]) -> tuple[float, float, float]:
    known = [value for value in values if not math.isnan(value)]
    p50, p95, p99 = np.percentile(known, [50, 95, 99]) if known else [float("nan")] * 3
    return float(p50), float(p95), float(p99)
