"""The tables. Rows never leave the store; domain functions answer with frozen dataclasses.

Times are UTC and passed in. Ids are 128 random bits in hexadecimal. Real names are in `identities` alone, sealed with
the person's own key, as are the documents of assessments and the comments of teachers.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from classroom.store.columns import Utc

ROLES = ("admin", "teacher", "learner")
PURPOSES = ("practice", "teacher_listens", "research_export", "speaker_check")
ASSIGNMENT_KINDS = ("sentences", "passage", "picture", "free", "dialogue")
STRICTNESSES = ("gentle", "standard", "strict")
STATES = ("draft", "submitted", "released")
MARK_LEVELS = ("sound", "word", "score")
INVITATION_KINDS = ("join_code", "magic_link")

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Base(DeclarativeBase):
    """All tables."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {datetime: Utc, str: Text, bytes: LargeBinary, dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012


def _id() -> Mapped[str]:
    return mapped_column(String(32), primary_key=True)


def _to(table: str, *, key: bool = False, index: bool = False) -> Mapped[Any]:
    return mapped_column(String(32), ForeignKey(f"{table}.id"), primary_key=key, index=index)


class Fact(Base):
    """What the store knows about itself, such as where the audit ends."""

    __tablename__ = "facts"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str]


class School(Base):
    """A school; classes need none."""

    __tablename__ = "schools"
    id: Mapped[str] = _id()
    name: Mapped[str]
    created_at: Mapped[datetime]


class Person(Base):
    """Somebody, under a pseudonym; a deleted person's row stays, empty, so that the audit can be read."""

    __tablename__ = "people"
    # The first schema allowed guests; nobody ever was one, and the tables stay as they were made.
    __table_args__ = (_one_of("role", (*ROLES, "guest")),)
    id: Mapped[str] = _id()
    school_id: Mapped[str | None] = _to("schools")
    role: Mapped[str] = mapped_column(String(10))
    pseudonym: Mapped[str] = mapped_column(String(60), unique=True)
    language: Mapped[str] = mapped_column(String(10))
    needs_guardian: Mapped[bool]
    scores_only: Mapped[bool]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class Identity(Base):
    """Who somebody really is, each field sealed with the person's key; the only table that knows."""

    __tablename__ = "identities"
    person_id: Mapped[str] = _to("people", key=True)
    name: Mapped[bytes | None]
    email: Mapped[bytes | None]
    guardian: Mapped[bytes | None]
    login: Mapped[bytes | None]


class Credential(Base):
    """How somebody signs in; the name is kept as a keyed hash, since it may be a real one."""

    __tablename__ = "credentials"
    person_id: Mapped[str] = _to("people", key=True)
    login_mac: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str]
    changed_at: Mapped[datetime]


