import itertools

import numpy as np
import pytest

from phonemes.graphone_trie import STEPS_PER_NAT, GraphoneTrie
from phonemes.making.graphones import END, START, as_text, count_levels, number_graphones, smooth
from phonemes.making.letter_to_sound import pack_trie

WORDS = ["abab", "abba", "baba", "aabb", "ab", "ba", "abab", "caba", "cab", "bac"] * 3 + ["cc", "acca"]
SPELT = [[(letter, (letter.upper(),)) for letter in word] for word in WORDS]


def corpus() -> tuple[dict[tuple[str, tuple[str, ...]], int], np.ndarray]:
    numbers = number_graphones(SPELT, at_least=1)
    return numbers, as_text(SPELT, numbers)


def test_graphones_are_numbered_by_letter_and_rare_ones_left_out():
    numbers = number_graphones([*SPELT, [("z", ("Z",))]], at_least=2)
    assert list(numbers.values()) == [2, 3, 4]
    assert [letter for letter, _ in numbers] == ["a", "b", "c"]
    assert START not in numbers.values()
    assert len(as_text([[("z", ("Z",))]], numbers)) == 0


def test_ngrams_are_counted_within_words_only():
    numbers, text = corpus()
    levels = count_levels(text, order=3)
    counted: dict[tuple[int, ...], int] = {}
    for word in SPELT:
        marked = [START, *(numbers[graphone] for graphone in word), END]
        for n in (1, 2, 3):
            for begin in range(len(marked) - n + 1):
                gram = tuple(marked[begin : begin + n])
                counted[gram] = counted.get(gram, 0) + 1
    for depth, level in enumerate(levels):
        grams = [path(levels, depth, node) for node in range(len(level.last))]
        seen = {gram: int(count) for gram, count in zip(grams, level.count, strict=True) if count}
        assert seen == {gram: count for gram, count in counted.items() if len(gram) == depth + 1}
        if depth:
            suffixes = [path(levels, depth - 1, int(node)) for node in level.suffix]
            assert suffixes == [gram[1:] for gram in grams]


def path(levels: list, depth: int, node: int) -> tuple[int, ...]:
    gram: list[int] = []
    for level in reversed(levels[1 : depth + 1]):
        gram.append(int(level.last[node]))
        node = int(level.parent[node])
    return (node, *reversed(gram))


@pytest.mark.parametrize("cutoffs", [(1, 1, 1, 1), (1, 1, 2, 3)])
def test_probabilities_after_any_context_sum_to_one(cutoffs: tuple[int, ...]):
    _, text = corpus()
    levels = count_levels(text, order=4)
    probability, backoff = smooth(levels, cutoffs=cutoffs)
    arrays = pack_trie(levels, cutoffs=cutoffs)
    trie = GraphoneTrie(arrays)
    assert all((values > 0).all() for values in probability)
    assert all(((values > 0) & (values <= 1)).all() for values in backoff)
    n_graphones = int(text.max()) + 1
    for history in itertools.product(range(2, n_graphones), repeat=3):
        context = trie.start
        for graphone in history:
            context = trie.follow(trie.expand(context, 0, n_graphones), graphone)
        total = np.exp(trie.expand(context, 0, n_graphones).log_probs).sum()
        # Every stored probability and weight is rounded to a sixteenth of a nat.
        assert total == pytest.approx(1.0, abs=2.5 / STEPS_PER_NAT)


def test_the_trie_prefers_what_was_seen():
    numbers, text = corpus()
    trie = GraphoneTrie(pack_trie(count_levels(text, order=4), cutoffs=(1, 1, 1, 1)))
    a, b, c = (numbers[letter, (letter.upper(),)] for letter in "abc")
    context = trie.start
    for graphone in (a, b):
        context = trie.follow(trie.expand(context, 2, c + 1), graphone)
    after = trie.expand(context, 2, c + 1).log_probs
    assert int(np.argmax(after)) + 2 == a
    assert after[c - 2] < after[a - 2] - 1.0


def test_a_range_of_graphones_is_weighed_as_in_the_whole():
    _, text = corpus()
    trie = GraphoneTrie(pack_trie(count_levels(text, order=3), cutoffs=(1, 1, 1)))
    whole = trie.expand(trie.start, 0, 5).log_probs
    for first in range(5):
        for stop in range(first, 6):
            assert np.array_equal(trie.expand(trie.start, first, stop).log_probs, whole[first:stop])
