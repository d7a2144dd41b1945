"""For admins: teachers, learners and other admins, their links and passwords, and the schools."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from classroom import accounts, classes, deletion, directory, invitations, people, teachers
from classroom.access import STAFF
from classroom.directory import Entry
from classroom.errors import AlreadyThere, NotAllowed
from classroom.people import Identity, NewPerson
from classroom.teachers import Room
from speech.errors import SpeechError
from web.catalogue import Catalogue
from web.pages.page import show
from web.pages.typed import confirmed, new_password, one_line
from web.responses import catalogue_of
from web.school import School
from web.visitors import Admin, Visitor

_SEE_OTHER = 303
_MOST_SCHOOL = 80

_show = partial(show, styles=("account.css",))

Field = Annotated[str, Form()]
Listed = Literal["teacher", "learner", "admin"]
Added = Literal["teacher", "admin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """The classes somebody may hand over, the colleagues who may take them, and the classes that nobody teaches."""

    taught: tuple[Room, ...] = ()
    colleagues: tuple[Entry, ...] = ()
    orphans: tuple[Room, ...] = ()


def build_people(school: School) -> APIRouter:
    """Build the routes."""
    router = APIRouter()
    _add_list(router, school)
    _add_adding(router, school)
    _add_person(router, school)
    _add_ways_in(router, school)
    _add_deletion(router, school)
    return router


def _add_list(router: APIRouter, school: School) -> None:
    @router.get("/people")
    def listed(request: Request, visitor: Admin, role: Listed = "teacher", done: str = "") -> Response:
        say = catalogue_of(request).say
        notices = {"deleted": say("people.deleted"), "school": say("people.school_added")}
        return _list(school, request, visitor, role=role, notice=notices.get(done, ""))

    @router.post("/people/schools")
    def add_school(request: Request, visitor: Admin, name: Field = "") -> Response:
        catalogue = catalogue_of(request)
        try:
            line = one_line(name, catalogue.say("people.school_name"), catalogue, most=_MOST_SCHOOL)
            classes.create_school(school.store, line, by=visitor.id, now=school.now())
        except SpeechError as error:
            return _list(school, request, visitor, error=error, typed=name)
        return RedirectResponse("/people?done=school#schools", _SEE_OTHER)


def _list(
    school: School,
    request: Request,
    visitor: Visitor,
    *,
    role: Listed = "teacher",
    error: SpeechError | None = None,
    notice: str = "",
    typed: str = "",
) -> Response:
    say = catalogue_of(request).say
    return _show(
        request,
        "people.html",
        visitor=visitor,
        error=error,
        notice=notice,
        role=role,
        roles={"teacher": say("people.teachers"), "learner": say("people.learners"), "admin": say("people.admins")},
        entries=directory.entries(school.store, role, by=visitor.id),
        schools=directory.schools(school.store, by=visitor.id),
        typed=typed,
    )


def _add_adding(router: APIRouter, school: School) -> None:
    @router.get("/people/new")
    def ask(request: Request, visitor: Admin, role: Added = "teacher") -> Response:
        return _ask_new(school, request, visitor, {"role": role})

    @router.post("/people")
    def add(
        request: Request,
        visitor: Admin,
        role: Annotated[Added, Form()],
        name: Field = "",
        email: Field = "",
        login: Field = "",
        password: Field = "",
        school_id: Field = "",
    ) -> Response:
        catalogue = catalogue_of(request)
        try:
            known = _identity(name, email, catalogue)
            _require_school(school, visitor, school_id)
            new = NewPerson(role=role, language=catalogue.language, school_id=school_id or None, identity=known)
            made = _create(school, visitor, new, login=login, password=password, catalogue=catalogue)
        except SpeechError as error:
            typed = {"role": role, "name": name, "email": email, "login": login, "school_id": school_id}
            return _ask_new(school, request, visitor, typed, error=error)
        if login:
            return RedirectResponse(f"/people/{made}?done=added", _SEE_OTHER)
        return _person(school, request, visitor, made, link=True, notice=catalogue.say("people.added"))


def _create(
    school: School, visitor: Visitor, new: NewPerson, *, login: str, password: str, catalogue: Catalogue
) -> str:
    """Add somebody; with a password if there is to be one, else they need a link."""
    store, now = school.store, school.now()
    if not (login.strip() or password):
        return people.create(store, new, by=visitor.id, now=now).id
    name = one_line(login, catalogue.say("account.login"), catalogue)
    chosen = new_password(password, password, catalogue)
    try:
        return accounts.create(store, new, chosen, login=name, by=visitor.id, now=now).id
    except AlreadyThere as error:
        raise AlreadyThere({"field": catalogue.say("account.login")}) from error


def _require_school(school: School, visitor: Visitor, school_id: str) -> None:
    """Refuse a school that no form offered."""
    if school_id and school_id not in dict(directory.schools(school.store, by=visitor.id)):
        raise NotAllowed


def _ask_new(
    school: School, request: Request, visitor: Visitor, typed: dict[str, str], *, error: SpeechError | None = None
) -> Response:
    return _show(
        request,
        "new_person.html",
        visitor=visitor,
        error=error,
        schools=directory.schools(school.store, by=visitor.id),
        typed={"name": "", "email": "", "login": "", "school_id": "", **typed},
        fewest=accounts.FEWEST_LETTERS,
    )


def _add_person(router: APIRouter, school: School) -> None:
    @router.get("/people/{person_id}")
    def one(request: Request, visitor: Admin, person_id: str, done: str = "") -> Response:
        say = catalogue_of(request).say
        notices = {
            "added": say("people.added"),
            "renamed": say("people.renamed"),
            "password": say("people.password_set"),
            "signed_out": say("people.signed_out"),
            "guardian": say("people.guardian_saved"),
            "handed_over": say("people.handed_over"),
        }
        return _person(school, request, visitor, person_id, notice=notices.get(done, ""))

    @router.post("/people/{person_id}/name")
    def rename(request: Request, visitor: Admin, person_id: str, name: Field = "", email: Field = "") -> Response:
        store = school.store
        try:
            known = _identity(name, email, catalogue_of(request))
            guardian = directory.entry(store, person_id, by=visitor.id).identity.guardian
            known = Identity(name=known.name, email=known.email, guardian=guardian)
            people.name_anew(store, person_id, known, by=visitor.id, now=school.now())
        except SpeechError as error:
            return _person(school, request, visitor, person_id, error=error, typed={"name": name, "email": email})
        return RedirectResponse(f"/people/{person_id}?done=renamed", _SEE_OTHER)


def _add_ways_in(router: APIRouter, school: School) -> None:
    @router.post("/people/{person_id}/link")
    def make_link(request: Request, visitor: Admin, person_id: str) -> Response:
        _require_other(visitor, person_id)
        return _person(school, request, visitor, person_id, link=True)

    @router.post("/people/{person_id}/password")
    def set_password(
        request: Request, visitor: Admin, person_id: str, login: Field = "", password: Field = ""
    ) -> Response:
        _require_other(visitor, person_id)
        catalogue = catalogue_of(request)
        try:
            name = one_line(login, catalogue.say("account.login"), catalogue)
            chosen = new_password(password, password, catalogue)
            accounts.set_password(school.store, person_id, chosen, login=name, by=visitor.id, now=school.now())
        except SpeechError as error:
            shown = (
                AlreadyThere({"field": catalogue.say("account.login")}) if isinstance(error, AlreadyThere) else error
            )
            return _person(school, request, visitor, person_id, error=shown, typed={"login": login})
        return RedirectResponse(f"/people/{person_id}?done=password", _SEE_OTHER)

    @router.post("/people/{person_id}/sign-out")
    def sign_out(visitor: Admin, person_id: str) -> Response:
        _require_other(visitor, person_id)
        accounts.sign_out_everywhere(school.store, person_id, by=visitor.id, now=school.now())
        return RedirectResponse(f"/people/{person_id}?done=signed_out", _SEE_OTHER)


def _add_deletion(router: APIRouter, school: School) -> None:
    @router.get("/people/{person_id}/delete")
    def ask(request: Request, visitor: Admin, person_id: str) -> Response:
        _require_other(visitor, person_id)
        return _ask_deletion(school, request, visitor, person_id)

    @router.post("/people/{person_id}/delete")
    def delete(request: Request, visitor: Admin, person_id: str, name: Field = "") -> Response:
        _require_other(visitor, person_id)
        person = directory.entry(school.store, person_id, by=visitor.id).person
        try:
            confirmed(name, person.pseudonym, catalogue_of(request))
        except SpeechError as error:
            return _ask_deletion(school, request, visitor, person_id, error=error, typed=name)
        deletion.forget(school.store, person_id, by=visitor.id, now=school.now())
        return RedirectResponse(f"/people?role={person.role}&done=deleted", _SEE_OTHER)


def _ask_deletion(
    school: School,
    request: Request,
    visitor: Visitor,
    person_id: str,
    *,
    error: SpeechError | None = None,
    typed: str = "",
) -> Response:
    entry = directory.entry(school.store, person_id, by=visitor.id)
    return _show(request, "delete_person.html", visitor=visitor, error=error, entry=entry, typed=typed)


def _person(
    school: School,
    request: Request,
    visitor: Visitor,
    person_id: str,
    *,
    link: bool = False,
    error: SpeechError | None = None,
    notice: str = "",
    typed: dict[str, str] | None = None,
) -> Response:
    """Show somebody; with a new link, which is shown this once."""
    entry = directory.entry(school.store, person_id, by=visitor.id)
    made = invitations.make_link(school.store, person_id, by=visitor.id, now=school.now()) if link else None
    known = entry.identity
    say = catalogue_of(request).say
    roles = {
        "teacher": say("people.teacher"),
        "learner": say("people.learner"),
        "admin": say("people.admin"),
    }
    return _show(
        request,
        "person.html",
        visitor=visitor,
        error=error,
        notice=notice,
        entry=entry,
        role=roles[entry.person.role],
        school_name=dict(directory.schools(school.store, by=visitor.id)).get(entry.person.school_id or "", ""),
        address=f"{request.base_url}link/{made.secret}" if made else "",
        days=invitations.LINK_LIFETIME.days,
        typed={"name": known.name, "email": known.email, "login": known.login, **(typed or {})},
        fewest=accounts.FEWEST_LETTERS,
        is_self=person_id == visitor.id,
        rooms=_rooms(school, visitor, entry),
    )


def _rooms(school: School, visitor: Visitor, entry: Entry) -> Rooms:
    if entry.person.role not in STAFF:
        return Rooms()
    store, by = school.store, visitor.id
    staff = (*directory.entries(store, "teacher", by=by), *directory.entries(store, "admin", by=by))
    return Rooms(
        taught=teachers.taught(store, entry.person.id, by=by),
        colleagues=tuple(one for one in staff if one.person.id != entry.person.id),
        orphans=teachers.without(store, by=by),
    )


def _identity(name: str, email: str, catalogue: Catalogue) -> Identity:
    address = one_line(email, catalogue.say("people.email"), catalogue) if email.strip() else ""
    return Identity(name=one_line(name, catalogue.say("people.name"), catalogue), email=address)


def _require_other(visitor: Visitor, person_id: str) -> None:
    """Refuse what admins do to others only: for themselves they need their password, and one admin must remain."""
    if person_id == visitor.id:
        raise NotAllowed
