"""`lafal bench ...`: every module of `benchmarks` that has a `main` is a command of its own."""

import typer

from speech.commands.configured import PASSED_ON

app = typer.Typer(help="Measure: speed, and how well planted errors are found.", no_args_is_help=True)


def _run(name: str, context: typer.Context) -> None:
    """Hand the arguments to a benchmark; it has its own --help."""
    from importlib import import_module

    import_module(f"benchmarks.{name}").main(context.args)


@app.command(context_settings=PASSED_ON)
def latency(context: typer.Context) -> None:
    """How long one recording takes, warm and cold, and how much memory."""
    _run("latency", context)


@app.command(context_settings=PASSED_ON)
def diagnosis(context: typer.Context) -> None:
    """How many planted errors are found and rightly named, and how often good speech is blamed."""
    _run("diagnosis", context)


@app.command(context_settings=PASSED_ON)
def g2p(context: typer.Context) -> None:
    """How well words outside the dictionary are given their sounds."""
    _run("g2p", context)
