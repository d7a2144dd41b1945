import dataclasses
import json
from typing import Any

from fabricated import said, word

from speech.results import Assessment, Pause, Pitch, Rhythm, Syllable, Verdict, WordError
from web.catalogue import open_catalogue
from web.components.figure import figure_of, report_of
from web.components.views import view_words

ENGLISH = open_catalogue("en")


def figure(assessment: Assessment) -> dict[str, Any]:
    return json.loads(json.dumps(figure_of(assessment, view_words(assessment, ENGLISH))))


def test_every_word_and_sound_has_its_times(assessment: Assessment) -> None:
    words = figure(assessment)["words"]
    assert [one["text"] for one in words] == ["I", "think", "three", "ships", "really"]
    assert [one["char"] for one in words] == [0, 2, 8, 14, 21]
    for one in words:
        times = [(sound["start"], sound["end"]) for sound in one["sounds"]]
        assert times == sorted(times)
        assert one["start"] <= times[0][0] and all(start < end for start, end in times)


def test_the_keys_are_those_of_the_cards(assessment: Assessment) -> None:
    keys = [view.key for view in view_words(assessment, ENGLISH)]
    assert [one["key"] for one in figure(assessment)["words"]] == keys


def test_added_sounds_are_drawn_where_they_were_said(assessment: Assessment) -> None:
    early = dataclasses.replace(assessment.words[4].insertions[0], start_s=0.1, end_s=0.2)
    words = (*assessment.words[:4], dataclasses.replace(assessment.words[4], insertions=(early,)))
    really = figure(dataclasses.replace(assessment, words=words))["words"][-1]
    assert really["sounds"][0] == {"ipa": "ʌ", "verdict": "extra", "start": 0.1, "end": 0.2}


def test_a_word_left_out_takes_no_time(assessment: Assessment) -> None:
    gone = word("I", [said("AY", heard=None, verdict=Verdict.MISSING)], start=0)
    gone = dataclasses.replace(gone, error=WordError.OMISSION, start_s=0.0, end_s=0.0)
    first = figure(dataclasses.replace(assessment, words=(gone, *assessment.words[1:])))["words"][0]
    assert (first["start"], first["end"]) == (0, 0)


def test_pauses_and_pitch_are_passed_on(assessment: Assessment) -> None:
    assert figure(assessment)["pitch"] is None
    rhythm = Rhythm(3.2, 3.6, 180.0, 5.0, (Pause(0.61239, 0.9),))
    drawn = figure(dataclasses.replace(assessment, rhythm=rhythm, pitch=Pitch(0.01, (None, 181.5))))
    assert drawn["pauses"] == [[0.612, 0.9]]
    assert drawn["pitch"] == {"period_s": 0.01, "hz": [None, 181.5]}
    assert figure(dataclasses.replace(assessment, rhythm=None))["pauses"] == []


def test_stress_is_drawn_only_where_it_was_heard(assessment: Assessment) -> None:
    heard = (Syllable(0, 2, 1, False, 1.38, 1.5), Syllable(2, 4, 0, True, 1.5, 1.74))
    really = dataclasses.replace(assessment.words[4], syllables=heard)
    words = assessment.words[:4]
    drawn = figure(dataclasses.replace(assessment, words=(*words, really)))["words"][-1]["syllables"]
    assert [(one["isAsked"], one["isHeard"]) for one in drawn] == [(True, False), (False, True)]
    unsure = dataclasses.replace(really, syllables=(heard[0], dataclasses.replace(heard[1], strong=None)))
    assert figure(dataclasses.replace(assessment, words=(*words, unsure)))["words"][-1]["syllables"] == []


def test_the_report_counts_only_what_could_be_judged(assessment: Assessment) -> None:
    report = json.loads(json.dumps(report_of(assessment)))
    assert (report["text"], report["overall"], report["refused"]) == (assessment.text, 71, False)
    sounds = report["sounds"]
    assert len(sounds) == sum(len(one.phones) for one in assessment.words)
    assert sounds[1] == {"phone": "TH", "ipa": "θ", "score": 18.0, "word": "think"}
    unclear = [one for one in sounds if one["score"] is None]
    assert [one["word"] for one in unclear] == ["really"]


def test_a_reading_without_a_score_is_reported_as_refused(assessment: Assessment) -> None:
    assert report_of(dataclasses.replace(assessment, abstained=True))["refused"]
    assert report_of(dataclasses.replace(assessment, off_script="other_text"))["refused"]
