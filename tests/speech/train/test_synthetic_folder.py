import dataclasses

import pytest
import soundfile

from speech.train import synthetic_folder
from speech.train.spoken import SILENCE
from speech.train.synthesis import SynthesisConfig, training_set
from speech.train.synthetic_folder import OtherSetError, read_set, write_set
from speech.voice import VOICES

pytestmark = pytest.mark.skipif(not VOICES["kal16"].installed, reason="flite is not installed")

CONFIG = SynthesisConfig(count=25, voices=("kal16",), words_low=1, words_high=2, vocabulary=300, workers=1)


def _contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_stopped_run_resumes_to_the_same_files(tmp_path, monkeypatch):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert write_set(CONFIG, whole) == 2

    def stop(*_arguments):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_set(CONFIG, broken, report=stop)
    assert len(list(broken.glob("batch-*.tsv"))) == 1
    told = []
    assert write_set(dataclasses.replace(CONFIG, workers=2), broken, report=lambda *counts: told.append(counts)) == 1
    assert told == [(2, 2)]
    assert _contents(broken) == _contents(whole)


def test_what_is_read_is_what_was_made(tmp_path):
    write_set(CONFIG, tmp_path)
    for recorded, utterance in zip(read_set(tmp_path), training_set(CONFIG), strict=True):
        assert (recorded.text, recorded.voice, recorded.exact_times) == (utterance.text, utterance.voice, True)
        assert tuple(timed.phone for timed in recorded.phones if timed.phone != SILENCE) == utterance.said
        assert soundfile.info(recorded.path).frames == len(utterance.samples)


def test_a_folder_of_another_set_is_left_alone(tmp_path):
    synthetic_folder.write_set(dataclasses.replace(CONFIG, count=1), tmp_path)
    before = _contents(tmp_path)
    with pytest.raises(OtherSetError, match="other options"):
        write_set(CONFIG, tmp_path)
    assert _contents(tmp_path) == before
