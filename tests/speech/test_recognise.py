from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonemes.inventory import BLANK, COLUMN, PHONES
from phonemes.lexicon import default_lexicon
from speech.recognise import ErrorRate, decode_phones, phone_error_rate, word_error_rate, words
from speech.results import Posteriors

PERIOD_S, OFFSET_S = 0.02, 0.0175


def log_probs(path: list[str], *, peak: float = 12.0) -> np.ndarray:
    """Posteriors that say one phone (or "" for blank and silence) in each frame."""
    logits = np.zeros((len(path), 40), np.float32)
    logits[np.arange(len(path)), [COLUMN[symbol] if symbol else BLANK for symbol in path]] = peak
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def recording(ctc: list[str], frame: list[str] | None = None, *, peak: float = 12.0) -> Posteriors:
    return Posteriors(
        ctc=log_probs(ctc, peak=peak),
        frame=None if frame is None else log_probs(frame),
        hidden=np.zeros((len(ctc), 0), np.float32),
        period_s=PERIOD_S,
        offset_s=OFFSET_S,
    )


def begin(frame: float) -> float:
    return OFFSET_S + (frame - 0.5) * PERIOD_S


def test_repeats_and_blanks_collapse() -> None:
    path = ["", "SH", "SH", "", "IH", "P", "P", "", "P", ""]
    assert [heard.phone for heard in decode_phones(recording(path))] == ["SH", "IH", "P", "P"]


def test_silence_says_nothing() -> None:
    assert decode_phones(recording([""] * 20)) == ()
    assert decode_phones(recording([""] * 20, [""] * 20)) == ()
    assert decode_phones(recording([])) == ()


def test_times_come_from_the_frame_head() -> None:
    ctc = ["", "", "", "SH", "", "", "", "", "IH", "", "", "", "", "P", "", "", ""]
    frame = ["", "", "SH", "SH", "SH", "SH", "IH", "IH", "IH", "IH", "", "", "P", "P", "P", "", ""]
    heard = decode_phones(recording(ctc, frame))
    spans = [(phone.phone, phone.start_s, phone.end_s) for phone in heard]
    expected = [("SH", begin(2), begin(6)), ("IH", begin(6), begin(10)), ("P", begin(12), begin(15))]
    for span, truth in zip(spans, expected, strict=True):
        assert span[0] == truth[0]
        assert span[1:] == pytest.approx(truth[1:])


def test_without_a_frame_head_peaks_reach_half_way_and_no_farther_than_60_ms() -> None:
    ctc = ["SH", "", "IH", *[""] * 20, "P", *[""] * 10]
    first, second, third = decode_phones(recording(ctc))
    assert first.start_s == pytest.approx(begin(0))
    assert first.end_s == second.start_s == pytest.approx(begin(1.5))
    assert second.end_s == pytest.approx(begin(3) + 0.06)
    assert (third.start_s, third.end_s) == pytest.approx((begin(23) - 0.06, begin(24) + 0.06))


@pytest.mark.parametrize("peak", [4.0, 12.0])
def test_probability_is_the_highest_posterior_of_the_run(peak: float) -> None:
    (heard,) = decode_phones(recording(["", "SH", ""], peak=peak))
    assert heard.probability == pytest.approx(np.exp(peak) / (np.exp(peak) + 39), rel=1e-4)


@settings(deadline=None)
@given(
    said=st.lists(st.tuples(st.sampled_from(PHONES), st.integers(1, 3), st.integers(1, 4)), max_size=12),
    with_frame=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_what_was_written_is_read(said: list[tuple[str, int, int]], with_frame: bool, seed: int) -> None:
    ctc = [""]
    for symbol, written, blanks in said:
        ctc += [symbol] * written + [""] * blanks
    frame = None
    if with_frame:  # a frame head that says anything at all must not change what was heard
        frame = [str(symbol) for symbol in np.random.default_rng(seed).choice(["", *PHONES], len(ctc))]
    heard = decode_phones(recording(ctc, frame))
    assert [phone.phone for phone in heard] == [symbol for symbol, _, _ in said]
    assert all(0 <= phone.start_s < phone.end_s <= begin(len(ctc)) + 1e-9 for phone in heard)
    assert all(before.end_s <= after.start_s + 1e-9 for before, after in pairwise(heard))
    assert all(0 < phone.probability <= 1 for phone in heard)


def spoken(*sequence: str) -> list[str]:
    """Frames of words said as the lexicon lists them first, each phone for two frames."""
    path = [""]
    for word in sequence:
        for symbol in default_lexicon().lookup(word)[0].phones:
            path += [symbol, symbol, ""]
        path += [""] * 3
    return path


def test_words_of_the_lexicon_are_recognised() -> None:
    heard = words(recording(spoken("please", "help", "the", "children")))
    assert [word.text for word in heard] == ["please", "help", "the", "children"]
    assert all(before.end_s <= after.start_s for before, after in pairwise(heard))


def test_a_rare_word_is_recognised_when_it_is_expected() -> None:
    said = recording(spoken("aardvark"))
    assert "aardvark" not in [word.text for word in words(said)]
    assert [word.text for word in words(said, candidates=["Aardvark"])] == ["aardvark"]


def test_candidates_alone() -> None:
    said = recording(spoken("please", "help", "the", "children"))
    assert {word.text for word in words(said, candidates=["children", "zebra"], frequent=0)} <= {"children", "zebra"}
    assert words(said, candidates=["qqqq"], frequent=0) == ()
    assert words(recording([""] * 30)) == ()


def test_phone_errors_are_counted() -> None:
    references = [("SH", "IH", "P"), ("K", "AE", "T"), ("UH", "P")]
    hypotheses = [("S", "IH", "P"), ("K", "T"), ("UH", "P", "AH", "N")]
    assert phone_error_rate(references, references) == ErrorRate(0.0, 0, 0, 0, 8)
    assert phone_error_rate(references, hypotheses) == ErrorRate(0.5, 1, 1, 2, 8)
    assert phone_error_rate([("SH", "IH")], [()]) == ErrorRate(1.0, 0, 2, 0, 2)
    assert phone_error_rate([], []).rate == 0.0


def test_word_errors_ignore_capitals_and_punctuation() -> None:
    counted = word_error_rate(["It's a ship, isn't it?", "Yes!"], ["it's the ship isn't", "yes yes"])
    assert counted == ErrorRate(rate=0.5, substitutions=1, deletions=1, insertions=1, reference_length=6)


def test_texts_must_come_in_pairs() -> None:
    with pytest.raises(ValueError, match="length"):
        word_error_rate(["one", "two"], ["one"])
