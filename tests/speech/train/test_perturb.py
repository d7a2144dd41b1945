import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from phonemes.inventory import PHONES
from speech.train.perturb import apply, perturb
from speech.train.spoken import VOWELS, Edit

SYMBOLS = [symbol + "1" if symbol in VOWELS else symbol for symbol in PHONES]
WORDS = st.lists(st.lists(st.sampled_from(SYMBOLS), min_size=1, max_size=6).map(tuple), min_size=1, max_size=5)


@given(words=WORDS, seed=st.integers(0, 10_000), edit_rate=st.floats(0, 0.9))
def test_edits_carried_out_one_by_one_give_what_is_said(words, seed, edit_rate):
    said, edits = perturb(words, edit_rate=edit_rate, random=np.random.default_rng(seed))
    again = [list(word) for word in words]
    for edit in reversed(edits):
        if edit.expected is not None:
            assert words[edit.word][edit.phone].rstrip("012") == edit.expected
        assert edit.said != edit.expected
        apply(again[edit.word], edit)
    assert said == tuple(tuple(word) for word in again)
    assert edits
    assert all(said)


def test_every_kind_of_edit_happens():
    random = np.random.default_rng(0)
    kinds = [perturb([tuple(SYMBOLS)], edit_rate=0.2, random=random)[1] for _ in range(50)]
    shares = [edit.kind for edits in kinds for edit in edits]
    assert 0.6 < shares.count("substitution") / len(shares) < 0.8
    assert min(shares.count("deletion"), shares.count("insertion")) > 0.08 * len(shares)


def test_a_vowel_put_for_a_vowel_keeps_its_stress():
    word = ["SH", "IH1", "P"]
    apply(word, Edit("substitution", 0, 1, "IH", "IY"))
    assert word == ["SH", "IY1", "P"]


def test_an_insertion_before_the_first_phone():
    word = ["S", "K", "UW1", "L"]
    apply(word, Edit("insertion", 0, -1, None, "EH"))
    assert word == ["EH", "S", "K", "UW1", "L"]
