"""What went wrong in a reading, place by place, and how much it matters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from phonemes.contrasts import MinimalPair, minimal_pairs, position_of, tendencies
from phonemes.inventory import phone
from speech.results import Assessment, PhoneResult, Verdict, WordError, WordResult

Kind: TypeAlias = Literal["substitution", "polish", "deletion", "insertion", "stress", "omission"]

WHOLE_WORD = -1
"""Phone index of a place that means the whole word."""

_PAIRS_FOR_FULL_LOAD = 30  # a contrast that keeps this many words apart counts fully
_LEAST_LOAD = 0.5  # a contrast that keeps none apart still makes speech harder to follow
_LOAD: Mapping[str, float] = {
    "polish": 0.5,  # understood, though not clean
    "deletion": 1.0,  # endings carry grammar: plural, past, third person
    "insertion": 0.6,  # rarely makes another word
    "stress": 0.8,  # listeners look words up by their strong syllable, but we hear stress less surely than sounds
    "omission": 1.5,  # a whole word is more than one sound
}
# What has no score of its own, on the scale where a phone not heard is 1.
_STRESS_SEVERITY = 0.3
_INSERTION_SEVERITY = 0.4  # ten points of the score of a word of four phones
_BLIND_UNCERTAINTY = 50.0  # a standard deviation this wide on 0..100 says nothing about the score
_NAMED_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that went wrong at one place.

    `place` is (word index, phone index), as in a fix card; `position` is "initial", "medial" or "final", for an
    insertion also "between" (words), or None; `gain` is severity x certainty x load x habit; problems with the same
    `key` are one habit.
    """

    kind: Kind
    expected: str
    said: str | None
    place: tuple[int, int]
    position: str | None
    gain: float
    key: tuple[str, ...]


def problems(assessment: Assessment, first_language: str | None) -> Iterator[Problem]:
    """Go through everything that went wrong and can be named, in reading order.

    Parameters
    ----------
    assessment : Assessment
        A judged reading; one that is off script or abstained has no problems to name.
    first_language : str or None
        Whose habits raise the gain; a language we know no habits of is treated as None.
    """
    if assessment.off_script is not None or assessment.abstained:
        return
    for index, word in enumerate(assessment.words):
        if word.error is WordError.OMISSION:
            yield Problem("omission", "", None, (index, WHOLE_WORD), None, _LOAD["omission"], ("omission",))
        elif word.error is not WordError.INSERTION:
            yield from _phone_problems(word, index, first_language)
            yield from _insertions(word, index)
            yield from _stress_problems(word, index)


def _phone_problems(word: WordResult, word_index: int, first_language: str | None) -> Iterator[Problem]:
    for index, result in enumerate(word.phones):
        if result.verdict in (Verdict.GOOD, Verdict.UNCLEAR):
            continue
        kind, said = _diagnosis(result)
        position = position_of(index, len(word.phones))
        sureness = max(0.0, 1.0 - result.uncertainty / _BLIND_UNCERTAINTY)
        certainty = sureness if kind == "polish" else sureness * result.said_probability
        severity = 1.0 if result.score is None else (100.0 - result.score) / 100.0
        load = _confusion_load(result.expected, said) if kind == "substitution" and said else _LOAD[kind]
        # A polish names no rival, so no habit can speak for it.
        habit = 1.0 if kind == "polish" else 1.0 + _habit(result.expected, said, position, first_language)
        gain = severity * certainty * load * habit
        key = (kind, result.expected, said or "")
        yield Problem(kind, result.expected, said, (word_index, index), position, gain, key)


def _diagnosis(result: PhoneResult) -> tuple[Kind, str | None]:
    """Tell what kind of mistake it is, and name what was said only where we are sure enough."""
    if result.verdict is Verdict.MISSING:
        return "deletion", None
    if result.said == result.expected:
        return "polish", result.said
    if result.said is None or result.said_probability < _NAMED_FROM:
        return "polish", None
    return "substitution", result.said


def _insertions(word: WordResult, word_index: int) -> Iterator[Problem]:
    last = len(word.phones) - 1
    for extra in word.insertions:
        if extra.probability < _NAMED_FROM:
            continue
        start = "between" if word_index else "initial"  # such a vowel may as well end the word before
        position = start if extra.after < 0 else "final" if extra.after == last else "medial"
        # Which small vowel slips in is chance; that one does, and where, is the habit.
        key = ("insertion", "vowel" if phone(extra.phone).is_vowel else extra.phone, position)
        gain = _INSERTION_SEVERITY * extra.probability * _LOAD["insertion"]
        yield Problem("insertion", extra.phone, extra.phone, (word_index, extra.after), position, gain, key)


def _stress_problems(word: WordResult, word_index: int) -> Iterator[Problem]:
    wanted, heard = beats(word)
    if wanted is None or heard is None:
        return
    vowel = _vowel_of(word, wanted)
    expected = word.phones[vowel].expected
    key = ("stress", word.text.lower())
    yield Problem("stress", expected, None, (word_index, vowel), None, _LOAD["stress"] * _STRESS_SEVERITY, key)


def beats(word: WordResult) -> tuple[int | None, int | None]:
    """Give the syllable that should be strong and the one that was; two None where nothing is wrong or known."""
    known = [syllable.strong for syllable in word.syllables]
    if len(known) < 2 or None in known or True not in known:
        return None, None
    wanted = [index for index, syllable in enumerate(word.syllables) if syllable.stress == 1]
    if not wanted or any(known[index] for index in wanted):
        return None, None
    return wanted[0], known.index(True)


def _vowel_of(word: WordResult, syllable_index: int) -> int:
    syllable = word.syllables[syllable_index]
    inside = range(syllable.first, syllable.last)
    return next((index for index in inside if phone(word.phones[index].expected).is_vowel), syllable.first)


def pairs_kept_apart(expected: str, said: str) -> tuple[MinimalPair, ...]:
    """List the minimal pairs that count for the load of a contrast, most frequent first."""
    return minimal_pairs(expected, said, limit=_PAIRS_FOR_FULL_LOAD)


def likeliest_rival(expected: str, position: str, first_language: str | None) -> str | None:
    """Name the phone that speakers of the first language most often say instead; None where no habit is known."""
    habits = tendencies(first_language or "", expected, position)
    return next((one.said for one in habits if one.said not in (None, expected)), None)


def _habit(expected: str, said: str | None, position: str, first_language: str | None) -> float:
    habits = tendencies(first_language or "", expected, position)
    return next((one.weight for one in habits if one.said == said), 0.0)


def _confusion_load(expected: str, said: str) -> float:
    return _LEAST_LOAD + (1.0 - _LEAST_LOAD) * len(pairs_kept_apart(expected, said)) / _PAIRS_FOR_FULL_LOAD
