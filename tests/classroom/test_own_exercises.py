import logging
from pathlib import Path

import pytest

from classroom.own_exercises import read_csv, read_folder
from speech.errors import FileMissing, InvalidExercises


def written(folder: Path, text: str, name: str = "My_class.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_becomes_a_unit_called_as_its_file(tmp_path: Path) -> None:
    unit = read_csv(
        written(
            tmp_path,
            "Text,Level,Sounds,Prompt,Id\n"
            "She sells fresh  fruit.,a2,SH f,,fruit\n"
            '"vet, wet",A1,v w,,\n'
            "\n"
            '"Yes, I brush my teeth.",B1,θ ʃ,Do you brush your teeth?,\n',
        )
    )
    assert (unit.id, unit.level, unit.title["en"]) == ("own-my-class", "A1", "My class")
    assert set(unit.aim) == {"en", "id"}
    fruit, pair, turn = unit.exercises
    assert (fruit.id, fruit.kind, fruit.level) == ("own-my-class-fruit", "sentence", "A2")
    assert (fruit.text, fruit.sounds) == ("She sells fresh fruit.", ("SH", "F"))
    assert (pair.kind, pair.sounds) == ("pair", ("V", "W"))
    assert (turn.kind, turn.prompt, turn.sounds) == ("dialogue", "Do you brush your teeth?", ("TH", "SH"))
    assert unit.sounds[0] == "SH"


@pytest.mark.parametrize(
    "text",
    [
        "\ufefftext,level\nHello,A2\n",
        "text;level\r\nHello;A2\r\n",
        "level\ttext\nA2\tHello\n",
        '"text","level",\n"Hello","A2",\n',
    ],
    ids=["byte order mark", "semicolons", "tabs", "quoted with an empty column"],
)
def test_what_spreadsheet_programs_save_is_read(tmp_path: Path, text: str) -> None:
    (exercise,) = read_csv(written(tmp_path, text)).exercises
    assert (exercise.text, exercise.level, exercise.kind) == ("Hello", "A2", "word")


def test_a_plain_list_of_sentences_may_contain_commas(tmp_path: Path) -> None:
    unit = read_csv(written(tmp_path, "text\nWell, I love it.\nNo, thanks.\n"))
    assert [one.text for one in unit.exercises] == ["Well, I love it.", "No, thanks."]
    assert {one.level for one in unit.exercises} == {"A1"}


def test_sounds_left_out_are_the_hardest_of_the_stressed_words(tmp_path: Path) -> None:
    unit = read_csv(written(tmp_path, "text\nI think of the van.\nMe\n"))
    assert unit.exercises[0].sounds == ("AE", "TH", "IH")
    assert set(unit.exercises[1].sounds) <= {"M", "IY"}


def test_a_picture_stands_for_its_text(tmp_path: Path) -> None:
    (exercise,) = read_csv(written(tmp_path, "text,picture\na cat,cat\n")).exercises
    assert (exercise.kind, exercise.picture, exercise.text) == ("picture", "cat", "a cat")


def test_an_exercise_keeps_its_id_when_lines_move_and_twins_are_told_apart(tmp_path: Path) -> None:
    before = read_csv(written(tmp_path, "text\nThank you!\nGood night.\nThank you.\n"))
    after = read_csv(written(tmp_path, "text\nGood night.\nThank you!\n"))
    assert {one.id for one in after.exercises} < {one.id for one in before.exercises}
    assert len({one.id for one in before.exercises}) == 3


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "first line must name the columns"),
        ("sentence,level\nHello,A1\n", 1, "one must be “text”"),
        ("text,sound\nHello,L\n", 1, "column “sound” is unknown"),
        ("text,text\nHello,Hello\n", 1, "named twice"),
        ("text,level\n", 1, "no exercises"),
        ("text,level\nHello,A1\nBye,C1\n", 3, "level “C1” is unknown"),
        ("text,level\n,A1\n", 2, "text is missing"),
        ("text,level\nHello, you,A1\n", 2, "more cells than columns"),
        ('text,level\n"Hello,A1\n', 2, "quotation marks"),
        ("text,level\n!?,A1\n", 2, "no words"),
        ("text,level\n" + "so " * 200 + ",A1\n", 2, "longer than"),
        ("text,sounds\nHello,QQ\n", 2, "sound “QQ” is unknown"),
        ("text,sounds\nHello,V\n", 2, "sound V does not occur"),
        ("text,kind\nHello,poem\n", 2, "kind “poem” is unknown"),
        ("text,kind\nHello,dialogue\n", 2, "needs a prompt"),
        ("text,kind,prompt\nHello,word,Hi!\n", 2, "needs a prompt"),
        ("text,kind\nHello,picture\n", 2, "needs a picture"),
        ("text,picture\nunicorn,unicorn\n", 2, "no picture “unicorn”"),
        ("text,id\nHello,x\nBye,x\n", 3, "id “x” occurs twice"),
    ],
)
def test_a_broken_table_names_its_line_and_the_problem(tmp_path: Path, text: str, line: int, problem: str) -> None:
    with pytest.raises(InvalidExercises) as caught:
        read_csv(written(tmp_path, text))
    assert problem in str(caught.value.facts["problem"])
    assert caught.value.facts["line"] == line
    assert caught.value.facts["file"] == "My_class.csv"
    assert caught.value.code == "invalid_exercises"


def test_other_encodings_are_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("text\nHello\nCafé\n".encode("latin-1"))
    with pytest.raises(InvalidExercises, match=r"Line 3 .* save the file as “CSV UTF-8”"):
        read_csv(path)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidExercises, match="larger than 1 MB"):
        read_csv(written(tmp_path, "text\n" + "Hello\n" * 200_000))


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        read_csv(tmp_path / "none.csv")


def test_a_folder_called_csv_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "odd.csv").mkdir()
    with pytest.raises(InvalidExercises, match="cannot be opened"):
        read_csv(tmp_path / "odd.csv")


def test_of_two_files_with_the_same_name_the_first_counts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    written(tmp_path, "text\nHello\n", "our class.csv")
    written(tmp_path, "text\nBye\n", "our_class.csv")
    with caplog.at_level(logging.WARNING):
        (unit,) = read_folder(tmp_path)
    assert unit.exercises[0].text == "Hello"
    assert "the same name" in caplog.text
