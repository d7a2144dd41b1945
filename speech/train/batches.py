"""Which utterances a training step sees: a fixed mix of sources, utterances of like length together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from phonemes.inventory import COLUMN
from speech.train.augment import AugmentConfig, augment
from speech.train.corpus import FRAME_S, Packed, decode
from speech.train.network import output_frames
from speech.train.targets import IGNORED, WILDCARD, Labels, exact_labels, frame_targets, trusted_phones
from speech.train.teacher import key_of, teacher_targets

POOL_UTTERANCES = 384
"""Utterances drawn at once and sorted by length."""


class Batch(NamedTuple):
    """Padded features with their targets; `phones` are the CTC targets of all utterances in a row.

    `teacher` (batch, frames, 40) holds a teacher's probabilities, zero where it heard nothing.
    """

    energies: Tensor
    lengths: Tensor
    phones: Tensor
    phone_counts: Tensor
    frames: Tensor
    seconds: float
    teacher: Tensor | None = None


@dataclass(slots=True)
class Lesson:
    """One utterance as training sees it.

    Parameters
    ----------
    codes : uint8 array, shape (frames, bins)
    columns : tuple of int
        Posterior columns of all its phones.
    trusted : tuple of bool
        Phones that people heard as what they should be; the others may be any phone.
    labels : Labels or None
        When each phone sounds; replaced when the model aligns the speech anew.
    is_exact : bool
        Whether `labels` are known for sure.
    teacher : float16 array, shape (frames, 40), or None
        Log-posteriors of a teacher on the network's frames.
    """

    codes: np.ndarray
    columns: tuple[int, ...]
    trusted: tuple[bool, ...]
    labels: Labels | None = None
    is_exact: bool = False
    teacher: np.ndarray | None = None

    @property
    def taught(self) -> tuple[int, ...]:
        """The CTC target: the column of every trusted phone, `WILDCARD` for the others."""
        return tuple(column if sure else WILDCARD for column, sure in zip(self.columns, self.trusted, strict=True))


def lessons_of(
    packed: Packed, *, doubts_below: float, longest_s: float, heard: Mapping[str, np.ndarray] | None = None
) -> list[Lesson]:
    """Turn utterances into lessons; those too long or with nothing to teach are left out."""
    lessons: list[Lesson] = []
    for utterance, codes in zip(packed.utterances, packed.codes, strict=True):
        columns = tuple(COLUMN[phone] for phone in utterance.phones)
        labels = exact_labels(utterance)
        teacher = heard.get(key_of(utterance)) if heard else None
        trusted = trusted_phones(utterance, doubts_below)
        lesson = Lesson(codes, columns, trusted, labels, labels is not None, teacher)
        if (any(trusted) or teacher is not None) and len(codes) * FRAME_S <= longest_s:
            lessons.append(lesson)
    return lessons


def plan(
    sources: Sequence[Sequence[Lesson]], shares: Sequence[float], *, batch_s: float, seed: int, start: int = 0
) -> Iterator[list[Lesson]]:
    """Draw batches for ever; the nth batch depends on nothing but the arguments, so training can resume anywhere.

    Parameters
    ----------
    sources : sequence of sequence of Lesson
    shares : sequence of float
        Share of the utterances that comes from each source.
    batch_s : float
        Seconds of audio in a batch, at most (one longer utterance makes a batch of its own).
    seed : int
    start : int
        Batches to skip.
    """
    if not any(source and share for source, share in zip(sources, shares, strict=True)):
        raise ValueError("there is nothing to learn from: no source has utterances")
    skip, pool = start, 0
    while True:
        batches = _pool_batches(sources, shares, batch_s, np.random.default_rng([seed, pool]))
        yield from batches[skip:]
        skip, pool = max(0, skip - len(batches)), pool + 1


def _pool_batches(
    sources: Sequence[Sequence[Lesson]], shares: Sequence[float], batch_s: float, chance: np.random.Generator
) -> list[list[Lesson]]:
    drawn: list[Lesson] = []
    for source, share in zip(sources, shares, strict=True):
        if source and share:
            count = min(round(POOL_UTTERANCES * share), len(source))
            drawn += [source[place] for place in chance.choice(len(source), count, replace=False)]
    drawn.sort(key=lambda lesson: len(lesson.codes))
    batches: list[list[Lesson]] = []
    room_frames = 0.0
    for lesson in drawn:
        if len(lesson.codes) > room_frames:
            batches.append([])
            room_frames = batch_s / FRAME_S
        batches[-1].append(lesson)
        room_frames -= len(lesson.codes)
    return [batches[place] for place in chance.permutation(len(batches))]


def collate(
    lessons: Sequence[Lesson], config: AugmentConfig, generator: torch.Generator, *, device: torch.device
) -> Batch:
    """Put utterances side by side, augmented, with phone and frame targets."""
    energies, lengths = pad([lesson.codes for lesson in lessons], device=device)
    changed = augment(energies, lengths, config, generator)
    counts = output_frames(changed.lengths).tolist()
    targets = np.full((len(lessons), max(counts)), IGNORED)
    pace = zip(lessons, counts, changed.tempo.tolist(), changed.padding.tolist(), strict=True)
    for row, (lesson, count, tempo, padding) in enumerate(pace):
        targets[row, :count] = frame_targets(lesson.labels, count, tempo=tempo, padding_s=padding * FRAME_S)
    teacher = teacher_targets(
        [lesson.teacher for lesson in lessons],
        counts,
        tempo=changed.tempo.tolist(),
        padding_s=[FRAME_S * padding for padding in changed.padding.tolist()],
    )
    return Batch(
        changed.energies,
        changed.lengths,
        torch.tensor([column for lesson in lessons for column in lesson.taught], dtype=torch.long, device=device),
        torch.tensor([len(lesson.taught) for lesson in lessons], device=device),
        torch.from_numpy(targets).to(device),
        float(lengths.sum()) * FRAME_S,
        None if teacher is None else torch.from_numpy(teacher).to(device),
    )


def pad(codes: Sequence[np.ndarray], *, device: torch.device) -> tuple[Tensor, Tensor]:
    """Decode features and put them side by side: energies (batch, frames, bins) and lengths (batch,)."""
    lengths = torch.tensor([len(one) for one in codes])
    padded = np.zeros((len(codes), int(lengths.max()), codes[0].shape[1]), np.uint8)
    for row, one in enumerate(codes):
        padded[row, : len(one)] = one
    return torch.from_numpy(decode(padded)).to(device), lengths.to(device)
