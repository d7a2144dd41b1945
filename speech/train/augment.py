"""Make one recording sound like many, on log-mel features: cheap enough for a processor, the same on a GPU."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812  (the name everybody knows)
from torch import Generator, Tensor

_NATS_PER_DB = math.log(10) / 10
_LOW_MEL, _HIGH_MEL = 1127.0 * math.log1p(20.0 / 700.0), 1127.0 * math.log1p(8000.0 / 700.0)
_TELEPHONE_HZ = (300.0, 3400.0)
_CODEC_HZ = (3400.0, 7500.0)
_REVERBERATION_DOUBLINGS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentConfig:
    """How far recordings are changed; every share is a probability per utterance.

    Parameters
    ----------
    slowest, fastest : float
        Range of the tempo factor.
    smallest_tract, largest_tract : float
        Range of the frequency factor: above 1 the voice of a child, below 1 that of a large adult.
    padding_s, silent_share : float
        Longest pause put before and after; how often it is digital silence instead of the recording's own.
    noise_share, quietest_noise_db, loudest_noise_db : float
        Steady coloured noise, and its signal-to-noise ratio.
    babble_share, babble_db : float
        Other speech of the batch behind this one, at this ratio or quieter.
    room_share, telephone_share, codec_share : float
        Reverberation of 0.1-0.6 s; the band 300-3400 Hz alone; nothing above a limit of 3.4-7.5 kHz, as after a codec.
    band_masks, widest_band, time_masks, longest_mask_frames : int
        SpecAugment; masks are shorter than a phone, so that nobody learns to guess what was not heard.
    """

    slowest: float = 0.85
    fastest: float = 1.2
    smallest_tract: float = 0.86
    largest_tract: float = 1.18
    padding_s: float = 0.4
    silent_share: float = 0.3
    noise_share: float = 0.45
    quietest_noise_db: float = 30.0
    loudest_noise_db: float = 5.0
    babble_share: float = 0.12
    babble_db: float = 10.0
    room_share: float = 0.2
    telephone_share: float = 0.08
    codec_share: float = 0.15
    band_masks: int = 2
    widest_band: int = 10
    time_masks: int = 3
    longest_mask_frames: int = 7


NO_AUGMENTATION = AugmentConfig(
    slowest=1.0,
    fastest=1.0,
    smallest_tract=1.0,
    largest_tract=1.0,
    padding_s=0.0,
    silent_share=0.0,
    noise_share=0.0,
    babble_share=0.0,
    room_share=0.0,
    telephone_share=0.0,
    codec_share=0.0,
    band_masks=0,
    time_masks=0,
)


class Augmented(NamedTuple):
    """Changed features (batch, frames, bins) with their lengths, and how time went.

    What sounded at frame t of the recording now sounds at `padding + t / tempo`.
    """

    energies: Tensor
    lengths: Tensor
    tempo: Tensor
    padding: Tensor


def augment(energies: Tensor, lengths: Tensor, config: AugmentConfig, generator: Generator) -> Augmented:
    """Change every utterance of a batch in its own way.

    Parameters
    ----------
    energies : Tensor, shape (batch, frames, bins)
        Log-mel energies.
    lengths : Tensor, shape (batch,)
        Frames of each utterance.
    config : AugmentConfig
    generator : Generator
        Source of all randomness, on the device of `energies`.
    """
    chance = _Chance(generator, len(lengths), energies.device)
    warped = _warp(energies, lengths, config, chance)
    changed = _reverberate(warped.energies, config, chance)
    changed = _add_babble(changed, config, chance)
    changed = _add_noise(changed, config, chance)
    changed = _limit_band(changed, config, chance)
    return warped._replace(energies=_mask(changed, warped.lengths, config, chance))


@dataclass(frozen=True, slots=True)
class _Chance:
    """Draws one number an utterance."""

    generator: Generator
    batch: int
    device: torch.device

    def between(self, low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(self.batch, generator=self.generator, device=self.device)

    def happens(self, share: float) -> Tensor:
        return self.between(0.0, 1.0) < share

    def normal(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self.generator, device=self.device)


def _warp(energies: Tensor, lengths: Tensor, config: AugmentConfig, chance: _Chance) -> Augmented:
    """Tempo, padding and vocal-tract length in one bilinear look-up."""
    _, frames, bins = energies.shape
    tempo = chance.between(config.slowest, config.fastest)
    longest_padding = config.padding_s * 100
    padding = chance.between(0.0, longest_padding).floor()
    after = chance.between(0.0, longest_padding).floor()
    changed = (padding + after + lengths / tempo).round().long().clamp_min(1)
    moments = torch.arange(int(changed.max()), device=energies.device)
    source = ((moments - padding[:, None]) * tempo[:, None]).clamp_min(0.0)
    source = torch.minimum(source, lengths[:, None] - 1.0)
    bands = _warped_bands(chance.between(config.smallest_tract, config.largest_tract), bins)
    grid = torch.stack(
        torch.broadcast_tensors(
            (bands * 2 / (bins - 1) - 1)[:, None, :], (source * 2 / max(frames - 1, 1) - 1)[:, :, None]
        ),
        dim=-1,
    )
    looked_up = F.grid_sample(energies[:, None], grid, padding_mode="border", align_corners=True)[:, 0]
    is_padding = (moments < padding[:, None]) | (moments >= (padding + lengths / tempo)[:, None])
    is_silent = (is_padding & chance.happens(config.silent_share)[:, None])[:, :, None]
    hiss = looked_up.amin(dim=(1, 2), keepdim=True) + 0.3 * chance.normal(*looked_up.shape).abs()
    return Augmented(torch.where(is_silent, hiss, looked_up), changed, tempo, padding)


def _warped_bands(factor: Tensor, bins: int) -> Tensor:
    """For every band, the (fractional) band it takes its energy from when frequencies grow by `factor`."""
    frequency = _band_centres(bins, factor.device)[None, :] / factor[:, None]
    mel = 1127.0 * torch.log1p(frequency / 700.0)
    return ((mel - _LOW_MEL) / (_HIGH_MEL - _LOW_MEL) * (bins + 1) - 1).clamp(0.0, bins - 1.0)


def _band_centres(bins: int, device: torch.device) -> Tensor:
    mel = _LOW_MEL + (torch.arange(bins, device=device) + 1.0) * (_HIGH_MEL - _LOW_MEL) / (bins + 1)
    return 700.0 * torch.expm1(mel / 1127.0)


def _reverberate(energies: Tensor, config: AugmentConfig, chance: _Chance) -> Tensor:
    """Add an exponential tail to the energy of every band; doubling the reach five times covers 0.32 s."""
    decay_s = chance.between(0.1, 0.6)
    tail_db = chance.between(-12.0, 0.0)
    happens = chance.happens(config.room_share)
    if not bool(happens.any()):
        return energies
    keep = torch.exp(-6.9 * 0.01 / decay_s)[happens][:, None, None]
    dry = energies[happens].exp()
    wet = dry
    for doubling in range(_REVERBERATION_DOUBLINGS):
        reach = 2**doubling
        wet = wet + keep**reach * F.pad(wet, (0, 0, reach, 0))[:, : wet.shape[1]]
    gain = torch.exp(tail_db[happens] * _NATS_PER_DB)[:, None, None] * (1 - keep) / keep
    changed = energies.clone()
    changed[happens] = (dry + gain * (wet - dry)).log()
    return changed


def _add_babble(energies: Tensor, config: AugmentConfig, chance: _Chance) -> Tensor:
    ratio = chance.between(config.babble_db, config.babble_db + 15.0) * _NATS_PER_DB
    happens = chance.happens(config.babble_share) & (chance.batch > 1)
    level = torch.where(happens, _loudness(energies) - ratio, -100.0)
    other = energies.roll(1, 0)
    return torch.logaddexp(energies, other + (level - _loudness(other))[:, None, None])


def _add_noise(energies: Tensor, config: AugmentConfig, chance: _Chance) -> Tensor:
    """Add steady noise: a random tilt and ripple over the bands, and the scatter of one frame."""
    batch, frames, bins = energies.shape
    ratio = chance.between(config.loudest_noise_db, config.quietest_noise_db) * _NATS_PER_DB
    happens = chance.happens(config.noise_share)
    if not bool(happens.any()):
        return energies
    band = torch.arange(bins, device=energies.device)[None, :]
    tilt = chance.between(-0.06, 0.03)[:, None] * band
    ripple = torch.cos(band * chance.between(0.02, 0.2)[:, None] + chance.between(0.0, 6.28)[:, None])
    colour = (tilt + ripple).log_softmax(-1)
    level = torch.where(happens, _loudness(energies) - ratio, -100.0)
    noise = (level[:, None] + colour)[:, None, :] + 0.5 * chance.normal(batch, frames, bins)
    return torch.logaddexp(energies, noise)


def _loudness(energies: Tensor) -> Tensor:
    """Mean energy of a frame, in nats."""
    return energies.logsumexp(dim=(1, 2)) - math.log(energies.shape[1])


def _limit_band(energies: Tensor, config: AugmentConfig, chance: _Chance) -> Tensor:
    centres = _band_centres(energies.shape[2], energies.device)[None, :]
    telephone = (centres < _TELEPHONE_HZ[0]) | (centres > _TELEPHONE_HZ[1])
    codec = centres > chance.between(*_CODEC_HZ)[:, None]
    outside = telephone & chance.happens(config.telephone_share)[:, None]
    outside |= codec & chance.happens(config.codec_share)[:, None]
    hiss = energies.amin(dim=(1, 2), keepdim=True) + 0.1 * (energies - energies.mean(1, keepdim=True))
    return torch.where(outside[:, None, :], hiss, energies)


def _mask(energies: Tensor, lengths: Tensor, config: AugmentConfig, chance: _Chance) -> Tensor:
    """Replace stripes of bands and of time by the mean of the band."""
    _, frames, bins = energies.shape
    moment = torch.arange(frames, device=energies.device)[None, :, None]
    band = torch.arange(bins, device=energies.device)[None, None, :]
    hidden = torch.zeros((), dtype=torch.bool, device=energies.device)
    for _ in range(config.band_masks):
        start = chance.between(0.0, float(bins))[:, None, None]
        width = chance.between(0.0, float(config.widest_band))[:, None, None]
        hidden = hidden | ((band >= start) & (band < start + width))
    for _ in range(config.time_masks):
        start = chance.between(0.0, 1.0)[:, None, None] * lengths[:, None, None]
        width = chance.between(0.0, float(config.longest_mask_frames))[:, None, None]
        hidden = hidden | ((moment >= start) & (moment < start + width))
    return torch.where(hidden, energies.mean(1, keepdim=True), energies)
