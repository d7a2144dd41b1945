"""Speech to learn from: manifests, speaker folds, and acoustic features packed into one file."""

import bz2
import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

BINS = 80
"""Mel bands of a feature frame."""

FRAME_S = 0.01
"""Spacing of feature frames."""

STEP_NATS = 0.5
"""Quantisation step of packed log-mel energies; its error (0.14 rms) is a fifth of the scatter of a single frame."""

RANGE_NATS = 14.0
"""What lies further below the loudest band of an utterance (61 dB) is packed as silence."""

CHILD_BELOW_YEARS = 16
FOLDS = 5
HELD_OUT_FOLD = 0
"""Speakers of this fold are the development set: no shipped model hears them."""

NEVER_HELD_OUT = -1
_L2 = "speechocean762"
_NATIVE_HELD_OUT_SHARE = {"an4": 0.1, "libri": 1 / 3}
_CHUNK_UTTERANCES = 256


@dataclass(frozen=True, slots=True)
class Utterance:
    """One recording to learn from.

    Parameters
    ----------
    corpus, name, speaker : str
        Where it comes from; a speaker is known by corpus and speaker together.
    phones : tuple of str
        ARPAbet without stress, in order.
    age : int or None
        Years.
    text : str
        What was to be read.
    scores : tuple of float, or None
        Human score 0..2 of every phone.
    segments : tuple of (str, float), or None
        Exact labels where they are known: phone ("" is silence) and its end in seconds.
    """

    corpus: str
    name: str
    speaker: str
    phones: tuple[str, ...]
    age: int | None = None
    text: str = ""
    scores: tuple[float, ...] | None = None
    segments: tuple[tuple[str, float], ...] | None = None

    @property
    def who(self) -> tuple[str, str]:
        """The speaker, unique over corpora."""
        return self.corpus, self.speaker


@dataclass(frozen=True, slots=True)
class Packed:
    """Utterances with their features.

    Parameters
    ----------
    utterances : tuple of Utterance
    codes : tuple of uint8 array, shape (frames, 80)
        Log-mel energies above the utterance's floor, in steps of `STEP_NATS`; `decode` undoes it.
    """

    utterances: tuple[Utterance, ...]
    codes: tuple[np.ndarray, ...]

    def __add__(self, other: "Packed") -> "Packed":
        """Put two collections together."""
        return Packed(self.utterances + other.utterances, self.codes + other.codes)

    def where(self, wanted: Callable[[Utterance], bool]) -> "Packed":
        """Keep the utterances for which `wanted` is true."""
        places = [place for place, utterance in enumerate(self.utterances) if wanted(utterance)]
        return Packed(tuple(self.utterances[p] for p in places), tuple(self.codes[p] for p in places))


def read_manifest(path: Path) -> tuple[tuple[Utterance, Path], ...]:
    """Read the labelled rows of a manifest, each with the path of its audio.

    Parameters
    ----------
    path : Path
        Tab-separated, with the columns corpus, utterance, speaker, age, path (below the manifest's folder), text,
        phones, phone_scores. Rows without phones are left out.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if row["phones"]]
    return tuple((_utterance(row), path.parent / row["path"]) for row in rows)


def _utterance(row: Mapping[str, str]) -> Utterance:
    phones = tuple(row["phones"].split())
    scores = tuple(float(score) for score in row["phone_scores"].split()) or None
    if scores is not None and len(scores) != len(phones):
        raise ValueError(f"{row['utterance']}: {len(phones)} phones but {len(scores)} scores")
    age = int(row["age"]) if row["age"].isdigit() else None
    return Utterance(row["corpus"], row["utterance"], row["speaker"], phones, age, row["text"], scores)


def assign_folds(utterances: Iterable[Utterance]) -> dict[tuple[str, str], int]:
    """Deal speakers into folds, the same way every time.

    Learners (speechocean762) are dealt into `FOLDS` folds, children and adults apart, so that every fold has good and
    poor speakers alike: of each five neighbours by mean human score, one goes to each fold, in the order of a hash of
    their names. Of native corpora with several speakers a part goes to the held-out fold and the rest is always
    trained on.
    """
    ages: dict[tuple[str, str], int | None] = {}
    scores: dict[tuple[str, str], list[float]] = {}
    for utterance in utterances:
        ages[utterance.who] = utterance.age
        scores.setdefault(utterance.who, []).extend(utterance.scores or ())
    folds: dict[tuple[str, str], int] = {}
    for is_child in (False, True):
        learners = [who for who in ages if who[0] == _L2 and _is_child(ages[who]) is is_child]
        learners.sort(key=lambda who: (sum(scores[who]) / max(1, len(scores[who])), _hash(who)))
        for first in range(0, len(learners), FOLDS):
            neighbours = sorted(learners[first : first + FOLDS], key=_hash)
            folds |= {who: (first // FOLDS + place) % FOLDS for place, who in enumerate(neighbours)}
    for corpus in {who[0] for who in ages} - {_L2}:
        speakers = sorted((who for who in ages if who[0] == corpus), key=_hash)
        held_out = round(len(speakers) * _NATIVE_HELD_OUT_SHARE.get(corpus, 0.0))
        folds |= {who: HELD_OUT_FOLD if place < held_out else NEVER_HELD_OUT for place, who in enumerate(speakers)}
    return dict(sorted(folds.items()))


def _is_child(age: int | None) -> bool:
    return age is not None and age < CHILD_BELOW_YEARS


def _hash(who: tuple[str, str]) -> str:
    return hashlib.sha256("/".join(who).encode()).hexdigest()


def write_folds(folds: Mapping[tuple[str, str], int], path: Path) -> None:
    """Write the columns corpus, speaker, fold (-1: always trained on)."""
    lines = ["corpus\tspeaker\tfold", *(f"{corpus}\t{speaker}\t{fold}" for (corpus, speaker), fold in folds.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_folds(path: Path) -> dict[tuple[str, str], int]:
    """Read what `write_folds` wrote."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {(row["corpus"], row["speaker"]): int(row["fold"]) for row in csv.DictReader(lines, delimiter="\t")}


