"""The parts of the practice page that are the same for every reading, written in one language."""

import json
from itertools import groupby

from phonemes.inventory import phone
from speech.errors import SpeechError
from speech.settings import Settings
from web.catalogue import LANGUAGES, Catalogue
from web.components.templates import render
from web.exercises import exercises
from web.recordings import new_token


def render_header(catalogue: Catalogue) -> str:
    """Write the name, what it does, and the language switch."""
    return render("header.html", catalogue, languages=LANGUAGES, language=catalogue.language)


def render_picker(catalogue: Catalogue) -> str:
    """Write the list of sentences, by level."""
    levels = [(level, list(group)) for level, group in groupby(exercises(), key=lambda exercise: exercise.level)]
    return render("picker.html", catalogue, levels=levels, ipa=_ipa)


def _ipa(sounds: tuple[str, ...]) -> str:
    return " ".join(f"/{phone(symbol).ipa}/" for symbol in sounds)


def render_recorder(settings: Settings, catalogue: Catalogue) -> str:
    """Write the recorder; its script gets the limits and its sentences along."""
    return render(
        "recorder.html",
        catalogue,
        limit_s=settings.max_speech_s,
        limit_bytes=settings.max_file_bytes,
        strings=json.dumps(catalogue.section("recorder"), ensure_ascii=False),
    )


def render_message(error: SpeechError, catalogue: Catalogue, *, attempt: int) -> str:
    """Write what went wrong and what to do, in answer to one check."""
    sentence, remedy = catalogue.explain(error)
    # The page hears of a message when it differs from the one before: the same trouble twice must differ too.
    values = {"nonce": new_token(), "attempt": attempt, "code": error.code, "sentence": sentence, "remedy": remedy}
    return render("message.html", catalogue, **values)


def render_footer(catalogue: Catalogue) -> str:
    """Write the promise at the bottom, and the invisible place from which screen readers hear news."""
    return render("footer.html", catalogue)
