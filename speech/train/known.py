"""Readings of which is known what was said: synthetic ones with changed phones, and real ones of changed texts.

Well-read speech becomes a reading with errors when other phones are expected than were said. So errors are equally
frequent in every kind of speech, and nothing but the sound can tell where they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from phonemes.inventory import COLUMN, PHONES, nearest
from phonemes.lexicon import default_lexicon
from speech.train.corpus import HELD_OUT_FOLD, NEVER_HELD_OUT, read_manifest
from speech.train.perturb import NEAR, NEAR_SHARE
from speech.train.scorer_network import UNKNOWN
from speech.train.spoken import SILENCE
from speech.train.synthetic_folder import read_set
from speech.train.targets import trusted_phones

LONGEST_PHONES = 120
TRUSTED_FROM = 1.5
"""Phones that people scored at least so high are taken as said."""

ALTERED_SHARE, ADDED_SHARE = 0.06, 0.03
"""Shares of the phones replaced, and added: learners leave out a third as often as they replace, or more."""


@dataclass(frozen=True, slots=True)
class Known:
    """One reading.

    Parameters
    ----------
    path : Path
        The recording.
    expected : tuple of str
        The n phones to expect in it.
    said : int array, shape (n,)
        What was said: place in `Evidence.said`, or `UNKNOWN`.
    fold : int
        Fold of its speaker; `NEVER_HELD_OUT` for synthetic and native ones.
    """

    path: Path
    expected: tuple[str, ...]
    said: np.ndarray
    fold: int = NEVER_HELD_OUT


def synthetic(folder: Path, *, count: int, seed: int = 0) -> Iterator[Known]:
    """Draw synthetic readings from a set, to be measured against what their texts ask for."""
    recorded = tuple(read_set(folder))
    for place in np.random.default_rng(seed).permutation(len(recorded))[:count]:
        one = recorded[place]
        said = tuple(timed.phone for timed in one.phones if timed.phone != SILENCE)
        yield Known(one.path, *compare(one.text, said))


def altered(
    manifest: Path,
    folds: Mapping[tuple[str, str], int],
    *,
    learners: bool,
    count: int,
    seed: int = 0,
) -> Iterator[Known]:
    """Draw readings of speakers who are not held out, to be measured against texts they did not read.

    A few phones of their own texts are changed. What people scored below `TRUSTED_FROM` stays as it is, and what was
    said there is `UNKNOWN`; native speakers are taken at their word.

    Parameters
    ----------
    manifest, folds
        Recordings, and the folds of their speakers.
    learners : bool
        Readings with human scores, or else native ones.
    count, seed : int
        How many to draw, and of all drawing.
    """
    chance = np.random.default_rng((seed, int(learners)))
    rows = [
        (one, path)
        for one, path in read_manifest(manifest)
        if folds[one.who] != HELD_OUT_FOLD
        and (one.scores is not None) is learners
        and len(one.phones) <= LONGEST_PHONES
    ]
    for place in chance.permutation(len(rows))[:count]:
        utterance, path = rows[place]
        trusted = np.array(trusted_phones(utterance, TRUSTED_FROM))
        yield Known(path, *alter(utterance.phones, trusted, chance), folds[utterance.who])


def alter(
    phones: Sequence[str], trusted: np.ndarray, chance: np.random.Generator
) -> tuple[tuple[str, ...], np.ndarray]:
    """Expect a few other phones than were said.

    Returns
    -------
    expected : tuple of str
        The phones, some replaced, and some added that were not said.
    said : int array, one an expected phone
        Place in `Evidence.said` of what was said; `UNKNOWN` where it is not trusted.
    """
    expected: list[str] = []
    said: list[int] = []
    for phone, sure in zip(phones, trusted, strict=True):
        fate = chance.random()
        rivals = nearest(phone, NEAR) if chance.random() < NEAR_SHARE else PHONES
        other = str(chance.choice([rival for rival in rivals if rival != phone]))
        changed = sure and fate < ALTERED_SHARE
        expected.append(other if changed else phone)
        said.append(COLUMN[phone] - 1 if sure else UNKNOWN)
        if sure and fate > 1 - ADDED_SHARE:
            expected.append(other)
            said.append(len(PHONES))
    return tuple(expected), np.array(said)


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
