"""How words are said: the dictionary with all its variants, weak forms, British forms, letter names and ranks."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from phonemes.inventory import phone
from phonemes.pronunciation import Pronunciation, parse_pronunciation, read_arpabet
from phonemes.resources import folder
from phonemes.table import SortedTable

__all__ = ["Lexicon", "Pronunciation", "default_lexicon", "parse_pronunciation"]

_SIBILANTS = frozenset({"S", "Z", "SH", "ZH", "CH", "JH"})
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "＇": "'", "`": "'"})


class Lexicon:
    """Pronunciations of English words.

    Parameters
    ----------
    words : SortedTable
        word, then its dictionary pronunciations.
    british : SortedTable
        word, then further pronunciations by the British rules.
    ranks : SortedTable
        word, then its place in the order of frequency, 1 for the most frequent.
    weak, letters : mapping of str to tuple of str
        Weak forms of function words, and names of letters.
    """

    def __init__(
        self,
        *,
        words: SortedTable,
        british: SortedTable,
        ranks: SortedTable,
        weak: dict[str, tuple[str, ...]],
        letters: dict[str, tuple[str, ...]],
    ) -> None:
        self._words = words
        self._british = british
        self._ranks = ranks
        self._weak = weak
        self._letters = letters

    @classmethod
    def open(cls, directory: Path | None = None) -> "Lexicon":
        """Open the lexicon that comes with the product, or another one of the same layout.

        Parameters
        ----------
        directory : Path, optional
            Folder with ``words.tsv``, ``british.tsv``, ``ranks.tsv``, ``weak_forms.tsv`` and ``letters.tsv``.

        Raises
        ------
        OSError
            A file is missing.
        """
        source = directory or folder("datasets") / "lexicon"
        return cls(
            words=SortedTable(source / "words.tsv"),
            british=SortedTable(source / "british.tsv"),
            ranks=SortedTable(source / "ranks.tsv"),
            weak=_read_small(source / "weak_forms.tsv"),
            letters=_read_small(source / "letters.tsv"),
        )

    def lookup(self, word: str) -> tuple[Pronunciation, ...]:
        """Return every way of saying a word: the dictionary's first, then weak, then British forms.

        Parameters
        ----------
        word : str
            One spoken word; capitals do not matter. A possessive the dictionary lacks is made from its owner.

        Returns
        -------
        tuple of Pronunciation
            Empty where the word is unknown. No two have the same phones and stress.
        """
        spelling = word.strip().lower().translate(_APOSTROPHES)
        return self._stored(spelling) or self._possessive(spelling)

    def letter(self, letter: str) -> tuple[Pronunciation, ...]:
        """Return the names of a letter of the alphabet; Z has two. Empty where it is no letter from A to Z."""
        return tuple(read_arpabet(name, source="letter") for name in self._letters.get(letter.lower(), ()))

    def rank(self, word: str) -> int | None:
        """Return the word's place in the order of frequency, 1 for the most frequent, or None beyond the list."""
        found = self._ranks.get(word.lower().translate(_APOSTROPHES))
        return int(found[0]) if found else None

    def by_frequency(self, limit: int) -> tuple[str, ...]:
        """Return the `limit` most frequent words, most frequent first."""
        words, ranks = self._ranks.two_columns()
        ranked = sorted(zip(map(int, ranks), words, strict=True))
        return tuple(word for _, word in ranked[:limit])

    def __contains__(self, word: str) -> bool:
        return bool(self.lookup(word))

    def __iter__(self) -> Iterator[str]:
        """Go through the words of the dictionary in alphabetical order."""
        return (line[0] for line in self._words)

    def transcriptions(self, words: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Go through the words that the dictionary has, each with its pronunciations in ARPAbet, the first one first.

        Far faster than `lookup` for thousands of words.
        """
        return self._words.get_many(words)

    def _stored(self, spelling: str) -> tuple[Pronunciation, ...]:
        """Collect what the tables hold of a word."""
        weak = self._weak.get(spelling, ())
        found: list[Pronunciation] = []
        for position, form in enumerate(self._words.get(spelling)):
            # A reduced form that the dictionary lists after the full one is a weak form all the same.
            found.append(read_arpabet(form, source="weak" if position and form in weak else "lexicon"))
        said = {entry.phones for entry in found}
        more = [(form, "weak") for form in weak] + [(form, "british") for form in self._british.get(spelling)]
        for form, source in more:
            entry = read_arpabet(form, source=source)
            if entry.phones not in said:
                said.add(entry.phones)
                found.append(entry)
        return tuple(found)

    def _possessive(self, spelling: str) -> tuple[Pronunciation, ...]:
        """Make a possessive from the word that owns."""
        if spelling.endswith("s'"):
            return self._stored(spelling[:-1])
        if spelling.endswith("'s"):
            return tuple(_with_s(owner) for owner in self._stored(spelling[:-2]))
        return ()


def _with_s(owner: Pronunciation) -> Pronunciation:
    """Add the ending of a possessive or plural, as the last phone asks for."""
    last = owner.phones[-1]
    if last in _SIBILANTS:
        phones, stress = ("IH", "Z"), (0, None)
    else:
        phones, stress = (("Z",) if phone(last).is_voiced else ("S",)), (None,)
    return Pronunciation(phones=owner.phones + phones, stress=owner.stress + stress, source=owner.source)


def _read_small(path: Path) -> dict[str, tuple[str, ...]]:
    """Read a hand-written table: word, then its forms; lines that start with # are comments."""
    lines: Iterable[str] = path.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {row[0]: tuple(row[1:]) for row in rows}


@cache
def default_lexicon() -> Lexicon:
    """Return the lexicon that comes with the product, opened once."""
    return Lexicon.open()
