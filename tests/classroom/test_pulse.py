from collections.abc import Callable

import pytest
from school import NOW, School, document

from classroom import assessments, classes, marks, submissions
from classroom.errors import NotAllowed
from classroom.marks import Mark
from classroom.pulse import pulse


def test_the_word_is_another_one_after_everything_that_a_teacher_would_see(school: School) -> None:
    store, teacher, attempt = school.store, school.teacher.id, school.begin(school.budi)
    kept = school.record(attempt)
    found: dict[str, str] = {}

    def judge() -> None:
        found["assessed"] = assessments.keep(store, kept.id, document(), now=NOW)

    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: school.begin(school.ani),
        judge,
        lambda: submissions.hand_in(store, attempt.id, by=school.budi.id, now=NOW),
        lambda: marks.overrule(
            store, found["assessed"], Mark(level="score", place="overall", value=90), by=teacher, now=NOW
        ),
        lambda: submissions.release(store, attempt.id, by=teacher, now=NOW),
        lambda: classes.remove_member(store, school.class_id, school.ani.id, by=teacher, now=NOW),
    ]
    words: list[str] = []
    for step in steps:
        step()
        words.append(pulse(store, school.class_id, by=teacher))
        assert pulse(store, school.class_id, by=teacher) == words[-1]
    assert len(set(words)) == len(steps)


def test_another_classs_work_leaves_it_alone(school: School) -> None:
    other = classes.create(school.store, "9Z", by=school.stranger.id, now=NOW)
    before = pulse(school.store, other.id, by=school.stranger.id)
    school.hand_in()
    assert pulse(school.store, other.id, by=school.stranger.id) == before
    with pytest.raises(NotAllowed):
        pulse(school.store, school.class_id, by=school.stranger.id)
