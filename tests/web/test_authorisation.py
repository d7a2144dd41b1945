"""Who may do what: every route of the app by everybody who may try it, with the ids of one teacher's class.

A route that is not in `RULES` fails. Whoever adds one says here who may use it; the test then tries everybody else.
"""

import io
import json
import shutil
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from classroom_site import Site, site_over
from fastapi.testclient import TestClient
from httpx import Response
from school import NOW, School, open_school

from classroom import accounts, classes, consents, deletion, invitations, people
from classroom.consents import VERSIONS
from classroom.people import Identity, NewPerson, Person
from classroom.store import Store, audit

EVERYBODY = frozenset({"nobody", "admin", "teacher", "stranger", "ani", "budi", "cici"})
SIGNED_IN = EVERYBODY - {"nobody"}
ADMIN = frozenset({"admin"})
STAFF = frozenset({"admin", "teacher", "stranger"})
LEARNERS = frozenset({"ani", "budi", "cici"})
TEACHES = frozenset({"teacher"})
LEARNS = frozenset({"ani", "budi"})
OWN = frozenset({"ani"})
"""Ani and Budi learn in the teacher's class and Ani handed something in; Cici learns in the stranger's class."""


@dataclass(frozen=True)
class Rule:
    """Who may use a route, and what a sensible request of theirs carries: a form, JSON, bytes or a query.

    It succeeds, unless `lacks` says with which status it ends for want of what there is in other tests. `noted` is what
    the audit has to say of it; whatever gives a file or a recording away has that.
    """

    who: frozenset[str]
    form: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    content: bytes | None = None
    query: str = ""
    table: str = ""
    noted: str = ""
    lacks: int | None = None


_MARK = {"level": "word", "place": "0", "value": 90, "comment": ""}
_WORK = {"title": "Rice", "kind": "sentences", "texts": "She eats rice.", "counted": "overall"}
_CONSENT = {"language": "en", "version": str(VERSIONS["practice"])}
_PASSWORD = {"old": "correct horse", "login": "{me}", "new": "battery staple", "again": "battery staple"}
_PLATFORM = {
    "name": "Moodle",
    "issuer": "https://moodle.example",
    "client_id": "lafal",
    "deployments": "1",
    "auth_url": "https://moodle.example/auth",
    "token_url": "https://moodle.example/token",
    "jwks_url": "https://moodle.example/keys",
}

_NO_PROVIDER = _NO_COURSE = 409


