"""`lafal voice`: says everything the product's exercises can ask for, once, so that nobody needs a synthesiser."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from phonemes import articulation, contrasts
from phonemes.expected import expect
from phonemes.inventory import PHONES
from speech.example import Take, slug, take
from speech.problems import pairs_kept_apart
from speech.voice import find_voice, say_many
from speech.voice_set import VoiceSet, write_voice_set

if TYPE_CHECKING:
    from speech.assess import Assessor

PARTNER = "rms"
"""Voice of the partner in dialogues: a man's, where the model voice is a woman's."""

_CLEARER = {"hts": (("slt", 1.0), ("rms", 0.5))}
"""Voices to try for a word or pair with a smaller share of good sounds: of the same speaker, then another's."""

_FEW_WORDS = 2  # a word or a pair to compare; in a sentence melody counts for more
_BATCH = 25  # texts a synthesiser is started for
_SAVE_EVERY = 200  # clips that an interruption may cost
_MOST_PAIR_WORDS = 600
_PAIRS_SHOWN = 2  # as on a fix card
_WORST = 15
_SENTENCE_ENDS = ("", ".", "!", "?")


@dataclass(frozen=True, slots=True)
class Line:
    """One text to say, and the voice that says it."""

    text: str
    voice: str


def exercise_lines(voice: str, partner: str) -> list[Line]:
    """List what the catalogue of exercises can ask for: its texts and prompts, their words, and words to compare."""
    texts, prompts = _catalogue()
    alone = [*words_of([*texts, *prompts]), *articulation_words(), *pair_words()]
    own = {slug(text): Line(text, voice) for text in reversed([*texts, *alone])}
    partners = {slug(text): Line(text, partner) for text in prompts}
    return list({**partners, **own}.values())


def file_lines(path: Path, voice: str) -> list[Line]:
    """List the lines of a text file, each text once."""
    texts = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return list({slug(text): Line(text, voice) for text in texts if slug(text)}.values())


def _catalogue() -> tuple[list[str], list[str]]:
    """Texts to read and what a dialogue's partner says before them."""
    from classroom.exercises import units

    found = [exercise for unit in units() for exercise in unit.exercises]
    return [exercise.text for exercise in found], [exercise.prompt for exercise in found if exercise.prompt]


