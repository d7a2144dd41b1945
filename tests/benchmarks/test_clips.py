import pytest
import soundfile

from benchmarks.clips import write_clip, write_clips
from benchmarks.readings import MANIFEST


def test_the_clip_lasts_exactly_as_long_as_asked_and_speaks_its_text(tmp_path):
    text = write_clip(tmp_path / "clip.wav", MANIFEST, seconds=5.0)
    assert soundfile.info(tmp_path / "clip.wav").frames == 80_000
    assert text == "I think about it daily. That black cat sleeps here."


def test_a_clip_shorter_than_any_reading_holds_its_first_words(tmp_path):
    text = write_clip(tmp_path / "clip.wav", MANIFEST, seconds=1.0)
    assert text == "I think about"
    assert soundfile.info(tmp_path / "clip.wav").frames == 16_000


def test_a_clip_longer_than_all_readings_repeats_them(tmp_path):
    (short, long) = write_clips(tmp_path, MANIFEST, (30.0, 10.0))
    assert (short.seconds, long.seconds) == (10.0, 30.0)
    assert soundfile.info(long.path).frames == 480_000
    assert long.text.startswith(short.text[:30])
    assert long.text.count("That black cat sleeps here.") == 2
    assert len(long.text.split()) <= 120


def test_a_clip_too_short_for_any_word_is_refused(tmp_path):
    with pytest.raises(ValueError, match="as short as"):
        write_clip(tmp_path / "clip.wav", MANIFEST, seconds=0.2)
