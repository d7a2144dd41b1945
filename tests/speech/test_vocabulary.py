import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonemes.inventory import BLANK, COLUMN, PHONES, phone
from speech.errors import WrongVocabulary
from speech.vocabulary import arpabet_phones, ipa_phones, read_vocabulary

IPA = [phone(symbol).ipa for symbol in PHONES]
SPECIAL = ["<pad>", "<s>", "</s>", "<unk>", "|"]


def softmax(logits: np.ndarray) -> np.ndarray:
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def collapse(log_probs: np.ndarray) -> list[str]:
    best = log_probs.argmax(axis=1)
    kept = [column for t, column in enumerate(best) if column != BLANK and (t == 0 or best[t - 1] != column)]
    return [PHONES[column - 1] for column in kept]


def peaks(symbols: list[str], path: list[str]) -> np.ndarray:
    logits = np.zeros((len(path), len(symbols)))
    logits[np.arange(len(path)), [symbols.index(symbol) for symbol in path]] = 15.0
    return logits


@pytest.mark.parametrize(
    ("symbol", "phones"),
    [
        ("ɑː", "AA"),
        ("iː", "IY"),
        ("oʊ", "OW"),
        ("ɪː", "IY"),
        ("sː", "S"),
        ("əʊ", "OW"),
        ("ɐ", "AH"),
        ("ə", "AH"),
        ("ᵻ", "IH"),
        ("ɚ", "ER"),
        ("ɜː", "ER"),
        ("ɜ", "ER"),
        ("ɾ", "T"),
        ("ʔ", "T"),
        ("ɡ", "G"),
        ("g", "G"),
        ("r", "R"),
        ("t͡ʃ", "CH"),
        ("ˈeɪ", "EY"),
        ("ɑːɹ", "AA R"),
        ("ɔːɹ", "AO R"),
        ("oːɹ", "AO R"),
        ("ɪɹ", "IH R"),
        ("aɪɚ", "AY ER"),
        ("əl", "AH L"),
        ("n̩", "AH N"),
        ("ju", "Y UW"),
        ("tʰ", "T"),
        ("th", "T"),
        ("t̪", "T"),
        ("nʲ", "N"),
        ("ɲ", "N"),
        ("ʁ", "R"),
        ("tɕh", "CH"),
        ("ts.", "CH"),
        ("dZ", "JH"),
        ("ɔ̃", "AO"),
        ("iɜ", "IY"),
        ("ai5", "AY"),
        ("onɡ5", "OW NG"),
        ("dˤdˤ", "D"),
        ("iːː", "IY"),
    ],
)
def test_ipa_symbols_become_the_english_phones_they_sound_like(symbol: str, phones: str) -> None:
    assert ipa_phones(symbol) == tuple(phones.split())


@pytest.mark.parametrize("symbol", PHONES)
def test_every_phone_is_read_from_its_own_ipa_and_arpabet(symbol: str) -> None:
    assert ipa_phones(phone(symbol).ipa) == (symbol,)
    assert arpabet_phones(symbol) == arpabet_phones(symbol.lower()) == arpabet_phones(f"{symbol}1") == (symbol,)


@pytest.mark.parametrize("symbol", ["<pad>", "[UNK]", "|", " ", "ː", "ˈ", "ʲ", "1", "sil", "h#"])
def test_tokens_that_are_no_sound_are_silent(symbol: str) -> None:
    assert ipa_phones(symbol) == ()


@pytest.mark.parametrize("symbol", ["ж", "ǃ", "你"])
def test_symbols_like_no_english_phone_are_left_out(symbol: str) -> None:
    assert ipa_phones(symbol) is None


@pytest.mark.parametrize(("symbol", "phones"), [("dx", ("T",)), ("el", ("AH", "L")), ("AXR", ("ER",)), ("tcl", ())])
def test_timit_symbols(symbol: str, phones: tuple[str, ...]) -> None:
    assert arpabet_phones(symbol) == phones


def test_columns_add_up() -> None:
    symbols = [*SPECIAL, *IPA, "ə", "ж", "ɾ"]
    logits = np.random.default_rng(1).normal(size=(30, len(symbols))) * 3
    mass = softmax(logits)
    mass[:, symbols.index("ж")] = 0
    expected = np.zeros((30, 40))
    expected[:, BLANK] = mass[:, : len(SPECIAL)].sum(axis=1)
    expected[:, 1:] = mass[:, len(SPECIAL) : len(SPECIAL) + 39]
    expected[:, COLUMN["AH"]] += mass[:, symbols.index("ə")]
    expected[:, COLUMN["T"]] += mass[:, symbols.index("ɾ")]
    expected /= expected.sum(axis=1, keepdims=True)
    folded = read_vocabulary(symbols, blank=0, name="planted")(logits)
    assert folded.dtype == np.float32
    np.testing.assert_allclose(np.exp(folded), expected, rtol=1e-4, atol=1e-8)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), frames=st.integers(0, 12), scale=st.floats(0.1, 40))
