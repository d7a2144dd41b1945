"""Reading IPA transcriptions as ARPAbet phones, with their stress marks."""

import unicodedata
from functools import cache

_SPELLINGS = """
AA: ɑ ɑː aː ɑɹ=AA_R ɑːɹ=AA_R
AE: æ a æː
AH: ʌ ə ɐ ɤ əl=AH_L əm=AH_M ən=AH_N l̩=AH_L m̩=AH_M n̩=AH_N
AO: ɔ ɔː ɒ ɒː oː oːɹ=AO_R oɹ=AO_R
AW: aʊ au ɑʊ aw æʊ
AY: aɪ ai ɑɪ aj ɑi
EH: ɛ e ɛː eː eə=EH_AH ɛə=EH_AH
ER: ɝ ɝː ɚ ɚː ɜ ɜː ɜɹ ɜːɹ ɹ̩ əː
EY: eɪ ei ej ɛɪ
IH: ɪ ᵻ ɨ ɪə=IH_AH
IY: i iː ɪː
OW: oʊ əʊ ou ow o ɤʊ
OY: ɔɪ oɪ ɔi oi ɔj
UH: ʊ ᵿ ɵ ʊə=UH_AH
UW: u uː ʉ ʉː ʊː
B: b
CH: tʃ ʧ
D: d ɖ
DH: ð
F: f
G: ɡ
HH: h ɦ ç
JH: dʒ ʤ
K: k x
L: l ɫ
M: m
N: n
NG: ŋ
P: p
R: ɹ ɻ ɾ=T
S: s
SH: ʃ
T: t ʔ ʈ
TH: θ
V: v
W: w ʍ
Y: j
Z: z
ZH: ʒ
"""

_IGNORED = frozenset("/[]. ‿|ʰ-\t\n\u0303\u031a\u032f")
_NAMED_ALIKE = str.maketrans({"g": "ɡ", "r": "ɹ", "'": "ˈ", ",": "ˌ", ":": "ː", "ʼ": "ˈ", "’": "ˈ"})
_TIES = str.maketrans("", "", "\u035c\u0361")
_RHOTIC_SCHWA = "əɹ"
_STRESS = {"ˈ": 1, "ˌ": 2}
_VOWEL_LETTERS = frozenset("ɑaæʌəɐɤɔɒoɛeɝɚɜɪᵻɨiʊᵿɵuʉ")
_LONGEST = 3


@cache
def _table() -> dict[str, tuple[str, ...]]:
    """Map every IPA spelling to the phones it stands for."""
    table: dict[str, tuple[str, ...]] = {}
    for line in _SPELLINGS.strip().splitlines():
        symbol, spellings = line.split(":", maxsplit=1)
        for spelling in spellings.split():
            ipa, _, phones = spelling.partition("=")
            table[ipa] = tuple((phones or symbol).split("_"))
    return table


def _match(text: str, position: int) -> tuple[tuple[str, ...], int]:
    """Find the phones of the longest spelling that starts at `position`, and its length."""
    if text.startswith(_RHOTIC_SCHWA, position):
        after = text[position + len(_RHOTIC_SCHWA) :].lstrip("ˈˌ")[:1]
        return (("AH", "R") if after in _VOWEL_LETTERS and after else ("ER",)), len(_RHOTIC_SCHWA)
    for length in range(_LONGEST, 0, -1):
        piece = text[position : position + length]
        if len(piece) == length and piece in _table():
            return _table()[piece], length
    raise ValueError(f"“{text[position]}” is not a sound of English in IPA")


def read_ipa(transcription: str) -> tuple[tuple[str, ...], tuple[int | None, ...]]:
    """Read an IPA transcription, broad or narrow, American or British.

    Parameters
    ----------
    transcription : str
        Such as ``"ˈtiːtʃɚ"``; tie bars, dots, slashes, brackets and aspiration marks are ignored.

    Returns
    -------
    phones : tuple of str
        ARPAbet symbols.
    marks : tuple of int or None
        For each phone, the stress mark that stands before its syllable (1 primary, 2 secondary) if this phone is
        the first with letters of a vowel after the mark; otherwise None.

    Raises
    ------
    ValueError
        A symbol stands for no English phone; the message names it.
    """
    text = unicodedata.normalize("NFC", transcription).translate(_TIES).translate(_NAMED_ALIKE)
    phones: list[str] = []
    marks: list[int | None] = []
    pending: int | None = None
    position = 0
    while position < len(text):
        letter = text[position]
        if letter in _STRESS:
            pending = _STRESS[letter]
            position += 1
        elif letter in _IGNORED:
            position += 1
        else:
            found, length = _match(text, position)
            stressed = pending is not None and letter in _VOWEL_LETTERS
            phones.extend(found)
            marks.extend([pending if stressed else None] + [None] * (len(found) - 1))
            pending = None if stressed else pending
            position += length
    return tuple(phones), tuple(marks)
