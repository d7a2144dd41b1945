import json

import pytest
import torch

from speech.train import checkpoint
from speech.train.card import CardConfig, write_card
from speech.train.network import Network, NetworkConfig

FIGURE = {"value": 0.5, "low": 0.4, "high": 0.6}
GROUP = {"name": "all", "speakers": 7, "phones": 1234} | dict.fromkeys(
    ("phone_pcc", "phone_mse", "error_auc", "error_f1", "phone_error_rate", "utterance_pcc"), FIGURE
)


@pytest.fixture
def config(tmp_path):
    network = Network(NetworkConfig(width=64, blocks=3, kernel=5, pace=2))
    average = [weight.detach().clone() for weight in network.parameters()]
    checkpoint.save(tmp_path / "c.safetensors", network, torch.optim.AdamW(network.parameters()), average, facts={})
    facts = {"name": "tiny", "version": "7", "period_s": 0.02, "offset_s": 0.0125, "shortest_s": 0.035}
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text(json.dumps(facts))
    (tmp_path / "model" / "model.onnx").write_bytes(bytes(2_500_000))
    for name, hours in (("first", 2.0), ("second", 3.0)):
        rows = [
            {"step": 10 * n, "hours_heard": hours * n, "minutes": 5.0 * n, "per_l2": 0.9, "per_native": 0.8}
            for n in (1, 2)
        ]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    history = tmp_path / "history"
    history.mkdir()
    lines = [
        {"model": "default 6", "groups": [], "native": None},
        {
            "model": "default 7",
            "groups": [GROUP],
            "native": {"speakers": 2, "recordings": 9, "phone_error_rate": FIGURE},
        },
    ]
    (history / "accuracy.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return CardConfig(
        checkpoint=tmp_path / "c.safetensors",
        logs=(tmp_path / "first.jsonl", tmp_path / "second.jsonl"),
        device="a toaster",
        history=history,
        model=tmp_path / "model",
    )


def test_the_card_says_what_the_files_say(config):
    text = write_card(config).read_text(encoding="utf-8")
    assert "tiny 7" in text
    assert "one state every 40 ms; 3 residual blocks of width 64" in text
    assert "40 steps over 10 hours of audio (repeats counted) in 20 minutes of steps on a toaster" in text
    assert "| 10.0 | 90.0 % | 80.0 % |" in text
    assert "| all | 7 | 1,234 | 0.500 [0.400, 0.600] |" in text
    assert "PER 50.0 [40.0, 60.0] %" in text
    assert "2.5 MB on disk" in text


def test_figures_of_another_version_are_not_taken(config):
    facts = json.loads((config.model / "config.json").read_text()) | {"version": "8"}
    (config.model / "config.json").write_text(json.dumps(facts))
    assert write_card(config).read_text(encoding="utf-8").count("Not measured yet.") == 2
