"""From phone scores to word and sentence scores: simple pooling with documented formulas.

No human label exists for these levels in the data the product is fitted on, so nothing here is learned.

- word: mean of its phone scores, less `_INSERTION_COST` for each sound added; 0 when left out.
- accuracy: mean of the scores of all phones said.
- completeness: share of the words asked for that were said.
- fluency: 100 at a comfortable rate with few pauses; falls linearly with slowness and with the share of pause time.
- prosody: share of words of several syllables whose strong syllable is the dictionary's, and liveliness of pitch.
- overall: accuracy, scaled down by missing words and, for a fifth of its value, by fluency.
"""

from collections.abc import Sequence

import numpy as np

from speech.results import PhoneResult, Quality, Rhythm, Score, Scores, WordError, WordResult

_INSERTION_COST = 10.0
_COMFORTABLE_PER_S = 3.0  # syllables a second; careful reading aloud, Goldman-Eisler (1968)
_SLOWEST_PER_S = 1.0
_PAUSE_SHARE_FREE = 0.15
_PAUSE_SHARE_WORST = 0.6
_LIVELY_SEMITONES = 6.0
_FLUENCY_WEIGHT = 0.2
_FEWEST_SYLLABLES = 3


def word_score(phones: Sequence[PhoneResult], insertions: int) -> float | None:
    """Mean of the phone scores that could be judged, 0..100, less the cost of added sounds; None when none could."""
    judged = [result.score for result in phones if result.score is not None]
    if not judged:
        return None
    return max(0.0, float(np.mean(judged)) - _INSERTION_COST * insertions)


def abstaining(reason: str) -> Scores:
    """No scores at all, for a reason."""
    none = Score(None, reason=reason)
    return Scores(none, none, none, none, none)


def sentence_scores(words: Sequence[WordResult], rhythm: Rhythm, quality: Quality) -> Scores:
    """Pool words into sentence scores."""
    asked = [word for word in words if word.error is not WordError.INSERTION]
    said = [word for word in asked if word.error is not WordError.OMISSION]
    accuracy = _accuracy(said)
    completeness = Score(100.0 * len(said) / len(asked))
    fluency = _fluency(said, rhythm, quality)
    return Scores(_overall(accuracy, completeness, fluency), accuracy, fluency, completeness, _prosody(said, rhythm))


def _accuracy(said: Sequence[WordResult]) -> Score:
    judged = [result for word in said for result in word.phones if result.score is not None]
    if not judged:
        return Score(None, reason="nothing_judged")
    values = np.array([result.score for result in judged], float)
    added = sum(len(word.insertions) for word in said)
    spread = np.sqrt(np.mean([result.uncertainty**2 for result in judged]) / len(judged))
    return Score(max(0.0, float(values.mean()) - _INSERTION_COST * added / len(said)), float(spread))


def _fluency(said: Sequence[WordResult], rhythm: Rhythm, quality: Quality) -> Score:
    if sum(len(word.syllables) for word in said) < _FEWEST_SYLLABLES:
        return Score(None, reason="too_few_syllables")
    rate = (rhythm.articulation_per_s - _SLOWEST_PER_S) / (_COMFORTABLE_PER_S - _SLOWEST_PER_S)
    paused_s = sum(pause.end_s - pause.start_s for pause in rhythm.pauses)
    share = paused_s / max(paused_s + quality.speech_s, 1e-6)
    pauses = (_PAUSE_SHARE_WORST - share) / (_PAUSE_SHARE_WORST - _PAUSE_SHARE_FREE)
    return Score(100.0 * float(np.clip(rate, 0, 1)) * float(np.clip(pauses, 0, 1)))


def _prosody(said: Sequence[WordResult], rhythm: Rhythm) -> Score:
    heard = [strong_where_asked(word) for word in said]
    known = [right for right in heard if right is not None]
    parts: list[float] = [100.0 * sum(known) / len(known)] if known else []
    if rhythm.pitch_range_semitones is not None:
        parts.append(100.0 * min(1.0, rhythm.pitch_range_semitones / _LIVELY_SEMITONES))
    if not parts:
        return Score(None, reason="no_voiced_speech")
    return Score(float(np.mean(parts)))


def strong_where_asked(word: WordResult) -> bool | None:
    """Whether the strong syllable is the one the dictionary stresses; None when unknown or there is no choice."""
    strong = [syllable for syllable in word.syllables if syllable.strong]
    if len(word.syllables) < 2 or not strong:
        return None
    return strong[0].stress == 1


def _overall(accuracy: Score, completeness: Score, fluency: Score) -> Score:
    if accuracy.value is None or completeness.value is None:
        return Score(None, reason=accuracy.reason)
    flow = 1.0 if fluency.value is None else 1 - _FLUENCY_WEIGHT + _FLUENCY_WEIGHT * fluency.value / 100
    return Score(accuracy.value * completeness.value / 100 * flow, accuracy.uncertainty)
