import math
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import variants
from benchmarks.readings import MANIFEST, read_manifest
from benchmarks.systems import Lafal
from benchmarks.variants import People, compare_variants, open_variants, phone_scores
from speech.acoustic import load_acoustic
from speech.errors import FileMissing


class Word:
    def __init__(self, *scores):
        self.phones = [type("Phone", (), {"score": score}) for score in scores]


class FakeAssessor:
    """Gives every reading two words; the second reading cannot be judged."""

    def __init__(self, *words):
        self.words = words
        self.calls = 0

    def assess(self, _path, _text):
        self.calls += 1
        if self.calls == 2:
            raise FileMissing({"name": "a.wav"})
        return type("Assessment", (), {"words": self.words})


def system(kind, folder, *words, threads=1):
    (folder / kind).mkdir(exist_ok=True)
    (folder / kind / "model.onnx").write_bytes(b"0" * 2_000_000)
    return Lafal(name=f"default {kind}", model=str(folder / kind), threads=threads, assessor=FakeAssessor(*words))


def test_scores_of_other_weights_are_set_against_those_of_32_bits(tmp_path):
    systems = [
        system("fp32", tmp_path, Word(90.0, 50.0), Word(None)),
        system("int8", tmp_path, Word(91.0, 47.0), Word(20.0)),
        system("int8", tmp_path, Word(0.0, 0.0), Word(0.0), threads=2),
    ]
    exact, coarse = compare_variants(systems, MANIFEST, threads=1)
    readings = len(read_manifest(MANIFEST)) - 1
    assert (exact.name, exact.mean_change, exact.largest_change) == ("default fp32", 0.0, 0.0)
    assert (coarse.name, coarse.phones, coarse.megabytes) == ("default int8", 2 * readings, 2.0)
    assert (coarse.mean_change, coarse.largest_change) == (2.0, 3.0)


def test_weights_are_set_against_people_as_the_accuracy_benchmark_does(tmp_path, monkeypatch):
    asked = []

    def fake(options):
        asked.append((Path(options.model).name, options.manifest, options.folds, options.limit))
        group = SimpleNamespace(
            phone_pcc=SimpleNamespace(value=0.6), error_auc=SimpleNamespace(value=None), recordings=7
        )
        return SimpleNamespace(accuracy=SimpleNamespace(groups=(group,)))

    monkeypatch.setattr("benchmarks.accuracy.measure", fake)
    people = People(Path("rated.tsv"), Path("folds.tsv"), 50)
    systems = [system("fp32", tmp_path, Word(90.0)), system("int8", tmp_path, Word(91.0))]
    found = compare_variants(systems, MANIFEST, threads=1, people=people)
    assert asked == [(kind, people.manifest, people.folds, people.limit) for kind in ("fp32", "int8")]
    assert [(one.phone_pcc, one.rated, one.largest_change) for one in found] == [(0.6, 7, 0.0), (0.6, 7, 1.0)]
    assert math.isnan(found[0].error_auc)


def test_a_phone_without_a_score_has_no_place():
    scores = phone_scores(FakeAssessor(Word(90.0, None), Word(10.0)), MANIFEST)
    assert scores[0, 0, 0] == 90.0
    assert (0, 0, 1) not in scores
    assert scores[2, 1, 0] == 10.0
    assert not [place for place in scores if place[0] == 1]


def test_without_torch_or_a_checkpoint_other_weights_are_left_out(monkeypatch, tmp_path):
    monkeypatch.setattr(variants, "CHECKPOINT", tmp_path / "nothing")
    systems, (sentence,) = open_variants(("fp16",), threads=(1,), folder=tmp_path)
    assert systems == ()
    assert "not there" in sentence
    monkeypatch.setattr(variants, "CHECKPOINT", MANIFEST)
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "speech.train.export", raising=False)
    systems, (sentence,) = open_variants(("fp16",), threads=(1,), folder=tmp_path)
    assert systems == ()
    assert "lafal[train]" in sentence


def test_weights_are_exported_under_the_name_the_scorer_knows(tmp_path):
    pytest.importorskip("torch")
    if not variants.CHECKPOINT.is_file():
        pytest.skip("installed without the checkpoint")
    (one,), missing = open_variants(("fp16",), threads=(1,), folder=tmp_path)
    assert missing == ()
    assert one.name == "default fp16"
    assert isinstance(one, Lafal)
    embedded = load_acoustic("default")
    assert (one.assessor.acoustic.name, one.assessor.acoustic.version) == (embedded.name, embedded.version)
    assert (tmp_path / "fp16" / "model.onnx").stat().st_size > 1e6
