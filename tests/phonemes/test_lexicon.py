import itertools
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonemes.inventory import PHONES, phone
from phonemes.lexicon import Lexicon, Pronunciation, default_lexicon, parse_pronunciation
from phonemes.resources import folder
from phonemes.table import SortedTable


def said(word: str) -> list[str]:
    return [entry.arpabet() for entry in default_lexicon().lookup(word)]


def sources(word: str) -> dict[str, str]:
    return {entry.arpabet(): entry.source for entry in default_lexicon().lookup(word)}


def test_all_variants_of_a_word_come_with_stress_the_usual_one_first():
    assert said("ship") == ["SH IH1 P"]
    assert said("either")[:2] == ["IY1 DH ER0", "AY1 DH ER0"]
    entry = default_lexicon().lookup("banana")[0]
    assert entry.phones == ("B", "AH", "N", "AE", "N", "AH")
    assert entry.stress == (None, 0, None, 1, None, 0)
    assert entry.source == "lexicon"


@pytest.mark.parametrize("spelling", ["Ship", "SHIP", " ship "])
def test_capitals_and_spaces_do_not_matter(spelling: str):
    assert said(spelling) == ["SH IH1 P"]


def test_every_kind_of_apostrophe_is_the_same():
    assert said("don’t") == said("don't") == said("donʼt") != []


@pytest.mark.parametrize("word", ["", "xyzzyq", "a\tb", "zzzzzz", "!", "aaaa", "é", "\n"])
def test_an_unknown_word_has_no_pronunciation(word: str):
    assert default_lexicon().lookup(word) == ()
    assert word not in default_lexicon()


def test_function_words_have_weak_forms():
    assert sources("and")["AH0 N"] == "weak"
    assert sources("to")["T AH0"] == "weak"
    assert sources("to")["T UW1"] == "lexicon"
    assert {"HH AH0 V", "AH0 V"} <= set(said("have"))


def test_the_before_vowels_and_before_consonants_are_both_right():
    phones = {entry.phones for entry in default_lexicon().lookup("the")}
    assert {("DH", "AH"), ("DH", "IY")} <= phones


FUNCTION_WORDS = """
a an the of to and but for from at as than that some can could would should have has had do does am are was were
be been he him his her them us you your there must shall will
"""


@pytest.mark.parametrize("word", FUNCTION_WORDS.split())
def test_each_function_word_has_an_unstressed_or_reduced_way_to_be_said(word: str):
    reduced = {"AH", "IH", "ER", "IY"}
    forms = default_lexicon().lookup(word)
    assert any(reduced & set(form.phones) for form in forms)


@pytest.mark.parametrize(
    ("word", "british"),
    [
        ("hot", "HH AO1 T"),
        ("what", "W AO1 T"),
        ("car", "K AA1"),
        ("care", "K EH1"),
        ("near", "N IH1 AH0"),
        ("fire", "F AY1 AH0"),
        ("teacher", "T IY1 CH AH0"),
        ("ask", "AA1 S K"),
        ("dancing", "D AA1 N S IH0 NG"),
        ("student", "S T Y UW1 D AH0 N T"),
        ("hurry", "HH AH1 R IY0"),
        ("sorry", "S AO1 R IY0"),
        ("quality", "K W AO1 L AH0 T IY0"),
        ("around", "AH0 R AW1 N D"),
        ("doctor", "D AO1 K T AH0"),
    ],
)
def test_british_forms_stand_beside_the_american_ones(word: str, british: str):
    forms = sources(word)
    assert forms[british] == "british"
    assert "lexicon" in forms.values()


@pytest.mark.parametrize("word", ["father", "very", "bird", "noon", "cat", "red", "angry"])
def test_british_rules_leave_alone_what_does_not_differ(word: str):
    american = default_lexicon().lookup(word)[0].phones
    for entry in default_lexicon().lookup(word):
        assert [p for p in entry.phones if p not in ("ER", "AH", "R")] == [
            p for p in american if p not in ("ER", "AH", "R")
        ]


