"""What changed between two readings of the same text."""

from collections.abc import Iterator
from dataclasses import dataclass

from phonemes.inventory import phone
from speech.results import Assessment, PhoneResult, Verdict
from web.catalogue import Catalogue

_RANK = {Verdict.GOOD: 2, Verdict.NEARLY: 1, Verdict.WRONG: 0, Verdict.MISSING: 0}
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """How this reading differs from the one before.

    Parameters
    ----------
    headline : str
        Better, about the same, or not yet.
    better, worse : tuple of str
        Sounds that moved by a verdict or more, such as "/θ/ in “think”"; at most four each.
    clip : str
        The page's own name of the recording before.
    """

    headline: str
    better: tuple[str, ...]
    worse: tuple[str, ...]
    clip: str


def compare(now: Assessment, before: Assessment, catalogue: Catalogue, *, clip: str) -> ComparisonView | None:
    """Compare two readings of one text; None where either has no score."""
    value, old = now.scores.overall.value, before.scores.overall.value
    if value is None or old is None:
        return None
    better: list[str] = []
    worse: list[str] = []
    for word, one, other in _same_places(now, before):
        change = _RANK.get(one.verdict, 0) - _RANK.get(other.verdict, 0)
        if change and Verdict.UNCLEAR not in {one.verdict, other.verdict}:
            place = catalogue.say("compare.place", ipa=phone(one.expected).ipa, word=word)
            (better if change > 0 else worse).append(place)
    # Less than both doubts together is no change, unless a sound became better and the score rose with it.
    doubt = now.scores.overall.uncertainty + before.scores.overall.uncertainty
    is_same = abs(value - old) <= doubt and not (better and value > old)
    direction = "same" if is_same else "up" if value > old else "down"
    headline = catalogue.say(f"compare.{direction}", before=round(old), now=round(value))
    return ComparisonView(headline, _first(better), _first(worse), clip)


def _first(places: list[str]) -> tuple[str, ...]:
    """The first few, each once: a word may stand twice in the sentence."""
    return tuple(dict.fromkeys(places))[:_SHOWN]


def _same_places(now: Assessment, before: Assessment) -> Iterator[tuple[str, PhoneResult, PhoneResult]]:
    old = {(word.char_start, word.text): word for word in before.words if word.char_end > word.char_start}
    for word in now.words:
        match = old.get((word.char_start, word.text))
        if match is None or [one.expected for one in match.phones] != [one.expected for one in word.phones]:
            continue
        for one, other in zip(word.phones, match.phones, strict=True):
            yield word.text, one, other
