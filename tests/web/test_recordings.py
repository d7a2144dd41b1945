import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import IO, BinaryIO

import pytest

from speech.errors import EmptyFile, FileTooLarge
from web.errors import Busy, RecordingGone
from web.owners import new_token
from web.recordings import RecordingStore, StoredRecording


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def broken_off() -> AsyncIterator[bytes]:
    yield b"half"
    raise ConnectionResetError


def save(store: RecordingStore, *parts: bytes, owner: str = "a" * 32, address: str = "") -> StoredRecording:
    return asyncio.run(store.save(chunks(*parts), owner=owner, address=address))


def read(store: RecordingStore, identifier: str, *, owner: str = "a" * 32) -> bytes:
    return asyncio.run(store.read(identifier, owner=owner))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RecordingStore]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    opened = RecordingStore(max_bytes=10, lifetime_s=60, total_bytes=30, clock=clock)
    yield opened
    opened.close()


def test_the_owner_finds_what_was_saved(store: RecordingStore) -> None:
    stored = save(store, b"ab", b"cd")
    assert read(store, stored.id) == read(store, stored.id) == b"abcd"


def test_one_that_is_deleted_while_it_is_read_is_gone(store: RecordingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = save(store, b"ab")

    async def too_late(read: Callable[[BinaryIO], bytes], file: BinaryIO) -> bytes:
        store.delete(stored.id, owner="a" * 32)
        return read(file)

    monkeypatch.setattr(asyncio, "to_thread", too_late)
    with pytest.raises(RecordingGone):
        read(store, stored.id)


def test_names_are_random_and_no_file_can_be_seen(store: RecordingStore, tmp_path: Path) -> None:
    first, second = save(store, b"a"), save(store, b"a")
    assert len({first.id, second.id}) == 2
    assert len(bytes.fromhex(first.id)) == 16
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("owner", ["b" * 32, "", None])
def test_nobody_else_finds_it_or_learns_that_it_exists(store: RecordingStore, owner: str | None) -> None:
    stored = save(store, b"ab")
    with pytest.raises(RecordingGone):
        store.find(stored.id, owner=owner)
    with pytest.raises(RecordingGone):
        store.find(new_token(), owner="a" * 32)


def test_nobody_else_can_delete_it(store: RecordingStore) -> None:
    stored = save(store, b"ab")
    store.delete(stored.id, owner="b" * 32)
    assert not stored.file.closed
    store.delete(stored.id, owner="a" * 32)
    assert stored.file.closed


def test_the_limit_is_counted_while_reading(store: RecordingStore) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"12345"

    with pytest.raises(FileTooLarge):
        asyncio.run(store.save(endless(), owner="a" * 32))


def test_a_recording_of_exactly_the_limit_is_taken(store: RecordingStore) -> None:
    assert save(store, b"1234567890").stored_bytes == 10


def test_an_empty_recording_is_refused(store: RecordingStore) -> None:
    with pytest.raises(EmptyFile):
        save(store)


def test_half_a_recording_is_not_kept(store: RecordingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[IO[bytes]] = []
    make = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda: opened.append(make()) or opened[-1])
    with pytest.raises(ConnectionResetError):
        asyncio.run(store.save(broken_off(), owner="a" * 32))
    assert [file.closed for file in opened] == [True]


def test_it_expires(store: RecordingStore, clock: Clock) -> None:
    stored = save(store, b"ab")
    clock.now_s = 59.9
    store.sweep()
    assert not stored.file.closed
    clock.now_s = 60.0
    store.sweep()
    assert stored.file.closed
    with pytest.raises(RecordingGone):
        store.find(stored.id, owner="a" * 32)


def test_one_person_keeps_only_the_latest_few(store: RecordingStore) -> None:
    kept = [save(store, b"a") for _ in range(6)]
    other = save(store, b"a", owner="b" * 32)
    assert [one.file.closed for one in kept] == [True, True, False, False, False, False]
    assert not other.file.closed


def test_a_full_store_says_when_there_will_be_room(store: RecordingStore, clock: Clock) -> None:
    for number in range(3):
        clock.now_s = number
        save(store, b"1234567890", owner=f"{number}" * 32, address=f"192.0.2.{number}")
    with pytest.raises(Busy) as refused:
        save(store, b"1")
    assert refused.value.facts["seconds"] == 58
    clock.now_s = 60
    assert save(store, b"1")


def test_who_floods_the_store_pushes_out_their_own_and_leaves_room_for_others() -> None:
    store = RecordingStore(max_bytes=10, lifetime_s=60)
    other = save(store, b"a", owner="o" * 32, address="192.0.2.1")
    flood = [save(store, b"a", owner=new_token(), address="192.0.2.2") for _ in range(320)]
    assert [one.file.closed for one in flood] == [True] * 20 + [False] * 300
    assert read(store, other.id, owner="o" * 32) == b"a"
    assert [save(store, b"a", owner=new_token(), address="192.0.2.1").file.closed for _ in range(90)] == [False] * 90
    store.close()


def test_an_address_may_not_fill_the_disk_either() -> None:
    store = RecordingStore(max_bytes=10, lifetime_s=60, total_bytes=100)
    large = [save(store, b"1234567890", owner=new_token(), address="192.0.2.2") for _ in range(12)]
    assert [one.file.closed for one in large] == [True] * 4 + [False] * 8
    assert not save(store, b"1234567890", owner=new_token(), address="192.0.2.1").file.closed
    store.close()


def test_closing_removes_everything(store: RecordingStore) -> None:
    stored = save(store, b"ab")
    store.close()
    assert stored.file.closed
    with pytest.raises(RecordingGone):
        store.find(stored.id, owner="a" * 32)
