from dataclasses import replace
from datetime import timedelta

import pytest
from school import NOW, School
from sqlalchemy import select

from classroom import classes, courses, deletion, gradebook, grid, outside, people, platforms, submissions
from classroom.courses import Arrived, Outsider, Place
from classroom.errors import AlreadyThere, InvalidDetail, NotAllowed, NotFound, NotOpen
from classroom.outside import Account
from classroom.people import Person
from classroom.platforms import Details, Platform
from classroom.store import Store
from classroom.store.outside_tables import AccountRow, CourseRow, ScoreRow, SpentRow
from classroom.store.schema import Fact

DETAILS = Details(
    name="Moodle",
    issuer="https://moodle.example",
    client_id="lafal",
    deployments=("7",),
    auth_url="https://moodle.example/auth",
    token_url="https://moodle.example/token",
    jwks_url="https://moodle.example/keys",
)
PLACE = Place(deployment_id="7", context_id="course", title="English", columns_url="https://moodle.example/columns")
TEACHER = Outsider(subject="2", role="teacher", name="Sari")
LEARNER = Outsider(subject="4", role="learner", name="Ani\x00  Wijaya")
OPENID = Account("openid https://accounts.example", "pupil-17")


@pytest.fixture
def platform(school: School) -> Platform:
    return platforms.register(school.store, DETAILS, by=school.admin.id, now=NOW)


def arrive(store: Store, platform: Platform, outsider: Outsider, place: Place = PLACE) -> Arrived:
    return courses.arrive(store, platform.id, outsider, place=place, now=NOW)


def test_only_admins_register_list_and_remove(school: School, platform: Platform) -> None:
    for person in (school.teacher, school.ani):
        with pytest.raises(NotAllowed):
            platforms.register(school.store, DETAILS, by=person.id, now=NOW)
        with pytest.raises(NotAllowed):
            platforms.listed(school.store, by=person.id)
        with pytest.raises(NotAllowed):
            platforms.remove(school.store, platform.id, by=person.id, now=NOW)
    assert platforms.listed(school.store, by=school.admin.id) == (platform,)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ""},
        {"issuer": " "},
        {"client_id": "x" * 501},
        {"deployments": ()},
        {"auth_url": "http://moodle.example/auth"},
        {"token_url": "https://user:word@moodle.example/token"},
        {"jwks_url": "file:///etc/passwd"},
        {"jwks_url": "https://moodle.example/a b"},
        {"jwks_url": "https://["},
        {"jwks_url": ""},
    ],
)
def test_what_cannot_be_used_is_refused(school: School, changed: dict[str, object]) -> None:
    with pytest.raises(InvalidDetail) as refused:
        platforms.register(school.store, replace(DETAILS, **changed), by=school.admin.id, now=NOW)
    assert refused.value.facts["field"] in changed
    assert platforms.listed(school.store, by=school.admin.id) == ()


def test_http_is_taken_on_this_computer_alone() -> None:
    assert platforms.is_safe("http://localhost:8000/keys") and platforms.is_safe("http://127.0.0.1/keys")
    assert not platforms.is_safe("http://localhost.example/keys") and not platforms.is_safe("//moodle.example")


def test_an_issuer_may_know_us_by_two_names(school: School, platform: Platform) -> None:
    assert platforms.find_issuer(school.store, DETAILS.issuer) == platform
    other = platforms.register(school.store, replace(DETAILS, client_id="second"), by=school.admin.id, now=NOW)
    with pytest.raises(NotFound):
        platforms.find_issuer(school.store, DETAILS.issuer)
    assert platforms.find_issuer(school.store, DETAILS.issuer, "second") == other
    platforms.remove(school.store, other.id, by=school.admin.id, now=NOW)
    assert platforms.find_issuer(school.store, DETAILS.issuer) == platform


def test_the_signing_key_is_made_once_and_sealed(school: School) -> None:
    made: list[bytes] = []

    def make() -> bytes:
        made.append(b"a private key")
        return made[-1]

    assert platforms.signing_key(school.store, make) == platforms.signing_key(school.store, make) == b"a private key"
    assert len(made) == 1
    with school.store.reading() as session:
        assert all("private" not in fact.value for fact in session.scalars(select(Fact)))


def test_a_sign_in_counts_once_and_is_forgotten_when_it_expired(school: School) -> None:
    later = NOW + timedelta(minutes=10)
    assert outside.spend(school.store, "one", expires_at=later, now=NOW)
    assert not outside.spend(school.store, "one", expires_at=later, now=NOW)
    assert outside.spend(school.store, "two", expires_at=later, now=later + timedelta(seconds=1))
    with school.store.reading() as session:
        assert len(session.scalars(select(SpentRow)).all()) == 1


def test_an_account_is_one_persons_until_it_is_unlinked(school: School) -> None:
    store, ani, budi = school.store, school.ani, school.budi
    with pytest.raises(NotFound):
        outside.sign_in(store, OPENID, now=NOW)
    outside.link(store, ani.id, OPENID, now=NOW)
    outside.link(store, ani.id, OPENID, now=NOW)
    with pytest.raises(AlreadyThere):
        outside.link(store, budi.id, OPENID, now=NOW)
    assert outside.sign_in(store, OPENID, now=NOW).person == ani
    with pytest.raises(NotFound):
        outside.sign_in(store, replace(OPENID, source="openid https://elsewhere.example"), now=NOW)
    outside.unlink(store, ani.id, now=NOW)
    assert not outside.is_linked(store, ani.id)
    outside.link(store, budi.id, OPENID, now=NOW)


