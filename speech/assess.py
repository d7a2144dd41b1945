"""The main job: a recording and a text in, a sound-by-sound assessment out."""

import time
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import BinaryIO

from phonemes.expected import Expected, UnreadableText, expect
from speech.acoustic import Acoustic, hear, load_acoustic
from speech.audio import Recording, Sound, examine, read_sound
from speech.errors import EmptyText, TextTooLong, UnknownPhone
from speech.prosody import Contour, contour, drawn, rhythm
from speech.reading import Reading, columns_of, read_along
from speech.results import Assessment, Pitch, Posteriors, Rhythm, Scores
from speech.scoring import Scorer, load_scorer
from speech.sentence import abstaining, sentence_scores
from speech.settings import Settings, cores
from speech.verdicts import added_phones, judge
from speech.wording import Timeline, word_results


class Assessor:
    """Judges readings with one acoustic model; safe to share between threads.

    Parameters
    ----------
    acoustic : Acoustic, optional
        Model to hear with; the one that `settings` name by default.
    settings : Settings, optional
        Limits, model and threads; read from the environment by default.
    isolated : bool
        Decode recordings in a process of its own with limits on time and memory, for what strangers upload.
    beside : bool
        Follow the pitch in a thread beside everything else; a waste where other processes keep every core busy.

    Examples
    --------
    >>> from speech.assess import Assessor
    >>> assessment = Assessor().assess("ship.wav", "The ship is big.")  # doctest: +SKIP
    >>> [(phone.expected, phone.verdict) for phone in assessment.words[1].phones]  # doctest: +SKIP
    [('SH', 'good'), ('IH', 'wrong'), ('P', 'good')]
    """

    def __init__(
        self,
        acoustic: Acoustic | None = None,
        *,
        settings: Settings | None = None,
        isolated: bool = False,
        beside: bool = True,
    ) -> None:
        self.settings = settings or Settings.from_environment()
        self.isolated = isolated
        self.acoustic = acoustic or load_acoustic(self.settings.model, settings=self.settings)
        # The pitch detector takes longer than all before scoring together, and needs nothing but the samples.
        workers = self.settings.workers or cores()
        self._beside = ThreadPoolExecutor(workers, thread_name_prefix="pitch") if beside else None

    def assess(
        self,
        audio: str | Path | bytes | BinaryIO | Recording,
        text: str,
        *,
        own: Mapping[str, str] | None = None,
        phones: Sequence[str] | None = None,
    ) -> Assessment:
        """Judge one reading.

        Parameters
        ----------
        audio : path, bytes, file object or Recording
            Any browser or file recording.
        text : str
            What was to be read, in the writer's own spelling.
        own : mapping of str to str, optional
            A teacher's pronunciations for this exercise: word -> ARPAbet or IPA.
        phones : sequence of str, optional
            ARPAbet phones of the whole utterance, which replace the dictionary's.

        Returns
        -------
        Assessment
            With `abstained` set and no scores where the recording does not match the text.

        Raises
        ------
        SpeechError
            The recording or the text cannot be judged; `code` says why.
        """
        clock = _Clock()
        with clock.stage("text"):
            expected = self.expected(text, own=own, phones=phones)
        with clock.stage("audio"):
            sound = audio if isinstance(audio, Recording) else self._read(audio)
            pitch = self._beside.submit(contour, sound.samples) if self._beside else None
            recording = sound if isinstance(sound, Recording) else examine(sound)
        with clock.stage("acoustic"):
            posteriors = hear(self.acoustic, recording)
        with clock.stage("align"):
            reading = read_along(posteriors, columns_of(expected))
        with clock.stage("prosody"):  # what is left of it: it began once the samples were there, beside all since
            melody = pitch.result() if pitch else contour(sound.samples)
        with clock.stage("score"):
            model = f"{self.acoustic.name} {self.acoustic.version}"
            has_head, place = posteriors.frame is not None, self.settings.data_place()
            scorer = load_scorer(model, has_frame_head=has_head, own=place)
            assessment = _conclude(expected, recording, posteriors, reading, melody, scorer)
        return self._signed(assessment, clock, scorer)

    def expected(
        self, text: str, *, own: Mapping[str, str] | None = None, phones: Sequence[str] | None = None
    ) -> Expected:
        """Say what a text asks for, within the limits.

        Raises
        ------
        EmptyText, TextTooLong, UnknownPhone
        """
        try:
            expected = expect(text, own=own, phones=phones)
        except UnreadableText as error:
            raise EmptyText from error
        except ValueError as error:
            raise UnknownPhone({"detail": str(error)}) from error
        if len(expected.words) > self.settings.max_words:
            raise TextTooLong({"words": len(expected.words), "limit": self.settings.max_words})
        return expected

    def _read(self, audio: str | Path | bytes | BinaryIO) -> Sound:
        return read_sound(audio, settings=self.settings, isolated=self.isolated)

    def _signed(self, assessment: Assessment, clock: "_Clock", scorer: Scorer) -> Assessment:
        versions = {"lafal": _product_version(), "model": self.acoustic.version, "calibration": scorer.version}
        return replace(assessment, model=self.acoustic.name, versions=versions, timings_ms=clock.finish())


def _conclude(
    expected: Expected,
    recording: Recording,
    posteriors: Posteriors,
    reading: Reading,
    melody: Contour,
    scorer: Scorer,
) -> Assessment:
    """Judge what was read, or abstain where it is something else."""
    if reading.other_text or reading.goodness is None or reading.evidence is None:
        return _assessment(expected, recording, off_script="other_text")
    scores = scorer.score(reading.evidence)
    words = word_results(
        expected,
        reading,
        judge(reading.columns, scores),
        added_phones(reading.goodness),
        timeline=Timeline(posteriors, recording.quality.duration_s, melody),
    )
    timing = rhythm(melody, words, recording.speech)
    pooled = sentence_scores(words, timing, recording.quality)
    return _assessment(expected, recording, words=words, scores=pooled, timing=timing, pitch=drawn(melody))


def _assessment(
    expected: Expected,
    recording: Recording,
    *,
    words: tuple = (),
    scores: Scores | None = None,
    timing: Rhythm | None = None,
    pitch: Pitch | None = None,
    off_script: str | None = None,
) -> Assessment:
    return Assessment(
        text=expected.text,
        words=words,
        scores=scores or abstaining(off_script or "not_judged"),
        rhythm=timing,
        quality=recording.quality,
        off_script=off_script,
        abstained=scores is None,
        model="",
        versions={},
        timings_ms={},
        pitch=pitch,
    )


def _product_version() -> str:
    try:
        return version("lafal")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "checkout"


class _Clock:
    """Milliseconds of each stage."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Time a block."""
        start = time.perf_counter()
        yield
        self._stages[name] = round((time.perf_counter() - start) * 1000, 2)

    def finish(self) -> dict[str, float]:
        """All stages and their total."""
        return {**self._stages, "total": round((time.perf_counter() - self._start) * 1000, 2)}