def test_an_r_before_a_vowel_is_never_dropped():
    assert all("R" in entry.phones for entry in default_lexicon().lookup("very"))


def test_a_possessive_is_made_from_its_owner():
    lexicon = default_lexicon()
    assert [entry.phones[-2:] for entry in lexicon.lookup("platypus's")] == [("IH", "Z")]
    assert not {"platypus's", "spinach's", "tadpoles'"} & set(lexicon)
    assert lexicon.lookup("spinach's")[0].phones[-2:] == ("IH", "Z")
    assert lexicon.lookup("carrot's")[0].phones[-1] == "S"
    assert lexicon.lookup("tadpole's")[0].phones[-1] == "Z"
    assert said("tadpoles'") == said("tadpoles") != []
    assert lexicon.lookup("xyzzyq's") == ()


def test_z_has_two_names_and_the_others_at_least_one():
    lexicon = default_lexicon()
    assert [entry.arpabet() for entry in lexicon.letter("Z")] == ["Z IY1", "Z EH1 D"]
    for letter in "abcdefghijklmnopqrstuvwxyz":
        assert lexicon.letter(letter)
        assert all(entry.source == "letter" for entry in lexicon.letter(letter))
    assert lexicon.letter("ab") == lexicon.letter("7") == ()


def test_ranks_follow_frequency():
    lexicon = default_lexicon()
    the, house, thermodynamics = (lexicon.rank(word) for word in ("the", "house", "thermodynamics"))
    assert the == 1
    assert house is not None
    assert thermodynamics is not None
    assert the < house < thermodynamics
    assert lexicon.rank("xyzzyq") is None
    assert lexicon.by_frequency(3)[0] == "the"
    assert [lexicon.rank(word) for word in lexicon.by_frequency(50)] == list(range(1, 51))


def test_the_whole_dictionary_is_sound():
    """Every word is found by the search, and every symbol of every form is a phone of the inventory."""
    table = SortedTable(folder("datasets") / "lexicon" / "words.tsv")
    lines = list(table)
    assert len(lines) > 120_000
    keys = [line[0] for line in lines]
    assert all(first < second for first, second in itertools.pairwise(keys))
    symbols = {symbol for line in lines for form in line[1:] for symbol in form.split(" ")}
    for symbol in symbols:
        assert phone(symbol).is_vowel == symbol[-1].isdigit()
    for line in random.Random(0).sample(lines, 2000):
        assert table.get(line[0]) == line[1:]


def test_opening_reads_nothing_and_a_lookup_is_quick():
    begin = time.process_time()
    lexicon = Lexicon.open()
    opened_s = time.process_time() - begin
    words = random.Random(1).sample(default_lexicon().by_frequency(20_000), 2000)
    begin = time.process_time()
    for word in words:
        lexicon.lookup(word)
    each_s = (time.process_time() - begin) / len(words)
    # An idle core needs under 1 ms and 50 us; the rest is for busy and slow machines.
    assert opened_s < 0.02
    assert each_s < 0.0005


words = st.text(alphabet="abc'.é", min_size=1, max_size=4)


@settings(deadline=None)
@given(st.dictionaries(words, st.lists(st.text(alphabet="XY ", min_size=1, max_size=5), min_size=1, max_size=3)))
def test_the_search_agrees_with_a_dictionary(tmp_path_factory: pytest.TempPathFactory, entries: dict[str, list[str]]):
    from phonemes.making.lexicon import write_sorted

    entries["m"] = ["X"]
    path = tmp_path_factory.mktemp("table") / "t.tsv"
    size = write_sorted(path, entries)
    assert path.stat().st_size == size
    table = SortedTable(path)
    for key, columns in entries.items():
        assert table.get(key) == tuple(columns)
    for absent in ("", "aa!", "zz", "m.", "l"):
        assert table.get(absent) == tuple(entries.get(absent, ()))
    asked = [*entries, "zz", "0"]
    assert dict(table.get_many(asked)) == {key: tuple(columns) for key, columns in entries.items()}
    table.close()


