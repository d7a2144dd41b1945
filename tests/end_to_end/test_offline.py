"""Every test of this folder runs the app and its browser where no other computer can be reached; here it is checked."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from no_network import is_alone
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


def test_the_browser_reaches_the_app_and_nothing_else(open_page: Callable[..., Page]) -> None:
    page = open_page()
    assert page.title()
    with pytest.raises(Error, match=r"ERR_(INTERNET_DISCONNECTED|ADDRESS_UNREACHABLE)"):
        page.context.new_page().goto("http://192.0.2.1/")
