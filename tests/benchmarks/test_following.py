import csv
from pathlib import Path

import numpy as np
import pytest

from benchmarks import following
from benchmarks.following import FollowingOptions, follow, table
from phonemes.expected import expect
from phonemes.inventory import COLUMN
from speech.reading import columns_of
from speech.results import Posteriors

TEXTS = (
    "The ship is big.",
    "Her bird sings well.",
    "Four cats sleep here.",
    "We bake good bread.",
    "My house has doors.",
)
PLANTED = Path(__file__).resolve().parent.parent / "fixtures" / "planted"


def clear_reading(text: str) -> Posteriors:
    """CTC posteriors of a voice that says the first variant of every word without a doubt."""
    symbols = [symbol for word in expect(text).words for symbol in word.variants[0].phones]
    ctc = np.full((4 * len(symbols) + 4, 40), -9.0, np.float32)
    ctc[:, 0] = -0.01
    for place, symbol in enumerate(symbols):
        ctc[4 * place + 3, 0], ctc[4 * place + 3, COLUMN[symbol]] = -9.0, -0.01
    return Posteriors(ctc, None, np.zeros((len(ctc), 1), np.float32), 0.02, 0.0175)


def test_a_clear_voice_is_followed_without_a_mistake() -> None:
    cases = [following._Case(clear_reading(text), columns_of(expect(text))) for text in TEXTS]
    result = follow(cases, seed=1, model="clear")
    assert (result.readings, result.words) == (5, 20)
    assert (result.wrongly_skipped, result.right_refused, result.half_read_refused) == (0, 0, 0)
    assert (result.other_refused, result.left_out_found) == (5, 5)
    assert result.added_found >= 4
    assert table(result).row_count == 6


def test_recordings_are_drawn_from_a_manifest(tmp_path: Path) -> None:
    with (PLANTED / "manifest.tsv").open(encoding="utf-8", newline="") as lines:
        clean = [row for row in csv.DictReader(lines, delimiter="\t") if row["kind"] == "clean"][:4]
    header = ("corpus", "utterance", "speaker", "gender", "age", "seconds", "path", "text", "phones", "phone_scores")
    rows = [
        ("planted", str(n), r["voice"], "", "", "2", str(PLANTED / r["path"]), r["text"], r["expected"], "")
        for n, r in enumerate(clean)
    ]
    manifest = tmp_path / "manifest.tsv"
    manifest.write_text("\n".join("\t".join(row) for row in (header, *rows)) + "\n", encoding="utf-8")
    cases = following._cases(FollowingOptions(manifest=manifest, readings=3))
    assert len(cases) == 3
    assert all(len(case.words) >= 4 for case in cases)
    assert follow(cases, seed=0, model="default").wrongly_skipped == pytest.approx(0, abs=1)
