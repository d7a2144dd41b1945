"""What is kept about people, where and how long: each table and each other place says so here, or the tests fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["none", "pseudonym", "identity", "voice", "results", "sign-in", "work", "record"]
"""What a place says about people: nothing; who did something, by a made-up name or an id; who they really are; how
they sound; how they did; how they sign in; what they handed in; what was done to their data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What one place keeps about people.

    Parameters
    ----------
    kind : str
        See `Kind`.
    until : str
        When it goes: "deleted" (with the person), "30 days", "12 hours", "used", "always".
    sealed : bool
        Whether what it says about a person can be read with that person's key only.
    """

    kind: Kind
    until: str = "deleted"
    sealed: bool = False


_NOTHING = Holding(kind="none", until="always")

TABLES: Mapping[str, Holding] = {
    "facts": _NOTHING,
    "schools": _NOTHING,
    "classes": _NOTHING,
    "groups": _NOTHING,
    "consent_texts": _NOTHING,
    "assignments": Holding(kind="pseudonym", until="always"),
    "assignment_items": _NOTHING,
    "people": Holding(kind="pseudonym"),
    "identities": Holding(kind="identity", sealed=True),
    "credentials": Holding(kind="sign-in"),
    "sessions": Holding(kind="sign-in", until="12 hours"),
    "invitations": Holding(kind="sign-in", until="used"),
    "memberships": Holding(kind="pseudonym"),
    "consents": Holding(kind="pseudonym"),
    "submissions": Holding(kind="work"),
    "recordings": Holding(kind="voice", until="30 days", sealed=True),
    "assessments": Holding(kind="results", sealed=True),
    "marks": Holding(kind="results", sealed=True),
    "dismissals": Holding(kind="pseudonym"),
    "audit": Holding(kind="record", until="always"),
    "platforms": Holding(kind="pseudonym", until="always"),
    "outside_accounts": Holding(kind="identity", sealed=True),
    "outside_courses": _NOTHING,
    "outside_resources": _NOTHING,
    "outside_columns": _NOTHING,
    "outside_scores": Holding(kind="results"),
    "outside_spent": Holding(kind="sign-in", until="used"),
}
"""Tables of the store. `assessments` and `marks` show their numbers unsealed; documents and comments are sealed."""

FOLDERS: Mapping[str, Holding] = {
    "recordings": Holding(kind="voice", until="30 days", sealed=True),
    "keys": Holding(kind="pseudonym"),
}
"""Folders of the data folder; keys are named by ids."""

COOKIES: Mapping[str, Holding] = {
    "lafal_session": Holding(kind="sign-in", until="12 hours"),
    "lafal_owner": Holding(kind="pseudonym", until="the browser closes"),
    "lafal_language": _NOTHING,
}
"""Cookies."""

BROWSER: Mapping[str, Holding] = {
    "lafal.progress": Holding(kind="results", until="the browser forgets"),
    "lafal.waiting": Holding(kind="voice", until="sent"),
    "lafal.takes": Holding(kind="voice", until="sent"),
    "lafal.theme": _NOTHING,
}
"""What scripts keep in the browser, by key."""
