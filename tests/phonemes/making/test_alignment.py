from phonemes.making.alignment import Aligner, learn_alignment

WORDS = [
    ("ship", "SH IH P"),
    ("shop", "SH AA P"),
    ("hip", "HH IH P"),
    ("pin", "P IH N"),
    ("sip", "S IH P"),
    ("sin", "S IH N"),
    ("box", "B AA K S"),
    ("fox", "F AA K S"),
    ("bob", "B AA B"),
    ("top", "T AA P"),
    ("hop", "HH AA P"),
    ("six", "S IH K S"),
    ("bins", "B IH N S"),
    ("off", "AA F"),
    ("of", "AA F"),
    ("fin", "F IH N"),
]
ENTRIES = [(word, tuple(phones.split())) for word, phones in WORDS]


def test_letters_find_their_phones():
    aligner = learn_alignment(ENTRIES)
    assert aligner.align("fox", ["F", "AA", "K", "S"]) == [("F",), ("AA",), ("K", "S")]
    ship = aligner.align("ship", ["SH", "IH", "P"])
    assert ship is not None
    assert ship[2:] == [("IH",), ("P",)]
    assert sorted(ship[:2]) == [(), ("SH",)]


def test_an_alignment_always_uses_up_the_phones_in_order():
    aligner = learn_alignment(ENTRIES, rounds=2)
    for word, phones in ENTRIES:
        chunks = aligner.align(word, phones)
        assert chunks is not None
        assert len(chunks) == len(word)
        assert tuple(symbol for chunk in chunks for symbol in chunk) == phones


def test_too_many_phones_for_the_letters_cannot_be_aligned():
    assert Aligner({}).align("w", ["D", "AH", "B", "AH", "L", "Y", "UW"]) is None
    assert learn_alignment([("w", ("D", "AH", "B")), *ENTRIES]).align("w", ["D", "AH", "B"]) is None


def test_silent_letters_and_empty_pronunciations():
    assert Aligner({}).align("ab", []) == [(), ()]
