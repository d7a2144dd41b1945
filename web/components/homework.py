"""A reading that came back to its learner: the words with their sounds, and what the teacher says beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from classroom.assignments import Strictness
from classroom.homework import Piece
from classroom.marks import Marked, newest_of
from classroom.strictness import as_shown
from classroom.totals import Level
from speech.export import from_json
from speech.feedback import summary
from speech.results import Assessment
from web.catalogue import Catalogue
from web.components.result import explain_refusal
from web.components.views import WordView, view_words

_Place = tuple[Level, str]


@dataclass(frozen=True, slots=True)
class NoteView:
    """A teacher's word on one place: what it is about, the score given, and the comment, which may be empty."""

    about: str
    value: int
    comment: str


@dataclass(frozen=True, slots=True)
class WordLine:
    """A word card, and the teacher's notes on the word and its sounds."""

    word: WordView
    notes: tuple[NoteView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingView:
    """One reading; `refusal` says why there are no scores, `notes` are the teacher's on the whole reading."""

    headline: str
    overall: int | None
    refusal: tuple[str, str] | None
    words: tuple[WordLine, ...]
    notes: tuple[NoteView, ...]


def view_reading(piece: Piece, catalogue: Catalogue, *, strictness: Strictness) -> ReadingView | None:
    """Show a reading after the marks its learner may see, as strictly as its assignment asks; None without one."""
    if piece.document is None or piece.totals is None:
        return None
    counting = newest_of(piece.marks)
    shown = as_shown(from_json(piece.document), piece.totals, marks=counting, strictness=strictness)
    latest: dict[_Place, Marked] = {(one.mark.level, one.mark.place): one for one in piece.marks}
    overall = shown.scores.overall.value
    return ReadingView(
        headline=summary(shown, language=catalogue.language),
        overall=None if overall is None else round(overall),
        refusal=None if counting else explain_refusal(shown, catalogue),
        words=tuple(
            WordLine(word, tuple(_on_word(word, shown, latest, catalogue))) for word in view_words(shown, catalogue)
        ),
        notes=tuple(
            _note(catalogue.say(f"score.{place}"), one) for (level, place), one in latest.items() if level == "score"
        ),
    )


def _on_word(
    view: WordView, shown: Assessment, latest: Mapping[_Place, Marked], catalogue: Catalogue
) -> Iterator[NoteView]:
    for index in view.indices:
        word = shown.words[index]
        marked = latest.get(("word", str(index)))
        if marked is not None:
            yield _note(catalogue.say("homework.note_word", word=word.text), marked)
        for number, phone in enumerate(word.phones):
            marked = latest.get(("sound", f"{index}.{number}"))
            if marked is not None:
                yield _note(f"/{phone.ipa}/", marked)


def _note(about: str, marked: Marked) -> NoteView:
    return NoteView(about, round(marked.mark.value), marked.mark.comment)
