import io

import numpy as np
import pytest
import soundfile

from benchmarks import distortions
from benchmarks.distortions import Distortion, all_distortions
from benchmarks.readings import MANIFEST
from speech.audio import SAMPLE_RATE, Recording, load_audio
from speech.results import Quality

READING = load_audio(MANIFEST.parent / "audio" / "01-clean.flac")
SECONDS = len(READING.samples) / SAMPLE_RATE


def chance():
    return np.random.default_rng(7)


def level_db(samples):
    return 10 * np.log10(np.mean(np.square(samples, dtype=np.float64)))


def recording(samples, speech):
    quality = Quality(30.0, 0.0, -20.0, 1.0, 1.0, ())
    return Recording(np.asarray(samples, np.float32), quality, speech)


def tone(hz, seconds=1.0):
    return np.sin(2 * np.pi * hz * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)


@pytest.mark.parametrize("db", [-20.0, -10.0, 10.0])
def test_gain_is_exact(db):
    quiet = 0.1 * READING.samples
    changed = distortions.amplified(quiet, db=db)
    assert level_db(changed) - level_db(quiet) == pytest.approx(db, abs=1e-4)
    assert len(changed) == len(quiet)


def test_gain_cuts_off_at_full_scale():
    changed = distortions.amplified(0.5 * tone(440), db=10.0)
    assert np.abs(changed).max() == 1.0
    assert 0.3 < np.mean(np.abs(changed) == 1.0) < 0.6


@pytest.mark.parametrize("colour", ["white", "pink"])
@pytest.mark.parametrize("snr_db", [30.0, 5.0])
def test_noise_is_as_far_below_the_speech_as_asked(colour, snr_db):
    noisy, noise = distortions.with_noise(READING, colour, chance(), snr_db=snr_db)
    speech = np.concatenate([READING.samples[round(s * 16_000) : round(e * 16_000)] for s, e in READING.speech])
    assert level_db(speech) - level_db(noise) == pytest.approx(snr_db, abs=1e-6)
    assert np.allclose(noisy - noise, READING.samples)
    assert len(noisy) == len(READING.samples)


def test_pauses_do_not_count_in_the_level_of_speech():
    half = recording(np.append(tone(440), np.zeros(SAMPLE_RATE)), ((0.0, 1.0),))
    assert distortions.speech_power(half) == pytest.approx(0.5, rel=1e-3)
    assert distortions.speech_power(recording(half.samples, ())) == pytest.approx(0.25, rel=1e-3)


def test_pink_noise_loses_3_db_an_octave_and_white_none():
    bands_hz = [(200, 400), (400, 800), (800, 1600), (1600, 3200), (3200, 6400)]
    for colour, per_octave_db in (("white", 3.0), ("pink", 0.0)):
        power = np.abs(np.fft.rfft(distortions.noise(1 << 18, colour, chance()))) ** 2
        hz = np.fft.rfftfreq(1 << 18, 1 / SAMPLE_RATE)
        octaves_db = [10 * np.log10(power[(hz >= low) & (hz < high)].sum()) for low, high in bands_hz]
        assert np.diff(octaves_db) == pytest.approx(per_octave_db, abs=0.25)


@pytest.mark.parametrize("rt60_s", [0.3, 0.6])
def test_a_room_decays_by_60_db_in_its_time(rt60_s):
    response = distortions.room_response(rt60_s, chance())
    tail = response[1:]
    assert response[0] == 1.0
    assert 10 * np.log10(1.0 / np.sum(tail**2)) == pytest.approx(distortions.DIRECT_OVER_ROOM_DB)
    left_db = 10 * np.log10(np.cumsum(tail[::-1] ** 2)[::-1])
    middle = round(0.5 * len(tail))
    assert left_db[middle] - left_db[0] == pytest.approx(-30, abs=1.5)
    assert len(tail) / SAMPLE_RATE == pytest.approx(rt60_s)


def test_a_room_keeps_length_and_loudness_and_smears_what_was_sharp():
    click = np.zeros(SAMPLE_RATE)
    click[1000] = 0.5
    heard = distortions.in_room(click, distortions.room_response(0.3, chance()))
    assert len(heard) == SAMPLE_RATE
    assert level_db(heard) == pytest.approx(level_db(click))
    assert np.abs(heard[:1000]).max() < 1e-9
    assert int(np.argmax(np.abs(heard))) == 1000
    assert np.count_nonzero(np.abs(heard[1001:]) > 1e-6) > 3000


