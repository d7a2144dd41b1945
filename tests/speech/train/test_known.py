import shutil

import numpy as np
import pytest

from phonemes.inventory import COLUMN
from speech.train import corpus
from speech.train.known import alter, altered, compare, synthetic
from speech.train.scorer_network import UNKNOWN
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
def test_synthetic_readings_are_compared_with_their_texts(tmp_path) -> None:
    write_set(SynthesisConfig(count=4, voices=("slt",), words_high=3, perturbed_share=1.0, workers=1), tmp_path)
    readings = list(synthetic(tmp_path, count=3))
    assert len(readings) == 3
    assert all(len(one.said) == len(one.expected) for one in readings)
    assert any(
        COLUMN[phone] - 1 != place for one in readings for phone, place in zip(one.expected, one.said, strict=True)
    )


def test_speech_is_measured_against_texts_it_does_not_have(planted_manifest) -> None:
    folds = {("native", "heard"): corpus.NEVER_HELD_OUT, ("native", "held out"): corpus.HELD_OUT_FOLD}
    readings = list(altered(planted_manifest, folds, learners=False, count=5))
    assert len(readings) == 1
    assert list(altered(planted_manifest, folds, learners=True, count=5)) == []
    said = [place for place in readings[0].said.tolist() if place < 39]
    assert said == [COLUMN[phone] - 1 for phone in ("AY", "TH", "IH", "NG", "K")]
    assert len(readings[0].expected) == len(readings[0].said)


def test_a_few_trusted_phones_are_expected_to_be_others() -> None:
    phones = ("SH", "IH", "P") * 400
    trusted = np.arange(1200) % 3 != 1
    expected, said = alter(phones, trusted, np.random.default_rng(0))
    kept = [(other, place) for other, place in zip(expected, said.tolist(), strict=True) if place != 39]
    assert [place for _, place in kept] == [UNKNOWN if p == "IH" else COLUMN[p] - 1 for p in phones]
    assert all(other == "IH" for other, place in kept if place == UNKNOWN)
    changed = sum(COLUMN[other] - 1 != place for other, place in kept if place != UNKNOWN)
    assert changed / 800 == pytest.approx(0.06, abs=0.02)
    assert (said == 39).sum() / 800 == pytest.approx(0.03, abs=0.015)


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
