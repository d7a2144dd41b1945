"""Say given phones, or a text, with any of the voices, and know when each phone sounds."""

import subprocess
from collections.abc import Sequence
from types import MappingProxyType

from speech.errors import SynthesiserFailed
from speech.train import espeak, festival, flite
from speech.train.spoken import Style, Utterance, Word, bare
from speech.voice import Voice, find_voice

_ONE_BY_ONE = MappingProxyType({"flite": flite.speak_words, "espeak-ng": espeak.speak_words})


def say_words(words: Sequence[Word], voice: str, *, style: Style | None = None) -> Utterance:
    """Say exactly these phones, word by word, with the voice's own melody and rhythm.

    Parameters
    ----------
    words : sequence of tuple of str
        The phones of each word in ARPAbet; stress digits shape the melody and may be left out.
    voice : str
        A name in `VOICES`.
    style : Style, optional
        Speed, pitch and pauses.

    Returns
    -------
    Utterance
        Its phones are exactly those asked for, with silences; its text is empty: see `Utterance.labelled`.

    Raises
    ------
    SynthesiserMissing, UnknownVoice, SynthesiserFailed
        The voice is not installed, not known, or could not say these phones.
    KeyError
        A symbol is none of the 39 phones.
    """
    utterance = say_many([(words, style or Style())], voice)[0]
    if utterance is None:
        raise SynthesiserFailed({"program": voice, "detail": "it cannot join two of these phones"})
    return utterance


def say_many(requests: Sequence[tuple[Sequence[Word], Style]], voice: str) -> tuple[Utterance | None, ...]:
    """Say several strings of words with one voice, in order; festival voices start only once.

    Returns
    -------
    tuple of Utterance or None
        None where the voice has no transition between two of the phones.

    Raises
    ------
    SynthesiserMissing, UnknownVoice, SynthesiserFailed, KeyError
        As for `say_words`.
    """
    for words, _ in requests:
        if not any(words):
            raise ValueError("There are no phones to say.")
        for symbol in (symbol for word in words for symbol in word):
            bare(symbol)
    chosen = find_voice(voice)
    spoken = [(tuple(word for word in words if word), style) for words, style in requests]
    try:
        if chosen.program == "festival":
            return festival.speak_many(spoken, voice)
        speak = _ONE_BY_ONE[chosen.program]
        return tuple(speak(words, voice, style) for words, style in spoken)
    except (subprocess.SubprocessError, FileNotFoundError) as error:
        raise _failed(chosen, error) from error


def say_phones(phones: Sequence[str], voice: str, *, style: Style | None = None) -> Utterance:
    """Say a flat string of phones as if it were one word; see `say_words`."""
    return say_words([tuple(phones)], voice, style=style)


def say_text(text: str, voice: str, *, style: Style | None = None) -> Utterance:
    """Let the synthesiser read a text by its own dictionary and report the phones it chose.

    Raises
    ------
    SynthesiserMissing, UnknownVoice, SynthesiserFailed
        The voice is not installed or not known, or reports no phones (espeak-ng).
    """
    chosen = find_voice(voice)
    speak = {"flite": flite.speak_text, "festival": festival.speak_text}.get(chosen.program)
    if speak is None:
        raise SynthesiserFailed({"program": chosen.program, "detail": "it does not report the phones of a text"})
    try:
        return speak(text, voice, style or Style()).labelled(text)
    except (subprocess.SubprocessError, FileNotFoundError) as error:
        raise _failed(chosen, error) from error


def _failed(voice: Voice, error: Exception) -> SynthesiserFailed:
    return SynthesiserFailed({"program": f"{voice.program} ({voice.name})", "detail": str(error)})
