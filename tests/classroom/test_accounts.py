import re
from datetime import timedelta

import argon2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from school import NOW, School
from sqlalchemy import select

from classroom import accounts, classes, ids, invitations, people
from classroom.errors import (
    AlreadyThere,
    InvalidDetail,
    NotAllowed,
    NotFound,
    SessionOver,
    UnusableCode,
    WrongPassword,
)
from classroom.people import Identity, NewPerson
from classroom.store import Store
from classroom.store.schema import Credential, Invitation, LoginSession

PASSWORD = "correct horse"
HASHER = accounts._hasher
"""The product's own, before tests replace it by a cheap one."""


@pytest.fixture
def sari(store: Store) -> people.Person:
    new = NewPerson(role="teacher", identity=Identity(name="Sari", email="sari@example.org"))
    person = people.create(store, new, by=people.OPERATOR, now=NOW)
    accounts.set_password(store, person.id, PASSWORD, login="Sari@Example.org", by=people.OPERATOR, now=NOW)
    return person


def test_signing_in_needs_the_login_in_any_case_and_the_password(store: Store, sari: people.Person) -> None:
    signed = accounts.sign_in(store, " sari@example.ORG", PASSWORD, now=NOW)
    assert signed.person == sari
    assert accounts.resume(store, signed.token, now=NOW) == sari
    for login, password in (("sari@example.org", "correct house"), ("nobody", PASSWORD), ("sari@example.org", "")):
        with pytest.raises(WrongPassword):
            accounts.sign_in(store, login, password, now=NOW)


def test_a_session_ends_when_its_time_is_over_or_it_is_ended(store: Store, sari: people.Person) -> None:
    signed = accounts.sign_in(store, "sari@example.org", PASSWORD, now=NOW)
    assert signed.expires_at == NOW + accounts.SESSION_LIFETIME
    with pytest.raises(SessionOver):
        accounts.resume(store, signed.token, now=signed.expires_at)
    accounts.sign_out(store, signed.token, now=NOW)
    for token in (signed.token, "", "made up"):
        with pytest.raises(SessionOver):
            accounts.resume(store, token, now=NOW)


def test_signing_in_again_gives_a_new_token_and_ends_the_old(store: Store, sari: people.Person) -> None:
    first = accounts.sign_in(store, "sari@example.org", PASSWORD, now=NOW)
    second = accounts.sign_in(store, "sari@example.org", PASSWORD, now=NOW, old_token=first.token)
    assert first.token != second.token
    with pytest.raises(SessionOver):
        accounts.resume(store, first.token, now=NOW)
    assert accounts.resume(store, second.token, now=NOW) == sari


def test_changing_the_password_ends_every_session(store: Store, sari: people.Person) -> None:
    old = accounts.sign_in(store, "sari@example.org", PASSWORD, now=NOW)
    with pytest.raises(WrongPassword):
        accounts.change_password(store, sari.id, old="wrong horse", new="battery staple", now=NOW)
    assert accounts.resume(store, old.token, now=NOW)
    new = accounts.change_password(store, sari.id, old=PASSWORD, new="battery staple", now=NOW)
    with pytest.raises(SessionOver):
        accounts.resume(store, old.token, now=NOW)
    assert accounts.resume(store, new.token, now=NOW) == sari
    assert accounts.sign_in(store, "sari@example.org", "battery staple", now=NOW)
    with pytest.raises(WrongPassword):
        accounts.sign_in(store, "sari@example.org", PASSWORD, now=NOW)


def test_neither_passwords_nor_tokens_nor_logins_are_kept(store: Store, sari: people.Person) -> None:
    token = accounts.sign_in(store, "sari@example.org", PASSWORD, now=NOW).token
    assert len(token) >= 22
    with store.reading() as session:
        credential = session.scalars(select(Credential)).one()
        kept = session.scalars(select(LoginSession.id_hash)).one()
    assert credential.password_hash.startswith("$argon2id$")
    assert re.fullmatch("[0-9a-f]{64}", credential.login_mac)
    assert kept != token
    assert people.identify(store, sari.id).login == "Sari@Example.org"


