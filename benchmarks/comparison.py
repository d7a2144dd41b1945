"""Scores of the product against those of people: agreement of phones, words and utterances, errors found."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.agreement import Bootstrap, Figure, best_threshold
from benchmarks.listening import Judged
from benchmarks.speechocean import Who
from phonemes.inventory import COLUMN

ERROR_BELOW = 0.5
"""A phone that people score lower, of 2, is an error."""


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of some of the speakers, each with an interval over those speakers; scores of phones are 0..2.

    `utterance_pcc` compares the mean phone score with the mean human phone score, `utterance_accuracy_pcc` and
    `utterance_total_pcc` compare it with what people gave the whole utterance. Words are scored as the product pools
    them. `phone_error_rate` takes all phones of the text as said, badly said ones too.
    """

    name: str
    speakers: int
    recordings: int
    phones: int
    errors: int
    phone_pcc: Figure
    phone_mse: Figure
    error_auc: Figure
    error_f1: Figure
    error_precision: Figure
    error_recall: Figure
    phone_error_rate: Figure
    utterance_pcc: Figure
    utterance_accuracy_pcc: Figure
    utterance_total_pcc: Figure
    word_accuracy_pcc: Figure
    word_total_pcc: Figure


@dataclass(frozen=True, slots=True)
class Phones:
    """All scored phones of some recordings: human and predicted scores 0..2, chance of error, column, whose."""

    human: np.ndarray
    predicted: np.ndarray
    error_probabilities: np.ndarray
    columns: np.ndarray
    who: np.ndarray

    @property
    def is_error(self) -> np.ndarray:
        """What people heard as an error, shape (n,)."""
        return self.human < ERROR_BELOW


def halves(speakers: Collection[Who]) -> dict[Who, int]:
    """Deal speakers into halves 0 and 1, in the order of a hash of their names."""
    order = sorted(speakers, key=lambda who: hashlib.sha256("/".join(who).encode()).hexdigest())
    return {who: place % 2 for place, who in enumerate(order)}


def crossed_thresholds(judged: Sequence[Judged]) -> dict[Who, float]:
    """For every speaker the threshold of errors that is best for the other half of the speakers."""
    sides = halves({one.rated.who for one in judged})
    chosen = [threshold([one for one in judged if sides[one.rated.who] != side]) for side in (0, 1)]
    return {who: chosen[side] for who, side in sides.items()}


def threshold(judged: Sequence[Judged]) -> float:
    """Chance from which on a phone is best taken as an error, on these recordings."""
    phones = pool(judged)
    return best_threshold(phones.is_error, phones.error_probabilities)


def pool(judged: Sequence[Judged]) -> Phones:
    """Put the scored phones of recordings together; `who` counts their speakers in alphabetical order."""
    speakers = _speakers(judged)
    rows = [
        np.column_stack([
            one.rated.human, one.values, one.error_probabilities, [COLUMN[symbol] for symbol in one.rated.phones],
            np.full(len(one.values), speakers[one.rated.who]),
        ])
        for one in judged if one.rated.human
    ]  # fmt: skip
    table = np.vstack([np.zeros((0, 5)), *rows])
    table = table[np.isfinite(table[:, 0])]
    return Phones(table[:, 0], table[:, 1], table[:, 2], table[:, 3].astype(int), table[:, 4].astype(int))


def _speakers(judged: Sequence[Judged]) -> dict[Who, int]:
    return {who: place for place, who in enumerate(sorted({one.rated.who for one in judged}))}


def compare(name: str, judged: Sequence[Judged], thresholds: Mapping[Who, float], *, seed: int = 0) -> Group:
    """Compare some recordings with what people thought of them; the threshold of errors is given for each speaker."""
    speakers, phones = _speakers(judged), pool(judged)
    draws = Bootstrap(len(speakers), seed)
    flagged = phones.error_probabilities >= np.array([thresholds[who] for who in speakers])[phones.who]
    errors, hits = phones.is_error, flagged & phones.is_error
    utterances, words = _utterances(judged), _words(judged)
    return Group(
        name=name,
        speakers=len(speakers),
        recordings=len(judged),
        phones=len(phones.human),
        errors=int(errors.sum()),
        phone_pcc=draws.correlation(phones.predicted, phones.human, phones.who),
        phone_mse=draws.mean((phones.predicted - phones.human) ** 2, phones.who),
        error_auc=draws.area(errors, phones.error_probabilities, phones.who),
        error_f1=draws.ratio(2 * hits, flagged.astype(int) + errors, phones.who),
        error_precision=draws.ratio(hits, flagged, phones.who),
        error_recall=draws.ratio(hits, errors, phones.who),
        phone_error_rate=error_rate(judged, seed=seed),
        utterance_pcc=_correlation(utterances, 1, draws),
        utterance_accuracy_pcc=_correlation(utterances, 2, draws),
        utterance_total_pcc=_correlation(utterances, 3, draws),
        word_accuracy_pcc=_correlation(words, 1, draws),
        word_total_pcc=_correlation(words, 2, draws),
    )


def error_rate(judged: Sequence[Judged], *, seed: int) -> Figure:
    """Phone error rate; recordings with words left out are not counted, since not all their phones are known."""
    whole = [one for one in judged if not one.rated.words_left_out]
    speakers = _speakers(whole)
    wrong = np.array([one.wrong_phones for one in whole])
    asked = np.array([len(one.rated.phones) for one in whole])
    who = np.array([speakers[one.rated.who] for one in whole], int)
    return Bootstrap(len(speakers), seed).ratio(wrong, asked, who)


def _utterances(judged: Sequence[Judged]) -> np.ndarray:
    """Columns: mean phone score, mean human phone score, human accuracy, human total, index of the speaker."""
    speakers, rows = _speakers(judged), [np.zeros((0, 5))]
    for one in judged:
        human = np.array(one.rated.human)
        rated = np.isfinite(human)
        if rated.any():
            means = (one.values[rated].mean(), human[rated].mean())
            rows.append(np.array([[*means, one.rated.accuracy, one.rated.total, speakers[one.rated.who]]], float))
    return np.vstack(rows)


def _words(judged: Sequence[Judged]) -> np.ndarray:
    """Columns: word score, human accuracy, human total, index of the speaker."""
    speakers = _speakers(judged)
    rows = [
        (pooled, word.accuracy, word.total, speakers[one.rated.who])
        for one in judged
        for word, pooled in zip(one.rated.words, one.words, strict=True)
    ]
    return np.array(rows, float).reshape(-1, 4)


def _correlation(table: np.ndarray, column: int, draws: Bootstrap) -> Figure:
    """Correlation of the first column with another where both are known; the last one says whose they are."""
    known = table[np.isfinite(table[:, [0, column]]).all(axis=1)]
    return draws.correlation(known[:, 0], known[:, column], known[:, -1].astype(int))
