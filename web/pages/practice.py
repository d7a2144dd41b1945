"""The practice page: choose a sentence, hear it, read it aloud, see every sound."""

import json
from functools import partial

import gradio as gr
from fastapi import FastAPI
from gradio.themes import Base

from speech.settings import Settings
from web.assessing import AssessmentQueue
from web.catalogue import open_catalogue
from web.components.parts import (
    render_footer,
    render_header,
    render_journey,
    render_listen,
    render_progress,
    render_recorder,
    render_shelf,
)
from web.components.result import render_empty
from web.components.templates import read_style
from web.course import first_exercise
from web.pages.handlers import Outcome, PracticeHandlers
from web.recordings import RecordingStore

_STYLES = ("colours", "page", "buttons", "shelf", "recorder", "result", "mouth", "print")
_FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "DejaVu Sans", "sans-serif")
_MONO_FONTS = ("ui-monospace", "Menlo", "Consolas", "monospace")
_STATE_LIFETIME_S = 3600
_CACHE_SWEEP_S = 600
_HEAD = '<link rel="icon" href="/icon.svg" type="image/svg+xml"><link rel="modulepreload" href="/scripts/page.js">'
# Gradio hands a part its element and events inside a function; the page's modules take over from there. It finds the
# events that a part may send by their quoted names.
_CONNECT = """import("/scripts/page.js")
    .then((page) => page.connect("{name}", {{ element, trigger, watch, events: {events} }}));"""


def mount_practice(
    app: FastAPI, settings: Settings, *, queue: AssessmentQueue, store: RecordingStore, language: str
) -> frozenset[int]:
    """Serve the page in one language below "/" + `language`; it can switch to any other. Gives its events' numbers."""
    page = build_practice(settings, queue=queue, store=store, language=language)
    gr.mount_gradio_app(
        app,
        page,
        path=f"/{language}",
        allowed_paths=[],
        # Nothing is ever uploaded to Gradio; its upload route is closed as well.
        max_file_size=1,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        run_history=False,
        footer_links=[],
        theme=Base(font=_FONTS, font_mono=_MONO_FONTS),
        css="\n".join(read_style(f"{name}.css") for name in _STYLES),
        head=_HEAD,
    )
    return frozenset(page.fns)


def build_practice(settings: Settings, *, queue: AssessmentQueue, store: RecordingStore, language: str) -> gr.Blocks:
    """Lay out the page and connect its parts."""
    catalogue = open_catalogue(language)
    cache_lifetime_s = (_CACHE_SWEEP_S, _CACHE_SWEEP_S)
    with gr.Blocks(title=catalogue.say("page.title"), analytics_enabled=False, delete_cache=cache_lifetime_s) as page:
        spoken = gr.State(language)
        outcome = gr.State(Outcome(), time_to_live=_STATE_LIFETIME_S)
        header = _part("header", render_header(catalogue), sends="switch")
        with gr.Column(elem_classes="lf-steps"):
            shelf = _part("shelf", render_shelf(catalogue))
            text = gr.Textbox(
                first_exercise().text,
                label=catalogue.say("text.label"),
                info=catalogue.say("text.info"),
                placeholder=catalogue.say("text.placeholder"),
                lines=1,
                max_lines=8,
                elem_id="lf-text",
            )
            listen = _part("listen", render_listen(catalogue))
            recorder = _part("recorder", render_recorder(settings, catalogue), sends="check")
            message = _part("message", "")
        journey = _part("journey", render_journey(catalogue))
        result = _part("result", render_empty(catalogue))
        progress = _part("progress", render_progress(catalogue))
        footer = _part("footer", render_footer(catalogue))
        handlers = PracticeHandlers(settings, queue=queue, store=store)
        # No event is an API endpoint, and none covers its outputs while it runs: the page shows progress itself.
        on = partial(partial, show_progress="hidden", api_visibility="private")
        answers = [result, message, outcome]
        checked = on(recorder.check)(handlers.check, [text, spoken, outcome], answers, concurrency_limit=None)
        on(checked.failure)(handlers.fail, [spoken, outcome], [message, outcome])
        everything = [header, shelf, text, listen, recorder, message, journey, result, progress, footer, spoken]
        on(header.switch)(handlers.switch, outcome, everything)
    return page


def _part(name: str, value: str, *, sends: str | None = None) -> gr.HTML:
    script = _CONNECT.format(name=name, events=json.dumps([sends] if sends else []))
    return gr.HTML(value, elem_id=f"lf-{name}", js_on_load=script, apply_default_css=False)
