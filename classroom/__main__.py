"""`python -m classroom`: what whoever runs the server does with the classroom's data."""

import getpass
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from classroom import accounts, deletion, people
from classroom.operations import backup as backing
from classroom.operations import purge as purging
from classroom.operations import restore as restoring
from classroom.operations import verify as verifying
from classroom.store import Store
from speech.errors import SpeechError
from speech.settings import Settings

USER_ERROR = 2
"""Exit code for anything that can be put right."""

PROBLEMS_FOUND = 1
"""Exit code of `verify` when something does not fit."""

app = typer.Typer(
    name="classroom",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="The data folder and the database are those of LAFAL_DATA_FOLDER and LAFAL_DATABASE_URL.",
)

Archive = Annotated[Path, typer.Argument(help="The archive, such as backups/monday.tar.", show_default=False)]
Folder = Annotated[Path | None, typer.Option(help="Data folder instead of the one of the settings.")]


@app.command()
def backup(archive: Archive, folder: Folder = None) -> None:
    """Write an archive while the server runs, and the keys beside it. Keep master.key apart from both."""
    with _store(folder) as store:
        done = backing.backup(store, archive, now=_now())
    typer.echo(f"{done.rows} rows and {done.recordings} recordings in {done.archive} ({done.size_bytes / 1e6:.1f} MB).")
    typer.echo(f"Keys in {done.keys}: keep the newest copy only. master.key is in neither; keep it apart.")


@app.command()
def restore(
    archive: Archive,
    keys: Annotated[Path | None, typer.Option(help="Copy of the keys; by default lafal.keys beside it.")] = None,
    folder: Folder = None,
) -> None:
    """Fill an empty place from an archive. Put master.key into the data folder first."""
    with _explained():
        settings = _settings(folder)
        target = settings.data_place()
        master_key = os.environ.get("LAFAL_MASTER_KEY", "")
        place = restoring.Place(url=settings.database_url, folder=target, master_key=master_key)
        done = restoring.restore(archive, keys or archive.with_name("lafal.keys"), place, now=_now())
    typer.echo(f"{done.rows} rows and {done.recordings} recordings are back in {target}.")
    if done.forgotten:
        typer.echo(f"{len(done.forgotten)} people were deleted after the backup, and stay deleted.")


@app.command()
def purge(folder: Folder = None) -> None:
    """Take away recordings and sessions whose time is over. Run it once a day."""
    with _store(folder) as store:
        done = purging.purge(store, now=_now())
    typer.echo(
        f"Taken away: {done.recordings} recordings, {done.sessions} sessions, {done.invitations} codes and links; "
        f"{done.deletions_finished} interrupted deletions finished."
    )


@app.command()
def verify(
    folder: Folder = None,
    sweep: Annotated[bool, typer.Option(help="Take away files that belong to nothing.")] = True,
) -> None:
    """Compare the database with the files and the audit with its chain; exit code 1 when something does not fit."""
    with _store(folder) as store:
        report = verifying.verify(store, now=_now(), sweep=sweep)
    typer.echo(f"{report.people} people, {report.recordings} recordings, {report.audit_rows} audit rows looked at.")
    if report.swept:
        typer.echo(f"{len(report.swept)} files that belonged to nothing were taken away.")
    for problem in report.problems:
        typer.echo(f"{problem.kind}: {problem.subject}")
    if report.problems:
        raise typer.Exit(PROBLEMS_FOUND)
    typer.echo("Everything fits.")


@app.command("create-admin")
def create_admin(
    login: Annotated[str, typer.Argument(help="The name to sign in with.")],
    name: Annotated[str, typer.Option(help="The real name.")] = "",
    folder: Folder = None,
) -> None:
    """Add somebody who may do everything; asks for a password, or reads one line where nobody types."""
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    with _store(folder) as store:
        new = people.NewPerson(role="admin", identity=people.Identity(name=name))
        admin = people.create(store, new, by=people.OPERATOR, now=_now())
        try:
            accounts.set_password(store, admin.id, password, login=login, by=people.OPERATOR, now=_now())
        except SpeechError:
            _take_back(store, admin.id)
            raise
    typer.echo(f"“{login}” can sign in now.")


@app.command("rotate-key")
def rotate_key(folder: Folder = None) -> None:
    """Wrap all keys with a new master key; recordings stay as they are. With LAFAL_MASTER_KEY=NEW,OLD, with NEW."""
    with _store(folder) as store:
        count = store.keys.rotate()
        with store.writing() as session:
            store.note(session, actor=people.OPERATOR, action="key.rotate", subject="store", now=_now())
    typer.echo(f"{count} keys are wrapped with the new master key. Copy it to where you keep it, then back up.")


def _take_back(store: Store, person_id: str) -> None:
    deletion.forget(store, person_id, by=person_id, now=_now())


@contextmanager
def _store(folder: Path | None) -> Generator[Store]:
    with _explained():
        store = Store.from_settings(_settings(folder))
        try:
            yield store
        finally:
            store.close()


@contextmanager
def _explained() -> Generator[None]:
    try:
        yield
    except SpeechError as error:
        typer.echo(f"{error.sentence}\n{error.remedy} ({error.code})", err=True)
        raise typer.Exit(USER_ERROR) from error


def _settings(folder: Path | None) -> Settings:
    settings = Settings.from_environment()
    return settings if folder is None else replace(settings, data_folder=str(folder))


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    app()
