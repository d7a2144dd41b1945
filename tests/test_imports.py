"""Importing the packages loads nothing heavy and does nothing."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("torch", "transformers", "librosa", "gradio", "onnxruntime", "av", "scipy", "fastapi", "soundfile", "sklearn")
SCRIPT = """
import json, pkgutil, sys, threading
import phonemes, speech
for package in (phonemes, speech):
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        if module.name not in ("speech.train", "speech.commands", "phonemes.build", "phonemes.making"):
            __import__(module.name)
heavy = [name for name in {heavy!r} if name in sys.modules]
print(json.dumps({{"heavy": heavy, "threads": threading.active_count(), "modules": len(sys.modules)}}))
"""


def test_importing_phonemes_and_speech_loads_no_heavy_library() -> None:
    script = SCRIPT.format(heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    seen = json.loads(done.stdout)
    assert seen["heavy"] == []
    assert seen["threads"] == 1
