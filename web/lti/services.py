"""What we ask a platform for: to keep grades (AGS), and who is in a course (NRPS)."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode, urljoin, urlsplit

import httpx

from classroom import gradebook
from classroom.courses import Course, Outsider
from classroom.gradebook import Due
from classroom.ids import new_token
from classroom.platforms import Platform
from classroom.store import Store
from web.errors import Unreachable
from web.lti.keys import sign
from web.lti.messages import course_role
from web.lti.outgoing import fetch, fetch_json

MOST_POINTS = 100
_GRADES = "https://purl.imsglobal.org/spec/lti-ags/scope/"
_COLUMNS = f"{_GRADES}lineitem {_GRADES}score"
_SCORES = f"{_GRADES}score"
_MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
_COLUMN_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
_COLUMNS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
_SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
_MEMBERS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_LIFETIME = timedelta(minutes=5)
_SHORTEST_S = 60.0
_MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class Members:
    """Learners a platform names: who is in a course, and the subjects of who is not any more."""

    present: tuple[Outsider, ...]
    gone: tuple[str, ...]


class Services:
    """Asks platforms in our name; leave to do so is fetched when it is needed and kept until it ends.

    Parameters
    ----------
    store : Store
        Has the key we sign with.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._leaves: dict[tuple[str, str], tuple[str, float]] = {}
        self._asking = threading.Lock()

    def post_score(self, due: Due, *, now: datetime) -> None:
        """Send a total, into a column that is made where there is none.

        Raises
        ------
        Unreachable
            The platform does not take it.
        """
        column = due.column_url or self._find_column(due, now=now) or self._make_column(due, now=now)
        if not due.column_url:
            gradebook.keep_column(self._store, due.course.id, due.assignment_id, column)
        score = {
            "userId": due.subject,
            "scoreGiven": round(due.value, 2),
            "scoreMaximum": MOST_POINTS,
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "timestamp": now.astimezone(UTC).isoformat(timespec="milliseconds"),
        }
        headers = self._leave(due.course.platform, _SCORES, now=now)
        fetch("POST", _below(column, "scores"), headers={**headers, "Content-Type": _SCORE_TYPE}, body=score)

    def members(self, course: Course, *, now: datetime) -> Members:
        """Ask who is in a course.

        Raises
        ------
        Unreachable
            The platform does not tell.
        """
        present: list[Outsider] = []
        gone: list[str] = []
        headers = {**self._leave(course.platform, _MEMBERS, now=now), "Accept": _MEMBERS_TYPE}
        url: str | None = course.members_url
        for _ in range(_MOST_PAGES):
            if not url:
                break
            answer = fetch("GET", url, headers=headers)
            for entry in _entries(answer.content and _json(answer.json, url), "members"):
                _sort(entry, present, gone)
            url = _next(url, answer.headers.get("link", ""))
        return Members(tuple(present), tuple(gone))

    def _find_column(self, due: Due, *, now: datetime) -> str:
        """Look for a column that was made before, such as one whose making we did not hear of."""
        headers = {**self._leave(due.course.platform, _COLUMNS, now=now), "Accept": _COLUMNS_TYPE}
        url = due.course.columns_url
        query = urlencode({"resource_id": due.assignment_id})
        found = fetch_json("GET", f"{url}{'&' if urlsplit(url).query else '?'}{query}", headers=headers)
        for entry in found if isinstance(found, list) else []:
            if isinstance(entry, dict) and entry.get("resourceId") == due.assignment_id:
                return str(entry.get("id") or "")
        return ""

    def _make_column(self, due: Due, *, now: datetime) -> str:
        headers = {**self._leave(due.course.platform, _COLUMNS, now=now), "Content-Type": _COLUMN_TYPE}
        column = {
            "scoreMaximum": MOST_POINTS,
            "label": due.title,
            "resourceId": due.assignment_id,
            "tag": "lafal",
            **({"resourceLinkId": due.resource_id} if due.resource_id else {}),
        }
        made = fetch_json("POST", due.course.columns_url, headers=headers, body=column)
        url = cast("Mapping[str, Any]", made).get("id") if isinstance(made, dict) else None
        if not isinstance(url, str):
            raise Unreachable({"host": urlsplit(due.course.columns_url).hostname or ""})
        return url

    def _leave(self, platform: Platform, scope: str, *, now: datetime) -> dict[str, str]:
        """Get an access token with an assertion that we sign; there is no shared secret."""
        with self._asking:
            token, ends_s = self._leaves.get((platform.id, scope), ("", 0.0))
            if time.monotonic() >= ends_s:
                token, lifetime_s = self._ask_leave(platform, scope, now)
                self._leaves[platform.id, scope] = (token, time.monotonic() + lifetime_s - _SHORTEST_S)
            return {"Authorization": f"Bearer {token}"}

    def _ask_leave(self, platform: Platform, scope: str, now: datetime) -> tuple[str, float]:
        known = platform.details
        claims = {
            "iss": known.client_id,
            "sub": known.client_id,
            "aud": known.token_url,
            "iat": int(now.timestamp()),
            "exp": int((now + _ASSERTION_LIFETIME).timestamp()),
            "jti": new_token(),
        }
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION,
            "client_assertion": sign(self._store, claims),
            "scope": scope,
        }
        answer = fetch_json("POST", known.token_url, form=form)
        granted = cast("Mapping[str, Any]", answer) if isinstance(answer, dict) else {}
        token, lifetime_s = granted.get("access_token"), granted.get("expires_in", _SHORTEST_S)
        if not isinstance(token, str) or not isinstance(lifetime_s, int | float):
            raise Unreachable({"host": urlsplit(known.token_url).hostname or ""})
        return token, float(lifetime_s)


def _sort(entry: Mapping[str, Any], present: list[Outsider], gone: list[str]) -> None:
    subject, name = entry.get("user_id"), entry.get("name")
    if not isinstance(subject, str) or course_role(entry.get("roles")) != "learner":
        return
    if entry.get("status", "Active") == "Active":
        present.append(Outsider(subject=subject, role="learner", name=name if isinstance(name, str) else ""))
    else:
        gone.append(subject)


def _entries(document: object, name: str) -> list[Mapping[str, Any]]:
    listed = cast("Mapping[str, Any]", document).get(name) if isinstance(document, dict) else None
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _json(read: Any, url: str) -> object:
    try:
        return read()
    except ValueError as error:
        raise Unreachable({"host": urlsplit(url).hostname or ""}) from error


def _next(url: str, link: str) -> str | None:
    """Give the next page, if it is of the same site: our leave goes with it."""
    links = httpx.Response(200, headers={"link": link}).links if link else {}
    address = links.get("next", {}).get("url", "")
    following = urljoin(url, address) if address else ""
    return following if following and urlsplit(following)[:2] == urlsplit(url)[:2] else None


def _below(url: str, name: str) -> str:
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path.rstrip('/')}/{name}").geturl()
