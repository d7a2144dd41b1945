import itertools

import numpy as np
import pytest
import torch

from phonemes.inventory import COLUMN
from speech.train.augment import NO_AUGMENTATION
from speech.train.batches import Lesson, collate, lessons_of, pad, plan
from speech.train.corpus import Packed, Utterance
from speech.train.targets import IGNORED, WILDCARD, Labels


def _lesson(frames, column=1, labels=None):
    return Lesson(np.full((frames, 80), 3, np.uint8), (column,), (True,), labels)


def _source(count, column):
    return [_lesson(100 + 7 * (index % 30), column) for index in range(count)]


def test_batches_keep_to_their_seconds_and_their_mix():
    sources = [_source(600, 1), _source(600, 2), []]
    drawn = list(itertools.islice(plan(sources, (0.75, 0.25, 0.0), batch_s=10.0, seed=1), 300))
    assert all(sum(len(lesson.codes) for lesson in batch) <= 1000 for batch in drawn)
    columns = [lesson.columns[0] for batch in drawn for lesson in batch]
    assert columns.count(1) / len(columns) == pytest.approx(0.75, abs=0.05)


def test_a_plan_resumes_anywhere():
    sources = [_source(50, 1), _source(20, 2)]
    whole = list(itertools.islice(plan(sources, (0.5, 0.5), batch_s=8.0, seed=2), 60))
    for start in (0, 1, 17, 45):
        rest = list(itertools.islice(plan(sources, (0.5, 0.5), batch_s=8.0, seed=2, start=start), 60 - start))
        assert [[id(one) for one in batch] for batch in rest] == [[id(one) for one in batch] for batch in whole[start:]]


def test_no_lessons_is_an_error_and_not_an_endless_loop():
    with pytest.raises(ValueError, match="nothing to learn"):
        next(plan([[], []], (0.5, 0.5), batch_s=8.0, seed=2))


def test_badly_said_phones_may_be_any_and_overlong_speech_is_left_out():
    scored = Utterance("speechocean762", "a", "b", ("SH", "IY"), scores=(0.4, 2.0))
    awful = Utterance("speechocean762", "c", "b", ("SH",), scores=(0.0,))
    codes = np.zeros((50, 80), np.uint8)
    packed = Packed((scored, awful, scored), (codes, codes, np.zeros((5000, 80), np.uint8)))
    lessons = lessons_of(packed, doubts_below=0.5, longest_s=20.0)
    assert len(lessons) == 1
    assert len(lessons[0].columns) == 2
    assert lessons[0].taught == (WILDCARD, COLUMN["IY"])


def test_collating_puts_targets_beside_features():
    labels = Labels(np.array([0, 4]), np.array([0.2, 0.6]))
    lessons = [_lesson(60, 4, labels), _lesson(40, 9)]
    batch = collate(lessons, NO_AUGMENTATION, torch.Generator(), device=torch.device("cpu"))
    assert batch.energies.shape == (2, 60, 80)
    assert batch.lengths.tolist() == [60, 40]
    assert batch.phones.tolist() == [4, 9]
    assert batch.phone_counts.tolist() == [1, 1]
    assert batch.seconds == pytest.approx(1.0)
    assert batch.frames[0].tolist() == [0] * 10 + [4] * 20
    assert set(batch.frames[1].tolist()) == {IGNORED}


def test_padding_is_zero():
    energies, lengths = pad([_lesson(3).codes, _lesson(1).codes], device=torch.device("cpu"))
    assert lengths.tolist() == [3, 1]
    assert float(energies[1, 1:].abs().sum()) == 0.0
    assert float(energies[0, 2, 5]) == 1.5
