import csv
import io
import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from praatio import textgrid as praat

from phonemes.inventory import PHONES, phone
from speech.export import CSV_COLUMNS, SCHEMA_VERSION, from_json, to_azure, to_csv, to_json, to_textgrid
from speech.results import (
    Assessment,
    Candidate,
    Insertion,
    Pause,
    PhoneResult,
    Pitch,
    Quality,
    Rhythm,
    Score,
    Scores,
    Syllable,
    Verdict,
    WordError,
    WordResult,
)

# Phones, words and times of assessments as they come: in order, inside the recording, consistent with each other.
_scores = st.none() | st.floats(0, 100)
_chances = st.floats(0, 1)
_texts = st.text(max_size=12)
_durations = st.sampled_from([0.0, 0.01, 0.05, 0.12, 1 / 3])


@st.composite
def _phone_results(draw: st.DrawFn, start_s: float) -> PhoneResult:
    symbol = draw(st.sampled_from(PHONES))
    return PhoneResult(
        expected=symbol,
        ipa=phone(symbol).ipa,
        stress=draw(st.sampled_from([0, 1, 2])) if phone(symbol).is_vowel else None,
        said=draw(st.none() | st.sampled_from(PHONES)),
        said_probability=draw(_chances),
        score=draw(_scores),
        uncertainty=draw(st.floats(0, 60)),
        verdict=draw(st.sampled_from(Verdict)),
        start_s=start_s,
        end_s=start_s + draw(_durations),
        candidates=tuple(draw(st.lists(st.builds(Candidate, st.sampled_from(PHONES), _chances), max_size=3))),
    )


@st.composite
def _words(draw: st.DrawFn, start_s: float, char_start: int) -> WordResult:
    text, phones, now_s = draw(_texts), [], start_s
    for _ in range(draw(st.integers(0, 4))):
        phones.append(draw(_phone_results(now_s)))
        now_s = phones[-1].end_s
    extras = draw(st.lists(st.tuples(st.sampled_from(PHONES), _chances, st.integers(-1, len(phones) - 1)), max_size=2))
    strong = draw(st.sampled_from([True, False, None]))
    whole = [Syllable(0, len(phones), draw(st.sampled_from([0, 1, 2])), strong, start_s, now_s)] if phones else []
    return WordResult(
        text=text,
        char_start=char_start,
        char_end=char_start + len(text),
        variant=" ".join(one.expected for one in phones),
        phones=tuple(phones),
        insertions=tuple(Insertion(symbol, chance, after, start_s, start_s + 0.03) for symbol, chance, after in extras),
        syllables=tuple(whole),
        score=draw(_scores),
        error=draw(st.sampled_from(WordError)),
        start_s=start_s,
        end_s=now_s,
    )


@st.composite
def assessments(draw: st.DrawFn) -> Assessment:
    words, now_s, text = [], draw(_durations), ""
    for _ in range(draw(st.integers(0, 4))):
        words.append(draw(_words(now_s, len(text))))
        text += words[-1].text + " "
        now_s = words[-1].end_s + draw(_durations)
    aspect = st.builds(Score, _scores, st.floats(0, 50), st.none() | _texts)
    rhythm = st.none() | st.builds(
        Rhythm,
        st.floats(0, 9),
        st.floats(0, 9),
        st.none() | st.floats(60, 400),
        st.none() | st.floats(0, 40),
        st.lists(st.builds(Pause, st.floats(0, 5), st.floats(0, 5)), max_size=2).map(tuple),
    )
    snr = st.floats(-20, 60) | st.sampled_from([math.inf, -math.inf])
    quality = st.builds(
        Quality, snr, _chances, st.floats(-90, 0), st.floats(0, 9), st.just(now_s), st.lists(_texts).map(tuple)
    )
    return Assessment(
        text=text,
        words=tuple(words),
        scores=draw(st.builds(Scores, aspect, aspect, aspect, aspect, aspect)),
        rhythm=draw(rhythm),
        quality=draw(quality),
        off_script=draw(st.none() | st.sampled_from(["other_text", "not_speech"])),
        abstained=draw(st.booleans()),
        model=draw(_texts),
        versions=draw(st.dictionaries(_texts, _texts, max_size=2)),
        timings_ms=draw(st.dictionaries(_texts, st.floats(0, 9e3), max_size=2)),
        pitch=draw(
            st.none() | st.builds(Pitch, st.floats(0.001, 0.1), st.lists(st.none() | st.floats(50, 600)).map(tuple))
        ),
    )


