import pytest

from phonemes.lexicon import default_lexicon
from phonemes.making.families import held_out, stem
from phonemes.resources import folder


@pytest.mark.parametrize(
    "family",
    [
        ["abandon", "abandons", "abandoned", "abandoning", "abandon's"],
        ["stop", "stops", "stopped", "stopping", "stopper"],
        ["happy", "happier", "happiest", "happily", "happiness"],
        ["love", "loves", "loved", "loving", "lover", "lovely"],
        ["schmidt", "schmidt's"],
    ],
)
def test_inflected_forms_share_a_stem(family: list[str]):
    assert len({stem(word) for word in family}) == 1


def test_different_words_keep_different_stems():
    assert len({stem(word) for word in ["ship", "sheep", "shop", "shape", "cat", "dog"]}) == 6


def test_a_held_out_word_has_no_relative_left_to_train_on():
    words = list(default_lexicon())
    test, excluded = held_out(words, n=200)
    assert len(test) == 200
    assert set(test) <= excluded
    stems = {stem(word) for word in test}
    assert len(stems) == 200
    assert not stems & {stem(word) for word in words if word not in excluded}


def test_the_choice_depends_on_nothing_but_the_words():
    words = ["cat", "dog", "bird", "fish", "horse", "mouse"]
    assert held_out(words, n=3) == held_out(reversed(words), n=3)


def test_the_committed_list_is_the_one_the_rule_gives():
    committed = (folder("datasets") / "lexicon" / "held_out.txt").read_text(encoding="utf-8").split()
    test, _ = held_out(default_lexicon())
    assert committed == test
