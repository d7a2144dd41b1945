import pytest

from phonemes.expected import expect
from web.exercises import LEVELS, Exercise, exercises


def test_there_are_a_few_dozen_and_every_level_has_its_share() -> None:
    found = exercises()
    assert len(found) >= 36
    assert all(sum(one.level == level for one in found) >= 8 for level in LEVELS)


def test_ids_and_texts_are_unique() -> None:
    found = exercises()
    assert len({one.id for one in found}) == len({one.text for one in found}) == len(found)


@pytest.mark.parametrize("exercise", exercises(), ids=lambda exercise: exercise.id)
def test_a_sentence_contains_the_sounds_it_trains(exercise: Exercise) -> None:
    spoken = {symbol for word in expect(exercise.text).words for variant in word.variants for symbol in variant.phones}
    assert set(exercise.sounds) <= spoken
    assert 1 <= len(exercise.sounds) <= 3


def test_sentences_grow_longer_with_the_level() -> None:
    def mean_words(level: str) -> float:
        lengths = [len(one.text.split()) for one in exercises() if one.level == level]
        return sum(lengths) / len(lengths)

    means = [mean_words(level) for level in LEVELS]
    assert means == sorted(means)
