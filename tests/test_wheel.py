"""A wheel, installed in an empty environment outside the checkout, scores a recording with no network and no torch."""

import json
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PLANTED = ROOT / "tests" / "fixtures" / "planted"
MOST_BYTES = 1_000_000_000
SCORE_OFFLINE = """
import socket, sys
def refuse(*arguments, **options):
    raise OSError("no network in this test")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
from speech.cli import main
sys.argv = ["lafal", "score", sys.argv[1], "--text", sys.argv[2], "--json"]
main()
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and install it, with what it needs and nothing else; returns the environment's folder."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    skipped = shutil.ignore_patterns(".git", ".venv", "tests", "build", "*.egg-info", "runs")
    shutil.copytree(ROOT, source, ignore=skipped)
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", str(folder), str(source))
    (wheel,) = folder.glob("lafal-*.whl")
    environment = folder / "environment"
    venv.create(environment, with_pip=True)
    run(str(environment / "bin" / "python"), "-m", "pip", "install", "-q", str(wheel))
    return environment


def run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_every_package_of_the_tree_is_in_the_wheel() -> None:
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    trees = ("phonemes", "speech", "classroom", "web", "benchmarks")
    found = {".".join(path.parent.relative_to(ROOT).parts) for tree in trees for path in (ROOT / tree).rglob("*.py")}
    assert found == listed - {"phonemes._datasets", "speech._models"}


def test_it_scores_a_recording_offline_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    import csv

    with (PLANTED / "manifest.tsv").open(encoding="utf-8", newline="") as lines:
        row = next(row for row in csv.DictReader(lines, delimiter="\t") if row["kind"] == "clean")
    audio = shutil.copy(PLANTED / row["path"], tmp_path)
    python = str(installed / "bin" / "python")
    printed = run(python, "-I", "-c", SCORE_OFFLINE, str(audio), row["text"], cwd=tmp_path)
    assessment = json.loads(printed)
    assert assessment["text"] == row["text"]
    assert assessment["scores"]["overall"]["value"] > 50
    assert len(assessment["words"]) >= len(row["text"].split())


def test_it_has_no_torch_and_stays_small(installed: Path) -> None:
    site = next((installed / "lib").glob("python3*/site-packages"))
    assert not (site / "torch").exists()
    assert (site / "speech" / "_models" / "default" / "model.onnx").exists()
    assert not (site / "speech" / "_models" / "training").exists()
    assert sum(path.stat().st_size for path in installed.rglob("*") if path.is_file()) < MOST_BYTES


def test_the_web_app_starts_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    code = "import app; print(bool(app.create_app(app.Settings())))"
    assert run(str(installed / "bin" / "python"), "-I", "-c", code, cwd=tmp_path).strip().endswith("True")
