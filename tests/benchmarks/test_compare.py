import json

import pytest

from benchmarks.compare import NOTHING_TO_COMPARE, better, changes, choose, figures, main
from benchmarks.history import FOLDER

MACHINE = {"processor": "Fast", "cores": 2, "system": "Linux", "versions": [["python", "3.11"]]}
OTHER = {**MACHINE, "processor": "Slow"}


def line(*, machine=MACHINE, **values):
    return {"measured_at": "2026-01-01T00:00:00+00:00", "machine": machine, "model": "default", **values}


def write(folder, *lines):
    (folder / "speed.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    return ["speed", "--history", str(folder)]


def test_every_number_has_a_path_that_tells_list_entries_apart():
    found = {
        figure.path: (figure.measure, figure.value)
        for figure in figures(
            line(
                flag=True,
                missing=None,
                load_ms=[3.0, 1.0, 2.0],
                stages_ms=[["audio", 5.0], ["align", 6.0]],
                timings=[{"system": "default", "threads": 1, "clip_s": 5.0, "p50_s": 0.1}],
                groups=[{"name": "all", "phone_pcc": {"value": 0.7, "low": 0.6}}],
            )
        )
    }
    assert found == {
        "load_ms": ("load_ms", 2.0),
        "stages_ms[audio]": ("stages_ms", 5.0),
        "stages_ms[align]": ("stages_ms", 6.0),
        "timings[default, 1, 5.0].threads": ("threads", 1.0),
        "timings[default, 1, 5.0].clip_s": ("clip_s", 5.0),
        "timings[default, 1, 5.0].p50_s": ("p50_s", 0.1),
        "groups[all].phone_pcc.value": ("phone_pcc", 0.7),
        "groups[all].phone_pcc.low": ("low", 0.6),
    }


@pytest.mark.parametrize(
    ("measure", "way"),
    [("p95_s", "less"), ("warm_peak_mb", "less"), ("audio_per_s", "more"), ("error_auc", "more"), ("lost", "less"),
     ("clip_s", ""), ("phones", ""), ("bias_ms", "")],
)  # fmt: skip
def test_times_should_fall_and_accuracy_rise(measure, way):
    assert better(measure) == way


def test_worse_is_told_from_better():
    before = line(p50_s=0.1, found=20, phones=5, lost=0, stages_ms=[["text", 0.2]])
    after = line(p50_s=0.15, found=25, phones=6, lost=1, stages_ms=[["text", 0.9]])
    worse = {change.path: change.worse for change in changes(before, after)}
    assert worse["p50_s"] == pytest.approx(1.5)
    assert worse["found"] == pytest.approx(0.8)
    assert worse["phones"] is None
    assert worse["lost"] == float("inf")
    assert worse["stages_ms[text]"] == 1.0  # it moved by less than a millisecond


def test_times_of_different_machines_are_not_judged_but_accuracy_is():
    found = changes(line(p50_s=0.1, found=20), line(machine=OTHER, p50_s=0.9, found=10))
    assert {change.path: change.worse for change in found} == {"p50_s": None, "found": 2.0}


def test_the_newest_two_of_one_machine_and_subject_are_chosen():
    lines = [line(), line(candidate="a"), line(machine=OTHER), line()]
    assert choose(lines, None, None) == (0, 3)
    assert choose(lines, 2, -2) == (1, 2)
    assert choose(lines[:3], None, None) is None
    assert choose([], None, None) is None
    with pytest.raises(ValueError, match="no line 9"):
        choose(lines, 9, None)


def test_only_runs_with_the_same_options_meet():
    asked = [line(options={"runs": runs}) for runs in (100, 30, 100)]
    assert choose(asked, None, None) == (0, 2)
    assert choose(asked[1:], None, None) is None
    older = [line(clip_s=5.0, runs=runs, cold_runs=3) for runs in (30, 100)]
    assert choose(older, None, None) is None
    assert choose([line(runs=1000), line(runs=1003)], None, None) == (0, 1)  # found, not asked for


def test_chance_and_other_systems_are_shown_and_not_judged():
    def timed(runs, factor, system="default"):
        entry = {"system": system, "threads": 1, "clip_s": 5.0, "runs": runs, "p50_s": factor, "p99_s": factor}
        return line(timings=[entry])

    def worse(before, after):
        return {change.path.rpartition(".")[2]: change.worse for change in changes(before, after)}

    few, many = worse(timed(99, 0.1), timed(100, 0.3)), worse(timed(100, 0.1), timed(100, 0.3))
    assert (few["p50_s"], few["p99_s"]) == (pytest.approx(3.0), None)
    assert many["p99_s"] == pytest.approx(3.0)
    for peer in ("pocketsphinx", "random:wav2vec2-base"):
        assert worse(timed(100, 0.1, peer), timed(100, 0.3, peer))["p50_s"] is None


def test_getting_slower_beyond_the_ratio_fails(tmp_path, capsys):
    arguments = write(tmp_path, line(p50_s=0.1), line(p50_s=0.13))
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 1
    text = capsys.readouterr().out
    assert "WORSE" in text
    assert "+30.0 %" in text
    main([*arguments, "--ratio", "1.5"])
    assert "No figure got worse" in capsys.readouterr().out
    main([*arguments, "--from", "2", "--to", "1"])
    assert "better" in capsys.readouterr().out


def test_another_machine_is_said_clearly(tmp_path, capsys):
    main([*write(tmp_path, line(p50_s=0.1), line(machine=OTHER, p50_s=0.9)), "--from", "1"])
    text = capsys.readouterr().out
    assert "DIFFERENT MACHINES" in text
    assert "Slow" in text


def test_one_line_is_nothing_to_compare(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(write(tmp_path, line()))
    assert ended.value.code == NOTHING_TO_COMPARE
    assert "1 lines" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main([*write(tmp_path, line()), "--from", "7"])
    assert ended.value.code == 2


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.jsonl")), ids=lambda path: path.stem)
def test_every_recorded_history_has_figures_that_can_get_worse(path):
    newest = json.loads(path.read_text(encoding="utf-8").splitlines()[-1])
    assert any(change.worse == 1.0 for change in changes(newest, newest))
