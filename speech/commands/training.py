"""`lafal train ...`: the options of each command are the fields of the configuration it runs with."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from speech.commands.configured import PASSED_ON, read_options
from speech.errors import ExtraNotInstalled

if TYPE_CHECKING:
    from speech.train.synthesis import SynthesisConfig

app = typer.Typer(help="Make synthetic speech, train the acoustic model, export it.", no_args_is_help=True)


@app.command(context_settings=PASSED_ON)
def synthesise(context: typer.Context) -> None:
    """Make synthetic speech whose every phone and its time are known (flite, festival, espeak-ng)."""
    from speech.train.synthesis import SynthesisConfig

    config, besides = read_options(
        SynthesisConfig,
        context.args,
        program="lafal train synthesise",
        about="Make a synthetic training set; an interrupted run goes on. Or make the test recordings (--fixtures).",
        besides={
            "out": (Path, "folder of the training set"),
            "fixtures": (Path, "write the test recordings with planted errors into this folder instead"),
        },
    )
    if besides["fixtures"] is not None:
        from speech.train.fixtures import write

        typer.echo(f"{len(write(besides['fixtures']))} recordings in {besides['fixtures']}")
    elif besides["out"] is not None:
        _write_training_set(config, besides["out"])
    else:
        raise typer.BadParameter("name a folder with --out or --fixtures")


def _write_training_set(config: "SynthesisConfig", folder: Path) -> None:
    from rich.progress import Progress

    from speech.commands.screen import console
    from speech.train.held_out import HeldOut
    from speech.train.synthetic_folder import OtherSet, write_set

    with Progress(console=console(error=True)) as progress:
        task = progress.add_task("batches")
        try:
            write_set(config, folder, report=lambda done, total: progress.update(task, completed=done, total=total))
        except (HeldOut, OtherSet) as error:
            raise typer.BadParameter(str(error)) from error


@app.command()
def features(
    manifest: Annotated[Path, typer.Argument(help="Tab-separated list of labelled recordings.")],
    *,
    out: Annotated[Path, typer.Option("--out", help="File for the packed features.")],
) -> None:
    """Compute the features of labelled recordings once, for many training runs."""
    _need_torch()
    from speech.train.corpus import pack

    typer.echo(f"{len(pack(manifest, out).utterances)} recordings in {out}")


@app.command(context_settings=PASSED_ON)
def acoustic(context: typer.Context) -> None:
    """Train the acoustic model; stop it at any time and go on with --resume."""
    _need_torch()
    from speech.train.acoustic import TrainConfig, train

    config, besides = read_options(
        TrainConfig,
        context.args,
        program="lafal train acoustic",
        about="Train the acoustic model on packed features.",
        besides={"resume": (bool, "go on from the last checkpoint of the run")},
    )
    summary = train(config, resume=besides["resume"])
    typer.echo(f"{summary.steps} steps in {summary.minutes:.0f} minutes, {summary.hours_heard:.1f} hours heard")
    for speakers, rate in (("learners", summary.l2_error_rate), ("native speakers", summary.native_error_rate)):
        if rate is not None:
            typer.echo(f"phone error rate, held-out {speakers}: {100 * rate:.1f} %")


def _need_torch() -> None:
    from importlib.util import find_spec

    if "torch" not in sys.modules and find_spec("torch") is None:
        raise ExtraNotInstalled({"package": "torch", "extra": "train"})
