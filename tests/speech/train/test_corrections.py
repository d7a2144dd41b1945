import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from phonemes.resources import folder as resources
from speech.cli import app
from speech.errors import BrokenModel
from speech.results import Verdict
from speech.scoring import PhoneScores, RecalibratedScorer, Recalibration, Scorer, load_scorer, read_recalibration
from speech.train import corrections
from speech.train.corrections import CorrectionsConfig, CorrectionsError, compare, curve, recalibrate, usable
from speech.verdicts import judge

MODEL, SCORER = "ear 9", "2026"
Truth = Callable[[np.ndarray], np.ndarray]


def kinder(scores: np.ndarray) -> np.ndarray:
    """Teachers who are kinder than the machine: 50 of the machine's is 71 of theirs, by the curve's own shape."""
    inner = np.clip(scores / 100, 0.005, 0.995)
    return 100 / (1 + np.exp(-0.7 * np.log(inner / (1 - inner)) - 0.9))


def lines(count: int, truth: Truth, *, corrected: float = 1.0, noise: float = 5.0, seed: int = 0) -> list[dict]:
    """Sounds of readings, ten a reading and four readings a learner; the teacher corrected a share of them."""
    rng = np.random.default_rng(seed)
    machine = rng.uniform(5, 95, count)
    teacher = np.clip(truth(machine) + rng.normal(0, noise, count), 0, 100)
    chosen = rng.random(count) < corrected
    return [
        {
            "format": 1,
            "level": "sound",
            "corrected": bool(chosen[k]),
            "machine_score": round(float(machine[k]), 2),
            "teacher_score": round(float(teacher[k]), 2) if chosen[k] else None,
            "learner": f"learner{k // 40}",
            "recording": f"r{k // 10}",
            "model": MODEL,
            "scorer": SCORER,
        }
        for k in range(count)
    ]


