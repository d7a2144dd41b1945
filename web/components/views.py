"""A reading cut into word cards: the learner's own spelling, the words spoken for it, and their sounds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from speech.feedback import FixCard
from speech.results import Assessment, Syllable, WordError, WordResult
from web.catalogue import Catalogue
from web.components.sounds import SoundView, view_insertion, view_phone

_PLAY_CONTEXT_S = 0.06


@dataclass(frozen=True, slots=True)
class SyllableView:
    """One syllable of a longer word: its IPA, whether stress belongs on it, and whether it was heard there."""

    ipa: str
    is_asked: bool
    is_heard: bool


@dataclass(frozen=True, slots=True)
class WordView:
    """A word card.

    Parameters
    ----------
    key : str
        Stable name within one result, such as "w2".
    indices : tuple of int
        The words of the assessment it shows: "21" is one card for two spoken words.
    before, written, after : str
        The learner's own spelling with the signs around it.
    spoken : str or None
        The words spoken, where the spelling does not say them.
    error, error_label : str, str or None
        What is wrong with the word, and its name where the card shows one.
    score : int or None
        0..100.
    sounds : tuple of SoundView
        In the order they were said.
    syllables : tuple of SyllableView
        Empty for a single syllable, or where the strong one was too close to call.
    headline : str
        The word in one sentence.
    start_s, end_s : float
        Where to play it.
    char_start : int
        Where it starts in the text.
    """

    key: str
    indices: tuple[int, ...]
    before: str
    written: str
    after: str
    spoken: str | None
    error: str
    error_label: str | None
    score: int | None
    sounds: tuple[SoundView, ...]
    syllables: tuple[SyllableView, ...]
    headline: str
    start_s: float
    end_s: float
    char_start: int


def view_words(assessment: Assessment, catalogue: Catalogue, cards: tuple[FixCard, ...] = ()) -> tuple[WordView, ...]:
    """Cut the text into word cards; together they hold every character of it but the spaces."""
    card_of = {key: card for card in reversed(cards) for key in keys_of(card, assessment)}
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
        views.append(_view_group(group, catalogue, card_of, assessment.text, around=(before, after)))
        position = end
    return tuple(views)


def keys_of(card: FixCard, assessment: Assessment) -> Iterator[str]:
    """Name the sounds a card is about; a word left out is opened at its first sound."""
    for index, position in card.places:
        if card.kind != "insertion":
            yield _phone_key(index, max(position, 0))
            continue
        for number, added in enumerate(assessment.words[index].insertions):
            if added.after == position:
                yield _added_key(index, number)


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
    around: tuple[str, str],
) -> WordView:
    words = [word for _, word in group]
    first, last = words[0], words[-1]
    is_added = first.error is WordError.INSERTION
    written = first.text if is_added else text[first.char_start : first.char_end]
    spoken = " ".join(word.text for word in words)
    timed = [word for word in words if word.error is not WordError.OMISSION]
    error = next((word.error for word in words if word.error is not WordError.NONE), WordError.NONE)
    has_label = error in {WordError.OMISSION, WordError.INSERTION}
    score = _score(words)
    return WordView(
        key=f"w{group[0][0]}",
        indices=tuple(index for index, _ in group),
        before=around[0],
        written=written,
        after=around[1],
        spoken=spoken if spoken.casefold() != written.casefold() else None,
        error=str(error),
        error_label=catalogue.say(f"word.{error}") if has_label else None,
        score=score,
        sounds=tuple(sound for index, word in group for sound in _view_sounds(index, word, catalogue, card_of)),
        syllables=_view_syllables(words),
        headline=_headline(written, error, score, catalogue),
        start_s=max(0.0, timed[0].start_s - _PLAY_CONTEXT_S) if timed else 0.0,
        end_s=last.end_s + _PLAY_CONTEXT_S if timed else 0.0,
        char_start=first.char_start,
    )


def _score(words: list[WordResult]) -> int | None:
    scores = [word.score for word in words if word.score is not None]
    return round(sum(scores) / len(scores)) if scores else None


def _headline(written: str, error: WordError, score: int | None, catalogue: Catalogue) -> str:
    if error in {WordError.OMISSION, WordError.INSERTION}:
        return catalogue.say(f"word.headline.{error}", word=written)
    if score is None:
        return catalogue.say("word.headline.unclear", word=written)
    return catalogue.say("word.headline.score", word=written, score=score)


def _view_syllables(words: list[WordResult]) -> tuple[SyllableView, ...]:
    return tuple(
        SyllableView(_syllable_ipa(word, one), one.stress == 1, bool(one.strong))
        for word in words
        if len(word.syllables) > 1 and all(one.strong is not None for one in word.syllables)
        for one in word.syllables
    )


def _syllable_ipa(word: WordResult, syllable: Syllable) -> str:
    return "".join(one.ipa for one in word.phones[syllable.first : syllable.last])


def _view_sounds(
    index: int, word: WordResult, catalogue: Catalogue, card_of: Mapping[str, FixCard]
) -> Iterator[SoundView]:
    for position in range(-1, len(word.phones)):
        if position >= 0:
            key = _phone_key(index, position)
            yield view_phone(word.phones[position], word, catalogue, key=key, position=position, card=card_of.get(key))
        for number, added in enumerate(word.insertions):
            if added.after == position:
                key = _added_key(index, number)
                yield view_insertion(added, word, catalogue, key=key, card=card_of.get(key))


def _phone_key(word_index: int, position: int) -> str:
    return f"w{word_index}p{position}"


def _added_key(word_index: int, number: int) -> str:
    return f"w{word_index}x{number}"
