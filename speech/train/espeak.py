"""Speak through `espeak-ng`: exact phones in; it prints no times, so they are spread evenly over the sound."""

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np

from speech.train.flite import read_wave
from speech.train.spoken import SILENCE, Style, TimedPhone, Utterance, Word, bare, with_stress

WORDS_PER_MINUTE = 160

PITCH = 50
"""espeak-ng's middle pitch, on its scale of 0 to 99."""

SILENT_BELOW = 0.01
"""Samples below this share of the peak count as silence before and after the words."""

_TABLE = """
AA A:  AE a   AH V   AO O:  AW aU  AY aI  B b    CH tS  D d    DH D   EH E   ER 3:  EY eI
F f    G g    HH h   IH I   IY i:  JH dZ  K k    L l    M m    N n    NG N   OW oU  OY OI
P p    R r    S s    SH S   T t    TH T   UH U   UW u:  V v    W w    Y j    Z z    ZH Z
"""

MNEMONICS: Mapping[str, str] = MappingProxyType(dict(zip(_TABLE.split()[::2], _TABLE.split()[1::2], strict=True)))
"""ARPAbet -> phoneme mnemonics of espeak-ng's en-us voice."""

REDUCED: Mapping[str, str] = MappingProxyType({"AH0": "@", "ER0": "3"})
"""Unstressed vowels that have mnemonics of their own."""


def speak_words(words: Sequence[Word], voice: str, style: Style) -> Utterance:
    """Say words given as phones; `exact_times` of the result is False."""
    text = " ".join(_mnemonics(word) + ("_:" if index in style.breaks else "") for index, word in enumerate(words))
    speed, pitch = str(round(WORDS_PER_MINUTE / style.stretch)), str(min(99, max(0, round(PITCH * style.pitch))))
    with tempfile.TemporaryDirectory(prefix="lafal-") as folder:
        path = Path(folder) / "speech.wav"
        command = ["espeak-ng", "-v", "en-us", "-s", speed, "-p", pitch, "-w", str(path), f"[[{text}]]"]
        subprocess.run(command, capture_output=True, timeout=60.0, check=True)
        samples, sample_rate = read_wave(path)
    phones = [bare(symbol) for word in words for symbol in word]
    return Utterance(samples, sample_rate, _spread(phones, samples, sample_rate), "", voice, exact_times=False)


def _mnemonics(word: Word) -> str:
    parts: list[str] = []
    for symbol in with_stress(word):
        mnemonic = REDUCED.get(symbol) or MNEMONICS[bare(symbol)]
        parts.append(("'" if symbol[-1] == "1" else "") + mnemonic)
    return "|".join(parts)  # the bar keeps t|S apart from the affricate tS


def _spread(phones: Sequence[str], samples: np.ndarray, sample_rate: int) -> tuple[TimedPhone, ...]:
    loud = np.flatnonzero(np.abs(samples) > SILENT_BELOW * np.abs(samples).max(initial=0.0))
    first, last = (int(loud[0]), int(loud[-1]) + 1) if len(loud) else (0, len(samples))
    edges = np.linspace(first, last, len(phones) + 1) / sample_rate
    timed = [
        TimedPhone(symbol, float(start_s), float(end_s))
        for symbol, start_s, end_s in zip(phones, edges[:-1], edges[1:], strict=True)
    ]
    before = TimedPhone(SILENCE, 0.0, float(edges[0]))
    after = TimedPhone(SILENCE, float(edges[-1]), len(samples) / sample_rate)
    return (before, *timed, after)
