import pickle
import string

import pytest

from speech import errors
from speech.errors import SpeechError

ERRORS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, SpeechError)]


def names_in(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_has_a_sentence_and_a_way_out(kind: type[SpeechError]) -> None:
    facts = dict.fromkeys(names_in(kind.template) | names_in(kind.remedy_template), 1)
    error = kind(facts)
    assert error.sentence.endswith(".") or kind.template.endswith("}")
    assert len(error.remedy) > 10
    assert "{" not in error.sentence + error.remedy
    assert str(error) == f"{error.sentence} {error.remedy}"


def test_codes_are_stable_names_and_unique() -> None:
    codes = [kind.code for kind in ERRORS]
    assert len(set(codes)) == len(codes) >= 20
    assert all(code.isidentifier() and code.islower() for code in codes)


def test_facts_fill_the_sentence() -> None:
    error = errors.TooLong({"limit": 30.0})
    assert error.sentence == "The recording is longer than 30 seconds."
    assert error.facts == {"limit": 30.0}


def test_a_missing_fact_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        errors.TooLong()


def test_an_error_travels_between_processes() -> None:
    again = pickle.loads(pickle.dumps(errors.TooLong({"limit": 30})))
    assert type(again) is errors.TooLong
    assert (again.facts, str(again)) == ({"limit": 30}, str(errors.TooLong({"limit": 30})))
