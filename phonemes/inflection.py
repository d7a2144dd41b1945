"""Pronunciations of forms the dictionary lacks, made by rule from words that it has."""

from collections.abc import Callable, Iterator

from phonemes.inventory import phone
from phonemes.lexicon import Lexicon
from phonemes.pronunciation import Pronunciation

_SIBILANTS = frozenset({"S", "Z", "SH", "ZH", "CH", "JH"})
_BASES = 4
"""Variants of the base that are inflected; more would only crowd the lattice."""

_CLITICS: dict[str, tuple[str, tuple[int | None, ...]]] = {
    "'ll": ("AH L", (0, None)),
    "'ve": ("AH V", (0, None)),
    "'re": ("ER", (0,)),
    "'d": ("D", (None,)),
    "'m": ("M", (None,)),
}
_PART_LETTERS = 3
_COMMON_RANK = 5000  # of the 50 000 ranked words: parts of a compound are everyday words


def inflected(word: str, lexicon: Lexicon) -> tuple[Pronunciation, ...]:
    """Make a possessive, contraction, plural, past or -ing form, or a compound, of words in the dictionary.

    Parameters
    ----------
    word : str
        A lower-case word that the dictionary lacks.
    lexicon : Lexicon
        Where the base is looked up.

    Returns
    -------
    tuple of Pronunciation
        Empty where no rule fits; the source is that of the base.
    """
    for base, ending in _analyses(word):
        variants = lexicon.lookup(base)[:_BASES]
        if variants:
            return tuple(ending(variant) for variant in variants)
    bare = word.strip("'")
    return _compound(word, lexicon) if bare == word else inflected(bare, lexicon)


def with_s(base: Pronunciation) -> Pronunciation:
    """Add the -s of plurals, verbs and possessives: cats, dogs, buses."""
    last = base.phones[-1]
    if last in _SIBILANTS:
        return _extended(base, ("IH", "Z"), (0, None))
    return _extended(base, ("Z",) if phone(last).is_voiced else ("S",), (None,))


def with_ed(base: Pronunciation) -> Pronunciation:
    """Add the -ed of the past: walked, called, wanted."""
    last = base.phones[-1]
    if last in ("T", "D"):
        return _extended(base, ("IH", "D"), (0, None))
    return _extended(base, ("D",) if phone(last).is_voiced else ("T",), (None,))


def _with_ing(base: Pronunciation) -> Pronunciation:
    return _extended(base, ("IH", "NG"), (0, None))


def _with_in(base: Pronunciation) -> Pronunciation:
    return _extended(base, ("IH", "N"), (0, None))


def _extended(base: Pronunciation, phones: tuple[str, ...], stress: tuple[int | None, ...]) -> Pronunciation:
    return Pronunciation(phones=base.phones + phones, stress=base.stress + stress, source=base.source)


Ending = Callable[[Pronunciation], Pronunciation]


def _unchanged(base: Pronunciation) -> Pronunciation:
    return base


def _analyses(word: str) -> Iterator[tuple[str, Ending]]:
    """List the bases a word may come from, likeliest first, each with the ending it takes."""
    if "'" in word:
        yield from _apostrophe_analyses(word)
    elif word.endswith("s") and not word.endswith("ss"):
        yield word[:-1], with_s
        yield from ((base, with_s) for base in _bases_before_e(word[:-1]) if word.endswith("es"))
    elif word.endswith("ed"):
        yield word[:-1], with_ed
        yield from ((base, with_ed) for base in (*_bases_before_e(word[:-1]), *_undoubled(word[:-2])))
    elif word.endswith("ing"):
        yield from ((base, _with_ing) for base in (word[:-3], word[:-3] + "e", *_undoubled(word[:-3])))


def _apostrophe_analyses(word: str) -> Iterator[tuple[str, Ending]]:
    yield word.strip("'"), _unchanged
    if word.endswith("'s"):
        yield word[:-2], with_s
    if word.endswith("in'"):
        yield from ((base, _with_in) for base in (word[:-3], word[:-3] + "e", *_undoubled(word[:-3])))
    for clitic, (phones, stress) in _CLITICS.items():
        if word.endswith(clitic):
            yield (
                word[: -len(clitic)],
                lambda base, phones=phones, stress=stress: _extended(base, tuple(phones.split()), stress),
            )
    yield word.replace("'", ""), _unchanged


def _bases_before_e(stem: str) -> tuple[str, ...]:
    """Undo the spelling before -es and -ed: "boxe" is of box, "carrie" of carry."""
    return (stem[:-1], stem[:-2] + "y") if stem.endswith("ie") else (stem[:-1],)


def _undoubled(stem: str) -> tuple[str, ...]:
    """Undo a doubled consonant: "stopp" is of stop."""
    return (stem[:-1],) if len(stem) > 3 and stem[-1] == stem[-2] else ()


def _compound(word: str, lexicon: Lexicon) -> tuple[Pronunciation, ...]:
    """Divide an unknown word into two everyday words ("whiteboard"), the second with secondary stress."""
    best: tuple[int, int] | None = None
    for cut in range(_PART_LETTERS, len(word) - _PART_LETTERS + 1):
        ranks = lexicon.rank(word[:cut]), lexicon.rank(word[cut:])
        if ranks[0] is None or ranks[1] is None or max(ranks[0], ranks[1]) > _COMMON_RANK:
            continue
        if best is None or max(ranks[0], ranks[1]) < best[0]:
            best = max(ranks[0], ranks[1]), cut
    if best is None:
        return ()
    left, right = lexicon.lookup(word[: best[1]]), lexicon.lookup(word[best[1] :])
    return (_joined(left[0], right[0]),) if left and right else ()


def _joined(left: Pronunciation, right: Pronunciation) -> Pronunciation:
    softer = tuple(2 if mark == 1 else mark for mark in right.stress)
    return Pronunciation(phones=left.phones + right.phones, stress=left.stress + softer, source=left.source)
