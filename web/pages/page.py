"""The frame of every classroom page: header, navigation by role, message, footer."""

import json
from collections.abc import Sequence
from functools import partial

from fastapi import Request
from starlette.responses import HTMLResponse

from speech.errors import SpeechError
from web.catalogue import LANGUAGES
from web.components.templates import render
from web.dates import say_day
from web.errors import http_status
from web.responses import catalogue_of, retry_after
from web.visitors import Visitor

_NAVIGATION = {
    "admin": (("/people", "people"), ("/classes", "classes"), ("/me", "me")),
    "teacher": (("/classes", "classes"), ("/me", "me")),
    "learner": (("/homework", "homework"), ("/me", "me")),
}
_OK = 200


def show(
    request: Request,
    template: str,
    *,
    visitor: Visitor | None = None,
    error: SpeechError | None = None,
    notice: str = "",
    scripts: Sequence[str] = (),
    styles: Sequence[str] = (),
    strings: Sequence[str] = (),
    **values: object,
) -> HTMLResponse:
    """Write a page.

    Parameters
    ----------
    request : Request
        Tells the language.
    template : str
        File in `web/pages` that extends "layout.html"; besides `values` it knows `say`, `count`, `on_day`, `language`,
        `visitor` and `csrf`.
    visitor : Visitor, optional
        Who is signed in.
    error : SpeechError, optional
        What went wrong with what was sent; shown at the top, and gives the status. The form is shown again as it was.
    notice : str
        A sentence about what was just done.
    scripts, styles : sequence of str
        Modules of `web/scripts` and style sheets of `web/styles` this page needs besides those of the frame.
    strings : sequence of str
        Sections of the catalogue its scripts need.
    values : object
        What else the template names.
    """
    catalogue = catalogue_of(request)
    sentence, remedy = catalogue.explain(error) if error else ("", "")
    known = {f"{part}.{key}": text for part in strings for key, text in catalogue.section(part).items()}
    text = render(
        template,
        catalogue,
        language=catalogue.language,
        languages=LANGUAGES,
        here=request.url.path,
        visitor=visitor,
        csrf=visitor.csrf if visitor else "",
        navigation=_NAVIGATION[visitor.person.role] if visitor else (),
        problem={"code": error.code, "sentence": sentence, "remedy": remedy} if error else None,
        notice=notice,
        on_day=partial(say_day, catalogue=catalogue),
        scripts=scripts,
        styles=styles,
        strings=json.dumps(known, ensure_ascii=False),
        **values,
    )
    headers = {"Vary": "Cookie", **retry_after(error)}
    return HTMLResponse(text, status_code=http_status(error) if error else _OK, headers=headers)
