"""A reading that came back to its learner: the words with their sounds, and what the teacher says beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from classroom.assignments import Strictness
from classroom.homework import Piece
from classroom.marks import comments_of, newest_of
from classroom.strictness import as_shown
from classroom.totals import SCORES, Level
from speech.export import from_json
from speech.feedback import summary
from speech.results import Assessment
from web.catalogue import Catalogue
from web.components.result import explain_refusal
from web.components.views import WordView, view_words
from web.unscored import explain_unscored

_Place = tuple[Level, str]
_Said = tuple[float | None, str]


@dataclass(frozen=True, slots=True)
class NoteView:
    """A teacher's word on one place: what it is about, the score if one was given, and the comment, maybe empty."""

    about: str
    value: int | None
    comment: str


@dataclass(frozen=True, slots=True)
class WordLine:
    """A word card, and the teacher's notes on the word and its sounds."""

    word: WordView
    notes: tuple[NoteView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingView:
    """One reading; `refusal` says why there are no scores, `notes` are the teacher's on the whole reading.

    `headline` and `refusal` are empty where there is nothing of the kind to say.
    """

    headline: str
    overall: int | None
    refusal: str
    words: tuple[WordLine, ...]
    notes: tuple[NoteView, ...]


def view_reading(piece: Piece, catalogue: Catalogue, *, strictness: Strictness) -> ReadingView | None:
    """Show a reading after the marks its learner may see, as strictly as its assignment asks; None without one."""
    if piece.document is None or piece.totals is None:
        return None
    counting = newest_of(piece.marks)
    shown = as_shown(from_json(piece.document), piece.totals, marks=counting, strictness=strictness)
    comments = comments_of(piece.marks)
    said = {place: (counting.get(place), comments.get(place, "")) for place in (*counting, *comments)}
    overall, unscored = shown.scores.overall.value, explain_unscored(piece.document, catalogue)
    return ReadingView(
        headline="" if unscored else summary(shown, language=catalogue.language),
        overall=None if overall is None else round(overall),
        refusal="" if counting else _refusal(piece, unscored, shown, catalogue),
        words=tuple(
            WordLine(word, tuple(_on_word(word, shown, said, catalogue))) for word in view_words(shown, catalogue)
        ),
        notes=tuple(
            _note(catalogue.say(f"score.{place}") if place in SCORES else catalogue.say("homework.note_item"), one)
            for (level, place), one in said.items()
            if level == "score" and place != "attempt"
        ),
    )


def _refusal(piece: Piece, unscored: str, shown: Assessment, catalogue: Catalogue) -> str:
    if not unscored:
        return (explain_refusal(shown, catalogue) or ("",))[0]
    if not piece.item.text:
        return catalogue.say("homework.free_honest")
    return catalogue.say("homework.unscored", reason=unscored)


def _on_word(
    view: WordView, shown: Assessment, said: Mapping[_Place, _Said], catalogue: Catalogue
) -> Iterator[NoteView]:
    for index in view.indices:
        word = shown.words[index]
        on_word = said.get(("word", str(index)))
        if on_word is not None:
            yield _note(catalogue.say("homework.note_word", word=word.text), on_word)
        for number, phone in enumerate(word.phones):
            on_sound = said.get(("sound", f"{index}.{number}"))
            if on_sound is not None:
                yield _note(f"/{phone.ipa}/", on_sound)


def _note(about: str, said: _Said) -> NoteView:
    value, comment = said
    return NoteView(about, None if value is None else round(value), comment)
