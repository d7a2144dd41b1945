"""Distillation: what a big checkpoint hears in the training speech, computed once, kept on disk, and taught."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from phonemes.inventory import BLANK, PHONES
from speech.acoustic import Acoustic, load_acoustic
from speech.errors import TooShort
from speech.results import Posteriors
from speech.settings import Settings
from speech.train.corpus import Utterance
from speech.train.network import OFFSET_S, PERIOD_S, output_frames
from speech.train.waveforms import read_samples, recordings

SMALLEST_NATS = -15.0
"""Log-probabilities are kept down to here: 3e-7."""

_COLUMNS = len(PHONES) + 1
_WINDOW_SAMPLES, _HOP_SAMPLES = 400, 160
"""The feature frames of `network.Fbank`."""
_SHARD_RECORDINGS = 64
"""Recordings a file: what an interruption loses."""


def key_of(utterance: Utterance) -> str:
    """Name an utterance the same in packed features and beside its audio."""
    told = [utterance.corpus, utterance.name, utterance.speaker, utterance.text, utterance.phones]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:24]


def listen(
    name: str,
    audio: Sequence[Path],
    folder: Path,
    *,
    utterances: Sequence[Utterance],
    device: str = "auto",
    threads: int = 1,
) -> dict[str, np.ndarray]:
    """Let the teacher hear recordings that it has not heard yet, and read what it heard in all.

    Parameters
    ----------
    name : str
        Any acoustic model `load_acoustic` knows: a folder, a name on the hub, or "default".
    audio : sequence of Path
        Lists of recordings and folders of synthetic speech, as `waveforms.recordings` reads them.
    folder : Path
        Holds what was heard, by version of the teacher; a stopped call goes on where it was.
    utterances : sequence of Utterance
        Those wanted; other recordings are passed over.
    device, threads
        As in `Settings`.

    Returns
    -------
    dict of str to float16 array, shape (frames, 40)
        Log-posteriors on the embedded network's frames, mapped from disk, by `key_of` the utterance. Recordings too
        short for the teacher are missing.

    Raises
    ------
    ValueError
        None of the utterances is among the recordings.
    """
    teacher = load_acoustic(name, settings=Settings(device=device, threads=threads))
    place = folder / re.sub(r"[^\w.-]", "_", teacher.version)
    place.mkdir(parents=True, exist_ok=True)
    wanted = {key_of(utterance) for utterance in utterances}
    lying = {key: path for utterance, path in recordings(audio) if (key := key_of(utterance)) in wanted}
    if not lying:
        raise ValueError("the teacher's recordings are not those of the features: no utterance is in both")
    heard = _read_shards(place)
    missing = [(key, path) for key, path in lying.items() if key not in heard]
    if missing:
        _hear(teacher, missing, place)
        heard = _read_shards(place)
    return {key: heard[key] for key in lying if len(heard[key])}


def _hear(teacher: Acoustic, missing: Sequence[tuple[str, Path]], place: Path) -> None:
    from rich.progress import Progress

    number = len(list(place.glob("*.json")))
    with Progress() as bar:
        task = bar.add_task("teacher", total=len(missing))
        for at in range(0, len(missing), _SHARD_RECORDINGS):
            shard = missing[at : at + _SHARD_RECORDINGS]
            heard: list[np.ndarray] = []
            for _, path in shard:
                heard.append(_heard(teacher, path))
                bar.advance(task)
            _write_shard(place / f"{number:06d}", [key for key, _ in shard], heard)
            number += 1


def _heard(teacher: Acoustic, path: Path) -> np.ndarray:
    samples = read_samples(path)
    try:
        return on_network_frames(teacher.posteriors(samples), len(samples))
    except TooShort:
        return np.zeros((0, _COLUMNS), np.float16)


def on_network_frames(posteriors: Posteriors, samples: int) -> np.ndarray:
    """Read a model's CTC posteriors at the embedded network's frames: float16 log-posteriors, shape (frames, 40).

    Parameters
    ----------
    posteriors : Posteriors
        Of any frame spacing and offset; between frames probabilities are interpolated.
    samples : int
        Length of the recording, at 16 kHz.
    """
    frames = output_frames((samples - _WINDOW_SAMPLES) // _HOP_SAMPLES + 1)
    moments_s = OFFSET_S + PERIOD_S * np.arange(frames)
    places = (moments_s - posteriors.offset_s) / posteriors.period_s
    return _logarithm(_between(np.exp(posteriors.ctc), places))


def _between(rows: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Interpolate rows linearly at fractional places; beyond the ends the end rows hold."""
    inside = np.clip(places, 0, len(rows) - 1)
    before = np.floor(inside).astype(np.intp)
    after = np.minimum(before + 1, len(rows) - 1)
    share = (inside - before)[:, None]
    return (1 - share) * rows[before] + share * rows[after]


