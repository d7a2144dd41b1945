"""What ships in `models/` belongs together, is small, and holds nothing that runs code when it is read."""

import json

from phonemes.resources import folder
from speech.acoustic import load_acoustic
from speech.scoring import NetworkScorer, load_scorer

MODELS = folder("models")
MOST_BYTES = 25_000_000


def test_shipped_weights_are_small() -> None:
    shipped = [path for part in ("default", "scorer") for path in (MODELS / part).rglob("*") if path.is_file()]
    assert {path.suffix for path in shipped} == {".onnx", ".json", ".md"}
    assert sum(path.stat().st_size for path in shipped) < MOST_BYTES


def test_only_weights_for_further_training_lie_beside_them() -> None:
    training = MODELS / "training"
    if training.is_dir():  # not part of the wheel
        assert {path.suffix for path in training.iterdir()} <= {".safetensors", ".md", ".jsonl"}
        assert sum(path.stat().st_size for path in training.iterdir()) < 30_000_000


def test_the_shipped_scorer_is_the_shipped_models() -> None:
    acoustic = load_acoustic("default")
    scorer = load_scorer(f"{acoustic.name} {acoustic.version}", has_frame_head=True)
    assert isinstance(scorer, NetworkScorer)
    assert 0 < scorer.doubtful_from < scorer.wrong_from < 1


def test_the_cards_are_of_what_lies_beside_them() -> None:
    config = json.loads((MODELS / "default" / "config.json").read_text(encoding="utf-8"))
    card = (MODELS / "default" / "README.md").read_text(encoding="utf-8")
    assert f"{config['name']} {config['version']}" in card
    assert "Not measured yet" not in card
    facts = json.loads((MODELS / "scorer" / "scorer.json").read_text(encoding="utf-8"))
    assert facts["version"] in (MODELS / "scorer" / "README.md").read_text(encoding="utf-8")
