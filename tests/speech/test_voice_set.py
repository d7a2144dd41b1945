"""The archive that is shipped; how archives are written and read is in test_examples."""

import zipfile

import numpy as np
import pytest

from classroom.exercises import units
from phonemes import articulation
from phonemes.expected import expect
from phonemes.inventory import PHONES
from speech.clips import CLIP_RATE, from_ogg
from speech.example import Take, slug
from speech.voice_set import VoiceSet

EXERCISES = [exercise for unit in units() for exercise in unit.exercises]
PROMPTS = [exercise.prompt for exercise in EXERCISES if exercise.prompt]
MOST_BYTES = 30_000_000


@pytest.fixture(scope="module")
def shipped() -> VoiceSet:
    return VoiceSet()


@pytest.fixture(scope="module")
def takes(shipped: VoiceSet) -> list[Take]:
    return shipped.takes(shipped)


def test_it_is_small_and_stored_as_it_is(shipped: VoiceSet) -> None:
    assert shipped.path.stat().st_size <= MOST_BYTES
    with zipfile.ZipFile(shipped.path) as archive:
        entries = archive.infolist()
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert [entry.filename for entry in entries] == ["index.json", *(f"{name}.ogg" for name in sorted(shipped))]


def test_every_exercise_can_be_heard(shipped: VoiceSet) -> None:
    assert [text for text in (*(one.text for one in EXERCISES), *PROMPTS) if slug(text) not in shipped] == []


def test_every_word_can_be_heard_alone(shipped: VoiceSet) -> None:
    missing: set[str] = set()
    for text in (*(exercise.text for exercise in EXERCISES), *PROMPTS):
        expected = expect(text)
        missing |= {expected.text[word.char_start : word.char_end] for word in expected.words}
    missing |= {word for phone in PHONES for word in articulation.sound(phone).examples}
    assert {word for word in missing if slug(word) not in shipped} == set()


def test_the_partner_is_another_person(shipped: VoiceSet) -> None:
    own = {slug(exercise.text) for exercise in EXERCISES}
    partners = {take.example.voice for take in shipped.takes(slug(text) for text in PROMPTS if slug(text) not in own)}
    models = {take.example.voice for take in shipped.takes(own) if len(take.example.text.split()) > 2}
    assert partners and models and not partners & models


def test_times_are_ordered_and_inside_the_sound(takes: list[Take]) -> None:
    assert len(takes) > 1500
    for take in takes:
        example = take.example
        times = [0.0]
        for word in example.words:
            assert slug(example.text[word.char_start : word.char_end]) or slug(word.text)
            times.append(word.start_s)
            times += [moment for phone in word.phones for moment in (phone.start_s, phone.end_s)]
            times.append(word.end_s)
        assert times == sorted(times), example.text
        assert times[-1] <= example.duration_s, example.text
        assert abs(len(example.pitch.hz) * example.pitch.period_s - example.duration_s) < 0.05, example.text


def test_nearly_every_clip_has_its_words_and_a_melody(takes: list[Take]) -> None:
    with_sounds = [take for take in takes if all(word.phones for word in take.example.words) and take.example.words]
    melodious = [take for take in takes if sum(hz is not None for hz in take.example.pitch.hz) >= 3]
    assert len(with_sounds) > 0.95 * len(takes)
    assert len(melodious) > 0.97 * len(takes)


def test_the_model_hears_what_the_voice_says(takes: list[Take]) -> None:
    good, judged = sum(take.good for take in takes), sum(take.judged for take in takes)
    assert good / judged > 0.85


def test_clips_play(takes: list[Take]) -> None:
    for take in takes[:: len(takes) // 25]:
        sound = from_ogg(take.example.audio)
        assert len(sound) / CLIP_RATE == pytest.approx(take.example.duration_s, abs=0.001), take.example.text
        assert 0.05 < np.abs(sound).max() <= 1.0, take.example.text
