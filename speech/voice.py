"""The model voice: how a sentence should sound, said by a synthesiser from Debian's packages."""

import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from speech.errors import EmptyText, SynthesiserFailed, SynthesiserMissing, UnknownVoice

FESTIVAL_VOICES = Path("/usr/share/festival/voices")
"""Where Debian's festvox packages put their voices."""

TIMEOUT_S = 60.0
_MORE_S = 10.0  # for every further text of a batch

ESPEAK_WORDS_PER_MINUTE = 150
"""A little below espeak-ng's default of 175: learners listen to it."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One synthesiser voice.

    Parameters
    ----------
    name : str
        Our name of it.
    program : {"flite", "festival", "espeak-ng"}
        The command that speaks.
    package : str
        Debian package that brings the voice.
    engine_name : str
        The program's own name of it.
    folder : str or None
        Folder below `FESTIVAL_VOICES` that must exist; None where the program carries its voices.
    """

    name: str
    program: str
    package: str
    engine_name: str
    folder: str | None = None

    @property
    def installed(self) -> bool:
        """Whether this computer can speak with it now."""
        if shutil.which(self.program) is None:
            return False
        return self.folder is None or (FESTIVAL_VOICES / self.folder).is_dir()


VOICES = MappingProxyType(
    {
        voice.name: voice
        for voice in (  # best first, by ear: the HTS voice is the smoothest, diphones the roughest
            Voice("hts", "festival", "festvox-us-slt-hts", "voice_cmu_us_slt_arctic_hts", "us/cmu_us_slt_arctic_hts"),
            Voice("rms", "flite", "flite", "rms"),
            Voice("slt", "flite", "flite", "slt"),
            Voice("awb", "flite", "flite", "awb"),
            Voice("kal16", "flite", "flite", "kal16"),
            Voice("espeak", "espeak-ng", "espeak-ng", "en-us"),
            Voice("kal", "festival", "festvox-kallpc16k", "voice_kal_diphone", "english/kal_diphone"),
            Voice("ked", "festival", "festvox-kdlpc16k", "voice_ked_diphone", "english/ked_diphone"),
        )
    }
)
"""Voices by name, best first."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence said by a synthesiser: float32 `samples` (-1..1) at `sample_rate`, and the voice's name."""

    samples: np.ndarray
    sample_rate: int
    voice: str


def find_voice(name: str | None = None) -> Voice:
    """Find a voice that can speak on this computer.

    Parameters
    ----------
    name : str, optional
        A name in `VOICES`; the best one installed when left out.

    Raises
    ------
    UnknownVoice
        No voice has that name.
    SynthesiserMissing
        It is not installed; when no name was given, nothing is.
    """
    if name is None:
        voice = next((voice for voice in VOICES.values() if voice.installed), VOICES["rms"])
    elif name in VOICES:
        voice = VOICES[name]
    else:
        raise UnknownVoice({"voice": name, "known": ", ".join(VOICES)})
    if not voice.installed:
        raise SynthesiserMissing({"program": f"{voice.program} ({voice.name})", "package": voice.package})
    return voice


def say(text: str, *, voice: str | None = None, speed: float = 1.0) -> Spoken:
    """Say a text with the model voice.

    Parameters
    ----------
    text : str
        What to say; characters outside ASCII lose their accents for the programs that know none.
    voice : str, optional
        A name in `VOICES`; the best one installed when left out.
    speed : float
        Above 1 faster, below 1 slower; 0.7 suits "hear it slowly".

    Raises
    ------
    EmptyText
        Nothing in the text can be spoken.
    SynthesiserMissing, UnknownVoice, SynthesiserFailed
        The voice is not installed, not known, or gave no sound.
    ValueError
        `speed` lies outside 0.3..3.
    """
    if not 0.3 <= speed <= 3.0:
        raise ValueError(f"speed must lie between 0.3 and 3, not {speed}")
    plain = _plain(text)
    if not any(character.isalnum() for character in plain):
        raise EmptyText()
    chosen = find_voice(voice)
    with tempfile.TemporaryDirectory(prefix="lafal-") as folder:
        written, sound = Path(folder) / "text.txt", Path(folder) / "speech.wav"
        written.write_text(plain, encoding="ascii")
        _run(_command(chosen, written, sound, speed), chosen)
        return _read(sound, chosen)


