"""Free decoding: which phones and words the acoustics show, whatever the text asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from phonemes.inventory import BLANK, PHONES
from speech.results import Posteriors
from speech.trie import PronunciationTrie, Spelling, walk

if TYPE_CHECKING:
    from jiwer import WordOutput

_REACH_S = 0.06
"""How far a phone may extend beyond its CTC peak where nothing else tells: half of a usual phone."""
_FREQUENT_WORDS = 5_000
_PENALTY = 1.5
"""Nats a word costs besides its frequency: of 0, 1.5, 2.5, 3.5 and 5 it gave the fewest word errors on readings of
speechocean762 (train) that expected the words of the text, with the embedded model 0.1.0."""
_FREQUENCY_WEIGHT = 0.5
"""How much the frequency of a word counts against the acoustics, which CTC makes over-confident."""


@dataclass(frozen=True, slots=True)
class HeardPhone:
    """A phone the acoustics show; `probability` is its highest CTC posterior, 0..1."""

    phone: str
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word the acoustics may show."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """Edits that turn the hypotheses into the references; `rate` is their number over `reference_length`."""

    rate: float
    substitutions: int
    deletions: int
    insertions: int
    reference_length: int


def decode_phones(posteriors: Posteriors) -> tuple[HeardPhone, ...]:
    """Write down the phones heard: the likeliest CTC label of each frame, repeats and blanks collapsed.

    Parameters
    ----------
    posteriors : Posteriors
        Of one recording.

    Returns
    -------
    tuple of HeardPhone
        In order, not overlapping. Times follow the frame head where the model has one; otherwise each CTC peak
        reaches half way to its neighbours, and no more than 60 ms.
    """
    best = posteriors.ctc.argmax(axis=1)
    starts = np.flatnonzero(np.diff(best, prepend=-1))
    ends = np.append(starts[1:], len(best))
    said = best[starts] != BLANK
    starts, ends, columns = starts[said], ends[said], best[starts[said]]
    if not len(columns):
        return ()
    if posteriors.frame is None:
        reach = _REACH_S / posteriors.period_s
        first, last = _spread(starts.astype(np.float64), ends.astype(np.float64), reach, len(best))
    else:
        first, last = _place(posteriors.frame, columns)
    peaks = [
        float(np.exp(posteriors.ctc[start:end, column].max()))
        for start, end, column in zip(starts, ends, columns, strict=True)
    ]
    return tuple(
        HeardPhone(PHONES[column - 1], _seconds(start, posteriors), _seconds(end, posteriors), min(peak, 1.0))
        for column, start, end, peak in zip(columns, first, last, peaks, strict=True)
    )


def _seconds(edge: float, posteriors: Posteriors) -> float:
    """Tell when a frame begins; frame t is centred on offset + t * period."""
    return max(0.0, float(posteriors.offset_s + (edge - 0.5) * posteriors.period_s))


def _spread(starts: np.ndarray, ends: np.ndarray, reach: float, frames: int) -> tuple[np.ndarray, np.ndarray]:
    middles = (ends[:-1] + starts[1:]) / 2
    first = np.maximum(starts - reach, np.append(0.0, middles))
    last = np.minimum(ends + reach, np.append(middles, float(frames)))
    return first, last


def _place(frame: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the likeliest stretch of frames for each phone of a known sequence, silence allowed anywhere.

    States 0, 2, 4... are silences, 1, 3, 5... the phones; a phone lasts at least one frame, a silence may be skipped.
    """
    count = len(columns)
    labels = np.full(2 * count + 1, BLANK)
    labels[1::2] = columns
    emissions = frame[:, labels].astype(np.float64)
    score = np.full(len(labels), -np.inf)
    score[:2] = emissions[0, :2]
    steps = np.zeros(emissions.shape, dtype=np.int8)
    for t in range(1, len(emissions)):
        by_one = np.append(-np.inf, score[:-1])
        by_two = np.append([-np.inf, -np.inf], score[:-2])
        by_two[::2] = -np.inf
        options = np.stack([score, by_one, by_two])
        steps[t] = options.argmax(axis=0)
        score = options.max(axis=0) + emissions[t]
    state = len(labels) - 1 if score[-1] >= score[-2] else len(labels) - 2
    path = np.empty(len(emissions), dtype=np.intp)
    for t in range(len(emissions) - 1, -1, -1):
        path[t] = state
        state -= int(steps[t, state])
    phones = np.arange(1, len(labels), 2)
    return np.searchsorted(path, phones, side="left"), np.searchsorted(path, phones, side="right")


