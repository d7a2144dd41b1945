import pytest

from phonemes.making.alignment import Aligner
from phonemes.making.british import BritishRules, british_rows, drop_r, read_sets
from phonemes.resources import folder

SOUNDS = {
    "a": "AA AE AH", "c": "K", "d": "D", "e": "UW ER EH", "f": "F", "h": "HH", "k": "K", "l": "L", "m": "M", "n": "N",
    "o": "AA UW AO", "r": "R ER", "s": "S", "t": "T", "u": "UW ER", "w": "W", "y": "IY", "i": "IY IH", "g": "G NG",
}  # fmt: skip
PROBABILITIES = {(letter, (symbol,)): 0.5 for letter, symbols in SOUNDS.items() for symbol in symbols.split()}
RULES = BritishRules(
    Aligner(PROBABILITIES | {(letter, ()): 0.1 for letter in SOUNDS}),
    sets={"bath": ("ask", "dance"), "strut": ("hurry",), "lot": ("what",)},
)


@pytest.mark.parametrize(
    ("word", "american", "british"),
    [
        ("hot", "HH AA1 T", ["HH AO1 T"]),
        ("calm", "K AA1 M", []),
        ("swan", "S W AA1 N", ["S W AO1 N"]),
        ("car", "K AA1 R", ["K AA1"]),
        ("sorry", "S AA1 R IY0", ["S AO1 R IY0"]),
        ("noon", "N UW1 N", []),
        ("new", "N UW1", ["N Y UW1"]),
        ("tune", "T UW1 N", ["T Y UW1 N"]),
        ("do", "D UW1", []),
        ("ask", "AE1 S K", ["AA1 S K"]),
        ("asked", "AE1 S K T", ["AA1 S K T"]),
        ("dancing", "D AE1 N S IH0 NG", ["D AA1 N S IH0 NG"]),
        ("hurry", "HH ER1 IY0", ["HH AH1 R IY0"]),
        ("hurried", "HH ER1 IY0 D", ["HH AH1 R IY0 D"]),
        ("what", "W AH1 T", ["W AO1 T"]),
        ("hotter", "HH AA1 T ER0", ["HH AO1 T AH0", "HH AO1 T ER0"]),
    ],
)
def test_british_forms(word: str, american: str, british: list[str]):
    assert list(RULES.forms(word, american)) == british


@pytest.mark.parametrize(
    ("american", "british"),
    [
        ("N IH1 R", "N IH1 AH0"),
        ("K EH1 R", "K EH1"),
        ("SH UH1 R", "SH AO1"),
        ("D AO1 R", "D AO1"),
        ("F AY1 ER0", "F AY1 AH0"),
        ("B ER1 D", "B ER1 D"),
        ("EH1 V ER0 IY0", "EH1 V AH0 R IY0"),
        ("V EH1 R IY0", "V EH1 R IY0"),
        ("R EH1 D", "R EH1 D"),
        ("K W AO1 R T ER0", "K W AO1 T AH0"),
        ("P R EY1", "P R EY1"),
    ],
)
def test_r_is_dropped_unless_a_vowel_follows(american: str, british: str):
    assert " ".join(drop_r(american.split())) == british


def test_rows_hold_only_what_the_dictionary_lacks():
    words = {"hot": ("HH AA1 T",), "cot": ("K AA1 T", "K AO1 T"), "noon": ("N UW1 N",)}
    assert british_rows(words, RULES) == {"hot": ("HH AO1 T",)}


def test_the_committed_word_sets_hold_no_word_twice():
    sets = read_sets(folder("datasets") / "lexicon" / "british_words.tsv")
    assert set(sets) == {"bath", "strut", "lot"}
    for words in sets.values():
        assert len(set(words)) == len(words) > 5
