"""Errors as JSON in the caller's language."""

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse

from speech.errors import DecoderLost, SpeechError
from web.catalogue import Catalogue, negotiate, open_catalogue
from web.errors import Busy, Stuck, TooOften, http_status

LANGUAGE_COOKIE = "lafal_language"
"""The language a person picked in the page."""


def catalogue_of(connection: HTTPConnection) -> Catalogue:
    """Open the catalogue the caller wants: the one picked before, else the one the browser asks for."""
    chosen = connection.cookies.get(LANGUAGE_COOKIE)
    return open_catalogue(negotiate(connection.headers.get("accept-language"), chosen=chosen))


def error_response(connection: HTTPConnection, error: SpeechError) -> JSONResponse:
    """Say what happened and what to do, with the status that fits.

    Returns
    -------
    JSONResponse
        ``{"code": ..., "message": ..., "remedy": ...}``, where a line is full also ``"before"``, its length; one that
        will pass by itself adds Retry-After.
    """
    sentence, remedy = catalogue_of(connection).explain(error)
    body: dict[str, object] = {"code": error.code, "message": sentence, "remedy": remedy}
    if isinstance(error, Busy) and "before" in error.facts:
        body["before"] = error.facts["before"]
    return JSONResponse(body, status_code=http_status(error), headers=retry_after(error))


def retry_after(error: SpeechError | None) -> dict[str, str]:
    """Give the header that says when to come back, where an error knows."""
    return (
        {"Retry-After": f"{error.facts['seconds']:.0f}"}
        if isinstance(error, Busy | TooOften | DecoderLost | Stuck)
        else {}
    )
