"""`lafal` with a judge that needs no model, so that tests can kill it; spawned workers run this file's top as well."""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from speech import results as r
from speech.commands import judge
from speech.errors import Silence


def _phone(expected, said, verdict, start_s):
    return r.PhoneResult(expected, "x", None, said, 0.9, 50.0, 5.0, verdict, start_s, start_s + 0.1)


def assessment(text="The ship."):
    the = (_phone("DH", "D", r.Verdict.WRONG, 0.0), _phone("AH", "AH", r.Verdict.GOOD, 0.1))
    ship = (
        _phone("SH", "SH", r.Verdict.NEARLY, 0.2),
        _phone("IH", None, r.Verdict.MISSING, 0.3),
        _phone("P", None, r.Verdict.UNCLEAR, 0.4),
    )
    added = (r.Insertion("AH", 0.8, 2, 0.5, 0.6),)
    score = r.Score(61.4, 4.0)
    nothing = r.Score(None, reason="no_model")
    return r.Assessment(
        text=text,
        words=(
            r.WordResult("The", 0, 3, "DH AH0", the, (), (), 40.0, r.WordError.MISPRONUNCIATION, 0.0, 0.2),
            r.WordResult("ship", 4, 8, "SH IH1 P", ship, added, (), 55.0, r.WordError.MISPRONUNCIATION, 0.2, 0.6),
        ),
        scores=r.Scores(score, score, nothing, score, nothing),
        rhythm=None,
        quality=r.Quality(20.0, 0.0, -20.0, 0.6, 1.0, ("quiet",)),
        off_script=None,
        abstained=False,
        model="fake",
        versions={"lafal": "0"},
        timings_ms={"model": time.perf_counter()},
    )


class FakeJudge:
    def __init__(self):
        self.asked = []

    def assess(self, audio, text, *, own=None, phones=None):
        time.sleep(float(os.environ.get("FAKE_PAUSE_S", "0")))
        if "FAKE_PIDS" in os.environ:
            (Path(os.environ["FAKE_PIDS"]) / str(os.getpid())).touch()
        self.asked.append((Path(audio), text, tuple(phones) if phones else None))
        if "silent" in str(audio):
            raise Silence()
        if "deadly" in str(audio):
            os._exit(1)
        if "broken" in str(audio):
            raise RuntimeError("it broke")
        return assessment(text)


if __name__ in {"__main__", "__mp_main__"}:
    judge.open_judge = lambda _settings, **_: FakeJudge()
    judge.load_all = lambda _settings: None

if __name__ == "__main__":
    from speech.cli import main

    main()
