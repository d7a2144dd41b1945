"""Goodness of pronunciation without trusting the boundaries: every substitution, deletion and insertion at once.

References
----------
.. [1] Cao et al. (2024), "A Framework for Phoneme-Level Pronunciation Assessment Using CTC", Interspeech.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from phonemes.inventory import BLANK
from speech.errors import TooShort

_NEVER = -np.inf
_CHUNK_CELLS = 2_000_000  # keeps one block of the (frames, slots, phones) recursion near 16 MB


@dataclass(frozen=True, slots=True)
class Goodness:
    """Log probabilities, in nats, of the expected phones and of every phone sequence one edit away.

    Parameters
    ----------
    expected : float
        `log p(L | O)` of the expected sequence L of n phones.
    substitutions : float array, shape (n, vocabulary - 1)
        `log p(L[i -> q] | O)` for every phone q (column q - 1); q = the expected phone repeats `expected`.
    deletions : float array, shape (n,)
        `log p(L without i | O)`.
    insertions : float array, shape (n + 1, vocabulary - 1)
        `log p(L with q before i | O)`; the last row is after the end.
    occupancy : float array, shape (n,)
        Expected frames spent on each phone.
    """

    expected: float
    substitutions: np.ndarray
    deletions: np.ndarray
    insertions: np.ndarray
    occupancy: np.ndarray

    def ratio(self) -> np.ndarray:
        """Log ratio of the expected phone against every substitution and deletion; shape (n,), always <= 0."""
        rivals = np.logaddexp(np.logaddexp.reduce(self.substitutions, axis=1), self.deletions)
        return self.expected - rivals

    def said(self) -> np.ndarray:
        """Probability of each phone, and last of nothing, in each place; shape (n, vocabulary), rows sum to 1."""
        rivals = np.hstack([self.substitutions, self.deletions[:, None]])
        return np.exp(rivals - np.logaddexp.reduce(rivals, axis=1, keepdims=True))

    def inserted(self) -> np.ndarray:
        """Probability that phone q stands before place i, against nothing there; shape (n + 1, vocabulary - 1)."""
        total = np.logaddexp(np.logaddexp.reduce(self.insertions, axis=1), self.expected)
        return np.exp(self.insertions - total[:, None])


def goodness_of_pronunciation(log_probs: np.ndarray, expected: Sequence[int]) -> Goodness:
    """Weigh each expected phone against everything that could have been said in its place.

    Parameters
    ----------
    log_probs : float array, shape (frames, vocabulary)
        Natural-log CTC posteriors; column 0 is blank.
    expected : sequence of int, length n >= 1
        Columns of the expected phones, in order.

    Returns
    -------
    Goodness

    Raises
    ------
    TooShort
        Fewer frames than `expected` needs.
    """
    labels = np.asarray(expected, dtype=np.intp)
    log_probs = np.asarray(log_probs, dtype=np.float64)
    forward, backward = _forward(log_probs, labels), _backward(log_probs, labels)
    total = float(np.logaddexp(forward[-1, -1], forward[-1, -2]))
    if not np.isfinite(total):
        raise TooShort({"seconds": len(log_probs) * 0.02})
    slots = _slots(forward, backward, labels)
    rivals = _with_one_phone(log_probs, slots)
    states = forward[1:, 1::2] + backward[:-1, 1::2] - log_probs[:, labels] - total
    return Goodness(
        expected=total,
        substitutions=rivals[: len(labels)],
        deletions=_deletions(forward, backward, labels),
        insertions=rivals[len(labels) :],
        occupancy=np.exp(states).sum(axis=0),
    )


def sequence_log_prob(log_probs: np.ndarray, expected: Sequence[int]) -> float:
    """Log probability, in nats, that a CTC model reads exactly `expected`; -inf when it cannot."""
    forward = _forward(np.asarray(log_probs, np.float64), np.asarray(expected, np.intp))
    return float(np.logaddexp(forward[-1, -1], forward[-1, -2]))


def _states(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns of the 2n + 1 CTC states, and whether each may be reached by leaping over the blank before it."""
    columns = np.full(2 * len(labels) + 1, BLANK)
    columns[1::2] = labels
    leap = np.zeros(len(columns), bool)
    leap[3::2] = labels[1:] != labels[:-1]
    return columns, leap


