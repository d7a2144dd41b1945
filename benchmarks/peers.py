"""PocketSphinx [1]_ as a pronunciation tutor would use it: align the text, time its phones, hear phones freely.

References
----------
.. [1] Huggins-Daines et al. (2006), "PocketSphinx: A Free, Real-Time Continuous Speech Recognition System for
   Hand-Held Devices", ICASSP.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from benchmarks.clips import Clip
from benchmarks.systems import POCKETSPHINX, NoVerdict
from speech.errors import ExtraNotInstalled

_PHONE_LOOP: Mapping[str, object] = {"lw": 2.0, "beam": 1e-20, "pbeam": 1e-20}
"""What its documentation gives for phoneme recognition; the default beams are wider and several times slower."""

_ALIGNER: Mapping[str, object] = {"bestpath": False}
"""As its own command line does before it times phones: the best path ends in a word too short for any phone."""

_WORD = re.compile(r"[a-z']+")


@dataclass(frozen=True, slots=True)
class PocketSphinx:
    """Two warm decoders with the US English model that comes with the package."""

    aligner: Any
    phone_loop: Any
    name: str = POCKETSPHINX
    model: str = POCKETSPHINX
    threads: int = 1

    def judge(self, clip: Clip) -> Mapping[str, float]:
        """Give milliseconds of reading the file, aligning words, timing their phones, and hearing phones freely.

        Raises
        ------
        NoVerdict
            A word is not in its dictionary, or it finds no path through the recording.
        """
        marks_s = [time.perf_counter()]
        raw = _read(clip)
        marks_s.append(time.perf_counter())
        try:
            self.aligner.set_align_text(" ".join(_WORD.findall(clip.text.lower())))
            _decode(self.aligner, raw)
            marks_s.append(time.perf_counter())
            self.aligner.set_alignment()
            _decode(self.aligner, raw)
            timed = [phone.name for phone in self.aligner.get_alignment().phones()]
            marks_s.append(time.perf_counter())
            _decode(self.phone_loop, raw)
            heard = [segment.word for segment in self.phone_loop.seg()]
            marks_s.append(time.perf_counter())
        except (RuntimeError, AttributeError, TypeError) as error:  # TypeError: it gives None where it finds no path
            raise NoVerdict(str(error)) from error
        if not timed or not heard:
            raise NoVerdict("no path")
        stages = ("audio", "align words", "align phones", "phone loop")
        spans_ms = [1000 * (end_s - start_s) for start_s, end_s in pairwise(marks_s)]
        return {**dict(zip(stages, spans_ms, strict=True)), "total": sum(spans_ms)}


def _read(clip: Clip) -> bytes:
    import soundfile

    return soundfile.read(clip.path, dtype="int16")[0].tobytes()


def _decode(decoder: Any, raw: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(raw, no_search=False, full_utt=True)
    decoder.end_utt()


def open_pocketsphinx() -> PocketSphinx:
    """Load both decoders.

    Raises
    ------
    ExtraNotInstalled
        There is no `pocketsphinx`.
    """
    try:
        import pocketsphinx
    except ImportError as error:
        raise ExtraNotInstalled({"package": "pocketsphinx", "extra": "test"}) from error
    phones = pocketsphinx.get_model_path("en-us/en-us-phone.lm.bin")
    return PocketSphinx(
        aligner=pocketsphinx.Decoder(lm=None, loglevel="FATAL", **_ALIGNER),
        phone_loop=pocketsphinx.Decoder(lm=None, dict=None, allphone=phones, loglevel="FATAL", **_PHONE_LOOP),
    )
