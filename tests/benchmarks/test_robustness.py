import csv
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import distortions, robustness
from benchmarks.distortions import Distortion, all_distortions
from benchmarks.history import record
from benchmarks.readings import MANIFEST
from benchmarks.robustness import RobustnessOptions, draw, measure, table
from speech import results as r
from speech.errors import FileMissing, TooNoisy

READINGS = [(MANIFEST.parent / "audio" / f"{number:02d}-clean.flac", f"text {number}") for number in (1, 2)]


def _assessment(overall, phones, *, symbols=None, abstained=False, warnings=()):
    results = tuple(
        r.PhoneResult(symbol, "", None, symbol, 1.0, score, 0.0, r.Verdict.GOOD, 0.0, 0.1)
        for symbol, score in zip(symbols or ["AH"] * len(phones), phones, strict=True)
    )
    word = r.WordResult("w", 0, 1, "", results, (), (), 1.0, r.WordError.NONE, 0.0, 0.0)
    score = r.Score(overall)
    quality = r.Quality(30.0, 0.25, -20.0, 1.0, 1.0, tuple(warnings))
    return r.Assessment(
        "", (word,), r.Scores(score, score, score, score, score), None, quality, None, abstained, "fake", {}, {}
    )


def _distortion(name, *, normal=True):
    return Distortion(name, normal, lambda _recording, _chance: name.encode())


class Judge:
    """Says 80 of the unchanged files, and of a changed one what is asked for."""

    def __init__(self, said):
        self.said = said

    def __call__(self, recording, text):
        if isinstance(recording, Path):
            return _assessment(80.0, [90.0, 70.0])
        answers = self.said[recording.decode()]
        answer = answers[text] if isinstance(answers, dict) else answers
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_drift_is_measured_against_the_unchanged_reading():
    judge = Judge({
        "same": _assessment(80.0, [90.0, 70.0]),
        "moved": {"text 1": _assessment(70.0, [80.0, 74.0]), "text 2": _assessment(84.0, [90.0, 71.0])},
    })  # fmt: skip
    same, moved = measure(READINGS, judge, [_distortion("same"), _distortion("moved")]).cases
    assert (same.sentence.mean, same.phones.mean, same.phones_lost, same.refused, same.warned) == (0, 0, 0, 0, 0)
    assert (moved.sentence.count, moved.sentence.mean, moved.sentence.bias) == (2, 7.0, -3.0)
    assert moved.sentence.p90 == pytest.approx(np.percentile([10, 4], 90))
    assert (moved.phones.count, moved.phones.mean, moved.phones.bias) == (4, 3.75, -1.25)
    assert moved.clipped == 0.25


def test_refusals_abstentions_and_new_warnings_are_counted():
    judge = Judge({
        "refused": TooNoisy({"snr_db": 1.0}),
        "abstained": {"text 1": _assessment(None, [], abstained=True), "text 2": _assessment(80.0, [90.0, 70.0])},
        "warned": _assessment(80.0, [90.0, 70.0], warnings=("noisy",)),
    })  # fmt: skip
    figures = measure(READINGS, judge, [_distortion(name) for name in ("refused", "abstained", "warned")])
    refused, abstained, warned = figures.cases
    assert (refused.refused, refused.sentence, refused.phones) == (2, None, None)
    assert (abstained.refused, abstained.sentence.count) == (1, 1)
    assert (warned.refused, warned.warned) == (0, 2)
    assert figures.normal_refused == pytest.approx(3 / 6)


def test_phones_without_a_score_or_of_another_pronunciation_are_lost():
    judge = Judge({
        "unclear": _assessment(80.0, [None, 70.0]),
        "other": _assessment(80.0, [90.0, 70.0], symbols=["AH", "IY"]),
    })  # fmt: skip
    unclear, other = measure(READINGS, judge, [_distortion("unclear"), _distortion("other")]).cases
    assert (unclear.phones_lost, unclear.phones.mean) == (0.5, 0.0)
    assert (other.phones_lost, other.phones) == (1.0, None)


def test_readings_not_judged_even_unchanged_are_left_out():
    def judge(recording, text):
        if text == "text 1":
            raise TooNoisy({"snr_db": 1.0})
        return _assessment(80.0, [90.0])

    figures = measure(READINGS, judge, [_distortion("any")])
    assert (figures.readings, figures.unusable, figures.cases[0].readings) == (1, 1, 1)


