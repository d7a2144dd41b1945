import numpy as np

from phonemes.inventory import COLUMN
from speech.gop import Goodness, goodness_of_pronunciation
from speech.results import Verdict
from speech.scoring import PhoneScores
from speech.verdicts import WRONG_BELOW, added_phones, judge


def heard(*symbols: str | None) -> np.ndarray:
    """CTC posteriors of these phones, each a clear frame after three blanks; None is a frame nobody understands."""
    log_probs = np.full((4 * len(symbols) + 3, 40), np.log(0.0005))
    log_probs[:, 0] = np.log(0.98)
    for place, symbol in enumerate(symbols):
        frame = log_probs[4 * place + 3]
        frame[:] = np.log(1 / 40) if symbol is None else np.log(0.0005)
        if symbol:
            frame[COLUMN[symbol]] = np.log(0.98)
    return log_probs


def weigh(said: np.ndarray, *expected: str) -> tuple[Goodness, tuple[int, ...]]:
    columns = tuple(COLUMN[symbol] for symbol in expected)
    return goodness_of_pronunciation(said, columns), columns


def scores(goodness: Goodness, *values: float, wrong: tuple[float, ...] | None = None) -> PhoneScores:
    count = len(values)
    wrong_probabilities = np.zeros(count) if wrong is None else np.array(wrong)
    return PhoneScores(
        np.array(values), np.full(count, 5.0), np.zeros(count), goodness.said(), wrong_probabilities, 0.5, 0.8
    )


def test_a_clear_reading_is_good() -> None:
    goodness, columns = weigh(heard("SH", "IH", "P"), "SH", "IH", "P")
    verdicts = judge(columns, scores(goodness, 95, 96, 97))
    assert [v.verdict for v in verdicts] == [Verdict.GOOD] * 3
    assert [v.said for v in verdicts] == ["SH", "IH", "P"]
    assert added_phones(goodness) == ()


def test_a_clear_neighbour_is_wrong_and_named_even_when_raters_would_be_kind() -> None:
    goodness, columns = weigh(heard("SH", "IY", "P"), "SH", "IH", "P")
    verdicts = judge(columns, scores(goodness, 95, 95, 95, wrong=(0.0, 0.9, 0.1)))
    assert [v.verdict for v in verdicts] == [Verdict.GOOD, Verdict.WRONG, Verdict.GOOD]
    assert verdicts[1].said == "IY"
    assert verdicts[1].score is not None and verdicts[1].score < WRONG_BELOW
    assert verdicts[1].said_probability > 0.9
    assert verdicts[1].candidates[0].phone == "IY"


def test_a_phone_left_out_is_missing() -> None:
    goodness, columns = weigh(heard("T", "EH", "S"), "T", "EH", "S", "T")
    verdicts = judge(columns, scores(goodness, 95, 95, 95, 95, wrong=(0.0, 0.0, 0.0, 0.85)))
    assert verdicts[3].verdict is Verdict.MISSING
    assert verdicts[3].said is None


def test_what_nobody_understands_is_unclear_and_has_no_score() -> None:
    goodness, columns = weigh(heard("SH", None, "P"), "SH", "IH", "P")
    verdict = judge(columns, scores(goodness, 95, 60, 95))[1]
    assert (verdict.verdict, verdict.said, verdict.score) == (Verdict.UNCLEAR, None, None)


def test_in_between_is_nearly() -> None:
    goodness, columns = weigh(heard("SH", "IH", "P"), "SH", "IH", "P")
    assert judge(columns, scores(goodness, 95, 80, 95))[1].verdict is Verdict.NEARLY


def test_a_phone_said_instead_of_another_is_not_also_an_added_one() -> None:
    said = heard("P", "IH", "SH")
    said[3, COLUMN["F"]] = np.log(1e-6)
    goodness, _ = weigh(said, "F", "IH", "SH")
    assert goodness.inserted()[0].max() > 0.9
    assert added_phones(goodness) == ()


def test_a_phone_that_is_doubtful_is_not_good() -> None:
    goodness, columns = weigh(heard("TH", "IY"), "TH", "IY")
    verdicts = judge(columns, scores(goodness, 92, 95, wrong=(0.6, 0.4)))
    assert [v.verdict for v in verdicts] == [Verdict.NEARLY, Verdict.GOOD]