def test_an_unknown_login_is_compared_with_a_hash_as_a_wrong_password_is(
    store: Store, sari: people.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    fits = accounts._fits
    monkeypatch.setattr(accounts, "_fits", lambda hashed, word: compared.append(hashed) or fits(hashed, word))
    for login in ("sari@example.org", "nobody@example.org"):
        with pytest.raises(WrongPassword):
            accounts.sign_in(store, login, "wrong horse", now=NOW)
    costs = [hashed.rsplit("$", 2)[0] for hashed in compared]
    assert len(costs) == 2 and len(set(costs)) == 1


def test_passwords_are_hashed_at_full_cost_outside_tests() -> None:
    # The least that OWASP's Password Storage Cheat Sheet names.
    assert HASHER.type is argon2.Type.ID
    assert HASHER.memory_cost >= 19 * 1024
    assert HASHER.time_cost >= 2


@pytest.mark.parametrize(("login", "password"), [("", PASSWORD), ("x" * 201, PASSWORD), ("sari", "seven77")])
def test_weak_passwords_and_empty_logins_are_refused(store: Store, login: str, password: str) -> None:
    person = people.create(store, NewPerson(role="teacher"), by=people.OPERATOR, now=NOW)
    with pytest.raises(InvalidDetail):
        accounts.set_password(store, person.id, password, login=login, by=people.OPERATOR, now=NOW)


def test_a_login_belongs_to_one_person(store: Store, sari: people.Person) -> None:
    other = people.create(store, NewPerson(role="teacher"), by=people.OPERATOR, now=NOW)
    with pytest.raises(AlreadyThere):
        accounts.set_password(store, other.id, PASSWORD, login="SARI@example.org", by=people.OPERATOR, now=NOW)
    accounts.set_password(store, sari.id, PASSWORD, login="sari", by=people.OPERATOR, now=NOW)
    accounts.set_password(store, other.id, PASSWORD, login="sari@example.org", by=people.OPERATOR, now=NOW)


def test_names_are_sealed_and_can_be_corrected(store: Store, sari: people.Person) -> None:
    known = Identity(name="Sari Dewi", email="dewi@example.org", login="ignored")
    people.name_anew(store, sari.id, known, by=sari.id, now=NOW)
    assert people.identify(store, sari.id) == Identity(
        name="Sari Dewi", email="dewi@example.org", login="Sari@Example.org"
    )
    for wrong in (Identity(name="x" * 201), Identity(name="a\nb")):
        with pytest.raises(InvalidDetail):
            people.name_anew(store, sari.id, wrong, by=sari.id, now=NOW)


def test_pseudonyms_are_made_up_and_taken_once(store: Store) -> None:
    people.create(store, NewPerson(role="learner", pseudonym=" Blue   Whale "), by=people.OPERATOR, now=NOW)
    with pytest.raises(AlreadyThere):
        people.create(store, NewPerson(role="learner", pseudonym="Blue Whale"), by=people.OPERATOR, now=NOW)
    made = people.create(store, NewPerson(role="learner"), by=people.OPERATOR, now=NOW)
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+ \d\d", made.pseudonym)
    assert people.listed(store, "learner")[0].pseudonym in {"Blue Whale", made.pseudonym}
    with pytest.raises(NotFound):
        people.find(store, "0" * 32)


def test_a_code_lets_learners_into_the_class_as_often_as_it_says(school: School) -> None:
    code = invitations.make_join_code(school.store, school.class_id, by=school.teacher.id, now=NOW, uses=2)
    typed = f"{code.secret[:4].lower()}-{code.secret[4:]} "
    joined = [
        invitations.join(school.store, typed, known=Identity(name=name), now=NOW, language="id")
        for name in ("Citra", "Dewi")
    ]
    with pytest.raises(UnusableCode):
        invitations.join(school.store, typed, known=Identity(name="Eka"), now=NOW)
    members = {one.name: one.person for one in classes.roster(school.store, school.class_id, by=school.teacher.id)}
    assert members["Citra"] == joined[0].person
    assert (members["Dewi"].role, members["Dewi"].needs_guardian) == ("learner", True)
    assert accounts.resume(school.store, joined[1].token, now=NOW) == members["Dewi"]
    assert "Eka" not in members


def test_a_code_ends(school: School) -> None:
    code = invitations.make_join_code(school.store, school.class_id, by=school.teacher.id, now=NOW)
    with pytest.raises(UnusableCode):
        invitations.join(school.store, code.secret, known=Identity(), now=code.expires_at)
    with pytest.raises(NotAllowed):
        invitations.withdraw(school.store, code.id, by=school.stranger.id, now=NOW)
    invitations.withdraw(school.store, code.id, by=school.teacher.id, now=NOW)
    with pytest.raises(UnusableCode):
        invitations.join(school.store, code.secret, known=Identity(), now=NOW)
    with school.store.reading() as session:
        assert code.secret not in session.scalars(select(Invitation.code_mac)).all()


def test_only_its_teachers_invite_into_a_class(school: School) -> None:
    for other in (school.stranger, school.ani, school.admin):
        with pytest.raises(NotAllowed):
            invitations.make_join_code(school.store, school.class_id, by=other.id, now=NOW)


def test_a_link_signs_one_person_in_once(school: School) -> None:
    link = invitations.make_link(school.store, school.ani.id, by=school.teacher.id, now=NOW)
    signed = invitations.follow(school.store, link.secret, now=NOW)
    assert accounts.resume(school.store, signed.token, now=NOW) == school.ani
    with pytest.raises(UnusableCode):
        invitations.follow(school.store, link.secret, now=NOW)
    late = invitations.make_link(school.store, school.ani.id, by=school.admin.id, now=NOW)
    with pytest.raises(UnusableCode):
        invitations.follow(school.store, late.secret, now=NOW + timedelta(days=2))
    for other in (school.stranger, school.budi):
        with pytest.raises(NotAllowed):
            invitations.make_link(school.store, school.ani.id, by=other.id, now=NOW)


def test_a_teacher_cannot_make_a_link_for_an_admin(school: School) -> None:
    classes.add_member(school.store, school.class_id, school.admin.id, by=school.teacher.id, now=NOW)
    with pytest.raises(NotAllowed):
        invitations.make_link(school.store, school.admin.id, by=school.teacher.id, now=NOW)


@given(st.text())
def test_any_code_can_be_typed(typed: str) -> None:
    assert ids.read_code(ids.read_code(typed)) == ids.read_code(typed)


@given(st.data())
def test_a_code_survives_blanks_hyphens_and_case(data: st.DataObject) -> None:
    code = ids.new_code()
    typed = "".join(letter + data.draw(st.sampled_from(["", " ", "-"])) for letter in code.lower())
    assert ids.read_code(typed) == code
