"""An assessment as the page shows it: scores, what to work on, and the sentence with its sounds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from speech.feedback import FixCard, fix_cards, summary
from speech.results import Assessment, Score, Verdict, WordError, WordResult
from web.catalogue import Catalogue
from web.components.sounds import EXTRA, SoundView, view_insertion, view_phone
from web.components.templates import render

_ASPECTS = ("accuracy", "fluency", "completeness", "prosody")
_PLAY_CONTEXT_S = 0.06
_VERDICTS = (*(str(verdict) for verdict in Verdict), EXTRA)


@dataclass(frozen=True, slots=True)
class ScoreView:
    """One sentence score: its number or why there is none, and what it means."""

    name: str
    value: int | None
    spread: int
    meaning: str


@dataclass(frozen=True, slots=True)
class WordView:
    """A word card: the learner's own spelling, the words spoken for it, and their sounds."""

    before: str
    written: str
    after: str
    spoken: str | None
    error: str
    error_label: str | None
    score: int | None
    sounds: tuple[SoundView, ...]
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class PriorityView:
    """A thing worth fixing: the card, and the first sound it is about."""

    card: FixCard
    key: str
    words: str


def render_result(assessment: Assessment, catalogue: Catalogue, *, attempt: int, clip: str) -> str:
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
    """
    cards = fix_cards(assessment, language=catalogue.language)
    words = view_words(assessment, catalogue, cards)
    priorities = tuple(_priorities(assessment, cards, {sound.key for word in words for sound in word.sounds}))
    return render(
        "result.html",
        catalogue,
        attempt=attempt,
        clip=clip,
        headline=summary(assessment, language=catalogue.language),
        summary=summarise(assessment, words, catalogue),
        first=_first_key(priorities, words),
        quality=[catalogue.say_or(f"warning.{code}", "warning.other") for code in assessment.quality.warnings],
        refusal=_refusal(assessment, catalogue),
        overall=_score("overall", assessment.scores.overall, catalogue),
        aspects=[_score(name, getattr(assessment.scores, name), catalogue) for name in _ASPECTS],
        priorities=priorities,
        words=words,
        legend=[(verdict, catalogue.say(f"verdict.{verdict}")) for verdict in _VERDICTS],
    )


def render_empty(catalogue: Catalogue) -> str:
    """Write what stands in the result's place before the first check."""
    legend = [(verdict, catalogue.say(f"verdict.{verdict}")) for verdict in ("good", "nearly", "wrong")]
    return render("empty.html", catalogue, legend=legend)


def view_words(assessment: Assessment, catalogue: Catalogue, cards: tuple[FixCard, ...] = ()) -> tuple[WordView, ...]:
    """Cut the text into word cards; together they hold every character of it but the spaces."""
    card_of = {key: card for card in reversed(cards) for key in _keys(card, assessment)}
    groups = [
        list(group) for _, group in groupby(enumerate(assessment.words), key=lambda item: _span(item[0], item[1]))
    ]
    starts = [group[0][1].char_start for group in groups] + [len(assessment.text)]
    views: list[WordView] = []
    position = 0
    for group, following in zip(groups, starts[1:], strict=True):
        before = assessment.text[position : group[0][1].char_start].strip() if not views else ""
        end = group[-1][1].char_end
        after = assessment.text[end:following].strip() if following >= end else ""
        views.append(_view_group(group, catalogue, card_of, assessment.text, before=before, after=after))
        position = end
    return tuple(views)


def _span(index: int, word: WordResult) -> tuple[int, int, int]:
    # "21" is spoken as two words with the same offsets: one card. Added words have empty spans: a card each.
    is_added = word.error is WordError.INSERTION
    return word.char_start, word.char_end, index if is_added else -1


def _view_group(
    group: list[tuple[int, WordResult]],
    catalogue: Catalogue,
    card_of: Mapping[str, FixCard],
    text: str,
    *,
    before: str,
    after: str,
) -> WordView:
    words = [word for _, word in group]
    first, last = words[0], words[-1]
    is_added = first.error is WordError.INSERTION
    written = first.text if is_added else text[first.char_start : first.char_end]
    spoken = " ".join(word.text for word in words)
    scores = [word.score for word in words if word.score is not None]
    timed = [word for word in words if word.error is not WordError.OMISSION]
    error = next((word.error for word in words if word.error is not WordError.NONE), WordError.NONE)
    has_label = error in {WordError.OMISSION, WordError.INSERTION}
    return WordView(
        before=before,
        written=written,
        after=after,
        spoken=spoken if spoken.casefold() != written.casefold() else None,
        error=str(error),
        error_label=catalogue.say(f"word.{error}") if has_label else None,
        score=round(sum(scores) / len(scores)) if scores else None,
        sounds=tuple(sound for index, word in group for sound in _view_sounds(index, word, catalogue, card_of)),
        start_s=max(0.0, timed[0].start_s - _PLAY_CONTEXT_S) if timed else 0.0,
        end_s=last.end_s + _PLAY_CONTEXT_S if timed else 0.0,
    )


def _view_sounds(
    index: int, word: WordResult, catalogue: Catalogue, card_of: Mapping[str, FixCard]
) -> Iterator[SoundView]:
    for position in range(-1, len(word.phones)):
        if position >= 0:
            key = _phone_key(index, position)
            yield view_phone(word.phones[position], word, catalogue, key=key, card=card_of.get(key))
        for number, added in enumerate(word.insertions):
            if added.after == position:
                key = _added_key(index, number)
                yield view_insertion(added, word, catalogue, key=key, card=card_of.get(key))


def _phone_key(word_index: int, position: int) -> str:
    return f"w{word_index}p{position}"


def _added_key(word_index: int, number: int) -> str:
    return f"w{word_index}x{number}"


def _keys(card: FixCard, assessment: Assessment) -> Iterator[str]:
    """Name the sounds a card is about; a word left out is opened at its first sound."""
    for index, position in card.places:
        if card.kind != "insertion":
            yield _phone_key(index, max(position, 0))
            continue
        for number, added in enumerate(assessment.words[index].insertions):
            if added.after == position:
                yield _added_key(index, number)


def _priorities(assessment: Assessment, cards: Iterable[FixCard], shown: set[str]) -> Iterator[PriorityView]:
    for card in cards:
        key = next((key for key in _keys(card, assessment) if key in shown), None)
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


def _refusal(assessment: Assessment, catalogue: Catalogue) -> tuple[str, str] | None:
    if assessment.off_script is not None:
        key = f"off_script.{assessment.off_script}"
        known = key if f"{key}.sentence" in catalogue else "off_script.other"
        return catalogue.say(f"{known}.sentence"), catalogue.say(f"{known}.remedy")
    if assessment.abstained:
        return catalogue.say("abstained.sentence"), catalogue.say("abstained.remedy")
    return None


def summarise(assessment: Assessment, words: tuple[WordView, ...], catalogue: Catalogue) -> str:
    """Say the result in one breath, for a screen reader."""
    refusal = _refusal(assessment, catalogue)
    if refusal is not None:
        return " ".join(refusal)
    to_fix = sum(sound.needs_work for word in words for sound in word.sounds)
    parts = [catalogue.say("summary.done")]
    if assessment.scores.overall.value is not None:
        parts.append(catalogue.say("summary.overall", score=round(assessment.scores.overall.value)))
    parts.append(catalogue.count("summary.to_fix", to_fix) if to_fix else catalogue.say("summary.all_good"))
    return " ".join(parts)
