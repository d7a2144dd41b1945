"""Batches of waveforms for a speech network, read and changed by threads while it trains."""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from speech.audio import SAMPLE_RATE
from speech.train.waveforms import Clip, WaveformAugmentConfig, change, read_samples, side_by_side

_BATCHES_AHEAD = 4


class Sounds(NamedTuple):
    """Waveforms (batch, samples) with their CTC targets in a row, and which frames to hide (batch, frames)."""

    waveforms: Tensor
    phones: Tensor
    phone_counts: Tensor
    hidden: Tensor | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Preparation:
    """From clips to a batch.

    Parameters
    ----------
    extractor : transformers feature extractor
    frames_of : callable
        Frames that the network writes for so many samples.
    augment : WaveformAugmentConfig
    hidden_share, hidden_frames : float, int
        Share of the frames to hide, and how many in a row.
    seed : int
        With the number of a batch, the only source of randomness.
    """

    extractor: Any
    frames_of: Callable[[int], int]
    augment: WaveformAugmentConfig
    hidden_share: float
    hidden_frames: int
    seed: int

    def __call__(self, clips: Sequence[Clip], number: int) -> Sounds:
        """Read, change and batch clips."""
        chance = np.random.default_rng([self.seed, 1, number])
        changed = [change(read_samples(clip.path), self.augment, chance) for clip in clips]
        waveforms = as_heard(self.extractor, side_by_side(changed, chance))
        return Sounds(
            waveforms,
            torch.tensor([column for clip in clips for column in clip.taught]),
            torch.tensor([len(clip.taught) for clip in clips]),
            self._hidden(len(clips), self.frames_of(waveforms.shape[1]), chance),
            sum(map(len, changed)) / SAMPLE_RATE,
        )

    def _hidden(self, clips: int, frames: int, chance: np.random.Generator) -> Tensor | None:
        if not self.hidden_share:
            return None
        starts = chance.random((clips, frames)) < self.hidden_share / self.hidden_frames
        spans = [np.convolve(row, np.ones(self.hidden_frames))[:frames] > 0 for row in starts]
        return torch.from_numpy(np.stack(spans))


def as_heard(extractor: Any, waveforms: list[np.ndarray]) -> Tensor:
    """Normalise waveforms of one length as the checkpoint asks for: (batch, samples)."""
    return extractor(waveforms, sampling_rate=SAMPLE_RATE, return_tensors="pt").input_values


def prepared(
    drawn: Iterator[list[Clip]], preparation: Callable[[Sequence[Clip], int], Sounds], *, start: int, readers: int
) -> Generator[Sounds]:
    """Prepare batches ahead of need, in order; `start` is the number of the first."""
    with ThreadPoolExecutor(max(1, readers)) as pool:
        ahead: deque[Future[Sounds]] = deque()
        for number, clips in enumerate(drawn, start):
            ahead.append(pool.submit(preparation, clips, number))
            if len(ahead) > _BATCHES_AHEAD:
                yield ahead.popleft().result()
