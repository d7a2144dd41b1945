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

_FAINTEST, _LOUDEST = 1e-280, 1e280
"""Bounds of a path's probability against the likeliest at the same moment, 640 nats: denormal numbers take hundreds of
times as long, infinite ones end as nan. Only a text that is not the one read goes beyond, and stays far below."""
_IMPOSSIBLE = 1e-200  # what bounding leaves of a place with too few frames for its phone
_RESCALE_FRAMES = 8  # in so few frames no probability that matters leaves the bounds
_NEGLIGIBLE_NATS = -40.0  # what all paths through a place lose where its frames are cut off
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
    trellis = _trellis(np.asarray(log_probs, dtype=np.float64), labels)
    if np.isneginf(trellis.total):
        raise TooShort({"seconds": len(log_probs) * 0.02})
    with np.errstate(divide="ignore"):  # what cannot be has a probability of 0
        rivals = np.log(_with_one_phone(trellis, _slots(trellis, labels))) + trellis.total
        deletions = np.log(_deletions(trellis, labels)) + trellis.total
    spent = trellis.forward[1:, 1::2] * trellis.backward[:-1, 1::2] / trellis.steps[:, labels - 1]
    return Goodness(
        expected=trellis.total,
        substitutions=rivals[: len(labels)],
        deletions=deletions,
        insertions=rivals[len(labels) :],
        occupancy=spent.sum(axis=0),
    )


def sequence_log_prob(log_probs: np.ndarray, expected: Sequence[int]) -> float:
    """Log probability, in nats, that a CTC model reads exactly `expected`; -inf when it cannot."""
    return float(sequence_log_probs(log_probs, [expected])[0])


def sequence_log_probs(log_probs: np.ndarray, sequences: Sequence[Sequence[int]] | np.ndarray) -> np.ndarray:
    """Log probabilities, as from `sequence_log_prob`, of several sequences of equal length; shape (sequences,)."""
    labels = np.asarray(sequences, np.intp)
    table, scale = _forward(np.asarray(log_probs, np.float64)[:, _columns(labels)], labels)
    with np.errstate(divide="ignore"):
        return np.log(table[-1, :, -1] + table[-1, :, -2]) + scale[-1]


def _columns(labels: np.ndarray) -> np.ndarray:
    """Posterior columns of the 2n + 1 CTC states of each sequence, shape (sequences, 2n + 1)."""
    columns = np.full((len(labels), 2 * labels.shape[1] + 1), BLANK)
    columns[:, 1::2] = labels
    return columns


def _first_rows(labels: np.ndarray) -> np.ndarray:
    """Row of the forward table in which each state can be reached at the earliest, shape (sequences, 2n + 1)."""
    repeats = np.zeros(labels.shape, np.intp)
    repeats[:, 1:] = np.cumsum(labels[:, 1:] == labels[:, :-1], axis=1)
    first = np.zeros((len(labels), 2 * labels.shape[1] + 1), np.intp)
    first[:, 1::2] = np.arange(1, labels.shape[1] + 1) + repeats
    first[:, 2::2] = first[:, 1::2] + 1
    return first