def _forward(log_probs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Log forward variables, shape (frames + 1, 2n + 1); row 0 stands before the first frame, in the first blank."""
    columns, leap = _states(labels)
    emissions = log_probs[:, columns]
    table = np.full((len(log_probs) + 1, len(columns)), _NEVER)
    table[0, 0] = 0.0
    for frame, emission in enumerate(emissions):
        before = table[frame]
        reach = before.copy()
        reach[1:] = np.logaddexp(reach[1:], before[:-1])
        reach[leap] = np.logaddexp(reach[leap], before[:-2][leap[2:]])
        table[frame + 1] = reach + emission
    return table


def _backward(log_probs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Log backward variables with their own emission, shape (frames + 1, 2n + 1); the last row is after the end."""
    columns, leap = _states(labels)
    emissions = log_probs[:, columns]
    table = np.full((len(log_probs) + 1, len(columns)), _NEVER)
    table[-1, -1] = 0.0
    for frame in range(len(log_probs) - 1, -1, -1):
        after = table[frame + 1]
        reach = after.copy()
        reach[:-1] = np.logaddexp(reach[:-1], after[1:])
        into = np.flatnonzero(leap)
        reach[into - 2] = np.logaddexp(reach[into - 2], after[into])
        table[frame] = reach + emissions[frame]
    return table


@dataclass(frozen=True, slots=True)
class _Slots:
    """Places where one phone may stand between two known neighbours (columns, or -1 beyond the ends).

    `blank_in`, `label_in`: log weight of arriving from the blank or the phone before, shape (frames + 1, slots);
    `blank_out`, `label_out`: log weight of going on to the blank or the phone after, same shape.
    """

    blank_in: np.ndarray
    label_in: np.ndarray
    blank_out: np.ndarray
    label_out: np.ndarray
    left: np.ndarray
    right: np.ndarray


def _slots(forward: np.ndarray, backward: np.ndarray, labels: np.ndarray) -> _Slots:
    """Places: n for substitutions, then n + 1 for insertions."""
    edge = np.full((len(forward), 1), _NEVER)
    phones_in = np.hstack([edge, forward[:, 1::2]])  # column i: the phone before place i
    phones_out = np.hstack([backward[:, 1::2], edge])  # column i: the phone at place i, the edge after the last
    blanks_in, blanks_out = forward[:, 0::2], backward[:, 0::2]
    before, after = np.concatenate([[-1], labels]), np.concatenate([labels, [-1]])
    return _Slots(
        blank_in=np.hstack([blanks_in[:, :-1], blanks_in]),
        label_in=np.hstack([phones_in[:, :-1], phones_in]),
        blank_out=np.hstack([blanks_out[:, 1:], blanks_out]),
        label_out=np.hstack([phones_out[:, 1:], phones_out]),
        left=np.concatenate([before[:-1], before]),
        right=np.concatenate([after[1:], after]),
    )


def _with_one_phone(log_probs: np.ndarray, slots: _Slots) -> np.ndarray:
    """Log probability of every phone in every slot, shape (slots, vocabulary - 1).

    The recursion `g_t = y_t (g_{t-1} + u_{t-1})` is unrolled: `log g_t = Y_t + logcumsumexp(log u - Y)` with Y the
    running sum of `log y`, so that one accumulate replaces a Python loop over frames.
    """
    emissions = log_probs[:, BLANK + 1 :]
    running = np.vstack([np.zeros((1, emissions.shape[1])), np.cumsum(emissions, axis=0)])
    result = np.empty((len(slots.left), emissions.shape[1]))
    step = max(1, _CHUNK_CELLS // running.size)
    phones = np.arange(BLANK + 1, log_probs.shape[1])
    for first in range(0, len(result), step):
        part = slice(first, first + step)
        arriving = _either(slots.blank_in, slots.label_in, phones != slots.left[part, None], part)[:-1]
        leaving = _either(slots.blank_out, slots.label_out, phones != slots.right[part, None], part)[1:]
        inside = np.logaddexp.accumulate(arriving - running[:-1, None, :], axis=0) + running[1:, None, :]
        inside += leaving
        peak = inside.max(axis=0)
        peak[~np.isfinite(peak)] = 0.0
        with np.errstate(divide="ignore"):
            result[part] = np.log(np.exp(inside - peak).sum(axis=0)) + peak
    return result


def _either(blank: np.ndarray, label: np.ndarray, allowed: np.ndarray, part: slice) -> np.ndarray:
    """Log weight through the blank, or straight from the neighbour where `allowed`; (frames, slots, phones)."""
    through, both = blank[:, part], np.logaddexp(blank[:, part], label[:, part])
    return np.where(allowed[None], both[:, :, None], through[:, :, None])


def _deletions(forward: np.ndarray, backward: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Log probability of the sequence without each phone, shape (n,)."""
    result = np.empty(len(labels))
    for place in range(len(labels)):
        leaving = forward[:, 2 * place]
        if place > 0 and (place + 1 == len(labels) or labels[place - 1] != labels[place + 1]):
            leaving = np.logaddexp(leaving, forward[:, 2 * place - 1])
        if place + 1 == len(labels):
            result[place] = leaving[-1]
        else:
            result[place] = np.logaddexp.reduce(leaving[:-1] + backward[:-1, 2 * place + 3])
    return result