def test_a_room_without_walls_changes_nothing():
    assert np.allclose(distortions.in_room(READING.samples, np.array([1.0])), READING.samples, atol=1e-6)


def test_a_telephone_carries_its_band_and_nothing_else():
    white = distortions.noise(4 * SAMPLE_RATE, "white", chance())
    heard = distortions.telephone_band(white)
    assert len(heard) == len(white) // 2
    power = np.abs(np.fft.rfft(heard * np.hanning(len(heard)))) ** 2
    hz = np.fft.rfftfreq(len(heard), 1 / distortions.TELEPHONE_RATE)
    inside = power[(hz > 350) & (hz < 3350)].mean()
    outside = power[(hz < 280) | (hz > 3420)].mean()
    assert 10 * np.log10(inside / outside) > 60


def test_a_telephone_call_is_a_file_of_eight_bits_that_the_product_reads():
    call = named("telephone").change(READING, chance())
    info = soundfile.info(io.BytesIO(call))
    assert (info.samplerate, info.subtype) == (8_000, "ULAW")
    assert len(load_audio(call).samples) == pytest.approx(len(READING.samples), abs=2)


def test_silence_is_put_where_and_as_long_as_asked():
    before = distortions.padded(READING.samples, chance(), seconds=0.5, where="before", dbfs=None)
    assert not before[:8000].any()
    assert np.array_equal(before[8000:], READING.samples)
    after = distortions.padded(READING.samples, chance(), seconds=2.0, where="after", dbfs=-65.0)
    assert np.array_equal(after[: len(READING.samples)], READING.samples)
    assert level_db(after[len(READING.samples) :]) == pytest.approx(-65.0)
    assert len(after) == len(READING.samples) + 32_000


def test_a_file_that_exceeds_full_scale_is_made_softer_not_cut():
    samples, _ = soundfile.read(io.BytesIO(distortions.wave_file(2 * tone(440))))
    assert np.corrcoef(samples, tone(440))[0, 1] > 0.99999
    assert np.abs(samples).max() <= 1.0


def named(name: str) -> Distortion:
    return next(one for one in all_distortions() if one.name == name)


@pytest.mark.parametrize("distortion", all_distortions(), ids=lambda one: one.name)
def test_the_product_reads_every_changed_recording_and_its_length_is_as_expected(distortion):
    decoded = load_audio(distortion.change(READING, chance()), require_speech=False)
    added_s = next((s for s in (0.5, 2.0) if f" {s:g} s " in distortion.name), 0.0)
    codec_s = 0.12 if "kbit/s" in distortion.name else 0.001
    assert len(decoded.samples) / SAMPLE_RATE == pytest.approx(SECONDS + added_s, abs=codec_s)
    assert np.abs(decoded.samples).max() > 0.01


@pytest.mark.parametrize("name", ["Opus 12 kbit/s", "MP3 32 kbit/s"])
def test_codecs_keep_to_their_rate_and_the_speech(name):
    data = named(name).change(READING, chance())
    asked = float(name.split()[1]) * 1000
    assert 0.5 * asked < 8 * len(data) / SECONDS < 1.8 * asked
    decoded = load_audio(data).samples
    envelopes = [np.sqrt(np.convolve(np.square(one), np.ones(800) / 800, "same")) for one in (READING.samples, decoded)]
    count = min(map(len, envelopes))
    size = 2 * count
    lags = np.fft.irfft(np.fft.rfft(envelopes[0], size) * np.fft.rfft(envelopes[1], size).conj(), size)
    assert lags.max() > 0.95 * np.linalg.norm(envelopes[0]) * np.linalg.norm(envelopes[1])


def test_names_are_told_apart_and_normal_use_is_marked():
    cases = all_distortions()
    assert len({case.name for case in cases}) == len(cases) == 26
    strange = {case.name for case in cases if not case.normal}
    assert strange == {"telephone", "room, RT60 0.6 s"} | {
        f"{colour} noise, {db} dB" for colour in ("white", "pink") for db in (15, 10, 5)
    }


def test_equal_chance_gives_equal_files():
    for name in ("pink noise, 10 dB", "room, RT60 0.6 s"):
        assert named(name).change(READING, chance()) == named(name).change(READING, chance())
