"""How well a class says each sound, learner by learner, and which words it finds hardest."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from classroom.evidence import Take
from classroom.summaries import Tally, merged

Level = Literal["well", "mixed", "weak", "few"]

FEW = 5
"""With fewer observations than this a mean says little, and is shown as such."""

_WELL_FROM, _WEAK_BELOW = 85, 70
_MOST_WORDS = 15


@dataclass(frozen=True, slots=True)
class Sound:
    """One expected phone (ARPAbet): of the whole class, and by learner."""

    phone: str
    whole: Tally
    by_learner: Mapping[str, Tally]


@dataclass(frozen=True, slots=True)
class Word:
    """A word the class was asked to say, how it went, and how many learners said it."""

    text: str
    tally: Tally
    learners: int


def level(tally: Tally) -> Level | None:
    """Sort a mean, as it is shown, into what goes well, is mixed or weak, or of too few to say; None of none."""
    if tally.mean is None:
        return None
    if tally.count < FEW:
        return "few"
    score = round(tally.mean)
    return "well" if score >= _WELL_FROM else "weak" if score < _WEAK_BELOW else "mixed"


def sounds(takes: Iterable[Take]) -> tuple[Sound, ...]:
    """Count every sound; the hardest of the class first, those with few observations last."""
    by_learner: dict[str, list[Take]] = defaultdict(list)
    for take in takes:
        by_learner[take.person_id].append(take)
    tallies = {person_id: merged(take.sounds for take in theirs) for person_id, theirs in by_learner.items()}
    whole = merged(tallies.values())
    found = [
        Sound(phone, tally, {person_id: theirs[phone] for person_id, theirs in tallies.items() if phone in theirs})
        for phone, tally in whole.items()
    ]
    return tuple(sorted(found, key=lambda sound: (sound.whole.count < FEW, sound.whole.mean or 0.0, sound.phone)))


def words(takes: Iterable[Take], *, most: int = _MOST_WORDS) -> tuple[Word, ...]:
    """Give the hardest words, those with few observations last."""
    learners: dict[str, set[str]] = defaultdict(set)
    kept = tuple(takes)
    for take in kept:
        for text in take.words:
            learners[text].add(take.person_id)
    found = [Word(text, tally, len(learners[text])) for text, tally in merged(take.words for take in kept).items()]
    return tuple(sorted(found, key=lambda word: (word.tally.count < FEW, word.tally.mean or 0.0, word.text))[:most])
