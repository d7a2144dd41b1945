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

_NEVER = -1e30
"""Stands for -inf, which would turn differences into nan; whatever is below half of it is impossible."""
_LEAST_EXPONENT = (
    -700.0
)  # below, results would be denormal numbers, for which processors need hundreds of times as long
_NEGLIGIBLE_NATS = 40.0  # e-40: what all paths through a place lose where its frames are cut off
_CHUNK_CELLS = 500_000  # keeps one block of the (frames, slots, phones) recursion near 4 MB, within the cache


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
    forward, backward = _forward_backward(log_probs, labels)
    total = float(_log_add(forward[-1, -1], forward[-1, -2]))
    if total < _NEVER / 2:
        raise TooShort({"seconds": len(log_probs) * 0.02})
    rivals = _with_one_phone(log_probs, _slots(forward, backward, labels), least=total - _NEGLIGIBLE_NATS)
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
    return float(sequence_log_probs(log_probs, [expected])[0])


def sequence_log_probs(log_probs: np.ndarray, sequences: Sequence[Sequence[int]] | np.ndarray) -> np.ndarray:
    """Log probabilities, as from `sequence_log_prob`, of several sequences of equal length; shape (sequences,)."""
    labels = np.asarray(sequences, np.intp)
    last = _forward(np.asarray(log_probs, np.float64)[:, _columns(labels)], labels)[-1]
    return _minus_infinity(_log_add(last[:, -1], last[:, -2]))


def _columns(labels: np.ndarray) -> np.ndarray:
    """Posterior columns of the 2n + 1 CTC states of each sequence, shape (sequences, 2n + 1)."""
    columns = np.full((len(labels), 2 * labels.shape[1] + 1), BLANK)
    columns[:, 1::2] = labels
    return columns