def test_rows_are_distributions_whatever_the_order_of_the_vocabulary(seed: int, frames: int, scale: float) -> None:
    generator = np.random.default_rng(seed)
    symbols = [*SPECIAL, *IPA, "ɑːɹ", "aɪɚ", "əl", "ɜː", "ʁ"]
    logits = generator.normal(size=(frames, len(symbols))) * scale
    folded = read_vocabulary(symbols, blank=0, name="planted")(logits)
    assert np.isfinite(folded).all()
    np.testing.assert_allclose(np.exp(folded.astype(np.float64)).sum(axis=1), 1, rtol=1e-4)
    order = generator.permutation(len(symbols))
    shuffled = read_vocabulary([symbols[i] for i in order], blank=int(np.argmin(order)), name="planted")
    np.testing.assert_allclose(shuffled(logits[:, order]), folded, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("frames", [1, 3])
def test_a_compound_is_heard_as_its_phones_one_after_the_other(frames: int) -> None:
    symbols = [*SPECIAL, *IPA, "ɑːɹ", "aɪɚ"]
    folding = read_vocabulary(symbols, blank=0, name="planted")
    path = ["<pad>", "k", *["ɑːɹ"] * frames, "<pad>", "<pad>", "f", "<pad>", *["aɪɚ"] * frames, "<pad>"]
    assert collapse(folding(peaks(symbols, path))) == ["K", "AA", "R", "F", "AY", "ER"]


def test_a_compound_in_the_last_frame_still_says_its_first_phone() -> None:
    symbols = [*SPECIAL, *IPA, "ɑːɹ"]
    folding = read_vocabulary(symbols, blank=0, name="planted")
    assert collapse(folding(peaks(symbols, ["<pad>", "ɑːɹ"]))) == ["AA"]
    assert collapse(folding(peaks(symbols, ["ɑːɹ"]))) == ["AA"]


def test_a_phone_the_recogniser_cannot_write_shares_with_its_neighbour() -> None:
    symbols = ["<pad>", *(symbol for symbol in PHONES if symbol not in ("AO", "ZH"))]
    folded = read_vocabulary(symbols, blank=0, name="folded")(peaks(symbols, ["AA", "SH", "S"]))
    assert folded[0, COLUMN["AO"]] == pytest.approx(np.log(0.5), abs=1e-3)
    assert folded[0, COLUMN["AA"]] == pytest.approx(np.log(0.5), abs=1e-3)
    assert folded[1, COLUMN["ZH"]] == pytest.approx(np.log(0.5), abs=1e-3)
    assert folded[2, COLUMN["S"]] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("style", ["{}", "{}1", "{}0_B"])
@pytest.mark.parametrize("lower", [False, True])
def test_arpabet_in_any_dress(style: str, lower: bool) -> None:
    names = [style.format(symbol) for symbol in PHONES]
    symbols = ["<pad>", *(name.lower() if lower and "_" not in name else name for name in names), "SIL", "SPN"]
    folded = read_vocabulary(symbols, blank=0, name="dressed")(peaks(symbols, [*symbols[1:40], "SIL"]))
    assert folded.argmax(axis=1).tolist() == [*range(1, 40), BLANK]


@pytest.mark.parametrize(
    "symbols",
    [
        [*"<|>'", *"abcdefghijklmnopqrstuvwxyz"],
        [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ'", "|", "<unk>"],
        [*"abcdefghijklmnopqrstuvwxyzäöüßéèàçñ"],
        [*"абвгдежзийклмнопрстуфхцчшщъыьэюя"],
        ["▁the", "▁a", "ing", "▁th", "er", "sh", "ch", "aw", "ay", "oy", *"abcdefghijklmnopqrstuvwxyz"],
        [*"abdefhijklmnopstuvwzæðŋɑɔəɚɛɡɪɹʃʊʌʒθː"],  # IPA letter by letter: no diphthong, no affricate
        [],
    ],
)
def test_letters_and_word_pieces_are_refused(symbols: list[str]) -> None:
    with pytest.raises(WrongVocabulary) as caught:
        read_vocabulary(["<pad>", *symbols], blank=0, name="letters")
    assert caught.value.code == "wrong_vocabulary"
    assert "letters" in caught.value.sentence
