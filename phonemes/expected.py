"""What a text asks a reader to say: for each spoken word the pronunciations that count as right."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from phonemes.division import divided, read_given
from phonemes.folding import fold
from phonemes.inflection import inflected, with_s
from phonemes.lexicon import default_lexicon
from phonemes.pronunciation import Pronunciation, parse_pronunciation
from phonemes.text import Skipped, Token, read

MAX_VARIANTS = 8
"""Most variants of one word in the lattice; the dictionary lists the most usual first."""

_LONGEST_HYPHENATION = 4
_HYPHENS = frozenset("-‐‑")
_VOWEL_LETTERS = frozenset("aeiouy")
_LONGEST_VOWELLESS = 5
_SHORTEST_UNKNOWN_ACRONYM_WORD = 4  # "COVID" may be a word, "PKK" is letters


class UnreadableText(ValueError):
    """Nothing in the text can be spoken.

    Parameters
    ----------
    skipped : tuple of Skipped
        The pieces in other scripts; empty where the text had no letters or figures at all.
    """

    def __init__(self, skipped: tuple[Skipped, ...]) -> None:
        super().__init__("the text has no words that can be read in English")
        self.skipped = skipped


@dataclass(frozen=True, slots=True)
class ExpectedWord:
    """One spoken word and every way of saying it that counts as right, the most usual first.

    `text` is the word as spoken, in lower case; `[char_start, char_end)` is where the original text asks for it.
    """

    text: str
    char_start: int
    char_end: int
    variants: tuple[Pronunciation, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """The words that a text asks for, in order, and the pieces of other scripts that are not judged."""

    text: str
    words: tuple[ExpectedWord, ...]
    skipped: tuple[Skipped, ...] = ()


def expect(text: str, *, own: Mapping[str, str] | None = None, phones: Sequence[str] | None = None) -> Expected:
    """Say what a text asks a reader to pronounce.

    Parameters
    ----------
    text : str
        What is read aloud, in the writer's own spelling.
    own : mapping of str to str, optional
        A teacher's entries for this exercise, word -> ARPAbet or IPA. They replace every other pronunciation of the
        word; the word may also be hyphenated ("t-shirt"), an acronym ("nasa") or a figure ("21").
    phones : sequence of str, optional
        ARPAbet phones of the whole utterance, which fix one pronunciation for each word.

    Returns
    -------
    Expected
        At least one word, each with at least one and at most `MAX_VARIANTS` variants.

    Raises
    ------
    UnreadableText
        The text has no word that can be spoken.
    ValueError
        An own entry or a given phone is no English sound, or there are fewer given phones than words.

    Examples
    --------
    >>> [word.variants[0].arpabet() for word in expect("Ship ahoy!").words]
    ['SH IH1 P', 'AH0 HH OY1']
    """
    reading = read(text)
    if not reading.tokens:
        raise UnreadableText(reading.skipped)
    entries = {_key(word): parse_pronunciation(said) for word, said in (own or {}).items()}
    words = tuple(_words(reading.tokens, text, entries))
    if phones is not None:
        given = divided(read_given(phones), [word.variants for word in words])
        words = tuple(
            ExpectedWord(word.text, word.char_start, word.char_end, (variant,))
            for word, variant in zip(words, given, strict=True)
        )
    return Expected(text, words, reading.skipped)


def _key(word: str) -> str:
    return fold(word).plain.strip().lower()


def _words(tokens: Sequence[Token], text: str, own: Mapping[str, Pronunciation]) -> Iterator[ExpectedWord]:
    """Turn tokens into words, joining those that the dictionary or the teacher knows as one word."""
    index = 0
    while index < len(tokens):
        for end, spelling in _joints(tokens, index, text):
            variants = _joint_variants(tokens[index], spelling, own)
            if variants:
                yield ExpectedWord(spelling, tokens[index].char_start, tokens[end - 1].char_end, variants)
                index = end
                break
        else:
            token = tokens[index]
            entry = own.get(token.spoken)
            variants = (entry,) if entry else _variants(token.spoken, is_letter=token.is_letter)
            yield ExpectedWord(token.spoken, token.char_start, token.char_end, variants)
            index += 1


def _joints(tokens: Sequence[Token], index: int, text: str) -> Iterator[tuple[int, str]]:
    """List the ways in which the token at `index` may be one word with those after it, longest first."""
    token, end = tokens[index], index + 1
    if token.acronym is not None:
        yield index + len(token.acronym), token.acronym
        return
    if index and tokens[index - 1].char_start == token.char_start:
        return
    while end < len(tokens) and tokens[end].char_start == token.char_start:
        end += 1
    if end > index + 1 or token.written.lower() != token.spoken:
        yield end, _key(token.written)
        return
    while end < len(tokens) and end - index < _LONGEST_HYPHENATION and _is_hyphenated(tokens[end - 1 : end + 1], text):
        end += 1
    for last in range(end, index + 1, -1):
        yield last, "-".join(part.spoken for part in tokens[index:last])


def _is_hyphenated(pair: Sequence[Token], text: str) -> bool:
    return text[pair[0].char_end : pair[1].char_start] in _HYPHENS


def _joint_variants(token: Token, spelling: str, own: Mapping[str, Pronunciation]) -> tuple[Pronunciation, ...]:
    """Say how a joint word is said; empty where its parts are words of their own."""
    if spelling in own:
        return (own[spelling],)
    if token.acronym is not None:
        return _acronym(spelling)
    return _stored(spelling) if "-" in spelling[1:-1] else ()


@lru_cache(maxsize=8192)
def _stored(word: str) -> tuple[Pronunciation, ...]:
    return default_lexicon().lookup(word)[:MAX_VARIANTS]


@lru_cache(maxsize=1024)
def _acronym(word: str) -> tuple[Pronunciation, ...]:
    """Say how a word in capitals is said as one word; empty where it is only spelled."""
    spelled = _spelled(word)
    known = _stored(word)
    if not known and len(word) >= _SHORTEST_UNKNOWN_ACRONYM_WORD and _VOWEL_LETTERS & set(word):
        known = _unknown(word)
    if not known or known[0].phones == spelled.phones:
        return ()
    letters = () if any(variant.phones == spelled.phones for variant in known) else (spelled,)
    return (*known[: MAX_VARIANTS - len(letters)], *letters)


@lru_cache(maxsize=8192)
def _variants(spoken: str, *, is_letter: bool) -> tuple[Pronunciation, ...]:
    """List every way of saying one token, at least one."""
    if is_letter:
        names = default_lexicon().letter(spoken[0])
        return tuple(with_s(name) for name in names) if spoken.endswith("'s") else names
    return _stored(spoken) or _unknown(spoken)


def _unknown(word: str) -> tuple[Pronunciation, ...]:
    """Say a word that the dictionary lacks: by rule from one it has, by its letters, or by letter-to-sound rules."""
    derived = inflected(word, default_lexicon())
    if derived:
        return derived[:MAX_VARIANTS]
    letters = "".join(letter for letter in word if "a" <= letter <= "z")
    if len(letters) <= _LONGEST_VOWELLESS and not _VOWEL_LETTERS & set(letters):
        return (_spelled(letters),)
    from phonemes.g2p import pronounce  # its tables are needed only for words no dictionary has

    return pronounce(letters)[:MAX_VARIANTS]


def _spelled(word: str) -> Pronunciation:
    """Join the names of a word's letters."""
    names = [default_lexicon().letter(letter)[0] for letter in word]
    return Pronunciation(
        phones=tuple(symbol for name in names for symbol in name.phones),
        stress=tuple(mark for name in names for mark in name.stress),
        source="letter",
    )