def voice() -> bytes:
    """A second of a sound."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes([0, 0, 0, 32] * 4000))
    return file.getvalue()


RULES: dict[str, Rule] = {
    # The way in, and what is the same for everybody.
    "GET /": Rule(EVERYBODY),
    "GET /home": Rule(EVERYBODY),
    "GET /favicon.ico": Rule(EVERYBODY),
    "GET /icon.svg": Rule(EVERYBODY),
    "GET /manifest.json": Rule(EVERYBODY),
    "GET /language/{language}": Rule(EVERYBODY),
    "GET /sign-in": Rule(EVERYBODY),
    "POST /sign-in": Rule(EVERYBODY, {"login": "sari", "password": "correct horse"}),
    "GET /join": Rule(EVERYBODY),
    "POST /join": Rule(EVERYBODY, {"code": "ABCD2345", "name": "Dedi"}),
    "POST /join/again": Rule(EVERYBODY),
    "GET /link/{token}": Rule(EVERYBODY),
    "POST /link/{token}": Rule(EVERYBODY),
    "MOUNT /scripts": Rule(EVERYBODY),
    "MOUNT /styles": Rule(EVERYBODY),
    "MOUNT /pictures": Rule(EVERYBODY),
    # Practice without an account; recordings belong to the browser that sent them (tests/web/test_api.py).
    "MOUNT /en": Rule(EVERYBODY),
    "MOUNT /id": Rule(EVERYBODY),
    "GET /api/v1/openapi.json": Rule(EVERYBODY),
    "GET /api/v1/health": Rule(EVERYBODY),
    "POST /api/v1/recordings": Rule(EVERYBODY),
    "GET /api/v1/recordings/{recording_id}/place": Rule(EVERYBODY),
    "POST /api/v1/assess": Rule(EVERYBODY),
    "GET /api/v1/examples": Rule(EVERYBODY),
    "GET /api/v1/examples/audio": Rule(EVERYBODY),
    "GET /api/v1/exercises": Rule(EVERYBODY),
    "GET /api/v1/mouths": Rule(EVERYBODY),
    # Learning platforms and accounts elsewhere: what they carry is signed (tests/web/test_lti.py, test_oidc.py).
    "GET /lti/login": Rule(EVERYBODY),
    "POST /lti/login": Rule(EVERYBODY),
    "POST /lti/launch": Rule(EVERYBODY),
    "GET /lti/keys": Rule(EVERYBODY),
    "GET /oidc/login": Rule(EVERYBODY),
    "GET /oidc/callback": Rule(EVERYBODY),
    # Oneself.
    "POST /sign-out": Rule(SIGNED_IN),
    "GET /password": Rule(SIGNED_IN),
    "POST /password": Rule(SIGNED_IN, _PASSWORD),
    "GET /me": Rule(SIGNED_IN),
    "POST /me/scores-only": Rule(SIGNED_IN, {"value": "on"}),
    "POST /me/sign-out-elsewhere": Rule(SIGNED_IN),
    "GET /me/consents": Rule(SIGNED_IN),
    "POST /me/consents/{purpose}/give": Rule(LEARNERS, _CONSENT),
    "POST /me/consents/{purpose}/withdraw": Rule(SIGNED_IN),
    "POST /me/export": Rule(SIGNED_IN, noted="person.export"),
    "GET /me/delete": Rule(SIGNED_IN - ADMIN),
    "POST /me/delete": Rule(SIGNED_IN - ADMIN, {"name": "{me}"}),
    "GET /oidc/link": Rule(SIGNED_IN, lacks=_NO_PROVIDER),
    "POST /oidc/link": Rule(SIGNED_IN, lacks=_NO_PROVIDER),
    "POST /oidc/unlink": Rule(SIGNED_IN),
    # People.
    "GET /people": Rule(ADMIN),
    "POST /people": Rule(ADMIN, {"role": "teacher", "name": "Tuti"}),
    "GET /people/new": Rule(ADMIN),
    "POST /people/schools": Rule(ADMIN, {"name": "SMP 1"}),
    "GET /people/{person_id}": Rule(ADMIN),
    "POST /people/{person_id}/name": Rule(ADMIN, {"name": "Ani B."}),
    "POST /people/{person_id}/guardian": Rule(ADMIN, {"contact": "0812"}),
    "POST /people/{person_id}/hand-over": Rule(ADMIN, {"class_id": "{class_id}", "to": "{stranger_id}"}),
    "POST /people/{person_id}/take-over": Rule(ADMIN, {"class_id": "{orphan_id}"}),
    "POST /people/{person_id}/link": Rule(ADMIN),
    "POST /people/{person_id}/password": Rule(ADMIN, {"login": "ani", "password": "correct horse"}),
    "POST /people/{person_id}/sign-out": Rule(ADMIN),
    "GET /people/{person_id}/delete": Rule(ADMIN),
    "POST /people/{person_id}/delete": Rule(ADMIN, {"name": "{pseudonym}"}),
    "GET /people/platforms": Rule(ADMIN),
    "POST /people/platforms": Rule(ADMIN, _PLATFORM),
    "POST /people/platforms/{platform_id}/remove": Rule(frozenset()),
    # Classes.
    "GET /classes": Rule(STAFF),
    "POST /classes": Rule(STAFF, {"name": "9B"}),
    "GET /classes/{class_id}": Rule(TEACHES),
    "POST /classes/{class_id}/name": Rule(TEACHES, {"name": "9C"}),
    "POST /classes/{class_id}/archive": Rule(TEACHES),
    "POST /classes/{class_id}/take-back": Rule(TEACHES),
    "POST /classes/{class_id}/teachers": Rule(TEACHES, {"login": "other"}),
    "POST /classes/{class_id}/teachers/{person_id}/leave": Rule(TEACHES),
    "POST /classes/{class_id}/codes": Rule(TEACHES),
    "POST /classes/{class_id}/codes/{invitation_id}/withdraw": Rule(TEACHES),
    "GET /classes/{class_id}/roster": Rule(TEACHES),
    "POST /classes/{class_id}/roster": Rule(TEACHES, {"names": "Eka"}),
    "POST /classes/{class_id}/groups": Rule(TEACHES, {"person": "{person_id}", "group": "A"}),
    "POST /classes/{class_id}/remove": Rule(TEACHES, {"person": "{person_id}"}),
    "POST /classes/{class_id}/consents": Rule(TEACHES, {"person": "{person_id}", "purpose": "practice"}),
    "POST /classes/{class_id}/links": Rule(TEACHES, {"person": "{person_id}"}),
    "GET /classes/{class_id}/assignments/new": Rule(TEACHES),
    "POST /classes/{class_id}/assignments/new": Rule(TEACHES, _WORK),
    "GET /assignments/{assignment_id}": Rule(TEACHES),
    "POST /assignments/{assignment_id}": Rule(TEACHES, {**_WORK, "attempts": "2"}),
    "POST /assignments/{assignment_id}/archive": Rule(TEACHES),
    "POST /assignments/{assignment_id}/take-back": Rule(TEACHES),
    "POST /assignments/{assignment_id}/copy": Rule(TEACHES, {"class_id": "{class_id}"}),
    # Marking and seeing.
    "GET /classes/{class_id}/marks": Rule(TEACHES),
    "POST /assignments/{assignment_id}/release": Rule(TEACHES),
    "GET /submissions/{submission_id}": Rule(TEACHES),
    "POST /submissions/{submission_id}/release": Rule(TEACHES),
    "GET /audio/{recording_id}": Rule(TEACHES | OWN, noted="recording.listen"),
    "POST /api/v1/assessments/{assessment_id}/marks": Rule(TEACHES, body=_MARK),
    "POST /classes/{class_id}/corrections.jsonl": Rule(TEACHES, noted="corrections.export"),
    "GET /classes/{class_id}/overview": Rule(TEACHES),
    "GET /classes/{class_id}/pulse": Rule(TEACHES),
    "POST /classes/{class_id}/overview/dismiss": Rule(TEACHES, {"person": "{person_id}", "reason": "stopped"}),
    "GET /classes/{class_id}/learners/{person_id}": Rule(TEACHES),
    "POST /classes/{class_id}/learners/{person_id}/guardian": Rule(TEACHES, {"contact": "0812"}),
    "GET /classes/{class_id}/grades": Rule(TEACHES),
    "POST /classes/{class_id}/grades": Rule(TEACHES, table="GET /classes/{class_id}/grades.csv"),
    "POST /classes/{class_id}/grades/confirm": Rule(TEACHES, {"changes": "[]"}),
    "GET /classes/{class_id}/grades.csv": Rule(TEACHES, noted="grades.export"),
    "GET /classes/{class_id}/grades.xlsx": Rule(TEACHES, noted="grades.export"),
    "GET /classes/{class_id}/roster.csv": Rule(TEACHES, noted="roster.export"),
    # Homework.
    "GET /homework": Rule(LEARNERS),
    "GET /homework/{assignment_id}": Rule(LEARNS),
    "POST /homework/{assignment_id}/attempts": Rule(LEARNS, {"key": "page"}),
    "POST /homework/{assignment_id}/hand-in": Rule(OWN, {"submission_id": "{submission_id}"}),
    "GET /homework/{assignment_id}/results/{submission_id}": Rule(OWN),
    "POST /api/v1/homework/{assignment_id}/attempts": Rule(LEARNS, body={"key": "script"}),
    "PUT /api/v1/submissions/{submission_id}/items/{item_id}/recording": Rule(OWN, content=voice(), query="?key=once"),
    "POST /api/v1/recordings/{recording_id}/assessment": Rule(OWN),
    # Learning platforms, seen from a class.
    "GET /lti/choose": Rule(frozenset()),
    "POST /lti/choose": Rule(frozenset()),
    "GET /lti/classes/{class_id}": Rule(TEACHES),
    "POST /lti/classes/{class_id}/members": Rule(TEACHES, lacks=_NO_COURSE),
    "POST /lti/classes/{class_id}/grades": Rule(TEACHES),
}

_OURS = (403, 404, 401)
_FRAMEWORK = frozenset({"GET /openapi.json", "GET /docs", "GET /docs/oauth2-redirect", "GET /redoc"})
"""What FastAPI adds to the small app of these tests and not to the product's."""


