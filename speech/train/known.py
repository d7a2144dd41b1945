"""Readings of which is known what was said: synthetic ones with changed phones, and native ones."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from phonemes.inventory import COLUMN, PHONES
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
    """One reading: evidence on its n expected phones, and what was said in their places: place in `Evidence.said`."""

    evidence: Evidence
    said: np.ndarray


def synthetic(folder: Path, acoustic: Acoustic, *, count: int, seed: int = 0) -> Iterator[Known]:
    """Measure synthetic readings drawn from a set, against what their texts ask for."""
    recorded = tuple(read_set(folder))
    for place in np.random.default_rng(seed).permutation(len(recorded))[:count]:
        one = recorded[place]
        said = tuple(timed.phone for timed in one.phones if timed.phone != SILENCE)
        expected, instead = compare(one.text, said)
        if (evidence := _measure(one.path, expected, acoustic)) is not None:
            yield Known(evidence, instead)


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
            yield Known(evidence, evidence.columns - 1)


def compare(text: str, said: Sequence[str]) -> tuple[tuple[str, ...], np.ndarray]:
    """What a text asks for, in the variants nearest to what was said, and what was said in each place.

    Parameters
    ----------
    text : str
        Words of the dictionary with spaces between.
    said : sequence of str
        ARPAbet phones without stress.

    Returns
    -------
    expected : tuple of str
    instead : int array, one an expected phone
        Place in `Evidence.said` of what was said; the last where the phone was left out.
    """
    lexicon = default_lexicon()
    variants = [[entry.phones for entry in lexicon.lookup(word)] for word in text.split()]
    chosen = [choices[0] for choices in variants]
    for place, choices in enumerate(variants):
        chosen[place] = min(choices, key=lambda one: _distance([*chosen[:place], one, *chosen[place + 1 :]], said))
    expected = tuple(phone for word in chosen for phone in word)
    instead = np.array([COLUMN[phone] - 1 for phone in expected])
    for operation in Levenshtein.editops(expected, said):
        if operation.tag == "replace":
            instead[operation.src_pos] = COLUMN[said[operation.dest_pos]] - 1
        elif operation.tag == "delete":
            instead[operation.src_pos] = len(PHONES)
    return expected, instead


def _distance(words: Sequence[Sequence[str]], said: Sequence[str]) -> int:
    return Levenshtein.distance([phone for word in words for phone in word], said)


def _measure(path: Path, phones: Sequence[str], acoustic: Acoustic) -> Evidence | None:
    try:
        recording = load_audio(path, require_speech=False)
        return measure(hear(acoustic, recording), [[COLUMN[phone]] for phone in phones])
    except SpeechError:
        return None
