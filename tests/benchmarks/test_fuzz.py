"""The fuzzer finds what is planted, keeps what reaches new lines, and finds nothing in the real decoding."""

import io
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks import fuzz as fuzzer
from benchmarks.fuzz import fuzz, main, read_seeds, table
from benchmarks.mutations import damaged, with_ogg_checksums
from benchmarks.trails import Trail
from speech import isolation
from speech.decoding import Decoded, decode
from speech.errors import NotAudio, SpeechError

CLIP = (Path(__file__).parent.parent / "speech" / "data" / "yellow_lamp.flac").read_bytes()

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="forks and their limits are those of Linux"
)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    isolation._close()


def test_seconds_of_damage_break_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    seeds = read_seeds("")
    assert len(seeds) > 80
    seed = int(time.time())
    print(f"seed {seed}: `lafal bench fuzz --seed` does the same damage again")
    figures, broken = fuzz(seeds, seconds=5, seed=seed)
    assert (broken, figures.uncontained) == ([], 0), figures
    assert figures.executions >= len(seeds)
    assert figures.features >= figures.seed_features > 80
    assert figures.steps >= figures.seed_steps > 150
    assert sum(count for _, count in figures.outcomes) == figures.executions
    assert capfd.readouterr().err == ""


def _planted(deed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(data: bytes, *, max_duration_s: float) -> Decoded:
        if not data.startswith(b"bad"):
            raise NotAudio
        if deed == "crash":
            os.kill(os.getpid(), signal.SIGTRAP)
        if deed == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if deed == "hang":
            time.sleep(60)
        while deed == "loop":
            pass
        raise ZeroDivisionError

    monkeypatch.setattr(fuzzer, "decode", decode)
    monkeypatch.setattr(fuzzer, "_PROCESSOR_S", 0.5)
    if deed in {"crash", "killed"}:  # nothing in Python may signal any more once calls are filtered
        monkeypatch.setattr(fuzzer, "confine", lambda **_: False)


@pytest.mark.parametrize("deed", ["crash", "hang", "loop", "killed", "escaped"])
def test_what_is_planted_is_found_and_the_rest_still_decoded(deed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _planted(deed, monkeypatch)
    figures, broken = fuzz([b"good", b"bad", b"also good"], seconds=0)
    assert figures.executions == 3
    found = {"loop": "hang", "killed": "stopped by the system"}.get(deed, deed)
    assert broken == [(found, b"bad")]
    assert (figures.crashes, figures.hangs, figures.stopped_by_system, figures.escaped) == tuple(
        int(found == kind) for kind in ("crash", "hang", "stopped by the system", "escaped")
    )
    assert figures.uncontained == 0  # the server refuses it as no audio at all
    assert dict(figures.outcomes)["not_audio"] == 2


def test_an_error_that_reaches_the_server_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    _planted("escaped", monkeypatch)

    def escape(_data: bytes, *, max_duration_s: float) -> Decoded:
        raise ZeroDivisionError

    monkeypatch.setattr(fuzzer, "decode_isolated", escape)
    assert fuzz([b"bad"], seconds=0)[0].uncontained == 1


def features(data: bytes) -> set[str]:
    outcome, trail = "fine", Trail()
    try:
        with trail:
            decode(data, max_duration_s=5)
    except SpeechError as error:
        outcome = error.code
    assert len(trail.steps) > 3
    return trail.features(outcome)


def test_what_decoders_make_of_a_file_is_told_apart() -> None:
    def sound(rate_hz: int, channels: int, kind: str) -> bytes:
        made = io.BytesIO()
        soundfile.write(made, np.zeros((4_000, channels), np.float32), rate_hz, format=kind)
        return made.getvalue()

    plain = features(sound(8_000, 1, "FLAC"))
    assert plain == {"~sound FLAC  13 1", "~frames FLAC 12", "~end FLAC fine "}
    assert features(sound(9_000, 1, "FLAC")) == plain - {"~sound FLAC  13 1"} | {"~sound FLAC  14 1"}
    for other in (sound(8_000, 2, "FLAC"), sound(8_000, 1, "WAV"), sound(8_000, 1, "FLAC")[:-300]):
        assert features(other) - plain
    assert {one for one in features(CLIP[:3000] + bytes(9) + CLIP[3009:]) if "LibsndfileError 1" in one}


def test_files_that_reach_new_lines_are_kept() -> None:
    assert fuzz([CLIP[:100]], seconds=2)[0].kept > 0


def test_damage_is_the_same_for_the_same_seed_and_never_none_for_long() -> None:
    def some(seed: int) -> list[bytes]:
        rng = np.random.default_rng(seed)
        return [damaged(CLIP, [CLIP, b"other"], rng) for _ in range(30)]

    assert some(1) == some(1)
    assert some(1) != some(2)
    assert sum(data != CLIP for data in some(1)) > 25
    rng = np.random.default_rng(0)
    assert all(isinstance(damaged(data, [b""], rng), bytes) for data in (b"", b"x") for _ in range(200))


def test_checksums_of_ogg_pages_are_mended(tmp_path: Path) -> None:
    path = tmp_path / "a.ogg"
    soundfile.write(path, np.zeros(16_000, np.float32), 16_000, format="OGG", subtype="OPUS")
    data = path.read_bytes()
    assert with_ogg_checksums(data) == data
    assert with_ogg_checksums(data[:22] + b"abcd" + data[26:]) == data
    assert len(decode(data, max_duration_s=5).samples) > 0
    assert with_ogg_checksums(b"OggS") == b"OggS"


def test_the_command_prints_a_table_and_keeps_what_broke(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "a").write_bytes(b"bad")
    (seeds / "large").write_bytes(bytes(300_000))
    _planted("escaped", monkeypatch)
    main(["--seconds", "0", "--seeds", str(seeds), "--keep", str(tmp_path / "kept")])
    assert "raised something not of ours" in capsys.readouterr().out
    assert (tmp_path / "kept" / "escaped-0").read_bytes() == b"bad"
    assert table(fuzz([b"x"], seconds=0)[0]).row_count > 9
