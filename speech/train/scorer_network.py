"""The scorer's network: a tiny transformer over the phones of a reading, and its ONNX graph.

It learns two things at once: how people score each phone, and which phone was said in its place. The second it learns
from synthetic and native speech too, where that is known.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  (the name everybody knows)
from torch import Tensor, nn

from phonemes.inventory import PHONES
from speech.evidence import FEATURES, Evidence
from speech.scoring import INPUTS, LEVELS, THRESHOLDS, wide

UNKNOWN, OTHER = -1, -2
"""What `Taught.said` holds where nobody knows, and where only is known that it was not the expected phone."""

_OPSET = 17
_SPREAD_PHONES = 4.0
"""Batches hold readings of like length; lengths are blurred by so much so that batches differ between epochs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitConfig:
    """Shape of the network and how it is fitted.

    Parameters
    ----------
    width, layers, heads, inner, states : int
        Width of the transformer, its layers, attention heads and inner width; width the encoder states are squeezed to.
    dropout, noise : float
        Share of activations dropped; standard deviation of noise on the standardised evidence.
    epochs, batch : int
        Passes over the readings, and readings in a batch.
    peak_rate, weight_decay : float
        AdamW, with one cycle of the learning rate.
    score_weight, said_weight : float
        Weights of the squared error of the score, and of the cross-entropy of what was said, beside the cross-entropy
        of the thresholds.
    members : int
        Networks fitted from different seeds, whose probabilities are averaged.
    seed : int
    """

    width: int = 32
    layers: int = 2
    heads: int = 2
    inner: int = 64
    states: int = 12
    dropout: float = 0.1
    noise: float = 0.1
    epochs: int = 10
    batch: int = 32
    peak_rate: float = 2e-3
    weight_decay: float = 0.05
    score_weight: float = 4.0
    said_weight: float = 1.0
    members: int = 3
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Taught:
    """A reading to learn from.

    Parameters
    ----------
    evidence : Evidence
        On its n phones.
    human : float array, shape (n,)
        Human scores, 0..2; nan where nobody scored.
    said : int array, shape (n,)
        What was said: place in `Evidence.said`, `UNKNOWN`, or `OTHER` than expected.
    """

    evidence: Evidence
    human: np.ndarray
    said: np.ndarray


class Standard(NamedTuple):
    """Mean and spread of the evidence and of the encoder states that a fit has seen."""

    mean: np.ndarray
    scale: np.ndarray
    hidden_mean: np.ndarray
    hidden_scale: np.ndarray


class Rater(nn.Module):
    """Evidence on the phones of a reading in; for each out, logits of the thresholds and of what was said."""

    mean: Tensor
    scale: Tensor
    hidden_mean: Tensor
    hidden_scale: Tensor

    def __init__(self, config: FitConfig, standard: Standard) -> None:
        super().__init__()
        for name, values in standard._asdict().items():
            self.register_buffer(name, torch.from_numpy(values.astype(np.float32)))
        width = config.width
        self.noise = config.noise
        self.evidence = nn.Linear(len(standard.mean), width)
        self.phone = nn.Embedding(len(PHONES) + 1, width)
        self.squeeze = nn.Linear(len(standard.hidden_mean), config.states)
        self.hidden = nn.Linear(config.states, width)
        self.neighbours = nn.Conv1d(width, width, 3, padding=1, groups=width)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, len(THRESHOLDS) + len(PHONES) + 1)
        self.trust = nn.Parameter(torch.tensor([1.0, 0.3]))
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, evidence: Tensor, columns: Tensor, hidden: Tensor, inside: Tensor | None = None) -> Tensor:
        """Judge phones.

        Parameters
        ----------
        evidence, columns, hidden : Tensor, shapes (batch, n, 92), (batch, n), (batch, n, width)
        inside : bool Tensor, shape (batch, n), optional
            False where a reading is padded.
        """
        standard = (evidence - self.mean) / self.scale
        if self.training and self.noise:
            standard = standard + self.noise * torch.randn_like(standard)
        states = self.squeeze((hidden - self.hidden_mean) / self.hidden_scale)
        phones = self.evidence(standard) + self.phone(columns) + self.hidden(states)
        if inside is not None:
            phones = phones * inside[:, :, None]
        phones = self.dropout(phones + self.neighbours(phones.transpose(1, 2)).transpose(1, 2))
        for layer in self.layers:
            phones = layer(phones, inside)
        thresholds, said = self.out(self.norm(phones)).split([len(THRESHOLDS), len(PHONES) + 1], -1)
        return torch.cat([thresholds, said + self._heard(evidence)], -1)

    def _heard(self, evidence: Tensor) -> Tensor:
        """What both heads of the acoustic model hear, weighed: what was said starts from there."""
        ctc, frame = evidence[..., len(FEATURES) :].split(len(PHONES) + 1, -1)
        silence_last = torch.cat([frame[..., 1:], frame[..., :1]], -1)
        return self.trust[0] * ctc + self.trust[1] * silence_last


