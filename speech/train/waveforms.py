"""Recordings to learn from as waveforms: what is said in them, batches of like length, and changes to the sound."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from phonemes.inventory import COLUMN
from speech.audio import SAMPLE_RATE
from speech.samples import clean
from speech.train.corpus import Utterance, read_manifest
from speech.train.held_out import refuse_held_out
from speech.train.spoken import SILENCE
from speech.train.synthetic_folder import Recorded, read_set
from speech.train.targets import WILDCARD, trusted_phones

SYNTHETIC, UNLABELLED = "synthetic", "unlabelled"
"""Corpora of the utterances of a folder of synthetic speech, and of recordings nobody transcribed."""

_FLAT_BELOW_HZ = 100.0
_POOL_CLIPS = 384
"""Clips drawn at once and sorted by length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveformAugmentConfig:
    """How far waveforms are changed.

    Parameters
    ----------
    slowest, fastest : float
        Range of the speed factor; tempo and pitch change together.
    noise_share, quietest_noise_db, loudest_noise_db : float
        Probability of steady coloured noise, and its signal-to-noise ratio.
    gain_db : float
        Loudest change of level, up or down; nothing is clipped.
    """

    slowest: float = 0.85
    fastest: float = 1.2
    noise_share: float = 0.45
    quietest_noise_db: float = 30.0
    loudest_noise_db: float = 5.0
    gain_db: float = 12.0


