import asyncio
import stat
from collections.abc import AsyncIterator, Iterator

import pytest

from speech.errors import EmptyFile, FileTooLarge
from web.errors import Busy, RecordingGone
from web.recordings import RecordingStore, StoredRecording, new_token


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


def save(store: RecordingStore, *parts: bytes, owner: str = "a" * 32) -> StoredRecording:
    return asyncio.run(store.save(chunks(*parts), owner=owner))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> Iterator[RecordingStore]:
    opened = RecordingStore(max_bytes=10, lifetime_s=60, total_bytes=30, clock=clock)
    yield opened
    opened.close()


def test_the_owner_finds_what_was_saved(store: RecordingStore) -> None:
    stored = save(store, b"ab", b"cd")
    assert store.find(stored.id, owner="a" * 32).path.read_bytes() == b"abcd"


def test_names_are_random_and_files_private(store: RecordingStore) -> None:
    first, second = save(store, b"a"), save(store, b"a")
    assert len({first.id, second.id}) == 2
    assert len(bytes.fromhex(first.id)) == 16
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(first.path.parent.stat().st_mode) == 0o700


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
    assert stored.path.exists()
    store.delete(stored.id, owner="a" * 32)
    assert not stored.path.exists()


def test_the_limit_is_counted_while_reading_and_leaves_nothing_behind(store: RecordingStore) -> None:
    folder = save(store, b"x").path.parent
    with pytest.raises(FileTooLarge):
        save(store, b"12345", b"678901", b"never read")
    assert len(list(folder.iterdir())) == 1


def test_a_recording_of_exactly_the_limit_is_taken(store: RecordingStore) -> None:
    assert save(store, b"1234567890").stored_bytes == 10


def test_an_empty_recording_is_refused(store: RecordingStore) -> None:
    with pytest.raises(EmptyFile):
        save(store)


def test_half_a_recording_is_not_kept(store: RecordingStore) -> None:
    folder = save(store, b"x").path.parent
    with pytest.raises(ConnectionResetError):
        asyncio.run(store.save(broken_off(), owner="a" * 32))
    assert len(list(folder.iterdir())) == 1


def test_it_expires(store: RecordingStore, clock: Clock) -> None:
    stored = save(store, b"ab")
    clock.now_s = 59.9
    store.sweep()
    assert stored.path.exists()
    clock.now_s = 60.0
    store.sweep()
    assert not stored.path.exists()
    with pytest.raises(RecordingGone):
        store.find(stored.id, owner="a" * 32)


def test_one_person_keeps_only_the_latest_few(store: RecordingStore) -> None:
    kept = [save(store, b"a") for _ in range(6)]
    other = save(store, b"a", owner="b" * 32)
    assert [one.path.exists() for one in kept] == [False, False, True, True, True, True]
    assert other.path.exists()


def test_a_full_store_asks_to_come_back(store: RecordingStore) -> None:
    for number in range(3):
        save(store, b"1234567890", owner=f"{number}" * 32)
    with pytest.raises(Busy):
        save(store, b"1")


def test_closing_removes_everything(store: RecordingStore) -> None:
    folder = save(store, b"ab").path.parent
    store.close()
    assert not folder.exists()
