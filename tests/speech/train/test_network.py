import numpy as np
import pytest
import torch
import torchaudio

from speech.train.network import Fbank, Network, NetworkConfig, normalise, output_frames

SHAPES = [
    NetworkConfig(width=64, blocks=3, kernel=5),
    NetworkConfig(width=64, blocks=2, squeeze=4, attention=1),
    NetworkConfig(width=64, blocks=2, kernel=5, pace=2),
]


def test_filter_bank_is_kaldis():
    samples = 0.2 * torch.randn(1, 9_000, generator=torch.Generator().manual_seed(0))
    kaldi = torchaudio.compliance.kaldi.fbank(samples * 32768, num_mel_bins=80, dither=0.0)
    torch.testing.assert_close(Fbank()(samples)[0], kaldi, atol=2e-3, rtol=0)


def test_filter_bank_survives_digital_silence():
    assert torch.isfinite(Fbank()(torch.zeros(1, 4_000))).all()


@pytest.mark.parametrize("config", SHAPES)
@pytest.mark.parametrize("training", [False, True])
def test_padding_changes_nothing(config, training):
    torch.manual_seed(0)
    network = Network(config).train(training)
    for part in network.modules():
        if hasattr(part, "share"):
            part.share = 0.0
    energies = torch.randn(2, 61, 80)
    lengths = torch.tensor([61, 40])
    both = network(energies, lengths)
    alone = network(energies[1:, :40])
    frames = int(output_frames(lengths)[1])
    assert alone.ctc.shape[1] == frames
    for padded, single in zip(both, alone, strict=True):
        torch.testing.assert_close(padded[1, :frames], single[0], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("config", SHAPES)
def test_heads_give_log_probabilities(config):
    output = Network(config).eval()(torch.randn(1, 30, 80))
    for part in (output.ctc, output.frame, output.inter):
        assert part.shape == (1, 15, 40)
        np.testing.assert_allclose(part.detach().exp().sum(-1), 1.0, atol=1e-5)
    assert output.hidden.shape == (1, 15, 64)


def test_training_and_judging_convolve_alike():
    torch.manual_seed(0)
    depthwise = Network(SHAPES[0]).blocks[0].depthwise
    states = torch.randn(2, 20, 64)
    torch.testing.assert_close(depthwise.train()(states), depthwise.eval()(states), atol=1e-5, rtol=1e-5)


def test_loudness_and_equalisation_are_invisible():
    energies = torch.randn(1, 50, 80)
    louder = 1.5 * energies + torch.linspace(-3, 5, 80)
    torch.testing.assert_close(normalise(energies), normalise(louder), atol=1e-4, rtol=1e-4)


def test_squeeze_and_attention_add_weights():
    plain, rich = (sum(weight.numel() for weight in Network(config).parameters()) for config in SHAPES[:2])
    assert plain != rich
    assert 3.3e6 < sum(weight.numel() for weight in Network(NetworkConfig()).parameters()) < 3.7e6
