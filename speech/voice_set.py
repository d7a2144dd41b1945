"""The model voice that comes with the product: one archive of short clips, and what is in each."""

import json
import os
import struct
import zipfile
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from phonemes.resources import folder
from speech.clips import OGG
from speech.example import Example, ExamplePhone, ExampleWord, Take, slug
from speech.results import Pitch

_FORMAT = 1
_INDEX = "index.json"
_NAME_LENGTH = 26  # place of that field in the header of a file in an archive
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest an archive can name, so that the same clips give the same file


class VoiceSet:
    """Clips by the slug of their text; read when first needed, safe to share between threads.

    Parameters
    ----------
    path : Path, optional
        An archive that `write_voice_set` wrote; the product's own by default. One that does not exist is empty.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or folder("datasets") / "voice" / "voice.zip"

    @cached_property
    def _index(self) -> dict[str, Any]:
        if self.path.is_file():
            with zipfile.ZipFile(self.path) as archive:
                index = json.loads(archive.read(_INDEX))
            if index["format"] == _FORMAT:
                return index
        return {"listener": "", "clips": {}}

    @property
    def _clips(self) -> dict[str, dict[str, Any]]:
        return self._index["clips"]

    @property
    def listener(self) -> str:
        """Name and version of the model that found the words."""
        return self._index["listener"]

    @cached_property
    def _by_word(self) -> dict[str, tuple[str, int]]:
        """Slug of each word -> the clip in which it is said at the slowest, and its place there."""
        slowest: dict[str, tuple[int, str, int]] = {}
        for name, entry in self._clips.items():
            for index, (text, _, _, start_ms, end_ms, _) in enumerate(entry["words"]):
                slowest[slug(text)] = max(slowest.get(slug(text), (0, "", 0)), (end_ms - start_ms, name, index))
        return {word: (name, index) for word, (_, name, index) in slowest.items()}

    def __contains__(self, name: str) -> bool:
        return name in self._clips

    def __iter__(self) -> Iterator[str]:
        return iter(self._clips)

    def __len__(self) -> int:
        return len(self._clips)

    def find(self, name: str) -> Example | None:
        """Give the example whose text has this slug."""
        found = self.takes([name])
        return found[0].example if found else None

    def takes(self, names: Iterable[str]) -> list[Take]:
        """Give the examples of those slugs that there are, in order, and how many of their phones were found good."""
        known = [name for name in names if name in self._clips]
        if not known:
            return []
        with self.path.open("rb") as archive:
            return [_take(self._clips[name], self._content(archive, name)) for name in known]

    @cached_property
    def _places(self) -> dict[str, tuple[int, int]]:
        """Where each clip's header lies in the archive, and the clip's length: reading the list anew takes 20 ms."""
        with zipfile.ZipFile(self.path) as archive:
            return {info.filename: (info.header_offset, info.file_size) for info in archive.infolist()}

    def _content(self, archive: BinaryIO, name: str) -> bytes:
        header, size = self._places[f"{name}.ogg"]
        archive.seek(header + _NAME_LENGTH)
        lengths = struct.unpack("<HH", archive.read(4))  # of the name and of what else stands before the clip
        archive.seek(sum(lengths), os.SEEK_CUR)
        return archive.read(size)

    def containing(self, word: str) -> tuple[Example, ExampleWord] | None:
        """Find a longer example that contains a word, by the word's slug, and the word in it."""
        if word not in self._by_word:
            return None
        name, index = self._by_word[word]
        example = self.find(name)
        return None if example is None else (example, example.words[index])


def write_voice_set(takes: Iterable[Take], path: Path, *, listener: str) -> None:
    """Write examples into an archive, sorted by slug; the same examples give the same bytes.

    Parameters
    ----------
    takes : iterable of Take
        At most one of each slug.
    path : Path
        File to write; it is complete or not there.
    listener : str
        Name and version of the model that found the words.
    """
    by_name = dict(sorted((slug(one.example.text), one) for one in takes))
    index = {"format": _FORMAT, "listener": listener, "clips": {name: _entry(one) for name, one in by_name.items()}}
    draft = path.with_suffix(".part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_stored(_INDEX), json.dumps(index, ensure_ascii=False, separators=(",", ":")))
        for name, one in by_name.items():
            archive.writestr(_stored(f"{name}.ogg"), one.example.audio)
    draft.replace(path)


def _stored(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=_DATE)
    info.create_system = 3  # otherwise it names the system that wrote it
    info.external_attr = 0o644 << 16
    return info


def _entry(taken: Take) -> dict[str, Any]:
    example = taken.example
    return {
        "text": example.text,
        "voice": example.voice,
        "ms": _ms(example.duration_s),
        "good": [taken.good, taken.judged],
        "words": [
            [word.text, word.char_start, word.char_end, _ms(word.start_s), _ms(word.end_s),
             [[p.phone, p.ipa, _ms(p.start_s), _ms(p.end_s)] for p in word.phones]]
            for word in example.words
        ],
        "period_s": example.pitch.period_s,
        "hz": example.pitch.hz,
    }  # fmt: skip


def _take(entry: dict[str, Any], audio: bytes) -> Take:
    words = tuple(
        ExampleWord(
            text, first, last, start_ms / 1000, end_ms / 1000,
            tuple(ExamplePhone(phone, ipa, start / 1000, end / 1000) for phone, ipa, start, end in phones),
        )
        for text, first, last, start_ms, end_ms, phones in entry["words"]
    )  # fmt: skip
    example = Example(
        text=entry["text"],
        voice=entry["voice"],
        source="shipped",
        synthetic=True,
        audio=audio,
        media_type=OGG,
        duration_s=entry["ms"] / 1000,
        words=words,
        pitch=Pitch(entry["period_s"], tuple(entry["hz"])),
    )
    return Take(example, *entry["good"])


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
