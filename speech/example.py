"""One example of how a text should sound: the sound, where each word and phone lies in it, and its melody."""

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeAlias

import numpy as np

from speech.audio import load_audio
from speech.clips import CLIP_RATE, OGG, clip, faded, from_ogg, to_ogg, to_wav
from speech.errors import AudioError
from speech.prosody import contour, drawn
from speech.results import Assessment, Pitch, Verdict, WordError, WordResult

Source: TypeAlias = Literal["shipped", "synthesiser", "teacher"]

# Words, and the signs that are read aloud; a point is one only between digits.
_TOKEN = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+|[$£€%&@+=]|(?<=\d)\.(?=\d)")
_SIGNS = {"$": "dollar", "£": "pound", "€": "euro", "%": "percent", "&": "and", "@": "at", "+": "plus", "=": "equals",
          ".": "point"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExamplePhone:
    """One sound of an example: ARPAbet `phone`, its `ipa`, seconds `[start_s, end_s)`."""

    phone: str
    ipa: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class ExampleWord:
    """One word of an example; `[char_start, char_end)` points into the text, `[start_s, end_s)` into the sound."""

    text: str
    char_start: int
    char_end: int
    start_s: float
    end_s: float
    phones: tuple[ExamplePhone, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """How a text should sound.

    Parameters
    ----------
    text : str
        What is said, as it was asked for.
    voice : str
        Name of the synthesiser's voice, see `speech.voice.VOICES`; "teacher" for a person.
    source : {"shipped", "synthesiser", "teacher"}
        Made in advance, made on this computer, or recorded by a teacher.
    synthetic : bool
        False where a person speaks.
    audio : bytes
        The sound, of `media_type`.
    duration_s : float
        Length of the sound.
    words : tuple of ExampleWord
        In order; empty where the words could not be found in the sound.
    pitch : Pitch
        Melody of the whole sound.
    """

    text: str
    voice: str
    source: Source
    synthetic: bool
    audio: bytes
    media_type: str
    duration_s: float
    words: tuple[ExampleWord, ...]
    pitch: Pitch


class Listener(Protocol):
    """What finds words in a sound; `speech.assess.Assessor` is one."""

    def assess(self, audio: bytes, text: str) -> Assessment:
        """Compare a recording with a text."""
        ...


@dataclass(frozen=True, slots=True)
class Take:
    """An example just made, and how many of its `judged` phones the listener found `good`."""

    example: Example
    good: int
    judged: int


def slug(text: str) -> str:
    """Name a text in small letters and hyphens; texts that are read alike have one name.

    Examples
    --------
    >>> slug("She eats fish and rice.")
    'she-eats-fish-and-rice'
    >>> slug("I'll pay $5!")
    'i-ll-pay-dollar-5'
    """
    return "-".join(piece for piece, _, _ in tokens(text))


def tokens(text: str) -> list[tuple[str, int, int]]:
    """List the parts of a text's slug, each with its `[start, end)` in the text."""
    found = ((_piece(match.group()), match.start(), match.end()) for match in _TOKEN.finditer(text))
    return [token for token in found if token[0]]


def _piece(token: str) -> str:
    plain = unicodedata.normalize("NFKD", token).encode("ascii", "ignore").decode("ascii")
    return _SIGNS.get(token, plain.casefold())


def take(samples: np.ndarray, sample_rate: int, text: str, *, voice: str, source: Source, listener: Listener) -> Take:
    """Make an example of a sound: trim it, find its words and its melody.

    Parameters
    ----------
    samples : float32 array, shape (n,)
        Mono.
    sample_rate : int
        Samples per second of `samples`.
    text : str
        What is said in it.
    voice, source
        As in `Example`.
    listener : Listener
        Finds the words.
    """
    sound = clip(samples, sample_rate)
    content = to_wav(sound)
    duration_s = len(sound) / CLIP_RATE
    results, pitch = (), None
    with suppress(AudioError):  # the shortest words alone may be taken for no speech at all
        assessment = listener.assess(content, text)
        results, pitch = assessment.words, assessment.pitch
    example = Example(
        text=text,
        voice=voice,
        source=source,
        synthetic=source != "teacher",
        audio=to_ogg(sound),
        media_type=OGG,
        duration_s=round(duration_s, 3),
        words=_words(results, text, duration_s),
        pitch=pitch or drawn(contour(load_audio(content, require_speech=False).samples)),
    )
    verdicts = [result.verdict for word in results if word.error is not WordError.INSERTION for result in word.phones]
    return Take(example, verdicts.count(Verdict.GOOD), len(verdicts))


def _words(results: tuple[WordResult, ...], text: str, duration_s: float) -> tuple[ExampleWord, ...]:
    found = tuple(_word(word) for word in results if word.error not in (WordError.INSERTION, WordError.OMISSION))
    alone = tokens(text)
    if not found and len(alone) == 1:  # whatever is heard is the word
        _, first, last = alone[0]
        return (ExampleWord(text[first:last], first, last, 0.0, round(duration_s, 3), ()),)
    return found


def _word(word: WordResult) -> ExampleWord:
    phones = tuple(
        ExamplePhone(result.expected, result.ipa, round(result.start_s, 3), round(result.end_s, 3))
        for result in word.phones
    )
    return ExampleWord(word.text, word.char_start, word.char_end, round(word.start_s, 3), round(word.end_s, 3), phones)


def written_as(example: Example, text: str) -> Example:
    """Give an example for another spelling of its text: other capitals, signs or spaces, but the same slug."""
    if text == example.text:
        return example
    pairs = list(zip(tokens(example.text), tokens(text), strict=True))

    def moved(place: int) -> int:
        inside = [(old, new) for old, new in pairs if old[1] <= place <= old[2]]
        if not inside:
            return min(place, len(text))
        old, new = inside[0]
        return new[2] if place == old[2] else min(new[1] + place - old[1], new[2])

    words = tuple(
        replace(word, char_start=moved(word.char_start), char_end=moved(word.char_end)) for word in example.words
    )
    return replace(example, text=text, words=words)


def cut(example: Example, word: ExampleWord, text: str) -> Example:
    """Cut one word out of a longer example; `text` is how it was asked for."""
    sound, period_s = from_ogg(example.audio), example.pitch.period_s
    first = max(0, int(word.start_s / period_s) - 1)
    last = min(len(example.pitch.hz), int(word.end_s / period_s) + 3)
    start_s, end_s = first * period_s, min(last * period_s, example.duration_s)
    part = faded(sound[round(start_s * CLIP_RATE) : round(end_s * CLIP_RATE)])
    spelled = tokens(text)
    char_start, char_end = spelled[0][1], spelled[-1][2]
    phones = tuple(replace(p, start_s=_since(p.start_s, start_s), end_s=_since(p.end_s, start_s)) for p in word.phones)
    moved = ExampleWord(
        text[char_start:char_end],
        char_start,
        char_end,
        _since(word.start_s, start_s),
        _since(word.end_s, start_s),
        phones,
    )
    return replace(
        example,
        text=text,
        audio=to_ogg(part),
        duration_s=round(len(part) / CLIP_RATE, 3),
        words=(moved,),
        pitch=Pitch(period_s, example.pitch.hz[first:last]),
    )


def _since(time_s: float, start_s: float) -> float:
    return round(max(0.0, time_s - start_s), 3)
