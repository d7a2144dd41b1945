import pytest
from school import NOW, School

from classroom import accounts, classes, directory, invitations, people
from classroom.errors import AlreadyThere, InvalidDetail, NotAllowed, NotFound, SessionOver, UnusableCode
from classroom.people import Identity, NewPerson

PASSWORD = "correct horse"


def test_admins_see_everybody_by_their_real_names(school: School) -> None:
    listed = directory.entries(school.store, "learner", by=school.admin.id)
    assert [(one.identity.name, one.classes) for one in listed] == [("Ani", ("9A",)), ("Budi", ("9A",))]
    assert [one.identity.name for one in directory.entries(school.store, "teacher", by=school.admin.id)] == [
        "Other",
        "Sari",
    ]
    assert directory.entry(school.store, school.ani.id, by=school.admin.id).identity.email == "ani@example.org"


def test_a_class_that_was_left_or_put_away_is_not_listed(school: School) -> None:
    classes.remove_member(school.store, school.class_id, school.ani.id, by=school.teacher.id, now=NOW)
    assert directory.entry(school.store, school.ani.id, by=school.admin.id).classes == ()
    classes.archive(school.store, school.class_id, by=school.teacher.id, now=NOW)
    assert directory.entry(school.store, school.budi.id, by=school.admin.id).classes == ()


def test_nobody_else_sees_the_directory(school: School) -> None:
    for by in (school.teacher, school.ani):
        with pytest.raises(NotAllowed):
            directory.entries(school.store, "learner", by=by.id)
        with pytest.raises(NotAllowed):
            directory.entry(school.store, school.budi.id, by=by.id)
        with pytest.raises(NotAllowed):
            directory.schools(school.store, by=by.id)


def test_schools_come_by_name(school: School) -> None:
    for name in ("SMA 2", "SMA 1"):
        classes.create_school(school.store, name, by=school.admin.id, now=NOW)
    assert [name for _, name in directory.schools(school.store, by=school.admin.id)] == ["SMA 1", "SMA 2"]


def test_an_account_comes_with_its_password_or_not_at_all(school: School) -> None:
    new = NewPerson(role="teacher", identity=Identity(name="Dewi"))
    made = accounts.create(school.store, new, PASSWORD, login="Dewi", by=school.admin.id, now=NOW)
    assert accounts.sign_in(school.store, "dewi", PASSWORD, now=NOW).person == made
    assert people.identify(school.store, made.id) == Identity(name="Dewi", login="Dewi")
    before = len(people.listed(school.store))
    with pytest.raises(AlreadyThere):
        accounts.create(school.store, new, PASSWORD, login=" DEWI", by=school.admin.id, now=NOW)
    with pytest.raises(InvalidDetail):
        accounts.create(school.store, new, "short", login="other", by=school.admin.id, now=NOW)
    assert len(people.listed(school.store)) == before


def test_signing_out_elsewhere_keeps_this_session(school: School) -> None:
    links = [invitations.make_link(school.store, school.ani.id, by=school.admin.id, now=NOW).secret for _ in range(3)]
    first, second, third = (invitations.follow(school.store, link, now=NOW).token for link in links)
    accounts.sign_out_elsewhere(school.store, school.ani.id, keep=second, now=NOW)
    assert accounts.resume(school.store, second, now=NOW) == school.ani
    for token in (first, third):
        with pytest.raises(SessionOver):
            accounts.resume(school.store, token, now=NOW)


def test_a_learner_joins_one_more_class_and_comes_back_to_one_they_left(school: School) -> None:
    code = invitations.make_join_code(school.store, school.class_id, by=school.teacher.id, now=NOW, uses=2).secret
    classes.remove_member(school.store, school.class_id, school.ani.id, by=school.teacher.id, now=NOW)
    assert invitations.join_again(school.store, code, by=school.ani.id, now=NOW) == school.class_id
    assert [one.id for one in classes.of_person(school.store, school.ani.id)] == [school.class_id]
    with pytest.raises(NotAllowed):
        invitations.join_again(school.store, code, by=school.stranger.id, now=NOW)
    invitations.join_again(school.store, code, by=school.budi.id, now=NOW)
    with pytest.raises(UnusableCode):
        invitations.join_again(school.store, code, by=school.ani.id, now=NOW)


def test_nobody_is_not_in_the_directory(school: School) -> None:
    with pytest.raises(NotFound):
        directory.entry(school.store, "nobody", by=school.admin.id)
