"""A wheel, installed in an empty environment outside the checkout, scores a recording with no network and no torch."""

import json
import shutil
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

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
    """Install the wheel beside what it says it needs and nothing else; returns the environment's folder."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    skipped = shutil.ignore_patterns(".git", ".venv", "tests", "build", "*.egg-info", "runs")
    shutil.copytree(ROOT, source, ignore=skipped)
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", str(folder), str(source))
    (wheel,) = folder.glob("lafal-*.whl")
    environment = folder / "environment"
    venv.create(environment)
    python = str(environment / "bin" / "python")
    run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", str(wheel))
    for needed in needs(environment).values():
        for top in {Path(file.parts[0]) for file in needed.files or () if file.parts[0] not in ("..", "__pycache__")}:
            link = site_of(environment) / top
            if not link.exists():
                link.symlink_to(Path(str(needed.locate_file(top))).resolve())
    return environment


def site_of(environment: Path) -> Path:
    return next((environment / "lib").glob("python3*/site-packages"))


def needs(environment: Path) -> dict[str, Distribution]:
    """Whatever the wheel declares that it needs, and what those need, as installed here."""
    (lafal,) = distributions(name="lafal", path=[str(site_of(environment))])
    found: dict[str, Distribution] = {}
    waiting, seen = [(lafal, "")], set[tuple[str, str]]()
    while waiting:
        one, extra = waiting.pop()
        for line in one.requires or ():
            needed = Requirement(line)
            if needed.marker is not None and not needed.marker.evaluate({"extra": extra}):
                continue
            found[needed.name] = distribution(needed.name)
            for wanted in {"", *needed.extras}:
                if (needed.name, wanted) not in seen:
                    seen.add((needed.name, wanted))
                    waiting.append((found[needed.name], wanted))
    return found


def run(*command: str, cwd: Path | None = None, typed: str = "") -> str:
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, input=typed)
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
    site = site_of(installed)
    assert "torch" not in needs(installed)
    assert not (site / "torch").exists()
    assert (site / "speech" / "_models" / "default" / "model.onnx").exists()
    assert not (site / "speech" / "_models" / "training").exists()
    folders = [path.resolve() for path in site.iterdir() if path.is_dir()]
    assert sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file()) < MOST_BYTES


def test_a_school_can_be_opened_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    """Migrations, consent texts and all."""
    program = (str(installed / "bin" / "python"), "-I", "-m", "classroom")
    there = ("--folder", str(tmp_path / "data"))
    made = run(*program, "create-admin", "root", *there, cwd=tmp_path, typed="a long password")
    assert "“root” can sign in now" in made
    assert "Everything fits." in run(*program, "verify", *there, cwd=tmp_path)


def test_the_web_app_starts_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    code = "import app; app.create_app(app.Settings()); from gradio import routes; print(routes.DEFAULT_TEMP_DIR)"
    folder = run(str(installed / "bin" / "python"), "-I", "-c", code, cwd=tmp_path).split()[-1]
    assert Path(folder).name.startswith("lafal-pages-")
