"""What an assessment says, as frozen dataclasses that survive a round trip through JSON."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np


class Verdict(StrEnum):
    """How one expected phone was said."""

    GOOD = "good"
    NEARLY = "nearly"
    WRONG = "wrong"
    MISSING = "missing"
    UNCLEAR = "unclear"


class WordError(StrEnum):
    """What is wrong with one word."""

    NONE = "none"
    MISPRONUNCIATION = "mispronunciation"
    OMISSION = "omission"
    INSERTION = "insertion"


@dataclass(frozen=True, slots=True)
class Posteriors:
    """What an acoustic model says about one recording; the only thing the judging side sees of a model.

    Parameters
    ----------
    ctc : float32 array, shape (frames, 40)
        Natural-log CTC posteriors; column 0 is blank, columns 1..39 are `phonemes.PHONES`.
    frame : float32 array, shape (frames, 40), or None
        Natural-log posteriors of the phone sounding in each frame (0 = silence), where the model has them.
    hidden : float32 array, shape (frames, width)
        Encoder states.
    period_s, offset_s : float
        Frame spacing, and the centre of the first frame.
    """

    ctc: np.ndarray
    frame: np.ndarray | None
    hidden: np.ndarray
    period_s: float
    offset_s: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phone (ARPAbet) that may have been said, and how probable it is, 0..1."""

    phone: str
    probability: float


@dataclass(frozen=True, slots=True)
class PhoneResult:
    """One expected phone and what was heard in its place.

    `expected` and `said` are ARPAbet; `said` is None when the phone was left out or could not be heard.
    `said_probability` is 0..1; `score` is 0..100 or None when unclear; `uncertainty` is one standard deviation
    of the score. `stress` is 0, 1 or 2 for vowels, None for consonants. `candidates` are the phones most probably said,
    the expected one among them, most probable first, at most five.
    """

    expected: str
    ipa: str
    stress: int | None
    said: str | None
    said_probability: float
    score: float | None
    uncertainty: float
    verdict: Verdict
    start_s: float
    end_s: float
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Insertion:
    """A phone said that the text does not ask for; `after` is the index of the phone before it, -1 at the start."""

    phone: str
    probability: float
    after: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Syllable:
    """Phones `[first, last)` of a word; `stress` is what the dictionary asks; `strong` is what was heard, if known."""

    first: int
    last: int
    stress: int
    strong: bool | None
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class WordResult:
    """One spoken word; `[char_start, char_end)` points into the text as the learner wrote it.

    `variant` is the pronunciation the learner's reading matched best (ARPAbet with stress, space separated). A word of
    `error` "insertion" is one the text does not have: its offsets are equal and its `text` is what was heard, as IPA.
    """

    text: str
    char_start: int
    char_end: int
    variant: str
    phones: tuple[PhoneResult, ...]
    insertions: tuple[Insertion, ...]
    syllables: tuple[Syllable, ...]
    score: float | None
    error: WordError
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Score:
    """A score 0..100 with one standard deviation, or None with the reason why not."""

    value: float | None
    uncertainty: float = 0.0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """Sentence scores."""

    overall: Score
    accuracy: Score
    fluency: Score
    completeness: Score
    prosody: Score


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the recording is.

    `snr_db` speech over background, `clipped` share of samples at full scale (0..1), `loudness_dbfs` of the speech,
    `speech_s` seconds of speech, `duration_s` of the file; `warnings` are codes such as "clipped", "quiet", "noisy".
    """

    snr_db: float
    clipped: float
    loudness_dbfs: float
    speech_s: float
    duration_s: float
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence inside the reading."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Timing and melody of the reading.

    `syllables_per_s` over the whole reading, `articulation_per_s` without pauses, `pitch_range_semitones` between the
    5th and 95th percentile, `pauses` longer than 0.2 s.
    """

    syllables_per_s: float
    articulation_per_s: float
    pitch_median_hz: float | None
    pitch_range_semitones: float | None
    pauses: tuple[Pause, ...]


@dataclass(frozen=True, slots=True)
class Pitch:
    """Melody: fundamental frequency every `period_s`, `hz[k]` at `k * period_s`; None where there is no voice."""

    period_s: float
    hz: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything Lafal says about one reading.

    `off_script` is the reason code when the recording does not match the text ("other_text", "not_speech", ...) and
    None when it does; `abstained` is True when no score is given. `versions` names the product, model and calibration;
    `timings_ms` has the milliseconds of each stage; `pitch` is there for drawing.
    """

    text: str
    words: tuple[WordResult, ...]
    scores: Scores
    rhythm: Rhythm | None
    quality: Quality
    off_script: str | None
    abstained: bool
    model: str
    versions: dict[str, str]
    timings_ms: dict[str, float]
    pitch: Pitch | None = None
