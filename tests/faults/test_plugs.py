"""Nothing acknowledged is lost when the server is killed at any writing step, nor, by the order of these, when the
power goes."""

import itertools
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import faults
from benchmarks.faults import FaultsOptions
from benchmarks.golden import REVISIONS
from benchmarks.plugs import Ran, Step, can_step
from benchmarks.scenes import FirstStart, Upgrading
from benchmarks.schooldays import BEGUN, Promise, look, open_school, spend_a_day
from benchmarks.uploads import missing
from classroom.store import Store
from classroom.store.store import DATABASE

ROOT = Path(__file__).parents[2]
needs_steps = pytest.mark.skipif(not can_step(), reason="writing steps are seen on Linux for x86-64 only")
_TRACED = """
import dataclasses, json, sys
from pathlib import Path
from benchmarks import faults
from benchmarks.scenes import Day
folder = Path(sys.argv[1])
print(json.dumps([dataclasses.astuple(step) for step in faults.trace(Day.prepare(folder / "day"), folder)]))
"""


def in_a_process_of_its_own(*arguments: str) -> str:
    """Forks must come from a process with one thread; that of the tests has as many as it likes."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> list[Step]:
    """The writing steps of a day, and between them what was acknowledged."""
    told = in_a_process_of_its_own("-c", _TRACED, str(tmp_path_factory.mktemp("traced")))
    return [Step(kind, tuple(paths)) for kind, paths in json.loads(told)]


@needs_steps
def test_twenty_kills_lose_nothing() -> None:
    told = in_a_process_of_its_own("-m", "speech.cli", "bench", "faults", "--runs", "20", "--apps", "1")
    assert "20 of " in told
    assert "(1 kills)" in told
    assert "lost, half there or left over" in told


@pytest.mark.parametrize("everywhere", [False, True])
def test_what_ended_before_its_kill_is_done_again(monkeypatch: pytest.MonkeyPatch, everywhere: bool) -> None:
    ends = itertools.cycle([False, True])
    monkeypatch.setattr(faults, "_scenes", lambda folder: (FirstStart.prepare(folder / "first"),))
    monkeypatch.setattr(faults, "trace", lambda *_: (Step("write", ("a",)), Step("sync", ("a",)), Step("said", ("b",))))
    monkeypatch.setattr(faults, "play", lambda *_: Ran((), (), killed=next(ends)))
    monkeypatch.setattr(faults, "judged", lambda *_, **__: [])
    found = faults.measure(FaultsOptions(runs=10, everywhere=everywhere, apps=0))
    assert found.killed == (3 if everywhere else 10)
    assert found.runs > found.killed
    assert (found.places, found.killed_at) == (3, 3)


def test_half_an_upgrade_is_seen(tmp_path: Path) -> None:
    scene = Upgrading.prepare(tmp_path, REVISIONS[0])
    assert scene.judge(tmp_path, [Promise("upgraded", {})], again=False) == ["upgraded, and it is not"]
    assert scene.judge(tmp_path, [Promise("upgraded", {})], again=False) == []
    scene = Upgrading.prepare(tmp_path / "other", REVISIONS[0])
    raw = sqlite3.connect(scene.folder / "data" / DATABASE)
    raw.execute("DELETE FROM marks")
    raw.commit()
    raw.close()
    found = scene.judge(scene.folder, [], again=False)
    assert found[0] == "half upgraded"
    assert found[1].startswith("lost: marks")


def test_an_upload_that_is_gone_is_seen(tmp_path: Path) -> None:
    Store.open("", tmp_path).close()
    assert missing(tmp_path, {}) == []
    assert missing(tmp_path, {"0" * 32: bytes(2)}) == [f"upload {'0' * 32}"]


def test_a_kill_is_a_kill(tmp_path: Path) -> None:
    """In a process of its own too: the harness itself."""
    code = """
import os, sys, time
from benchmarks.plugs import Pull, can_step, run
path = sys.argv[1]
def work(say):
    with open(path, "wb") as file:
        file.write(b"x" * 50); file.flush(); os.fsync(file.fileno())
    os.write(say, b"one\\n")
    os.rename(path, path + ".new")
    os.write(say, b"two")
    time.sleep(0 if can_step() else 60)
if can_step():
    whole = run(work, Pull())
    assert (whole.killed, whole.said) == (False, ("one\\n",)), whole
    assert [step.kind for step in whole.steps] == ["write", "sync", "said", "rename", "said"], whole
    assert run(work, Pull(step=1)).said == ()
    assert run(work, Pull(step=2)).said == ("one\\n",) and os.path.exists(path)
    assert run(work, Pull(step=0, torn=True)).killed and os.path.getsize(path) == 25
    assert not run(work, Pull(step=3)).killed
