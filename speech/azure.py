"""An assessment in the shape of Azure's Pronunciation Assessment, for programs written against that service."""

import re
from typing import Any, Literal

from phonemes.inventory import phone
from speech.results import Assessment, PhoneResult, Syllable, WordError, WordResult

PhonemeAlphabet = Literal["ipa", "sapi"]

_TICKS_PER_S = 10_000_000  # Azure counts time in units of 100 ns
_SPACE_BEFORE_STOP = re.compile(r"\s+(?=[,.;:!?…])")


def to_azure(assessment: Assessment, *, phoneme_alphabet: PhonemeAlphabet = "ipa") -> dict[str, Any]:
    """Shape an assessment like a detailed answer of Azure's Pronunciation Assessment (hundred-mark, phoneme level).

    What Lafal does not know is left out: ``Confidence``; the times and phones of words that were not said; every
    score that was not given; ``Grapheme`` of words of several syllables. ``NBestPhonemes`` has the phones most probably
    heard. Nothing is masked, so ``MaskedITN`` equals ``ITN``. A syllable's score is the mean of its judged phones. A
    reading without scores has the status "NoMatch" and no ``NBest``.

    Parameters
    ----------
    assessment : Assessment
        Any assessment.
    phoneme_alphabet : {"ipa", "sapi"}
        "sapi" is ARPAbet in small letters, except "h" for HH and "ax" for an unstressed AH, as Azure writes them.

    Returns
    -------
    dict
        Ready for ``json.dumps``.

    Raises
    ------
    ValueError
        `phoneme_alphabet` is neither of the two.

    References
    ----------
    .. [1] https://learn.microsoft.com/azure/ai-services/speech-service/how-to-pronunciation-assessment
    """
    if phoneme_alphabet not in ("ipa", "sapi"):
        raise ValueError(f"phoneme_alphabet is 'ipa' or 'sapi', not {phoneme_alphabet!r}")
    if assessment.off_script is not None or assessment.abstained:
        return {"RecognitionStatus": "NoMatch", "Offset": 0, "Duration": _ticks(assessment.quality.duration_s)}
    said = [word for word in assessment.words if word.error is not WordError.OMISSION]
    start_s = min((word.start_s for word in said), default=0.0)
    end_s = max((word.end_s for word in said), default=0.0)
    display = _display(assessment)
    expected = [word for word in said if word.error is not WordError.INSERTION]
    spans = dict.fromkeys((word.char_start, word.char_end) for word in expected)
    written = " ".join(assessment.text[start:end].lower() for start, end in spans)
    best = {
        "Lexical": " ".join(word.text.lower() for word in expected),
        "ITN": written,
        "MaskedITN": written,
        "Display": display,
        "PronunciationAssessment": _scores(assessment),
        "Words": [_word(word, phoneme_alphabet) for word in assessment.words],
    }
    return {"RecognitionStatus": "Success", **_times(start_s, end_s), "DisplayText": display, "NBest": [best]}


def _ticks(time_s: float) -> int:
    return round(time_s * _TICKS_PER_S)


def _display(assessment: Assessment) -> str:
    """Give the text without the words that were left out; a written word goes when all it is read as was left out."""
    kept = {(word.char_start, word.char_end) for word in assessment.words if word.error is not WordError.OMISSION}
    text, cursor = "", 0
    for word in sorted(assessment.words, key=lambda word: word.char_start):
        span = (word.char_start, word.char_end)
        if span not in kept and span[0] >= cursor:
            text += assessment.text[cursor : span[0]]
            cursor = span[1]
    return _SPACE_BEFORE_STOP.sub("", " ".join((text + assessment.text[cursor:]).split()))


def _scores(assessment: Assessment) -> dict[str, float]:
    scores = assessment.scores
    named = {
        "AccuracyScore": scores.accuracy,
        "FluencyScore": scores.fluency,
        "CompletenessScore": scores.completeness,
        "ProsodyScore": scores.prosody,
        "PronScore": scores.overall,
    }
    return {name: score.value for name, score in named.items() if score.value is not None}


def _times(start_s: float, end_s: float) -> dict[str, int]:
    return {"Offset": _ticks(start_s), "Duration": _ticks(end_s) - _ticks(start_s)}


def _accuracy(score: float | None) -> dict[str, Any]:
    return {} if score is None else {"AccuracyScore": score}


def _word(word: WordResult, alphabet: PhonemeAlphabet) -> dict[str, Any]:
    error = {"ErrorType": word.error.value.capitalize()}
    if word.error is WordError.OMISSION:
        return {"Word": word.text, "PronunciationAssessment": {**_accuracy(word.score), **error}}
    times = _times(word.start_s, word.end_s)
    assessed = {**_accuracy(word.score), **error}
    shaped: dict[str, Any] = {"Word": word.text, **times, "PronunciationAssessment": assessed}
    if word.syllables:
        shaped["Syllables"] = [_syllable(word, syllable, alphabet) for syllable in word.syllables]
    shaped["Phonemes"] = [_phoneme(result, alphabet) for result in word.phones]
    return shaped


def _syllable(word: WordResult, syllable: Syllable, alphabet: PhonemeAlphabet) -> dict[str, Any]:
    phones = word.phones[syllable.first : syllable.last]
    judged = [result.score for result in phones if result.score is not None]
    name = "".join(_name(result.expected, result.stress, alphabet) for result in phones)
    return {
        "Syllable": name,
        **({"Grapheme": word.text} if len(word.syllables) == 1 else {}),
        "PronunciationAssessment": _accuracy(sum(judged) / len(judged) if judged else None),
        **_times(syllable.start_s, syllable.end_s),
    }


def _phoneme(result: PhoneResult, alphabet: PhonemeAlphabet) -> dict[str, Any]:
    assessed = _accuracy(result.score)
    if result.candidates:
        # A vowel heard in place of another keeps the stress of its place.
        assessed["NBestPhonemes"] = [
            {"Phoneme": _name(candidate.phone, result.stress, alphabet), "Score": 100.0 * candidate.probability}
            for candidate in result.candidates
        ]
    return {
        "Phoneme": _name(result.expected, result.stress, alphabet),
        "PronunciationAssessment": assessed,
        **_times(result.start_s, result.end_s),
    }


def _name(symbol: str, stress: int | None, alphabet: PhonemeAlphabet) -> str:
    if symbol == "AH" and stress == 0:
        return "ə" if alphabet == "ipa" else "ax"
    if alphabet == "ipa":
        return phone(symbol).ipa
    return "h" if symbol == "HH" else symbol.lower()
