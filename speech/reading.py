"""How a recording follows a text: which variant of each word was read, where, and how well each phone fits.

Takes posteriors and expected words; the lattice decides what was read, goodness of pronunciation how it was said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from phonemes.expected import Expected
from phonemes.inventory import BLANK, COLUMN, PHONES
from speech.align import Alignment, Looseness, align_variants, locate, widen
from speech.errors import TooShort
from speech.evidence import Evidence, gather
from speech.gop import Goodness, goodness_of_pronunciation, sequence_log_probs
from speech.results import Posteriors

LOOSENESS = Looseness(skip_word=12.0, enter_filler=8.0, stay_filler=0.2)
"""`lafal bench following` counts words wrongly skipped, and left-out and added words found, with these costs."""

_CERTAIN_NATS = -12.0  # log probability of every other column where something is taken as known
_SHUFFLES = 4
_WIDEST_S = 0.12
_LEAST_FILLER_S = 0.2
_LEAST_FIT = 1.2
_FILLER_WEIGHT = 3.0
_READ_WEIGHT = 2.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What of a text was read, and how.

    Parameters
    ----------
    variants : tuple of int or None
        Chosen variant of each word; None: left out.
    spans : tuple of tuple of (int, int)
        Frames of each word's phones; empty for a word left out.
    columns : tuple of int
        Posterior columns of all phones read, flat.
    goodness : Goodness or None
        Of those phones; None when no word was read.
    evidence : Evidence or None
        What the recording says about each of those phones.
    fillers : tuple of (int, int, int)
        Speech the text does not have: word it stands before, start and end frame.
    other_text : bool
        Whether the recording is of something else: the text fits hardly better than its sounds in random order.
    """

    variants: tuple[int | None, ...]
    spans: tuple[tuple[tuple[int, int], ...], ...]
    columns: tuple[int, ...]
    goodness: Goodness | None
    evidence: Evidence | None
    fillers: tuple[tuple[int, int, int], ...]
    other_text: bool


def columns_of(expected: Expected) -> list[list[list[int]]]:
    """Posterior columns of every variant of every word."""
    return [[[COLUMN[symbol] for symbol in variant.phones] for variant in word.variants] for word in expected.words]


def read_along(posteriors: Posteriors, variants: Sequence[Sequence[Sequence[int]]]) -> Reading:
    """Follow a text through a recording.

    Parameters
    ----------
    posteriors : Posteriors
        Of the whole recording.
    variants : words -> variants -> columns
        From `columns_of`.

    Raises
    ------
    TooShort
        Fewer frames than a quarter of the text would need.
    """
    alignment = _align(posteriors, variants)
    fillers = tuple(f for f in alignment.fillers if (f[2] - f[1]) * posteriors.period_s >= _LEAST_FILLER_S)
    words = [
        [] if chosen is None else list(choices[chosen])
        for choices, chosen in zip(variants, alignment.variants, strict=True)
    ]
    columns = tuple(column for word in words for column in word)
    if not columns:
        return Reading(alignment.variants, alignment.spans, (), None, None, fillers, other_text=True)
    heard = _without(posteriors, fillers)
    goodness, evidence, spans = _measure(heard, words, alignment)
    others = _filler_share(posteriors.ctc, fillers)
    fit = (
        _READ_WEIGHT * _share_read(variants, alignment)
        - _FILLER_WEIGHT * others
        + _distinctness(heard.ctc, columns, goodness)
    )
    return Reading(alignment.variants, spans, columns, goodness, evidence, fillers, other_text=fit < _LEAST_FIT)


def measure(posteriors: Posteriors, words: Sequence[Sequence[int]]) -> Evidence:
    """Gather evidence on phones that are known to have been asked for, to fit a scorer or to judge one."""
    alignment = align_variants(posteriors.ctc, [[word] for word in words])
    return _measure(posteriors, words, alignment)[1]


def heard_in(posteriors: Posteriors, start: int, end: int) -> tuple[str, ...]:
    """ARPAbet phones that greedy decoding hears in frames `[start, end)`."""
    best = posteriors.ctc[start:end].argmax(axis=1)
    changes = np.flatnonzero(np.diff(best, prepend=BLANK))
    return tuple(PHONES[column - 1] for column in best[changes] if column != BLANK)


def _align(posteriors: Posteriors, variants: Sequence[Sequence[Sequence[int]]]) -> Alignment:
    shortest = sum(min(map(len, choices)) for choices in variants)
    if len(posteriors.ctc) * 4 < shortest:
        raise TooShort({"seconds": len(posteriors.ctc) * posteriors.period_s})
    return align_variants(posteriors.ctc, variants, looseness=LOOSENESS)


def _without(posteriors: Posteriors, fillers: Sequence[tuple[int, int, int]]) -> Posteriors:
    """Posteriors in which speech that the text does not have has become silence."""
    if not fillers:
        return posteriors
    ctc = posteriors.ctc.copy()
    frame = None if posteriors.frame is None else posteriors.frame.copy()
    for _, start, end in fillers:
        for table in (ctc, frame):
            if table is not None:
                table[start:end] = _CERTAIN_NATS
                table[start:end, BLANK] = 0.0
    return replace(posteriors, ctc=ctc, frame=frame)


def _measure(
    posteriors: Posteriors, words: Sequence[Sequence[int]], alignment: Alignment
) -> tuple[Goodness, Evidence, tuple[tuple[tuple[int, int], ...], ...]]:
    columns = [column for word in words for column in word]
    goodness = goodness_of_pronunciation(posteriors.ctc, columns)
    if posteriors.frame is None:
        spans = widen(alignment, most_frames=round(_WIDEST_S / posteriors.period_s))
    else:
        spans = locate(posteriors.frame, words).spans
    flat = [span for word in spans for span in word]
    return goodness, gather(posteriors, goodness, columns, flat), spans


def _share_read(variants: Sequence[Sequence[Sequence[int]]], alignment: Alignment) -> float:
    lengths = np.array([min(map(len, choices)) for choices in variants])
    read = np.array([chosen is not None for chosen in alignment.variants])
    return float(lengths[read].sum() / lengths.sum())


def _filler_share(ctc: np.ndarray, fillers: Sequence[tuple[int, int, int]]) -> float:
    """Share of the voiced CTC frames that lie in speech the text does not have."""
    spoken = ctc.argmax(axis=1) != BLANK
    inside = sum(int(spoken[start:end].sum()) for _, start, end in fillers)
    return inside / max(1, int(spoken.sum()))


def _distinctness(ctc: np.ndarray, columns: tuple[int, ...], goodness: Goodness) -> float:
    """Gain of these phones over the same in random order, less their loss against free decoding; nats a phone."""
    deficit = float(ctc.max(axis=1).sum()) - goodness.expected
    shuffler = np.random.default_rng(len(columns))
    shuffled = sequence_log_probs(ctc, [shuffler.permutation(columns).tolist() for _ in range(_SHUFFLES)])
    finite = shuffled[np.isfinite(shuffled)]
    margin = goodness.expected - float(finite.mean()) if len(finite) else 0.0
    return (margin - deficit) / len(columns)
