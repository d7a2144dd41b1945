import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from phonemes.g2p import LONGEST_WORD, LetterToSound, SearchOptions, default_letter_to_sound, pronounce
from phonemes.inventory import PHONES, phone
from phonemes.lexicon import default_lexicon
from phonemes.resources import folder

words = st.text(alphabet="abcdefghijklmnopqrstuvwxyz'", min_size=1, max_size=14).filter(lambda word: word.strip("'"))


@settings(deadline=None)
@given(words)
@example("e")
@example("hmm")
@example("zzzzzzzzzzzzzz")
@example("hhhh")
def test_any_word_has_one_to_three_sound_pronunciations(word: str):
    found = pronounce(word)
    assert 1 <= len(found) <= 3
    assert len({entry.phones for entry in found}) == len(found)
    for entry in found:
        assert entry.source == "g2p"
        assert len(entry.phones) == len(entry.stress) > 0
        assert set(entry.phones) <= set(PHONES)
        for symbol, stress in zip(entry.phones, entry.stress, strict=True):
            assert (stress is None) != phone(symbol).is_vowel
        vowels = [stress for stress in entry.stress if stress is not None]
        assert vowels.count(1) == (1 if vowels else 0) or len(entry.phones) == 1


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("grick", "G R IH K"),
        ("shomp", "SH AA M P"),
        ("splab", "S P L AE B"),
        ("fimp", "F IH M P"),
        ("groving", "G R OW V IH NG"),
        ("thrake", "TH R EY K"),
        ("quisk", "K W IH S K"),
    ],
)
def test_invented_words_follow_the_rules_of_spelling(word: str, phones: str):
    assert not default_lexicon().lookup(word)
    assert tuple(phones.split()) in [entry.phones for entry in pronounce(word)]


def test_capitals_accents_and_marks_do_not_matter():
    assert pronounce("Blick") == pronounce("BLICK") == pronounce("blíck") == pronounce("bli-ck.")


@pytest.mark.parametrize("word", ["", "123", "!?", " ", "你好"])
def test_without_a_letter_there_is_nothing_to_say(word: str):
    with pytest.raises(ValueError, match="no letter"):
        pronounce(word)


def test_an_absurdly_long_word_is_cut():
    begin = time.process_time()
    entry = pronounce("ba" * 5000)[0]
    assert time.process_time() - begin < 5.0
    assert len(entry.phones) <= 2 * LONGEST_WORD


def test_a_wider_beam_never_scores_worse_than_a_greedy_search():
    model = default_letter_to_sound()
    tags = model._tagger.log_probs([model._letter[letter] for letter in "thoroughfare"])
    network = model._graphone_log_probs(tags)
    scores = [model._search("thoroughfare", network, SearchOptions(beam=beam))[0].score for beam in (1, 64)]
    assert scores[1] >= scores[0]


def test_the_number_and_spread_of_answers_can_be_chosen():
    model = default_letter_to_sound()
    assert len(model.pronounce("wifi", options=SearchOptions(best=1))) == 1
    assert len(model.pronounce("wifi", options=SearchOptions(best=9, margin=9.0))) > 3
    assert len(model.pronounce("wifi", options=SearchOptions(best=9, margin=0.0))) == 1


def test_the_network_and_the_ngrams_are_better_together():
    """On words kept from training; the whole list is measured by the benchmark."""
    held_out = (folder("datasets") / "lexicon" / "held_out.txt").read_text(encoding="utf-8").split()
    sample = held_out[::40]
    right = {share: count_right(sample, share) for share in (0.0, SearchOptions().tagger_weight, 1.0)}
    both = right[SearchOptions().tagger_weight]
    assert both >= max(right.values()) - 3
    assert both > 0.5 * len(sample)


def count_right(sample: list[str], share: float) -> int:
    model = default_letter_to_sound()
    options = SearchOptions(tagger_weight=share, best=1)
    said = [model.pronounce(word, options=options)[0].phones for word in sample]
    return sum(
        phones in [entry.phones for entry in default_lexicon().lookup(word)]
        for word, phones in zip(sample, said, strict=True)
    )


def test_stress_falls_where_english_puts_it():
    held_out = (folder("datasets") / "lexicon" / "held_out.txt").read_text(encoding="utf-8").split()
    judged = right = 0
    for word in held_out[::25]:
        entry = pronounce(word)[0]
        for known in default_lexicon().lookup(word):
            if known.phones == entry.phones and sum(mark is not None for mark in known.stress) > 1:
                judged += 1
                right += known.stress.index(1) == entry.stress.index(1) if 1 in known.stress else 0
                break
    assert judged > 15
    assert right > 0.7 * judged


def test_the_tables_are_small_and_complete():
    path = LetterToSound.open.__func__.__defaults__[0]
    assert path.stat().st_size <= 5_000_000
    with np.load(path) as stored:
        names = set(stored.files)
    assert {"trie/last", "trie/cost", "trie/backoff", "trie/children", "trie/order", "tagger/tag.weight"} <= names


def test_missing_tables_are_an_error_of_the_installation(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        LetterToSound.open(tmp_path / "nowhere.npz")
