"""Console script `lafal`: score, align and transcribe recordings, speak, train, measure and serve."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from speech.commands import bench, training
from speech.errors import SpeechError, UnsupportedLanguage
from speech.settings import Runtime, Settings, cores

if TYPE_CHECKING:
    from speech.results import Assessment

USER_ERROR = 2
"""Exit code for anything a caller can put right."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells expect it."""


class _Lafal(TyperGroup):
    """The top of the command tree: turns errors a caller can put right into two readable lines."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except SpeechError as error:
            if ctx.params.get("debug"):
                raise
            _complain(error.sentence, error.remedy, error.code)
            raise typer.Exit(USER_ERROR) from error
        except OSError as error:
            # A closed pipe is typer's to answer; anything without a file's name is a fault of ours.
            if isinstance(error, BrokenPipeError) or error.filename is None or ctx.params.get("debug"):
                raise
            _complain(f"{error.filename}: {error.strerror}.", "Check the name and the permissions.", "file_error")
            raise typer.Exit(USER_ERROR) from error
        except KeyboardInterrupt as error:
            sys.stderr.write("Stopped.\n")
            raise typer.Exit(INTERRUPTED) from error


app = typer.Typer(
    cls=_Lafal,
    name="lafal",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(training.app, name="train")
app.add_typer(bench.app, name="bench")

Audio = Annotated[Path, typer.Argument(help="A recording: WAV, FLAC, MP3, Ogg, WebM or MP4/M4A.", show_default=False)]
Text = Annotated[str, typer.Option("--text", help="The sentence that was read.", show_default=False)]
Model = Annotated[str | None, typer.Option("--model", help="default, a folder, or a transformers checkpoint.")]
Run = Annotated[Runtime | None, typer.Option("--runtime", help="onnxruntime or torch; auto takes what fits the model.")]
Phones = Annotated[str | None, typer.Option("--phones", help="Fix the expected phones (ARPAbet, spaces between).")]


def _complain(sentence: str, remedy: str, code: str) -> None:
    from rich.markup import escape

    from speech.commands.screen import console

    screen = console(error=True)
    screen.print(f"[bold red]{escape(sentence)}[/bold red] [dim]({escape(code)})[/dim]", soft_wrap=True)
    if remedy:
        screen.print(escape(remedy), soft_wrap=True)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(version("lafal"))
        except PackageNotFoundError:
            typer.echo("not installed; running from a checkout")
        raise typer.Exit


@app.callback()
def top(
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Hear a learner read an English sentence and show, sound by sound, what was said."""


@app.command()
def score(
    audio: Audio,
    *,
    text: Text,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole assessment as JSON.")] = False,
    azure: Annotated[bool, typer.Option("--azure", help="Print JSON in the shape of Azure's service.")] = False,
    textgrid: Annotated[bool, typer.Option("--textgrid", help="Print a Praat TextGrid.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print one row a sound.")] = False,
    model: Model = None,
    runtime: Run = None,
    phones: Phones = None,
    lang: Annotated[str, typer.Option("--lang", help="Language that is read; English today.")] = "en",
    tips: Annotated[str, typer.Option("--tips", help="Language of the tips: en or id.")] = "en",
) -> None:
    """Judge one reading: each sound, expected and heard, scores, and what to work on."""
    chosen = [
        name for name, wanted in (("json", as_json), ("azure", azure), ("textgrid", textgrid), ("csv", csv)) if wanted
    ]
    if len(chosen) > 1:
        raise typer.BadParameter("choose one of --json, --azure, --textgrid and --csv")
    if lang.lower().split("-")[0] != "en":
        raise UnsupportedLanguage({"language": lang})
    if tips not in {"en", "id"}:
        raise typer.BadParameter("there are tips in en and id", param_hint="--tips")
    assessment = _assess(audio, text, settings=_settings(model, runtime), phones=phones)
    if chosen:
        _export(assessment, chosen[0])
    else:
        from speech.commands.screen import print_assessment

        print_assessment(assessment, language=tips)