def fitted(rows: list[dict]) -> np.ndarray:
    return curve(usable(rows, model=MODEL, scorer=SCORER))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a scorer of which only the facts are needed."""
    folder = tmp_path / "scorer"
    folder.mkdir()
    facts = {"version": SCORER, "acoustic_model": MODEL, "doubtful_from": 0.1, "wrong_from": 0.2}
    (folder / "scorer.json").write_text(json.dumps(facts))
    return folder


def written(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_many_corrections_with_a_known_bias_are_recovered() -> None:
    points = fitted(lines(4000, kinder))
    grid = np.arange(10, 91)
    assert np.abs(points[grid] - kinder(grid.astype(float))).max() < 2
    assert points[50] == pytest.approx(71, abs=2)


def test_teachers_who_agree_move_nothing() -> None:
    assert np.abs(fitted(lines(2000, lambda scores: scores)) - np.arange(101)).max() < 1


def test_few_corrections_hardly_move_anything() -> None:
    moved = [np.abs(fitted(lines(count, kinder)) - np.arange(101)).max() for count in (2, 10, 100, 4000)]
    assert moved == sorted(moved)
    assert moved[0] < 1
    assert moved[1] < 3
    assert moved[2] < 15 < moved[3]


def test_sounds_that_were_left_as_they_were_hold_the_curve_back() -> None:
    alone = [row for row in lines(3000, kinder, corrected=0.2) if row["corrected"]]
    together = lines(3000, kinder, corrected=0.2)
    identity = np.arange(101)
    assert np.abs(fitted(together) - identity).max() < 0.4 * np.abs(fitted(alone) - identity).max()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=1, max_size=40))
def test_any_curve_rises_from_0_to_100(pairs: list[tuple[float, float]]) -> None:
    rows = [
        {**lines(1, kinder)[0], "corrected": True, "machine_score": machine, "teacher_score": teacher}
        for machine, teacher in pairs
    ]
    points = fitted(rows)
    assert (points[0], points[-1]) == (0, 100)
    assert np.all(np.diff(points) > 0)


def test_what_is_no_score_of_this_scorer_is_set_aside() -> None:
    good = lines(10, kinder)
    other = [
        {**good[0], "level": "word"},
        {**good[0], "machine_score": None},
        {**good[0], "scorer": "older"},
        {**good[0], "model": "another 1"},
    ]
    assert len(usable([*good, *other], model=MODEL, scorer=SCORER).machine) == 10


def test_what_an_earlier_curve_did_is_undone() -> None:
    points = fitted(lines(4000, kinder))
    present = Recalibration("abc", MODEL, SCORER, points)
    first = lines(50, kinder)
    later = [{**row, "scorer": "2026+abc", "machine_score": present.apply(row["machine_score"])} for row in first]
    sounds = usable(later, model=MODEL, scorer=SCORER, present=present)
    assert 100 * sounds.machine == pytest.approx([row["machine_score"] for row in first], abs=1e-6)
    assert len(usable(later, model=MODEL, scorer=SCORER).machine) == 0


def test_the_curve_is_judged_on_learners_it_was_not_fitted_to(monkeypatch: pytest.MonkeyPatch) -> None:
    sounds = usable(lines(400, kinder), model=MODEL, scorer=SCORER)
    heard: list[set[str]] = []
    real = corrections.curve
    monkeypatch.setattr(corrections, "curve", lambda some: (heard.append(set(some.learners.tolist())), real(some))[1])
    before, after = compare(sounds)
    assert after < before
    assert len(heard) == 5 and set.intersection(*heard) == set()
    assert set.union(*heard) == set(sounds.learners.tolist())


def test_it_is_written_beside_the_scorer_and_applied(place: Path, tmp_path: Path) -> None:
    rows = lines(600, kinder, corrected=0.8)
    config = CorrectionsConfig(corrections=written(tmp_path / "c.jsonl", rows), out=place)
    outcome = recalibrate(config)
    assert outcome.error_after < outcome.error_before
    assert (outcome.learners, outcome.readings, outcome.set_aside) == (15, 60, 0)
    assert outcome.corrections + outcome.agreed == 600
    found = json.loads((place / "recalibration.json").read_text())
    assert found["fitted_to"]["corrections"] == outcome.corrections
    read_recalibration.cache_clear()
    present = read_recalibration(place)
    assert present is not None
    assert present.apply(50) > 55
    assert present.undo(present.apply(33.3)) == pytest.approx(33.3)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (lines(29, kinder), "29 corrected sounds"),
        ([{**row, "recording": "one"} for row in lines(200, kinder)], "from 1 readings"),
        ([{**row, "scorer": "another"} for row in lines(200, kinder)], "There are 0 corrected sounds"),
        (lines(400, lambda scores: scores, noise=12.0), "Nothing was written"),
    ],
)
def test_what_teaches_nothing_is_refused_and_nothing_is_written(
    place: Path, tmp_path: Path, rows: list[dict], problem: str
) -> None:
    with pytest.raises(CorrectionsError, match=problem):
        recalibrate(CorrectionsConfig(corrections=written(tmp_path / "c.jsonl", rows), out=place))
    assert not (place / "recalibration.json").exists()


@pytest.mark.parametrize("bad", ["no json", "[]", '{"format": 2}', '{"level": "sound"}'])
def test_a_line_that_is_no_correction_is_named(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text(json.dumps(lines(1, kinder)[0]) + "\n" + bad + "\n")
    with pytest.raises(CorrectionsError, match="Line 2"):
        corrections.read_lines(path)


def test_the_command_says_what_it_did_or_why_not(place: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "c.jsonl", lines(600, kinder))
    done = CliRunner().invoke(app, ["train", "scorer", "--corrections", str(path), "--out", str(place)])
    assert done.exit_code == 0, done.output
    assert "600 corrections" in done.output and "86 % of the way" in done.output
    few = written(tmp_path / "few.jsonl", lines(5, kinder))
    refused = CliRunner().invoke(app, ["train", "scorer", "--corrections", str(few), "--out", str(place)])
    assert refused.exit_code == 2 and "at least" in refused.output


class Fixed:
    """A scorer that says the same of every sound."""

    version = SCORER

    def score(self, evidence: object) -> PhoneScores:
        return scores_of(80.0)


def scores_of(value: float) -> PhoneScores:
    said = np.full((1, 40), 0.001)
    said[0, 2] = 0.95
    ones = np.ones(1)
    return PhoneScores(value * ones, 5 * ones, 0 * ones, said, 0 * ones, 1.0, 1.0)


def test_verdicts_follow_the_recalibrated_score() -> None:
    points = fitted(lines(4000, kinder))
    scorer: Scorer = RecalibratedScorer(Fixed(), Recalibration("abc", MODEL, SCORER, points))
    assert scorer.version == "2026+abc"
    (before,) = judge([3], scores_of(80.0))
    (after,) = judge([3], scorer.score(None))
    assert before.score is not None and after.score is not None
    assert (before.verdict, before.score) == (Verdict.NEARLY, 80.0)
    assert after.score == pytest.approx(np.interp(80, np.arange(101), points))
    assert after.score > before.score


def shipped_like(folder: Path, content: dict[str, object]) -> Path:
    """The shipped scorer, and beside it a recalibration."""
    place = folder / "like"
    place.mkdir()
    for name in ("scorer.json", "scorer.onnx", "calibration.json"):
        (place / name).symlink_to(resources("models") / "scorer" / name)
    (place / "recalibration.json").write_text(json.dumps(content))
    return place


def test_the_assessor_uses_it_with_the_one_scorer_it_was_fitted_to(tmp_path: Path) -> None:
    model = json.loads((resources("models") / "scorer" / "scorer.json").read_text())["acoustic_model"]
    plain = load_scorer(model, has_frame_head=True).version
    points = np.linspace(0, 100, 101).tolist()
    content = {"version": "abc", "acoustic_model": model, "base": plain, "points": points}
    place = shipped_like(tmp_path, content)
    assert load_scorer(model, has_frame_head=True, directory=place).version == f"{plain}+abc"
    assert load_scorer("another", has_frame_head=True, directory=place).version == plain
    (tmp_path / "newer").mkdir()
    newer = shipped_like(tmp_path / "newer", {**content, "base": "older"})
    assert load_scorer(model, has_frame_head=True, directory=newer).version == plain


def test_a_place_that_cannot_be_looked_into_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError

    monkeypatch.setattr(Path, "read_text", refuse)
    assert read_recalibration(tmp_path / "somebody else's home") is None


@pytest.mark.parametrize("points", [[0.0, 100.0], [0.0] * 100 + [100.0], "much"])
def test_a_damaged_curve_is_an_error(tmp_path: Path, points: object) -> None:
    plain = json.loads((shipped_like(tmp_path, {}) / "scorer.json").read_text())
    content = {"version": "a", "acoustic_model": plain["acoustic_model"], "base": plain["version"], "points": points}
    (tmp_path / "like" / "recalibration.json").write_text(json.dumps(content))
    with pytest.raises(BrokenModel):
        read_recalibration(tmp_path / "like")