UNCHANGED = WaveformAugmentConfig(slowest=1.0, fastest=1.0, noise_share=0.0, gain_db=0.0)


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording to learn from.

    Parameters
    ----------
    utterance : Utterance
    path : Path
        Mono audio at 16 kHz.
    columns, taught : tuple of int
        Posterior columns of all its phones; and the CTC target, where doubtful phones may be any (`WILDCARD`).
    seconds : float
    """

    utterance: Utterance
    path: Path
    columns: tuple[int, ...]
    taught: tuple[int, ...]
    seconds: float


def recordings(audio: Iterable[Path]) -> Iterator[tuple[Utterance, Path]]:
    """Go through manifests and folders of synthetic speech: what is said, and where it lies.

    Rows of a manifest without phones are given only where their corpus is `UNLABELLED`. Of synthetic speech, utterances
    are named as `packing.pack_synthetic` names them; their times are left out.

    Raises
    ------
    HeldOutError
        A voice is kept for tests.
    """
    for source in audio:
        if source.is_dir():
            for recorded in read_set(source):
                refuse_held_out([recorded.voice])
                yield _spoken(recorded), recorded.path
        else:
            yield from read_manifest(source)
            yield from read_unlabelled(source)


def read_unlabelled(manifest: Path) -> Iterator[tuple[Utterance, Path]]:
    """Read the rows of the corpus `UNLABELLED` of a manifest, each with the path of its audio."""
    with manifest.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["corpus"] == UNLABELLED and not row["phones"]:
                utterance = Utterance(UNLABELLED, row["utterance"], row["speaker"], (), text=row["text"])
                yield utterance, manifest.parent / row["path"]


def _spoken(recorded: Recorded) -> Utterance:
    name = f"{recorded.path.parent.name}/{recorded.path.stem}"
    phones = tuple(timed.phone for timed in recorded.phones if timed.phone != SILENCE)
    return Utterance(SYNTHETIC, name, recorded.voice, phones, text=recorded.text)


def clips_of(
    labelled: Iterable[tuple[Utterance, Path]], *, doubts_below: float = 0.5, longest_s: float = 16.0
) -> list[Clip]:
    """Measure recordings; those too long or with nothing to teach are left out.

    Parameters
    ----------
    labelled : iterable of (Utterance, Path)
    doubts_below : float
        Phones people scored lower may be any phone.
    longest_s : float
    """
    import soundfile

    clips: list[Clip] = []
    for utterance, path in labelled:
        trusted = trusted_phones(utterance, doubts_below)
        columns = tuple(COLUMN[phone] for phone in utterance.phones)
        taught = tuple(column if sure else WILDCARD for column, sure in zip(columns, trusted, strict=True))
        if any(trusted) and (seconds := float(soundfile.info(path).duration)) <= longest_s:
            clips.append(Clip(utterance, path, columns, taught, seconds))
    return clips


def divide(
    clips: Sequence[Clip], folds: Mapping[tuple[str, str], int], held_out_folds: Sequence[int]
) -> tuple[list[Clip], list[Clip]]:
    """Part clips into those to learn from, and those of development speakers: the first of the folds held out."""
    learnt = [clip for clip in clips if folds.get(clip.utterance.who) not in held_out_folds]
    return learnt, [clip for clip in clips if folds.get(clip.utterance.who) in held_out_folds[:1]]


def plan(
    clips: Sequence[Clip], *, share_synthetic: float, batch_s: float, seed: int, start: int = 0
) -> Iterator[list[Clip]]:
    """Draw batches of clips of like length for ever; the nth depends on nothing but the arguments.

    Parameters
    ----------
    clips : sequence of Clip
    share_synthetic : float
        Share of the clips that are synthetic, as far as there are clips of both kinds.
    batch_s : float
        Seconds of audio in a batch with its padding, at most (one longer clip makes a batch of its own).
    seed, start : int
        Source of randomness; batches to skip.
    """
    if not clips:
        raise ValueError("there is nothing to learn from: no recording has phones")
    kinds = [[clip for clip in clips if (clip.utterance.corpus == SYNTHETIC) is kind] for kind in (False, True)]
    shares = (1 - share_synthetic, share_synthetic) if all(kinds) else (1.0, 1.0)
    skip, pool = start, 0
    while True:
        batches = _pool_batches(kinds, shares, batch_s, np.random.default_rng([seed, pool]))
        yield from batches[skip:]
        skip, pool = max(0, skip - len(batches)), pool + 1


def _pool_batches(
    kinds: Sequence[Sequence[Clip]], shares: Sequence[float], batch_s: float, chance: np.random.Generator
) -> list[list[Clip]]:
    drawn: list[Clip] = []
    for clips, share in zip(kinds, shares, strict=True):
        count = min(round(_POOL_CLIPS * share), len(clips))
        drawn += [clips[place] for place in chance.choice(len(clips), count, replace=False)] if count else []
    drawn.sort(key=lambda clip: -clip.seconds)
    batches: list[list[Clip]] = []
    for clip in drawn:
        if not batches or (len(batches[-1]) + 1) * batches[-1][0].seconds > batch_s:
            batches.append([])
        batches[-1].append(clip)
    return [batches[place] for place in chance.permutation(len(batches))]


def read_samples(path: Path) -> np.ndarray:
    """Read a recording: float32, shape (n,).

    Raises
    ------
    ValueError
        It is not mono at 16 kHz.
    """
    import soundfile

    samples, rate_hz = soundfile.read(path, dtype="float32")
    if rate_hz != SAMPLE_RATE or samples.ndim != 1:
        raise ValueError(f"{path}: expected mono at 16 kHz, found {samples.ndim} dimension(s) at {rate_hz} Hz")
    return samples


def change(samples: np.ndarray, config: WaveformAugmentConfig, chance: np.random.Generator) -> np.ndarray:
    """Change speed, noise and level of a recording at random; float32, of another length."""
    import soxr

    speed = chance.uniform(config.slowest, config.fastest)
    if speed != 1.0:
        samples = soxr.resample(samples, SAMPLE_RATE * speed, SAMPLE_RATE, quality="MQ")
    if chance.random() < config.noise_share:
        ratio_db = chance.uniform(config.loudest_noise_db, config.quietest_noise_db)
        samples = samples + _noise(len(samples), chance) * (_level(samples) * 10 ** (-ratio_db / 20))
    gain = 10 ** (chance.uniform(-config.gain_db, config.gain_db) / 20)
    room = max(1.0 / max(float(np.abs(samples).max(initial=0.0)), 1e-9), 1.0)
    return (samples * min(gain, room)).astype(np.float32)


def _level(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def _noise(count: int, chance: np.random.Generator) -> np.ndarray:
    """Noise of level 1 whose spectrum falls between 0 and 6 dB an octave, from `_FLAT_BELOW_HZ` on."""
    spectrum = np.fft.rfft(chance.standard_normal(count, dtype=np.float32))
    spectrum *= np.maximum(np.fft.rfftfreq(count, 1 / SAMPLE_RATE), _FLAT_BELOW_HZ) ** -chance.uniform(0.0, 1.0)
    spectrum[0] = 0.0
    noise = np.fft.irfft(spectrum, count)
    return noise / max(_level(noise), 1e-9)


def side_by_side(waveforms: Sequence[np.ndarray], chance: np.random.Generator) -> list[np.ndarray]:
    """Bring waveforms to one length: each somewhere in the faint noise that every model hears behind a recording.

    So padding is a pause like any other. No model needs to be told of it, and those that normalise over the whole clip
    (wav2vec2-base, HuBERT-base) hear in training what they hear in use.
    """
    longest = max(len(samples) for samples in waveforms)
    padded = np.zeros((len(waveforms), longest), np.float32)
    for row, samples in zip(padded, waveforms, strict=True):
        start = int(chance.integers(longest - len(samples) + 1))
        row[start : start + len(samples)] = samples
    return [clean(row, shortest_s=0.0) for row in padded]