def flat(routes: Any) -> Iterator[str]:
    """Every method and path, those of included routers too."""
    for route in routes:
        if hasattr(route, "original_router"):
            yield from flat(route.original_router.routes)
        elif getattr(route, "methods", None):
            yield from (f"{method} {route.path}" for method in route.methods if method != "HEAD")
        else:
            yield f"MOUNT {route.path}"


def test_every_route_says_who_may_use_it(client: TestClient) -> None:
    """The whole app, as it is served."""
    assert sorted(set(flat(client.app.routes)) ^ set(RULES)) == []


@dataclass
class Town:
    """Everybody, and the ids of what is the teacher's and Ani's."""

    site: Site
    who: dict[str, Person | None]
    ids: dict[str, str]

    def asks(self, name: str, route: str, rule: Rule) -> Response:
        """Send one request in somebody's name."""
        method, path = route.split(" ", 1)
        browser = self.site.browser(self.who[name])
        address = path.format(**self.ids) + rule.query
        if rule.content is not None or rule.body is not None or path.startswith("/api/"):
            return browser.send(address, rule.body, method=method, content=rule.content)
        if method == "GET":
            return browser.get(address)
        person = self.who[name]
        known = {**self.ids, "me": person.pseudonym if person else ""}
        form = {key: str(value).format(**known) for key, value in rule.form.items()}
        if not rule.table:
            return browser.post(address, form)
        table = self.asks("teacher", rule.table, RULES[rule.table]).content
        return browser.post(address, form, files={"file": ("grades.csv", table, "text/csv")})