def test_no_one_becomes_a_teacher_by_learning_and_no_name_is_lost(school: School, platform: Platform) -> None:
    with pytest.raises(NotOpen):
        arrive(school.store, platform, LEARNER)
    teacher = arrive(school.store, platform, TEACHER)
    learner = arrive(school.store, platform, LEARNER)
    assert learner.class_id == teacher.class_id
    assert (learner.session.person.role, learner.session.person.needs_guardian) == ("learner", True)
    assert people.identify(school.store, learner.session.person.id).name == "Ani Wijaya"
    promoted = arrive(school.store, platform, replace(LEARNER, role="teacher"))
    assert promoted.session.person.id != learner.session.person.id
    assert people.find(school.store, learner.session.person.id).role == "learner"


def test_the_same_course_of_another_deployment_is_another_class(school: School, platform: Platform) -> None:
    one = arrive(school.store, platform, TEACHER)
    other = arrive(school.store, platform, TEACHER, replace(PLACE, deployment_id="8"))
    assert one.class_id != other.class_id


def test_a_removed_platform_lets_nobody_in(school: School, platform: Platform) -> None:
    platforms.remove(school.store, platform.id, by=school.admin.id, now=NOW)
    with pytest.raises(NotFound):
        arrive(school.store, platform, TEACHER)


def test_only_the_classs_teachers_bind_links_and_fetch_the_list(school: School, platform: Platform) -> None:
    course_id = arrive(school.store, platform, TEACHER).course_id or ""
    with pytest.raises(NotAllowed):
        courses.update_members(school.store, course_id, (LEARNER,), gone=(), by=school.teacher.id, now=NOW)
    with pytest.raises(NotAllowed):
        courses.bind(
            school.store, course_id, school.assignment.id, resource_id="1", column_url="", by=school.teacher.id
        )
    teacher = arrive(school.store, platform, TEACHER).session.person
    with pytest.raises(NotFound):
        courses.bind(school.store, course_id, school.assignment.id, resource_id="1", column_url="", by=teacher.id)


@pytest.fixture
def from_there(school: School, platform: Platform) -> Person:
    """Ani, whose class is a course of the platform, and who has an account there."""
    with school.store.writing() as session:
        course = {"platform_id": platform.id, "deployment_id": "7", "context_id": "course"}
        url = "https://moodle.example/columns"
        session.add(CourseRow(id="c" * 32, class_id=school.class_id, columns_url=url, created_at=NOW, **course))
        account = Account(f"platform {platform.id} learner", "4", platform.id)
        outside.attach(school.store, session, school.ani.id, account, now=NOW)
    return school.ani


def test_what_is_due_is_what_the_teachers_grid_shows(school: School, from_there: Person) -> None:
    attempt, _, _ = school.hand_in()
    school.hand_in(school.budi)  # has no account there
    assert gradebook.due(school.store, now=NOW) == ()
    submissions.release(school.store, attempt.id, by=school.teacher.id, now=NOW)
    (due,) = gradebook.due(school.store, now=NOW)
    row = next(row for row in grid.grid(school.store, school.class_id, by=school.teacher.id).rows if row.name == "Ani")
    assert row.cells[0] is not None and due.value == row.cells[0].total
    assert (due.subject, due.title, due.column_url) == ("4", "Fish", "")
    gradebook.mark_sent(school.store, due, now=NOW)
    assert gradebook.due(school.store, now=NOW + timedelta(days=1)) == ()
    assert gradebook.send_again(school.store, school.class_id, by=school.teacher.id, now=NOW) == 1
    assert gradebook.due(school.store, now=NOW) == (due,)
    for asked in (gradebook.of_class, courses.of_class):
        with pytest.raises(NotAllowed):
            asked(school.store, school.class_id, by=school.stranger.id)


def test_waiting_grows_and_ends(school: School, from_there: Person) -> None:
    attempt, _, _ = school.hand_in()
    submissions.release(school.store, attempt.id, by=school.teacher.id, now=NOW)
    now, waits = NOW, []
    for _ in range(gradebook.MOST_TRIES):
        (due,) = gradebook.due(school.store, now=now)
        gradebook.mark_failed(school.store, due, "unreachable", now=now)
        with school.store.reading() as session:
            row = session.scalars(select(ScoreRow)).one()
        if row.next_at is not None:
            assert gradebook.due(school.store, now=row.next_at - timedelta(seconds=1)) == ()
            waits.append((row.next_at - now).total_seconds() / 60)
            now = row.next_at
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert gradebook.due(school.store, now=now + timedelta(days=30)) == ()
    (shown,) = gradebook.of_class(school.store, school.class_id, by=school.teacher.id)
    assert shown.gave_up and shown.problem == "unreachable"


def test_a_deleted_learners_links_and_scores_go_too(school: School, from_there: Person) -> None:
    attempt, _, _ = school.hand_in()
    submissions.release(school.store, attempt.id, by=school.teacher.id, now=NOW)
    (due,) = gradebook.due(school.store, now=NOW)
    gradebook.mark_sent(school.store, due, now=NOW)
    deletion.forget(school.store, from_there.id, by=from_there.id, now=NOW)
    gradebook.mark_sent(school.store, due, now=NOW)  # was under way
    with school.store.reading() as session:
        assert session.scalars(select(AccountRow)).all() == []
        assert session.scalars(select(ScoreRow)).all() == []
    assert from_there.id not in {
        one.person.id for one in classes.roster(school.store, school.class_id, by=school.teacher.id)
    }