def test_a_lexicon_of_ones_own_can_be_opened(tmp_path: Path):
    (tmp_path / "words.tsv").write_text("bar\tB AA1 R\nfoo\tF UW1\tF UH1\n")
    (tmp_path / "british.tsv").write_text("bar\tB AA1\n")
    (tmp_path / "ranks.tsv").write_text("foo\t1\n")
    (tmp_path / "weak_forms.tsv").write_text("# note\nfoo\tF AH0\tF UH1\n")
    (tmp_path / "letters.tsv").write_text("a\tEY1\n")
    lexicon = Lexicon.open(tmp_path)
    assert [(entry.arpabet(), entry.source) for entry in lexicon.lookup("foo")] == [
        ("F UW1", "lexicon"),
        ("F UH1", "weak"),
        ("F AH0", "weak"),
    ]
    assert [(entry.arpabet(), entry.source) for entry in lexicon.lookup("bar")] == [
        ("B AA1 R", "lexicon"),
        ("B AA1", "british"),
    ]
    assert lexicon.rank("bar") is None
    with pytest.raises(OSError, match="words"):
        Lexicon.open(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("typed", "arpabet"),
    [
        ("SH IH1 P", "SH IH1 P"),
        ("SH IH P", "SH IH1 P"),
        ("  SH-IH1-P ", "SH IH1 P"),
        ("ʃɪp", "SH IH1 P"),
        ("bəˈnɑːnə", "B AH0 N AA1 N AH0"),
        ("ˌʌndərˈstænd", "AH2 N D ER0 S T AE1 N D"),
        ("ˈtiːtʃə", "T IY1 CH AH0"),
        ("ə", "AH0"),
        ("səpoʊz", "S AH0 P OW1 Z"),
        ("AH0 B AW1 T", "AH0 B AW1 T"),
        ("S P R", "S P R"),
        ("r'ɛd", "R EH1 D"),
    ],
)
def test_a_typed_pronunciation_is_arpabet_or_ipa(typed: str, arpabet: str):
    entry = parse_pronunciation(typed)
    assert entry.arpabet() == arpabet
    assert entry.source == "own"


@pytest.mark.parametrize(
    ("typed", "named"), [("SH QQ P", "QQ"), ("SH1 IH", "SH1"), ("IH12", "IH12"), ("ʃɪ!p", "!"), ("", "no sounds")]
)
def test_a_wrong_pronunciation_names_its_wrong_symbol(typed: str, named: str):
    with pytest.raises(ValueError, match=named):
        parse_pronunciation(typed)


@given(st.lists(st.sampled_from(PHONES), min_size=1, max_size=10), st.data())
def test_arpabet_survives_writing_and_reading(symbols: list[str], data: st.DataObject):
    stress = tuple(data.draw(st.integers(0, 2)) if phone(symbol).is_vowel else None for symbol in symbols)
    entry = Pronunciation(tuple(symbols), stress, "own")
    assert parse_pronunciation(entry.arpabet()) == entry


@given(st.text(max_size=12))
def test_anything_typed_is_read_or_refused_in_words(typed: str):
    try:
        entry = parse_pronunciation(typed)
    except ValueError as error:
        assert "“" in str(error)
    else:
        assert len(entry.phones) == len(entry.stress) > 0


def test_a_table_of_two_columns_is_read_at_once(tmp_path: Path):
    (tmp_path / "t.tsv").write_text("a\t1\nb'c\t22\n")
    table = SortedTable(tmp_path / "t.tsv")
    assert table.two_columns() == (["a", "b'c"], ["1", "22"])
    assert list(table) == [("a", "1"), ("b'c", "22")]