def test_the_worst_is_sought_in_normal_use_alone(capsys, tmp_path):
    from rich.console import Console

    overall = {"gentle": 79.0, "usual": 74.0, "wild": 0.0}
    judge = Judge({name: _assessment(score, [90.0, 70.0]) for name, score in overall.items()})
    cases = [_distortion("gentle"), _distortion("usual"), _distortion("wild", normal=False)]
    figures = measure(READINGS, judge, cases, model="fake")
    assert (figures.worst, figures.worst_drift) == ("usual", 6.0)
    Console(width=160).print(table(figures))
    printed = capsys.readouterr().out
    assert "usual *" in printed
    assert "6.0 points, target <= 5, missed" in printed
    line = json.loads(record("robustness", figures, folder=tmp_path).read_text(encoding="utf-8"))
    assert line["worst"] == "usual"
    assert len(line["cases"]) == 3


def test_each_reading_meets_a_noise_of_its_own_and_the_same_every_time():
    heard = []

    def listening(recording, _chance):
        heard.append(_chance.standard_normal())
        return b"same"

    judge = Judge({"same": _assessment(80.0, [90.0, 70.0])})
    for _ in range(2):
        measure(READINGS, judge, [Distortion("a", True, listening), Distortion("b", True, listening)], seed=3)
    assert len(set(heard[:4])) == 4
    assert heard[:4] == heard[4:]


def test_readings_are_drawn_from_the_clean_planted_ones():
    drawn = draw(RobustnessOptions(readings=7))
    assert len(drawn) == 7
    assert all(path.name.endswith("-clean.flac") and path.is_file() for path, _ in drawn)
    assert draw(RobustnessOptions(readings=7)) == drawn
    assert len(draw(RobustnessOptions(readings=1000))) == 40


def test_real_speakers_are_drawn_from_their_fold(tmp_path):
    with MANIFEST.open(encoding="utf-8", newline="") as lines:
        clean = [row for row in csv.DictReader(lines, delimiter="\t") if row["kind"] == "clean"][:4]
    header = ("corpus", "utterance", "speaker", "age", "path", "text", "phones", "phone_scores")
    rows = [
        ("an4", str(n), f"s{n}", "", str(MANIFEST.parent / row["path"]), row["text"], row["expected"], "")
        for n, row in enumerate(clean)
    ]
    manifest, folds = tmp_path / "manifest.tsv", tmp_path / "folds.tsv"
    manifest.write_text("\n".join("\t".join(row) for row in (header, *rows)) + "\n", encoding="utf-8")
    folds.write_text("corpus\tspeaker\tfold\nan4\ts1\t0\nan4\ts3\t0\nan4\ts0\t-1\n", encoding="utf-8")
    drawn = draw(RobustnessOptions(manifest=manifest, folds=folds))
    assert [text for _, text in drawn] == [clean[1]["text"], clean[3]["text"]]
    trained_on = draw(RobustnessOptions(manifest=manifest, folds=folds, fold=-1))
    assert [path.name for path, _ in trained_on] == ["01-clean.flac"]
    assert draw(RobustnessOptions(manifest=manifest)) == []  # one speaker in ten of four is none
    with pytest.raises(FileMissing):
        draw(RobustnessOptions(manifest=manifest, folds=tmp_path / "nothing.tsv"))


def test_the_embedded_model_hears_the_same_in_a_louder_or_resampled_file():
    from speech.assess import Assessor

    readings = draw(RobustnessOptions(readings=2))
    wanted = {"gain -10 dB", "48 kHz", "pink noise, 5 dB"}
    cases = [case for case in all_distortions() if case.name in wanted]
    figures = measure(readings, Assessor().assess, cases)
    assert (figures.readings, figures.unusable) == (2, 0)
    by_name = {case.name: case for case in figures.cases}
    assert by_name["gain -10 dB"].refused == by_name["48 kHz"].refused == 0
    assert by_name["gain -10 dB"].sentence.mean < 5
    assert by_name["48 kHz"].sentence.mean < 5
    noisy = by_name["pink noise, 5 dB"]
    assert noisy.refused + noisy.warned == 2


def test_the_command_prints_a_table(capsys, monkeypatch):
    one = next(case for case in distortions.all_distortions() if case.name == "44.1 kHz")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(robustness, "all_distortions", lambda: (one,))
    robustness.main(["--readings", "1"])
    printed = capsys.readouterr().out
    assert "44.1 kHz *" in printed
    assert "the worst of it is 44.1 kHz" in printed
