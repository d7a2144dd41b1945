import numpy as np
import pytest

from speech.errors import TooShort
from speech.samples import clean


def test_what_is_no_number_becomes_silence_or_full_scale() -> None:
    cleaned = clean(np.array([0.5, np.nan, np.inf, -np.inf]), shortest_s=0.0)
    assert cleaned.dtype == np.float32
    assert cleaned.tolist() == [0.5, 0.0, 1.0, -1.0]


def test_good_samples_stay_as_they_are() -> None:
    samples = np.linspace(-1, 1, 1000, dtype=np.float32)
    np.testing.assert_array_equal(clean(samples, shortest_s=0.02), samples)
    assert clean(samples[::2], shortest_s=0.02).flags.c_contiguous


def test_less_than_one_frame_is_too_short() -> None:
    assert len(clean(np.zeros(400, np.float32), shortest_s=0.025)) == 400
    with pytest.raises(TooShort):
        clean(np.zeros(399, np.float32), shortest_s=0.025)


def test_stereo_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="mono"):
        clean(np.zeros((2, 400), np.float32), shortest_s=0.0)
