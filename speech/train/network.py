"""The embedded network: filter bank, residual depthwise-separable convolutions, CTC and frame heads."""

import math
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import torch
import torch.nn.functional as F  # noqa: N812  (the name everybody knows)
from torch import Tensor, nn

from phonemes.inventory import PHONES

SAMPLE_RATE = 16_000
PERIOD_S = 0.02
OFFSET_S = 0.0125
"""Centre of the first output frame: that of the first 25 ms feature frame."""

_WINDOW, _HOP, _FFT = 400, 160, 512
_PREEMPHASIS = 0.97
_LOWEST_HZ = 20.0
_FULL_SCALE = 32_768.0
_SMALLEST = 1.1920929e-07


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkConfig:
    """Shape of the network.

    Parameters
    ----------
    width, blocks, kernel, expansion : int
        Channels, residual blocks, taps of the depthwise convolutions (20 ms apart), inner width as a multiple.
    squeeze : int
        Divisor of the bottleneck of squeeze-excitation; 0 leaves it out.
    attention : int
        Self-attention layers on top.
    pace : int
        Output frames that one state of the blocks stands for: 1 works every 20 ms, 2 every 40 ms, which halves the
        work; the heads then write two frames a state.
    dropout : float
        Share of channels dropped in training.
    """

    width: int = 256
    blocks: int = 12
    kernel: int = 11
    expansion: int = 2
    squeeze: int = 0
    attention: int = 0
    pace: int = 1
    dropout: float = 0.1


class Output(NamedTuple):
    """What the network says, one row every 20 ms: log-probabilities of three heads, and the encoder states."""

    ctc: Tensor
    frame: Tensor
    inter: Tensor
    hidden: Tensor


class Fbank(nn.Module):
    """Log-mel energies as Kaldi computes them: 25 ms povey windows every 10 ms, 80 bands, no dither.

    DC removal, pre-emphasis, window and Fourier transform are linear in the samples of a frame, so all four are one
    strided convolution; that runs and exports anywhere.
    """

    analysis: Tensor
    mel: Tensor

    def __init__(self, bins: int = 80) -> None:
        super().__init__()
        self.register_buffer("analysis", _analysis_filters()[:, None, :], persistent=False)
        self.register_buffer("mel", _mel_weights(bins), persistent=False)

    def forward(self, samples: Tensor) -> Tensor:
        """Turn samples (batch, n) in [-1, 1] into energies (batch, frames, bins)."""
        spectrum = F.conv1d(samples[:, None, :] * _FULL_SCALE, self.analysis, stride=_HOP)
        real, imaginary = spectrum.chunk(2, dim=1)
        power = (real.square() + imaginary.square()).transpose(1, 2)
        return (power @ self.mel).clamp_min(_SMALLEST).log()


