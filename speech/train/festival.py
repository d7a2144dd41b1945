"""Speak through Debian's `festival`: exact phones in, exact phone times out, many utterances in one process."""

import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from speech.train.flite import from_flite, made_up_names, read_wave
from speech.train.spoken import Style, TimedPhone, Utterance, Word, bare, with_stress

COMMAND = {"hts": "voice_cmu_us_slt_arctic_hts", "kal": "voice_kal_diphone", "ked": "voice_ked_diphone"}
"""Our name of a festival voice -> the Scheme function that chooses it."""

PITCH_HZ = {"kal": 105.0, "ked": 105.0}
"""Mean F0 the diphone voices are set up with; the HTS voice takes its melody from its own model."""

SECONDS_PER_UTTERANCE = 20.0

_SEGMENT = re.compile(r"^(\d+) (\S+) (\d+\.\d+)$", re.MULTILINE)

_PRELUDE = """
(define (lafal-segments number utterance path)
  (utt.save.wave utterance path 'riff)
  (mapcar (lambda (segment) (format t "%d %s %f\\n" number (item.name segment) (item.feat segment "end")))
          (utt.relation.items utterance 'Segment)))
"""


def speak_many(requests: Sequence[tuple[Sequence[Word], Style]], voice: str) -> tuple[Utterance | None, ...]:
    """Say several strings of words in one process, in order.

    Returns
    -------
    tuple of Utterance or None
        None where the voice lacks a transition between two phones and would have said something else.

    Raises
    ------
    subprocess.SubprocessError
        Festival failed.
    """
    # The rules after the lexicon reduce vowels and link words; what is asked for must be said.
    lines = [_PRELUDE, f"({COMMAND[voice]})", "(set! postlex_rules_hooks nil)"]
    lines.append("(set! postlex_vowel_reduce_cart_tree nil)")
    with tempfile.TemporaryDirectory(prefix="lafal-") as folder:
        for number, (words, style) in enumerate(requests):
            lines += _sentence(number, words, voice, style, path=_wave(folder, number))
        done = _run(lines, folder, len(requests))
        segments, incomplete = _segments(done.stdout, len(requests)), _incomplete(done.stderr)
        return tuple(
            None if number in incomplete else _utterance(segments[number], _wave(folder, number), words, voice)
            for number, (words, _) in enumerate(requests)
        )


def speak_text(text: str, voice: str, style: Style) -> Utterance:
    """Let festival read a text by its own dictionary; the phones are what it chose."""
    with tempfile.TemporaryDirectory(prefix="lafal-") as folder:
        path = _wave(folder, 0)
        plain = text.replace("\\", " ").replace('"', " ")
        say = f'(lafal-segments 0 (utt.synth (Utterance Text "{plain}")) "{path}")'
        lines = [_PRELUDE, f"({COMMAND[voice]})", *_prosody(voice, style), say]
        printed = _run(lines, folder, 1).stdout
        return _utterance(_segments(printed, 1)[0], path, None, voice)


def _wave(folder: str, number: int) -> Path:
    return Path(folder) / f"{number}.wav"


def _prosody(voice: str, style: Style) -> list[str]:
    if voice == "hts":  # its durations come from its own engine, which takes a speed and no stretch
        rate = f'(list "-r" {1 / style.stretch:.3f})'
        return [f"(set! hts_engine_params (append cmu_us_slt_arctic_hts::hts_engine_params (list {rate})))"]
    lines = [f"(Parameter.set 'Duration_Stretch {style.stretch:.3f})"]
    if voice in PITCH_HZ:
        mean_hz = PITCH_HZ[voice] * style.pitch
        lines.append(
            f"(set! int_lr_params '((target_f0_mean {mean_hz:.1f}) (target_f0_std {0.13 * mean_hz:.1f})"
            " (model_f0_mean 170) (model_f0_std 34)))"
        )
    return lines


def _sentence(number: int, words: Sequence[Word], voice: str, style: Style, *, path: Path) -> list[str]:
    """Scheme that enters each word under a made-up name and says the names."""
    lines = [f'(format stderr "utterance {number}\\n")', *_prosody(voice, style)]
    names = made_up_names(len(words))
    for name, word in zip(names, words, strict=True):
        phones = " ".join(_name(symbol) for symbol in with_stress(word))
        lines.append(f'(lex.add.entry (list "{name}" nil (lex.syllabify.phstress \'({phones}))))')
    text = " ".join(name + ("," if index in style.breaks else "") for index, name in enumerate(names)) + "."
    lines.append(f'(lafal-segments {number} (utt.synth (Utterance Text "{text}")) "{path}")')
    return lines


def _name(symbol: str) -> str:
    """Festival's name of a phone, the stress digit kept on vowels for `lex.syllabify.phstress`."""
    return "ax0" if symbol == "AH0" else symbol.lower()


def _run(lines: Sequence[str], folder: str, count: int) -> "subprocess.CompletedProcess[str]":
    script = Path(folder) / "speak.scm"
    script.write_text("\n".join(lines) + "\n", encoding="ascii", errors="replace")
    limit_s = 30.0 + SECONDS_PER_UTTERANCE * count
    return subprocess.run(
        ["festival", "--batch", str(script)], capture_output=True, text=True, timeout=limit_s, check=True
    )


def _segments(printed: str, count: int) -> list[list[tuple[str, float]]]:
    segments: list[list[tuple[str, float]]] = [[] for _ in range(count)]
    for number, name, end in _SEGMENT.findall(printed):
        segments[int(number)].append((from_flite(name), float(end)))
    return segments


def _incomplete(complaints: str) -> frozenset[int]:
    """Numbers of the utterances in which a diphone was missing and another sound was put in its place."""
    numbers: set[int] = set()
    current = -1
    for line in complaints.splitlines():
        if line.startswith("utterance "):
            current = int(line.split()[1])
        elif "using default diphone" in line:
            numbers.add(current)
    return frozenset(numbers)


def _utterance(
    segments: Sequence[tuple[str, float]], path: Path, words: Sequence[Word] | None, voice: str
) -> Utterance:
    samples, sample_rate = read_wave(path)
    phones = _timed(segments, len(samples) / sample_rate, rhotic_glides=voice == "ked")
    utterance = Utterance(samples, sample_rate, phones, "", voice)
    if words is not None and utterance.said != tuple(bare(symbol) for word in words for symbol in word):
        raise subprocess.CalledProcessError(0, "festival", output=" ".join(utterance.said))
    return utterance


def _timed(segments: Sequence[tuple[str, float]], duration_s: float, *, rhotic_glides: bool) -> tuple[TimedPhone, ...]:
    """Turn end times into intervals; where `rhotic_glides`, the R that the voice says after each ER belongs to it."""
    phones: list[TimedPhone] = []
    start_s = 0.0
    after_vowel = False
    for name, end in segments:
        end_s = min(end, duration_s)
        if rhotic_glides and after_vowel and name == "R":
            phones[-1] = TimedPhone("ER", phones[-1].start_s, end_s)
            after_vowel = False
        else:
            phones.append(TimedPhone(name, start_s, end_s))
            after_vowel = name == "ER"
        start_s = end_s
    phones[-1] = TimedPhone(phones[-1].phone, phones[-1].start_s, duration_s)
    return tuple(phones)
