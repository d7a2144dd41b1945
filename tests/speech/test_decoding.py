"""The same speech in every container; broken, endless and forged files are refused with their own error."""

import io
import struct
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from speech import decoding
from speech.decoding import Decoded, decode
from speech.errors import NotAudio, SpeechError, TooLong, TooShort, TruncatedAudio, UnsupportedAudio

SPEECH, RATE = soundfile.read(Path(__file__).parent / "data" / "yellow_lamp.flac", dtype="float32")
DURATION_S = len(SPEECH) / RATE


def with_soundfile(kind: str, subtype: str, *, channels: int = 1, samples: np.ndarray = SPEECH) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.repeat(samples[:, None], channels, axis=1), RATE, format=kind, subtype=subtype)
    return file.getvalue()


class Pipe:
    """A sink that cannot go back, so that nothing can be filled in afterwards; browsers record like this."""

    def __init__(self) -> None:
        self.content = io.BytesIO()

    def write(self, data: bytes) -> int:
        return self.content.write(data)


def with_av(
    kind: str,
    codec: str,
    rate: int = 48_000,
    *,
    options: dict[str, str] | None = None,
    codec_options: dict[str, str] | None = None,
    samples: np.ndarray = SPEECH,
) -> bytes:
    sink = Pipe()
    seekable = io.BytesIO()
    streamed = kind in ("webm", "ogg") or "movflags" in (options or {})
    with av.open(sink if streamed else seekable, "w", format=kind, options=options or {}) as file:
        stream = file.add_stream(codec, rate=rate, options=codec_options or {})
        stream.layout = "mono"
        resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=rate)
        sound = soxr.resample(samples, RATE, rate)
        for start in range(0, len(sound), 1024):
            frame = av.AudioFrame.from_ndarray(sound[None, start : start + 1024].copy(), format="flt", layout="mono")
            frame.sample_rate, frame.pts = rate, start
            for converted in resampler.resample(frame):
                file.mux(stream.encode(converted))
        file.mux(stream.encode(None))
    return sink.content.getvalue() if streamed else seekable.getvalue()


def chrome_webm() -> bytes:
    """Clusters of unknown size, as Chrome's MediaRecorder leaves them."""
    data = bytearray(with_av("webm", "libopus", options={"live": "1"}))
    at = data.find(b"\x1f\x43\xb6\x75")
    while at >= 0:
        length = 9 - data[at + 4].bit_length()
        data[at + 4 : at + 4 + length] = ((1 << 7 * length + 1) - 1).to_bytes(length, "big")
        at = data.find(b"\x1f\x43\xb6\x75", at + 4)
    return bytes(data)


FRAGMENTED = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "500000"}
FORMATS: dict[str, Callable[[], bytes]] = {
    "wav 8 bit": lambda: with_soundfile("WAV", "PCM_U8"),
    "wav 16 bit": lambda: with_soundfile("WAV", "PCM_16"),
    "wav 24 bit stereo": lambda: with_soundfile("WAV", "PCM_24", channels=2),
    "wav 32 bit": lambda: with_soundfile("WAV", "PCM_32"),
    "wav float": lambda: with_soundfile("WAV", "FLOAT"),
    "rf64": lambda: with_soundfile("RF64", "PCM_16"),
    "flac": lambda: with_soundfile("FLAC", "PCM_16"),
    "mp3": lambda: with_soundfile("MP3", "MPEG_LAYER_III"),
    "mp3 with tag": lambda: with_av("mp3", "libmp3lame", 44_100),
    "ogg opus": lambda: with_soundfile("OGG", "OPUS"),
    "ogg vorbis": lambda: with_soundfile("OGG", "VORBIS"),
    "firefox ogg": lambda: with_av("ogg", "libopus"),
    "chrome webm": chrome_webm,
    "firefox webm": lambda: with_av("webm", "libopus"),
    "mp4 aac": lambda: with_av("mp4", "aac"),
    "safari mp4": lambda: with_av("mp4", "aac", options=FRAGMENTED),
    "mp4 opus": lambda: with_av("mp4", "libopus"),
}


@cache
def recorded(name: str) -> bytes:
    return FORMATS[name]()


def wav(samples: bytes, *, rate: int = RATE, channels: int = 1, bits: int = 16, size: int, tag: int = 1) -> bytes:
    frame = channels * bits // 8
    layout = struct.pack("<IHHIIHH", 16, tag, channels, rate, rate * frame & 0xFFFF_FFFF, frame & 0xFFFF, bits)
    return b"RIFF" + struct.pack("<I", size + 36 & 0xFFFF_FFFF) + b"WAVEfmt " + layout + b"data" + (
        struct.pack("<I", size) + samples
    )  # fmt: skip


PCM = (SPEECH * 32_767).astype("<i2").tobytes()


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_speech(name: str) -> None:
    decoded = decode(recorded(name), max_duration_s=30)
    assert len(decoded.samples) / decoded.sample_rate == pytest.approx(DURATION_S, abs=0.08)  # AAC pads to its blocks
    heard = soxr.resample(decoded.samples, decoded.sample_rate, RATE)
    lags = np.fft.irfft(np.fft.rfft(heard, 1 << 17) * np.conj(np.fft.rfft(SPEECH, 1 << 17)))
    assert lags.max() / np.sqrt((heard @ heard) * (SPEECH @ SPEECH)) > 0.97
    assert abs((int(lags.argmax()) + (1 << 16)) % (1 << 17) - (1 << 16)) < 0.05 * RATE


@pytest.mark.parametrize("share", [0.999, 0.9, 0.5, 0.1])
@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_breaks_off_is_refused(name: str, share: float) -> None:
    data = recorded(name)
    with pytest.raises(TruncatedAudio):
        decode(data[: int(share * len(data))], max_duration_s=30)


