"""The sounds of an exercise: those a teacher names, or the hardest of those that its text asks for."""

from dataclasses import dataclass

from phonemes.contrasts import position_of, tendencies
from phonemes.expected import expect
from phonemes.inventory import COLUMN, from_ipa

_MOST_SOUNDS = 3
_FIRST_LANGUAGE = "id"


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a text asks for: its stressed words as most people say them, and all phones that can occur in it."""

    words: tuple[tuple[str, ...], ...]
    possible: frozenset[str]

    def has(self, sound: str) -> bool:
        """Tell whether some way of saying the text contains the sound."""
        return sound in self.possible


def spoken(text: str) -> Spoken:
    """Look up the phones of a text.

    Raises
    ------
    ValueError
        The text has no word that can be read in English.
    """
    words = expect(text).words
    # Words with a weak form, such as "and", are seldom stressed, so nobody practises their sounds.
    stressed = [word for word in words if all(variant.source != "weak" for variant in word.variants)]
    return Spoken(
        words=tuple(word.variants[0].phones for word in stressed or words),
        possible=frozenset(symbol for word in words for variant in word.variants for symbol in variant.phones),
    )


def read_sounds(cell: str) -> tuple[str, ...]:
    """Read sounds that a person typed, separated by spaces: ARPAbet ("TH v") or IPA ("θ v").

    Raises
    ------
    ValueError
        Something is no English phone; the message names it.
    """
    found: list[str] = []
    for name in cell.replace(",", " ").split():
        is_arpabet = name.upper() in COLUMN and (len(name) > 1 or name.isupper())
        found += (name.upper(),) if is_arpabet else _from_ipa(name)
    if not found:
        raise ValueError(f"“{cell}” names no sound")
    return tuple(dict.fromkeys(found))


def _from_ipa(name: str) -> tuple[str, ...]:
    try:
        return from_ipa(name)
    except ValueError as error:
        raise ValueError(f"the sound “{name}” is unknown; write ARPAbet such as TH or IPA such as θ") from error


def hard_sounds(said: Spoken) -> tuple[str, ...]:
    """Choose up to three sounds to train: those in which speakers of Indonesian most often say another.

    A text without any is about its first sounds.
    """
    weights: dict[str, float] = {}
    for phones in said.words:
        for index, symbol in enumerate(phones):
            options = tendencies(_FIRST_LANGUAGE, symbol, position_of(index, len(phones)))
            trouble = max((option.weight for option in options if option.said != symbol), default=0.0)
            weights[symbol] = max(weights.get(symbol, 0.0), trouble)
    # Sorting is stable, so equally hard sounds stay in the order of the text.
    hardest = sorted(weights, key=lambda symbol: -weights[symbol])[:_MOST_SOUNDS]
    return tuple(symbol for symbol in hardest if weights[symbol] > 0) or tuple(hardest)
