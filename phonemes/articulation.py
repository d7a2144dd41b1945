"""How to make each phone, and what to change when another one was heard, in English and Bahasa Indonesia."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from phonemes.inventory import Phone, phone
from phonemes.resources import folder

LANGUAGES: tuple[str, ...] = ("en", "id")
"""Languages the tips are written in."""


@dataclass(frozen=True, slots=True)
class Sound:
    """How one phone is made.

    Parameters
    ----------
    respelling : str
        The sound in plain letters with a word that has it.
    examples : tuple of str
        Common words with the sound.
    how : tuple of str
        Two to four steps for tongue, lips and voice.
    feel : str
        A check the learner can feel, see or hear alone.
    """

    respelling: str
    examples: tuple[str, ...]
    how: tuple[str, ...]
    feel: str


@dataclass(frozen=True, slots=True)
class _Vowel:
    """Where a vowel starts (height 1 open .. 6 close; backness 0 front .. 2 back), and how it goes on."""

    height: float
    backness: int
    is_round: bool
    is_long: bool | None
    glide: str | None = None
    is_rhotic: bool = False


# AE is neither: phonetically rather long, but it patterns with the short vowels.
_VOWELS: Mapping[str, _Vowel] = MappingProxyType(
    {
        "AA": _Vowel(1, 2, False, True),
        "AE": _Vowel(1.5, 0, False, None),
        "AH": _Vowel(3, 1, False, False),
        "AO": _Vowel(3, 2, True, True),
        "AW": _Vowel(1, 1, False, True, "back"),
        "AY": _Vowel(1, 1, False, True, "front"),
        "EH": _Vowel(3, 0, False, False),
        "ER": _Vowel(3.5, 1, False, True, is_rhotic=True),
        "EY": _Vowel(4, 0, False, True, "front"),
        "IH": _Vowel(5, 0, False, False),
        "IY": _Vowel(6, 0, False, True),
        "OW": _Vowel(4, 2, True, True, "back"),
        "OY": _Vowel(3, 2, True, True, "front"),
        "UH": _Vowel(5, 2, True, False),
        "UW": _Vowel(6, 2, True, True),
    }
)
_SMALLEST_STEP = 1.0


@cache
def phrases(language: str) -> Mapping[str, Any]:
    """Load every text of the articulation data in one language.

    Parameters
    ----------
    language : str
        "en" or "id"; a region such as "id-ID" is ignored.

    Raises
    ------
    ValueError
        There are no texts in that language.
    """
    primary = language.replace("_", "-").split("-")[0].lower()
    if primary not in LANGUAGES:
        raise ValueError(f"tips are written in {' and '.join(LANGUAGES)}, not in {language!r}")
    path = folder("datasets") / "articulation" / f"{primary}.json"
    return MappingProxyType(json.loads(path.read_text(encoding="utf-8")))


@cache
def sound(symbol: str, *, language: str = "en") -> Sound:
    """Tell how to make one phone.

    Raises
    ------
    KeyError
        The symbol is none of the 39.
    """
    entry = phrases(language)["phones"][phone(symbol).symbol]
    return Sound(entry["respelling"], tuple(entry["examples"]), tuple(entry["how"]), entry["feel"])


def contrast(expected: str, said: str, *, language: str = "en", is_final: bool = False) -> str:
    """Say what was heard, how it differs from the expected phone, and what to change.

    Parameters
    ----------
    expected, said : str
        ARPAbet symbols; the same symbol twice gives a sentence on saying it more clearly.
    language : {"en", "id"}
        Language of the sentence.
    is_final : bool
        Whether the phone ends its word, where English marks voicing by the length of the vowel before.

    Returns
    -------
    str
        One to three sentences: written for the pair where it is common, else built from the articulations.
    """
    texts = phrases(language)
    wanted, heard = phone(expected), phone(said)
    names = {"expected": wanted.ipa, "said": heard.ipa}
    if wanted.symbol == heard.symbol:
        return texts["polish"].format_map(names)
    written = texts["phones"][wanted.symbol]["confusions"]
    if is_final and f"{heard.symbol}_final" in written:
        return written[f"{heard.symbol}_final"]
    if heard.symbol in written:
        return written[heard.symbol]
    if wanted.is_vowel and heard.is_vowel:
        return _between_vowels(wanted, heard, texts)
    if wanted.is_vowel or heard.is_vowel:
        return _across(wanted, heard, texts)
    return _between_consonants(wanted, heard, texts)


def _place(consonant: Phone) -> str:
    """Name the place, telling the English r from other alveolars: its tip touches nothing."""
    return "rhotic" if consonant.symbol == "R" else consonant.place


def _manner(consonant: Phone) -> str:
    """Name the manner, telling h from other fricatives: it has no narrow gap in the mouth."""
    return "breath" if consonant.symbol == "HH" else consonant.manner


def _voice(consonant: Phone) -> str:
    return "voiced" if consonant.is_voiced else "voiceless"


def _between_consonants(wanted: Phone, heard: Phone, texts: Mapping[str, Any]) -> str:
    table = texts["consonants"]
    is_place = _place(wanted) != _place(heard)
    is_manner = _manner(wanted) != _manner(heard)
    if not is_place and not is_manner:
        template = table["voicing_only"][_voice(wanted)]
    else:
        kind = "place_and_manner" if is_place and is_manner else "place_only" if is_place else "manner_only"
        template = table[kind]
        if wanted.is_voiced != heard.is_voiced:
            template += " " + table["voice_do"][_voice(wanted)]
    return template.format(
        expected=wanted.ipa,
        said=heard.ipa,
        place_at=table["place_at"][_place(heard)],
        place_do=table["place_do"][_place(wanted)],
        manner_is=table["manner_is"][_manner(heard)],
        manner_do=table["manner_do"][_manner(wanted)],
    )


def _across(wanted: Phone, heard: Phone, texts: Mapping[str, Any]) -> str:
    """Contrast a vowel with a consonant."""
    table = texts["consonants"]
    if wanted.is_vowel:
        kind = {"approximant": "approximant", "breath": "breath"}.get(_manner(heard), "obstacle")
        template = texts["mixed"][f"{kind}_for_vowel"]
        return template.format(expected=wanted.ipa, said=heard.ipa, place_at=table["place_at"][_place(heard)])
    template = texts["mixed"]["vowel_for_approximant" if wanted.manner == "approximant" else "vowel_for_consonant"]
    if not wanted.is_voiced:
        template += " " + table["voice_do"]["voiceless"]
    return template.format(
        expected=wanted.ipa,
        said=heard.ipa,
        place_do=table["place_do"][_place(wanted)],
        manner_do=table["manner_do"][_manner(wanted)],
    )


def _between_vowels(wanted: Phone, heard: Phone, texts: Mapping[str, Any]) -> str:
    table = texts["vowels"]
    steps = _vowel_steps(_VOWELS[wanted.symbol], _VOWELS[heard.symbol])
    clauses = "; ".join(table["clauses"][step] for step in steps)
    return table["sentence"].format(expected=wanted.ipa, said=heard.ipa, clauses=clauses)


def _vowel_steps(wanted: _Vowel, heard: _Vowel) -> list[str]:
    """List what to change, in the order in which the mouth does it."""
    start = "start_" if wanted.glide else ""
    steps: list[str] = []
    if abs(wanted.height - heard.height) >= _SMALLEST_STEP:
        steps.append(start + ("higher" if wanted.height > heard.height else "lower"))
    if wanted.backness != heard.backness:
        steps.append(start + ("fronter" if wanted.backness < heard.backness else "backer"))
    if wanted.is_round != heard.is_round:
        steps.append(start + ("round" if wanted.is_round else "unround"))
    if wanted.is_rhotic != heard.is_rhotic:
        steps.append("rhotic" if wanted.is_rhotic else "plain")
    if wanted.glide != heard.glide:
        steps.append(f"glide_{wanted.glide}" if wanted.glide else "steady")
    elif wanted.is_long != heard.is_long and None not in (wanted.is_long, heard.is_long):
        steps.append("longer" if wanted.is_long else "shorter")
    return steps
