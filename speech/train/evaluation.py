"""Phone error rate of a network on packed speech, by greedy decoding; and its alignment of that speech."""

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from phonemes.inventory import BLANK
from speech.train.batches import Lesson, pad
from speech.train.corpus import FRAME_S
from speech.train.network import Network, Output, output_frames
from speech.train.targets import align_many

_BATCH_S = 40.0
_ALIGNED_AT_ONCE = 48


def choose_device(name: str) -> torch.device:
    """The device of that name; "auto" is a GPU where there is one."""
    return torch.device(("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name)


def autocast(device: torch.device, precision: str) -> AbstractContextManager[object]:
    """Reduced precision where it pays: on a GPU, and on processors that multiply faster in bf16."""
    if precision == "bf16" or (precision == "auto" and (device.type == "cuda" or bf16_is_faster())):
        return torch.autocast(device.type, torch.bfloat16)
    return nullcontext()


@cache
def bf16_is_faster() -> bool:
    """Whether this processor multiplies matrices of a training step faster in bf16; measured, in some milliseconds.

    Having the instructions is not enough: some processors have them at half the speed of 32 bits.
    """
    return _product_s(torch.bfloat16) < _product_s(torch.float32)


def _product_s(kind: torch.dtype) -> float:
    """Shortest time of a matrix product, in seconds."""
    left, right = torch.ones(1024, 256, dtype=kind), torch.ones(256, 512, dtype=kind)
    times: list[float] = []
    for _ in range(8):
        started_s = time.perf_counter()
        torch.mm(left, right)
        times.append(time.perf_counter() - started_s)
    return min(times)


def greedy(log_probs: np.ndarray) -> list[int]:
    """Best column of every frame, repeats joined, blanks left out."""
    best = log_probs.argmax(-1)
    changes = best[np.append(True, best[1:] != best[:-1])]
    return [int(column) for column in changes if column != BLANK]


def phone_error_rate(network: Network, lessons: Sequence[Lesson], *, precision: str = "auto") -> float:
    """Share of wrong, missing and extra phones (all phones of the text count, badly said ones too)."""
    import jiwer

    references: list[str] = []
    hypotheses: list[str] = []
    for lesson, output in outputs(network, lessons, precision=precision):
        references.append(" ".join(map(str, lesson.columns)))
        hypotheses.append(" ".join(map(str, greedy(output.ctc.numpy()))))
    return float(jiwer.wer(references, hypotheses))


def realign(network: Network, lessons: Sequence[Lesson], *, precision: str = "auto") -> None:
    """Replace the labels of real speech by the network's own alignment of its known phones."""
    uncertain = [lesson for lesson in lessons if not lesson.is_exact]
    heard = outputs(network, uncertain, precision=precision)
    while some := list(islice(heard, _ALIGNED_AT_ONCE)):
        labels = align_many([(output.frame.numpy(), lesson.columns, lesson.trusted) for lesson, output in some])
        for (lesson, _), known in zip(some, labels, strict=True):
            lesson.labels = known


def outputs(network: Network, lessons: Sequence[Lesson], *, precision: str) -> Iterator[tuple[Lesson, Output]]:
    """Run the network over speech; every output is cut to its utterance and in 32 bits on the processor."""
    device = next(network.parameters()).device
    was_training = network.training
    network.eval()
    for group in _groups(lessons):
        energies, lengths = pad([lesson.codes for lesson in group], device=device)
        with torch.inference_mode(), autocast(device, precision):
            output = network(energies, lengths)
        for row, frames in enumerate(output_frames(lengths).tolist()):
            yield group[row], Output(*(_cut(part, row, frames) for part in output))
    network.train(was_training)


def _cut(part: Tensor, row: int, frames: int) -> Tensor:
    return part[row, :frames].float().cpu()


def _groups(lessons: Sequence[Lesson]) -> Iterator[list[Lesson]]:
    group: list[Lesson] = []
    for lesson in sorted(lessons, key=lambda one: len(one.codes)):
        if group and (len(group) + 1) * len(lesson.codes) * FRAME_S > _BATCH_S:
            yield group
            group = []
        group.append(lesson)
    if group:
        yield group
