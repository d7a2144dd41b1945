"""Find how a text should sound: a teacher's recording, the shipped voice, a synthesiser, or a word cut out."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace
from pathlib import Path

from speech import voice as model_voice
from speech.audio import load_audio
from speech.clips import OGG, WAV, from_ogg, to_wav
from speech.errors import AudioError, EmptyText, NoExample, TextTooLong, VoiceError
from speech.example import (
    Example,
    ExamplePhone,
    ExampleWord,
    Listener,
    cut,
    slug,
    take,
    tokens,
    written_as,
)
from speech.settings import Settings
from speech.voice_set import VoiceSet

__all__ = ["Example", "ExamplePhone", "ExampleWord", "Examples", "as_wav", "slug"]

_KEPT = 64
_RECORDINGS_HZ = 16_000
_log = logging.getLogger(__name__)


class Examples:
    """Finds examples; safe to share between threads.

    Parameters
    ----------
    settings : Settings, optional
        `voice_folder` and `max_words` apply, and the limits of recordings; read from the environment by default.
    shipped : VoiceSet, optional
        Clips made in advance; the product's own by default.

    Examples
    --------
    >>> from speech.assess import Assessor
    >>> from speech.examples import Examples
    >>> example = Examples().find("She eats fish and rice.", Assessor())  # doctest: +SKIP
    >>> [(word.text, word.start_s) for word in example.words]  # doctest: +SKIP
    [('She', 0.1), ('eats', 0.32), ('fish', 0.54), ('and', 0.85), ('rice', 0.99)]
    """

    def __init__(self, settings: Settings | None = None, *, shipped: VoiceSet | None = None) -> None:
        self._settings = settings or Settings.from_environment()
        self._shipped = VoiceSet() if shipped is None else shipped
        self._kept: OrderedDict[Hashable, Example] = OrderedDict()
        self._keeping = threading.Lock()

    def at_hand(self, text: str) -> Example | None:
        """Give the example of a text if it needs neither synthesis nor listening; None where `find` has to work.

        Raises
        ------
        EmptyText, TextTooLong
        """
        name = self._name(text)
        recording = self._recording(name)
        example = self._recall(_recording_key(recording)) if recording else self._shipped.find(name)
        if example is None and recording is None:
            example = self._recall(name)
        return example and written_as(example, text)

    def find(self, text: str, listener: Listener) -> Example:
        """Give the example of a text, and make it first where that is needed.

        Parameters
        ----------
        text : str
            A sentence or a word.
        listener : Listener
            Finds the words in a recording or in what the synthesiser says; an `Assessor` is one.

        Raises
        ------
        EmptyText, TextTooLong
            The text has no words, or too many.
        NoExample
            Nothing here can say it.
        ModelError
            The words cannot be found without a model.
        """
        name = self._name(text)
        example = self._recorded(name, text, listener) or self._shipped.find(name)
        example = example or self._recall(name) or self._spoken(name, text, listener)
        if example is None:
            place = self._shipped.containing(name)
            example = cut(*place, text) if place else None
        if example is None:
            raise NoExample
        return written_as(example, text)

    def _name(self, text: str) -> str:
        words = len(tokens(text))
        if words == 0:
            raise EmptyText
        if words > self._settings.max_words:
            raise TextTooLong({"words": words, "limit": self._settings.max_words})
        return slug(text)

    def _recording(self, name: str) -> Path | None:
        """Find a teacher's file by its stem; only names listed in the folder are ever opened."""
        folder = Path(self._settings.voice_folder) if self._settings.voice_folder else None
        if folder is None or not folder.is_dir():
            return None
        return next((path for path in sorted(folder.iterdir()) if slug(path.stem) == name and path.is_file()), None)

    def _recorded(self, name: str, text: str, listener: Listener) -> Example | None:
        path = self._recording(name)
        if path is None:
            return None
        key = _recording_key(path)
        example = self._recall(key)
        if example is None:
            try:
                samples = load_audio(path, settings=self._settings).samples
            except AudioError as error:
                _log.warning("%s cannot be used as an example: %s", path.name, error.sentence)
                return None
            made = take(samples, _RECORDINGS_HZ, text, voice="teacher", source="teacher", listener=listener)
            example = self._keep(key, made.example)
        return example

    def _spoken(self, name: str, text: str, listener: Listener) -> Example | None:
        try:
            spoken = model_voice.say(text)
        except VoiceError:
            return None
        made = take(
            spoken.samples, spoken.sample_rate, text, voice=spoken.voice, source="synthesiser", listener=listener
        )
        return self._keep(name, made.example)

    def _recall(self, key: Hashable) -> Example | None:
        with self._keeping:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: Hashable, example: Example) -> Example:
        with self._keeping:
            self._kept[key] = example
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return example


def _recording_key(path: Path) -> tuple[str, int, int]:
    facts = path.stat()
    return str(path), facts.st_mtime_ns, facts.st_size


def as_wav(example: Example) -> Example:
    """Give the same example as WAV, for players that know no Ogg (Safari before 18.4)."""
    if example.media_type != OGG:
        return example
    return replace(example, audio=to_wav(from_ogg(example.audio)), media_type=WAV)
