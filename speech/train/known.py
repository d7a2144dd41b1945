"""Readings of which is known what was said: synthetic ones with changed phones, and native ones."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from phonemes.inventory import COLUMN
from phonemes.lexicon import default_lexicon
from speech.acoustic import Acoustic, hear
from speech.audio import load_audio
from speech.errors import SpeechError
from speech.evidence import Evidence
from speech.reading import measure
from speech.train.corpus import NEVER_HELD_OUT, read_manifest
from speech.train.spoken import SILENCE
from speech.train.synthetic_folder import read_set

LONGEST_PHONES = 120


@dataclass(frozen=True, slots=True)
class Known:
    """One reading: evidence on its n expected phones, and for each 1.0 where something else was said, else 0.0."""

    evidence: Evidence
    wrong: np.ndarray


def synthetic(folder: Path, acoustic: Acoustic, *, count: int, seed: int = 0) -> Iterator[Known]:
    """Measure synthetic readings drawn from a set, against what their texts ask for."""
    recorded = tuple(read_set(folder))
    for place in np.random.default_rng(seed).permutation(len(recorded))[:count]:
        one = recorded[place]
        said = tuple(timed.phone for timed in one.phones if timed.phone != SILENCE)
        expected, wrong = compare(one.text, said)
        if (evidence := _measure(one.path, expected, acoustic)) is not None:
            yield Known(evidence, wrong)


def native(
    manifest: Path, folds: Mapping[tuple[str, str], int], acoustic: Acoustic, *, count: int, seed: int = 0
) -> Iterator[Known]:
    """Measure readings of native speakers whom training hears; all their phones are taken as said."""
    rows = [(one, path) for one, path in read_manifest(manifest) if folds[one.who] == NEVER_HELD_OUT]
    for place in np.random.default_rng(seed).permutation(len(rows))[:count]:
        utterance, path = rows[place]
        if len(utterance.phones) > LONGEST_PHONES:
            continue
        if (evidence := _measure(path, utterance.phones, acoustic)) is not None:
            yield Known(evidence, np.zeros(len(utterance.phones)))


def compare(text: str, said: Sequence[str]) -> tuple[tuple[str, ...], np.ndarray]:
    """What a text asks for, in the variants nearest to what was said, and where that differs.

    Parameters
    ----------
    text : str
        Words of the dictionary with spaces between.
    said : sequence of str
        ARPAbet phones without stress.

    Returns
    -------
    expected : tuple of str
    wrong : float array, one an expected phone
        1.0 where it was replaced or left out.
    """
    lexicon = default_lexicon()
    variants = [[entry.phones for entry in lexicon.lookup(word)] for word in text.split()]
    chosen = [choices[0] for choices in variants]
    for place, choices in enumerate(variants):
        chosen[place] = min(choices, key=lambda one: _distance([*chosen[:place], one, *chosen[place + 1 :]], said))
    expected = tuple(phone for word in chosen for phone in word)
    wrong = np.zeros(len(expected))
    for operation in Levenshtein.editops(expected, said):
        if operation.tag != "insert":
            wrong[operation.src_pos] = 1.0
    return expected, wrong


def _distance(words: Sequence[Sequence[str]], said: Sequence[str]) -> int:
    return Levenshtein.distance([phone for word in words for phone in word], said)


def _measure(path: Path, phones: Sequence[str], acoustic: Acoustic) -> Evidence | None:
    try:
        recording = load_audio(path, require_speech=False)
        return measure(hear(acoustic, recording), [[COLUMN[phone]] for phone in phones])
    except SpeechError:
        return None
