"""What can go wrong between a browser and the judging, and the HTTP status of every error."""

from classroom.errors import (
    AccountError,
    AlreadyThere,
    ClassroomError,
    ConsentMissing,
    DifferentUpload,
    InvalidDetail,
    InvalidRoster,
    NotAllowed,
    NotFound,
    NotOpen,
    StoreError,
    UnusableCode,
)
from speech.errors import (
    AudioError,
    DecoderLost,
    FileTooLarge,
    ModelError,
    NoExample,
    NotAudio,
    SpeechError,
    TextError,
    UnsupportedAudio,
)


class WebError(SpeechError):
    """The request, not the speech, is the trouble."""

    code = "web_error"
    template = "Something went wrong on our side."
    remedy_template = "Your recording is still here. Try again in a moment."


class Broken(WebError):
    """Something failed that nobody foresaw; the log has it."""

    code = "broken"
    remedy_template = "Try again in a moment; if it goes on, tell whoever runs this server."


class Busy(WebError):
    """More readings wait than we accept; facts: seconds to wait."""

    code = "busy"
    template = "Many people are practising right now."
    remedy_template = "Your recording is still here. Try again in about {seconds:.0f} seconds."


class Stuck(WebError):
    """A reading takes longer to judge than any does; facts: seconds to wait."""

    code = "stuck"
    template = "This recording takes too long to judge."
    remedy_template = "Your recording is still here. Try again in about {seconds:.0f} seconds, or record once more."


class RecordingGone(WebError):
    """The recording expired, was deleted, or belongs to somebody else."""

    code = "recording_gone"
    template = "The recording is no longer on the server."
    remedy_template = "Press check once more; your browser sends it again."


class NoRecording(WebError):
    """Check was asked for before anything was recorded."""

    code = "no_recording"
    template = "There is no recording yet."
    remedy_template = "Press record and read the sentence, or upload a file."


class FreeSpeech(TextError):
    """There is no text to compare a recording with."""

    code = "free_speech"
    template = "Lafal does not judge free speech."
    remedy_template = "A teacher listens to it and gives the score."


class ForeignOrigin(WebError):
    """A page of another site sent this request."""

    code = "foreign_origin"
    template = "This request came from another site."
    remedy_template = "Open the practice page and try again there."


class StaleForm(WebError):
    """What was sent does not carry what this session's forms carry."""

    code = "stale_form"
    template = "This page was opened before you signed in."
    remedy_template = "Go back, reload the page and send it again; nothing has been changed."


class TooOften(WebError):
    """More tries than anybody needs; facts: seconds to wait."""

    code = "too_often"
    template = "That was tried too often."
    remedy_template = "Wait {seconds:.0f} seconds and try again."


class Unreachable(WebError):
    """A learning platform or sign-in provider that an admin connected does not answer as it should; facts: host."""

    code = "unreachable"
    template = "{host} does not answer as it should."
    remedy_template = "Try again in a moment; if it goes on, tell whoever runs this server."


class BadRequest(WebError):
    """A field of the request cannot be read; facts: field."""

    code = "bad_request"
    template = "The field “{field}” cannot be read."
    remedy_template = "Compare your request with /api/v1/openapi.json."


class RequestTooLarge(WebError):
    """A request that carries no recording is larger than any page of ours sends."""

    code = "request_too_large"
    template = "The request is too large."
    remedy_template = "Send one sentence and one recording at a time."


_STATUS: tuple[tuple[type[SpeechError], int], ...] = (
    (FileTooLarge, 413),
    (RequestTooLarge, 413),
    (NotAudio, 415),
    (UnsupportedAudio, 415),
    (Busy, 429),
    (RecordingGone, 404),
    (NoExample, 404),
    (NoRecording, 400),
    (BadRequest, 400),
    (ForeignOrigin, 403),
    (StaleForm, 403),
    (TooOften, 429),
    (UnusableCode, 404),
    (AccountError, 401),
    (NotAllowed, 403),
    (ConsentMissing, 403),
    (NotFound, 404),
    (NotOpen, 409),
    (AlreadyThere, 409),
    (DifferentUpload, 409),
    (InvalidDetail, 422),
    (InvalidRoster, 422),
    (StoreError, 503),
    (ClassroomError, 409),
    (Unreachable, 502),
    (DecoderLost, 503),
    (Stuck, 503),
    (WebError, 500),
    (ModelError, 503),
    (AudioError, 422),
    (TextError, 422),
)


def http_status(error: SpeechError) -> int:
    """Choose the HTTP status that says whose turn it is: the caller's (4xx) or ours (5xx).

    Returns
    -------
    int
        413 too large, 415 not audio, 422 cannot be judged, 429 busy, 503 no model, and so on.
    """
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 422)