def words(
    posteriors: Posteriors,
    *,
    candidates: Sequence[str] = (),
    frequent: int = _FREQUENT_WORDS,
    penalty: float = _PENALTY,
) -> tuple[HeardWord, ...]:
    """Guess the words heard: the likeliest sequence of dictionary words under CTC and word frequency.

    There is no grammar in it, so the guess shows what the sounds resemble, not what would make sense.

    Parameters
    ----------
    posteriors : Posteriors
        Of one recording.
    candidates : sequence of str
        Words to expect besides the frequent ones, such as those of the text; a word no lexicon knows is left out.
        They count as being as frequent as the most frequent.
    frequent : int
        How many of the most frequent words to know; 0 leaves the candidates alone.
    penalty : float
        Nats each word costs; a higher one gives fewer, longer words.

    Returns
    -------
    tuple of HeardWord
        In order; empty where silence is likelier than any word.
    """
    trie = _trie(tuple(sorted({word.lower() for word in candidates})), frequent, penalty)
    return tuple(
        HeardWord(text, _seconds(start, posteriors), _seconds(end, posteriors))
        for text, start, end in walk(trie, posteriors.ctc)
    )


@lru_cache(maxsize=8)
def _trie(candidates: tuple[str, ...], frequent: int, penalty: float) -> PronunciationTrie:
    from phonemes.lexicon import default_lexicon

    lexicon = default_lexicon()
    ranks = {word: rank for rank, word in enumerate(lexicon.by_frequency(frequent), start=1)}
    ranks |= dict.fromkeys(candidates, 1)
    spellings = [
        Spelling(word, entry.phones, -penalty - _FREQUENCY_WEIGHT * float(np.log(rank)))
        for word, rank in ranks.items()
        for entry in lexicon.lookup(word)
    ]
    return PronunciationTrie.build(spellings)


def phone_error_rate(references: Sequence[Sequence[str]], hypotheses: Sequence[Sequence[str]]) -> ErrorRate:
    """Compare phone sequences, utterance by utterance.

    Parameters
    ----------
    references, hypotheses : sequences of phone sequences
        As many hypotheses as references; an empty hypothesis deletes every phone.

    Returns
    -------
    ErrorRate
        Over all utterances together; a rate of 0 where there is no reference phone and nothing was inserted.
    """
    import jiwer

    return _error_rate(jiwer.process_words([" ".join(each) for each in references], [" ".join(h) for h in hypotheses]))


def word_error_rate(references: Sequence[str], hypotheses: Sequence[str]) -> ErrorRate:
    """Compare texts word by word; capitals and punctuation do not matter.

    Parameters
    ----------
    references, hypotheses : sequences of str
        As many hypotheses as references.

    Returns
    -------
    ErrorRate
        Over all texts together.
    """
    import jiwer

    plain = jiwer.Compose([jiwer.ToLowerCase(), jiwer.SubstituteRegexes({r"[^\w\s']": " "})])
    return _error_rate(jiwer.process_words(plain(list(references)), plain(list(hypotheses))))


def _error_rate(output: "WordOutput") -> ErrorRate:
    return ErrorRate(
        rate=float(output.wer),
        substitutions=output.substitutions,
        deletions=output.deletions,
        insertions=output.insertions,
        reference_length=output.hits + output.substitutions + output.deletions,
    )
