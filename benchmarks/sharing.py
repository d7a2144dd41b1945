"""Several clips in one run of a network: how many seconds of audio a graphics card gets through in a second."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from benchmarks.clips import Clip
from benchmarks.systems import TORCH, Lafal, System, settings_of
from speech.batching import Batchable
from speech.errors import DeviceNotAvailable, ExtraNotInstalled

SIZES = (1, 2, 4, 8, 16)
WARM_UP_RUNS = 2


@dataclass(frozen=True, slots=True)
class Shared:
    """One network with so many clips of one length in a run; `run_median_s` is the median of a run."""

    system: str
    device: str
    clip_s: float
    clips: int
    runs: int
    run_median_s: float
    audio_per_s: float


def measure_sharing(
    systems: Sequence[System], clips: Sequence[Clip], *, device: str, runs: int
) -> tuple[tuple[Shared, ...], tuple[str, ...]]:
    """Run every network that torch can run, with every clip, once for each number of clips in `SIZES`.

    Parameters
    ----------
    systems : sequence of System
        One of each name.
    clips : sequence of Clip
        From which the samples are taken.
    device : str
        "cuda", or "cpu" to try it.
    runs : int
        Measured runs, after `WARM_UP_RUNS`.

    Returns
    -------
    shared, missing
        What was measured, and a sentence where there is no such device or a package is missing.
    """
    found: list[Shared] = []
    for system in systems:
        if not isinstance(system, Lafal):
            continue
        try:
            network = _open(system.model, device)
        except (DeviceNotAvailable, ExtraNotInstalled) as error:
            return (), (f"Runs on {device} are left out. {error.sentence}",)
        found += [_time(system.name, network, clip, size, device=device, runs=runs) for clip in clips for size in SIZES]
    return tuple(found), ()


def _open(model: str, device: str) -> Batchable:
    from speech.acoustic import load_acoustic
    from speech.batching import BatchingAcoustic

    settings = settings_of(TORCH + model.removeprefix(TORCH), device=device)
    acoustic = load_acoustic(settings.model, settings=settings)
    return acoustic.network if isinstance(acoustic, BatchingAcoustic) else cast("Batchable", acoustic)


def _time(name: str, network: Batchable, clip: Clip, size: int, *, device: str, runs: int) -> Shared:
    import soundfile

    waveforms = [network.prepare(soundfile.read(clip.path, dtype="float32")[0])] * size
    walls_s: list[float] = []
    for _ in range(WARM_UP_RUNS + runs):
        _finish(device)
        begin_s = time.perf_counter()
        network.batch(waveforms)
        _finish(device)
        walls_s.append(time.perf_counter() - begin_s)
    median_s = float(np.median(walls_s[WARM_UP_RUNS:]))
    return Shared(name, device, clip.seconds, size, runs, median_s, size * clip.seconds / median_s)


def _finish(device: str) -> None:
    """Wait until a card has done what it was told: it answers before it has."""
    if device == "cuda":
        import torch

        torch.cuda.synchronize()
