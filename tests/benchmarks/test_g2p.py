import pytest
from hypothesis import given
from hypothesis import strategies as st
from jiwer import process_words

from benchmarks.g2p import candidates, edits, main, measure
from phonemes.lexicon import default_lexicon

words = st.lists(st.sampled_from("abc"), min_size=1, max_size=6)


@given(words, words)
def test_edits_agree_with_a_library(said: list[str], wanted: list[str]):
    counted = process_words(" ".join(wanted), " ".join(said))
    assert edits(said, wanted) == counted.substitutions + counted.insertions + counted.deletions


def test_a_candidate_that_knows_the_dictionary_makes_no_errors():
    lexicon = default_lexicon()
    exact = measure("oracle", lambda asked: [lexicon.lookup(word)[0].phones for word in asked], ["cat", "either"])
    assert exact.phone_errors_percent == exact.frequent_phone_errors_percent == 0.0
    assert exact.words_right_percent == 100.0


def test_planted_errors_are_counted():
    def vowel_and_ending_wrong(asked: list[str]) -> list[tuple[str, ...]]:
        return [("K", "AE", "T"), ("D", "AA")]

    figures = measure("planted", vowel_and_ending_wrong, ["cat", "dog"])
    assert figures.phone_errors_percent == pytest.approx(100 * 2 / 6)
    assert figures.words_right_percent == 50.0


def test_the_table_names_every_candidate(capsys: pytest.CaptureFixture[str]):
    main(["--limit", "3", "--no-record"])
    printed = capsys.readouterr().out
    assert all(f"| {name} |" in printed for name in candidates())
    assert "3 words" in printed
