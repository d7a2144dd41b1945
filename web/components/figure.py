"""What the page's scripts need of a reading: times to draw, and a report to remember."""

from typing import Any

from phonemes.inventory import phone
from speech.results import Assessment, WordResult
from web.components.views import WordView


def figure_of(assessment: Assessment, words: tuple[WordView, ...]) -> dict[str, Any]:
    """List words, sounds, syllables, pauses and pitch with their times in seconds, as `figure.js` draws them."""
    pauses = assessment.rhythm.pauses if assessment.rhythm else ()
    return {
        "words": [_word(view, assessment) for view in words],
        "pauses": [[round(pause.start_s, 3), round(pause.end_s, 3)] for pause in pauses],
        "pitch": {"period_s": assessment.pitch.period_s, "hz": assessment.pitch.hz} if assessment.pitch else None,
    }


def _word(view: WordView, assessment: Assessment) -> dict[str, Any]:
    spoken = [assessment.words[index] for index in view.indices]
    timed = [word for word in spoken if word.end_s > word.start_s]
    return {
        "key": view.key,
        "text": view.written,
        "char": spoken[0].char_start,
        "start": round(timed[0].start_s, 3) if timed else 0,
        "end": round(timed[-1].end_s, 3) if timed else 0,
        "sounds": [sound for word in spoken for sound in _sounds(word)],
        "syllables": [syllable for word in spoken for syllable in _syllables(word)],
    }


def _sounds(word: WordResult) -> list[dict[str, Any]]:
    expected = [(one.ipa, str(one.verdict), one.start_s, one.end_s) for one in word.phones]
    added = [(phone(one.phone).ipa, "extra", one.start_s, one.end_s) for one in word.insertions]
    names = ("ipa", "verdict", "start", "end")
    return [
        dict(zip(names, (ipa, verdict, round(start_s, 3), round(end_s, 3)), strict=True))
        for ipa, verdict, start_s, end_s in sorted([*expected, *added], key=lambda one: one[2])
    ]


def _syllables(word: WordResult) -> list[dict[str, Any]]:
    # A word of one syllable has no stress to miss, and one too close to call has no mark.
    if len(word.syllables) < 2 or any(one.strong is None for one in word.syllables):
        return []
    return [
        {"start": round(one.start_s, 3), "end": round(one.end_s, 3), "isAsked": one.stress == 1, "isHeard": one.strong}
        for one in word.syllables
    ]


def report_of(assessment: Assessment) -> dict[str, Any]:
    """Sum a reading up for the browser's own memory: per sound its score, and whether it was judged at all."""
    overall = assessment.scores.overall.value
    return {
        "text": assessment.text,
        "refused": assessment.abstained or assessment.off_script is not None,
        "overall": None if overall is None else round(overall),
        "sounds": [
            {
                "phone": one.expected,
                "ipa": one.ipa,
                "score": None if one.score is None else round(one.score, 1),
                "word": word.text,
            }
            for word in assessment.words
            for one in word.phones
        ],
    }
