from dataclasses import replace

import pytest
import torch

from speech.train.augment import NO_AUGMENTATION, AugmentConfig, augment


def _generator(seed=0):
    return torch.Generator().manual_seed(seed)


def _batch(batch=3, frames=80):
    energies = 4 + 3 * torch.rand(batch, frames, 80, generator=_generator(5))
    return energies, torch.tensor([frames, frames - 10, frames // 2][:batch])


def _alone(**changes):
    return replace(NO_AUGMENTATION, **changes)


def test_no_augmentation_changes_nothing():
    energies, lengths = _batch()
    same = augment(energies, lengths, NO_AUGMENTATION, _generator())
    assert same.lengths.tolist() == lengths.tolist()
    for row, length in enumerate(lengths.tolist()):
        torch.testing.assert_close(same.energies[row, :length], energies[row, :length], atol=1e-4, rtol=0)


def test_the_seed_decides_everything():
    energies, lengths = _batch()
    first, again = (augment(energies, lengths, AugmentConfig(), _generator(3)) for _ in range(2))
    other = augment(energies, lengths, AugmentConfig(), _generator(4))
    assert torch.equal(first.energies, again.energies)
    assert first.energies.shape != other.energies.shape or not torch.equal(first.energies, other.energies)


def test_all_at_once_stays_finite_and_in_shape():
    energies, lengths = _batch()
    for seed in range(20):
        changed = augment(energies, lengths, AugmentConfig(room_share=1.0, telephone_share=1.0), _generator(seed))
        assert torch.isfinite(changed.energies).all()
        assert changed.energies.shape == (3, int(changed.lengths.max()), 80)


def test_an_event_is_found_where_tempo_and_padding_say():
    energies = torch.zeros(1, 100, 80)
    energies[0, 60] = 10.0
    config = _alone(slowest=0.8, fastest=1.25, padding_s=0.3)
    for seed in range(10):
        changed = augment(energies, torch.tensor([100]), config, _generator(seed))
        found = int(changed.energies[0].mean(-1).argmax())
        assert abs(found - (float(changed.padding) + 60 / float(changed.tempo))) <= 1.0


def test_a_codec_leaves_nothing_above_its_limit():
    energies, lengths = _batch()
    changed = augment(energies, lengths, _alone(codec_share=1.0), _generator())
    quiet = changed.energies.std(1) < 0.5 * energies.std(1)
    assert quiet[:, -6:].all()
    assert not quiet[:, :45].any()


def test_padding_may_be_digital_silence():
    energies, lengths = _batch(batch=1)
    energies[:, 0] = 12.0
    changed = augment(energies, lengths, _alone(padding_s=0.3, silent_share=1.0), _generator(1))
    assert changed.padding[0] > 3
    assert changed.energies[0, : int(changed.padding[0])].max() < 6.0
    assert changed.energies[0, int(changed.padding[0])].min() > 11.0


def test_a_smaller_tract_moves_energy_up():
    energies = torch.zeros(1, 20, 80)
    energies[:, :, 30] = 10.0
    child = augment(energies, torch.tensor([20]), _alone(smallest_tract=1.3, largest_tract=1.3), _generator())
    assert child.energies[0, 5].argmax() > 32


def test_noise_fills_silence_at_the_asked_ratio():
    energies = torch.full((1, 400, 80), -20.0)
    energies[:, :200] = 5.0
    config = _alone(noise_share=1.0, quietest_noise_db=10.0, loudest_noise_db=10.0)
    changed = augment(energies, torch.tensor([400]), config, _generator())
    speech, silence = (changed.energies[0, part].exp().sum(-1).mean().log() for part in (slice(200), slice(200, 400)))
    ratio_db = float(speech - silence) * 4.343
    assert 9.0 < ratio_db < 14.0


def test_a_room_rings_after_the_sound_and_never_before():
    energies = torch.full((1, 120, 80), -10.0)
    energies[:, 50] = 10.0
    changed = augment(energies, torch.tensor([120]), _alone(room_share=1.0), _generator()).energies[0].mean(-1)
    torch.testing.assert_close(changed[:50], torch.full((50,), -10.0), atol=0.6, rtol=0)
    assert changed[51] > -5.0
    assert changed[51] > changed[60]


def test_the_telephone_takes_what_lies_outside_its_band():
    energies, lengths = _batch(1)
    energies[:, ::2, 78] += 5.0
    changed = augment(energies, lengths, _alone(telephone_share=1.0), _generator()).energies[0]
    assert changed[:, 78].std() < 0.2 * energies[0, :, 78].std()
    torch.testing.assert_close(changed[:, 40], energies[0, :, 40], atol=1e-3, rtol=0)


@pytest.mark.parametrize(("changes", "axis"), [({"band_masks": 1}, 1), ({"time_masks": 1}, 0)])
def test_masks_hide_stripes(changes, axis):
    energies, lengths = _batch()
    changed = augment(energies, lengths, _alone(**changes), _generator(1))
    different = (changed.energies[0] - energies[0]).abs() > 1e-3
    struck = different.float().mean(1 - axis)
    assert 0 < (struck > 0.5).sum() <= 10
