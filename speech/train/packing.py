"""Compute the acoustic features of recordings, real or synthetic, and pack them into one file."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from speech.train.corpus import Packed, Utterance, encode, read_manifest, save
from speech.train.spoken import SILENCE
from speech.train.synthetic_folder import Recorded, read_set
from speech.train.waveforms import read_unlabelled

_RATE_HZ = 16_000


def pack(manifest: Path, destination: Path, *, unlabelled: bool = False) -> Packed:
    """Pack every labelled recording of a manifest; `unlabelled` adds those of the corpus of that name.

    Raises
    ------
    ValueError
        A recording is not mono at 16 kHz.
    """
    return _pack((*read_manifest(manifest), *(read_unlabelled(manifest) if unlabelled else ())), destination)


def pack_synthetic(folder: Path, destination: Path) -> Packed:
    """Pack a folder of synthetic speech; only utterances whose phone times the synthesiser itself gave are taken."""
    recorded = (one for one in read_set(folder) if one.exact_times)
    return _pack(((_synthetic(one), one.path) for one in recorded), destination)


def _synthetic(recorded: Recorded) -> Utterance:
    segments = tuple(("" if timed.phone == SILENCE else timed.phone, timed.end_s) for timed in recorded.phones)
    return Utterance(
        corpus="synthetic",
        name=f"{recorded.path.parent.name}/{recorded.path.stem}",
        speaker=recorded.voice,
        phones=tuple(phone for phone, _ in segments if phone),
        text=recorded.text,
        segments=segments,
    )


def _pack(recordings: Iterable[tuple[Utterance, Path]], destination: Path) -> Packed:
    import soundfile
    from rich.progress import track

    utterances: list[Utterance] = []
    codes: list[np.ndarray] = []
    energies_of = feature_extractor()
    for utterance, audio in track(tuple(recordings), "features"):
        samples, rate_hz = soundfile.read(audio, dtype="float32")
        if rate_hz != _RATE_HZ or samples.ndim != 1:
            raise ValueError(f"{audio}: expected mono at 16 kHz, found {samples.ndim} dimension(s) at {rate_hz} Hz")
        utterances.append(utterance)
        codes.append(encode(energies_of(samples)))
    packed = Packed(tuple(utterances), tuple(codes))
    save(packed, destination)
    return packed


def feature_extractor() -> Callable[[np.ndarray], np.ndarray]:
    """Build the function from samples (16 kHz) to log-mel energies (frames, 80), the one inside the exported graph."""
    import torch

    from speech.train.network import Fbank

    fbank = Fbank()

    def energies(samples: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return fbank(torch.from_numpy(np.ascontiguousarray(samples, np.float32))[None])[0].numpy()

    return energies
