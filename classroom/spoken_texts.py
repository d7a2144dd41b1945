"""What teachers want said: whether it can be judged at all, and which words Lafal would have to guess."""

import unicodedata

from classroom.terms import refused
from phonemes.expected import Expected, UnreadableText, expect
from speech.settings import Settings

_MOST_LETTERS = 5000
_PICTURES = frozenset({"So", "Sk", "Co", "Cn"})  # Unicode's categories of emoji, their skins, and what is not assigned
_GUESSED = "g2p"
_WORDS_PER_S = 2.0  # 120 a minute: learners read aloud more slowly than the 150 and more of fluent readers


def check_text(text: str, *, place: int = 1) -> None:
    """Refuse what nobody could read aloud in one go.

    Parameters
    ----------
    place : int
        Which of several texts it is, counted from 1; the error names it.

    Raises
    ------
    InvalidDetail
        Empty, too long, without a word that can be read in English, or with a picture in it.
    """
    if not text:
        raise refused("text", "it is empty", "empty", place=place)
    if len(text) > _MOST_LETTERS:
        raise refused("text", f"it is longer than {_MOST_LETTERS} letters", "letters", place=place, most=_MOST_LETTERS)
    picture = next((letter for letter in text if _is_picture(letter)), None)
    if picture is not None:
        raise refused("text", f"nobody can read “{picture}” aloud", "picture", place=place, letter=picture)
    most = Settings().max_words
    words = len(_expected(text, place).words)
    if words > most:
        raise refused("text", f"it has {words} words, more than the {most}", "words", place=place, most=most)


def is_long(text: str) -> bool:
    """Whether a learner needs longer for a text than Lafal judges."""
    return len(text.split()) > most_judged_words()


def most_judged_words() -> int:
    """How many words a learner reads within the longest recording that Lafal judges."""
    return round(Settings().max_speech_s * _WORDS_PER_S)


def guessed_words(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Words that no dictionary of ours has, in the order they come: how they are said is guessed from their letters."""
    found: dict[str, None] = {}
    for text in texts:
        try:
            expected = expect(text)
        except UnreadableText:
            continue
        found.update({word.text: None for word in expected.words if word.variants[0].source == _GUESSED})
    return tuple(found)


def _expected(text: str, place: int) -> Expected:
    try:
        return expect(text)
    except UnreadableText as error:
        raise refused("text", "it has no word that can be read in English", "unreadable", place=place) from error


def _is_picture(letter: str) -> bool:
    return ord(letter) > 0xFF and unicodedata.category(letter) in _PICTURES
