"""Every test of this folder runs the app and its browser where no other computer can be reached; here it is checked."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest
from no_network import attempts, is_alone
from playwright.sync_api import Error, Page

pytestmark = pytest.mark.end_to_end


@pytest.fixture(autouse=True)
def _alone() -> None:
    if not is_alone():
        (pytest.fail if os.environ.get("LAFAL_REQUIRE_NAMESPACES") else pytest.skip)(
            "only root on Linux gets a network of its own, so that the pages were tried with this computer's network"
        )


def test_no_program_that_is_started_here_gets_out() -> None:
    tried = subprocess.run(
        [sys.executable, "-c", "import urllib.request; urllib.request.urlopen('http://192.0.2.1/', timeout=3)"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Network is unreachable" in tried.stderr


def test_whoever_tries_to_reach_another_computer_is_noticed() -> None:
    with suppress(OSError), socket.create_connection(("198.51.100.7", 80), timeout=1):
        pass
    with suppress(OSError):
        socket.getaddrinfo("lafal.example", 443)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, suppress(OSError):
        one.sendto(b"?", ("198.51.100.8", 53))
    noticed = attempts.copy()
    attempts.clear()
    assert noticed == ["198.51.100.7", "198.51.100.7", "lafal.example", "198.51.100.8"]


def test_the_browser_reaches_the_app_and_nothing_else(open_page: Callable[..., Page]) -> None:
    page = open_page()
    assert page.title()
    with pytest.raises(Error, match=r"ERR_(INTERNET_DISCONNECTED|ADDRESS_UNREACHABLE)"):
        page.context.new_page().goto("http://192.0.2.1/")
