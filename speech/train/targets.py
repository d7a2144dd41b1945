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
    count, frames = len(columns), len(log_probs)
    if count == 0 or frames < count:
        return None
    states = np.zeros(2 * count + 1, np.int64)
    states[1::2] = columns
    path = _best_path(log_probs[:, states])
    labels = states.copy()
    if trusted is not None:
        labels[1::2] = np.where(np.asarray(trusted), states[1::2], IGNORED)
    last = np.append(np.flatnonzero(np.diff(path)), frames - 1)
    return Labels(labels[path[last]], OFFSET_S + PERIOD_S * (last + 0.5))


def _best_path(emissions: np.ndarray) -> np.ndarray:
    """Viterbi over silence, phone, silence, ...: stay, step, or skip a silence."""
    frames, states = emissions.shape
    is_phone = np.arange(states) % 2 == 1
    skip_cost = np.where(is_phone, 0.0, _FORBIDDEN)
    score = np.full(states, _FORBIDDEN)
    score[:2] = emissions[0, :2]
    moves = np.zeros((frames, states), np.int8)
    for moment in range(1, frames):
        step = np.append(_FORBIDDEN, score[:-1])
        skip = np.append([_FORBIDDEN, _FORBIDDEN], score[:-2]) + skip_cost
        options = np.stack([score, step, skip])
        moves[moment] = options.argmax(0)
        score = options.max(0) + emissions[moment]
    path = np.empty(frames, np.int64)
    path[-1] = states - 1 if score[-1] > score[-2] else states - 2
    for moment in range(frames - 1, 0, -1):
        path[moment - 1] = path[moment] - moves[moment, path[moment]]
    return path
