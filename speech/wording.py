"""From judged phones to words: times, syllables and which was strong, words left out and words added."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from phonemes.expected import Expected, ExpectedWord
from phonemes.inventory import to_ipa
from phonemes.pronunciation import Pronunciation
from phonemes.syllables import syllabify
from speech.prosody import Contour, strong_syllables
from speech.reading import Reading, heard_in
from speech.results import Insertion, PhoneResult, Posteriors, Syllable, Verdict, WordError, WordResult
from speech.sentence import word_score
from speech.verdicts import Added, PhoneVerdict

_MISPRONOUNCED = frozenset({Verdict.WRONG, Verdict.MISSING})


@dataclass(frozen=True, slots=True)
class Timeline:
    """What turns frames into seconds: the posteriors' frames, the recording's length, its melody."""

    posteriors: Posteriors
    duration_s: float
    melody: Contour

    def seconds(self, frame: int) -> float:
        """Start of a frame, in seconds within the recording."""
        edge = self.posteriors.offset_s + (frame - 0.5) * self.posteriors.period_s
        return round(float(np.clip(edge, 0.0, self.duration_s)), 4)


@dataclass(frozen=True, slots=True)
class _Judged:
    """The phones of one word read: verdicts, frames, and added phones by place within the word."""

    verdicts: tuple[PhoneVerdict, ...]
    spans: tuple[tuple[int, int], ...]
    added: tuple[Added, ...]


def word_results(
    expected: Expected,
    reading: Reading,
    verdicts: Sequence[PhoneVerdict],
    added: Sequence[Added],
    *,
    timeline: Timeline,
) -> tuple[WordResult, ...]:
    """Put verdicts, times and syllables into words, in the order of the text.

    Parameters
    ----------
    expected : Expected
        The words asked for.
    reading : Reading
        Which variants were read, where, and what else was said.
    verdicts, added
        Of all phones read, flat.
    timeline : Timeline
        Turns frames into seconds.
    """
    results: list[WordResult] = []
    fillers = list(reading.fillers)
    place = 0
    for index, word in enumerate(expected.words):
        results += [_added_word(f, expected, timeline) for f in fillers if f[0] == index]
        chosen, spans = reading.variants[index], reading.spans[index]
        if chosen is None:
            results.append(_omitted(word, expected, _gap_s(results, timeline)))
            continue
        end = place + len(spans)
        inside = tuple(
            replace(a, place=a.place - place) for a in added if place < a.place <= end or a.place == place == 0
        )
        judged = _Judged(tuple(verdicts[place:end]), spans, inside)
        results.append(_word(word, word.variants[chosen], judged, expected, timeline))
        place = end
    results += [_added_word(f, expected, timeline) for f in fillers if f[0] == len(expected.words)]
    return tuple(results)


def _word(
    word: ExpectedWord, variant: Pronunciation, judged: _Judged, expected: Expected, timeline: Timeline
) -> WordResult:
    phones = tuple(_phones(variant, judged, timeline))
    insertions = tuple(_insertion(added, phones) for added in judged.added)
    wrong = insertions or any(result.verdict in _MISPRONOUNCED for result in phones)
    return WordResult(
        text=_written(word, expected),
        char_start=word.char_start,
        char_end=word.char_end,
        variant=variant.arpabet(),
        phones=phones,
        insertions=insertions,
        syllables=_syllables(variant, phones, timeline),
        score=word_score(phones, len(insertions)),
        error=WordError.MISPRONUNCIATION if wrong else WordError.NONE,
        start_s=phones[0].start_s,
        end_s=phones[-1].end_s,
    )


def _phones(variant: Pronunciation, judged: _Judged, timeline: Timeline) -> Iterator[PhoneResult]:
    for symbol, stress, verdict, (start, end) in zip(
        variant.phones, variant.stress, judged.verdicts, judged.spans, strict=True
    ):
        yield PhoneResult(
            expected=symbol,
            ipa=_ipa(symbol, stress),
            stress=stress,
            said=verdict.said,
            said_probability=round(verdict.said_probability, 4),
            score=None if verdict.score is None else round(verdict.score, 1),
            uncertainty=round(verdict.uncertainty, 1),
            verdict=verdict.verdict,
            start_s=timeline.seconds(start),
            end_s=timeline.seconds(end),
            candidates=verdict.candidates,
        )


def _insertion(added: Added, phones: Sequence[PhoneResult]) -> Insertion:
    """Place an added phone from the middle of the phone before it to the middle of the next: it has no frames itself.

    A phone added between two words belongs to the word before it, as in "book-uh".
    """
    before = phones[added.place - 1] if added.place else None
    after = phones[added.place] if added.place < len(phones) else None
    start_s = _middle_s(before) if before else phones[0].start_s
    end_s = _middle_s(after) if after else phones[-1].end_s
    return Insertion(added.phone, round(added.probability, 4), added.place - 1, start_s, end_s)


def _ipa(symbol: str, stress: int | None) -> str:
    """IPA of a phone; unstressed AH and ER are schwas."""
    return to_ipa([symbol if stress is None else f"{symbol}{stress}"])


def _middle_s(result: PhoneResult) -> float:
    return round((result.start_s + result.end_s) / 2, 4)


def _syllables(variant: Pronunciation, phones: Sequence[PhoneResult], timeline: Timeline) -> tuple[Syllable, ...]:
    spans = syllabify(variant.phones, variant.stress)
    times = [(phones[span.first].start_s, phones[span.last - 1].end_s) for span in spans]
    nuclei = [[p for p in phones[span.first : span.last] if p.stress is not None] for span in spans]
    vowels = [(found[0].start_s, found[-1].end_s) if found else time for found, time in zip(nuclei, times, strict=True)]
    strongest = strong_syllables(timeline.melody, times, vowels) if len(spans) > 1 else None
    return tuple(
        Syllable(span.first, span.last, span.stress, None if strongest is None else index == strongest, *times[index])
        for index, span in enumerate(spans)
    )


def _omitted(word: ExpectedWord, expected: Expected, at_s: float) -> WordResult:
    """A word that was not read, at the moment where it would have stood."""
    variant = word.variants[0]
    phones = tuple(
        PhoneResult(symbol, _ipa(symbol, stress), stress, None, 1.0, 0.0, 0.0, Verdict.MISSING, at_s, at_s)
        for symbol, stress in zip(variant.phones, variant.stress, strict=True)
    )
    return WordResult(
        _written(word, expected), word.char_start, word.char_end, variant.arpabet(), phones, (), (), 0.0,
        WordError.OMISSION, at_s, at_s,
    )  # fmt: skip


def _added_word(filler: tuple[int, int, int], expected: Expected, timeline: Timeline) -> WordResult:
    """Speech that the text does not have, written as the IPA that was heard."""
    index, start, end = filler
    at = expected.words[index].char_start if index < len(expected.words) else len(expected.text)
    heard = to_ipa(heard_in(timeline.posteriors, start, end)) or "?"
    return WordResult(
        heard, at, at, "", (), (), (), None, WordError.INSERTION, timeline.seconds(start), timeline.seconds(end)
    )


def _gap_s(results: Sequence[WordResult], timeline: Timeline) -> float:
    return results[-1].end_s if results else timeline.seconds(0)


def _written(word: ExpectedWord, expected: Expected) -> str:
    """The learner's own spelling where one spoken word stands for it, else the word as spoken."""
    sharing = sum(other.char_start == word.char_start for other in expected.words)
    return expected.text[word.char_start : word.char_end] if sharing == 1 else word.text
