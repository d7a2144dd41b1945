import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonemes.inventory import COLUMN, PHONES, distance, distances, features, from_ipa, nearest, phone, to_ipa

phones = st.sampled_from(PHONES)


def test_the_inventory_is_the_39_phones_of_arpabet_in_alphabetical_order():
    assert len(PHONES) == 39
    assert list(PHONES) == sorted(PHONES)
    assert COLUMN["AA"] == 1
    assert COLUMN["ZH"] == 39


def test_phone_ignores_a_stress_digit_and_names_what_it_does_not_know():
    assert phone("IH1") is phone("IH")
    with pytest.raises(KeyError, match="QX"):
        phone("QX")


def test_every_ipa_name_is_its_own():
    assert len({phone(symbol).ipa for symbol in PHONES}) == len(PHONES)


@given(phones, phones)
def test_distance_is_symmetric_bounded_and_zero_only_for_the_same_phone(a: str, b: str):
    assert distance(a, b) == distance(b, a)
    assert 0.0 <= distance(a, b) <= 1.0
    assert (distance(a, b) == 0.0) == (a == b)


@given(phones, phones, phones)
def test_distance_keeps_the_triangle_inequality(a: str, b: str, c: str):
    assert distance(a, c) <= distance(a, b) + distance(b, c) + 1e-12


@pytest.mark.parametrize(
    ("near", "far"),
    [
        (("S", "SH"), ("S", "M")),
        (("IY", "IH"), ("IY", "AA")),
        (("T", "TH"), ("T", "AA")),
        (("T", "D"), ("T", "Z")),
        (("CH", "JH"), ("CH", "K")),
        (("EY", "EH"), ("EY", "OW")),
        (("OW", "AO"), ("OW", "IY")),
        (("ER", "R"), ("ER", "T")),
        (("ER", "AH"), ("ER", "K")),
        (("N", "NG"), ("N", "AE")),
        (("AE", "EH"), ("AE", "UW")),
        (("V", "F"), ("V", "K")),
    ],
)
def test_distance_orders_phones_as_a_phonetician_would(near: tuple[str, str], far: tuple[str, str]):
    assert distance(*near) < distance(*far)


def test_confusable_phones_are_close():
    for pair in [("S", "SH"), ("IY", "IH"), ("T", "TH"), ("S", "TH"), ("DH", "Z"), ("V", "F"), ("AE", "EH")]:
        assert distance(*pair) < 0.15


def test_a_vowel_and_a_stop_are_far():
    assert distance("AA", "T") > 0.6
    assert distances().max() == 1.0


def test_stress_digits_do_not_matter_for_distance():
    assert distance("IY1", "IH0") == distance("IY", "IH")


def test_the_table_of_distances_cannot_be_written():
    with pytest.raises(ValueError, match="read-only"):
        distances()[0, 0] = 1.0


def test_nearest_leaves_the_phone_itself_out_and_is_sorted():
    found = nearest("S", 4)
    assert found[0] == "Z"
    assert "S" not in found
    gaps = [distance("S", other) for other in found]
    assert gaps == sorted(gaps)
    assert len(nearest("AA", 38)) == 38


def test_features_describe_how_a_phone_begins_and_ends():
    steady, moving = features("IY"), features("AY")
    half = len(steady) // 2
    assert set(np.unique(steady)) <= {-1.0, 0.0, 1.0}
    assert np.array_equal(steady[:half], steady[half:])
    assert not np.array_equal(moving[:half], moving[half:])
    with pytest.raises(ValueError, match="read-only"):
        steady[0] = 5.0


@given(st.lists(phones, min_size=1, max_size=8))
def test_ipa_with_dots_between_the_phones_reads_back(symbols: list[str]):
    assert from_ipa(".".join(to_ipa([symbol]) for symbol in symbols)) == tuple(symbols)


def test_unstressed_vowels_are_written_as_schwas():
    assert to_ipa(["AH0", "B", "AW1", "T"]) == "əbaʊt"
    assert to_ipa(["T", "IY1", "CH", "ER0"]) == "titʃɚ"
    assert to_ipa(["B", "ER1", "D"]) == "bɝd"


@pytest.mark.parametrize(
    ("ipa", "expected"),
    [
        ("ʃɪp", "SH IH P"),
        ("/ʃiːp/", "SH IY P"),
        ("t͡ʃɛə", "CH EH AH"),
        ("tʃeə", "CH EH AH"),
        ("nɪə", "N IH AH"),
        ("tʊə", "T UH AH"),
        ("həˈləʊ", "HH AH L OW"),
        ("həˈloʊ", "HH AH L OW"),
        ("ɡoʊ", "G OW"),
        ("gou", "G OW"),
        ("ræt", "R AE T"),
        ("ɹæt", "R AE T"),
        ("ˈtiːtʃər", "T IY CH ER"),
        ("ˈtiːtʃɚ", "T IY CH ER"),
        ("bɜːd", "B ER D"),
        ("bɜɹd", "B ER D"),
        ("bɝd", "B ER D"),
        ("əˈraʊnd", "AH R AW N D"),
        ("əɹaʊnd", "AH R AW N D"),
        ("hɒt", "HH AO T"),
        ("kɑːɹ", "K AA R"),
        ("bʌʔn̩", "B AH T AH N"),
        ("ˈlɪtl̩", "L IH T AH L"),
        ("pʰɪn", "P IH N"),
        ("ˈwɔːɾɚ", "W AO T ER"),
        ("ðɪs", "DH IH S"),
        ("ˈvɪʒən", "V IH ZH AH N"),
        ("d͡ʒʌd͡ʒ", "JH AH JH"),
        ("jes", "Y EH S"),
        ("ˈkʌm.fət.ə.bəl", "K AH M F AH T AH B AH L"),
        ("sɪŋə", "S IH NG AH"),
        ("bɔɪ", "B OY"),
    ],
)
def test_from_ipa_reads_american_and_british_transcriptions(ipa: str, expected: str):
    assert from_ipa(ipa) == tuple(expected.split())


def test_from_ipa_names_the_symbol_it_does_not_know():
    with pytest.raises(ValueError, match="ɬ"):
        from_ipa("ɬan")