def encode(energies: np.ndarray) -> np.ndarray:
    """Quantise log-mel energies (frames, 80) to steps above the utterance's floor."""
    floor = max(float(energies.min()), float(energies.max()) - RANGE_NATS)
    return np.round(np.maximum(energies - floor, 0.0) / STEP_NATS).astype(np.uint8)


def decode(codes: np.ndarray) -> np.ndarray:
    """Undo `encode` up to the loudness of the utterance, which no model sees."""
    return codes.astype(np.float32) * np.float32(STEP_NATS)


def save(packed: Packed, path: Path) -> None:
    """Write utterances and features into one file without pickle.

    Codes are written band by band as differences in time and compressed, which takes a third of their size.
    """
    header = [
        asdict(utterance) | {"frames": len(codes)}
        for utterance, codes in zip(packed.utterances, packed.codes, strict=True)
    ]
    blocks = [_compress(packed.codes[at : at + _CHUNK_UTTERANCES]) for at in range(0, len(header), _CHUNK_UTTERANCES)]
    with path.open("wb") as file:
        np.savez(
            file,
            header=np.frombuffer(bz2.compress(json.dumps(header).encode()), np.uint8),
            blocks=np.frombuffer(b"".join(blocks), np.uint8),
            ends=np.cumsum([len(block) for block in blocks]),
        )


def load(path: Path) -> Packed:
    """Read what `save` wrote."""
    with np.load(path, allow_pickle=False) as file:
        header = json.loads(bz2.decompress(file["header"].tobytes()))
        blocks, ends = file["blocks"].tobytes(), [0, *file["ends"].tolist()]
    frames = [row.pop("frames") for row in header]
    codes: list[np.ndarray] = []
    for at, (start, end) in enumerate(pairwise(ends)):
        lengths = frames[at * _CHUNK_UTTERANCES : (at + 1) * _CHUNK_UTTERANCES]
        codes += _decompress(blocks[start:end], lengths)
    return Packed(tuple(_from_header(row) for row in header), tuple(codes))


def _compress(codes: Sequence[np.ndarray]) -> bytes:
    differences = [np.diff(one.T, axis=1, prepend=np.uint8(0)).tobytes() for one in codes]
    return bz2.compress(b"".join(differences))


def _decompress(block: bytes, lengths: Sequence[int]) -> list[np.ndarray]:
    flat = np.frombuffer(bz2.decompress(block), np.uint8)
    codes: list[np.ndarray] = []
    start = 0
    for frames in lengths:
        differences = flat[start : start + frames * BINS].reshape(BINS, frames)
        codes.append(np.ascontiguousarray(np.cumsum(differences, axis=1, dtype=np.uint8).T))
        start += frames * BINS
    return codes


def _from_header(row: dict[str, object]) -> Utterance:
    for name in ("phones", "scores"):
        value = row[name]
        row[name] = tuple(value) if isinstance(value, list) else None
    segments = row["segments"]
    row["segments"] = tuple((str(phone), float(end)) for phone, end in segments) if isinstance(segments, list) else None
    return Utterance(**row)  # type: ignore[arg-type]
