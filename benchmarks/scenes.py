"""What is going on when the plug is pulled: a day at school, the first start, a backup being restored, an upgrade."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from benchmarks import golden
from benchmarks.plugs import Pull, Ran, run
from benchmarks.schooldays import Promise, Say, look, open_school, read, spell, spend_a_day
from classroom import people
from classroom.errors import ClassroomError
from classroom.operations.restore import Place, restore
from classroom.operations.verify import verify
from classroom.people import OPERATOR, Identity, NewPerson
from classroom.store import Store, database
from classroom.store.store import DATABASE, RESTORING


class Scene(Protocol):
    """Something that goes on in a folder of its own."""

    @property
    def folder(self) -> Path:
        """What it begins with; each run gets a copy."""
        ...

    def act(self, folder: Path, name: str, say: Say) -> None:
        """Do it, under a name that no other run has, and say what was done."""
        ...

    def judge(self, folder: Path, promises: Sequence[Promise], *, again: bool) -> list[str]:
        """Name everything that is wrong after a kill."""
        ...


@dataclass(frozen=True, slots=True)
class Day:
    """A day at school; see `schooldays`."""

    folder: Path

    @classmethod
    def prepare(cls, folder: Path) -> "Day":
        """Make the school."""
        folder.mkdir()
        open_school(folder)
        return cls(folder)

    def act(self, folder: Path, name: str, say: Say) -> None:
        """Spend it."""
        spend_a_day(folder, name, say)

    def judge(self, folder: Path, promises: Sequence[Promise], *, again: bool) -> list[str]:
        """Look at everything that was promised."""
        return look(folder, promises, again=again)


@dataclass(frozen=True, slots=True)
class FirstStart:
    """A store is made, and the first person in it."""

    folder: Path

    @classmethod
    def prepare(cls, folder: Path) -> "FirstStart":
        """Make an empty folder."""
        folder.mkdir()
        return cls(folder)

    def act(self, folder: Path, name: str, say: Say) -> None:
        """Open it and add somebody."""
        store = Store.open("", folder / "data")
        say("came", id=_add(store))
        store.close()

    def judge(self, folder: Path, promises: Sequence[Promise], *, again: bool) -> list[str]:
        """Open it once more; it has to work, with whoever was promised to be in it."""
        store = Store.open("", folder / "data")
        try:
            _add(store)
            known = {one.id for one in people.listed(store)}
            wrong = [f"{one.kind} {one.facts}" for one in promises if one.facts["id"] not in known]
            return wrong + [f"{one.kind} {one.subject}" for one in verify(store, now=datetime.now(UTC)).problems]
        finally:
            store.close()


@dataclass(frozen=True, slots=True)
class Restoring:
    """A backup is restored elsewhere."""

    folder: Path
    recordings: int

    @classmethod
    def prepare(cls, folder: Path, day: Day) -> "Restoring":
        """Make a backup, and a place with the master key in it."""
        shutil.copytree(day.folder, folder)
        spend_a_day(folder, "before", lambda kind, **facts: None)
        store = Store.open("", folder / "data")
        from classroom.operations.backup import backup

        backup(store, folder / "backups" / "latest.tar", now=datetime.now(UTC))
        kept = verify(store, now=datetime.now(UTC)).recordings
        store.close()
        (folder / "place").mkdir()
        shutil.copy(folder / "data" / "master.key", folder / "place")
        return cls(folder, kept)

    def act(self, folder: Path, name: str, say: Say) -> None:
        """Restore it."""
        _restore(folder)
        say("restored")

    def judge(self, folder: Path, promises: Sequence[Promise], *, again: bool) -> list[str]:
        """See all of it there, or nothing that could be taken for it; what was stopped has to work when run again."""
        place = folder / "place"
        if (place / RESTORING).exists() or not (place / "keys").exists():
            if promises:
                return ["restored, and the place is not whole"]
            _restore(folder)
        store = Store.open("", place)
        try:
            report = verify(store, now=datetime.now(UTC))
        finally:
            store.close()
        wrong = [f"{one.kind} {one.subject}" for one in report.problems]
        return wrong + ([] if report.recordings == self.recordings else ["not all recordings were restored"])


@dataclass(frozen=True, slots=True)
class Upgrading:
    """A store that an older Lafal wrote is opened by this one."""

    folder: Path
    revision: str
    rows: golden.Rows

    @classmethod
    def prepare(cls, folder: Path, revision: str) -> "Upgrading":
        """Lay it out."""
        return cls(folder, revision, golden.rows_of(golden.lay_out(folder / "data", revision)))

    def act(self, folder: Path, name: str, say: Say) -> None:
        """Open it."""
        store = Store.open("", folder / "data")
        say("upgraded")
        store.close()

    def judge(self, folder: Path, promises: Sequence[Promise], *, again: bool) -> list[str]:
        """See it as it was, or upgraded; and in both cases it has to open, with every row."""
        data = folder / "data"
        found, rows = self._revision(data), golden.rows_of(data)
        if found == self.revision:
            wrong = ["half upgraded"] if rows != self.rows else []
            wrong += ["upgraded, and it is not"] if promises else []
        else:
            wrong = [] if found == database.head() else [f"left at {found}"]
        store = Store.open("", data)
        wrong += [f"{one.kind} {one.subject}" for one in verify(store, now=datetime.now(UTC)).problems]
        store.close()
        return wrong + [f"lost: {one}" for one in golden.lost(self.rows, golden.rows_of(data))]

    def _revision(self, data: Path) -> str | None:
        engine = database.connect(f"sqlite:///{data / DATABASE}")
        try:
            return database.revision_of(engine)
        finally:
            engine.dispose()


def older() -> tuple[str, ...]:
    """Give the schemas that there is a store of, and that are brought up to date."""
    return tuple(one for one in golden.REVISIONS if one != database.head())


def play(scene: Scene, folder: Path, name: str, pull: Pull) -> Ran:
    """Let a scene run in a folder until it ends or is killed."""

    def work(handle: int) -> None:
        def say(kind: str, **facts: object) -> None:
            os.write(handle, spell(kind, facts))

        scene.act(folder, name, say)

    return run(work, pull)


def judged(scene: Scene, folder: Path, promises: Sequence[Promise], *, again: bool = False) -> list[str]:
    """As the scene judges; what cannot even be opened is wrong as well."""
    try:
        return scene.judge(folder, promises, again=again)
    except ClassroomError as error:
        return [f"{error.code}: {error.sentence}"]


def said(ran: Ran) -> list[Promise]:
    """Read what was promised."""
    return [read(line) for line in ran.said]


def _restore(folder: Path) -> None:
    archive = folder / "backups" / "latest.tar"
    place = Place(url="", folder=folder / "place")
    restore(archive, archive.with_name("lafal.keys"), place, now=datetime.now(UTC))


def _add(store: Store) -> str:
    new = NewPerson(role="admin", identity=Identity(name="An admin"))
    return people.create(store, new, by=OPERATOR, now=datetime.now(UTC)).id
