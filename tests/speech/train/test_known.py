import shutil

import numpy as np
import pytest

from phonemes.inventory import COLUMN
from speech.acoustic import load_acoustic
from speech.train import corpus
from speech.train.known import compare, native, synthetic
from speech.train.synthesis import SynthesisConfig
from speech.train.synthetic_folder import write_set


def test_what_was_said_otherwise_is_marked_in_the_nearest_variant() -> None:
    expected, instead = compare("either ship", ["AY", "DH", "ER", "SH", "IY"])
    assert expected == ("AY", "DH", "ER", "SH", "IH", "P")
    assert instead.tolist() == [*(COLUMN[phone] - 1 for phone in expected[:4]), COLUMN["IY"] - 1, 39]


def test_an_added_sound_marks_nobody() -> None:
    expected, instead = compare("ship", ["SH", "IH", "S", "P"])
    assert expected == ("SH", "IH", "P")
    assert instead.tolist() == [COLUMN[phone] - 1 for phone in expected]


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
def test_synthetic_readings_become_evidence(tmp_path) -> None:
    write_set(SynthesisConfig(count=4, voices=("slt",), words_high=3, perturbed_share=1.0, workers=1), tmp_path)
    readings = list(synthetic(tmp_path, load_acoustic(), count=3))
    assert len(readings) == 3
    assert all(len(one.said) == len(one.evidence.columns) for one in readings)
    assert sum((one.said != one.evidence.columns - 1).sum() for one in readings) > 0


def test_native_readings_are_all_right_and_of_speakers_training_hears(planted_manifest) -> None:
    folds = {("native", "heard"): corpus.NEVER_HELD_OUT, ("native", "held out"): corpus.HELD_OUT_FOLD}
    readings = list(native(planted_manifest, folds, load_acoustic(), count=5))
    assert len(readings) == 1
    assert (readings[0].said == readings[0].evidence.columns - 1).all()
    assert readings[0].evidence.columns.tolist() == [COLUMN[phone] for phone in ["AY", "TH", "IH", "NG", "K"]]
    assert np.isfinite(readings[0].evidence.features).all()


@pytest.fixture
def planted_manifest(tmp_path):
    """The same recording by two speakers."""
    from benchmarks.readings import MANIFEST, read_manifest

    clean = next(one for one in read_manifest(MANIFEST) if one.kind == "clean")
    columns = ("corpus", "utterance", "speaker", "age", "path", "text", "phones", "phone_scores")
    rows = [("native", who, who, "", str(clean.path), "i think", "AY TH IH NG K", "") for who in ("heard", "held out")]
    path = tmp_path / "manifest.tsv"
    path.write_text("\n".join("\t".join(row) for row in (columns, *rows)) + "\n", encoding="utf-8")
    return path
