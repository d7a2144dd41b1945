"""What training minimises: CTC at two depths, in which a doubtful sound may be any phone, and frame cross-entropy."""

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  (the name everybody knows)
from torch import Tensor

from phonemes.inventory import BLANK
from speech.train.batches import Batch
from speech.train.network import Output, output_frames
from speech.train.targets import IGNORED
from speech.train.teacher import teacher_loss


def batch_losses(output: Output, batch: Batch) -> dict[str, Tensor]:
    """The losses of a batch: CTC a phone at both depths, cross-entropy a labelled frame, divergence from a teacher."""
    frames = output_frames(batch.lengths)
    labelled = (batch.frames != IGNORED).sum().clamp_min(1)
    cross_entropy = F.nll_loss(
        output.frame.flatten(0, 1), batch.frames.flatten(), ignore_index=IGNORED, reduction="sum"
    )
    return {
        "ctc": _ctc(output.ctc, batch, frames),
        "inter": _ctc(output.inter, batch, frames),
        "frame": cross_entropy / labelled,
        "teacher": output.ctc.new_zeros(()) if batch.teacher is None else teacher_loss(output.ctc, batch.teacher),
    }


def _ctc(log_probs: Tensor, batch: Batch, frames: Tensor) -> Tensor:
    known = batch.phone_counts > 0  # speech that nobody transcribed must not be taught to be silence
    if not bool(known.any()):
        return log_probs.sum() * 0.0
    counts = batch.phone_counts[known]
    return wildcard_ctc(log_probs[known], batch.phones, frames[known], counts) / counts.sum()


def wildcard_ctc(log_probs: Tensor, targets: Tensor, frames: Tensor, counts: Tensor) -> Tensor:
    """Sum of the CTC losses of a batch; a target may be `WILDCARD`, which every phone fulfils.

    A sound that people heard as wrong is some other sound: leaving it out of the target would teach the model to
    keep silent about it, and asking for the expected phone would teach it to hear what was not said.

    Parameters
    ----------
    log_probs : Tensor, shape (batch, frames, columns)
    targets : Tensor, shape (sum of counts,)
        The targets of all utterances in a row.
    frames, counts : Tensor, shape (batch,)
        Frames and targets of each utterance.
    """
    anything = log_probs[:, :, BLANK + 1 :].logsumexp(-1, keepdim=True)
    emissions = torch.cat([log_probs, anything], -1).transpose(0, 1)
    return _Ctc.apply(emissions, targets, frames, counts)  # type: ignore[no-any-return]


class _Ctc(torch.autograd.Function):
    """CTC of emissions that need not sum to one.

    Torch's own gradient takes for granted that they do, and adds the probabilities that the gradient of a softmax
    takes away again; here they are taken away at once.
    """

    @staticmethod
    def forward(ctx: Any, emissions: Tensor, targets: Tensor, frames: Tensor, counts: Tensor) -> Tensor:
        with torch.enable_grad():
            free = emissions.detach().requires_grad_()
            losses = F.ctc_loss(free, targets, frames, counts, reduction="none", zero_infinity=True)
            (gradient,) = torch.autograd.grad(losses.sum(), free)
        moments = torch.arange(len(emissions), device=emissions.device)[:, None]
        counted = (moments < frames) & (losses.detach() > 0)
        ctx.save_for_backward(gradient - free.detach().exp() * counted[:, :, None])
        return losses.detach().sum()

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[Tensor | None, ...]:
        (gradient,) = ctx.saved_tensors
        return gradient * gradients[0], None, None, None
