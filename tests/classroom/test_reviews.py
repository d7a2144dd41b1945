import json
from dataclasses import replace
from datetime import timedelta

import pytest
from school import NOW, School, parsed

from classroom import marks, reviews, submissions
from classroom.errors import NotAllowed, NotFound
from classroom.marks import Mark


def test_a_review_has_every_item_its_marks_and_its_neighbours(school: School) -> None:
    store, teacher = school.store, school.teacher.id
    first, kept, assessed = school.hand_in()
    second, _, _ = replace(school, now=NOW + timedelta(hours=1)).hand_in(school.budi)
    mark = Mark(level="word", place="0", value=90, comment="Better.")
    marks.overrule(store, assessed, mark, by=teacher, now=NOW)
    shown_now = reviews.review(store, first.id, by=teacher)
    assert (shown_now.name, shown_now.may_listen, shown_now.waiting) == ("Ani", True, 2)
    said, unsaid = shown_now.parts
    assert said.recording is not None and said.recording.id == kept.id
    assert said.judged is not None and json.loads(said.judged.document) == parsed()
    assert said.judged.newest == {("word", "0"): 90.0}
    assert [one.mark for one in said.judged.marks] == [mark]
    assert (unsaid.recording, unsaid.judged, unsaid.total) == (None, None, None)
    assert (shown_now.previous_id, shown_now.next_id) == (None, second.id)
    assert reviews.review(store, second.id, by=teacher).next_id == first.id
    assert reviews.submission_of(store, assessed, by=teacher) == first.id
    assert submissions.release_all(store, school.assignment.id, by=teacher, now=NOW) == 2
    assert submissions.release_all(store, school.assignment.id, by=teacher, now=NOW) == 0
    after = reviews.review(store, first.id, by=teacher)
    assert (after.submission.state, after.next_id, after.waiting) == ("released", None, 0)


def test_only_teachers_of_the_class_review_what_was_handed_in(school: School) -> None:
    attempt, _, assessed = school.hand_in()
    for other in (school.ani, school.budi, school.stranger, school.admin):
        with pytest.raises(NotAllowed):
            reviews.review(school.store, attempt.id, by=other.id)
        with pytest.raises(NotAllowed):
            reviews.submission_of(school.store, assessed, by=other.id)
        with pytest.raises(NotAllowed):
            submissions.release_all(school.store, school.assignment.id, by=other.id, now=NOW)
    draft = school.begin(school.budi)
    for unknown in (draft.id, "nothing"):
        with pytest.raises(NotFound):
            reviews.review(school.store, unknown, by=school.teacher.id)