slow = run(lambda say: time.sleep(60), Pull(seconds=0.05))
assert slow.killed and slow.said == ()
try:
    run(lambda say: 1 / 0, Pull())
except RuntimeError:
    print("all well")
"""
    assert "all well" in in_a_process_of_its_own("-c", code, str(tmp_path / "file"))


def a_day(folder: Path) -> list[Promise]:
    promises: list[Promise] = []
    folder.mkdir()
    open_school(folder)
    spend_a_day(folder, "monday", lambda kind, **facts: promises.append(Promise(kind, facts)))
    return promises


def test_what_is_lost_is_seen(tmp_path: Path) -> None:
    promises = a_day(tmp_path / "school")
    assert look(tmp_path / "school", promises, again=True) == []
    assert {one.kind for one in promises} >= {"recording", "handed in", "released", "mark", "left", "backup", BEGUN}
    for forged in (
        Promise("recording", {**next(one.facts for one in promises if one.kind == "recording"), "sha256": "other"}),
        Promise("handed in", {"id": "0" * 32}),
        Promise("left", {"id": next(one.facts["by"] for one in promises if one.kind == "recording")}),
        Promise("given", {"count": 99}),
    ):
        assert len(look(tmp_path / "school", [*promises, forged])) == 1, forged


def harm_file(store: Store) -> None:
    next(iter(store.files)).unlink()


def harm_names(store: Store) -> None:
    (store.folder / "something").write_bytes(b"else")


@pytest.mark.parametrize("harm", [harm_file, harm_names])
def test_what_is_half_there_is_seen(tmp_path: Path, harm: Callable[[Store], None]) -> None:
    promises = a_day(tmp_path / "school")
    store = Store.open("", tmp_path / "school" / "data")
    harm(store)
    store.close()
    assert look(tmp_path / "school", promises) != []


@needs_steps
def test_no_file_takes_its_name_before_its_content_is_on_disk(steps: list[Step]) -> None:
    unsynced: set[str] = set()
    named = 0
    for step in steps:
        if step.kind in {"write", "cut"}:
            unsynced.add(step.paths[0])
        elif step.kind == "sync":
            unsynced.discard(step.paths[0])
        elif step.kind in {"rename", "link"}:
            assert step.paths[0] not in unsynced
            named += 1
    assert named >= 10


@needs_steps
def test_a_folder_is_on_disk_before_the_row_that_counts_on_it(steps: list[Step]) -> None:
    unsynced: set[str] = set()
    commits = 0
    for step in steps:
        if step.kind in {"rename", "link", "mkdir"}:
            unsynced.add(str(Path(step.paths[-1]).parent))
        elif step.kind == "sync":
            unsynced.discard(step.paths[0])
        elif step.kind == "write" and step.paths[0].endswith("-wal"):
            assert unsynced == set()
            commits += 1
    assert commits > 50


@needs_steps
def test_everything_is_on_disk_before_it_is_acknowledged(steps: list[Step]) -> None:
    unsynced: set[str] = set()
    said = 0
    for step in steps:
        match step.kind:
            case "write" if not step.paths[0].endswith(("-shm", " (deleted)")):
                unsynced.add(step.paths[0])
            case "sync":
                unsynced.discard(step.paths[0])
            case "rename" | "link" | "mkdir":
                unsynced.add(str(Path(step.paths[-1]).parent))
            case "unlink":
                unsynced.discard(step.paths[0])
                unsynced.add(str(Path(step.paths[0]).parent))
            case "said":
                assert {path for path in unsynced if "/copy" in path} == set()
                said += 1
            case _:
                pass
    assert said == len(set(STAGES))


STAGES = (
    "attempt",
    "recording",
    "assessment",
    "handed in",
    "listened",
    "mark",
    "released",
    "withdrawn",
    "given",
    "backup",
    "came",
    BEGUN,
    "left",
    "rotated",
    "purged",
)


def test_a_folder_made_by_somebody_else_is_synced_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two uploads may need the same new folder: the second must not rely on the first to have synced it."""
    from classroom.store import durable

    synced: list[Path] = []
    monkeypatch.setattr(durable, "sync_folder", synced.append)
    (tmp_path / "ab").mkdir()
    durable.make_folder(tmp_path / "ab")
    assert synced == [tmp_path]
    durable.make_folder(tmp_path / "ab")
    assert synced == [tmp_path]
