import re
from collections.abc import Iterator
from itertools import product

import pytest

from phonemes.articulation import LANGUAGES, contrast, phrases, sound
from phonemes.inventory import PHONES, phone

_ENGLISH = (
    "the a an and or of to in on with without your you not is are was it its this that for from by at tongue lips lip "
    "teeth voice mouth jaw throat sound word hold keep make let say said hear heard open close round then first but "
    "only vowel consonant breath behind between ridge"
)
_INDONESIAN = (
    "yang dan di ke dari pada dengan tanpa untuk kamu kami ini itu tidak jangan sudah belum lidah bibir gigi gusi "
    "suara mulut rahang tenggorokan bunyi kata tahan buka tutup bulatkan lalu dulu tetapi hanya vokal konsonan napas "
    "udara belakang terdengar sampai supaya seperti saja"
)
_QUOTED = re.compile(r"“[^”]*”|/[^/ ]+/|\{\w+\}")
_FILLED = {"expected", "said", "place_at", "place_do", "manner_is", "manner_do", "clauses", "word", "words", "heard"}
_FILLED |= {"wanted", "good", "judged", "ipa", "respelling"}


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}/{key}")
    else:
        for index, inner in enumerate(value):  # type: ignore[arg-type]
            yield from _leaves(inner, f"{path}/{index}")


def _texts(language: str) -> dict[str, str]:
    leaves = dict(_leaves(dict(phrases(language))))
    del leaves["/language"]
    return leaves


def _prose(language: str) -> dict[str, str]:
    return {path: text for path, text in _texts(language).items() if "/examples/" not in path}


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", _QUOTED.sub(" ", text).lower()))


def test_both_languages_have_the_same_keys() -> None:
    assert _texts("en").keys() == _texts("id").keys()


def test_both_languages_fill_in_the_same_names() -> None:
    indonesian = _texts("id")
    for path, text in _texts("en").items():
        names = set(re.findall(r"\{(\w+)\}", text))
        assert names == set(re.findall(r"\{(\w+)\}", indonesian[path])), path
        assert names <= _FILLED, path


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phone_is_complete(language: str) -> None:
    assert tuple(sorted(phrases(language)["phones"])) == PHONES
    for symbol in PHONES:
        made = sound(symbol, language=language)
        assert 2 <= len(made.how) <= 4, symbol
        assert len(made.examples) >= 3
        assert all(step.endswith(".") for step in (*made.how, made.feel))
        assert re.search(r"“[a-z]+”$", made.respelling), symbol
        assert len(phrases(language)["phones"][symbol]["confusions"]) >= 2, symbol


def test_english_is_english_and_indonesian_is_indonesian() -> None:
    english, indonesian = _prose("en"), _prose("id")
    for path in english:
        assert not _words(english[path]) & set(_INDONESIAN.split()), (path, english[path])
        assert not _words(indonesian[path]) & set(_ENGLISH.split()), (path, indonesian[path])
        assert english[path] != indonesian[path], path


def test_sentences_name_only_phones_of_the_inventory() -> None:
    known = {phone(symbol).ipa for symbol in PHONES}
    for language, symbol in product(LANGUAGES, PHONES):
        for path, text in _leaves(phrases(language)["phones"][symbol]):
            assert set(re.findall(r"/([^/ ]+)/", text)) <= known, (symbol, path)


def test_a_written_confusion_names_what_was_heard() -> None:
    for language, symbol in product(LANGUAGES, PHONES):
        for rival, text in phrases(language)["phones"][symbol]["confusions"].items():
            heard = phone(rival.removesuffix("_final"))
            assert heard.symbol != symbol
            assert f"/{heard.ipa}/" in text.split(".")[0], (symbol, rival)


def test_final_voiced_consonants_have_their_own_advice() -> None:
    for voiced, voiceless in {"B": "P", "D": "T", "G": "K", "V": "F", "Z": "S", "JH": "CH"}.items():
        for language, vowel in {"en": "vowel before it longer", "id": "Panjangkan vokal sebelumnya"}.items():
            assert vowel in contrast(voiced, voiceless, language=language, is_final=True)
            assert vowel not in contrast(voiced, voiceless, language=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_pair_has_a_sentence_of_its_own(language: str) -> None:
    sentences = {pair: contrast(*pair, language=language) for pair in product(PHONES, PHONES)}
    assert len(set(sentences.values())) == 39 * 39
    for (expected, said), sentence in sentences.items():
        assert not re.search(r"[{}]", sentence)
        assert f"/{phone(said).ipa}/" in sentence, (expected, said)


@pytest.mark.parametrize(
    ("expected", "said", "wanted", "unwanted"),
    [
        ("AO", "IY", ["lower the tongue", "tongue back", "round the lips"], ["glide", "buzz"]),
        ("IY", "AO", ["raise the tongue", "forward", "do not round"], ["longer"]),
        ("IH", "UH", ["forward", "do not round"], ["raise", "lower the", "short"]),
        ("EH", "AY", ["still"], ["end by"]),
        ("AY", "EH", ["wider open", "front of the tongue"], ["still"]),
        ("UH", "ER", ["short", "without an r colour", "round the lips"], ["longer"]),
        ("M", "P", ["nose", "Let the throat buzz"], ["tongue"]),
        ("K", "P", ["back of the tongue"], ["voice", "nose"]),
        ("TH", "V", ["between the teeth", "voice off"], ["stop the air"]),
        ("R", "T", ["touch nothing", "without a stop", "buzz"], ["nose"]),
        ("S", "HH", ["narrow gap", "ridge"], ["buzz", "voice off"]),
        ("T", "IY", ["stop the air", "voice off"], ["buzz"]),
        ("ER", "R", ["beat of its own"], ["obstacle"]),
        ("IY", "T", ["obstacle"], ["voice off"]),
        ("AA", "HH", ["only breath", "buzz"], ["obstacle"]),
    ],
)
def test_a_built_sentence_names_just_the_differences(
    expected: str, said: str, wanted: list[str], unwanted: list[str]
) -> None:
    advice = contrast(expected, said)
    assert all(part in advice for part in wanted), advice
    assert not any(part in advice for part in unwanted), advice


def test_voice_is_mentioned_just_where_it_differs() -> None:
    consonants = [symbol for symbol in PHONES if not phone(symbol).is_vowel]
    for expected, said in product(consonants, consonants):
        confusions = phrases("en")["phones"][expected]["confusions"]
        if expected == said or said in confusions:
            continue
        advice = contrast(expected, said)
        differs = phone(expected).is_voiced != phone(said).is_voiced
        assert differs == bool(re.search(r"buzz|Keep the voice off|breath only", advice)), advice


def test_examples_have_the_sound() -> None:
    lexicon = pytest.importorskip("phonemes.lexicon").default_lexicon()
    for symbol in PHONES:
        for word in sound(symbol).examples:
            assert any(symbol in said.phones for said in lexicon.lookup(word)), (symbol, word)


@pytest.mark.parametrize(("language", "same"), [("id-ID", "id"), ("EN_us", "en")])
def test_a_region_is_ignored(language: str, same: str) -> None:
    assert dict(phrases(language)) == dict(phrases(same))


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'fr'"):
        phrases("fr")


def test_an_unknown_phone_is_refused() -> None:
    with pytest.raises(KeyError):
        contrast("TH", "XX")
