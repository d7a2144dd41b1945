"""A text becomes spoken words, each with its place in the original."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonemes.text import Token, read, tokenise

_FRAGMENTS = (
    *(
        "It's",
        "O'Neil",
        "students'",
        "'n'",
        "'quoted'",
        "Dr.",
        "St. ",
        "U.S.A.",
        "NASA",
        "TVs",
        "WE CALL",
        "Ph.D.",
        "e.g.",
    ),
    *(
        "21",
        "21/11",
        "3:05",
        " pm",
        "$5.20",
        "Rp10.000",
        "1,234.5",
        "10 000",
        "2026-11-21",
        " November ",
        "1990s",
        "1st",
    ),
    *("5 km", "25°C", "½", "50%", "0812-3456", "-", "–", "'", ".", ",", " ", "\n", "/", ":", "&", "#", "@", "^2", "€"),
    *(
        "café",
        "cafe\u0301",
        "Ｈｉ",
        "你好",
        "مرحبا",
        "😀",
        "\u200d",
        "\u202e",
        "\x00",
        "\ud800",
        "MP3",
        "II",
        "https://",
    ),
)
_ANY_TEXT = st.one_of(
    st.text(st.characters(), max_size=60), st.lists(st.sampled_from(_FRAGMENTS), max_size=14).map("".join)
)


def say(text: str) -> str:
    """Write the tokens in one line, letters in capitals."""
    return " ".join(token.spoken.upper() if token.is_letter else token.spoken for token in tokenise(text))


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("It's 21/11, Dr. O'Neil!", "it's the twenty first of november doctor o'neil"),
        ("", ""),
        ("😀👍 🇺🇸 … !?", ""),
        ("\x00\x07\x1b", ""),
        # words, apostrophes, hyphens
        ("The well-known mother-in-law", "the well known mother in law"),
        ("rock 'n' roll, rock'n'roll", "rock and roll rock and roll"),
        ("the students' books", "the students' books"),
        ("He said 'hello students' twice", "he said hello students twice"),
        ("‘It’s’ “fine”", "it's fine"),
        ("goin' with 'em 'til 'now'", "goin' with 'em 'til now"),
        ("iPhone McDonald YouTube", "iphone mcdonald youtube"),
        # numbers
        ("21 cats, -5, 3.14, .5, 3,5 and 0", "twenty one cats minus five three point one four point five "
         "three point five and zero"),
        ("1,234,567", "one million two hundred and thirty four thousand five hundred and sixty seven"),
        ("1,234.50", "one thousand two hundred and thirty four point five zero"),
        ("10.000 or 10 000 or 1.234.567 people", "ten thousand or ten thousand or one million two hundred and thirty "
         "four thousand five hundred and sixty seven people"),
        ("007", "zero zero seven"),
        ("1.2.3 and 1,2,3", "one point two point three and one two three"),
        ("5-6 years, 10–15, 3-1, 1939-1945", "five to six years ten to fifteen three one "
         "nineteen thirty nine to nineteen forty five"),
        ("5 - 3 = 2", "five minus three equals two"),
        ("call 0812-345-678 or 555-1234", "call zero eight one two three four five six seven eight or "
         "five five five one two three four"),
        ("1st 2nd 3RD 21st 100th", "first second third twenty first one hundredth"),
        ("½ cup, 2½, 3/4, 2 1/2, 2/3", "one half cup two and a half three quarters two and a half two thirds"),
        ("7/100", "seven over one hundred"),
        ("10² x³", "ten squared X cubed"),
        # dates, years, times
        ("on the 21/11", "on the twenty first of november"),
        ("on 1/2", "on the first of february"),
        ("11/21/2026", "november twenty first twenty twenty six"),
        ("21.11.2026 2026-11-21", "the twenty first of november twenty twenty six "
         "the twenty first of november twenty twenty six"),
        ("21 November 2026", "the twenty first of november twenty twenty six"),
        ("the 21 Nov", "the twenty first of november"),
        ("November 21, 2026", "november twenty first twenty twenty six"),
        ("1st May", "first may"),
        ("In 1999, 1905, 2000, 2005, 2026, 1900", "in nineteen ninety nine nineteen oh five two thousand "
         "two thousand and five twenty twenty six nineteen hundred"),
        ("1250 students", "one thousand two hundred and fifty students"),
        ("in 1999 students left", "in nineteen ninety nine students left"),
        ("the 1990s, the '80s", "the nineteen nineties the eighties"),
        ("2023/2024", "twenty twenty three twenty twenty four"),
        ("3:30, 3:05 pm, 15:00, 3:00, 3 p.m., 7.30 am", "three thirty three oh five P M fifteen hundred three o'clock "
         "three P M seven thirty A M"),
        ("open 24/7, won 2:1", "open twenty four seven won two to one"),
        # money, percent, units
        ("$5.20 $1 $1.01 $0.50 £3 €4", "five dollars and twenty cents one dollar one dollar and one cent fifty cents "
         "three pounds four euros"),
        ("Rp10.000, Rp 25.500, IDR 1.000.000", "ten thousand rupiah twenty five thousand five hundred rupiah "
         "one million rupiah"),
        ("$5 million, £2bn, 5€, 50¢, -$3", "five million dollars two billion pounds five euros fifty cents "
         "minus three dollars"),
        ("50% 3.5 %", "fifty percent three point five percent"),
        ("5 km 1 km 3kg 25°C 1 °F 60 km/h 5 m² 5mm", "five kilometers one kilometer three kilograms "
         "twenty five degrees celsius one degree fahrenheit sixty kilometers per hour five square meters "
         "five millimeters"),
        ("how many km?", "how many kilometers"),
        # abbreviations, letters
        ("Mr. and Mrs. Lee, Ms. Tan, Prof Li", "mister and missus lee ms tan professor li"),
        ("St. Mary on Main St. etc.", "saint mary on main street et cetera"),
        ("e.g. cats vs. dogs, i.e. pets", "for example cats versus dogs that is pets"),
        ("No. 5 and p. 6 in Nov. or Dec. no. No.", "number five and page six in november or december no no"),
        ("the U.S.A. and a Ph.D.", "the U S A and a P H D"),
        ("the USA's TVs and CD's", "the U S A'S T V'S and C D'S"),
        ("plan B, X-ray, an A", "plan B X ray an a"),
        ("B2 MP3 mp3 H2O 3D A4 4G", "B two M P three M P three H two O three D A four four G"),
        ("World War II, Chapter IV, Elizabeth II, the XXI century", "world war two chapter four elizabeth the second "
         "the twenty first century"),
        # signs
        ("A & B + C = D @ home #1 #fun 6×7 8÷2", "a and B plus C equals D at home number one hashtag fun "
         "six times seven eight divided by two"),
        ("a@b.com https://lafal.org", "a at B dot com lafal dot org"),
        ("and/or (yes) [no] a_b * ~ |", "and or yes no a B"),
        # Unicode
        ("Ｈｅｌｌｏ ２１ 𝐇𝐢 ﬁne", "hello twenty one hi fine"),
        ("café cafe\u0301 naïve Łódź Straße", "cafe cafe naive lodz strasse"),
        ("٣ cats", "three cats"),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
    ],
)  # fmt: skip
def test_reads_aloud(text: str, spoken: str) -> None:
    assert say(text) == spoken


def test_offsets_point_into_the_learners_spelling() -> None:
    text = "“Café”, 21/11: Dr. O’Neil’s 5 km!"
    assert [(token.spoken, token.written) for token in tokenise(text)] == [
        ("cafe", "Café"),
        *((word, "21/11") for word in ("the", "twenty", "first", "of", "november")),
        ("doctor", "Dr."),
        ("o'neil's", "O’Neil’s"),
        ("five", "5"),
        ("kilometers", "km"),
    ]
    assert tokenise("cafe\u0301!")[0] == Token("cafe", 0, 5, "cafe\u0301")


def test_letters_know_their_acronym() -> None:
    nasa = tokenise("The NASA base")[1:5]
    assert [(token.spoken, token.char_start, token.acronym) for token in nasa] == [
        ("n", 4, "nasa"),
        ("a", 5, "nasa"),
        ("s", 6, "nasa"),
        ("a", 7, "nasa"),
    ]
    assert all(token.is_letter for token in nasa)
    assert [token.acronym for token in tokenise("by U.S. law, an MP3")[1:3]] == [None, None]


def test_a_sentence_in_capitals_is_read_as_words() -> None:
    assert say("WE CALL IT BEAR") == "we call it bear"
    assert say("STOP IT! The USA") == "stop it the U S A"
    assert say("UNESCO is important") == "unesco is important"


def test_other_scripts_are_reported() -> None:
    reading = read("Say 你好 and مرحبا, then Привет!")
    assert [token.spoken for token in reading.tokens] == ["say", "and", "then"]
    assert [piece.written for piece in reading.skipped] == ["你好", "مرحبا", "Привет"]
    assert reading.skipped[0].char_start == 4


def test_a_word_of_ten_thousand_letters_is_reported() -> None:
    reading = read("so " + "a" * 10_000)
    assert [token.spoken for token in reading.tokens] == ["so"]
    assert len(reading.skipped[0].written) == 10_000


@pytest.mark.parametrize(
    "piece", ["1", "1.", "'", "A ", "a-", "A.B.", "$", "1-", "1/1 ", "+1 ", "1,000", "Dr. ", "$1", "😀"]
)
def test_long_texts_are_read_in_full(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    tokens = tokenise(text)
    assert not re.search("[A-Za-z0-9]", piece) or tokens[-1].char_end > 9_990


@settings(deadline=None)
@given(_ANY_TEXT)
def test_every_token_is_where_it_says(text: str) -> None:
    reading = read(text)
    last = 0
    for token in reading.tokens:
        assert last <= token.char_start < token.char_end <= len(text)
        assert text[token.char_start : token.char_end] == token.written
        assert re.fullmatch(r"[a-z']*[a-z][a-z']*", token.spoken)
        last = token.char_start
    for piece in reading.skipped:
        assert text[piece.char_start : piece.char_end] == piece.written != ""


@settings(deadline=None)
@given(_ANY_TEXT)
def test_no_letter_or_figure_is_lost(text: str) -> None:
    reading = read(text)
    covered = {
        index for piece in (*reading.tokens, *reading.skipped) for index in range(piece.char_start, piece.char_end)
    }
    silent = {index for scheme in re.finditer("https?://", text) for index in range(*scheme.span())}
    lost = [index for index, character in enumerate(text) if character.isascii() and character.isalnum()]
    assert [index for index in lost if index not in covered | silent] == []


@settings(deadline=None)
@given(_ANY_TEXT, _ANY_TEXT)
def test_what_follows_a_new_line_does_not_change_plain_words(first: str, second: str) -> None:
    plain = " ".join(re.findall("[a-z]{2,}", first)) + "\n"
    before = tokenise(plain)
    assert tokenise(plain + second)[: len(before)] == before
