"""Tables about learning platforms and accounts elsewhere; empty while no admin has connected anything.

What a platform or provider calls a person is kept as a keyed hash to find them by, and, where grades have to be sent,
sealed with the person's key.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from classroom.store.schema import Base


class PlatformRow(Base):
    """A learning platform that an admin has registered; one that was removed is let in no more."""

    __tablename__ = "platforms"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str]
    issuer: Mapped[str]
    client_id: Mapped[str]
    deployments: Mapped[list[str]]
    auth_url: Mapped[str]
    token_url: Mapped[str]
    jwks_url: Mapped[str]
    needs_guardian: Mapped[bool]
    created_by: Mapped[str] = mapped_column(String(32), ForeignKey("people.id"))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class AccountRow(Base):
    """Which account elsewhere belongs to whom; `platform_id` is empty for the OpenID provider."""

    __tablename__ = "outside_accounts"
    subject_mac: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32), ForeignKey("people.id"), index=True)
    platform_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("platforms.id"))
    subject: Mapped[bytes]
    linked_at: Mapped[datetime]


class CourseRow(Base):
    """A course of a platform and the class it is here."""

    __tablename__ = "outside_courses"
    __table_args__ = (UniqueConstraint("platform_id", "deployment_id", "context_id"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    platform_id: Mapped[str] = mapped_column(String(32), ForeignKey("platforms.id"))
    deployment_id: Mapped[str]
    context_id: Mapped[str]
    class_id: Mapped[str] = mapped_column(String(32), ForeignKey("classes.id"), index=True)
    columns_url: Mapped[str | None]
    members_url: Mapped[str | None]
    created_at: Mapped[datetime]


class ResourceRow(Base):
    """A link in a course and the assignment it opens."""

    __tablename__ = "outside_resources"
    course_id: Mapped[str] = mapped_column(String(32), ForeignKey("outside_courses.id"), primary_key=True)
    resource_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    assignment_id: Mapped[str] = mapped_column(String(32), ForeignKey("assignments.id"))


class GradeColumnRow(Base):
    """Where a platform wants the scores of an assignment."""

    __tablename__ = "outside_columns"
    course_id: Mapped[str] = mapped_column(String(32), ForeignKey("outside_courses.id"), primary_key=True)
    assignment_id: Mapped[str] = mapped_column(String(32), ForeignKey("assignments.id"), primary_key=True)
    url: Mapped[str]


class ScoreRow(Base):
    """What became of sending a learner's total to a platform: when of which release, or why not yet."""

    __tablename__ = "outside_scores"
    course_id: Mapped[str] = mapped_column(String(32), ForeignKey("outside_courses.id"), primary_key=True)
    assignment_id: Mapped[str] = mapped_column(String(32), ForeignKey("assignments.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32), ForeignKey("people.id"), primary_key=True, index=True)
    release: Mapped[datetime]
    value: Mapped[float]
    tries: Mapped[int]
    next_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    problem: Mapped[str | None]


class SpentRow(Base):
    """A sign-in from elsewhere that was used; none counts twice."""

    __tablename__ = "outside_spent"
    __table_args__ = (Index(None, "expires_at"),)
    state_mac: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime]
