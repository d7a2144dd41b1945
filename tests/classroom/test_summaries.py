from dataclasses import replace

import pytest
from school import NOW, WORDS, School, document, parsed, phone, word
from sqlalchemy import select

from classroom import marks
from classroom.marks import Mark
from classroom.store.schema import AssessmentRow
from classroom.summaries import Tally, merged, read, summarise
from classroom.totals import SCORES
from speech.results import WordError

TEXT = "She eats fish."


def totals(school: School) -> dict:
    with school.store.reading() as session:
        return session.scalars(select(AssessmentRow.totals)).one()


def test_sounds_and_words_are_summed_up() -> None:
    th = replace(word("eats", (80.0,)), phones=(phone("S", 60.0), phone("T", None)))
    summary = summarise(parsed((WORDS[0], th, WORDS[2])), {}, text=TEXT)
    assert summary["sounds"] == {"T": [140.0, 2], "S": [60.0, 1]}
    # "fish" was left out: there is nothing to say of how it was said.
    assert summary["words"] == {"she": [70.0, 1], "eats": [80.0, 1]}


@pytest.mark.parametrize("text", ["", "Tell us what you did on Sunday."])
def test_words_that_nobody_asked_for_stay_sealed(text: str) -> None:
    added = word("secret", (90.0,), WordError.INSERTION)
    assert summarise(parsed((*WORDS, added)), {}, text=text)["words"] == {}


def test_marks_count() -> None:
    summary = summarise(parsed(), {("sound", "0.1"): 100.0, ("word", "2"): 80.0}, text=TEXT)
    assert summary["sounds"]["T"] == [90.0 + 100.0 + 80.0 + 80.0, 4]
    assert summary["words"] == {"she": [95.0, 1], "eats": [80.0, 1], "fish": [80.0, 1]}


def test_it_is_kept_beside_the_scores_and_follows_a_teacher(school: School) -> None:
    _, _, assessed = school.hand_in()
    kept = totals(school)
    assert set(kept) == {*SCORES, "sounds", "words"}
    assert read(kept, "sounds") == {"T": Tally(300.0, 4)}
    mark = Mark(level="sound", place="0.1", value=100)
    marks.overrule(school.store, assessed, mark, by=school.teacher.id, now=NOW)
    assert read(totals(school), "sounds") == {"T": Tally(350.0, 4)}
    assert totals(school)["accuracy"] > kept["accuracy"]
    assert "She" in document()


def test_tallies_add_up() -> None:
    assert merged([{"T": Tally(10.0, 1)}, {"T": Tally(20.0, 2), "S": Tally(5.0, 1)}]) == {
        "T": Tally(30.0, 3),
        "S": Tally(5.0, 1),
    }
    assert Tally().mean is None
    assert read({}, "words") == {}
