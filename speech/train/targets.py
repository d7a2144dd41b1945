"""What the frame head is to say when: exact times of synthetic speech, or the model's own alignment of real speech."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from phonemes.inventory import COLUMN, PHONES
from speech.train.corpus import Utterance
from speech.train.network import OFFSET_S, PERIOD_S

IGNORED = -100
"""Frame target that teaches nothing."""

WILDCARD = len(PHONES) + 1
"""CTC target that any phone fulfils: a sound that people did not hear as what it should be."""

_SILENCE = 0
_FORBIDDEN = -1e30


@dataclass(frozen=True, slots=True)
class Labels:
    """Which posterior column holds until when, in seconds; the last label holds to the end."""

    columns: np.ndarray
    ends_s: np.ndarray


def exact_labels(utterance: Utterance) -> Labels | None:
    """Labels of an utterance whose times are known."""
    if utterance.segments is None:
        return None
    columns = [COLUMN[phone] if phone else _SILENCE for phone, _ in utterance.segments]
    return Labels(np.array(columns), np.array([end for _, end in utterance.segments]))


def frame_targets(labels: Labels | None, frames: int, *, tempo: float, padding_s: float) -> np.ndarray:
    """Read labels at the centres of the network's frames, after `augment` has moved them.

    Returns
    -------
    int64 array, shape (frames,)
        Columns; `IGNORED` throughout without labels.
    """
    if labels is None:
        return np.full(frames, IGNORED)
    centres_s = (OFFSET_S + PERIOD_S * np.arange(frames) - padding_s) * tempo
    places = np.searchsorted(labels.ends_s, centres_s, side="right")
    known = np.append(labels.columns, _SILENCE)[np.minimum(places, len(labels.columns))]
    return np.where(centres_s < 0, _SILENCE, known)


def trusted_phones(utterance: Utterance, lowest_score: float) -> tuple[bool, ...]:
    """For every phone, whether people heard it as what it should be; without scores all are."""
    if utterance.scores is None:
        return (True,) * len(utterance.phones)
    return tuple(score >= lowest_score for score in utterance.scores)


def align(log_probs: np.ndarray, columns: Sequence[int], *, trusted: Sequence[bool] | None = None) -> Labels | None:
    """Find the likeliest times of known phones, silence allowed before, between and after.

    Parameters
    ----------
    log_probs : float array, shape (frames, columns)
        Frame log-probabilities, column 0 silence.
    columns : sequence of int
        The phones, in order.
    trusted : sequence of bool, optional
        Phones that are False get `IGNORED` as their label.

    Returns
    -------
    Labels or None
        None when there are fewer frames than phones.
    """
    return align_many([(log_probs, columns, trusted or (True,) * len(columns))])[0]


def align_many(
    speech: Sequence[tuple[np.ndarray, Sequence[int], Sequence[bool]]],
) -> list[Labels | None]:
    """Align many recordings at once, which is many times faster than one by one; see `align`."""
    results: list[Labels | None] = [None] * len(speech)
    possible = [place for place, (rows, columns, _) in enumerate(speech) if 0 < len(columns) <= len(rows)]
    sequences = [_with_silences(speech[place][1]) for place in possible]
    paths = _best_paths([speech[place][0][:, states] for place, states in zip(possible, sequences, strict=True)])
    for place, states, path in zip(possible, sequences, paths, strict=True):
        labels = states.copy()
        labels[1::2] = np.where(np.asarray(speech[place][2]), states[1::2], IGNORED)
        last = np.append(np.flatnonzero(np.diff(path)), len(path) - 1)
        results[place] = Labels(labels[path[last]], OFFSET_S + PERIOD_S * (last + 0.5))
    return results


def _with_silences(columns: Sequence[int]) -> np.ndarray:
    states = np.zeros(2 * len(columns) + 1, np.int64)
    states[1::2] = columns
    return states


def _best_paths(emissions: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Viterbi over silence, phone, silence, ... for each (frames, states): stay, step, or skip a silence."""
    if not emissions:
        return []
    frames = np.array([len(one) for one in emissions])
    states = np.array([one.shape[1] for one in emissions])
    rows = np.arange(len(emissions))
    padded = np.full((frames.max(), len(emissions), states.max()), _FORBIDDEN)
    for row, one in enumerate(emissions):
        padded[: frames[row], row, : states[row]] = one
    is_phone = np.arange(states.max()) % 2 == 1
    score = np.full(padded.shape[1:], _FORBIDDEN)
    score[:, :2] = padded[0, :, :2]
    moves = np.zeros(padded.shape, np.int8)
    ends = np.zeros(len(emissions), np.int64)
    for moment, emission in enumerate(padded):
        if moment:
            step = np.full_like(score, _FORBIDDEN)
            step[:, 1:] = score[:, :-1]
            skip = np.full_like(score, _FORBIDDEN)
            skip[:, 2:] = np.where(is_phone[2:], score[:, :-2], _FORBIDDEN)
            moved = np.maximum(step, skip)
            moves[moment] = np.where(score >= moved, 0, np.where(step >= skip, 1, 2))
            score = np.maximum(score, moved) + emission
        ending = np.flatnonzero(frames == moment + 1)
        ends[ending] = states[ending] - np.where(
            score[ending, states[ending] - 1] > score[ending, states[ending] - 2], 1, 2
        )
    return _trace(moves, ends, frames, rows)


def _trace(moves: np.ndarray, ends: np.ndarray, frames: np.ndarray, rows: np.ndarray) -> list[np.ndarray]:
    """Follow moves (frames, batch, states) back from the last state of each utterance."""
    paths = np.zeros(moves.shape[:2], np.int64)
    current = ends.copy()
    for moment in range(len(moves) - 1, -1, -1):
        paths[moment] = current
        inside = (moment < frames) & (moment > 0)
        current = np.where(inside, current - moves[moment, rows, current], current)
    return [paths[:count, row] for row, count in zip(rows, frames, strict=True)]