class Layer(nn.Module):
    """Self-attention and a feed-forward pair, each after a norm and beside a residual."""

    def __init__(self, config: FitConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.before_mixing, self.before_thinking = nn.LayerNorm(width), nn.LayerNorm(width)
        self.project, self.mix = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, config.inner), nn.Linear(config.inner, width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, phones: Tensor, inside: Tensor | None) -> Tensor:
        """Refine phones (batch, n, width)."""
        batch, count, width = phones.shape
        query, key, value = (
            part.reshape(batch, count, self.heads, width // self.heads).transpose(1, 2)
            for part in self.project(self.before_mixing(phones)).chunk(3, -1)
        )
        weights = query @ key.transpose(2, 3) / math.sqrt(width // self.heads)
        if inside is not None:
            weights = weights.masked_fill(~inside[:, None, None, :], -1e9)
        mixed = (weights.softmax(-1) @ value).transpose(1, 2).reshape(batch, count, width)
        phones = phones + self.dropout(self.mix(mixed))
        return phones + self.dropout(self.narrow(F.relu(self.widen(self.before_thinking(phones)))))


class Panel(nn.Module):
    """Several raters, whose probabilities are averaged."""

    def __init__(self, raters: Sequence[Rater]) -> None:
        super().__init__()
        self.raters = nn.ModuleList(raters)

    def forward(self, evidence: Tensor, columns: Tensor, hidden: Tensor) -> Tensor:
        """Probabilities (batch, n, 44) for readings of one length."""
        votes: list[Tensor] = []
        for rater in self.raters:
            thresholds, said = rater(evidence, columns, hidden).split([len(THRESHOLDS), len(PHONES) + 1], -1)
            votes.append(torch.cat([thresholds.sigmoid(), said.softmax(-1)], -1))
        return torch.stack(votes).mean(0)


class _Batch(NamedTuple):
    evidence: Tensor
    columns: Tensor
    hidden: Tensor
    human: Tensor
    said: Tensor
    inside: Tensor


def fit(readings: Sequence[Taught], config: FitConfig) -> Panel:
    """Fit a panel of raters."""
    standard = _standard([reading.evidence for reading in readings])
    return Panel([_fit_one(readings, standard, config, config.seed + member) for member in range(config.members)])


def run(panel: Panel, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """Probabilities (1, n, 44) for arrays by name of `speech.scoring.INPUTS`, as the exported graph gives."""
    with torch.inference_mode():
        return panel(*(torch.from_numpy(arrays[name]) for name in INPUTS)).numpy()


def _arrays(evidence: Evidence) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return wide(evidence), evidence.columns.astype(np.int64), evidence.hidden.astype(np.float32)


def _standard(readings: Sequence[Evidence]) -> Standard:
    evidence = np.vstack([wide(reading) for reading in readings])
    hidden = np.vstack([reading.hidden for reading in readings])
    return Standard(evidence.mean(0), evidence.std(0) + 1e-3, hidden.mean(0), hidden.std(0) + 1e-3)


def _fit_one(readings: Sequence[Taught], standard: Standard, config: FitConfig, seed: int) -> Rater:
    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    rater = Rater(config, standard)
    optimiser = torch.optim.AdamW(rater.parameters(), lr=config.peak_rate, weight_decay=config.weight_decay)
    steps = config.epochs * math.ceil(len(readings) / config.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, config.peak_rate, total_steps=steps, pct_start=0.15)
    rater.train()
    for _ in range(config.epochs):
        for batch in _batches(readings, config.batch, chance):
            optimiser.zero_grad()
            _loss(rater(*batch[:3], batch.inside), batch, config).backward()
            nn.utils.clip_grad_norm_(rater.parameters(), 1.0)
            optimiser.step()
            schedule.step()
    return rater.eval()


def _batches(readings: Sequence[Taught], size: int, chance: np.random.Generator) -> Iterator[_Batch]:
    lengths = np.array([len(reading.human) for reading in readings])
    order = np.argsort(lengths + chance.normal(0, _SPREAD_PHONES, len(readings)))
    groups = [order[at : at + size] for at in range(0, len(order), size)]
    for place in chance.permutation(len(groups)):
        yield _pad([readings[index] for index in groups[place]])


def _pad(readings: Sequence[Taught]) -> _Batch:
    rows = [
        (
            *_arrays(reading.evidence),
            reading.human.astype(np.float32),
            reading.said.astype(np.int64),
            np.ones(len(reading.human), bool),
        )
        for reading in readings
    ]
    columns = zip(*rows, strict=True)
    return _Batch(
        *(nn.utils.rnn.pad_sequence([torch.from_numpy(one) for one in column], batch_first=True) for column in columns)
    )


def _loss(logits: Tensor, batch: _Batch, config: FitConfig) -> Tensor:
    """Cross-entropy of all thresholds, squared error of the score they give, and cross-entropy of what was said."""
    scored = batch.inside & ~batch.human.isnan()
    human, thresholds = batch.human[scored], logits[scored][:, : len(THRESHOLDS)]
    wanted = (human[:, None] >= torch.tensor(THRESHOLDS)).float()
    entropy = F.binary_cross_entropy_with_logits(thresholds, wanted, reduction="sum")
    score = LEVELS[0] + (thresholds.sigmoid() * torch.tensor(LEVELS).diff()).sum(-1)
    distance = (score - human).square().sum()
    said = _said_loss(logits[..., len(THRESHOLDS) :].log_softmax(-1), batch)
    return (entropy + config.score_weight * distance + config.said_weight * said) / batch.inside.sum()


def _said_loss(log_probs: Tensor, batch: _Batch) -> Tensor:
    """Sum over the phones of which is known what was said, or at least that it was not the expected one."""
    known, other = batch.inside & (batch.said >= 0), batch.inside & (batch.said == OTHER)
    named = F.nll_loss(log_probs[known], batch.said[known], reduction="sum")
    expected = log_probs[other].gather(1, batch.columns[other][:, None] - 1).exp()
    return named - torch.log1p(-expected.clamp_max(1 - 1e-6)).sum()


def export(panel: Panel, path: Path, *, evidence: int, hidden: int) -> None:
    """Write a panel as an ONNX graph: `speech.scoring.INPUTS` in, probabilities out."""
    example = (torch.zeros(1, 5, evidence), torch.ones(1, 5, dtype=torch.int64), torch.zeros(1, 5, hidden))
    axes = {name: {0: "batch", 1: "phones"} for name in (*INPUTS, "probabilities")}
    torch.onnx.export(
        panel.eval(),
        example,
        path,
        input_names=list(INPUTS),
        output_names=["probabilities"],
        dynamic_axes=axes,
        opset_version=_OPSET,
        dynamo=False,
    )
