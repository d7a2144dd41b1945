"""Where each expected phone lies in a recording: Viterbi over a lattice of variants, in CTC or frame posteriors.

Two graphs share one search. `align_variants` walks the CTC lattice of all pronunciations: which variant of each
word was read, which words were left out, where other speech lies. `locate` walks the chosen phones through
the frame posteriors, which are not peaky, for boundaries.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from phonemes.inventory import BLANK
from speech.errors import TooShort

Variants = Sequence[Sequence[Sequence[int]]]
"""words -> variants -> posterior columns of the phones."""

_NEVER = -np.inf
_FILLER = -1


@dataclass(frozen=True, slots=True)
class Looseness:
    """What the lattice forgives, in nats; `math.inf` forbids it.

    Parameters
    ----------
    skip_word : float
        Cost of leaving a word out.
    enter_filler : float
        Cost of starting a stretch of speech that the text does not have.
    stay_filler : float
        Cost of each frame of such a stretch, against the best phone of that frame.
    """

    skip_word: float = np.inf
    enter_filler: float = np.inf
    stay_filler: float = 0.0


STRICT = Looseness()
"""Every word, nothing else: plain forced alignment."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """The best path through a lattice.

    Parameters
    ----------
    variants : tuple of int or None
        Chosen variant of each word; None for a word left out.
    spans : tuple of tuple of (int, int)
        For each word its phones' frames `[start, end)`; empty for a word left out.
    fillers : tuple of (int, int, int)
        Stretches of other speech: index of the word they stand before, start and end frame.
    log_prob : float
        Log probability of the path, in nats.
    path : int array, shape (frames,)
        Posterior column taken in each frame; -1 in other speech.
    """

    variants: tuple[int | None, ...]
    spans: tuple[tuple[tuple[int, int], ...], ...]
    fillers: tuple[tuple[int, int, int], ...]
    log_prob: float
    path: np.ndarray


class _Graph:
    """States with labels and weighted arcs, grown state by state."""

    def __init__(self) -> None:
        self.labels: list[int] = []
        self.owners: list[tuple[int, int, int]] = []
        self.arcs: list[list[tuple[int, float]]] = []
        self.entries: dict[int, float] = {}
        self.exits: list[int] = []

    def add(self, label: int, owner: tuple[int, int, int], *, stay: float = 0.0) -> int:
        """Add a state that may repeat; `owner` is (word, variant, phone), variant -1 for blank and filler."""
        state = len(self.labels)
        self.labels.append(label)
        self.owners.append(owner)
        self.arcs.append([(state, -stay)])
        return state

    def connect(self, source: int, target: int, cost: float = 0.0) -> None:
        """Allow a step from one state to another unless it costs infinity."""
        if np.isfinite(cost):
            self.arcs[target].append((source, -cost))

    def best_path(self, log_probs: np.ndarray) -> tuple[np.ndarray, float]:
        """Find the most probable state sequence; states int array, shape (frames,), and its log probability."""
        sources, weights = self._steps()
        speech = log_probs.max(axis=1, keepdims=True)
        emissions = np.hstack([log_probs, speech])[:, self.labels].astype(np.float64)
        scores = np.full(emissions.shape, _NEVER)
        for state, weight in self.entries.items():
            scores[0, state] = weight + emissions[0, state]
        for frame in range(1, len(emissions)):
            candidates = scores[frame - 1].take(sources)
            candidates += weights
            np.add(candidates.max(axis=0), emissions[frame], out=scores[frame])
        last = max(self.exits, key=lambda state: scores[-1, state])
        states = np.empty(len(emissions), np.int32)
        states[-1] = last
        for frame in range(len(emissions) - 1, 0, -1):
            # Which step was best is asked again for this one path, rather than kept for all.
            before = scores[frame - 1]
            states[frame - 1] = max(self.arcs[states[frame]], key=lambda arc: before[arc[0]] + arc[1])[0]
        return states, float(scores[-1, last])

    def _steps(self) -> tuple[np.ndarray, np.ndarray]:
        """Sources and weights of the arcs into each state, padded with impossible ones; shape (most arcs, states)."""
        fan_in = max(map(len, self.arcs))
        sources = np.zeros((fan_in, len(self.arcs)), np.intp)
        weights = np.full(sources.shape, _NEVER)
        for target, arcs in enumerate(self.arcs):
            sources[: len(arcs), target], weights[: len(arcs), target] = zip(*arcs, strict=True)
        return sources, weights

    def read(self, states: np.ndarray, log_prob: float, words: int) -> Alignment:
        """Turn a state sequence into spans by word."""
        spans: list[dict[int, tuple[int, int]]] = [{} for _ in range(words)]
        chosen: list[int | None] = [None] * words
        fillers: list[tuple[int, int, int]] = []
        edges = np.flatnonzero(np.diff(states)) + 1
        for start, end in zip([0, *edges], [*edges, len(states)], strict=True):
            state = int(states[start])
            word, variant, place = self.owners[state]
            if self.labels[state] == _FILLER:
                fillers.append((word, int(start), int(end)))
            elif variant >= 0:
                chosen[word] = variant
                spans[word][place] = (int(start), int(end))
        ordered = tuple(tuple(found[place] for place in sorted(found)) for found in spans)
        return Alignment(tuple(chosen), ordered, tuple(fillers), log_prob, np.array(self.labels)[states])


def align_variants(ctc: np.ndarray, variants: Variants, *, looseness: Looseness = STRICT) -> Alignment:
    """Align the most probable pronunciation of each word with CTC posteriors.

    Parameters
    ----------
    ctc : float array, shape (frames, vocabulary)
        Natural-log CTC posteriors; column 0 is blank.
    variants : words -> variants -> columns
        Every pronunciation each word may take.
    looseness : Looseness
        Whether words may be left out and other speech may stand between words.

    Returns
    -------
    Alignment
        Frames where each phone is emitted; CTC emissions are peaky, so use `locate` for boundaries.

    Raises
    ------
    TooShort
        Fewer frames than the shortest variants need.
    """
    graph = _Graph()
    gap = _add_gap(graph, 0, looseness)
    graph.entries[gap] = 0.0
    ends: list[int] = []
    for word, choices in enumerate(variants):
        following: list[int] = []
        for variant, columns in enumerate(choices):
            first, last = _add_ctc_chain(graph, (word, variant), columns)
            _join_words(graph, [gap, *ends], first)
            if word == 0:
                graph.entries[first] = 0.0
            following.append(last)
        next_gap = _add_gap(graph, word + 1, looseness)
        for last in following:
            graph.connect(last, next_gap)
        graph.connect(gap, next_gap, looseness.skip_word)
        gap, ends = next_gap, following
    graph.exits = [gap, *ends]
    return _search(graph, ctc, len(variants))


def _add_gap(graph: _Graph, word: int, looseness: Looseness) -> int:
    gap = graph.add(BLANK, (word, -1, -1))
    if np.isfinite(looseness.enter_filler):
        filler = graph.add(_FILLER, (word, -1, -1), stay=looseness.stay_filler)
        graph.connect(gap, filler, looseness.enter_filler + looseness.stay_filler)
        graph.connect(filler, gap)
    return gap


def _add_ctc_chain(graph: _Graph, owner: tuple[int, int], columns: Sequence[int]) -> tuple[int, int]:
    """Add one variant's phones with blanks between them; returns its first and last state."""
    word, variant = owner
    states = [graph.add(column, (word, variant, place)) for place, column in enumerate(columns)]
    for place in range(1, len(states)):
        blank = graph.add(BLANK, (word, -1, place))
        graph.connect(states[place - 1], blank)
        graph.connect(blank, states[place])
        _join_words(graph, [states[place - 1]], states[place])
    return states[0], states[-1]


