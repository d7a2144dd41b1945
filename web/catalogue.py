"""The sentences people see, in English and Bahasa Indonesia, and which of the two a browser asks for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from types import MappingProxyType

from speech.errors import SpeechError

LANGUAGES: tuple[str, ...] = ("en", "id")
"""Languages with a full catalogue; the first is used when a browser asks for none of them."""

_FOLDER = Path(__file__).parent / "locales"


class _CommaFormatter(Formatter):
    """Write decimal numbers with a comma, as Bahasa Indonesia does."""

    def format_field(self, value: object, format_spec: str) -> str:
        text = super().format_field(value, format_spec)
        return text.replace(".", ",") if isinstance(value, float) else text


_FORMATTERS: Mapping[str, Formatter] = MappingProxyType({"en": Formatter(), "id": _CommaFormatter()})


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All strings of one language.

    Parameters
    ----------
    language : str
        Language code, such as "id".
    strings : mapping of str to str
        Key -> sentence, with `str.format` fields for facts.
    """

    language: str
    strings: Mapping[str, str]

    def __contains__(self, key: str) -> bool:
        return key in self.strings

    def say(self, key: str, **facts: object) -> str:
        """Give the sentence of a key with its facts filled in.

        Raises
        ------
        KeyError
            The catalogue has no such key, or a fact is missing.
        """
        return _FORMATTERS.get(self.language, Formatter()).vformat(self.strings[key], (), facts)

    def count(self, key: str, number: int) -> str:
        """Give the sentence for one or for several things; the keys end in ".one" and ".other"."""
        return self.say(f"{key}.{'one' if number == 1 else 'other'}", number=number)

    def say_or(self, key: str, fallback: str, **facts: object) -> str:
        """Give the sentence of a key built from a code that may be newer than the catalogue."""
        return self.say(key if key in self.strings else fallback, **facts)

    def section(self, prefix: str) -> dict[str, str]:
        """Give all sentences below a prefix, without it, for a script in the page."""
        start = f"{prefix}."
        return {key.removeprefix(start): text for key, text in self.strings.items() if key.startswith(start)}

    def explain(self, error: SpeechError) -> tuple[str, str]:
        """Translate an error into what happened and what to do.

        Returns
        -------
        tuple of str
            Sentence and remedy; the error's own English where the catalogue does not know its code.
        """
        key = f"error.{error.code}"
        if f"{key}.sentence" not in self.strings:
            return error.sentence, error.remedy
        facts = self._in_words(error.facts)
        return self.say(f"{key}.sentence", **facts), self.say(f"{key}.remedy", **facts)

    def _in_words(self, facts: Mapping[str, object]) -> Mapping[str, object]:
        """Name the field, and say what is wrong with it, where the facts have a code for that."""
        field, reason = facts.get("field"), facts.get("reason")
        if f"assignments.field.{field}" not in self or f"assignments.problem.{reason}" not in self:
            return facts
        named = self.say(f"assignments.field.{field}", **facts)
        return {**facts, "field": named, "problem": self.say(f"assignments.problem.{reason}", **facts)}


@cache
def open_catalogue(language: str) -> Catalogue:
    """Read the catalogue of a language; an unknown language gets the first of `LANGUAGES`."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    files = sorted((_FOLDER / known).glob("*.json"))
    strings = {key: text for file in files for key, text in json.loads(file.read_text(encoding="utf-8")).items()}
    return Catalogue(known, MappingProxyType(strings))


def negotiate(accept_language: str | None, *, chosen: str | None = None) -> str:
    """Pick the language to greet a browser in.

    Parameters
    ----------
    accept_language : str, optional
        The request's Accept-Language header, such as "id-ID,id;q=0.9,en;q=0.8".
    chosen : str, optional
        What the person picked before; it wins if we have it.

    Returns
    -------
    str
        One of `LANGUAGES`.
    """
    if chosen in LANGUAGES:
        return str(chosen)
    wishes = [_wish(part) for part in (accept_language or "").split(",")]
    for _, language in sorted(wishes, key=lambda wish: -wish[0]):
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


def _wish(part: str) -> tuple[float, str]:
    tag, _, parameters = part.partition(";")
    language = tag.strip().lower().partition("-")[0]
    # "in" is what old Android phones still call Indonesian.
    language = "id" if language == "in" else language
    weight = parameters.strip().removeprefix("q=") or "1"
    try:
        return float(weight), language
    except ValueError:
        return 0.0, language
