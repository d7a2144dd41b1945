"""However the models are run, a reading is judged alike."""

from dataclasses import replace
from functools import cache

import pytest

from benchmarks.readings import MANIFEST, Reading, read_manifest
from speech.assess import Assessor
from speech.results import Assessment
from speech.settings import Settings

MOST_POINTS = 1.0
READINGS = [reading for reading in read_manifest(MANIFEST) if reading.path.stem.startswith("0")][:12]


@cache
def assessor(threads: int) -> Assessor:
    return Assessor(settings=Settings(threads=threads))


def sounds(assessment: Assessment) -> list[tuple[str, str, float | None]]:
    return [(phone.expected, phone.verdict, phone.score) for word in assessment.words for phone in word.phones]


def untimed(assessment: Assessment) -> Assessment:
    return replace(assessment, timings_ms={})


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: reading.path.stem)
def test_two_threads_judge_as_one_does(reading: Reading) -> None:
    one, two = (sounds(assessor(threads).assess(reading.path, reading.text)) for threads in (1, 2))
    assert len(one) > 5
    assert [sound[:2] for sound in two] == [sound[:2] for sound in one]
    scores = [(left, right) for (*_, left), (*_, right) in zip(one, two, strict=True)]
    assert all((left is None) == (right is None) for left, right in scores)
    assert all(abs(left - right) <= MOST_POINTS for left, right in scores if left is not None and right is not None)


def test_what_was_heard_before_does_not_matter() -> None:
    """No model may carry anything over from the recording before."""
    first, second = READINGS[0], READINGS[1]
    alone = untimed(assessor(1).assess(first.path, first.text))
    assessor(1).assess(second.path, second.text)
    assert untimed(assessor(1).assess(first.path, first.text)) == alone