def _result(
    expected: str, start_s: float, *, said: str | None = "", stress: int | None = None, score: float | None = 90.0
) -> PhoneResult:
    """A phone of 0.1 s, said rightly unless told otherwise."""
    heard = expected if said == "" else said
    verdict = Verdict.GOOD if heard == expected else Verdict.WRONG if heard else Verdict.MISSING
    likely = (Candidate(heard, 0.8), Candidate("N", 0.1)) if heard else ()
    return PhoneResult(
        expected, phone(expected).ipa, stress, heard, 0.8, score, 5.0, verdict, start_s, round(start_s + 0.1, 3), likely
    )


def _word(text: str, char_start: int, phones: tuple[PhoneResult, ...], **changes: object) -> WordResult:
    plain = WordResult(
        text=text,
        char_start=char_start,
        char_end=char_start + len(text),
        variant="",
        phones=phones,
        insertions=(),
        syllables=(),
        score=80.0,
        error=WordError.NONE,
        start_s=phones[0].start_s,
        end_s=phones[-1].end_s,
    )
    return replace(plain, **changes)


def _assessment(text: str, words: tuple[WordResult, ...], **changes: object) -> Assessment:
    score = Score(75.0, 4.0)
    plain = Assessment(
        text=text,
        words=words,
        scores=Scores(Score(70.0), score, score, score, Score(None, reason="no_pitch")),
        rhythm=None,
        quality=Quality(25.0, 0.0, -20.0, 1.0, 2.0, ()),
        off_script=None,
        abstained=False,
        model="default",
        versions={"product": "0"},
        timings_ms={},
    )
    return replace(plain, **changes)


@pytest.fixture
def hello() -> Assessment:
    """“Hello, big world”: EH heard as AH, L inserted, “big” left out, D of “world” lost."""
    first = _word(
        "Hello",
        0,
        (
            _result("HH", 0.2),
            _result("AH", 0.3, stress=0, said="EH", score=40.0),
            _result("L", 0.4),
            _result("OW", 0.5, stress=1),
        ),
        syllables=(Syllable(0, 2, 0, False, 0.2, 0.4), Syllable(2, 4, 1, True, 0.4, 0.6)),
        insertions=(Insertion("L", 0.6, 3, 0.6, 0.65),),
    )
    big = _word("big", 7, (_result("B", 0.7, said=None, score=0.0),), error=WordError.OMISSION, score=0.0)
    world = _word(
        "world",
        11,
        (
            _result("W", 0.7),
            _result("ER", 0.8, stress=1),
            _result("L", 0.9),
            _result("D", 1.0, said=None, score=None),
        ),
        syllables=(Syllable(0, 4, 1, None, 0.7, 1.1),),
        error=WordError.MISPRONUNCIATION,
    )
    return _assessment("Hello, big world!", (first, big, world))


@given(assessments())
@settings(max_examples=60, deadline=None)
def test_json_round_trip_is_exact(assessment: Assessment) -> None:
    text = to_json(assessment)
    again = from_json(text)
    assert again == assessment
    assert to_json(again) == text
    assert json.loads(text, parse_constant=pytest.fail)["schema_version"] == SCHEMA_VERSION


def test_json_keeps_types_not_only_equal_values(hello: Assessment) -> None:
    again = from_json(to_json(hello))
    assert type(again.words) is tuple
    assert type(again.words[0].phones[0].verdict) is Verdict
    assert type(again.words[1].error) is WordError
    assert again.scores.prosody.value is None


def test_json_reads_back_not_a_number(hello: Assessment) -> None:
    again = from_json(to_json(replace(hello, quality=replace(hello.quality, snr_db=math.nan))))
    assert math.isnan(again.quality.snr_db)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema_version": 1}', '{"schema_version": 999, "text": ""}', '{"text": "x"}']
)
def test_json_of_something_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(text)


def test_json_with_a_wrong_verdict_is_refused(hello: Assessment) -> None:
    with pytest.raises(ValueError, match="verdict"):
        from_json(to_json(hello).replace('"verdict": "good"', '"verdict": "splendid"', 1))


