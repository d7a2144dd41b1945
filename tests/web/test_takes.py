"""Of what phones and browsers write into a recording, only its sound is kept."""

import io
from collections.abc import Iterator

import av
import numpy as np
import pytest
import soundfile

from speech import isolation
from web.takes import as_kept

_RATE_HZ = 48_000
_SECRETS = {"title": "Ani Wijaya's telephone", "comment": "-6.2088 106.8456", "artist": "Wijaya"}


@pytest.fixture(scope="module", autouse=True)
def _closed() -> Iterator[None]:
    yield
    isolation._close()


def recorded(container: str, codec: str) -> bytes:
    """A second of a tone in a file that says more than it needs to."""
    tone = (np.sin(np.arange(_RATE_HZ) / 20) * 9_000).astype(np.int16)
    made = io.BytesIO()
    with av.open(made, "w", format=container) as file:
        file.metadata.update(_SECRETS)
        stream = file.add_stream(codec, rate=_RATE_HZ, layout="mono")
        stream.metadata.update(_SECRETS)
        frame = av.AudioFrame.from_ndarray(tone[None, :], "s16", "mono")
        frame.sample_rate = _RATE_HZ
        for one in (frame, None):
            file.mux(stream.encode(one))
    return made.getvalue()


@pytest.mark.parametrize(
    ("container", "codec"),
    [
        ("webm", "libopus"),
        ("ogg", "libopus"),
        ("ipod", "aac"),
        ("mp4", "aac"),
        ("mp3", "libmp3lame"),
        ("flac", "flac"),
        ("wav", "pcm_s16le"),
    ],
)
def test_only_the_sound_is_kept(container: str, codec: str) -> None:
    sent = recorded(container, codec)
    secrets = [text.encode() for text in _SECRETS.values()]
    assert any(secret in sent for secret in secrets)
    kept = as_kept(sent, max_bytes=1_000_000, max_duration_s=5)
    assert kept.media_type == "audio/flac"
    assert kept.content.startswith(b"fLaC")
    assert [secret for secret in secrets if secret in kept.content] == []
    assert soundfile.info(io.BytesIO(kept.content)).duration == pytest.approx(1.0, abs=0.1)
