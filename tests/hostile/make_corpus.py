"""Write the hostile files: ``python tests/hostile/make_corpus.py FOLDER``.

Every file comes with the one outcome that is right: "fine", or the code of the error that names the trouble. A few are
damaged in ways of which decoders may make either; their outcome is "any", which is a reading or an error of ours.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from films import mp4_cases, webm_cases
from sounds import disguised_cases, flac_cases, mp3_cases, ogg_cases, wav_cases
from strangers import playlist_cases, polyglot_cases, stranger_cases


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file, what it is called, and what must come of it."""

    name: str
    data: bytes
    outcome: str


def corpus() -> Iterator[Hostile]:
    """Make every file, one after the other; no two have the same name."""
    for cases in (
        wav_cases,
        flac_cases,
        ogg_cases,
        mp3_cases,
        disguised_cases,
        webm_cases,
        mp4_cases,
        playlist_cases,
        polyglot_cases,
        stranger_cases,
    ):
        for name, data, outcome in cases():
            yield Hostile(name, data, outcome)


def write_corpus(folder: Path) -> int:
    """Write the files as 000, 001 ..., for some of the names could not be files, and what is expected of each."""
    folder.mkdir(parents=True, exist_ok=True)
    expected = []
    for index, hostile in enumerate(corpus()):
        (folder / f"{index:03}").write_bytes(hostile.data)
        expected.append({"file": f"{index:03}", "name": hostile.name, "outcome": hostile.outcome})
    (folder / "expected.json").write_text(json.dumps(expected, indent=1), encoding="utf-8")
    return len(expected)


if __name__ == "__main__":
    print(write_corpus(Path(sys.argv[1])), "files")