@app.command("score-batch")
def score_batch(
    list_file: Annotated[Path, typer.Argument(metavar="LIST", help="Lines of path, tab, text[, tab, phones].")],
    *,
    out: Annotated[Path, typer.Option("--out", help="JSON lines to write; an interrupted run goes on.")],
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes; one a processor core by default.")
    ] = None,
    model: Model = None,
    runtime: Run = None,
    timings: Annotated[
        bool, typer.Option("--timings", help="Keep timings (lines then differ from run to run).")
    ] = False,
    restart: Annotated[bool, typer.Option("--restart", help="Throw away what the output file holds.")] = False,
) -> None:
    """Judge a list of recordings: one line of JSON each, in the list's order, resumable after any interruption.

    A relative path is looked up in the current folder, then beside the list. A recording that cannot be judged gives a
    line with its path and an error instead.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is loaded: several threads a worker only spin
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from speech.commands import batch, screen

    rows = batch.read_list(list_file)
    if restart:
        out.unlink(missing_ok=True)
    workers = workers or max(1, min(len(rows), cores()))
    options = batch.BatchOptions(workers=workers, timings=timings, settings=_settings(model, runtime, threads=1))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # A thread that redraws the bar would keep workers from being forked, and so from sharing what is loaded.
    with Progress(*columns, console=screen.console(error=True), auto_refresh=False) as progress:
        task = progress.add_task("scored", total=len(rows))
        batch.score_list(
            rows, out, folder=list_file.resolve().parent, options=options, report=screen.redrawing(progress, task)
        )


@app.command()
def align(
    audio: Audio,
    *,
    text: Text,
    as_json: Annotated[bool, typer.Option("--json", help="Print words and sounds with times as JSON.")] = False,
    textgrid: Annotated[bool, typer.Option("--textgrid", help="Print a Praat TextGrid.")] = False,
    model: Model = None,
    runtime: Run = None,
    phones: Phones = None,
) -> None:
    """Find where each word and each sound of a text lies in a recording."""
    assessment = _assess(audio, text, settings=_settings(model, runtime), phones=phones)
    if textgrid:
        _export(assessment, "textgrid")
        return
    rows = [
        {
            "word": word.text,
            "phone": result.expected,
            "start_s": round(result.start_s, 3),
            "end_s": round(result.end_s, 3),
        }
        for word in assessment.words
        for result in word.phones
    ]
    if as_json:
        _print_json(json.dumps(rows, ensure_ascii=False))
        return
    typer.echo("start_s\tend_s\tphone\tword")
    for row in rows:
        typer.echo(f"{row['start_s']:.3f}\t{row['end_s']:.3f}\t{row['phone']}\t{row['word']}")


@app.command()
def transcribe(
    audio: Audio,
    *,
    phones: Annotated[bool, typer.Option("--phones", help="Write sounds (ARPAbet) instead of words.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON with times.")] = False,
    model: Model = None,
    runtime: Run = None,
) -> None:
    """Write down what is heard, without being told what was to be read."""
    from dataclasses import asdict

    from speech import recognise
    from speech.acoustic import load_acoustic
    from speech.audio import load_audio

    settings = _settings(model, runtime)
    recording = load_audio(audio, settings=settings)
    posteriors = load_acoustic(settings.model, settings=settings).posteriors(recording.samples)
    heard = recognise.decode_phones(posteriors) if phones else recognise.words(posteriors)
    if as_json:
        _print_json(json.dumps([asdict(entry) for entry in heard], ensure_ascii=False))
    else:
        typer.echo(" ".join(entry.phone if isinstance(entry, recognise.HeardPhone) else entry.text for entry in heard))


@app.command()
def say(
    text: Annotated[str, typer.Argument(help="What to say.", show_default=False)],
    *,
    out: Annotated[Path, typer.Option("--out", help="Sound file to write: .wav, .flac, .ogg or .mp3.")],
    voice: Annotated[str | None, typer.Option("--voice", help="hts, rms, slt, awb, kal16, espeak, kal or ked.")] = None,
    speed: Annotated[float, typer.Option("--speed", min=0.3, max=3.0, help="Below 1 is slower.")] = 1.0,
) -> None:
    """Say a sentence with the model voice, into a file."""
    from speech import voice as model_voice

    spoken = model_voice.say(text, voice=voice, speed=speed)
    try:
        model_voice.save(spoken, out)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--out") from error
    typer.echo(f"{out}: {len(spoken.samples) / spoken.sample_rate:.1f} s, voice {spoken.voice}")


@app.command()
def voice(
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder for voice.zip; an interrupted run goes on.")],
    name: Annotated[str, typer.Option("--voice", help="Model voice; see `lafal say`.")] = "hts",
    partner: Annotated[str, typer.Option("--partner", help="Voice of the other person in dialogues.")] = "rms",
    text: Annotated[Path | None, typer.Option("--text", help="Say the lines of this file, not the exercises.")] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Throw away the clips of an earlier run.")] = False,
) -> None:
    """Make the model voice that is shipped: all exercises, their words, and words to compare, as short clips."""
    from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from speech.assess import Assessor
    from speech.commands import screen
    from speech.commands import voice as making

    lines = making.file_lines(text, name) if text else making.exercise_lines(name, partner)
    out.mkdir(parents=True, exist_ok=True)
    path = out / "voice.zip"
    if restart:
        path.unlink(missing_ok=True)
    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen.console(error=True)) as progress:
        task = progress.add_task("said", total=len(lines))
        assessor = Assessor(settings=_settings())
        takes = making.make(lines, path, assessor, report=lambda done: progress.update(task, completed=done))
    making.print_report(takes, path)


@app.command()
def serve(
    *,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = None,
    model: Model = None,
    runtime: Run = None,
) -> None:
    """Start the practice page; other settings come from LAFAL_* variables."""
    import runpy

    for name, value in (("HOST", host), ("PORT", port), ("MODEL", model), ("RUNTIME", runtime)):
        if value is not None:
            os.environ[f"LAFAL_{name}"] = str(value)
    # Run as a program: `speech` must never import `web`, which imports `speech`.
    runpy.run_module("app", run_name="__main__")


def _settings(model: str | None = None, runtime: Runtime | None = None, **changes: int) -> Settings:
    from dataclasses import replace

    try:
        settings = Settings.from_environment()
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    return replace(settings, model=model or settings.model, runtime=runtime or settings.runtime, **changes)


def _assess(audio: Path, text: str, *, settings: Settings, phones: str | None) -> "Assessment":
    from speech.commands import judge

    return judge.open_judge(settings).assess(audio, text, phones=phones.split() if phones else None)


def _export(assessment: "Assessment", form: str) -> None:
    from speech import export

    if form == "json":
        _print_json(export.to_json(assessment))
    elif form == "azure":
        _print_json(json.dumps(export.to_azure(assessment), ensure_ascii=False, indent=2))
    elif form == "textgrid":
        typer.echo(export.to_textgrid(assessment), nl=False)
    else:
        typer.echo(export.to_csv(assessment), nl=False)


def _print_json(line: str) -> None:
    """Print JSON; a terminal that knows only ASCII gets it with escapes, which are JSON too."""
    from speech.commands.screen import speaks_unicode

    typer.echo(line if speaks_unicode() else json.dumps(json.loads(line)))


def main() -> None:
    """Run the console script."""
    from speech.commands.screen import prepare_streams

    prepare_streams()
    app(prog_name="lafal")


if __name__ == "__main__":
    main()
