"""The operator's guide, followed to the letter in an empty folder."""

import os
import re
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from benchmarks.golden import REVISIONS, lay_out
from classroom.store import database

ROOT = Path(__file__).resolve().parent.parent
GUIDE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"<!-- tried(: serves)? -->\n```sh\n(.*?)```", GUIDE, re.DOTALL)
UPGRADE = re.findall(r"<!-- tried: older -->\n```sh\n(.*?)```", GUIDE, re.DOTALL)
_FEWEST_BLOCKS = 7
_PATIENCE_S = 60


@pytest.fixture
def school(tmp_path: Path) -> Path:
    """A folder in which Lafal is installed, as far as the guide can tell."""
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, run in (("python", "exec python"), ("lafal", "exec python -m speech.cli")):
        command = run.replace("python", f'"{sys.executable}"', 1)
        (programs / name).write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" {command} "$@"\n')
        (programs / name).chmod(0o755)
    return tmp_path


def serve_and_look(script: str, school: Path) -> int:
    """Run the block that serves until its page answers over https that the school's authority vouches for."""
    environment = {**os.environ, "LAFAL_DATA_FOLDER": str(school / "data"), "OMP_NUM_THREADS": "1"}
    server = subprocess.Popen(
        ["bash", "-euc", f"{script.rstrip()} & wait $!"], cwd=school, env=environment, start_new_session=True
    )
    trust = ssl.create_default_context(cafile=str(school / "tls" / "authority.pem"))
    until_s = time.monotonic() + _PATIENCE_S
    try:
        while time.monotonic() < until_s:
            assert server.poll() is None
            try:
                with urllib.request.urlopen("https://127.0.0.1:8443/sign-in", context=trust) as answer:
                    return answer.status
            except urllib.error.URLError as error:
                assert not isinstance(error.reason, ssl.SSLError)
                time.sleep(0.3)
        raise AssertionError("the page did not come")
    finally:
        os.killpg(server.pid, 15)
        server.wait(30)


def follow(block: str, school: Path) -> str:
    """Run a block, and give what it printed."""
    script = f'export LAFAL_DATA_FOLDER="$PWD/data"\n{block}'
    ran = subprocess.run(["bash", "-euc", script], cwd=school, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.skipif(not (shutil.which("openssl") and shutil.which("bash")), reason="openssl or bash is missing")
def test_every_step_of_the_guide_works(school: Path) -> None:
    assert len(BLOCKS) >= _FEWEST_BLOCKS
    done = ""
    for serves, block in BLOCKS:
        if serves:
            assert serve_and_look(block, school) == 200
            continue
        done += follow(block, school)
    assert "“root” can sign in now" in done
    assert done.count("Everything fits.") == 2
    assert (school / "again" / "lafal.sqlite3").exists()
    assert (school / "data" / "master.key").read_bytes() == (school / "safe" / "master.key").read_bytes()


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is missing")
def test_an_upgrade_goes_as_the_guide_says(school: Path) -> None:
    lay_out(school / "data", REVISIONS[0])
    assert "Everything fits." in "".join(follow(block, school) for block in UPGRADE)
    found = [revision_in(school / name) for name in ("before-the-upgrade", "data")]
    assert found == [REVISIONS[0], database.head()]


def revision_in(folder: Path) -> str | None:
    engine = database.connect(f"sqlite:///{folder / 'lafal.sqlite3'}")
    try:
        return database.revision_of(engine)
    finally:
        engine.dispose()
