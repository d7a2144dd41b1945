"""`lafal bench ...`: every benchmark that comes with this version is a command of its own."""

from importlib import import_module
from pathlib import Path

import typer

from speech.commands.configured import PASSED_ON

app = typer.Typer(help="Measure: speed, and how well sounds are judged.", no_args_is_help=True)

_BENCHMARKS = (
    ("accuracy", "How well scores agree with people's."),
    ("alignment", "How exactly the boundaries of sounds are found."),
    ("diagnosis", "How many planted errors are found and rightly named, and how often good speech is blamed."),
    ("g2p", "How well words outside the dictionary are given their sounds."),
    ("latency", "How long one recording takes, warm and cold, and how much memory."),
    ("robustness", "What noise, distance, gain and codecs do to the judgement."),
)

_FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


def _add(name: str, about: str) -> None:
    """Make a command that hands its arguments, --help too, to the benchmark's `main`."""

    def run(context: typer.Context) -> None:
        import_module(f"benchmarks.{name}").main(context.args)

    app.command(name, help=about, context_settings=PASSED_ON)(run)


for _name, _about in _BENCHMARKS:
    if (_FOLDER / f"{_name}.py").is_file():
        _add(_name, _about)
