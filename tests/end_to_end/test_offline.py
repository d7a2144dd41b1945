"""The app and a browser on a computer that has no network at all: a namespace with nothing but itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
JOURNEYS = [f"{HERE / 'test_first_minute.py'}::test_the_first_minute[desktop]"]
# Interfaces are down in a new namespace, the computer's own included.
_ENTER = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    flags = struct.unpack("16sh", fcntl.ioctl(one, 0x8913, struct.pack("16sh", b"lo", 0)))[1]
    fcntl.ioctl(one, 0x8914, struct.pack("16sh", b"lo", flags | 1))
    try:
        one.connect(("192.0.2.1", 53))
    except OSError:
        os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
sys.exit("there is a way out")
"""


def without_network(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python where only 127.0.0.1 exists."""
    command = ["unshare", "--net", "--map-root-user", sys.executable, "-c", _ENTER, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def _namespaces() -> None:
    if shutil.which("unshare") is None or without_network("-c", "pass").returncode:
        (pytest.fail if os.environ.get("LAFAL_REQUIRE_NAMESPACES") else pytest.skip)(
            "this system lets nobody make a network namespace, so that the app was not tried without a network"
        )


@pytest.mark.usefixtures("_namespaces")
def test_a_connection_would_be_noticed() -> None:
    tried = without_network("-c", "import urllib.request; urllib.request.urlopen('http://192.0.2.1/', timeout=3)")
    assert "Network is unreachable" in tried.stderr


@pytest.mark.usefixtures("_namespaces", "chromium")
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.rsplit("::", 1)[1])
def test_everything_works_without_a_network(journey: str) -> None:
    ran = without_network("-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", journey)
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert ran.stdout.strip().startswith(".")
