"""The result of one reading: scores, what to work on, the sentence with its sounds, and the picture of it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from speech.feedback import FixCard, fix_cards, summary
from speech.results import Assessment, Score, Verdict
from web.catalogue import Catalogue
from web.components.comparison import compare
from web.components.figure import figure_of, report_of
from web.components.sounds import EXTRA
from web.components.templates import render
from web.components.views import WordView, keys_of, view_words

_ASPECTS = ("accuracy", "fluency", "completeness", "prosody")
_VERDICTS = (*(str(verdict) for verdict in Verdict), EXTRA)


@dataclass(frozen=True, slots=True)
class ScoreView:
    """One sentence score: its number or why there is none, and what it means."""

    name: str
    value: int | None
    spread: int
    meaning: str


@dataclass(frozen=True, slots=True)
class PriorityView:
    """A thing worth fixing: the card, and the first sound it is about."""

    card: FixCard
    key: str
    words: str


def render_result(
    assessment: Assessment,
    catalogue: Catalogue,
    *,
    attempt: int,
    clip: str,
    before: tuple[str, Assessment] | None = None,
) -> str:
    """Write the result of one reading as HTML.

    Parameters
    ----------
    assessment : Assessment
        What was judged.
    catalogue : Catalogue
        Strings of the reader's language.
    attempt : int
        Which check this answers; the page's scripts tell a new result from a translated one by it.
    clip : str
        The page's own name of the recording, for playing words from it.
    before : (str, Assessment), optional
        Recording and verdicts of the reading of the same text just before.
    """
    cards = fix_cards(assessment, language=catalogue.language)
    words = view_words(assessment, catalogue, cards)
    priorities = tuple(_priorities(assessment, cards, {sound.key for word in words for sound in word.sounds}))
    in_one_breath = summarise(assessment, words, catalogue)
    return render(
        "result.html",
        catalogue,
        attempt=attempt,
        clip=clip,
        text=assessment.text,
        headline=summary(assessment, language=catalogue.language),
        summary=in_one_breath,
        share=catalogue.say("result.shared", text=assessment.text, summary=in_one_breath),
        figure=json.dumps(figure_of(assessment, words), ensure_ascii=False),
        report=json.dumps(report_of(assessment), ensure_ascii=False),
        first=_first_key(priorities, words),
        quality=[catalogue.say_or(f"warning.{code}", "warning.other") for code in assessment.quality.warnings],
        refusal=explain_refusal(assessment, catalogue),
        comparison=compare(assessment, before[1], catalogue, clip=before[0]) if before else None,
        overall=_score("overall", assessment.scores.overall, catalogue),
        aspects=[_score(name, getattr(assessment.scores, name), catalogue) for name in _ASPECTS],
        priorities=priorities,
        words=words,
        legend=[(verdict, catalogue.say(f"verdict.{verdict}")) for verdict in _VERDICTS],
        language=catalogue.language,
        described=_describe_figure(assessment, catalogue),
    )


def render_empty(catalogue: Catalogue) -> str:
    """Write what stands in the result's place before the first check."""
    legend = [(verdict, catalogue.say(f"verdict.{verdict}")) for verdict in ("good", "nearly", "wrong")]
    return render("empty.html", catalogue, legend=legend)


def _priorities(assessment: Assessment, cards: Iterable[FixCard], shown: set[str]) -> Iterator[PriorityView]:
    for card in cards:
        key = next((key for key in keys_of(card, assessment) if key in shown), None)
        if key is not None:
            yield PriorityView(card, key, ", ".join(card.words))


def _first_key(priorities: Sequence[PriorityView], words: Sequence[WordView]) -> str:
    if priorities:
        return priorities[0].key
    sounds = [sound for word in words for sound in word.sounds]
    return next((sound.key for sound in sounds if sound.needs_work), "")


def _score(name: str, score: Score, catalogue: Catalogue) -> ScoreView:
    if score.value is None:
        reason = catalogue.say_or(f"reason.{score.reason}", "reason.other")
        return ScoreView(catalogue.say(f"score.{name}"), None, 0, reason)
    value = min(100, max(0, round(score.value)))
    return ScoreView(catalogue.say(f"score.{name}"), value, round(score.uncertainty), catalogue.say(f"meaning.{name}"))


def explain_refusal(assessment: Assessment, catalogue: Catalogue) -> tuple[str, str] | None:
    """Say why a reading has no scores, and what to do; None where it has."""
    if assessment.off_script is not None:
        key = f"off_script.{assessment.off_script}"
        known = key if f"{key}.sentence" in catalogue else "off_script.other"
        return catalogue.say(f"{known}.sentence"), catalogue.say(f"{known}.remedy")
    if assessment.abstained:
        return catalogue.say("abstained.sentence"), catalogue.say("abstained.remedy")
    return None


def summarise(assessment: Assessment, words: tuple[WordView, ...], catalogue: Catalogue) -> str:
    """Say the result in one breath, for a screen reader."""
    refusal = explain_refusal(assessment, catalogue)
    if refusal is not None:
        return " ".join(refusal)
    to_fix = sum(sound.needs_work for word in words for sound in word.sounds)
    parts = [catalogue.say("summary.done")]
    if assessment.scores.overall.value is not None:
        parts.append(catalogue.say("summary.overall", score=round(assessment.scores.overall.value)))
    parts.append(catalogue.count("summary.to_fix", to_fix) if to_fix else catalogue.say("summary.all_good"))
    return " ".join(parts)


def _describe_figure(assessment: Assessment, catalogue: Catalogue) -> str:
    pauses = assessment.rhythm.pauses if assessment.rhythm else ()
    described = catalogue.say("figure.described", words=len(assessment.words), seconds=assessment.quality.duration_s)
    return f"{described} {catalogue.count('figure.pauses', len(pauses))}" if pauses else described