def say_many(texts: Sequence[str], *, voice: str | None = None) -> Iterator[Spoken]:
    """Say many texts with one voice, in order; festival is started once for all of them.

    Raises
    ------
    EmptyText, SynthesiserMissing, UnknownVoice, SynthesiserFailed
        As for `say`.
    """
    chosen = find_voice(voice)
    if chosen.program != "festival":
        yield from (say(text, voice=chosen.name) for text in texts)
        return
    plain = [_plain(text) for text in texts]
    if not all(any(character.isalnum() for character in text) for text in plain):
        raise EmptyText()
    with tempfile.TemporaryDirectory(prefix="lafal-") as folder:
        sounds = [Path(folder) / f"{number}.wav" for number in range(len(plain))]
        script = Path(folder) / "text.scm"
        script.write_text(_scheme(chosen, list(zip(plain, sounds, strict=True)), 1.0), encoding="ascii")
        _run(["festival", "--batch", str(script)], chosen, timeout_s=TIMEOUT_S + _MORE_S * len(plain))
        for sound in sounds:
            yield _read(sound, chosen)


def save(spoken: Spoken, path: str | Path) -> None:
    """Write the sound to a file; its ending (.wav, .flac, .ogg, .mp3) chooses the format.

    Raises
    ------
    ValueError
        The ending names no format that can be written.
    """
    import soundfile

    try:
        soundfile.write(path, spoken.samples, spoken.sample_rate)
    except (TypeError, soundfile.LibsndfileError) as error:
        raise ValueError(f"Cannot write {path}: use an ending such as .wav, .flac or .ogg ({error})") from error


def _plain(text: str) -> str:
    """ASCII on one line: curly quotes and dashes become plain ones, accents go."""
    quotes = str.maketrans({"’": "'", "‘": "'", "“": " ", "”": " ", "–": ",", "—": ",", '"': " ", "…": "."})
    decomposed = unicodedata.normalize("NFKD", text.translate(quotes))
    return " ".join(decomposed.encode("ascii", "ignore").decode("ascii").split()) + "\n"


def _command(voice: Voice, written: Path, sound: Path, speed: float) -> list[str]:
    if voice.program == "flite":
        stretch = f"duration_stretch={1 / speed:.3f}"
        return ["flite", "-voice", voice.engine_name, "--setf", stretch, "-f", str(written), "-o", str(sound)]
    if voice.program == "espeak-ng":
        words_per_minute = str(round(ESPEAK_WORDS_PER_MINUTE * speed))
        return ["espeak-ng", "-v", voice.engine_name, "-s", words_per_minute, "-f", str(written), "-w", str(sound)]
    # text2wave does the same, but leaves a server of temporary files behind when it is stopped.
    script = written.with_suffix(".scm")
    script.write_text(_scheme(voice, [(written.read_text(encoding="ascii"), sound)], speed), encoding="ascii")
    return ["festival", "--batch", str(script)]


def _scheme(voice: Voice, texts: Sequence[tuple[str, Path]], speed: float) -> str:
    """Write festival's program that says each text into its file."""
    slower = (
        f'(set! hts_engine_params (append hts_engine_params (list (list "-r" {speed:.3f}))))'
        if "hts" in voice.engine_name
        else f"(Parameter.set 'Duration_Stretch {1 / speed:.3f})"
    )
    lines = [f"({voice.engine_name})", slower]
    for text, sound in texts:
        harmless = text.strip().replace("\\", " ")
        lines.append(f'(utt.save.wave (utt.synth (Utterance Text "{harmless}")) "{sound}" \'riff)')
    return "\n".join(lines) + "\n"


def _run(command: list[str], voice: Voice, *, timeout_s: float | None = None) -> None:
    limit_s = timeout_s or TIMEOUT_S
    try:
        subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=limit_s, check=True)
    except subprocess.TimeoutExpired as error:
        raise SynthesiserFailed({"program": voice.program, "detail": f"no answer in {limit_s:.0f} s"}) from error
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [f"exit {error.returncode}"]
        raise SynthesiserFailed({"program": voice.program, "detail": last[0]}) from error


def _read(sound: Path, voice: Voice) -> Spoken:
    import soundfile

    try:
        samples, sample_rate = soundfile.read(sound, dtype="float32")
    except soundfile.LibsndfileError as error:
        raise SynthesiserFailed({"program": voice.program, "detail": "no sound was written"}) from error
    if len(samples) == 0:
        raise SynthesiserFailed({"program": voice.program, "detail": "the sound is empty"})
    return Spoken(np.asarray(samples, dtype=np.float32), int(sample_rate), voice.name)