def _analysis_filters() -> Tensor:
    size = _WINDOW
    centre = torch.eye(size, dtype=torch.float64) - 1.0 / size
    shift = torch.zeros(size, size, dtype=torch.float64)
    shift[torch.arange(1, size), torch.arange(size - 1)] = 1.0
    shift[0, 0] = 1.0
    emphasis = torch.eye(size, dtype=torch.float64) - _PREEMPHASIS * shift
    window = torch.hann_window(size, periodic=False, dtype=torch.float64).pow(0.85)
    frame = window[:, None] * (emphasis @ centre)
    angle = 2 * math.pi / _FFT * torch.outer(torch.arange(_FFT // 2), torch.arange(size)).double()
    return torch.cat([torch.cos(angle) @ frame, torch.sin(angle) @ frame]).float()


def _mel(frequency_hz: Tensor) -> Tensor:
    return 1127.0 * torch.log1p(frequency_hz / 700.0)


def _mel_weights(bins: int) -> Tensor:
    low, high = _mel(torch.tensor([_LOWEST_HZ, SAMPLE_RATE / 2], dtype=torch.float64))
    step = (high - low) / (bins + 1)
    left = low + torch.arange(bins) * step
    mels = _mel(torch.arange(_FFT // 2).double() * SAMPLE_RATE / _FFT)[:, None]
    rising, falling = (mels - left) / step, (left + 2 * step - mels) / step
    return torch.minimum(rising, falling).clamp_min(0.0).float()


def normalise(energies: Tensor, mask: Tensor | None = None) -> Tensor:
    """Bring every band of every utterance to mean 0 and variance 1; `mask` (batch, frames, 1) is 1 inside."""
    if mask is None:
        centred = energies - energies.mean(1, keepdim=True)
        return centred / (centred.square().mean(1, keepdim=True) + 1e-5).sqrt()
    count = mask.sum(1, keepdim=True)
    centred = (energies - (energies * mask).sum(1, keepdim=True) / count) * mask
    return centred / (centred.square().sum(1, keepdim=True) / count + 1e-5).sqrt()


class Block(nn.Module):
    """Residual depthwise-separable convolution."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        width, inner = config.width, config.width * config.expansion
        self.norm = nn.LayerNorm(width)
        self.depthwise = Depthwise(width, config.kernel)
        self.widen = nn.Linear(width, inner)
        self.narrow = nn.Linear(inner, width)
        self.squeeze = Squeeze(width, config.squeeze) if config.squeeze else None
        self.dropout = LockedDropout(config.dropout)

    def forward(self, states: Tensor, mask: Tensor | None) -> Tensor:
        """Refine states (batch, frames, width); frames outside the mask are kept from leaking in."""
        inner = self.norm(states)
        inner = inner if mask is None else inner * mask
        inner = self.depthwise(inner)
        inner = self.narrow(F.relu(self.widen(inner)))
        if self.squeeze is not None:
            inner = self.squeeze(inner, mask)
        return states + self.dropout(inner)


class Depthwise(nn.Module):
    """Convolution in time of every channel by itself.

    On a processor in training, a two-dimensional convolution in 32 bits over channels-last memory takes half the time
    of `Conv1d`: nothing is transposed, and oneDNN's bf16 weight gradient is slow.
    """

    def __init__(self, width: int, kernel: int) -> None:
        super().__init__()
        conv = nn.Conv1d(width, width, kernel, groups=width)
        self.weight, self.bias = conv.weight, conv.bias
        self.padding = kernel // 2

    def forward(self, states: Tensor) -> Tensor:
        """Convolve states (batch, frames, width)."""
        width = states.shape[2]
        if states.is_cuda or not self.training:
            columns = states.transpose(1, 2)
            return F.conv1d(columns, self.weight, self.bias, padding=self.padding, groups=width).transpose(1, 2)
        with torch.autocast("cpu", enabled=False):
            image = states.float().transpose(1, 2).unsqueeze(2)
            weight = self.weight.unsqueeze(2).contiguous(memory_format=torch.channels_last)
            result = F.conv2d(image, weight, self.bias, padding=(0, self.padding), groups=width)
        return result.squeeze(2).transpose(1, 2)


class LockedDropout(nn.Module):
    """Drop whole channels of an utterance: a random number an activation would take a seventh of the time of a step."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, states: Tensor) -> Tensor:
        """Drop channels of states (batch, frames, width) in training."""
        if not self.training or not self.share:
            return states
        kept = torch.rand(states.shape[0], 1, states.shape[2], device=states.device) >= self.share
        return states * (kept.to(states.dtype) / (1 - self.share))


class Squeeze(nn.Module):
    """Squeeze-excitation: gate channels by their mean over the utterance."""

    def __init__(self, width: int, divisor: int) -> None:
        super().__init__()
        self.down = nn.Linear(width, width // divisor)
        self.up = nn.Linear(width // divisor, width)

    def forward(self, states: Tensor, mask: Tensor | None) -> Tensor:
        """Gate states (batch, frames, width)."""
        mean = states.mean(1) if mask is None else (states * mask).sum(1) / mask.sum(1)
        return states * torch.sigmoid(self.up(F.relu(self.down(mean))))[:, None, :]


class Attention(nn.Module):
    """Residual self-attention over the whole utterance; the convolutions below know the order."""

    _HEAD_WIDTH = 64

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.width)
        self.project = nn.Linear(config.width, 3 * config.width)
        self.out = nn.Linear(config.width, config.width)
        self.dropout = LockedDropout(config.dropout)

    def forward(self, states: Tensor, mask: Tensor | None) -> Tensor:
        """Mix states (batch, frames, width) by content."""
        batch, frames, width = states.shape
        query, key, value = (
            part.reshape(batch, frames, width // self._HEAD_WIDTH, self._HEAD_WIDTH).transpose(1, 2)
            for part in self.project(self.norm(states)).chunk(3, dim=-1)
        )
        inside = None if mask is None else (mask[:, None, :, 0] > 0)[:, :, None, :]
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=inside)
        return states + self.dropout(self.out(mixed.transpose(1, 2).reshape(batch, frames, width)))


class Network(nn.Module):
    """Features in, phones out."""

    def __init__(self, config: NetworkConfig, *, bins: int = 80) -> None:
        super().__init__()
        columns = len(PHONES) + 1
        self.config = config
        stride = 2 * config.pace
        self.stem = nn.Conv1d(bins, config.width, 2 * stride + 1, stride=stride, padding=stride)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.blocks))
        self.attention = nn.ModuleList(Attention(config) for _ in range(config.attention))
        self.norm = nn.LayerNorm(config.width)
        self.inter_norm = nn.LayerNorm(config.width)
        self.ctc_head = nn.Linear(config.width, columns * config.pace)
        self.inter_head = nn.Linear(config.width, columns * config.pace)
        self.frame_head = nn.Linear(config.width, columns * config.pace)

    def forward(self, energies: Tensor, lengths: Tensor | None = None) -> Output:
        """Judge log-mel energies.

        Parameters
        ----------
        energies : Tensor, shape (batch, feature frames, bins)
        lengths : Tensor, shape (batch,), optional
            Feature frames of each utterance; None when all fill the batch; the result ignores what is padded.
        """
        mask = None if lengths is None else _mask(lengths, energies.shape[1], energies.dtype)
        states = self.stem(normalise(energies, mask).transpose(1, 2)).transpose(1, 2)
        inside = None if lengths is None else _mask(self._states(lengths), states.shape[1], states.dtype)
        between = states
        for place, block in enumerate(self.blocks):
            states = block(states, inside)
            if place == (len(self.blocks) - 1) // 2:
                between = states
        for layer in self.attention:
            states = layer(states, inside)
        hidden = self.norm(states)
        frames = output_frames(energies.shape[1])
        return Output(
            self._log_probabilities(self.ctc_head(hidden), frames),
            self._log_probabilities(self.frame_head(hidden), frames),
            self._log_probabilities(self.inter_head(self.inter_norm(between)), frames),
            hidden if self.config.pace == 1 else hidden.repeat_interleave(self.config.pace, 1)[:, :frames],
        )

    def _states(self, feature_frames: Tensor) -> Tensor:
        """States of the blocks for so many feature frames."""
        stride = 2 * self.config.pace
        return (feature_frames + stride - 1) // stride

    def _log_probabilities(self, logits: Tensor, frames: int) -> Tensor:
        """Turn logits (batch, states, columns x pace) into log-probabilities (batch, frames, columns)."""
        pace = self.config.pace
        if pace > 1:
            logits = logits.reshape(logits.shape[0], -1, logits.shape[2] // pace)[:, :frames]
        return logits.float().log_softmax(-1)


Count = TypeVar("Count", int, Tensor)


def feature_frames(samples: int) -> int:
    """Feature frames of so many samples."""
    return (samples - _WINDOW) // _HOP + 1


def output_frames(feature_frames: Count) -> Count:
    """Frames the network writes for so many feature frames."""
    return (feature_frames + 1) // 2


def _mask(lengths: Tensor, frames: int, kind: torch.dtype) -> Tensor:
    return (torch.arange(frames, device=lengths.device)[None, :] < lengths[:, None]).to(kind)[:, :, None]
