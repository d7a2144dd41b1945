"""The practice page: choose a sentence, read it aloud, see every sound."""

import json
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import gradio as gr
from fastapi import FastAPI

from phonemes.inventory import phone
from speech.errors import SpeechError, TextTooLong
from speech.results import Assessment
from speech.settings import Settings
from web.assessing import AssessmentQueue
from web.catalogue import LANGUAGES, Catalogue, open_catalogue
from web.components.result import render_empty, render_result
from web.components.templates import read_text, render
from web.errors import NoRecording, WebError
from web.exercises import exercises
from web.recordings import RecordingStore, new_token
from web.security import OWNER_COOKIE

_STYLES = ("page.css", "recorder.css", "result.css")
_FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "DejaVu Sans", "sans-serif")
_MONO_FONTS = ("ui-monospace", "Menlo", "Consolas", "monospace")
_STATE_LIFETIME_S = 3600
_WHICHEVER_ATTEMPT = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A reading that was judged: the page's count of checks, its own name of the recording, and the verdicts."""

    attempt: int
    clip: str
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the last checks gave, kept so that another language can show it again.

    Parameters
    ----------
    judged : Judged or None
        The last reading that could be judged.
    error : SpeechError or None
        Why a later check gave nothing.
    """

    judged: Judged | None = None
    error: SpeechError | None = None


def mount_practice(
    app: FastAPI, settings: Settings, *, queue: AssessmentQueue, store: RecordingStore, language: str
) -> None:
    """Serve the page in one language below "/" + `language`; it can switch to any other."""
    page = build_practice(settings, queue=queue, store=store, language=language)
    gr.mount_gradio_app(
        app,
        page,
        path=f"/{language}",
        allowed_paths=[],
        max_file_size=1,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        run_history=False,
        footer_links=[],
        theme=_theme(),
        css="\n".join(read_text(name) for name in _STYLES),
        head='<link rel="icon" href="/icon.svg" type="image/svg+xml">',
    )


def _theme() -> gr.themes.Base:
    return gr.themes.Base(font=_FONTS, font_mono=_MONO_FONTS)


def build_practice(
    settings: Settings, *, queue: AssessmentQueue, store: RecordingStore, language: str
) -> gr.Blocks:
    """Lay out the page and connect its parts."""
    catalogue = open_catalogue(language)
    with gr.Blocks(title=catalogue.say("page.title"), analytics_enabled=False, delete_cache=(600, 600)) as page:
        spoken_language = gr.State(language)
        outcome = gr.State(Outcome(), time_to_live=_STATE_LIFETIME_S)
        header = _part("header", _header(catalogue))
        with gr.Column(elem_classes="lf-steps"):
            picker = _part("picker", _picker(catalogue))
            text = gr.Textbox(**_text_labels(catalogue), lines=2, max_lines=8, elem_id="lf-text", value=_first_text())
            recorder = _part("recorder", _recorder(settings, catalogue))
            message = _part("message", "")
        result = _part("result", render_empty(catalogue))
        footer = gr.HTML(_footer(catalogue), elem_id="lf-footer")
        handlers = _Handlers(settings, queue, store)
        shown = {"show_progress": "hidden", "api_visibility": "private", "queue": True}
        picker.pick(handlers.pick, None, text, **shown)
        result.practise(handlers.pick, None, text, **shown)
        checked = recorder.check(
            handlers.check, [text, spoken_language, outcome], [result, message, outcome], concurrency_limit=None, **shown
        )
        checked.failure(handlers.fail, [spoken_language, outcome], [message, outcome], **shown)
        header.switch(
            handlers.switch,
            outcome,
            [header, picker, text, recorder, message, result, footer, spoken_language],
            **shown,
        )
    return page


def _part(name: str, value: str) -> gr.HTML:
    return gr.HTML(value, elem_id=f"lf-{name}", js_on_load=read_text(f"{name}.js"), apply_default_css=False)


class _Handlers:
    """What the page's events do; none of them keeps anything but in the page's own state."""

    def __init__(self, settings: Settings, queue: AssessmentQueue, store: RecordingStore) -> None:
        self._settings = settings
        self._queue = queue
        self._store = store

    def pick(self, event: gr.EventData) -> str:
        return str(event.text)

    async def check(
        self, text: str, language: str, last: Outcome, event: gr.EventData, request: gr.Request
    ) -> tuple[Any, str, Outcome]:
        catalogue = open_catalogue(language)
        attempt, clip = int(event.attempt), str(event.clip)
        try:
            assessment = await self._judge(str(event.recording), text, request.cookies.get(OWNER_COOKIE))
        except SpeechError as error:
            return gr.skip(), _message(error, catalogue, attempt), Outcome(last.judged, error)
        judged = Judged(attempt, clip, assessment)
        return _result(judged, catalogue), "", Outcome(judged)

    async def _judge(self, identifier: str, text: str, owner: str | None) -> Assessment:
        words = len(text.split())
        if words > self._settings.max_words:
            raise TextTooLong({"words": words, "limit": self._settings.max_words})
        if not identifier:
            raise NoRecording
        stored = self._store.find(identifier, owner=owner)
        assessment = await self._queue.assess(stored.path, text)
        # The browser keeps the recording; should it be wanted again, it comes again.
        self._store.delete(identifier, owner=owner)
        return assessment

    def fail(self, language: str, last: Outcome) -> tuple[str, Outcome]:
        error = WebError()
        return _message(error, open_catalogue(language), _WHICHEVER_ATTEMPT), Outcome(last.judged, error)

    def switch(self, last: Outcome, event: gr.EventData) -> tuple[Any, ...]:
        catalogue = open_catalogue(str(event.language))
        return (
            _header(catalogue),
            _picker(catalogue),
            gr.update(**_text_labels(catalogue)),
            _recorder(self._settings, catalogue),
            _message(last.error, catalogue, _WHICHEVER_ATTEMPT) if last.error else "",
            _result(last.judged, catalogue),
            _footer(catalogue),
            catalogue.language,
        )


def _result(judged: Judged | None, catalogue: Catalogue) -> str:
    if judged is None:
        return render_empty(catalogue)
    return render_result(judged.assessment, catalogue, attempt=judged.attempt, clip=judged.clip)


def _message(error: SpeechError, catalogue: Catalogue, attempt: int) -> str:
    sentence, remedy = catalogue.explain(error)
    # The page hears of a message when it differs from the one before: the same trouble twice must differ too.
    values = {"nonce": new_token(), "attempt": attempt, "code": error.code, "sentence": sentence, "remedy": remedy}
    return render("message.html", catalogue, **values)


def _header(catalogue: Catalogue) -> str:
    return render("header.html", catalogue, languages=LANGUAGES, language=catalogue.language)


def _picker(catalogue: Catalogue) -> str:
    levels = [(level, list(group)) for level, group in groupby(exercises(), key=lambda exercise: exercise.level)]
    return render("picker.html", catalogue, levels=levels, ipa=_ipa)


def _ipa(sounds: tuple[str, ...]) -> str:
    return " ".join(f"/{phone(symbol).ipa}/" for symbol in sounds)


def _first_text() -> str:
    return exercises()[0].text


def _recorder(settings: Settings, catalogue: Catalogue) -> str:
    return render(
        "recorder.html",
        catalogue,
        limit_s=settings.max_speech_s,
        limit_bytes=settings.max_file_bytes,
        strings=json.dumps(catalogue.section("recorder"), ensure_ascii=False),
    )


def _text_labels(catalogue: Catalogue) -> dict[str, str]:
    return {
        "label": catalogue.say("text.label"),
        "info": catalogue.say("text.info"),
        "placeholder": catalogue.say("text.placeholder"),
    }


def _footer(catalogue: Catalogue) -> str:
    return render("footer.html", catalogue)
