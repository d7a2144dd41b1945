"""Speech whose every phone and its time are known: the synthetic part of the training data."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from phonemes.lexicon import default_lexicon
from speech.settings import cores
from speech.train.held_out import HELD_OUT_VOICES, HeldOutError, refuse_held_out
from speech.train.perturb import perturb
from speech.train.speaking import say_many, say_phones, say_text, say_words
from speech.train.spoken import SILENCE, Edit, Style, TimedPhone, Utterance, Word
from speech.voice import VOICES

__all__ = [
    "HELD_OUT_VOICES",
    "SAMPLE_RATE",
    "SILENCE",
    "VOICES",
    "Edit",
    "HeldOutError",
    "Style",
    "SynthesisConfig",
    "TimedPhone",
    "Utterance",
    "Word",
    "at_16_khz",
    "batch",
    "batches",
    "refuse_held_out",
    "say_many",
    "say_phones",
    "say_text",
    "say_words",
    "training_set",
]

SAMPLE_RATE = 16_000
"""Rate of everything the training set yields."""

BATCH = 20
"""Utterances made together with one voice: festival needs 0.3 s to start, so it should say several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisConfig:
    """What a synthetic training set holds; equal values give equal speech.

    Parameters
    ----------
    count : int
        Utterances.
    seed : int
        Source of every random choice.
    voices : tuple of str
        Names in `VOICES`; none may be held out.
    words_low, words_high : int
        Fewest and most words in one utterance.
    vocabulary : int
        How many of the most frequent words to draw from.
    perturbed_share : float
        Share of utterances with changed phones.
    edit_rate : float
        Share of the phones changed in those.
    stretch_low, stretch_high : float
        Range of the duration factor.
    pitch_low, pitch_high : float
        Range of the factor on the voice's pitch.
    break_share : float
        Chance of a pause after a word.
    workers : int
        Synthesiser processes at a time; 0 for one a processor.
    """

    count: int = 4000
    seed: int = 0
    voices: tuple[str, ...] = ("slt", "rms", "awb", "kal16", "hts", "kal")
    words_low: int = 2
    words_high: int = 8
    vocabulary: int = 12_000
    perturbed_share: float = 0.5
    edit_rate: float = 0.15
    stretch_low: float = 0.75
    stretch_high: float = 1.35
    pitch_low: float = 0.8
    pitch_high: float = 1.35
    break_share: float = 0.12
    workers: int = 0


def training_set(config: SynthesisConfig) -> Iterator[Utterance]:
    """Make synthetic utterances of random words, half of them with changed phones.

    Parameters
    ----------
    config : SynthesisConfig
        What to make.

    Yields
    ------
    Utterance
        At 16 kHz; fewer than `config.count` where a voice could not join two phones.

    Raises
    ------
    HeldOutError
        A voice is kept for tests.
    SynthesiserMissing, UnknownVoice
        A voice is not installed or not known.
    """
    for _, utterances in batches(config, range(batch_count(config))):
        yield from utterances


def batch_count(config: SynthesisConfig) -> int:
    """How many batches the set has."""
    return -(-config.count // BATCH)


def batches(config: SynthesisConfig, numbers: Sequence[int]) -> Iterator[tuple[int, tuple[Utterance, ...]]]:
    """Make some batches of the set, in order, several at a time; each depends on its number alone."""
    refuse_held_out(config.voices)
    workers = config.workers or cores()
    with ThreadPoolExecutor(workers) as pool:  # threads suffice: each waits for a synthesiser process of its own
        waiting: list[tuple[int, Future[tuple[Utterance, ...]]]] = []
        for number in numbers:
            waiting.append((number, pool.submit(batch, config, number)))
            if len(waiting) > 2 * workers:
                done, future = waiting.pop(0)
                yield done, future.result()
        for done, future in waiting:
            yield done, future.result()


def batch(config: SynthesisConfig, number: int) -> tuple[Utterance, ...]:
    """Make one batch: up to `BATCH` utterances of one voice.

    Raises
    ------
    HeldOutError
        A voice is kept for tests.
    """
    refuse_held_out(config.voices)
    random = np.random.default_rng((config.seed, number))
    voice = str(random.choice(config.voices))
    size = min(BATCH, config.count - number * BATCH)
    plans = [_plan(config, random) for _ in range(size)]
    spoken = say_many([(words, style) for _, words, _, style in plans], voice)
    return tuple(
        at_16_khz(utterance).labelled(text, edits)
        for utterance, (text, _, edits, _) in zip(spoken, plans, strict=True)
        if utterance is not None
    )


def _plan(
    config: SynthesisConfig, random: np.random.Generator
) -> tuple[str, tuple[Word, ...], tuple[Edit, ...], Style]:
    """Draw one utterance: its text, the phones to say, the errors in them, and the style."""
    vocabulary = _vocabulary(config.vocabulary)
    count = int(random.integers(config.words_low, config.words_high + 1))
    text = tuple(str(word) for word in random.choice(vocabulary, size=count))
    refuse_held_out((), (" ".join(text),))
    words: tuple[Word, ...] = tuple(_say(word, random) for word in text)
    edits: tuple[Edit, ...] = ()
    if random.random() < config.perturbed_share:
        words, edits = perturb(words, edit_rate=config.edit_rate, random=random)
    breaks = np.flatnonzero(random.random(count - 1) < config.break_share).tolist()
    style = Style(
        stretch=float(random.uniform(config.stretch_low, config.stretch_high)),
        pitch=float(random.uniform(config.pitch_low, config.pitch_high)),
        breaks=frozenset(breaks),
    )
    return " ".join(text), words, edits, style


@cache
def _vocabulary(size: int) -> tuple[str, ...]:
    lexicon = default_lexicon()
    return tuple(word for word in lexicon.by_frequency(size) if word in lexicon)


def _say(word: str, random: np.random.Generator) -> Word:
    variants = default_lexicon().lookup(word)
    return tuple(variants[int(random.integers(len(variants)))].arpabet().split())


def at_16_khz(utterance: Utterance) -> Utterance:
    """The same utterance at 16 kHz; times do not change."""
    if utterance.sample_rate == SAMPLE_RATE:
        return utterance
    import soxr

    samples = np.asarray(soxr.resample(utterance.samples, utterance.sample_rate, SAMPLE_RATE), dtype=np.float32)
    return replace(utterance, samples=samples, sample_rate=SAMPLE_RATE)
