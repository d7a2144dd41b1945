import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonemes.contrasts import (
    FIRST_LANGUAGES,
    POSITIONS,
    PracticeWords,
    minimal_pairs,
    note_codes,
    position_of,
    tendencies,
)
from phonemes.inventory import PHONES
from phonemes.lexicon import default_lexicon
from phonemes.resources import folder

languages = st.sampled_from(FIRST_LANGUAGES)
phones = st.sampled_from(PHONES)


@settings(deadline=None)
@given(languages, phones, st.sampled_from(POSITIONS))
def test_every_tendency_names_a_phone_and_the_weights_leave_room_for_success(language: str, symbol: str, position: str):
    found = tendencies(language, symbol, position)
    assert all(row.said is None or row.said in PHONES for row in found)
    assert all(0.0 < row.weight < 1.0 for row in found)
    assert sum(row.weight for row in found) < 1.0
    assert [row.weight for row in found] == sorted((row.weight for row in found), reverse=True)
    assert len({row.said for row in found}) == len(found)
    assert all(row.note_code in note_codes() for row in found)


def likeliest(language: str, symbol: str, position: str) -> str | None:
    return tendencies(language, symbol, position)[0].said


@pytest.mark.parametrize(
    ("language", "symbol", "position", "said"),
    [
        ("id", "TH", "initial", "T"),
        ("id", "DH", "initial", "D"),
        ("id", "V", "initial", "F"),
        ("id", "Z", "final", "S"),
        ("id", "D", "final", "T"),
        ("id", "AE", "medial", "EH"),
        ("id", "IH", "medial", "IY"),
        ("id", "OW", "final", "AO"),
        ("zh", "TH", "initial", "S"),
        ("zh", "DH", "initial", "D"),
        ("zh", "V", "initial", "W"),
        ("zh", "NG", "final", "N"),
        ("zh", "L", "final", "OW"),
        ("zh", "IH", "medial", "IY"),
    ],
)
def test_the_best_known_tendencies_come_first(language: str, symbol: str, position: str, said: str):
    assert likeliest(language, symbol, position) == said


def test_a_missing_phone_is_none_and_a_kept_phone_is_itself():
    assert any(row.said is None for row in tendencies("zh", "T", "final"))
    assert [row.said for row in tendencies("id", "P", "initial")] == ["P"]


def test_each_described_row_of_the_files_can_be_reached():
    for language in FIRST_LANGUAGES:
        lines = (folder("datasets") / "contrasts" / f"{language}.tsv").read_text(encoding="utf-8").splitlines()
        rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
        assert len(rows) > 80
        for symbol, positions, said, _, note in rows:
            for position in positions.split(","):
                found = {(row.said or "-", row.note_code) for row in tendencies(language, symbol, position)}
                assert (said, note) in found


def test_a_language_that_is_not_described_has_no_tendencies():
    assert tendencies("fr", "TH", "initial") == ()


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="middle"):
        tendencies("id", "TH", "middle")
    with pytest.raises(KeyError):
        tendencies("id", "QX", "initial")
    with pytest.raises(KeyError):
        minimal_pairs("IY", "QX")


def test_position_of():
    assert [position_of(index, 3) for index in range(3)] == ["initial", "medial", "final"]
    assert position_of(0, 1) == "initial"


@pytest.mark.parametrize(
    ("a", "b", "pair"),
    [
        ("IY", "IH", ("eat", "it", "initial")),
        ("TH", "S", ("thing", "sing", "initial")),
        ("TH", "T", ("three", "tree", "initial")),
        ("AE", "EH", ("bad", "bed", "medial")),
        ("Z", "S", ("eyes", "ice", "final")),
        ("SH", "S", ("she", "see", "initial")),
        ("L", "R", ("light", "right", "initial")),
        ("N", "NG", ("win", "wing", "final")),
    ],
)
def test_well_known_pairs_are_found(a: str, b: str, pair: tuple[str, str, str]):
    assert pair in [(found.word_a, found.word_b, found.position) for found in minimal_pairs(a, b, limit=30)]


@settings(deadline=None)
@given(phones, phones)
def test_pairs_differ_in_exactly_that_phone(a: str, b: str):
    lexicon = default_lexicon()
    pairs = minimal_pairs(a, b, limit=5)
    assert not (a == b and pairs)
    for pair in pairs:
        differing = [
            [(x, y) for x, y in zip(first.phones, second.phones, strict=True) if x != y]
            for first in lexicon.lookup(pair.word_a)
            for second in lexicon.lookup(pair.word_b)
            if len(first.phones) == len(second.phones)
        ]
        assert [(a, b)] in differing
        assert pair.position in POSITIONS


def test_pairs_come_most_frequent_first():
    lexicon = default_lexicon()
    rarer = [
        max(lexicon.rank(pair.word_a) or 0, lexicon.rank(pair.word_b) or 0)
        for pair in minimal_pairs("P", "B", limit=20)
    ]
    assert len(rarer) == 20
    assert rarer == sorted(rarer)


def test_turning_the_contrast_round_turns_the_pairs_round():
    forth = {(pair.word_a, pair.word_b) for pair in minimal_pairs("TH", "S", limit=100)}
    back = {(pair.word_b, pair.word_a) for pair in minimal_pairs("S", "TH", limit=100)}
    assert forth == back


def test_no_pair_holds_an_excluded_word():
    lines = (folder("datasets") / "contrasts" / "excluded_words.txt").read_text(encoding="utf-8").splitlines()
    entries = [line for line in lines if line and not line.startswith("#")]
    exact = {line for line in entries if not line.endswith("*")}
    begins = tuple(line[:-1] for line in entries if line.endswith("*"))
    assert len(entries) == len(set(entries))
    for a, b in [("IY", "IH"), ("P", "B"), ("T", "K"), ("S", "SH"), ("AE", "AH"), ("UH", "AH"), ("K", "D"), ("L", "N")]:
        for pair in minimal_pairs(a, b, limit=1000):
            for word in (pair.word_a, pair.word_b):
                assert word not in exact
                assert not word.startswith(begins)


def test_words_that_sound_alike_are_offered_once():
    pairs = [(pair.word_a, pair.word_b) for pair in minimal_pairs("B", "P", limit=1000)]
    assert len(set(pairs)) == len(pairs)
    assert not {("bear", "pair"), ("bare", "pair")} <= set(pairs)


def test_the_first_pairs_come_quickly():
    begin = time.process_time()
    PracticeWords(default_lexicon()).pairs("IY", "IH")
    # An idle core needs 0.15 s.
    assert time.process_time() - begin < 1.0