def test_azure_has_the_documented_names(hello: Assessment) -> None:
    shaped = to_azure(hello)
    assert shaped["RecognitionStatus"] == "Success"
    assert (shaped["Offset"], shaped["Duration"]) == (2_000_000, 9_000_000)
    assert shaped["DisplayText"] == "Hello, world!"
    best = shaped["NBest"][0]
    assert best["Lexical"] == best["ITN"] == best["MaskedITN"] == "hello world"
    assert best["Display"] == "Hello, world!"
    assert best["PronunciationAssessment"] == {
        "AccuracyScore": 75.0,
        "FluencyScore": 75.0,
        "CompletenessScore": 75.0,
        "PronScore": 70.0,
    }
    word = best["Words"][0]
    assert (word["Word"], word["Offset"], word["Duration"]) == ("Hello", 2_000_000, 4_000_000)
    assert word["PronunciationAssessment"] == {"AccuracyScore": 80.0, "ErrorType": "None"}
    assert word["Phonemes"][1] == {
        "Phoneme": "ə",
        "PronunciationAssessment": {
            "AccuracyScore": 40.0,
            "NBestPhonemes": [{"Phoneme": "ɛ", "Score": 80.0}, {"Phoneme": "n", "Score": 10.0}],
        },
        "Offset": 3_000_000,
        "Duration": 1_000_000,
    }
    assert word["Syllables"][0] == {
        "Syllable": "hə",
        "PronunciationAssessment": {"AccuracyScore": 65.0},
        "Offset": 2_000_000,
        "Duration": 2_000_000,
    }


def test_azure_leaves_out_what_is_not_known(hello: Assessment) -> None:
    best = to_azure(hello)["NBest"][0]
    assert "Confidence" not in best
    assert best["Words"][1] == {
        "Word": "big",
        "PronunciationAssessment": {"AccuracyScore": 0.0, "ErrorType": "Omission"},
    }
    lost = best["Words"][2]["Phonemes"][3]
    assert lost["PronunciationAssessment"] == {}
    assert best["Words"][2]["Syllables"][0]["Grapheme"] == "world"
    assert best["Words"][2]["PronunciationAssessment"]["ErrorType"] == "Mispronunciation"
    assert "Grapheme" not in best["Words"][0]["Syllables"][0]


def test_azure_sapi_alphabet(hello: Assessment) -> None:
    word = to_azure(hello, phoneme_alphabet="sapi")["NBest"][0]["Words"][0]
    assert [one["Phoneme"] for one in word["Phonemes"]] == ["h", "ax", "l", "ow"]
    assert [one["Syllable"] for one in word["Syllables"]] == ["hax", "low"]


def test_azure_refuses_another_alphabet(hello: Assessment) -> None:
    with pytest.raises(ValueError, match="ups"):
        to_azure(hello, phoneme_alphabet="ups")  # type: ignore[arg-type]


def test_azure_writes_a_number_as_the_learner_did() -> None:
    twenty = _word("twenty", 0, (_result("T", 0.1),), char_end=2)
    one = _word("one", 0, (_result("W", 0.3),), char_end=2)
    both = to_azure(_assessment("21 cats", (twenty, one)))["NBest"][0]
    assert (both["Lexical"], both["ITN"]) == ("twenty one", "21")
    half = to_azure(_assessment("21 cats", (twenty, replace(one, error=WordError.OMISSION))))["NBest"][0]
    assert (half["Lexical"], half["Display"]) == ("twenty", "21 cats")


@pytest.mark.parametrize("changes", [{"off_script": "other_text"}, {"abstained": True}])
def test_azure_without_scores_is_no_match(hello: Assessment, changes: dict[str, object]) -> None:
    assert to_azure(replace(hello, **changes)) == {"RecognitionStatus": "NoMatch", "Offset": 0, "Duration": 20_000_000}


@given(assessments())
@settings(max_examples=25, deadline=None)
def test_azure_is_json_and_has_every_word(assessment: Assessment) -> None:
    shaped = json.loads(json.dumps(to_azure(assessment), allow_nan=False))
    if shaped["RecognitionStatus"] == "Success":
        words = shaped["NBest"][0]["Words"]
        assert [word["Word"] for word in words] == [word.text for word in assessment.words]
        assert all(word.get("Duration", 0) >= 0 for word in words)


