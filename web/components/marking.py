"""A reading as its teacher marks it: sentence, sounds, scores and signals, before and after the teacher's word."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from classroom.marks import Marked, Remark, comments_of, on_attempt
from classroom.recordings import Recording
from classroom.reviews import Judged, Part, Review
from classroom.strictness import as_shown
from classroom.totals import SCORES
from phonemes.inventory import phone
from speech.export import from_json
from speech.results import Assessment, PhoneResult, Score, Verdict, WordError, WordResult
from web.catalogue import Catalogue
from web.components.sounds import SoundView
from web.components.views import WordView, view_words
from web.dates import moment
from web.unscored import explain_unscored

_MOST_CERTAIN = 99

Clip = Literal["none", "here", "expired", "not_kept", "no_consent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """A place that can be marked.

    Parameters
    ----------
    level, place : str
        As `classroom.marks.Mark` has them.
    title, name, about : str
        What it is, in full and in short, and what Lafal said of it.
    value, machine : int or None
        The score that counts, and the one Lafal gave.
    is_marked : bool
        Whether a teacher's score or comment stands here.
    comment : str
        What the teacher says to the learner about it; empty for nothing.
    takes_score : bool
        Whether it can be given a score, or only a comment.
    start_s, end_s : float
        Where to listen; equal where there is nothing to hear.
    """

    level: str
    place: str
    title: str
    name: str
    about: str
    value: int | None
    machine: int | None
    is_marked: bool
    comment: str = ""
    takes_score: bool = True
    start_s: float = 0.0
    end_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SoundMark:
    """A sound as it is shown; `at` is None for one that was added, which nobody can mark."""

    ipa: str
    verdict: str
    label: str
    heard: str
    spoken: str
    at: PlaceView | None


@dataclass(frozen=True, slots=True)
class WordMark:
    """A word with its sounds, and the signs of the text around it; "21" has two places, since it is spoken as two."""

    before: str
    written: str
    after: str
    error: str
    error_label: str
    places: tuple[PlaceView, ...]
    sounds: tuple[SoundMark, ...]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A mark that was made: who, when, where, from what to what; `new` and `comment` may be None."""

    who: str
    when: str
    title: str
    old: int | None
    new: int | None
    comment: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """One thing that was to be said; `signals` are codes of what is worth a listen, never a verdict.

    `unscored` says why Lafal gives no score, empty where it does; `remark` is the place of a comment on all of it.
    """

    number: int
    item_id: str
    text: str
    prompt: str
    recording_id: str
    clip: Clip
    total: int | None
    assessment_id: str = ""
    unscored: str = ""
    signals: tuple[str, ...] = ()
    scores: tuple[PlaceView, ...] = ()
    words: tuple[WordMark, ...] = ()
    remark: PlaceView | None = None
    history: tuple[HistoryLine, ...] = ()


@dataclass(frozen=True, slots=True)
class WholeView:
    """What is said of the whole attempt, and the assessment on which it hangs."""

    assessment_id: str
    remark: PlaceView
    history: tuple[HistoryLine, ...]


def view_parts(review: Review, catalogue: Catalogue, *, now: datetime) -> tuple[PartView, ...]:
    """Describe every part of an attempt."""
    return tuple(
        _view_part(number, part, review, catalogue, now=now) for number, part in enumerate(review.parts, start=1)
    )


def view_whole(review: Review, catalogue: Catalogue) -> WholeView | None:
    """Describe what is said of the whole attempt; None where nothing was judged or set aside yet."""
    judged = [part.judged for part in review.parts if part.judged]
    if not judged:
        return None
    said = on_attempt(mark for one in judged for mark in one.marks)
    remark = _remark("attempt", said, catalogue)
    history = tuple(_line(one, remark.title, review, catalogue) for one in said)
    return WholeView(judged[0].assessment_id, remark, history)


def _remark(place: Remark, marks: Iterable[Marked], catalogue: Catalogue) -> PlaceView:
    comment = comments_of(tuple(marks)).get(("score", place), "")
    title = catalogue.say("marking.remark_item") if place == "item" else catalogue.say("marking.remark_attempt")
    return PlaceView(
        level="score",
        place=place,
        title=title,
        name=catalogue.say("marking.remark_change") if comment else title,
        about="",
        value=None,
        machine=None,
        is_marked=bool(comment),
        comment=comment,
        takes_score=False,
    )


def _view_part(number: int, part: Part, review: Review, catalogue: Catalogue, *, now: datetime) -> PartView:
    view = PartView(
        number=number,
        item_id=part.item.id,
        text=part.item.text,
        prompt=part.item.prompt or "",
        recording_id=part.recording.id if part.recording else "",
        clip=_clip(part.recording, review, now),
        total=_rounded(part.total),
    )
    return _with_verdicts(view, part.judged, review, catalogue) if part.judged else view


def _with_verdicts(view: PartView, judged: Judged, review: Review, catalogue: Catalogue) -> PartView:
    original = from_json(judged.document)
    seen = as_shown(original, judged.totals, marks=judged.newest, strictness=review.assignment.terms.strictness)
    unscored = explain_unscored(judged.document, catalogue)
    # Of what Lafal heard nothing in, only the scores that count can be given.
    names = tuple(name for name in SCORES if not unscored or name in review.assignment.terms.counted)
    scores = tuple(_scores(original, judged, names, catalogue))
    words = tuple(_words(original, seen, judged, catalogue))
    remark = _remark("item", judged.marks, catalogue)
    places = [remark, *scores, *(place for word in words for place in word.places)]
    places += [sound.at for word in words for sound in word.sounds if sound.at]
    return replace(
        view,
        assessment_id=judged.assessment_id,
        unscored=catalogue.say("marking.unscored", reason=unscored) if unscored and view.total is None else unscored,
        signals=() if unscored else _signals(original),
        scores=scores,
        words=words,
        remark=remark,
        history=tuple(_history(judged, places, review, catalogue)),
    )