class LoginSession(Base):
    """A browser that is signed in; its id is kept as a hash."""

    __tablename__ = "sessions"
    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = _to("people", index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Class(Base):
    """A class."""

    __tablename__ = "classes"
    id: Mapped[str] = _id()
    school_id: Mapped[str | None] = _to("schools")
    name: Mapped[str]
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class Group(Base):
    """Some learners of a class."""

    __tablename__ = "groups"
    __table_args__ = (UniqueConstraint("class_id", "name"), UniqueConstraint("class_id", "id"))
    id: Mapped[str] = _id()
    class_id: Mapped[str] = _to("classes")
    name: Mapped[str] = mapped_column(String(80))


class Membership(Base):
    """Who teaches and who learns in a class."""

    __tablename__ = "memberships"
    __table_args__ = (
        _one_of("role", ("teacher", "learner")),
        ForeignKeyConstraint(["class_id", "group_id"], ["groups.class_id", "groups.id"]),
    )
    class_id: Mapped[str] = _to("classes", key=True)
    person_id: Mapped[str] = mapped_column(String(32), ForeignKey("people.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(10))
    group_id: Mapped[str | None] = mapped_column(String(32))
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Invitation(Base):
    """A join code of a class, or a link that signs one person in; kept as a keyed hash, since codes are short."""

    __tablename__ = "invitations"
    __table_args__ = (_one_of("kind", INVITATION_KINDS), CheckConstraint("uses_left >= 0", name="uses_left"))
    id: Mapped[str] = _id()
    kind: Mapped[str] = mapped_column(String(10))
    code_mac: Mapped[str] = mapped_column(String(64), unique=True)
    class_id: Mapped[str | None] = _to("classes")
    person_id: Mapped[str | None] = _to("people", index=True)
    created_by: Mapped[str] = _to("people")
    uses_left: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ConsentText(Base):
    """Words that somebody agreed to, kept as they were."""

    __tablename__ = "consent_texts"
    __table_args__ = (_one_of("purpose", PURPOSES), UniqueConstraint("purpose", "version", "language"))
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    language: Mapped[str] = mapped_column(String(10))
    text: Mapped[str]


class Consent(Base):
    """A yes to one purpose, until it is withdrawn."""

    __tablename__ = "consents"
    __table_args__ = (_one_of("purpose", PURPOSES), Index(None, "person_id", "purpose"))
    id: Mapped[str] = _id()
    person_id: Mapped[str] = _to("people")
    purpose: Mapped[str] = mapped_column(String(20))
    text_id: Mapped[str] = _to("consent_texts")
    version: Mapped[int]
    guardian: Mapped[bool]
    recorded_by: Mapped[str] = _to("people")
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Assignment(Base):
    """Work for a class."""

    __tablename__ = "assignments"
    __table_args__ = (
        _one_of("kind", ASSIGNMENT_KINDS),
        _one_of("strictness", STRICTNESSES),
        CheckConstraint("attempts > 0", name="attempts"),
    )
    id: Mapped[str] = _id()
    class_id: Mapped[str] = _to("classes", index=True)
    group_id: Mapped[str | None] = _to("groups")
    title: Mapped[str]
    kind: Mapped[str] = mapped_column(String(10))
    strictness: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int | None]
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    time_zone: Mapped[str] = mapped_column(String(60))
    counted: Mapped[list[str]]
    rubric: Mapped[dict[str, Any]]
    created_by: Mapped[str] = _to("people")
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class AssignmentItem(Base):
    """One thing to say: an exercise of the catalogue, with its text as it was, or the teacher's own text."""

    __tablename__ = "assignment_items"
    __table_args__ = (UniqueConstraint("assignment_id", "position"),)
    id: Mapped[str] = _id()
    assignment_id: Mapped[str] = _to("assignments")
    position: Mapped[int]
    exercise_id: Mapped[str | None]
    text: Mapped[str]
    prompt: Mapped[str | None]


class Submission(Base):
    """One attempt of a learner at an assignment."""

    __tablename__ = "submissions"
    __table_args__ = (
        _one_of("state", STATES),
        UniqueConstraint("assignment_id", "person_id", "attempt"),
        UniqueConstraint("person_id", "idempotency_key"),
    )
    id: Mapped[str] = _id()
    assignment_id: Mapped[str] = _to("assignments")
    person_id: Mapped[str] = _to("people")
    attempt: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    idempotency_key: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]


class Recording(Base):
    """A sealed file beside the database, named by the SHA-256 of what is in it; `removed_at` once the file is gone."""

    __tablename__ = "recordings"
    __table_args__ = (UniqueConstraint("person_id", "idempotency_key"),)
    id: Mapped[str] = _id()
    person_id: Mapped[str] = _to("people")
    submission_id: Mapped[str | None] = _to("submissions", index=True)
    item_id: Mapped[str | None] = _to("assignment_items")
    idempotency_key: Mapped[str] = mapped_column(String(80))
    content_mac: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    key_id: Mapped[str] = mapped_column(String(32))
    media_type: Mapped[str] = mapped_column(String(60))
    size_bytes: Mapped[int]
    seconds: Mapped[float]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(Utc, index=True)
    removed_at: Mapped[datetime | None]


class AssessmentRow(Base):
    """What Lafal said about a recording: its JSON, packed and sealed, and the scores to count with."""

    __tablename__ = "assessments"
    id: Mapped[str] = _id()
    recording_id: Mapped[str] = _to("recordings", index=True)
    model: Mapped[str]
    document: Mapped[bytes]
    totals: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class MarkRow(Base):
    """A teacher's word against the machine's; the latest one for a place counts, and none is ever changed."""

    __tablename__ = "marks"
    __table_args__ = (_one_of("level", MARK_LEVELS),)
    assessment_id: Mapped[str] = _to("assessments", key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[str] = mapped_column(String(10))
    place: Mapped[str] = mapped_column(String(40))
    old_value: Mapped[float | None]
    new_value: Mapped[float]
    comment: Mapped[bytes | None]
    marked_by: Mapped[str] = _to("people")
    marked_at: Mapped[datetime]


class Dismissal(Base):
    """A reason to look after a learner that a teacher has put aside; newer signs of it count again."""

    __tablename__ = "dismissals"
    class_id: Mapped[str] = _to("classes", key=True)
    person_id: Mapped[str] = mapped_column(String(32), ForeignKey("people.id"), primary_key=True, index=True)
    reason: Mapped[str] = mapped_column(String(40), primary_key=True)
    dismissed_by: Mapped[str] = _to("people")
    dismissed_at: Mapped[datetime]


class AuditRow(Base):
    """What was done to whose data, by whom; each row's hash covers the row before."""

    __tablename__ = "audit"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str]
    details: Mapped[str]
    chain: Mapped[str] = mapped_column(String(64))
