"""The practice page: choose a sentence, read it aloud, see every sound."""

from functools import partial

import gradio as gr
from fastapi import FastAPI
from gradio.themes import Base

from speech.settings import Settings
from web.assessing import AssessmentQueue
from web.catalogue import open_catalogue
from web.components.parts import render_footer, render_header, render_picker, render_recorder
from web.components.result import render_empty
from web.components.templates import read_text
from web.exercises import exercises
from web.pages.handlers import Outcome, PracticeHandlers
from web.recordings import RecordingStore

_STYLES = ("page.css", "recorder.css", "result.css")
_FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "DejaVu Sans", "sans-serif")
_MONO_FONTS = ("ui-monospace", "Menlo", "Consolas", "monospace")
_STATE_LIFETIME_S = 3600
_CACHE_SWEEP_S = 600


def mount_practice(
    app: FastAPI, settings: Settings, *, queue: AssessmentQueue, store: RecordingStore, language: str
) -> None:
    """Serve the page in one language below "/" + `language`; it can switch to any other."""
    gr.mount_gradio_app(
        app,
        build_practice(settings, queue=queue, store=store, language=language),
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
        css="\n".join(read_text(name) for name in _STYLES),
        head='<link rel="icon" href="/icon.svg" type="image/svg+xml">',
    )


def build_practice(settings: Settings, *, queue: AssessmentQueue, store: RecordingStore, language: str) -> gr.Blocks:
    """Lay out the page and connect its parts."""
    catalogue = open_catalogue(language)
    cache_lifetime_s = (_CACHE_SWEEP_S, _CACHE_SWEEP_S)
    with gr.Blocks(title=catalogue.say("page.title"), analytics_enabled=False, delete_cache=cache_lifetime_s) as page:
        spoken = gr.State(language)
        outcome = gr.State(Outcome(), time_to_live=_STATE_LIFETIME_S)
        header = _part("header", render_header(catalogue))
        with gr.Column(elem_classes="lf-steps"):
            picker = _part("picker", render_picker(catalogue))
            text = gr.Textbox(
                exercises()[0].text,
                label=catalogue.say("text.label"),
                info=catalogue.say("text.info"),
                placeholder=catalogue.say("text.placeholder"),
                lines=2,
                max_lines=8,
                elem_id="lf-text",
            )
            recorder = _part("recorder", render_recorder(settings, catalogue))
            message = _part("message", "")
        result = _part("result", render_empty(catalogue))
        footer = gr.HTML(render_footer(catalogue), elem_id="lf-footer", apply_default_css=False)
        handlers = PracticeHandlers(settings, queue=queue, store=store)
        # No event is an API endpoint, and none covers its outputs while it runs: the page shows progress itself.
        on = partial(partial, show_progress="hidden", api_visibility="private")
        on(picker.pick)(handlers.pick, None, text)
        on(result.practise)(handlers.pick, None, text)
        answers = [result, message, outcome]
        checked = on(recorder.check)(handlers.check, [text, spoken, outcome], answers, concurrency_limit=None)
        on(checked.failure)(handlers.fail, [spoken, outcome], [message, outcome])
        everything = [header, picker, text, recorder, message, result, footer, spoken]
        on(header.switch)(handlers.switch, outcome, everything)
    return page


def _part(name: str, value: str) -> gr.HTML:
    return gr.HTML(value, elem_id=f"lf-{name}", js_on_load=read_text(f"{name}.js"), apply_default_css=False)
