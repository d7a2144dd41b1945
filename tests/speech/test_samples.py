import numpy as np
import pytest

from speech.errors import TooShort
from speech.samples import clean


def test_what_is_no_number_becomes_silence_or_full_scale() -> None:
    cleaned = clean(np.array([0.5, np.nan, np.inf, -np.inf]), shortest_s=0.0)
    assert cleaned.dtype == np.float32
    assert cleaned == pytest.approx([0.5, 0.0, 1.0, -1.0], abs=0.03)


def test_good_samples_stay_as_they_are_but_for_a_faint_noise() -> None:
    samples = np.sin(np.arange(16_000) / 7).astype(np.float32)
    cleaned = clean(samples, shortest_s=0.02)
    noise_db = 20 * np.log10(np.std(cleaned - samples) / np.std(samples))
    assert noise_db == pytest.approx(-55, abs=0.5)
    np.testing.assert_array_equal(cleaned, clean(samples, shortest_s=0.02))
    assert clean(samples[::2], shortest_s=0.02).flags.c_contiguous


def test_digital_silence_beside_speech_is_filled() -> None:
    speech = np.concatenate([np.zeros(8000), 0.3 * np.sin(np.arange(16_000) / 7), np.zeros(8000)])
    cleaned = clean(speech, shortest_s=0.02)
    assert 0.0002 < np.std(cleaned[:8000]) < 0.001


def test_less_than_one_frame_is_too_short() -> None:
    assert len(clean(np.zeros(400, np.float32), shortest_s=0.025)) == 400
    with pytest.raises(TooShort):
        clean(np.zeros(399, np.float32), shortest_s=0.025)


def test_stereo_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="mono"):
        clean(np.zeros((2, 400), np.float32), shortest_s=0.0)
