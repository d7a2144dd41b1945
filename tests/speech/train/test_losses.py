import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from speech.train.batches import Batch
from speech.train.losses import batch_losses, wildcard_ctc
from speech.train.network import Output
from speech.train.targets import IGNORED, WILDCARD

FRAMES, COUNTS = torch.tensor([9, 7]), torch.tensor([3, 2])


def _logits():
    return torch.randn(2, 9, 40, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)


def _loss(logits, targets):
    return wildcard_ctc(logits.log_softmax(-1), torch.tensor(targets), FRAMES, COUNTS)


def test_without_wildcards_it_is_torchs_ctc_and_so_is_its_gradient():
    logits, targets = _logits(), [3, 4, 5, 7, 7]
    torchs = F.ctc_loss(logits.log_softmax(-1).transpose(0, 1), torch.tensor(targets), FRAMES, COUNTS, reduction="sum")
    ours = _loss(logits, targets)
    torch.testing.assert_close(ours, torchs)
    pairs = (torch.autograd.grad(loss, logits)[0] for loss in (ours, torchs))
    torch.testing.assert_close(*pairs)


def test_a_wildcards_gradient_is_the_slope():
    assert torch.autograd.gradcheck(lambda logits: _loss(logits, [3, WILDCARD, 5, 7, WILDCARD]), (_logits(),))


def test_a_wildcard_is_likelier_than_any_one_phone():
    logits = _logits()
    loss = _loss(logits, [3, WILDCARD, 5, 7, 8])
    assert all(loss < _loss(logits, [3, phone, 5, 7, 8]) for phone in range(1, 40))


def test_speech_too_short_for_its_phones_teaches_nothing():
    logits = _logits()
    loss = wildcard_ctc(logits.log_softmax(-1), torch.tensor([3, 4, 5, 7, WILDCARD]), torch.tensor([2, 7]), COUNTS)
    (gradient,) = torch.autograd.grad(loss, logits)
    assert torch.isfinite(loss)
    assert not gradient[0].any()
    assert gradient[1].any()


def test_frames_without_a_label_do_not_count():
    log_probs = _logits().float().log_softmax(-1).detach()
    output = Output(log_probs, log_probs, log_probs, torch.zeros(2, 9, 4))
    frames = torch.full((2, 9), IGNORED)
    frames[0, 2] = 6
    batch = Batch(torch.zeros(2, 17, 80), torch.tensor([17, 13]), torch.tensor([3, 4, 5, 7, 8]), COUNTS, frames, 0.3)
    losses = batch_losses(output, batch)
    assert float(losses["frame"]) == pytest.approx(-float(log_probs[0, 2, 6]))
    assert float(losses["ctc"]) == pytest.approx(float(losses["inter"]))
    unlabelled = batch_losses(output, batch._replace(frames=torch.full((2, 9), IGNORED)))
    assert float(unlabelled["frame"]) == 0.0
