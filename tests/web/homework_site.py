"""How tests do homework: takes that can be decoded, and the requests of the page's script."""

import io
import wave
from dataclasses import replace
from datetime import timedelta

import numpy as np
from classroom_site import Browser, Site
from httpx import Response
from school import NOW

from classroom import assignments
from classroom.assignments import Kind, NewItem, Terms

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def wav(seconds: float = 1.0, *, tone_hz: float = 220.0, extra: bytes = b"") -> bytes:
    """A recording of a tone; `extra` is a chunk behind the sound, as phones write their place there."""
    times = np.arange(round(seconds * 16_000)) / 16_000
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(16_000)
        written.writeframes((np.sin(2 * np.pi * tone_hz * times) * 9000).astype("<i2").tobytes())
    if not extra:
        return file.getvalue()
    whole = file.getvalue() + b"LIST" + len(extra).to_bytes(4, "little") + extra
    return whole[:4] + (len(whole) - 8).to_bytes(4, "little") + whole[8:]


VOICE = wav()


def work_path(site: Site, rest: str = "") -> str:
    return f"/homework/{site.people.assignment.id}{rest}"


def begin(site: Site, browser: Browser, key: str = "first") -> str:
    answer = browser.send(f"/api/v1{work_path(site, '/attempts')}", {"key": key})
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


def take_path(site: Site, attempt: str, *, key: str = "take", item: int = 0) -> str:
    return f"/api/v1/submissions/{attempt}/items/{site.people.assignment.items[item].id}/recording?key={key}"


def record(
    site: Site, browser: Browser, attempt: str, *, content: bytes = VOICE, key: str = "take", item: int = 0
) -> Response:
    return browser.send(take_path(site, attempt, key=key, item=item), method="PUT", content=content)


def hand_in(site: Site, browser: Browser, attempt: str, missing: int = 1) -> Response:
    return browser.post(work_path(site, "/hand-in"), {"submission_id": attempt, "missing": missing})


def set_work(site: Site, kind: Kind, *items: NewItem, **terms: object) -> str:
    made = assignments.create(
        site.store,
        site.people.class_id,
        kind,
        terms=replace(Terms(title="Work"), **terms),
        items=items,
        by=site.people.teacher.id,
        now=NOW,
    )
    return f"/homework/{made.id}"
