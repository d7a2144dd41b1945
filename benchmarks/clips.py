"""Clips of any length, made from clean readings of one voice, for whatever is timed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.readings import SILENCE, Reading, read_manifest

SAMPLE_RATE = 16_000


@dataclass(frozen=True, slots=True)
class Clip:
    """A WAV file, its text, and how many seconds it lasts."""

    path: Path
    text: str
    seconds: float


def write_clips(folder: Path, manifest: Path, lengths_s: Sequence[float]) -> tuple[Clip, ...]:
    """Write one clip of each length, shortest first.

    Raises
    ------
    ValueError
        Not even one word fits.
    """
    clips: list[Clip] = []
    for seconds in sorted(lengths_s):
        path = folder / f"clip-{seconds:g}.wav"
        clips.append(Clip(path, write_clip(path, manifest, seconds=seconds), seconds))
    return tuple(clips)


def write_clip(path: Path, manifest: Path, *, seconds: float) -> str:
    """Join readings of one voice, over and over, until no further one fits, pad with silence, and write a WAV file.

    Where no reading is as short, the clip holds the first words of one.

    Returns
    -------
    str
        The text of the clip.

    Raises
    ------
    ValueError
        Not even one word fits.
    """
    import soundfile

    clean = [reading for reading in read_manifest(manifest) if reading.kind == "clean"]
    spoken = [
        (reading.text, _samples(reading)) for reading in clean if reading.voice == clean[0].voice
    ]  # in the list's order, so that a longer clip starts as a shorter one does
    room = round(seconds * SAMPLE_RATE)
    pieces = _fill(spoken, room) or _first_words(clean[0], room)
    if not pieces:
        raise ValueError(f"No word of {manifest} is as short as {seconds:g} s.")
    silence = np.zeros(room - sum(len(samples) for _, samples in pieces), dtype=np.float32)
    soundfile.write(path, np.concatenate([*(samples for _, samples in pieces), silence]), SAMPLE_RATE)
    return " ".join(text for text, _ in pieces)


def _samples(reading: Reading) -> np.ndarray:
    import soundfile

    return soundfile.read(reading.path, dtype="float32")[0]


def _fill(spoken: Sequence[tuple[str, np.ndarray]], room: int) -> list[tuple[str, np.ndarray]]:
    pieces: list[tuple[str, np.ndarray]] = []
    before = -1
    while before < len(pieces):
        before = len(pieces)
        for text, samples in spoken:
            if len(samples) <= room:
                pieces.append((text, samples))
                room -= len(samples)
    return pieces


def _first_words(reading: Reading, room: int) -> list[tuple[str, np.ndarray]]:
    ends_s = [end_s for phone, _, end_s in reading.times if phone != SILENCE]
    count = 0
    fitting: list[tuple[str, np.ndarray]] = []
    for index, phones in enumerate(reading.words):
        count += len(phones)
        last = round(ends_s[count - 1] * SAMPLE_RATE) if count <= len(ends_s) else room + 1
        if last <= room:
            fitting = [(" ".join(reading.text.split()[: index + 1]), _samples(reading)[:last])]
    return fitting