def let_in(answer: Response) -> bool:
    """Whether a request was taken on; what was wrong with it otherwise does not matter here."""
    assert answer.status_code < 500, answer.text
    sent_away = answer.headers.get("location", "").startswith("/sign-in?back=")
    return answer.status_code not in _OURS and not sent_away


def is_done(answer: Response, rule: Rule) -> bool:
    """Whether those who may have got what they asked for."""
    return let_in(answer) and (answer.status_code == rule.lacks if rule.lacks else answer.status_code < 400)


def is_given_away(answer: Response) -> bool:
    """Whether an answer is a file to keep, or a recording."""
    kind = answer.headers.get("content-type", "")
    return "attachment" in answer.headers.get("content-disposition", "") or kind.startswith("audio/")


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], dict[str, str]]:
    """A store with everybody in it, made once and copied for each route."""
    folder = tmp_path_factory.mktemp("golden") / "data"
    store = Store.open("", folder)
    school = open_school(store, NOW)
    found, names = _populate(store, school)
    store.tidy()
    store.close()
    return folder, found, names


def _populate(store: Store, school: School) -> tuple[dict[str, str], dict[str, str]]:
    def add(role: people.Role, name: str) -> Person:
        new = NewPerson(role=role, needs_guardian=False, identity=Identity(name=name))
        return people.create(store, new, by=people.OPERATOR, now=NOW)

    cici = add("learner", "Cici")
    other = classes.create(store, "9Z", by=school.stranger.id, now=NOW)
    classes.add_member(store, other.id, cici.id, by=school.stranger.id, now=NOW)
    consents.give(store, cici.id, "practice", language="id", guardian=False, by=cici.id, now=NOW)
    accounts.set_password(store, school.stranger.id, "correct horse", login="other", by=people.OPERATOR, now=NOW)
    gone, colleague = add("teacher", "Gone"), add("teacher", "Tuti")
    orphan = classes.create(store, "9Y", by=gone.id, now=NOW)
    deletion.forget(store, gone.id, by=gone.id, now=NOW)
    classes.add_member(store, school.class_id, colleague.id, by=school.teacher.id, now=NOW)
    _, kept, assessed = school.hand_in()
    code = invitations.make_join_code(store, school.class_id, by=school.teacher.id, now=NOW)
    draft = school.begin(key="second")
    ids = {
        "class_id": school.class_id,
        "assignment_id": school.assignment.id,
        "item_id": school.assignment.items[0].id,
        "submission_id": draft.submission.id if hasattr(draft, "submission") else draft.id,
        "handed_in": kept.submission_id or "",
        "recording_id": kept.id,
        "assessment_id": assessed,
        "person_id": school.ani.id,
        "pseudonym": school.ani.pseudonym,
        "teacher_id": school.teacher.id,
        "stranger_id": school.stranger.id,
        "orphan_id": orphan.id,
        "invitation_id": code.id,
        "platform_id": "0" * 32,
        "purpose": "practice",
        "language": "en",
        "token": "x" * 22,
    }
    names = {
        "admin": school.admin.id,
        "teacher": school.teacher.id,
        "stranger": school.stranger.id,
        "ani": school.ani.id,
        "budi": school.budi.id,
        "cici": cici.id,
    }
    return ids, names