def test_browsers_recordings_have_no_duration_and_clusters_of_unknown_size() -> None:
    data = recorded("chrome webm")
    assert b"\x44\x89" not in data[:400]
    assert b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" in data
    size = data[data.index(b"\x1f\x43\xb6\x75") + 4 :]
    assert size[:8] == b"\x01" + b"\xff" * 7 or size[:2] == b"\x7f\xff" or size[:3] == b"\x3f\xff\xff"


@pytest.mark.parametrize("size", [0, 0xFFFF_FFFF, 0x7FFF_F000, 0x8000_0000])
def test_a_streamed_wav_does_not_know_its_size(size: int) -> None:
    assert len(decode(wav(PCM, size=size), max_duration_s=30).samples) == len(SPEECH)


@pytest.mark.parametrize(
    "data",
    [
        wav(b"", size=0xFFFF_FFFF, rate=0xFFFF_FFFF, channels=65_535),
        wav(b"", size=0, channels=65_535, bits=32),
        wav(PCM, size=len(PCM), rate=1),
        wav(PCM, size=len(PCM), rate=4_000),
        wav(PCM, size=len(PCM), rate=192_000),
        wav(PCM, size=len(PCM), channels=16),
        wav(PCM, size=len(PCM), channels=0),
        wav(PCM, size=len(PCM), tag=0x1234),
        wav(np.full(9_000, np.nan, "<f4").tobytes(), size=36_000, bits=32, tag=3),
        wav(np.full(9_000, np.inf, "<f4").tobytes(), size=36_000, bits=32, tag=3),
    ],
)
def test_absurd_headers_and_numbers_are_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedAudio):
        decode(data, max_duration_s=30)


def test_a_header_alone_is_too_short() -> None:
    with pytest.raises(TooShort):
        decode(wav(b"", size=0), max_duration_s=30)


def bombs() -> Iterator[tuple[str, bytes]]:
    quiet = np.zeros(60 * RATE, np.float32)
    yield "flac", with_soundfile("FLAC", "PCM_16", samples=quiet)
    thrifty = {"b": "6000", "frame_duration": "60", "compression_level": "0"}
    yield "ogg opus", with_av("ogg", "libopus", codec_options=thrifty, samples=quiet)
    yield "webm", with_av("webm", "libopus", codec_options=thrifty, samples=quiet)


def test_long_recordings_are_not_decoded_to_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, data in bombs():
        assert len(data) < 130_000, name
        read = 0

        def counted(blocks: Callable[..., Iterator[tuple[np.ndarray, int]]]) -> Callable[..., object]:
            def counting(*arguments: object) -> Iterator[tuple[np.ndarray, int]]:
                nonlocal read
                for block, rate in blocks(*arguments):
                    read += len(block) / rate
                    yield block, rate

            return counting

        with monkeypatch.context() as patch:
            patch.setattr(decoding, "_soundfile_blocks", counted(decoding._soundfile_blocks))
            patch.setattr(decoding, "_av_blocks", counted(decoding._av_blocks))
            with pytest.raises(TooLong):
                decode(data, max_duration_s=5)
        assert 5 < read < 10, name


def test_parts_of_a_webm_in_the_wrong_order_are_refused() -> None:
    data = recorded("firefox webm")
    marker = b"\x1f\x43\xb6\x75"
    head, *clusters = data.split(marker)
    tail = clusters[-1].find(b"\x1c\x53\xbb\x6b")
    clusters[-1] = clusters[-1][: tail if tail >= 0 else None]
    samples = np.tile(SPEECH, 6)
    if len(clusters) < 2:
        head, *clusters = with_av("webm", "libopus", samples=samples).split(marker)
    assert len(clusters) >= 2
    swapped = marker.join([head, clusters[1], clusters[0], *clusters[2:]])
    with pytest.raises(TruncatedAudio):
        decode(swapped, max_duration_s=30)


def test_film_without_sound_is_not_audio() -> None:
    sink = io.BytesIO()
    with av.open(sink, "w", format="mp4") as file:
        stream = file.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        file.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        file.mux(stream.encode(None))
    with pytest.raises(NotAudio):
        decode(sink.getvalue(), max_duration_s=30)


def test_a_codec_outside_the_list_is_named() -> None:
    with pytest.raises(UnsupportedAudio, match="ac3"):
        decode(with_av("mp4", "ac3"), max_duration_s=30)


def test_downmix_survives_microphones_wired_against_each_other() -> None:
    opposite = Decoded.from_channels(np.stack([SPEECH, -SPEECH], axis=1), RATE)
    assert np.array_equal(opposite.samples, SPEECH)
    one_live = np.zeros((len(SPEECH), 8), np.float32)
    one_live[:, 5] = SPEECH
    assert np.array_equal(Decoded.from_channels(one_live, RATE).samples, SPEECH)
    both = Decoded.from_channels(np.stack([SPEECH, np.zeros_like(SPEECH)], axis=1), RATE)
    assert np.allclose(both.samples, SPEECH / 2)


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(["wav 16 bit", "flac", "ogg opus", "chrome webm", "mp4 aac", "safari mp4"]),
    changes=st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.integers(0, 255)), min_size=1, max_size=10),
)
def test_damage_raises_nothing_but_our_own_errors(name: str, changes: list[tuple[float, bool, int]]) -> None:
    data = bytearray(recorded(name))
    for place, in_header, value in changes:
        data[int(place * (min(400, len(data)) - 1 if in_header else len(data) - 1))] = value
    try:
        decoded = decode(bytes(data), max_duration_s=30)
    except SpeechError:
        return
    assert np.isfinite(decoded.samples).all()
    assert len(decoded.samples) <= 30 * decoded.sample_rate
