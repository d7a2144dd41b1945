"""Where Gradio may put files: a folder that other people of this computer can neither read nor foresee."""

import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

_VARIABLE = "GRADIO_TEMP_DIR"


def open_private_folder() -> Path:
    """Make the folder, and tell Gradio of it, which reads its name when it is imported.

    Gradio's own would be /tmp/gradio for everybody. Nothing of learners is ever put there: their recordings go other
    ways.
    """
    folder = _folder()
    # An app that stopped in this process has taken it away.
    folder.mkdir(mode=0o700, exist_ok=True)
    os.environ[_VARIABLE] = str(folder)
    return folder


def close_private_folder() -> None:
    """Delete the folder."""
    shutil.rmtree(_folder(), ignore_errors=True)


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="lafal-pages-"))
