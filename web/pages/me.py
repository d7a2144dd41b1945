"""What the school keeps of somebody: consents, scores only, export, deletion."""

import math
import tempfile
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import IO, Annotated, Any, Literal, cast

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from classroom import accounts, classes, consents, deletion, export, holdings, people
from classroom.consents import TEXTS, VERSIONS, Consent, Purpose
from classroom.errors import NotAllowed
from speech.errors import SpeechError
from web.catalogue import Catalogue
from web.components.templates import render
from web.dates import moment
from web.pages.page import show
from web.pages.typed import confirmed
from web.responses import catalogue_of
from web.school import School
from web.visitors import SignedInVisitor, Visitor, forget
from web.wav import to_wav

_SEE_OTHER = 303
_show = partial(show, styles=("account.css",))
_CHUNK_BYTES = 1 << 16

Field = Annotated[str, Form()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A purpose as a person is asked about it; `standing` is the yes there is, `outdated` one to older words."""

    purpose: Purpose
    title: str
    text: str
    version: int
    holds: bool
    standing: Consent | None
    outdated: bool


def build_me(school: School) -> APIRouter:
    """Build the routes."""
    router = APIRouter()
    _add_overview(router, school)
    _add_consents(router, school)
    _add_export(router, school)
    _add_deletion(router, school)
    return router


def _add_overview(router: APIRouter, school: School) -> None:
    @router.get("/me")
    def overview(request: Request, visitor: SignedInVisitor, done: str = "") -> Response:
        store, now, say = school.store, school.now(), catalogue_of(request).say
        notices = {
            "password": say("me.password_saved"),
            "scores_only": say("me.scores_only_on"),
            "everywhere": say("me.signed_out_elsewhere"),
        }
        held = holdings.held(store, visitor.id, now=now)
        return _show(
            request,
            "me.html",
            visitor=visitor,
            openid=bool(school.settings.oidc_issuer),
            notice=notices.get(done, ""),
            known=people.identify(store, visitor.id),
            classes=classes.of_person(store, visitor.id),
            held=held,
            listened=_listened(school, visitor, catalogue_of(request)),
            first_days=_days_until(held.next_removal, now),
            last_days=_days_until(held.last_removal, now),
            asked=_asked(school, visitor, catalogue_of(request)),
        )

    @router.post("/me/scores-only")
    def keep_scores_only(visitor: SignedInVisitor, value: Annotated[Literal["on", "off"], Form()]) -> Response:
        people.set_scores_only(school.store, visitor.id, value == "on", by=visitor.id, now=school.now())
        return RedirectResponse("/me?done=scores_only" if value == "on" else "/me", _SEE_OTHER)

    @router.post("/me/sign-out-elsewhere")
    def sign_out_elsewhere(visitor: SignedInVisitor) -> Response:
        accounts.sign_out_elsewhere(school.store, visitor.id, keep=visitor.token, now=school.now())
        return RedirectResponse("/me?done=everywhere", _SEE_OTHER)


def _add_consents(router: APIRouter, school: School) -> None:
    @router.get("/me/consents")
    def ask(request: Request, visitor: SignedInVisitor, done: str = "") -> Response:
        say = catalogue_of(request).say
        notices = {
            "joined": say("me.joined", name=visitor.person.pseudonym),
            "given": say("me.given"),
            "withdrawn": say("me.withdrawn"),
            "changed": say("me.words_changed"),
        }
        return _show(
            request,
            "consents.html",
            visitor=visitor,
            notice=notices.get(done, ""),
            closed=done == "closed",
            retention_days=school.settings.retention_days,
            asked=_asked(school, visitor, catalogue_of(request)),
        )

    @router.post("/me/consents/{purpose}/give")
    def give(visitor: SignedInVisitor, purpose: Purpose, language: Field, version: Annotated[int, Form()]) -> Response:
        if visitor.person.role != "learner":
            raise NotAllowed
        if version != VERSIONS[purpose]:
            return RedirectResponse("/me/consents?done=changed", _SEE_OTHER)
        store = school.store
        consents.give(store, visitor.id, purpose, language=language, guardian=False, by=visitor.id, now=school.now())
        return RedirectResponse(f"/me/consents?done=given#{purpose}", _SEE_OTHER)

    @router.post("/me/consents/{purpose}/withdraw")
    def withdraw(visitor: SignedInVisitor, purpose: Purpose) -> Response:
        consents.withdraw(school.store, visitor.id, purpose, by=visitor.id, now=school.now())
        done = "closed" if purpose == "practice" else f"withdrawn#{purpose}"
        return RedirectResponse(f"/me/consents?done={done}", _SEE_OTHER)


def _add_export(router: APIRouter, school: School) -> None:
    @router.post("/me/export")
    def fetch(request: Request, visitor: SignedInVisitor) -> Response:
        school.limits.count("export", visitor.id)
        catalogue, now = catalogue_of(request), school.now()
        making = export.Making(convert=to_wav, page=lambda content: _page(content, catalogue))
        # Without a name: other programs cannot open it, and it is gone when this one ends, however.
        file = cast("IO[bytes]", tempfile.TemporaryFile())  # noqa: SIM115 - lives until it is sent
        try:
            export.write(school.store, visitor.id, file, making=making, by=visitor.id, now=now)
            length = file.tell()
            file.seek(0)
        except BaseException:
            file.close()
            raise
        headers = {
            "Content-Disposition": f'attachment; filename="lafal-{now:%Y-%m-%d}.zip"',
            "Content-Length": str(length),
        }
        return StreamingResponse(_sent(file), media_type="application/zip", headers=headers)


def _add_deletion(router: APIRouter, school: School) -> None:
    @router.get("/me/delete")
    def ask(request: Request, visitor: SignedInVisitor) -> Response:
        _require_may_leave(visitor)
        return _ask_deletion(school, request, visitor)

    @router.post("/me/delete")
    def delete(request: Request, visitor: SignedInVisitor, name: Field = "") -> Response:
        _require_may_leave(visitor)
        try:
            confirmed(name, visitor.person.pseudonym, catalogue_of(request))
        except SpeechError as error:
            return _ask_deletion(school, request, visitor, error=error, typed=name)
        deletion.forget(school.store, visitor.id, by=visitor.id, now=school.now())
        response = RedirectResponse("/sign-in?done=deleted", _SEE_OTHER)
        forget(response)
        return response


def _require_may_leave(visitor: Visitor) -> None:
    """Refuse admins: another one deletes them, so that there is always one left."""
    if visitor.person.role == "admin":
        raise NotAllowed


def _ask_deletion(
    school: School, request: Request, visitor: Visitor, *, error: SpeechError | None = None, typed: str = ""
) -> Response:
    held = holdings.held(school.store, visitor.id, now=school.now())
    return _show(request, "delete_me.html", visitor=visitor, error=error, held=held, typed=typed)


def _asked(school: School, visitor: Visitor, catalogue: Catalogue) -> tuple[Asked, ...]:
    """What somebody is asked, with the yes there is; nothing of those whose recordings are never kept."""
    if visitor.person.role != "learner":
        return ()
    standing = [one for one in consents.history(school.store, visitor.id) if one.withdrawn_at is None]
    return tuple(
        _asked_about(school, visitor, purpose, catalogue, [one for one in standing if one.purpose == purpose])
        for purpose in VERSIONS
    )


def _asked_about(
    school: School, visitor: Visitor, purpose: Purpose, catalogue: Catalogue, standing: list[Consent]
) -> Asked:
    titles: Mapping[Purpose, str] = {
        "practice": catalogue.say("me.purpose_practice"),
        "teacher_listens": catalogue.say("me.purpose_teacher_listens"),
        "research_export": catalogue.say("me.purpose_research_export"),
        "speaker_check": catalogue.say("me.purpose_speaker_check"),
    }
    current = [one for one in standing if one.version == VERSIONS[purpose]]
    counting = [one for one in current if one.guardian or not visitor.person.needs_guardian]
    return Asked(
        purpose=purpose,
        title=titles[purpose],
        text=TEXTS[purpose, catalogue.language],
        version=VERSIONS[purpose],
        holds=consents.holds(school.store, visitor.id, purpose),
        standing=counting[-1] if counting else None,
        outdated=bool(standing) and not current,
    )


def _listened(school: School, visitor: Visitor, catalogue: Catalogue) -> list[tuple[str, str, str]]:
    """Give when somebody listened, who, and to what."""
    return [
        (moment(one.at, one.time_zone, catalogue), one.teacher, one.title)
        for one in holdings.listenings(school.store, visitor.id)
    ]


def _days_until(moment: datetime | None, now: datetime) -> int:
    return 0 if moment is None else max(0, math.ceil((moment - now) / timedelta(days=1)))


def _sent(file: IO[bytes]) -> Generator[bytes]:
    with file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _page(content: Mapping[str, Any], catalogue: Catalogue) -> str:
    say = catalogue.say
    aspects = {
        "overall": say("me.score_overall"),
        "accuracy": say("me.score_accuracy"),
        "fluency": say("me.score_fluency"),
        "completeness": say("me.score_completeness"),
        "prosody": say("me.score_prosody"),
    }
    return render("export.html", catalogue, language=catalogue.language, aspects=aspects, content=content)