def _clip(kept: Recording | None, review: Review, now: datetime) -> Clip:
    if kept is None:
        return "none"
    if kept.expires_at <= now:
        return "expired"
    if not kept.kept:
        return "not_kept"
    return "here" if review.may_listen else "no_consent"


def _signals(original: Assessment) -> tuple[str, ...]:
    refusal = (original.off_script,) if original.off_script else ("abstained",) if original.abstained else ()
    return (*refusal, *original.quality.warnings)


def _scores(original: Assessment, judged: Judged, names: Iterable[str], catalogue: Catalogue) -> Iterator[PlaceView]:
    for name in names:
        machine: Score = getattr(original.scores, name)
        yield PlaceView(
            level="score",
            place=name,
            title=catalogue.say(f"score.{name}"),
            name=catalogue.say(f"score.{name}"),
            about=_about_score(machine, judged.document, catalogue),
            value=_rounded(judged.totals.scores[name]),
            machine=_rounded(machine.value),
            is_marked=judged.is_marked("score", name),
            comment=judged.comments.get(("score", name), ""),
        )


def _about_score(machine: Score, document: str, catalogue: Catalogue) -> str:
    if machine.value is not None:
        return ""
    return explain_unscored(document, catalogue) or catalogue.say_or(f"reason.{machine.reason}", "reason.other")


def _words(original: Assessment, seen: Assessment, judged: Judged, catalogue: Catalogue) -> Iterator[WordMark]:
    for view in view_words(seen, catalogue):
        places = tuple(
            _word_place(index, original.words[index], seen.words[index], view=view, judged=judged, catalogue=catalogue)
            for index in view.indices
        )
        sounds = tuple(_sound(sound, view, original, judged=judged, catalogue=catalogue) for sound in view.sounds)
        yield WordMark(view.before, view.written, view.after, view.error, view.error_label or "", places, sounds)


def _word_place(
    index: int,
    machine: WordResult,
    word: WordResult,
    *,
    view: WordView,
    judged: Judged,
    catalogue: Catalogue,
) -> PlaceView:
    name = view.written if len(view.indices) == 1 else word.text
    return PlaceView(
        level="word",
        place=str(index),
        title=catalogue.say("marking.place_word", word=name),
        name=name,
        about=_about_word(machine, catalogue),
        value=_rounded(word.score),
        machine=_rounded(machine.score),
        is_marked=judged.is_marked("word", str(index)),
        comment=judged.comments.get(("word", str(index)), ""),
        start_s=view.start_s,
        end_s=view.end_s,
    )


def _about_word(machine: WordResult, catalogue: Catalogue) -> str:
    if machine.error is WordError.OMISSION:
        return catalogue.say("marking.word_omission")
    if machine.error is WordError.INSERTION:
        return catalogue.say("marking.word_insertion")
    return "" if machine.score is not None else catalogue.say("marking.word_unclear")


def _sound(
    sound: SoundView,
    view: WordView,
    original: Assessment,
    *,
    judged: Judged,
    catalogue: Catalogue,
) -> SoundMark:
    heard = sound.heard_ipa if sound.heard_ipa and sound.heard != sound.expected else None
    if sound.position is None:
        return SoundMark(sound.ipa, sound.verdict, sound.label, "", sound.spoken, None)
    word = int(sound.key.removeprefix("w").partition("p")[0])
    machine, place = original.words[word].phones[sound.position], f"{word}.{sound.position}"
    at = PlaceView(
        level="sound",
        place=place,
        title=catalogue.say("marking.place_sound", ipa=sound.ipa, word=view.written),
        name=sound.ipa,
        about=_about_sound(machine, catalogue),
        value=sound.score,
        machine=_rounded(machine.score),
        is_marked=judged.is_marked("sound", place),
        comment=judged.comments.get(("sound", place), ""),
        start_s=view.start_s,
        end_s=view.end_s,
    )
    return SoundMark(sound.ipa, sound.verdict, sound.label, heard or "", sound.spoken, at)


def _about_sound(machine: PhoneResult, catalogue: Catalogue) -> str:
    percent = min(_MOST_CERTAIN, round(100 * machine.said_probability))
    if machine.verdict is Verdict.UNCLEAR:
        return catalogue.say("marking.sound_unclear")
    if machine.said is None:
        return catalogue.say("marking.sound_missing", expected=machine.ipa, percent=percent)
    if machine.said == machine.expected:
        return catalogue.say("marking.sound_as_expected", expected=machine.ipa, percent=percent)
    heard = phone(machine.said).ipa
    return catalogue.say("marking.sound_heard", expected=machine.ipa, heard=heard, percent=percent)


def _history(
    judged: Judged, places: Iterable[PlaceView], review: Review, catalogue: Catalogue
) -> Iterator[HistoryLine]:
    titles = {(place.level, place.place): place.title for place in places}
    for one in judged.marks:
        level, place = one.mark.level, one.mark.place
        if (level, place) in titles:
            yield _line(one, titles[level, place], review, catalogue)
        elif place in SCORES:
            # A score that counted when it was given, and does not now.
            yield _line(one, catalogue.say(f"score.{place}"), review, catalogue)


def _line(one: Marked, title: str, review: Review, catalogue: Catalogue) -> HistoryLine:
    return HistoryLine(
        who=review.markers[one.marked_by],
        when=moment(one.marked_at, review.assignment.terms.time_zone, catalogue),
        title=title,
        old=_rounded(one.old_value),
        new=_rounded(one.mark.value),
        comment=one.mark.comment,
    )


def _rounded(score: float | None) -> int | None:
    return None if score is None else round(score)