def _forward(emissions: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Forward variables of several sequences at once, for the little that Python does for each frame.

    Parameters
    ----------
    emissions : float array, shape (frames, sequences, 2n + 1)
        Log-posteriors of the CTC states.
    labels : int array, shape (sequences, n)
        A phone may be reached by leaping over the blank before it unless it repeats the one before.

    Returns
    -------
    table : float array, shape (frames + 1, sequences, 2n + 1)
        Row 0 stands before the first frame, in the first blank; 0 where a state cannot be reached.
    scale : float array, shape (frames + 1, sequences)
        The forward variables are `table * exp(scale)`.
    """
    frames, sequences, states = emissions.shape
    best = emissions.max(axis=2)
    probabilities = np.exp(emissions - best[:, :, None])
    leap = np.zeros((sequences, states))
    leap[:, 3::2] = labels[:, 1:] != labels[:, :-1]
    padded = np.zeros((frames + 1, sequences, states + 2))  # two states before the first spare the loop its edges
    padded[0, :, 2] = 1.0
    most = np.ones((frames + 1, sequences))
    for frame in range(frames):
        before, now = padded[frame], padded[frame + 1, :, 2:]
        np.multiply(before[:, :-2], leap, out=now)
        now += before[:, 1:-1]
        now += before[:, 2:]
        now *= probabilities[frame]
        if frame % _RESCALE_FRAMES == 0:
            np.maximum(now.max(axis=1), _FAINTEST, out=most[frame + 1])
            now /= most[frame + 1, :, None]
        np.maximum(now, _FAINTEST, out=now)
    table = padded[:, :, 2:]
    table[np.arange(frames + 1)[:, None, None] < _first_rows(labels)] = 0.0
    scale = np.log(most)
    scale[1:] += best
    return table, np.cumsum(scale, axis=0)


@dataclass(frozen=True, slots=True)
class _Trellis:
    """All paths through the expected sequence, each row brought to the size of its numbers.

    `forward` and `backward`, the latter with its own emission, have the shape (frames + 1, 2n + 1); the last row of
    the latter is after the end. `steps`, shape (frames, vocabulary - 1), are the posteriors of the phones. A path from
    row r to row t through frames of some phone has the probability `forward[r] * steps[r:t].prod() * backward[t]`
    against `total`, which is the log probability of all, in nats.
    """

    forward: np.ndarray
    backward: np.ndarray
    steps: np.ndarray
    total: float


def _trellis(log_probs: np.ndarray, labels: np.ndarray) -> _Trellis:
    """Go through the frames from both ends at once: backward is forward with time and the sequence turned round."""
    emissions = log_probs[:, _columns(labels[None])[0]]
    both = np.stack([labels, labels[::-1]])
    table, scale = _forward(np.stack([emissions, emissions[::-1, ::-1]], axis=1), both)
    forward, backward, before, after = table[:, 0], table[::-1, 1, ::-1], scale[:, 0], scale[::-1, 1]
    with np.errstate(divide="ignore"):
        total = float(np.log(forward[-1, -1] + forward[-1, -2]) + before[-1])
    most = np.log(_LOUDEST)
    backward = backward * np.exp(np.clip(before + after - total, -most, most))[:, None]
    steps = np.exp(np.clip(log_probs[:, BLANK + 1 :] - np.diff(before)[:, None], -most, most))
    return _Trellis(forward, backward, steps, total)


@dataclass(frozen=True, slots=True)
class _Slots:
    """Places where one phone may stand between two known neighbours (columns, or -1 beyond the ends).

    `arriving`, `leaving`: weight of coming from the blank or the phone before, and of going on to the blank or the
    phone after, shape (frames + 1, slots); `blank_in`, `blank_out`: the same by way of the blank alone. `first`,
    `last`: rows of the paths through it that are not negligible.
    """

    arriving: np.ndarray
    blank_in: np.ndarray
    leaving: np.ndarray
    blank_out: np.ndarray
    left: np.ndarray
    right: np.ndarray
    first: np.ndarray
    last: np.ndarray


def _slots(trellis: _Trellis, labels: np.ndarray) -> _Slots:
    """Places: n for substitutions, then n + 1 for insertions."""
    blank_in, blank_out = trellis.forward[:, 0::2], trellis.backward[:, 0::2]
    arriving, leaving = blank_in.copy(), blank_out.copy()
    arriving[:, 1:] += trellis.forward[:, 1::2]  # column i: what stands before place i
    leaving[:, :-1] += trellis.backward[:, 1::2]  # column i: the phone at place i, or the end
    count = len(labels)
    left, right = np.concatenate([[-1], labels]), np.concatenate([labels, [-1]])
    before = np.concatenate([np.arange(count), np.arange(count + 1)])
    after = np.concatenate([np.arange(1, count + 1), np.arange(count + 1)])
    first, last = _spans(trellis.steps, arriving, leaving, places=(before, after))
    return _Slots(
        arriving=arriving[:, before],
        blank_in=blank_in[:, before],
        leaving=leaving[:, after],
        blank_out=blank_out[:, after],
        left=left[before],
        right=right[after],
        first=first,
        last=last,
    )


def _spans(
    steps: np.ndarray, arriving: np.ndarray, leaving: np.ndarray, *, places: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """First and last row, for each slot, of the paths through it that may not be negligible, whatever its phone."""
    before, after = places
    best = np.concatenate([[0.0], np.cumsum(np.log(steps.max(axis=1)))])[:, None]
    start = np.log(np.maximum(arriving[:-1], _FAINTEST)) - best[:-1]
    end = np.log(np.maximum(leaving[1:], _FAINTEST)) + best[1:]
    best_start = np.maximum.accumulate(start, axis=0)
    best_end = np.maximum.accumulate(end[::-1], axis=0)[::-1]
    first = (start[:, before] + best_end[:, after] >= _NEGLIGIBLE_NATS).argmax(axis=0)
    last = len(end) - (best_start[:, before] + end[:, after] >= _NEGLIGIBLE_NATS)[::-1].argmax(axis=0)
    return first, last


def _with_one_phone(trellis: _Trellis, slots: _Slots) -> np.ndarray:
    """Probability of every phone in every slot against `total`, shape (slots, vocabulary - 1).

    Each slot is followed only through the frames in which it may matter, slots with about as many of them together.
    """
    lengths = np.maximum(slots.last - slots.first, 1)
    result = np.empty((len(lengths), trellis.steps.shape[1]))
    order = np.argsort(lengths)
    place = 0
    while place < len(order):
        shortest = int(lengths[order[place]])
        most = max(1, _CHUNK_CELLS // (2 * shortest * result.shape[1]))
        alike = int((lengths[order[place : place + most]] <= 1.5 * shortest + 4).sum())
        part = order[place : place + alike]
        result[part] = _through(trellis.steps, slots, part)
        place += alike
    return result


def _through(steps: np.ndarray, slots: _Slots, part: np.ndarray) -> np.ndarray:
    """Probability of every phone in some slots, from paths between their first and last rows.

    With `u` the weight of arriving before a frame and `y` the phone's posterior in it, `g_t = y_t (g_{t-1} + u_{t-1})`.
    """
    first, last = slots.first[part], slots.last[part]
    rows = first + np.arange(max(1, int((last - first).max())))[:, None]  # of arrival; a phone leaves a row later
    beyond = rows >= last
    rows = np.minimum(rows, len(steps) - 1)
    inside = np.repeat(slots.arriving[rows, part][:, :, None], steps.shape[1], axis=2)
    (after,) = np.nonzero(slots.left[part] > BLANK)  # equal phones need a blank between them
    inside[:, after, slots.left[part[after]] - 1] = slots.blank_in[rows, part][:, after]
    said = steps[rows]
    inside[0] *= said[0]
    for frame in range(1, len(inside)):
        inside[frame] += inside[frame - 1]
        inside[frame] *= said[frame]
        np.clip(inside[frame], _FAINTEST, _LOUDEST, out=inside[frame])
    leaving, blank_out = (np.where(beyond, 0.0, way[rows + 1, part]) for way in (slots.leaving, slots.blank_out))
    result = np.einsum("tsq,ts->sq", inside, leaving)
    (before,) = np.nonzero(slots.right[part] > BLANK)
    phones = slots.right[part[before]] - 1
    result[before, phones] = (inside[:, before, phones] * blank_out[:, before]).sum(axis=0)
    result[result < _IMPOSSIBLE] = 0.0
    return np.minimum(result, _LOUDEST)


def _deletions(trellis: _Trellis, labels: np.ndarray) -> np.ndarray:
    """Probability of the sequence without each phone against `total`, shape (n,)."""
    leaving = trellis.forward[:, :-1:2].copy()
    apart = np.append(labels[:-2] != labels[2:], True)  # the neighbours of places 1.. need no blank between
    straight = np.flatnonzero(apart[: len(labels) - 1]) + 1
    leaving[:, straight] += trellis.forward[:, 2 * straight - 1]
    result = leaving[-1]
    result *= trellis.backward[-1, -1]
    result[:-1] = (leaving[:-1, :-1] * trellis.backward[:-1, 3::2]).sum(axis=0)
    return result
