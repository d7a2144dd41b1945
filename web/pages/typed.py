"""What people typed into a form, checked and refused in their language."""

from classroom.accounts import FEWEST_LETTERS, MOST_LETTERS
from classroom.errors import InvalidDetail
from web.catalogue import Catalogue


def one_line(text: str, field: str, catalogue: Catalogue, *, most: int = MOST_LETTERS) -> str:
    """Give a line without blanks around it or doubled within.

    Parameters
    ----------
    field : str
        What the form calls it.

    Raises
    ------
    InvalidDetail
        It is empty, too long, or holds what cannot be shown.
    """
    line = " ".join(text.split())
    if not line:
        raise InvalidDetail({"field": field, "problem": catalogue.say("account.problem_empty")})
    if len(line) > most:
        raise InvalidDetail({"field": field, "problem": catalogue.say("account.problem_long", most=most)})
    if not line.isprintable():
        raise InvalidDetail({"field": field, "problem": catalogue.say("account.problem_unprintable")})
    return line


def new_password(new: str, again: str, catalogue: Catalogue) -> str:
    """Give a password that was typed twice.

    Raises
    ------
    InvalidDetail
        It is too short or too long, or was mistyped.
    """
    field = catalogue.say("account.new_password")
    if not FEWEST_LETTERS <= len(new) <= MOST_LETTERS:
        problem = catalogue.say("account.problem_password", fewest=FEWEST_LETTERS, most=MOST_LETTERS)
        raise InvalidDetail({"field": field, "problem": problem})
    if new != again:
        raise InvalidDetail({"field": field, "problem": catalogue.say("account.problem_twice")})
    return new


def confirmed(typed: str, name: str, catalogue: Catalogue) -> None:
    """Refuse what cannot be undone unless the name it is about was typed.

    Raises
    ------
    InvalidDetail
        Something else was typed.
    """
    if " ".join(typed.split()).casefold() != name.casefold():
        problem = catalogue.say("account.problem_confirm", name=name)
        raise InvalidDetail({"field": catalogue.say("account.confirm"), "problem": problem})
