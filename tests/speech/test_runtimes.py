"""However the models are run, a reading is judged alike: phone scores stay within a point of 100.

Weights in 8 bits are not on offer: they move single phone scores by up to 15 points, as `lafal bench latency --weights
fp32 int8` found (benchmarks/history/latency.jsonl).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from benchmarks import variants
from benchmarks.readings import MANIFEST, Reading, read_manifest
from speech import assess
from speech.acoustic import Acoustic, load_acoustic
from speech.assess import Assessor
from speech.audio import Recording, load_audio
from speech.batching import BatchingAcoustic
from speech.prosody import Contour
from speech.results import Assessment, Posteriors
from speech.settings import Runtime, Settings
from speech.torch_network import TorchAcoustic

MOST_POINTS = 1.0
READINGS = read_manifest(MANIFEST)
ONE = Settings()
TORCH = Settings(runtime=Runtime.TORCH, device="cpu")

Sound = tuple[str, str, float | None]


def flat(samples: np.ndarray) -> Contour:
    """A pitch that costs nothing: scores of phones do not depend on it."""
    frames = 1 + len(samples) // 256
    return Contour(np.full(frames, np.nan), np.zeros(frames), 0.016)


@cache
def recording_of(path: Path) -> Recording:
    return load_audio(path)


def sounds(assessment: Assessment) -> list[Sound]:
    return [(phone.expected, phone.verdict, phone.score) for word in assessment.words for phone in word.phones]


def judged(
    acoustic: Acoustic, settings: Settings = ONE, *, at_once: int = 1, most: int = len(READINGS)
) -> list[list[Sound]]:
    """Sounds of the first readings of the fixture set, or of all."""
    assessor = Assessor(acoustic, settings=settings)

    def one(reading: Reading) -> list[Sound]:
        return sounds(assessor.assess(recording_of(reading.path), reading.text))

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(at_once) as threads:
        patch.setattr(assess, "contour", flat)
        return list(threads.map(one, READINGS[:most]))


@cache
def shipped() -> list[list[Sound]]:
    return judged(load_acoustic(settings=ONE))


def assert_alike(found: list[list[Sound]], wanted: list[list[Sound]]) -> None:
    before = [sound for sounds_of_one in wanted for sound in sounds_of_one]
    after = [sound for sounds_of_one in found for sound in sounds_of_one]
    assert len(before) > 10 * len(wanted)
    assert [(expected, score is None) for expected, _, score in after] == [
        (expected, score is None) for expected, _, score in before
    ]
    moved = [
        abs(left - right)
        for (*_, left), (*_, right) in zip(before, after, strict=True)
        if left is not None and right is not None
    ]
    assert max(moved) <= MOST_POINTS


@pytest.mark.parametrize("settings", [replace(ONE, threads=2), TORCH], ids=["two threads", "torch"])
def test_threads_and_torch_judge_as_onnxruntime_does_with_one(settings: Settings) -> None:
    assert_alike(judged(load_acoustic(settings=settings), settings, most=12), shipped()[:12])


class Counting:
    """Torch as on a graphics card: counts the clips that share a run."""

    def __init__(self, network: TorchAcoustic) -> None:
        self.network, self.runs = network, list[int]()

    def __getattr__(self, name: str) -> object:
        return getattr(self.network, name)

    def batch(self, waveforms: list[np.ndarray]) -> list[Posteriors]:
        self.runs.append(len(waveforms))
        return self.network.batch(waveforms)


def test_torch_judges_readings_that_share_a_run_as_onnxruntime_does_alone() -> None:
    network = load_acoustic(settings=TORCH)
    assert isinstance(network, TorchAcoustic)
    counting = Counting(network)
    assert_alike(judged(BatchingAcoustic(counting), TORCH, at_once=8), shipped())  # type: ignore[arg-type]
    assert max(counting.runs) > 1


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """The network of the training checkpoint, which is another than the shipped one, in 32 and in 16 bits."""
    if not variants.CHECKPOINT.is_file():
        pytest.skip("installed without the checkpoint")
    folder = tmp_path_factory.mktemp("exported")
    yield variants.export_weights("fp32", folder), variants.export_weights("fp16", folder)


def test_weights_stored_in_16_bits_judge_as_those_in_32(exported: tuple[Path, Path]) -> None:
    exact, half = (judged(load_acoustic(where)) for where in exported)
    assert_alike(half, exact)


def test_isolated_decoding_hears_the_same() -> None:
    """What is decoded is the same to the last sample, so that everything after it is as well."""
    for reading in READINGS:
        isolated, own = load_audio(reading.path, isolated=True), recording_of(reading.path)
        assert np.array_equal(isolated.samples, own.samples)
        assert (isolated.quality, isolated.speech) == (own.quality, own.speech)


def test_what_was_heard_before_does_not_matter() -> None:
    """No model may carry anything over from the recording before."""
    first, second = READINGS[0], READINGS[1]
    assessor = Assessor(settings=ONE)

    def untimed(reading: Reading) -> Assessment:
        return replace(assessor.assess(reading.path, reading.text), timings_ms={})

    alone = untimed(first)
    untimed(second)
    assert untimed(first) == alone
