import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

# The small checkpoints are those of the tests beside this file, however pytest was started.
sys.path.insert(0, str(Path(__file__).parent))

from test_checkpoints import CONVOLUTIONS, SIZE, build, noise, write

from speech import checkpoints
from speech.acoustic import load_acoustic
from speech.batching import BatchingAcoustic
from speech.checkpoints import CheckpointAcoustic
from speech.errors import BrokenModel, SpeechError, TooShort
from speech.results import Posteriors
from speech.settings import Settings

RATE_HZ = 16_000
_PATIENCE_S = 10.0


class Network:
    """Counts the clips of each run, and holds the first run until the others have arrived."""

    name, version = "stand-in", "1"

    def __init__(self, *, pads: bool = True) -> None:
        self.pads = pads
        self.runs: list[list[int]] = []
        self.entered, self.may_go = threading.Event(), threading.Event()

    def prepare(self, samples: np.ndarray) -> np.ndarray:
        if not len(samples):
            raise TooShort({"seconds": 0.0})
        return samples

    def batch(self, waveforms: Sequence[np.ndarray]) -> list[Posteriors]:
        self.entered.set()
        assert self.may_go.wait(_PATIENCE_S)
        self.runs.append([len(waveform) for waveform in waveforms])
        if any(np.isnan(waveform).any() for waveform in waveforms):
            raise BrokenModel({"name": self.name, "detail": "test"})
        return [Posteriors(waveform[:, np.newaxis], None, waveform, 0.02, 0.01) for waveform in waveforms]


def hear_at_once(network: Network, clips: list[np.ndarray]) -> list[Posteriors | SpeechError]:
    """Have one thread a clip ask while the network is busy with another clip."""
    batching = BatchingAcoustic(network)

    def ask(clip: np.ndarray) -> Posteriors | SpeechError:
        try:
            return batching.posteriors(clip)
        except SpeechError as error:
            return error

    with ThreadPoolExecutor(len(clips) + 1) as threads:
        first = threads.submit(ask, np.zeros(1, np.float32))
        assert network.entered.wait(_PATIENCE_S)
        answers = [threads.submit(ask, clip) for clip in clips]
        while batching._jobs.qsize() < sum(len(clip) > 0 for clip in clips):
            assert not first.done()
        network.may_go.set()
        return [answer.result(_PATIENCE_S) for answer in answers]


def ramp(count: int, start: float = 0.0) -> np.ndarray:
    return (np.arange(count, dtype=np.float32) + start).astype(np.float32)


def test_clips_that_wait_share_a_run_and_everybody_gets_their_own() -> None:
    network = Network()
    clips = [ramp(100, 1), ramp(110, 2), ramp(300, 3), ramp(105, 4)]
    answers = hear_at_once(network, clips)
    assert network.runs == [[1], [100, 105, 110], [300]]
    assert [answer.hidden[0] for answer in answers] == [1, 2, 3, 4]
    assert [len(answer.ctc) for answer in answers] == [100, 110, 300, 105]


def test_a_network_that_hears_padding_gets_equal_lengths_only() -> None:
    network = Network(pads=False)
    hear_at_once(network, [ramp(100), ramp(101), ramp(100)])
    assert network.runs == [[1], [100, 100], [101]]


def test_a_run_is_limited_in_clips_and_samples() -> None:
    network = Network()
    hear_at_once(network, [ramp(100)] * 20 + [ramp(60 * RATE_HZ)] * 3)
    assert [len(run) for run in network.runs] == [1, 16, 4, 2, 1]


def test_a_bad_clip_spoils_nobody_elses() -> None:
    network = Network()
    bad = np.full(100, np.nan, np.float32)
    answers = hear_at_once(network, [ramp(100), bad, ramp(100, 7), np.zeros(0, np.float32)])
    assert [type(answer) for answer in answers] == [Posteriors, BrokenModel, Posteriors, TooShort]


@pytest.fixture
def few_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("few_threads")
@pytest.mark.parametrize("norm, pads", [("layer", True), ("group", False)])
def test_a_shared_run_says_what_single_runs_say(tmp_path: Path, norm: str, pads: bool) -> None:
    folder = write(tmp_path / "model", build("wav2vec2"))
    torch.manual_seed(5)
    config = transformers.Wav2Vec2Config(**SIZE, **CONVOLUTIONS, feat_extract_norm=norm)
    transformers.Wav2Vec2ForCTC(config).save_pretrained(folder)
    extractor = transformers.Wav2Vec2FeatureExtractor(return_attention_mask=norm == "layer")
    extractor.save_pretrained(folder)
    checkpoint = load_acoustic(folder, settings=Settings(device="cpu"))
    assert isinstance(checkpoint, CheckpointAcoustic)
    assert checkpoint.pads == pads
    clips = [checkpoint.prepare(noise(seconds)) for seconds in ((1.0, 1.13, 0.97) if pads else (1.0, 1.0))]
    for alone, shared in zip([checkpoint.batch([clip])[0] for clip in clips], checkpoint.batch(clips), strict=True):
        assert alone.ctc.shape == shared.ctc.shape
        assert np.abs(alone.ctc - shared.ctc).max() < 1e-4


@pytest.mark.usefixtures("few_threads")
def test_only_accelerators_share_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "model", build("wav2vec2"))
    assert not isinstance(load_acoustic(folder, settings=Settings(device="cpu")), BatchingAcoustic)
    monkeypatch.setattr(checkpoints, "choose_device", lambda _: "meta")
    monkeypatch.setattr(checkpoints, "_read_weights", lambda *_: build("wav2vec2"))
    assert isinstance(load_acoustic(folder, settings=Settings(device="cuda")), BatchingAcoustic)
