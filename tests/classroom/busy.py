"""A school in which there is something of everything, most of it Ani's."""

from datetime import timedelta

from school import NOW, School

from classroom import (
    accounts,
    checkins,
    classes,
    courses,
    gradebook,
    invitations,
    marks,
    outside,
    platforms,
    recordings,
    submissions,
)
from classroom.courses import Outsider, Place
from classroom.outside import Account
from classroom.platforms import Details
from classroom.recordings import Recording
from classroom.store.outside_tables import CourseRow

MOODLE = Details(
    name="Moodle",
    issuer="https://moodle.example",
    client_id="lafal",
    deployments=("7",),
    auth_url="https://moodle.example/auth",
    token_url="https://moodle.example/token",
    jwks_url="https://moodle.example/keys",
)
SUBJECT = "what Moodle calls Ani"
COMMENT = "Clear!"


def busy(school: School) -> Recording:
    """Do something of everything; answers Ani's recording."""
    store, ani, teacher = school.store, school.ani.id, school.teacher.id
    attempt, kept, assessed = school.hand_in()
    mark = marks.Mark(level="word", place="0", value=95, comment=COMMENT)
    marks.overrule(store, assessed, mark, by=teacher, now=NOW)
    recordings.listen(store, kept.id, by=teacher, now=NOW)
    submissions.release(store, attempt.id, by=teacher, now=NOW)
    for person, login in ((teacher, "sari"), (ani, "ani")):
        accounts.set_password(store, person, "correct horse", login=login, by="operator", now=NOW)
        accounts.sign_in(store, login, "correct horse", now=NOW)
    invitations.make_join_code(store, school.class_id, by=teacher, now=NOW)
    invitations.make_link(store, ani, by=teacher, now=NOW)
    classes.create_school(store, "SMP 1", by=school.admin.id, now=NOW)
    classes.put_in_group(store, school.class_id, ani, "Red", by=teacher)
    checkins.dismiss(store, school.class_id, ani, "stopped", by=teacher, now=NOW)
    _connect(school)
    return kept


def _connect(school: School) -> None:
    """Have the class be a course of a platform, where Ani has an account, and send her total there."""
    store = school.store
    platform = platforms.register(store, MOODLE, by=school.admin.id, now=NOW)
    with store.writing() as session:
        course = {"platform_id": platform.id, "deployment_id": "7", "context_id": "course"}
        url = "https://moodle.example/columns"
        session.add(CourseRow(id="c" * 32, class_id=school.class_id, columns_url=url, created_at=NOW, **course))
    account = Account(f"platform {platform.id} learner", SUBJECT, platform.id)
    outside.link(store, school.ani.id, account, now=NOW)
    place = Place(deployment_id="7", context_id="course", resource_id="3")
    courses.arrive(store, platform.id, Outsider(subject=SUBJECT, role="learner"), place=place, now=NOW)
    address = "https://moodle.example/columns/1"
    work = school.assignment.id
    courses.bind(store, "c" * 32, work, resource_id="3", column_url=address, by=school.teacher.id)
    (due,) = gradebook.due(store, now=NOW)
    gradebook.mark_sent(store, due, now=NOW)
    outside.spend(store, "a sign-in", expires_at=NOW + timedelta(minutes=5), now=NOW)