def _logarithm(probabilities: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(probabilities, np.exp(SMALLEST_NATS))).astype(np.float16)


def _write_shard(path: Path, keys: Sequence[str], heard: Sequence[np.ndarray]) -> None:
    """Write the posteriors, then the index: a shard with an index is complete."""
    np.save(path.with_suffix(".npy"), np.concatenate(heard))
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps({"keys": keys, "frames": [len(one) for one in heard]}), encoding="utf-8")
    partial.replace(path.with_suffix(".json"))


def _read_shards(place: Path) -> dict[str, np.ndarray]:
    heard: dict[str, np.ndarray] = {}
    for index in sorted(place.glob("*.json")):
        content: Mapping[str, list] = json.loads(index.read_text(encoding="utf-8"))
        rows = np.load(index.with_suffix(".npy"), mmap_mode="r", allow_pickle=False)
        ends = np.cumsum([0, *content["frames"]]).tolist()
        heard |= {key: rows[a:b] for key, (a, b) in zip(content["keys"], pairwise(ends), strict=True)}
    return heard


def teacher_targets(
    teachers: Sequence[np.ndarray | None], counts: Sequence[int], *, tempo: Sequence[float], padding_s: Sequence[float]
) -> np.ndarray | None:
    """Bring what a teacher heard to a batch, moved in time as `augment` moved the features.

    Parameters
    ----------
    teachers : sequence of float16 array, shape (frames, 40), or None
        Log-posteriors of each utterance as `listen` gives them.
    counts : sequence of int
        Frames of each utterance after the change.
    tempo, padding_s : sequence of float
        Change of each utterance; what is added before and after is blank.

    Returns
    -------
    float32 array, shape (batch, most frames, 40), or None
        Probabilities; zero where nothing is known. None where nothing at all is.
    """
    if all(teacher is None for teacher in teachers):
        return None
    targets = np.zeros((len(teachers), max(counts), _COLUMNS), np.float32)
    for row, (teacher, count) in enumerate(zip(teachers, counts, strict=True)):
        if teacher is not None:
            # Both grids start at the centre of the first frame, so offsets cancel.
            places = (np.arange(count) - padding_s[row] / PERIOD_S) * tempo[row]
            targets[row, :count] = _moved(np.exp(teacher.astype(np.float32)), places)
    return targets


def _moved(probabilities: np.ndarray, places: np.ndarray) -> np.ndarray:
    moved = _between(probabilities, places)
    moved[(places < -0.5) | (places > len(probabilities) - 0.5)] = np.eye(_COLUMNS, dtype=np.float32)[BLANK]
    return moved


def teacher_loss(log_probs: Tensor, teacher: Tensor) -> Tensor:
    """Kullback-Leibler divergence of the network from its teacher, in nats a frame that the teacher heard.

    Parameters
    ----------
    log_probs : Tensor, shape (batch, frames, 40)
        The network's log-posteriors.
    teacher : Tensor, shape (batch, frames, 40)
        Probabilities as `teacher_targets` gives them.
    """
    divergence = torch.xlogy(teacher, teacher) - teacher * log_probs
    return divergence.sum() / teacher.sum().clamp_min(1.0)
