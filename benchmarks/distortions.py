"""What happens to recordings in ordinary rooms, microphones, telephones and browsers, done to clean ones on purpose."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np

from speech.audio import SAMPLE_RATE, Recording

if TYPE_CHECKING:
    from av import AudioStream

TELEPHONE_RATE = 8_000
TELEPHONE_HZ = (300.0, 3400.0)
DIRECT_OVER_ROOM_DB = 3.0
"""Direct sound over reverberation: a reader about half a metre from the microphone of a computer."""

FAINT_DBFS = -65.0
"""The hiss of a quiet room through a usual microphone."""

OPUS_BITS_PER_S = 12_000
MP3_BITS_PER_S = 32_000

_BLOCK_SAMPLES = 1024


@dataclass(frozen=True, slots=True)
class Distortion:
    """One change of a recording.

    Parameters
    ----------
    name : str
        As the table calls it.
    normal : bool
        Whether people meet it in normal use, so that scores should hardly move.
    change : callable
        Takes a recording and a source of chance, gives the bytes of a file.
    """

    name: str
    normal: bool
    change: Callable[[Recording, np.random.Generator], bytes]


def all_distortions() -> tuple[Distortion, ...]:
    """Everything that `lafal bench robustness` tries, in the order of its table."""
    gains = [Distortion(f"gain {db:+d} dB", True, partial(_gain, db=float(db))) for db in (-20, -10, 10)]
    noises = [
        Distortion(f"{colour} noise, {db} dB", db >= 20, partial(_noise, colour=colour, snr_db=float(db)))
        for colour in ("white", "pink")
        for db in (30, 20, 15, 10, 5)
    ]
    rooms = [Distortion(f"room, RT60 {s:g} s", s <= 0.3, partial(_room, rt60_s=s)) for s in (0.3, 0.6)]
    rates = [Distortion(f"{hz / 1000:g} kHz", True, partial(_rate, rate=hz)) for hz in (44_100, 48_000)]
    silences = [
        Distortion(f"{what} {seconds:g} s {where}", True, partial(_silence, seconds=seconds, where=where, dbfs=dbfs))
        for where, seconds in (("before", 0.5), ("before", 2.0), ("after", 2.0))
        for what, dbfs in (("silence", None), ("faint hiss", FAINT_DBFS))
    ]
    return (
        *gains,
        *noises,
        *rooms,
        Distortion("telephone", False, _telephone),
        Distortion("Opus 12 kbit/s", True, _opus),
        Distortion("MP3 32 kbit/s", True, _mp3),
        *rates,
        *silences,
    )


def amplified(samples: np.ndarray, *, db: float) -> np.ndarray:
    """Samples made louder or softer; what exceeds full scale is cut off, as a sound card does."""
    return np.clip(samples * 10 ** (db / 20), -1.0, 1.0)


def noise(count: int, colour: str, chance: np.random.Generator) -> np.ndarray:
    """Gaussian noise of mean power 1: "white", or "pink" with 3 dB less in every octave above 50 Hz."""
    white = chance.standard_normal(count)
    if colour == "pink":
        spectrum = np.fft.rfft(white)
        hz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE)
        white = np.fft.irfft(spectrum / np.sqrt(np.maximum(hz, 50.0)), count)
    return white / np.sqrt(np.mean(white**2))


def with_noise(
    recording: Recording, colour: str, chance: np.random.Generator, *, snr_db: float
) -> tuple[np.ndarray, np.ndarray]:
    """Add steady noise.

    Parameters
    ----------
    recording : Recording
        The level of its speech counts, not of its pauses.
    colour : {"white", "pink"}
        See `noise`.
    chance : numpy Generator
        Source of the noise.
    snr_db : float
        Mean power of the speech over that of the noise.

    Returns
    -------
    noisy, noise : float array, shape (n,)
        The sum, and the noise alone.
    """
    level = np.sqrt(speech_power(recording)) * 10 ** (-snr_db / 20)
    added = level * noise(len(recording.samples), colour, chance)
    return recording.samples + added, added


def speech_power(recording: Recording) -> float:
    """Mean square of the samples while somebody speaks; of all samples where nobody seems to."""
    parts = [recording.samples[round(s * SAMPLE_RATE) : round(e * SAMPLE_RATE)] for s, e in recording.speech]
    spoken = np.concatenate(parts) if parts else recording.samples
    return float(np.mean(np.square(spoken, dtype=np.float64)))


def room_response(rt60_s: float, chance: np.random.Generator) -> np.ndarray:
    """Impulse response of a made-up room: the direct sound, then noise that falls by 60 dB within `rt60_s`."""
    count = round(rt60_s * SAMPLE_RATE)
    tail = chance.standard_normal(count) * 10 ** (-3.0 * np.arange(count) / count)
    tail *= np.sqrt(10 ** (-DIRECT_OVER_ROOM_DB / 10) / np.sum(tail**2))
    return np.append(1.0, tail)


def in_room(samples: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Samples as they sound in a room, as long and as loud on the whole as they were."""
    size = len(samples) + len(response) - 1
    wet = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(response, size), size)[: len(samples)]
    return wet * np.sqrt(np.mean(np.square(samples, dtype=np.float64)) / max(float(np.mean(wet**2)), 1e-20))


