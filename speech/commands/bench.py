"""`lafal bench ...`: every benchmark is a command of its own."""

from importlib import import_module

import typer

from speech.commands.configured import PASSED_ON

app = typer.Typer(help="Measure: speed, and how well sounds are judged.", no_args_is_help=True)

_BENCHMARKS = (
    ("accuracy", "How well scores agree with those people gave, by age and gender."),
    ("alignment", "How far the reported times of sounds lie from the exact ones, for a voice never trained on."),
    ("batch", "How fast a long list is scored, what each worker costs, and that a kill loses nothing."),
    ("compare", "What changed between two recorded runs of a benchmark; fails where it got slower or worse."),
    ("diagnosis", "How many planted errors are found and rightly named, and how often good speech is blamed."),
    ("faults", "What is lost when the server is killed at every writing step and at any time: nothing may be."),
    ("following", "How well a reading is followed: other texts refused, words left out and words added found."),
    ("fuzz", "What damaged recordings do to decoding: nothing may crash, hang or escape."),
    ("g2p", "How well words outside the dictionary are given their sounds."),
    ("homework", "What learners meet when whole classes do their homework within the same minute."),
    ("latency", "How long a verdict takes, warm and cold, against other systems and the least it can cost."),
    ("load", "What learners wait for when many send recordings to the app at once."),
    ("page", "What a learner waits for in the browser: first load, verdict, picture of the reading."),
    ("robustness", "How far scores move when only the recording changes: louder, noisier, through a codec."),
    ("runtimes", "Whether the largest networks would run faster in OpenVINO than in onnxruntime."),
    ("soak", "Whether the app's memory stays flat while a class practises for an hour."),
)


def _add(name: str, about: str) -> None:
    """Make a command that hands its arguments, --help too, to the benchmark's `main`."""

    def run(context: typer.Context) -> None:
        import_module("benchmarks.machine").this_machine()  # how busy it is before the benchmark keeps it busy
        import_module(f"benchmarks.{name}").main(context.args)

    app.command(name, help=about, context_settings=PASSED_ON)(run)


for _name, _about in _BENCHMARKS:
    _add(_name, _about)