@pytest.fixture
def town(golden: tuple[Path, dict[str, str], dict[str, str]], tmp_path: Path) -> Iterator[Town]:
    folder, ids, names = golden
    shutil.copytree(folder, tmp_path / "data")
    store = Store.open("", tmp_path / "data")
    site = site_over(store, None, shared=True)  # type: ignore[arg-type]
    found = {name: people.find(store, one) for name, one in names.items()}
    yield Town(site, {"nobody": None, **found}, ids)
    store.close()


_OF_TEACHERS = ("GET /submissions/", "POST /submissions/", "GET /homework/{assignment_id}/results")
_ABOUT_TEACHERS = ("/hand-over", "/take-over", "/leave")
TRIED = sorted(route for route, rule in RULES.items() if rule.who != EVERYBODY and not route.startswith("MOUNT"))


@pytest.mark.parametrize("route", TRIED)
def test_nobody_else_is_let_in_and_they_are(town: Town, route: str) -> None:
    rule = RULES[route]
    if route.endswith(_ABOUT_TEACHERS):
        town.ids = {**town.ids, "person_id": town.ids["teacher_id"]}
    if route.startswith(_OF_TEACHERS):
        town.ids = {**town.ids, "submission_id": town.ids["handed_in"]}
    # First those who are to be refused: whoever is let in may change something.
    order = sorted(EVERYBODY, key=lambda name: name in rule.who)
    answers = {name: town.asks(name, route, rule) for name in order if name not in rule.who}
    assert {name for name, answer in answers.items() if let_in(answer)} == set()
    for name in sorted(rule.who):
        answer = town.asks(name, route, rule)
        assert is_done(answer, rule), (name, answer.status_code, answer.text[:300])
        assert rule.noted or not is_given_away(answer)
    with town.site.store.reading() as session:
        done = {one.action for one in audit.events(session)}
    assert not rule.who or rule.noted in done | {""}


def test_refusals_are_written_for_whoever_reads_them(town: Town) -> None:
    page = town.asks("budi", "GET /classes/{class_id}", RULES["GET /classes/{class_id}"])
    assert "Traceback" not in page.text
    assert town.ids["person_id"] not in page.text
    script = town.asks("budi", "POST /api/v1/assessments/{assessment_id}/marks", Rule(TEACHES, body=_MARK))
    assert set(json.loads(script.text)) == {"code", "message", "remedy"}
