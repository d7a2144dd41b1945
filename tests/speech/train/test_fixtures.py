import csv
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from phonemes.lexicon import default_lexicon
from speech.train.fixtures import expected_words, planted_words, write
from speech.train.planted import PLANTS
from speech.train.spoken import SILENCE, Edit
from speech.voice import VOICES

FOLDER = Path(__file__).parents[2] / "fixtures" / "planted"


def _rows(path=FOLDER / "manifest.tsv"):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_the_committed_set_is_forty_sentences_twice():
    rows = _rows()
    assert len(rows) == 80
    for clean, planted in zip(rows[::2], rows[1::2], strict=True):
        assert (clean["text"], clean["voice"], clean["expected"]) == (
            planted["text"],
            planted["voice"],
            planted["expected"],
        )
        assert clean["kind"] == "clean"
        assert clean["said"] == clean["expected"] != planted["said"]
    kinds = [row["kind"] for row in rows[1::2]]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"substitution": 22, "deletion": 11, "insertion": 7}
    assert len({row["voice"] for row in rows}) == 5


def test_the_committed_recordings_last_as_long_as_their_times_say():
    for row in _rows():
        info = soundfile.info(FOLDER / row["path"])
        times = json.loads(row["times"])
        assert info.samplerate == 16_000
        assert times[-1][2] == pytest.approx(info.frames / info.samplerate, abs=0.002)
        assert [phone for phone, _, _ in times if phone != SILENCE] == row["said"].split()


def test_the_expected_phones_are_a_pronunciation_of_the_dictionary():
    for row in _rows():
        words = expected_words(row["text"])
        assert " ".join(symbol.rstrip("012") for word in words for symbol in word) == row["expected"]
        assert all(default_lexicon().lookup(word.strip(".?!,")) for word in row["text"].split())


def test_the_whole_set_is_small():
    assert sum(path.stat().st_size for path in FOLDER.rglob("*")) < 4_000_000


def test_an_error_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="not TH"):
        planted_words((("T", "IH1", "N"),), Edit("substitution", 0, 0, "TH", "T"))


@pytest.mark.skipif(not VOICES["kal16"].installed, reason="flite is not installed")
def test_writing_again_gives_the_same_recordings(tmp_path, monkeypatch):
    monkeypatch.setattr("speech.train.fixtures.PLANTS", PLANTS[3:4])
    write(tmp_path)
    clean, planted = _rows(tmp_path / "manifest.tsv")
    original = {row["path"]: row for row in _rows()}
    for made, name in ((clean, "audio/04-clean.flac"), (planted, "audio/04-planted.flac")):
        assert {**made, "path": name} == original[name]
        ours, _ = soundfile.read(tmp_path / made["path"])
        committed, _ = soundfile.read(FOLDER / name)
        assert np.abs(ours - committed).max() < 1e-3