def _open(text: str, folder: Path) -> praat.Textgrid:
    path = folder / "reading.TextGrid"
    path.write_text(text, encoding="utf-8")
    return praat.openTextgrid(str(path), includeEmptyIntervals=True, reportingMode="error")


def test_textgrid_opens_in_praatio(hello: Assessment, tmp_path: Path) -> None:
    opened = _open(to_textgrid(hello), tmp_path)
    assert opened.tierNames == ("words", "phones", "said")
    assert (opened.minTimestamp, opened.maxTimestamp) == (0, 2.0)
    phones = [(one.start, one.label) for one in opened.getTier("phones").entries if one.label]
    assert phones[:4] == [(0.2, "HH"), (0.3, "AH0"), (0.4, "L"), (0.5, "OW1")]
    said = {one.start: one.label for one in opened.getTier("said").entries if one.label}
    assert (said[0.3], said[0.6], said[1.0]) == ("EH", "L", "-")
    assert [one.label for one in opened.getTier("words").entries if one.label][:1] == ["Hello"]


@pytest.mark.parametrize(
    ("label", "shown"),
    [('say "hi"', 'say "hi"'), ("naïve—ɝ", "naïve—ɝ"), ("two\nlines\tand\x00nul", "two lines and nul"), ('"', '"')],
)
def test_textgrid_quotes_odd_characters(label: str, shown: str, tmp_path: Path) -> None:
    grid = to_textgrid(_assessment(label, (_word(label, 0, (_result("S", 0.5),)),)))
    # praatio also reads labels whose quotes are not doubled; Praat does not.
    assert grid.count('text = "' + shown.replace('"', '""') + '" \n') == 1
    labels = [one.label for one in _open(grid, tmp_path).getTier("words").entries]
    assert labels == ["", shown, ""]


def test_textgrid_keeps_a_phone_and_an_addition_that_start_together(tmp_path: Path) -> None:
    word = _word("s", 0, (_result("S", 0.5),), insertions=(Insertion("AH", 0.9, 0, 0.5, 0.6),))
    said = _open(to_textgrid(_assessment("s", (word,))), tmp_path).getTier("said").entries
    assert sorted(one.label for one in said if one.label) == ["AH", "S"]


@given(assessments())
@settings(max_examples=40, deadline=None)
def test_textgrid_intervals_are_contiguous(assessment: Assessment) -> None:
    text = to_textgrid(assessment)
    for tier in text.split("    item [")[1:]:
        times = [line.split("=")[1] for line in tier.splitlines() if line.startswith("            xm")]
        starts, ends = times[::2], times[1::2]
        assert float(starts[0]) == 0
        assert starts[1:] == ends[:-1]
        assert all(float(start) < float(end) for start, end in zip(starts, ends, strict=True))
        assert f"xmax = {ends[-1].strip()} \n" in text.split("tiers?")[0]
        assert f"intervals: size = {len(starts)} " in tier


def test_csv_has_a_row_a_phone_and_a_row_an_addition(hello: Assessment) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(hello), newline="")))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert [row["expected"] for row in rows] == ["HH", "AH", "L", "OW", "", "B", "W", "ER", "L", "D"]
    assert (rows[4]["said"], rows[4]["verdict"], rows[4]["phone_index"]) == ("L", "insertion", "")
    vowel = {name: rows[1][name] for name in ("ipa", "stress", "said_ipa", "score", "verdict", "start_s")}
    assert vowel == {"ipa": "ʌ", "stress": "0", "said_ipa": "ɛ", "score": "40.0", "verdict": "wrong", "start_s": "0.3"}
    assert (rows[9]["said"], rows[9]["score"], rows[9]["word_error"]) == ("", "", "mispronunciation")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_csv_runs_no_formula(start: str) -> None:
    word = _word(f'{start}HYPERLINK("x","y")', 0, (_result("S", -0.5),))
    row = next(csv.DictReader(io.StringIO(to_csv(_assessment("", (word,))), newline="")))
    assert row["word"] == f"'{word.text}"
    assert row["start_s"] == "-0.5"


@given(assessments())
@settings(max_examples=25, deadline=None)
def test_csv_loses_nothing(assessment: Assessment) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(assessment), newline="")))
    counts = [len(word.phones) + len(word.insertions) or 1 for word in assessment.words]
    assert len(rows) == sum(counts)
    assert {row["word_index"] for row in rows} == {str(index) for index in range(len(counts))}
