import json
import logging
from collections import Counter
from pathlib import Path

import pytest

import classroom.exercises
from classroom.exercises import KINDS, LEVELS, Exercise, find, level_check, units
from classroom.unit_file import UnitEntry, schema
from phonemes.contrasts import POSITIONS, tendencies
from phonemes.expected import expect
from phonemes.inventory import PHONES
from phonemes.lexicon import default_lexicon
from phonemes.resources import folder

EXERCISES = folder("datasets") / "exercises"
PICTURES = folder("datasets") / "pictures"
UNITS = units()
ALL = [one for unit in UNITS for one in unit.exercises]


def usual_phones(text: str) -> list[tuple[str, ...]]:
    return [word.variants[0].phones for word in expect(text).words]


def edits(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (left != right))
    return row[-1]


def of_kind(kind: str) -> list[Exercise]:
    return [one for one in ALL if one.kind == kind]


def test_there_are_enough_of_every_level_and_kind() -> None:
    assert len(UNITS) >= 14
    assert len(ALL) >= 260
    levels, kinds = Counter(one.level for one in ALL), Counter(one.kind for one in ALL)
    assert all(levels[level] >= 40 for level in LEVELS)
    assert all(kinds[kind] >= 24 for kind in KINDS)


def test_the_schema_is_that_of_the_model() -> None:
    assert (EXERCISES / "schema.json").read_text(encoding="utf-8") == schema()


@pytest.mark.parametrize("path", sorted(EXERCISES.glob("[0-9]*.json")), ids=lambda path: path.stem)
def test_a_file_follows_the_schema_and_is_called_as_its_unit(path: Path) -> None:
    entry = UnitEntry.model_validate_json(path.read_bytes())
    assert path.stem.partition("-")[2] == entry.id


def test_every_file_of_the_folder_is_known() -> None:
    assert {path.name for path in EXERCISES.iterdir()} - {f"{n:02}-{u.id}.json" for n, u in enumerate(UNITS, 1)} == {
        "README.md",
        "level_check.json",
        "schema.json",
    }


def test_ids_and_texts_are_unique() -> None:
    assert len({unit.id for unit in UNITS}) == len(UNITS)
    assert len({one.id for one in ALL}) == len({one.text.lower() for one in ALL}) == len(ALL)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.id)
def test_a_unit_speaks_both_languages_and_trains_what_it_says(unit: classroom.exercises.Unit) -> None:
    assert set(unit.title) == set(unit.aim) == {"en", "id"}
    assert unit.aim["en"] != unit.aim["id"]
    assert all(text.endswith(".") for text in unit.aim.values())
    assert set(unit.sounds) <= {sound for one in unit.exercises for sound in one.sounds}


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)
def test_an_exercise_is_readable_and_contains_the_sounds_it_trains(exercise: Exercise) -> None:
    spoken = expect(exercise.text).words
    assert set(exercise.sounds) <= {symbol for word in spoken for symbol in word.variants[0].phones}
    assert len(set(exercise.sounds)) == len(exercise.sounds)
    assert len(exercise.text.split()) <= 14
    assert not any(character.isdigit() for character in exercise.text + (exercise.prompt or ""))
    prompted = expect(exercise.prompt).words if exercise.prompt else ()
    assert [word.text for word in (*spoken, *prompted) if not default_lexicon().lookup(word.text)] == []


@pytest.mark.parametrize("exercise", of_kind("pair"), ids=lambda exercise: exercise.id)
def test_the_words_of_a_pair_differ_in_one_sound_which_it_trains(exercise: Exercise) -> None:
    a, b = usual_phones(exercise.text)
    assert edits(a, b) == 1
    differing = set((Counter(a) - Counter(b)) + (Counter(b) - Counter(a)))
    assert exercise.sounds[0] in differing


def test_words_are_single_words_and_pictures_show_one() -> None:
    assert all(len(expect(one.text).words) == 1 for one in of_kind("word"))
    assert all(one.text in (one.picture, f"a {one.picture}") for one in of_kind("picture"))


def test_pictures_are_drawn() -> None:
    named = [one.picture for one in of_kind("picture")]
    assert len(set(named)) == len(named) >= 24
    assert set(named) <= {path.stem for path in PICTURES.glob("*.svg")}


def test_turns_of_a_dialogue_are_numbered_within_their_scene() -> None:
    scenes: dict[str, list[str]] = {}
    for one in of_kind("dialogue"):
        scene, _, number = one.id.rpartition("-")
        scenes.setdefault(scene, []).append(number)
    assert len(scenes) >= 8
    assert all(numbers == [str(n) for n in range(1, len(numbers) + 1)] for numbers in scenes.values())
    assert all(len(numbers) >= 4 for numbers in scenes.values())


def test_sentences_grow_longer_with_the_level() -> None:
    lengths = {level: [len(one.text.split()) for one in of_kind("sentence") if one.level == level] for level in LEVELS}
    means = [sum(lengths[level]) / len(lengths[level]) for level in LEVELS]
    assert means == sorted(means)


def test_the_level_check_is_short_and_meets_every_hard_sound() -> None:
    chosen = level_check()
    assert 7 <= len(chosen) <= 8
    assert {one.level for one in chosen} == set(LEVELS)
    assert [one.level for one in chosen] == sorted(one.level for one in chosen)
    said = {symbol for one in chosen for phones in usual_phones(one.text) for symbol in phones}
    hard = {
        symbol
        for symbol in PHONES
        for position in POSITIONS
        for option in tendencies("id", symbol, position)
        if option.said != symbol and option.weight >= 0.15
    }
    assert len(hard) > 15
    assert hard <= said


def test_an_exercise_is_found_by_its_id() -> None:
    found = find("a1-fish")
    assert found is not None
    assert found.text == "She eats fish and rice."
    assert find("nobody-wrote-this") is None


def test_teachers_files_come_after_the_shipped_units(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "b.csv").write_text("text\nWe love the sea.\n", encoding="utf-8")
    (tmp_path / "a.csv").write_text("text,level\nHello,C2\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not ours", encoding="utf-8")
    monkeypatch.setenv("LAFAL_EXERCISES_FOLDER", str(tmp_path))
    with caplog.at_level(logging.WARNING):
        found = units()
    assert found[:-1] == UNITS
    assert found[-1].title["id"] == "b"
    assert found == units(tmp_path)
    (warning,) = [record.getMessage() for record in caplog.records]
    assert "Line 2" in warning
    assert "a.csv" in warning
    own = find("own-b-we-love-the-sea")
    assert own is not None
    assert own.text == "We love the sea."


def test_a_missing_folder_is_warned_about_and_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert units(tmp_path / "nowhere") == UNITS
    assert "nowhere" in caplog.text


def test_level_check_names_shipped_exercises() -> None:
    ids = json.loads((EXERCISES / "level_check.json").read_text(encoding="utf-8"))["exercises"]
    assert [one.id for one in level_check()] == ids


def test_the_readme_counts_right() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    exercises = sum(len(unit.exercises) for unit in units())
    assert f"{len(units())} units ({exercises} words, pairs" in readme
