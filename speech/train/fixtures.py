"""Recordings with known answers: each held-out sentence said as it should be, and with its planted error."""

import csv
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from phonemes.lexicon import default_lexicon
from speech.train.perturb import apply
from speech.train.planted import PLANTS, Plant
from speech.train.speaking import say_many
from speech.train.spoken import Edit, Style, Utterance, Word
from speech.train.synthesis import SAMPLE_RATE, at_16_khz

STYLE = Style(stretch=1.1)
"""A little slower than the voices' own pace, as learners read."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the manifest.

    Phones are ARPAbet separated by spaces; `words` has the expected ones with "|" between words; `times` is JSON
    [[phone, start_s, end_s], ...]. `kind` is "clean", "substitution", "deletion" or "insertion"; `word` and `phone` say
    where, as in `Edit`.
    """

    path: str
    text: str
    said: str
    expected: str
    words: str
    kind: str
    word: str
    phone: str
    expected_phone: str
    said_phone: str
    voice: str
    times: str


def write(folder: Path, *, voice: str | None = None) -> tuple[Row, ...]:
    """Say every sentence twice and write FLAC files and ``manifest.tsv``.

    Parameters
    ----------
    folder : Path
        Made when it does not exist; files of the same names are replaced.
    voice : str, optional
        One voice for all sentences, without those it cannot say; otherwise each has its own.

    Raises
    ------
    SynthesiserMissing, SynthesiserFailed
        A voice is not installed, or cannot say a sentence that is its own.
    ValueError
        A planted error does not fit the dictionary's pronunciation.
    """
    import soundfile

    (folder / "audio").mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    for number, own in enumerate(PLANTS, start=1):
        plant = own if voice is None else replace(own, voice=voice)
        words = expected_words(plant.text)
        readings = say_many([(words, STYLE), (planted_words(words, plant.edit), STYLE)], plant.voice)
        if voice is not None and None in readings:
            continue
        for kind, edit, utterance in zip(("clean", "planted"), (None, plant.edit), readings, strict=True):
            if utterance is None:
                raise ValueError(f"The voice {plant.voice} cannot say {plant.text!r}.")
            path = f"audio/{number:02d}-{kind}.flac"
            converted = at_16_khz(utterance)
            samples = np.clip(converted.samples, -1.0, 1.0)
            soundfile.write(folder / path, samples, SAMPLE_RATE, subtype="PCM_16", format="FLAC")
            rows.append(_row(path, plant, words, converted, edit))
    _write_manifest(folder / "manifest.tsv", rows)
    return tuple(rows)


def expected_words(text: str) -> tuple[Word, ...]:
    """The first pronunciation the dictionary gives for each word."""
    spelled = [word.strip(".,?!").lower() for word in text.split()]
    return tuple(tuple(default_lexicon().lookup(word)[0].arpabet().split()) for word in spelled)


def planted_words(words: tuple[Word, ...], edit: Edit) -> tuple[Word, ...]:
    """The same words with one error.

    Raises
    ------
    ValueError
        The phone to change is not where the edit says.
    """
    word = list(words[edit.word])
    if edit.expected is not None and word[edit.phone].rstrip("012") != edit.expected:
        raise ValueError(f"Phone {edit.phone} of {' '.join(word)} is not {edit.expected}.")
    apply(word, edit)
    return (*words[: edit.word], tuple(word), *words[edit.word + 1 :])


def _row(path: str, plant: Plant, words: tuple[Word, ...], utterance: Utterance, edit: Edit | None) -> Row:
    times = [[timed.phone, round(timed.start_s, 4), round(timed.end_s, 4)] for timed in utterance.phones]
    return Row(
        path=path,
        text=plant.text,
        said=" ".join(utterance.said),
        expected=" ".join(symbol.rstrip("012") for word in words for symbol in word),
        words="|".join(" ".join(symbol.rstrip("012") for symbol in word) for word in words),
        kind=edit.kind if edit else "clean",
        word=str(edit.word) if edit else "",
        phone=str(edit.phone) if edit else "",
        expected_phone=(edit.expected or "") if edit else "",
        said_phone=(edit.said or "") if edit else "",
        voice=plant.voice,
        times=json.dumps(times, separators=(",", ":")),
    )


def _write_manifest(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(
            stream, list(asdict(rows[0])), delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None
        )
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