def telephone_band(samples: np.ndarray) -> np.ndarray:
    """The band of a telephone, at `TELEPHONE_RATE`."""
    import soxr

    low, high = TELEPHONE_HZ
    spectrum = np.fft.rfft(samples)
    hz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    spectrum[(hz < low) | (hz > high)] = 0.0
    return soxr.resample(np.fft.irfft(spectrum, len(samples)), SAMPLE_RATE, TELEPHONE_RATE, quality="HQ")


def wave_file(samples: np.ndarray, *, rate: int = SAMPLE_RATE, subtype: str = "PCM_16") -> bytes:
    """Bytes of a WAV file; what exceeds full scale is made to fit by making everything softer."""
    import soundfile

    peak = float(np.abs(samples).max(initial=0.0))
    file = io.BytesIO()
    soundfile.write(file, samples / max(1.0, peak), rate, format="WAV", subtype=subtype)
    return file.getvalue()


def encoded(samples: np.ndarray, *, container: str, codec: str, rate: int, bits_per_s: int) -> bytes:
    """Bytes of a lossy file, written by FFmpeg.

    Parameters
    ----------
    samples : float array, shape (n,)
        16 kHz.
    container, codec : str
        FFmpeg's names.
    rate : int
        Samples per second that the codec is given.
    bits_per_s : int
        What it may use.
    """
    import av
    import soxr

    sound = np.asarray(soxr.resample(samples, SAMPLE_RATE, rate, quality="HQ"), np.float32)
    file = io.BytesIO()
    with av.open(file, "w", format=container) as sink:
        stream = cast("AudioStream", sink.add_stream(codec, rate=rate, bit_rate=bits_per_s, layout="mono"))
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=rate, frame_size=stream.frame_size)
        for start in range(0, len(sound), _BLOCK_SAMPLES):
            block = np.ascontiguousarray(sound[None, start : start + _BLOCK_SAMPLES])
            frame = av.AudioFrame.from_ndarray(block, format="flt", layout="mono")
            frame.sample_rate, frame.pts = rate, start
            sink.mux([packet for piece in resampler.resample(frame) for packet in stream.encode(piece)])
        sink.mux([packet for piece in resampler.resample(None) for packet in stream.encode(piece)])
        sink.mux(stream.encode(None))
    return file.getvalue()


def padded(
    samples: np.ndarray, chance: np.random.Generator, *, seconds: float, where: str, dbfs: float | None
) -> np.ndarray:
    """Samples with silence "before" or "after": zeros, or white noise of a level."""
    count = round(seconds * SAMPLE_RATE)
    silence = np.zeros(count) if dbfs is None else 10 ** (dbfs / 20) * noise(count, "white", chance)
    return np.concatenate([silence, samples] if where == "before" else [samples, silence])


def _gain(recording: Recording, _chance: np.random.Generator, *, db: float) -> bytes:
    return wave_file(amplified(recording.samples, db=db))


def _noise(recording: Recording, chance: np.random.Generator, *, colour: str, snr_db: float) -> bytes:
    return wave_file(with_noise(recording, colour, chance, snr_db=snr_db)[0])


def _room(recording: Recording, chance: np.random.Generator, *, rt60_s: float) -> bytes:
    return wave_file(in_room(recording.samples, room_response(rt60_s, chance)))


def _telephone(recording: Recording, _chance: np.random.Generator) -> bytes:
    return wave_file(telephone_band(recording.samples), rate=TELEPHONE_RATE, subtype="ULAW")


def _opus(recording: Recording, _chance: np.random.Generator) -> bytes:
    return encoded(recording.samples, container="webm", codec="libopus", rate=48_000, bits_per_s=OPUS_BITS_PER_S)


def _mp3(recording: Recording, _chance: np.random.Generator) -> bytes:
    return encoded(recording.samples, container="mp3", codec="libmp3lame", rate=SAMPLE_RATE, bits_per_s=MP3_BITS_PER_S)


def _rate(recording: Recording, _chance: np.random.Generator, *, rate: int) -> bytes:
    import soxr

    return wave_file(soxr.resample(recording.samples, SAMPLE_RATE, rate, quality="HQ"), rate=rate)


def _silence(
    recording: Recording, chance: np.random.Generator, *, seconds: float, where: str, dbfs: float | None
) -> bytes:
    return wave_file(padded(recording.samples, chance, seconds=seconds, where=where, dbfs=dbfs))
