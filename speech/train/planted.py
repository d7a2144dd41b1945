"""Sentences with one planted error each, as learners of English make them; kept out of every training set."""

from dataclasses import dataclass

from speech.train.spoken import Edit


@dataclass(frozen=True, slots=True)
class Plant:
    """A sentence, the voice that says it, and the one error of its second reading."""

    text: str
    voice: str
    edit: Edit


VOICES = ("slt", "rms", "awb", "kal16", "ked")
"""The sentences take turns with these; ked is in no training set."""


def _substituted(text: str, word: int, phone: int, expected: str, said: str) -> tuple[str, Edit]:
    return text, Edit("substitution", word, phone, expected, said)


def _dropped(text: str, word: int, phone: int, expected: str) -> tuple[str, Edit]:
    return text, Edit("deletion", word, phone, expected, None)


def _added(text: str, word: int, phone: int, said: str) -> tuple[str, Edit]:
    return text, Edit("insertion", word, phone, None, said)


_READINGS = (
    _substituted("I think about it daily.", 1, 0, "TH", "T"),
    _substituted("She drives a small van.", 4, 0, "V", "F"),
    _substituted("This river is very long.", 0, 0, "DH", "D"),
    _substituted("He eats fish for lunch.", 2, 1, "IH", "IY"),
    _substituted("Please sit near the window.", 0, 3, "Z", "S"),
    _substituted("That black cat sleeps here.", 1, 2, "AE", "EH"),
    _substituted("We should share the food.", 2, 0, "SH", "S"),
    _substituted("The television is too loud.", 1, 6, "ZH", "Z"),
    _substituted("Take the right road home.", 2, 0, "R", "L"),
    _substituted("The lake looks clean.", 1, 0, "L", "R"),
    _substituted("Bring me some hot soup.", 0, 3, "NG", "N"),
    _substituted("Find a good book soon.", 2, 1, "UH", "UW"),
    _substituted("The weather was warm.", 3, 0, "W", "V"),
    _substituted("My father fixed the phone.", 1, 0, "F", "P"),
    _substituted("A big dog ran away.", 2, 2, "G", "K"),
    _substituted("Her bird learns quickly.", 1, 1, "ER", "EH"),
    _substituted("Both boats are blue.", 0, 1, "OW", "AO"),
    _substituted("Wait near the gate.", 3, 1, "EY", "EH"),
    _substituted("Just a cup of juice.", 4, 0, "JH", "CH"),
    _substituted("Watch the children play.", 0, 2, "CH", "SH"),
    _substituted("Four small balls fell.", 1, 2, "AO", "OW"),
    _substituted("The sun comes up at six.", 1, 1, "AH", "AA"),
    _dropped("The best team won again.", 1, 3, "T"),
    _dropped("It was a cold night.", 3, 3, "D"),
    _dropped("Please help my mother.", 1, 2, "L"),
    _dropped("His desk is very old.", 1, 3, "K"),
    _dropped("Two cats slept there.", 1, 3, "S"),
    _dropped("How is your house?", 3, 0, "HH"),
    _dropped("Open the second window.", 2, 5, "D"),
    _dropped("We asked them twice.", 1, 2, "K"),
    _dropped("My friend plays music.", 1, 4, "D"),
    _dropped("I like yellow roses.", 3, 4, "Z"),
    _dropped("They walked to school.", 1, 3, "T"),
    _added("Stop the car here.", 0, 0, "AH"),
    _added("The school bus is late.", 1, -1, "EH"),
    _added("I need a big map.", 3, 2, "AH"),
    _added("Three black birds sang.", 0, 0, "AH"),
    _added("Snow fell last night.", 0, 0, "AH"),
    _added("Her blue shirt is clean.", 1, 0, "AH"),
    _added("We play chess on Friday.", 1, 0, "AH"),
)

PLANTS = tuple(Plant(text, VOICES[index % len(VOICES)], edit) for index, (text, edit) in enumerate(_READINGS))
"""What `fixtures.write` says, twice each: as it should be, and with its error."""