def _join_words(graph: _Graph, sources: Sequence[int], target: int) -> None:
    """Step to a phone from a blank or from any other phone: CTC needs a blank between equal phones."""
    for source in sources:
        if graph.labels[source] != graph.labels[target]:
            graph.connect(source, target)


def locate(frame: np.ndarray, words: Sequence[Sequence[int]], *, looseness: Looseness = STRICT) -> Alignment:
    """Find the boundaries of known phones in frame posteriors, with optional silence between words.

    Parameters
    ----------
    frame : float array, shape (frames, vocabulary)
        Natural-log posteriors of the phone sounding in each frame; column 0 is silence.
    words : sequence of sequence of int
        Columns of the phones of each word; a word left out is empty.
    looseness : Looseness
        Whether other speech may stand between words; words cannot be skipped here.

    Raises
    ------
    TooShort
        Fewer frames than phones.
    """
    graph = _Graph()
    ends = [_add_gap(graph, 0, looseness)]
    graph.entries[ends[0]] = 0.0
    for word, columns in enumerate(words):
        for place, column in enumerate(columns):
            state = graph.add(column, (word, 0, place))
            for source in ends:
                graph.connect(source, state)
            if len(graph.entries) == 1:
                graph.entries[state] = 0.0
            ends = [state]
        if columns:
            gap = _add_gap(graph, word + 1, looseness)
            graph.connect(ends[0], gap)
            ends = [*ends, gap]
    graph.exits = ends
    return _search(graph, frame, len(words))


def _search(graph: _Graph, log_probs: np.ndarray, words: int) -> Alignment:
    if len(log_probs) == 0:
        raise TooShort({"seconds": 0.0})
    states, log_prob = graph.best_path(log_probs)
    if not np.isfinite(log_prob):
        raise TooShort({"seconds": len(log_probs) * 0.02})
    return graph.read(states, log_prob, words)


def widen(alignment: Alignment, *, most_frames: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Stretch peaky CTC spans to meet halfway, each side by at most `most_frames`; for models without a frame head."""
    flat = [span for word in alignment.spans for span in word]
    edges = [0, *(end for _, end in flat)], [*(start for start, _ in flat), len(alignment.path)]
    middles = [(left + right) // 2 for left, right in zip(*edges, strict=True)]
    stretched = iter(
        (max(middles[i], start - most_frames), min(middles[i + 1], end + most_frames))
        for i, (start, end) in enumerate(flat)
    )
    return tuple(tuple(next(stretched) for _ in word) for word in alignment.spans)
