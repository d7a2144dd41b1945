"""Speak through Debian's `flite`: exact phones in, exact phone times out."""

import itertools
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from speech.train.spoken import SILENCE, Style, TimedPhone, Utterance, Word, bare, with_stress

PITCH_HZ = {"slt": 169.0, "awb": 126.0, "kal16": 105.0}
"""Median F0 of the voices that follow `int_f0_target_mean`, measured with librosa's pyin; rms ignores it."""

TIMEOUT_S = 60.0

_SEGMENT = re.compile(r"(\S+):(\d+\.\d+)")


def speak_words(words: Sequence[Word], voice: str, style: Style) -> Utterance:
    """Say words given as phones, with the voice's own phrasing and stress.

    Each word is entered in an addenda lexicon under a made-up name, so that flite's text front end plans melody and
    pauses and yet says exactly these phones. Should it still change one (its rules touch some word ends), the phones
    are said as a flat string instead.
    """
    names = made_up_names(len(words))
    lines = [f"{name} 0 : {' '.join(with_stress(word)).lower()}" for name, word in zip(names, words, strict=True)]
    text = " ".join(name + ("," if index in style.breaks else "") for index, name in enumerate(names)) + "."
    with tempfile.TemporaryDirectory(prefix="lafal-") as folder:
        lexicon = Path(folder) / "words.txt"
        lexicon.write_text("\n".join(lines) + "\n", encoding="ascii")
        utterance = _run(voice, style, ["-add_lex", str(lexicon), "-t", text])
    wanted = tuple(bare(symbol) for word in words for symbol in word)
    return utterance if utterance.said == wanted else speak_phones(wanted, voice, style)


def speak_phones(phones: Sequence[str], voice: str, style: Style) -> Utterance:
    """Say a flat string of phones (ARPAbet, or `SILENCE`), with a pause before and after."""
    names = [_name(symbol) for symbol in (SILENCE, *phones, SILENCE)]
    return _run(voice, style, ["-p", " ".join(names)])


def speak_text(text: str, voice: str, style: Style) -> Utterance:
    """Let flite read a text by its own dictionary; the phones are what it chose."""
    return _run(voice, style, ["-t", text])


def made_up_names(count: int) -> tuple[str, ...]:
    """Made-up words that flite's tokeniser takes for words (it spells out what looks unpronounceable)."""
    open_syllables = [consonant + vowel for consonant in "bdgkpt" for vowel in "aeiou"]
    every = (first + second + "zu" for first in open_syllables for second in open_syllables)
    return tuple(itertools.islice(every, count))


def _name(symbol: str) -> str:
    """Flite's name of a phone; it keeps schwa (ax) apart from AH by stress."""
    if symbol == SILENCE:
        return "pau"
    return "ax" if symbol == "AH0" else bare(symbol).lower()


def _run(voice: str, style: Style, what: list[str]) -> Utterance:
    command = ["flite", "-voice", voice, "-psdur", "--setf", f"duration_stretch={style.stretch:.3f}"]
    if style.pitch != 1.0 and voice in PITCH_HZ:
        command += ["--setf", f"int_f0_target_mean={PITCH_HZ[voice] * style.pitch:.1f}"]
    with tempfile.TemporaryDirectory(prefix="lafal-") as folder:
        path = Path(folder) / "speech.wav"
        done = subprocess.run(
            [*command, *what, "-o", str(path)], capture_output=True, text=True, timeout=TIMEOUT_S, check=True
        )
        samples, sample_rate = read_wave(path)
    duration_s = len(samples) / sample_rate
    return Utterance(samples, sample_rate, _timed(done.stdout, duration_s), "", voice)


def _timed(printed: str, duration_s: float) -> tuple[TimedPhone, ...]:
    """Read `-psdur` output: name:end-time pairs; the last phone is drawn to the end of the sound."""
    phones: list[TimedPhone] = []
    start_s = 0.0
    for name, end in _SEGMENT.findall(printed):
        end_s = min(float(end), duration_s)
        phones.append(TimedPhone(from_flite(name), start_s, end_s))
        start_s = end_s
    if phones:
        phones[-1] = TimedPhone(phones[-1].phone, phones[-1].start_s, duration_s)
    return tuple(phones)


def from_flite(name: str) -> str:
    """Map a phone name of the CMU/radio sets to ARPAbet; any pause is `SILENCE`."""
    if name in {"pau", "h#", "brth", "ssil"}:
        return SILENCE
    same = {"ax": "AH", "ix": "IH", "axr": "ER", "dx": "T", "nx": "N", "hv": "HH", "el": "L", "em": "M", "en": "N"}
    return same.get(name) or bare(name.upper())


def read_wave(path: Path) -> tuple[np.ndarray, int]:
    """Read a WAVE file as float32 samples and their rate."""
    import soundfile

    samples, sample_rate = soundfile.read(path, dtype="float32")
    return np.asarray(samples, dtype=np.float32), int(sample_rate)