def _forward(emissions: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Log forward variables of several sequences at once, for the little that Python does for each frame.

    Parameters
    ----------
    emissions : float array, shape (frames, sequences, 2n + 1)
        Log-posteriors of the CTC states.
    labels : int array, shape (sequences, n)
        A phone may be reached by leaping over the blank before it unless it repeats the one before.

    Returns
    -------
    float array, shape (frames + 1, sequences, 2n + 1)
        Row 0 stands before the first frame, in the first blank; `_NEVER` or less where a state cannot be reached.
    """
    frames, sequences, states = emissions.shape
    cost = np.zeros((sequences, 3, states))
    cost[:, 0] = _NEVER
    cost[:, 0, 3::2][labels[:, 1:] != labels[:, :-1]] = 0.0
    emissions = np.maximum(emissions, _NEVER)
    table = np.full((frames + 1, sequences, states), _NEVER)
    table[0, :, 0] = 0.0
    now = np.full((sequences, states + 2), _NEVER)
    now[:, 2:] = table[0]
    sources = np.lib.stride_tricks.sliding_window_view(now, states, axis=1)  # two states before, one before, itself
    reach = np.empty((sequences, 3, states))
    peak = np.empty((sequences, states))
    for frame in range(frames):
        np.add(sources, cost, out=reach)
        np.maximum(np.maximum(reach[:, 0], reach[:, 1], out=peak), reach[:, 2], out=peak)
        np.subtract(reach, peak[:, None], out=reach)
        np.maximum(reach, _LEAST_EXPONENT, out=reach)
        np.exp(reach, out=reach)
        arrived = reach.sum(axis=1, out=now[:, 2:])
        np.log(arrived, out=arrived)
        arrived += peak
        arrived += emissions[frame]
        table[frame + 1] = arrived
    return table


def _forward_backward(log_probs: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Forward variables, and backward ones with their own emission, both of shape (frames + 1, 2n + 1).

    The last row of the latter is after the end; backward is forward with time and the sequence turned round.
    """
    both = np.stack([labels, labels[::-1]])
    emissions = log_probs[:, _columns(labels[None])[0]]
    tables = _forward(np.stack([emissions, emissions[::-1, ::-1]], axis=1), both)
    return tables[:, 0], tables[::-1, 1, ::-1]


def _log_add(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """`np.logaddexp` for finite values: several times as fast, since its parts are vectorised."""
    return np.maximum(left, right) + np.log1p(np.exp(np.maximum(-np.abs(left - right), _LEAST_EXPONENT)))


def _log_sum(values: np.ndarray) -> np.ndarray:
    """`np.logaddexp.reduce` over the first axis, for finite values; shape without it."""
    peak = values.max(axis=0)
    return np.log(np.exp(np.maximum(values - peak, _LEAST_EXPONENT)).sum(axis=0)) + peak


def _minus_infinity(values: np.ndarray) -> np.ndarray:
    return np.where(values < _NEVER / 2, -np.inf, values)


@dataclass(frozen=True, slots=True)
class _Slots:
    """Places where one phone may stand between two known neighbours (columns, or -1 beyond the ends).

    `arriving`, `leaving`: log weight of coming from the blank or the phone before, and of going on to the blank or the
    phone after, shape (frames + 1, slots); `blank_in`, `blank_out`: the same by way of the blank alone.
    """

    arriving: np.ndarray
    blank_in: np.ndarray
    leaving: np.ndarray
    blank_out: np.ndarray
    left: np.ndarray
    right: np.ndarray

    def spans(self, emissions: np.ndarray, least: float) -> tuple[np.ndarray, np.ndarray]:
        """First and last row, for each slot, of the paths through it that may reach `least` nats."""
        best = np.concatenate([[0.0], np.cumsum(emissions.max(axis=1))])[:, None]
        start, end = self.arriving[:-1] - best[:-1], self.leaving[1:] + best[1:]
        best_start = np.maximum.accumulate(start, axis=0)
        best_end = np.maximum.accumulate(end[::-1], axis=0)[::-1]
        first = (start + best_end >= least).argmax(axis=0)
        last = len(end) - (best_start + end >= least)[::-1].argmax(axis=0)
        return first, last


def _slots(forward: np.ndarray, backward: np.ndarray, labels: np.ndarray) -> _Slots:
    """Places: n for substitutions, then n + 1 for insertions."""
    edge = np.full((len(forward), 1), _NEVER)
    phones_in = np.hstack([edge, forward[:, 1::2]])  # column i: the phone before place i
    phones_out = np.hstack([backward[:, 1::2], edge])  # column i: the phone at place i, the edge after the last
    blanks_in, blanks_out = forward[:, 0::2], backward[:, 0::2]
    either_in, either_out = _log_add(blanks_in, phones_in), _log_add(blanks_out, phones_out)
    before, after = np.concatenate([[-1], labels]), np.concatenate([labels, [-1]])
    return _Slots(
        arriving=np.hstack([either_in[:, :-1], either_in]),
        blank_in=np.hstack([blanks_in[:, :-1], blanks_in]),
        leaving=np.hstack([either_out[:, 1:], either_out]),
        blank_out=np.hstack([blanks_out[:, 1:], blanks_out]),
        left=np.concatenate([before[:-1], before]),
        right=np.concatenate([after[1:], after]),
    )


def _with_one_phone(log_probs: np.ndarray, slots: _Slots, *, least: float) -> np.ndarray:
    """Log probability of every phone in every slot, shape (slots, vocabulary - 1); what is below `least` is too low.

    The recursion `g_t = y_t (g_{t-1} + u_{t-1})` is unrolled: `log g_t = Y_t + logcumsumexp(log u - Y)` with Y the
    running sum of `log y`, so that one accumulate replaces a Python loop over frames. Each slot is followed only
    through the frames in which it may matter, slots with about as many of them together.
    """
    emissions = np.maximum(log_probs[:, BLANK + 1 :], _NEVER)
    running = np.vstack([np.zeros((1, emissions.shape[1])), np.cumsum(emissions, axis=0)])
    first, last = slots.spans(emissions, least)
    lengths = np.maximum(last - first, 1)
    result = np.empty((len(lengths), emissions.shape[1]))
    order = np.argsort(lengths)
    place = 0
    while place < len(order):
        shortest = int(lengths[order[place]])
        most = max(1, _CHUNK_CELLS // (2 * shortest * emissions.shape[1]))
        alike = int((lengths[order[place : place + most]] <= 1.5 * shortest + 4).sum())
        part = order[place : place + alike]
        result[part] = _through(running, slots, part, first[part], last[part])
        place += alike
    return _minus_infinity(result)


def _through(running: np.ndarray, slots: _Slots, part: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Log probability of every phone in some slots, from paths between their first and last rows."""
    rows = first + np.arange(max(1, int((last - first).max())))[:, None]  # of arrival; a phone leaves a row later
    beyond = rows >= last
    rows = np.minimum(rows, len(running) - 2)
    phones = np.arange(BLANK + 1, running.shape[1] + 1)
    after_left, before_right = phones != slots.left[part, None], phones != slots.right[part, None]
    arriving = np.where(after_left, slots.arriving[rows, part, None], slots.blank_in[rows, part, None])
    leaving = np.where(before_right, slots.leaving[rows + 1, part, None], slots.blank_out[rows + 1, part, None])
    leaving[beyond] = _NEVER
    inside = np.logaddexp.accumulate(arriving - running[rows], axis=0)
    inside += running[rows + 1]
    inside += leaving
    return _log_sum(inside)


def _deletions(forward: np.ndarray, backward: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Log probability of the sequence without each phone, shape (n,)."""
    leaving = forward[:, :-1:2].copy()
    apart = np.append(labels[:-2] != labels[2:], True)  # the neighbours of places 1.. need no blank between
    straight = np.flatnonzero(apart[: len(labels) - 1]) + 1
    leaving[:, straight] = _log_add(leaving[:, straight], forward[:, 2 * straight - 1])
    result = leaving[-1]
    result[:-1] = _log_sum(leaving[:-1, :-1] + backward[:-1, 3::2])
    return _minus_infinity(result)
