"""How strictly an assignment is marked: what is stored stays as it is, and is bent only when it is shown or counted.

- *gentle* shows a sound that was nearly right as good, *strict* as one to work on; *standard* shows it as it was
  judged. What was good, wrong, left out or not clear enough stays so.
- A score that counts is bent by ``100 * (score / 100) ** exponent``. The curve rises everywhere and keeps 0 and 100;
  the exponent is 4/5 when gentle (50 counts as 57), 1 as standard, and 5/4 when strict (50 counts as 42), so that
  gentle and strict undo each other. Nobody's place in an order of single scores changes.
- A teacher's word is never bent: neither the sound, the word nor the score that a teacher marked. What Lafal works out
  from marks of sounds and words, such as the accuracy of the sentence, is bent as any other score.

Since nothing is stored, strictness may be changed at any time, and back.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from classroom.assignments import Strictness, Terms
from classroom.totals import Level, Totals, total
from speech.results import Assessment, PhoneResult, Score, Scores, Verdict, WordError, WordResult

EXPONENTS: Mapping[Strictness, float] = {"gentle": 4 / 5, "standard": 1.0, "strict": 5 / 4}
"""How scores are bent."""

_NEARLY_SHOWN: Mapping[Strictness, Verdict] = {
    "gentle": Verdict.GOOD,
    "standard": Verdict.NEARLY,
    "strict": Verdict.WRONG,
}
_MISPRONOUNCED = frozenset({Verdict.WRONG, Verdict.MISSING})
_GOOD_FROM, _WRONG_BELOW = 88.0, 75.0  # As in `speech.verdicts`.

Marks = Mapping[tuple[Level, str], float]


def shown(verdict: Verdict, strictness: Strictness) -> Verdict:
    """Give the verdict to show for a sound that Lafal judged."""
    return _NEARLY_SHOWN[strictness] if verdict is Verdict.NEARLY else verdict


def of_mark(value: float) -> Verdict:
    """Give the verdict to show for a sound that a teacher gave 0..100, however strict the assignment is."""
    if value >= _GOOD_FROM:
        return Verdict.GOOD
    return Verdict.NEARLY if value >= _WRONG_BELOW else Verdict.WRONG


def bend(score: float, strictness: Strictness) -> float:
    """Bend a score 0..100 that counts."""
    return 100.0 * (score / 100.0) ** EXPONENTS[strictness]


def total_of(scores: Mapping[str, float | None], terms: Terms, *, given: Collection[str] = ()) -> float | None:
    """Count the scores of one reading as an assignment's terms say; None where none of them is there.

    Parameters
    ----------
    scores : mapping of str to float or None
        What counts after a teacher's marks, unbent.
    terms : Terms
        What counts, how much it weighs, and how strictly.
    given : collection of str
        Scores that a teacher has given, which are not bent.
    """
    bent: dict[str, float | None] = {}
    for name in terms.counted:
        value = scores.get(name)
        bent[name] = value if value is None or name in given else bend(value, terms.strictness)
    return total(bent, terms.counted, terms.weights)


def as_shown(assessment: Assessment, totals: Totals, *, marks: Marks, strictness: Strictness) -> Assessment:
    """Give an assessment as it is to be shown: after a teacher's marks, and with verdicts as strict as asked.

    Parameters
    ----------
    assessment : Assessment
        What Lafal said.
    totals : Totals
        What counts after the marks; the scores are shown unbent, only what counts is bent.
    marks : mapping of (level, place) to float
        The newest of a teacher's marks.
    strictness : {"gentle", "standard", "strict"}
        How strictly it is marked.
    """
    words = tuple(
        _word(index, word, totals.words[index], marks=marks, strictness=strictness)
        for index, word in enumerate(assessment.words)
    )
    given = {place for level, place in marks if level == "score"}
    return replace(assessment, words=words, scores=_scores(assessment.scores, totals, given))


def _word(index: int, word: WordResult, score: float | None, *, marks: Marks, strictness: Strictness) -> WordResult:
    phones = tuple(
        _phone(phone, marks.get(("sound", f"{index}.{number}")), strictness) for number, phone in enumerate(word.phones)
    )
    return replace(word, phones=phones, score=score, error=_error(word, phones, marks.get(("word", str(index)))))


def _error(word: WordResult, phones: Sequence[PhoneResult], given: float | None) -> WordError:
    """Tell what is wrong with a word; one that was thought missing, and was given a score, was said."""
    if word.error is WordError.INSERTION or (word.error is WordError.OMISSION and not given):
        return word.error
    if given is not None:
        return WordError.NONE if of_mark(given) is Verdict.GOOD else WordError.MISPRONUNCIATION
    wrong = word.insertions or any(phone.verdict in _MISPRONOUNCED for phone in phones)
    return WordError.MISPRONUNCIATION if wrong else WordError.NONE


def _phone(phone: PhoneResult, given: float | None, strictness: Strictness) -> PhoneResult:
    if given is None:
        return replace(phone, verdict=shown(phone.verdict, strictness))
    verdict = of_mark(given)
    said = phone.expected if verdict is Verdict.GOOD else phone.said
    return replace(phone, verdict=verdict, score=given, uncertainty=0.0, said=said)


def _scores(scores: Scores, totals: Totals, given: Collection[str]) -> Scores:
    def one(name: str, old: Score) -> Score:
        value = totals.scores[name]
        if value == old.value and name not in given:
            return old
        return Score(value, 0.0 if name in given else old.uncertainty, None if value is not None else old.reason)

    return Scores(
        overall=one("overall", scores.overall),
        accuracy=one("accuracy", scores.accuracy),
        fluency=one("fluency", scores.fluency),
        completeness=one("completeness", scores.completeness),
        prosody=one("prosody", scores.prosody),
    )
