import numpy as np
import pytest
import torch

from speech.train.batches import Lesson
from speech.train.evaluation import autocast, choose_device, greedy, outputs, phone_error_rate, realign
from speech.train.network import Network, NetworkConfig, Output
from speech.train.targets import Labels


class Oracle(torch.nn.Module):
    """Says in every frame the phone whose number is the mean code; zero is blank."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def forward(self, energies, lengths):
        columns = (energies[:, ::2].mean(-1) * 2).round().long()
        log_probs = torch.nn.functional.one_hot(columns, 40).float().mul(20).log_softmax(-1)
        return Output(log_probs, log_probs, log_probs, energies[:, ::2])


def _lesson(said, columns):
    codes = np.repeat(np.repeat(np.array(said, np.uint8), 10)[:, None], 80, axis=1)
    return Lesson(codes, tuple(columns), (True,) * len(columns))


def test_greedy_joins_repeats_and_drops_blanks():
    log_probs = np.full((7, 40), -9.0)
    log_probs[np.arange(7), [0, 4, 4, 0, 4, 6, 0]] = 0.0
    assert greedy(log_probs) == [4, 4, 6]
    assert greedy(log_probs[:1]) == []


def test_error_rate_counts_every_kind_of_error():
    right = _lesson([0, 5, 0, 7, 0], [5, 7])
    substituted = _lesson([0, 6, 0, 7], [5, 7])
    deleted = _lesson([0, 5, 0, 0, 0, 0], [5, 7])
    assert phone_error_rate(Oracle(), [right], precision="fp32") == 0.0
    assert phone_error_rate(Oracle(), [right, substituted, deleted], precision="fp32") == pytest.approx(2 / 6)


def test_realigning_finds_the_times_and_leaves_exact_labels_alone():
    lesson = _lesson([0, 5, 7, 7], [5, 7])
    known = Labels(np.array([1]), np.array([0.1]))
    exact = _lesson([0, 5], [5])
    exact.labels, exact.is_exact = known, True
    realign(Oracle(), [lesson, exact], precision="fp32")
    assert lesson.labels.columns.tolist() == [0, 5, 7]
    np.testing.assert_allclose(lesson.labels.ends_s[:2], [0.1, 0.2], atol=0.011)
    assert exact.labels is known


def test_outputs_do_not_depend_on_company():
    torch.manual_seed(0)
    network = Network(NetworkConfig(width=16, blocks=1, kernel=5)).train()
    short, long = _lesson([1, 2], [1]), _lesson([3, 1, 2, 5], [1])
    together = {id(lesson): output for lesson, output in outputs(network, [long, short], precision="fp32")}
    ((_, alone),) = outputs(network, [short], precision="fp32")
    torch.testing.assert_close(together[id(short)].ctc, alone.ctc, atol=1e-5, rtol=1e-5)
    assert alone.ctc.shape == (10, 40)
    assert network.training


def test_precision_and_device_are_as_asked():
    with autocast(torch.device("cpu"), "fp32"):
        assert not torch.is_autocast_enabled("cpu")
    with autocast(torch.device("cpu"), "bf16"):
        assert torch.is_autocast_enabled("cpu")
    assert choose_device("cpu").type == "cpu"
    assert choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
