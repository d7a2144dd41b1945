"""The parts of the practice page that are the same for every reading, written in one language."""

import json

from classroom.exercises import units
from phonemes.inventory import phone
from speech.errors import SpeechError
from speech.settings import Settings
from web.catalogue import LANGUAGES, Catalogue
from web.components.templates import render
from web.owners import new_token

_SHOWN_SOUNDS = 3
_SCRIPT_SECTIONS = ("recorder", "shelf", "listen", "journey", "progress", "result")


def render_header(catalogue: Catalogue) -> str:
    """Write the name, what it does, and the switches for language and theme."""
    return render("header.html", catalogue, languages=LANGUAGES, language=catalogue.language)


def render_shelf(catalogue: Catalogue) -> str:
    """Write the units to choose from, and the places where the chosen exercise appears."""
    return render("shelf.html", catalogue, units=units(), ipa=_ipa, language=catalogue.language)


def _ipa(sounds: tuple[str, ...]) -> str:
    return " ".join(f"/{phone(symbol).ipa}/" for symbol in sounds[:_SHOWN_SOUNDS])


def render_listen(catalogue: Catalogue) -> str:
    """Write the buttons for the model voice."""
    return render("listen.html", catalogue)


def render_recorder(settings: Settings, catalogue: Catalogue) -> str:
    """Write the recorder; its script gets the limits along."""
    return render("recorder.html", catalogue, limit_s=settings.max_speech_s, limit_bytes=settings.max_file_bytes)


def render_journey(catalogue: Catalogue) -> str:
    """Write the places for several exercises in a row and their summary."""
    return render("journey.html", catalogue)


def render_progress(catalogue: Catalogue) -> str:
    """Write the place for what this browser remembers of each sound."""
    return render("progress.html", catalogue)


def render_message(error: SpeechError, catalogue: Catalogue, *, attempt: int) -> str:
    """Write what went wrong and what to do, in answer to one check."""
    sentence, remedy = catalogue.explain(error)
    # The page hears of a message when it differs from the one before: the same trouble twice must differ too.
    values = {"nonce": new_token(), "attempt": attempt, "code": error.code, "sentence": sentence, "remedy": remedy}
    return render("message.html", catalogue, **values)


def render_footer(catalogue: Catalogue) -> str:
    """Write the promise at the bottom, where screen readers hear news, and the sentences that scripts say."""
    strings = {f"{part}.{key}": text for part in _SCRIPT_SECTIONS for key, text in catalogue.section(part).items()}
    return render("footer.html", catalogue, strings=json.dumps(strings, ensure_ascii=False))
