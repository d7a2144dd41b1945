"""Which dictionary words are kept from the letter-to-sound training, so that it can be judged on unknown words."""

import re
from collections import defaultdict
from collections.abc import Iterable
from zlib import crc32

HELD_OUT_WORDS = 2_000
_SPELLABLE = re.compile(r"[a-z]{3,}$")
_ENDINGS = re.compile(
    r"(?:'s|s'|iness|iest|ings|ing|ied|ies|ier|iers|ily|ness|edly|est|ers|er|ed|es|ly|s|y|e|i|a|o|man|mans|mann|manns)$"
)
_MINIMUM_STEM = 3


def stem(word: str) -> str:
    """Cut inflections and common endings, so that the members of a word family meet in one stem.

    Cruder than a stemmer on purpose: too large a family costs some training words, too small a one would let the
    model see a near-copy of a word it is tested on.
    """
    current = word.replace("'", "") if not word.endswith("'s") else word[:-2]
    while True:
        shorter = _ENDINGS.sub("", current)
        if shorter == current or len(shorter) < _MINIMUM_STEM:
            break
        current = shorter
    # stopp|ed and stop are one family
    return current[:-1] if len(current) > _MINIMUM_STEM and current[-1] == current[-2] else current


def held_out(words: Iterable[str], *, n: int = HELD_OUT_WORDS) -> tuple[list[str], set[str]]:
    """Choose test words by a hash, one a family.

    Parameters
    ----------
    words : iterable of str
        The dictionary.
    n : int
        How many test words.

    Returns
    -------
    test : list of str
        The words to judge by.
    excluded : set of str
        Every word of their families; none of them may be trained on.
    """
    families: dict[str, list[str]] = defaultdict(list)
    for word in words:
        families[stem(word)].append(word)
    by_hash = sorted(families, key=lambda name: (crc32(name.encode()), name))
    test: list[str] = []
    excluded: set[str] = set()
    for name in by_hash:
        candidates = [word for word in families[name] if _SPELLABLE.match(word)]
        if candidates:
            test.append(min(candidates, key=lambda word: (crc32(word.encode()), word)))
            excluded.update(families[name])
        if len(test) == n:
            break
    return sorted(test), excluded
