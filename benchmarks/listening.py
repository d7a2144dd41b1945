"""What the product says about recordings that people scored."""

from dataclasses import dataclass

import numpy as np

from benchmarks.speechocean import Rated
from phonemes.expected import expect
from phonemes.inventory import COLUMN
from speech.acoustic import Acoustic, hear
from speech.audio import MIN_SPEECH_S, load_audio
from speech.errors import AudioError, FileMissing
from speech.gop import goodness_of_pronunciation
from speech.quality import MIN_SNR_DB
from speech.reading import Reading, columns_of, heard_in, measure, read_along
from speech.results import PhoneResult, Posteriors, Quality
from speech.scoring import PhoneScores, load_scorer
from speech.sentence import word_score
from speech.verdicts import PhoneVerdict, added_phones, judge

_PER_POINT = 50.0  # product scores 0..100 against human ones 0..2


@dataclass(frozen=True, slots=True)
class Judged:
    """What the product says about one recording.

    Parameters
    ----------
    rated : Rated
        The recording and its human scores.
    values, error_probabilities : float array, shape (n,)
        Score 0..2 and chance of an error of each phone; empty where nobody scored.
    words : tuple of float or None
        Score 0..100 of each rated word, pooled as the product does; None where it gives none.
    wrong_phones : int
        Phones that free decoding has wrong, leaves out or adds.
    refused : bool
        Whether the product would not have judged it: too noisy, or taken for another text. Its phones count anyway.
    """

    rated: Rated
    values: np.ndarray
    error_probabilities: np.ndarray
    words: tuple[float | None, ...]
    wrong_phones: int
    refused: bool


def score(posteriors: Posteriors, rated: Rated, acoustic: Acoustic) -> PhoneScores:
    """Score the phones of one recording, all of which are taken as asked for; the one place that knows the scorer."""
    scorer = load_scorer(f"{acoustic.name} {acoustic.version}", has_frame_head=posteriors.frame is not None)
    return scorer.score(measure(posteriors, [[column] for column in _columns(rated)]))


def listen(rated: Rated, acoustic: Acoustic) -> Judged | None:
    """Judge one recording; None where it cannot be."""
    try:
        recording = load_audio(rated.path, require_speech=False)
        posteriors = hear(acoustic, recording)
        wrong = _wrong_phones(posteriors, rated)
        if not rated.human:
            return Judged(rated, np.zeros(0), np.zeros(0), (), wrong, refused=False)
        scores = score(posteriors, rated, acoustic)
        reading = read_along(posteriors, _asked(rated))
        words = _word_scores(posteriors, rated, scores, reading)
    except FileMissing:
        raise
    except AudioError:
        return None
    refused = reading.other_text or _too_poor(recording.quality)
    return Judged(rated, scores.values / _PER_POINT, scores.error_probabilities, words, wrong, refused)


def _columns(rated: Rated) -> list[int]:
    return [COLUMN[symbol] for symbol in rated.phones]


def _asked(rated: Rated) -> list[list[list[int]]]:
    """Columns of the words: those the raters scored, or else the product's own for the text."""
    if not rated.words:
        return columns_of(expect(rated.text.lower()))
    columns = _columns(rated)
    return [[columns[word.start : word.end]] for word in rated.words]


def _wrong_phones(posteriors: Posteriors, rated: Rated) -> int:
    import jiwer

    heard = heard_in(posteriors, 0, len(posteriors.ctc))
    counted = jiwer.process_words(" ".join(rated.phones), " ".join(heard))
    return counted.substitutions + counted.deletions + counted.insertions


def _too_poor(quality: Quality) -> bool:
    return quality.speech_s < MIN_SPEECH_S or quality.snr_db < MIN_SNR_DB


def _word_scores(
    posteriors: Posteriors, rated: Rated, scores: PhoneScores, reading: Reading
) -> tuple[float | None, ...]:
    if reading.other_text or not rated.words:
        return (None,) * len(rated.words)
    columns = _columns(rated)
    goodness = goodness_of_pronunciation(posteriors.ctc, columns)
    verdicts = judge(columns, scores)
    added = [one.place for one in added_phones(goodness)]
    pooled: list[float | None] = []
    for word, chosen in zip(rated.words, reading.variants, strict=True):
        insertions = sum(word.start < place <= word.end or place == word.start == 0 for place in added)
        phones = [_result(verdict) for verdict in verdicts[word.start : word.end]]
        pooled.append(0.0 if chosen is None else word_score(phones, insertions))
    return tuple(pooled)


def _result(verdict: PhoneVerdict) -> PhoneResult:
    return PhoneResult(
        "", "", None, verdict.said, verdict.said_probability, verdict.score, verdict.uncertainty, verdict.verdict, 0, 0
    )
