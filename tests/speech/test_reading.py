import numpy as np
import pytest

from phonemes.expected import expect
from phonemes.inventory import COLUMN
from speech.errors import TooShort
from speech.evidence import CTC_FEATURES, FEATURES
from speech.reading import columns_of, heard_in, measure, read_along
from speech.results import Posteriors

QUIET_NATS = -9.0


def posteriors(symbols: str, *, has_frame_head: bool = True) -> Posteriors:
    """A clear voice: each symbol sounds for four frames ("_" is silence), emitted once by CTC."""
    columns = [0 if symbol == "_" else COLUMN[symbol] for symbol in symbols.split()]
    ctc = np.full((4 * len(columns), 40), QUIET_NATS, np.float32)
    frame = ctc.copy()
    for place, column in enumerate(columns):
        ctc[4 * place : 4 * place + 4, 0] = -0.01
        frame[4 * place : 4 * place + 4, column] = -0.01
        if column:
            ctc[4 * place + 1, 0], ctc[4 * place + 1, column] = QUIET_NATS, -0.01
    return Posteriors(ctc, frame if has_frame_head else None, np.zeros((len(ctc), 4), np.float32), 0.02, 0.0175)


SHIP_IS_BIG = "_ DH AH SH IH P IH Z B IH G _"


@pytest.mark.parametrize("has_frame_head", [True, False])
def test_phones_are_found_where_they_sound(has_frame_head: bool) -> None:
    reading = read_along(posteriors(SHIP_IS_BIG, has_frame_head=has_frame_head), columns_of(expect("The ship is big.")))
    assert not reading.other_text
    starts = [start for word in reading.spans for start, _ in word]
    assert starts == pytest.approx([4 * place for place in range(1, 11)], abs=0 if has_frame_head else 3)
    assert reading.evidence is not None
    assert reading.evidence.features.shape == (10, len(FEATURES) if has_frame_head else CTC_FEATURES)


def test_the_variant_that_was_read_is_chosen() -> None:
    variants = columns_of(expect("either"))
    for said in ("IY DH ER", "AY DH ER"):
        reading = read_along(posteriors(f"_ {said} _"), variants)
        assert [COLUMN[symbol] for symbol in said.split()] == list(reading.columns)


def test_extra_speech_does_not_pull_the_words_down() -> None:
    expected = columns_of(expect("The ship is big."))
    alone = read_along(posteriors(SHIP_IS_BIG), expected)
    extra = "_ DH AH SH IH P F AO R T UW N AH T L IY IH Z B IH G _"
    more = read_along(posteriors(extra), expected)
    assert len(more.fillers) == 1
    assert more.fillers[0][0] == 2
    assert alone.fillers == ()
    assert more.columns == alone.columns
    assert more.evidence is not None
    assert alone.evidence is not None
    assert more.evidence.features[:, 0] == pytest.approx(alone.evidence.features[:, 0], abs=0.5)


def test_another_text_is_noticed_also_when_short() -> None:
    assert read_along(posteriors("_ M AA DH ER W EH N T HH OW M _"), columns_of(expect("The ship is big."))).other_text
    assert read_along(posteriors("_ K AE T _"), columns_of(expect("fishing"))).other_text
    assert not read_along(posteriors("_ K AE T _"), columns_of(expect("cat"))).other_text


def test_one_wrong_sound_in_a_short_word_is_still_that_word() -> None:
    assert not read_along(posteriors("_ S IH P _"), columns_of(expect("ship"))).other_text


def test_heard_in_collapses_repeats_and_skips_blanks() -> None:
    assert heard_in(posteriors("_ K AE T _"), 0, 20) == ("K", "AE", "T")
    assert heard_in(posteriors("_ K AE T _"), 0, 4) == ()


def test_measure_describes_every_phone_asked_for() -> None:
    columns = [[COLUMN[symbol]] for symbol in ("K", "AE", "T")]
    assert measure(posteriors("_ K AE T _"), columns).features.shape == (3, len(FEATURES))


def test_far_too_few_frames_are_refused() -> None:
    with pytest.raises(TooShort):
        read_along(posteriors("_"), columns_of(expect("a very long sentence that nobody can read so fast at all")))
