"""A judged reading as the real judge would give it, and a judge that gives it without listening."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from fastapi import FastAPI

from phonemes.inventory import phone
from speech.results import (
    Assessment,
    Insertion,
    PhoneResult,
    Quality,
    Rhythm,
    Score,
    Scores,
    Verdict,
    WordError,
    WordResult,
)
from speech.settings import Settings
from web.application import create_app

TEXT = "I think three ships, really!"
_SECONDS_A_PHONE = 0.09


def said(expected: str, *, heard: str | None = "", verdict: Verdict = Verdict.GOOD, at: int = 0) -> PhoneResult:
    start_s = 0.3 + at * _SECONDS_A_PHONE
    return PhoneResult(
        expected=expected,
        ipa=phone(expected).ipa,
        stress=1 if phone(expected).is_vowel else None,
        said=expected if heard == "" else heard,
        said_probability=0.86,
        score={"good": 93.0, "nearly": 61.0, "wrong": 18.0, "missing": 5.0}.get(verdict),
        uncertainty=7.0,
        verdict=verdict,
        start_s=start_s,
        end_s=start_s + _SECONDS_A_PHONE,
    )


def word(text: str, phones: Sequence[PhoneResult], *, start: int, insertions: tuple[Insertion, ...] = ()) -> WordResult:
    bad = any(one.verdict in {Verdict.WRONG, Verdict.MISSING} for one in phones)
    return WordResult(
        text=text.lower(),
        char_start=start,
        char_end=start + len(text),
        variant=" ".join(one.expected for one in phones),
        phones=tuple(phones),
        insertions=insertions,
        syllables=(),
        score=55.0 if bad else 91.0,
        error=WordError.MISPRONUNCIATION if bad else WordError.NONE,
        start_s=phones[0].start_s,
        end_s=phones[-1].end_s,
    )


def reading() -> Assessment:
    words = (
        word("I", [said("AY", at=0)], start=0),
        word(
            "think",
            [said("TH", heard="T", verdict=Verdict.WRONG, at=1), said("IH", at=2), said("NG", at=3), said("K", at=4)],
            start=2,
        ),
        word(
            "three",
            [said("TH", heard="T", verdict=Verdict.WRONG, at=5), said("R", at=6), said("IY", at=7)],
            start=8,
        ),
        word(
            "ships",
            [
                said("SH", at=8),
                said("IH", heard="IY", verdict=Verdict.NEARLY, at=9),
                said("P", at=10),
                said("S", heard=None, verdict=Verdict.MISSING, at=11),
            ],
            start=14,
        ),
        word(
            "really",
            [said("R", at=12), said("IY", verdict=Verdict.UNCLEAR, at=13), said("L", at=14), said("IY", at=15)],
            start=21,
            insertions=(Insertion("AH", 0.7, 2, 1.6, 1.66),),
        ),
    )
    return Assessment(
        text=TEXT,
        words=words,
        scores=Scores(
            overall=Score(71.0, 5.0),
            accuracy=Score(66.0, 6.0),
            fluency=Score(84.0, 8.0),
            completeness=Score(100.0, 1.0),
            prosody=Score(None, 0.0, "too_few_syllables"),
        ),
        rhythm=Rhythm(3.2, 3.6, 180.0, 5.0, ()),
        quality=Quality(17.0, 0.0, -21.0, 1.9, 2.4, ("noisy",)),
        off_script=None,
        abstained=False,
        model="default",
        versions={"lafal": "0.1.0"},
        timings_ms={"total": 210.0},
    )


class StandInJudge:
    """Answers with a prepared reading, or raises what the test planted."""

    def __init__(self) -> None:
        self.answer: Assessment | Exception = reading()
        self.calls: list[tuple[bytes, str, Mapping[str, str] | None]] = []

    def assess(
        self,
        audio: str | Path | bytes | BinaryIO,
        text: str,
        *,
        own: Mapping[str, str] | None = None,
        phones: Sequence[str] | None = None,
    ) -> Assessment:
        content = audio.read_bytes() if isinstance(audio, Path) else audio
        assert isinstance(content, bytes)
        self.calls.append((content, text, own))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def build_app(settings: Settings, judge: StandInJudge) -> FastAPI:
    """Build the app inside an event loop: outside one Gradio opens loops that it never closes."""

    async def build() -> FastAPI:
        return create_app(settings, judge=judge)

    return asyncio.run(build())