def words_of(texts: Iterable[str]) -> list[str]:
    """List every word of the texts once, as it is written inside a sentence."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        expected = expect(text)
        for word in expected.words:
            written = expected.text[word.char_start : word.char_end]
            before = expected.text[: word.char_start].rstrip(" “\"'")
            starts = before[-1:] in _SENTENCE_ENDS and written[1:].islower() and not written.startswith("I'")
            # The first word of a sentence says nothing about its capital.
            spellings[slug(written)][written.lower() if starts else written] += 0 if starts else 1
    return [max(found, key=lambda spelling: (found[spelling], spelling)) for found in spellings.values()]


def articulation_words() -> list[str]:
    """List the words that show how each sound is made."""
    return list(dict.fromkeys(word for phone in PHONES for word in articulation.sound(phone).examples))


def pair_words(first_language: str = "id", *, limit: int = _MOST_PAIR_WORDS) -> list[str]:
    """List the words of the minimal pairs a fix card can offer, those of the likeliest confusions first.

    Parameters
    ----------
    first_language : str
        Whose confusions come first; those that the tips on articulation describe follow.
    limit : int
        At most so many words.
    """
    usual: list[tuple[float, str, str, str]] = []
    for phone in PHONES:
        for position in contrasts.POSITIONS:
            rivals = [(one.weight, one.said) for one in contrasts.tendencies(first_language, phone, position)]
            usual += [(-weight, phone, said, position) for weight, said in rivals if said not in (None, phone)]
    tips = articulation.phrases("en")["phones"]
    described = [
        (0.0, phone, said, position)
        for phone in PHONES
        for said in tips[phone]["confusions"]
        if said in PHONES
        for position in contrasts.POSITIONS
    ]
    offered = (_offered(phone, said, position) for _, phone, said, position in [*sorted(usual), *described])
    return list(dict.fromkeys(chain.from_iterable(offered)))[:limit]


def _offered(phone: str, said: str, position: str) -> Iterator[str]:
    """Words of the pairs that a fix card shows for a sound in this place of a word."""
    pairs = sorted(pairs_kept_apart(phone, said), key=lambda pair: pair.position != position)
    for pair in pairs[:_PAIRS_SHOWN]:
        yield from (pair.word_a, pair.word_b)


def make(
    lines: Sequence[Line], path: Path, assessor: "Assessor", *, report: Callable[[int], None] = lambda _: None
) -> list[Take]:
    """Say all lines into an archive; clips that it holds already are kept, so that an interrupted run goes on.

    Parameters
    ----------
    lines : sequence of Line
        At most one of each slug.
    path : Path
        The archive.
    assessor : Assessor
        Finds the words; clips that another model listened to are made anew.
    report : callable
        Told how many clips are done.

    Raises
    ------
    SynthesiserMissing, SynthesiserFailed
        A voice is not installed, or gave no sound.
    """
    listener = f"{assessor.acoustic.name} {assessor.acoustic.version}"
    wanted = {slug(line.text): line for line in lines}
    done = _kept(VoiceSet(path), wanted, listener)
    report(len(done))
    saved = len(done)
    for voice in dict.fromkeys(line.voice for line in lines):
        missing = [line.text for name, line in wanted.items() if name not in done and line.voice == voice]
        for first in range(0, len(missing), _BATCH):
            made = _say(missing[first : first + _BATCH], voice, assessor)
            done |= {slug(one.example.text): one for one in made}
            report(len(done))
            if len(done) - saved >= _SAVE_EVERY:
                write_voice_set(done.values(), path, listener=listener)
                saved = len(done)
    write_voice_set(done.values(), path, listener=listener)
    return list(done.values())


def _say(texts: Sequence[str], voice: str, assessor: "Assessor") -> list[Take]:
    """Say texts; a word or pair that was not understood well gets the voice that says it most clearly."""
    best = {one.example.text: one for one in _takes(texts, voice, assessor)}
    for other, enough in _CLEARER.get(voice, ()):
        again = [text for text, one in best.items() if _share(one) < enough and len(text.split()) <= _FEW_WORDS]
        for one in _takes(again, other, assessor) if again else ():
            best[one.example.text] = max(best[one.example.text], one, key=_share)
    return list(best.values())


def _takes(texts: Sequence[str], voice: str, assessor: "Assessor") -> list[Take]:
    return [
        take(spoken.samples, spoken.sample_rate, text, voice=voice, source="shipped", listener=assessor)
        for text, spoken in zip(texts, say_many(texts, voice=find_voice(voice).name), strict=True)
    ]


def _share(one: Take) -> float:
    return one.good / one.judged if one.judged else 0.0


def _kept(old: VoiceSet, wanted: dict[str, Line], listener: str) -> dict[str, Take]:
    """Clips of an earlier run that say the same text with the same voice, times found by the same model."""
    if old.listener != listener:
        return {}
    found = {slug(one.example.text): one for one in old.takes(wanted)}

    def fits(one: Take, line: Line) -> bool:
        voices = (line.voice, *(voice for voice, _ in _CLEARER.get(line.voice, ())))
        return one.example.text == line.text and one.example.voice in voices

    return {name: one for name, one in found.items() if fits(one, wanted[name])}


def print_report(takes: Sequence[Take], path: Path) -> None:
    """Show how long the clips are, how many phones the model judged good, and which it understood worst."""
    from rich.table import Table

    from speech.commands.screen import console

    screen = console()
    table = Table("voice", "clips", "minutes", "kbit/s", "phones judged good", title=str(path))
    for voice in sorted({one.example.voice for one in takes}):
        mine = [one for one in takes if one.example.voice == voice]
        seconds = sum(one.example.duration_s for one in mine)
        kilobits = sum(len(one.example.audio) for one in mine) * 8 / 1000
        good, judged = sum(one.good for one in mine), sum(one.judged for one in mine)
        share = f"{good / max(judged, 1):.1%} of {judged}"
        table.add_row(voice, str(len(mine)), f"{seconds / 60:.1f}", f"{kilobits / seconds:.1f}", share)
    screen.print(table)
    unjudged = sum(not one.judged for one in takes)
    screen.print(
        f"{path.stat().st_size / 1e6:.1f} MB; {unjudged} clips of words that the model took for something else."
    )
    worst = sorted((one for one in takes if one.judged), key=lambda one: (_share(one), one.example.text))
    for one in worst[:_WORST]:
        screen.print(f"{one.good}/{one.judged} good ({one.example.voice}): {one.example.text}", soft_wrap=True)
