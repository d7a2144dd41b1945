"""The classroom's part of the web app over a small school, without the practice page, which takes seconds to build."""

import atexit
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

sys.path.insert(0, str(Path(__file__).parents[1] / "classroom"))

from fabricated import StandInJudge
from school import NOW, open_school
from school import School as Class

from classroom import accounts
from classroom.people import Person
from classroom.store import Store
from speech.settings import Settings
from web.application import add_error_answers, add_guards
from web.assessing import AssessmentQueue
from web.classroom import include_classroom
from web.course import mount_files
from web.school import School
from web.visitors import SESSION_COOKIE

PASSWORD = "correct horse"
_CSRF = re.compile(r'<meta name="csrf" content="([^"]*)">')


@dataclass
class Clock:
    """A clock that tests set."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Site:
    """The app, the store behind it, and whom `tests/classroom/school.py` put there."""

    app: FastAPI
    store: Store
    people: Class
    clock: Clock
    judge: StandInJudge
    browsers: list["Browser"] = field(default_factory=list)

    def browser(self, person: Person | None = None, *, language: str = "en") -> "Browser":
        """A browser of its own, in which somebody is signed in."""
        client = TestClient(self.app, base_url="http://testserver", follow_redirects=False)
        client.headers.update({"accept": "text/html", "accept-language": language})
        browser = Browser(client, self)
        if person is not None:
            browser.sign_in(person)
        self.browsers.append(browser)
        return browser


@dataclass
class Browser:
    """A browser as tests use it: forms and scripts carry what ours carry."""

    client: TestClient
    site: Site
    csrf: str = ""

    def sign_in(self, person: Person) -> None:
        """Begin a session without the sign-in page."""
        with self.site.store.writing() as session:
            from classroom.people import row_of

            begun = accounts.begin(self.site.store, session, row_of(session, person.id), now=self.site.clock())
        self.client.cookies.set(SESSION_COOKIE, begun.token)
        self.csrf = self.site.app.state.school.csrf(begun.token)

    def get(self, path: str, **options: object) -> Response:
        """Open a page."""
        answer = self.client.get(path, **options)
        found = _CSRF.search(answer.text) if "html" in answer.headers.get("content-type", "") else None
        self.csrf = found[1] if found else self.csrf
        return answer

    def post(self, path: str, data: dict[str, object] | None = None, **options: object) -> Response:
        """Send a form."""
        return self.client.post(path, data={"csrf": self.csrf, **(data or {})}, **options)

    def send(self, path: str, body: object = None, *, method: str = "POST", content: bytes | None = None) -> Response:
        """Send what a script sends: JSON, or bytes."""
        headers = {"x-csrf-token": self.csrf, "accept": "application/json"}
        if content is not None:
            return self.client.request(method, path, content=content, headers={**headers, "content-type": "audio/wav"})
        return self.client.request(method, path, json=body if body is not None else {}, headers=headers)


@cache
def _original() -> tuple[Path, Class]:
    """A store with the people of `tests/classroom/school.py`, made once and copied for each site."""
    folder = Path(tempfile.mkdtemp(prefix="lafal-site-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    store = Store.open("", folder / "data")
    people = open_school(store, NOW)
    store.tidy()
    store.close()
    return folder / "data", people


def open_site(folder: Path, *, shared: bool = False) -> Site:
    """Give the app over a new store with the people of `tests/classroom/school.py`; a `shared` app serves many."""
    original, people = _original()
    shutil.copytree(original, folder)
    store = Store.open("", folder)
    return site_over(store, replace(people, store=store), shared=shared)


def site_over(store: Store, people: Class, *, shared: bool = False) -> Site:
    """Give the app over a store."""
    clock = Clock()
    app, judge = (_app if shared else _app.__wrapped__)()
    for kept, fresh in ((judge, StandInJudge()), (app.state.school, School(Settings(), now=clock, store=store))):
        vars(kept).clear()
        vars(kept).update(vars(fresh))
    return Site(app, store, people, clock, judge)


@cache
def _app() -> tuple[FastAPI, StandInJudge]:
    """Lay out the routes once: a hundred of them take longer than most tests."""
    judge = StandInJudge()
    return build_site(Settings(max_file_bytes=50_000), School(Settings()), judge), judge


def build_site(settings: Settings, school: School, judge: StandInJudge) -> FastAPI:
    """Put the classroom's routes, files and guards together as `web.application.create_app` does."""
    app = FastAPI()
    queue = AssessmentQueue(lambda: judge, workers=1, max_waiting=5)
    include_classroom(app, school, queue=queue)
    mount_files(app)
    add_error_answers(app)
    add_guards(app, settings)
    return app


__all__ = ["PASSWORD", "Browser", "Clock", "Site", "build_site", "open_site", "site_over"]
