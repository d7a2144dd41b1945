import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.train import corpus
from speech.train.corpus import Packed, Utterance


def _people(learners=40, natives=20):
    ages = [6 + index % 30 for index in range(learners)]
    pupils = [Utterance("speechocean762", f"u{i}", f"{i:04}", ("IY",), age) for i, age in enumerate(ages)]
    readers = [Utterance("an4", f"n{i}", f"an4{i}", ("IY",)) for i in range(natives)]
    return [*pupils, *readers, Utterance("kathleen", "k", "kathleen", ("IY",))]


def test_folds_are_disjoint_balanced_and_stable():
    people = _people()
    folds = corpus.assign_folds(people)
    assert folds == corpus.assign_folds(people[::-1] + people)
    assert set(folds) == {one.who for one in people}
    children = {one.who for one in people if one.corpus == "speechocean762" and one.age < 16}
    adults = {one.who for one in people if one.corpus == "speechocean762"} - children
    for group in (children, adults):
        sizes = [sum(folds[who] == fold for who in group) for fold in range(5)]
        assert max(sizes) - min(sizes) <= 1
    assert sum(folds[one.who] == 0 for one in people if one.corpus == "an4") == 2
    assert folds["kathleen", "kathleen"] == corpus.NEVER_HELD_OUT


def test_folds_survive_a_file(tmp_path):
    folds = corpus.assign_folds(_people())
    corpus.write_folds(folds, tmp_path / "folds.tsv")
    assert corpus.read_folds(tmp_path / "folds.tsv") == folds


@given(st.integers(1, 60), st.floats(1.0, 30.0), st.integers(0, 2**16))
@settings(max_examples=25, deadline=None)
def test_codes_keep_energies_within_half_a_step(frames, spread, seed):
    energies = np.random.default_rng(seed).normal(5.0, spread, (frames, 80)).astype(np.float32)
    floor = max(energies.min(), energies.max() - corpus.RANGE_NATS)
    back = corpus.decode(corpus.encode(energies)) + floor
    assert np.abs(back - np.maximum(energies, floor)).max() <= corpus.STEP_NATS / 2 + 1e-3


@given(st.lists(st.integers(1, 30), min_size=1, max_size=6), st.integers(0, 2**16))
@settings(max_examples=25, deadline=None)
def test_packing_gives_back_what_was_packed(tmp_path_factory, lengths, seed):
    chance = np.random.default_rng(seed)
    codes = tuple(chance.integers(0, 256, (length, 80), dtype=np.uint8) for length in lengths)
    said = Utterance("synthetic", "a", "slt", ("SH", "IY"), segments=(("", 0.1), ("SH", 0.2), ("IY", 0.4)))
    scored = Utterance("speechocean762", "b", "0001", ("SH",), 7, "she", (1.5,))
    packed = Packed(tuple(said if index % 2 else scored for index in range(len(codes))), codes)
    path = tmp_path_factory.mktemp("packed") / "speech.npz"
    corpus.save(packed, path)
    loaded = corpus.load(path)
    assert loaded.utterances == packed.utterances
    assert all(np.array_equal(one, two) for one, two in zip(loaded.codes, packed.codes, strict=True))


def test_many_chunks_keep_their_order(tmp_path, monkeypatch):
    monkeypatch.setattr(corpus, "_CHUNK_UTTERANCES", 2)
    codes = tuple(np.full((3, 80), value, np.uint8) for value in range(5))
    corpus.save(Packed((Utterance("an4", "a", "b", ()),) * 5, codes), tmp_path / "speech.npz")
    assert [int(one[0, 0]) for one in corpus.load(tmp_path / "speech.npz").codes] == [0, 1, 2, 3, 4]


def _manifest(folder, rows):
    columns = ["corpus", "utterance", "speaker", "gender", "age", "seconds", "path", "text", "phones", "phone_scores"]
    lines = ["\t".join(columns), *("\t".join(row) for row in rows)]
    (folder / "manifest.tsv").write_text("\n".join(lines) + "\n")
    return folder / "manifest.tsv"


def test_scores_must_fit_the_phones(tmp_path):
    rows = [("speechocean762", "a", "s", "", "9", "0.1", "one.wav", "A", "EY AH", "2")]
    with pytest.raises(ValueError, match="2 phones but 1 scores"):
        corpus.read_manifest(_manifest(tmp_path, rows))


def test_every_fold_has_good_and_poor_speakers():
    chance = np.random.default_rng(0)
    people = [
        Utterance("speechocean762", f"u{i}", f"{i:04}", ("IY",) * 9, 20, "", tuple(chance.uniform(i / 50, 2.0, 9)))
        for i in range(50)
    ]
    folds = corpus.assign_folds(people)
    means = [np.mean([one.scores for one in people if folds[one.who] == fold]) for fold in range(5)]
    assert max(means) - min(means) < 0.1
