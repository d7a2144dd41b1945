"""Unknown forms of known words."""

import pytest

from phonemes.inflection import inflected, with_ed, with_s
from phonemes.lexicon import default_lexicon
from phonemes.pronunciation import parse_pronunciation


@pytest.mark.parametrize(
    ("base", "plural"),
    [
        ("K AE1 T", "K AE1 T S"),
        ("D AO1 G", "D AO1 G Z"),
        ("B AH1 S", "B AH1 S IH0 Z"),
        ("B AA1 K S", "B AA1 K S IH0 Z"),
        ("S IY1", "S IY1 Z"),
        ("JH AH1 JH", "JH AH1 JH IH0 Z"),
    ],
)
def test_s_is_said_as_the_last_phone_asks(base: str, plural: str) -> None:
    assert with_s(parse_pronunciation(base)).arpabet() == plural


@pytest.mark.parametrize(
    ("base", "past"),
    [
        ("W AO1 K", "W AO1 K T"),
        ("K AO1 L", "K AO1 L D"),
        ("W AA1 N T", "W AA1 N T IH0 D"),
        ("N IY1 D", "N IY1 D IH0 D"),
        ("P L EY1", "P L EY1 D"),
    ],
)
def test_ed_is_said_as_the_last_phone_asks(base: str, past: str) -> None:
    assert with_ed(parse_pronunciation(base)).arpabet() == past


class Few:
    """A dictionary of few words."""

    words = {  # noqa: RUF012
        "blog": "B L AO1 G",
        "vape": "V EY1 P",
        "selfie": "S EH1 L F IY2",
        "remix": "R IY1 M IH2 K S",
        "vet": "V EH1 T",
        "ally": "AE1 L AY2",
        "hand": "HH AE1 N D",
        "phone": "F OW1 N",
        "they": "DH EY1",
    }

    def lookup(self, word: str) -> tuple:
        return (parse_pronunciation(self.words[word], source="lexicon"),) if word in self.words else ()

    def rank(self, word: str) -> int | None:
        return 100 if word in self.words else None


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("blogs", "B L AO1 G Z"),
        ("blog's", "B L AO1 G Z"),
        ("blogs'", "B L AO1 G Z"),
        ("vaped", "V EY1 P T"),
        ("vapes", "V EY1 P S"),
        ("vaping", "V EY1 P IH0 NG"),
        ("vapin'", "V EY1 P IH0 N"),
        ("selfies", "S EH1 L F IY2 Z"),
        ("remixes", "R IY1 M IH2 K S IH0 Z"),
        ("vetted", "V EH1 T IH0 D"),
        ("vetting", "V EH1 T IH0 NG"),
        ("allies", "AE1 L AY2 Z"),
        ("allied", "AE1 L AY2 D"),
        ("they'll", "DH EY1 AH0 L"),
        ("vet've", "V EH1 T AH0 V"),
        ("'blog'", "B L AO1 G"),
        ("handphone", "HH AE1 N D F OW2 N"),
    ],
)
def test_forms_the_dictionary_lacks(word: str, said: str) -> None:
    found = inflected(word, Few())  # type: ignore[arg-type]
    assert [variant.arpabet() for variant in found][:1] == [said]
    assert found[0].source == "lexicon"


@pytest.mark.parametrize("word", ["", "s", "'", "ed", "ing", "zzz", "bloss", "xblog", "handxphone"])
def test_no_rule_fits(word: str) -> None:
    assert inflected(word, Few()) == ()  # type: ignore[arg-type]


def test_rules_agree_with_the_dictionary() -> None:
    """Plurals and pasts that the dictionary lists are said as the rules say, for nearly all frequent words."""
    lexicon = default_lexicon()
    agreed = compared = 0
    for base in lexicon.by_frequency(2000):
        for form, ending in ((base + "s", with_s), (base + "ed", with_ed)):
            listed = {variant.phones for variant in lexicon.lookup(form)}
            if len(base) > 2 and listed and lexicon.lookup(base):
                reduced = {tuple("AH" if phone == "IH" else phone for phone in phones) for phones in listed}
                made = {ending(variant).phones for variant in lexicon.lookup(base)}
                made |= {tuple("AH" if phone == "IH" else phone for phone in phones) for phones in made}
                compared += 1
                agreed += bool(made & (listed | reduced))
    assert compared > 800
    assert agreed / compared > 0.97
