"""Learning platforms, accounts elsewhere, and the scores sent there."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _id(name: str, *, empty: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), nullable=empty)


def _text(name: str, *, empty: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=empty)


def _time(name: str, *, empty: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=empty)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    """Make the tables."""
    _make_platforms()
    _make_courses()
    _make_scores()
    op.create_table(
        "outside_spent",
        sa.Column("state_mac", sa.String(length=64), nullable=False),
        _time("expires_at"),
        sa.PrimaryKeyConstraint("state_mac", name="pk_outside_spent"),
    )
    op.create_index("ix_outside_spent_expires_at", "outside_spent", ["expires_at"])


def _make_platforms() -> None:
    op.create_table(
        "platforms",
        _id("id"),
        *(_text(name) for name in ("name", "issuer", "client_id")),
        sa.Column("deployments", sa.JSON(), nullable=False),
        *(_text(name) for name in ("auth_url", "token_url", "jwks_url")),
        sa.Column("needs_guardian", sa.Boolean(), nullable=False),
        _id("created_by"),
        _time("created_at"),
        _time("removed_at", empty=True),
        _to("platforms", "created_by", "people"),
        sa.PrimaryKeyConstraint("id", name="pk_platforms"),
        sa.UniqueConstraint("issuer", "client_id", name="uq_platforms_issuer_client_id"),
    )
    op.create_table(
        "outside_accounts",
        sa.Column("subject_mac", sa.String(length=64), nullable=False),
        _id("person_id"),
        _id("platform_id", empty=True),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        _time("linked_at"),
        _to("outside_accounts", "person_id", "people"),
        _to("outside_accounts", "platform_id", "platforms"),
        sa.PrimaryKeyConstraint("subject_mac", name="pk_outside_accounts"),
    )
    op.create_index("ix_outside_accounts_person_id", "outside_accounts", ["person_id"])


def _make_courses() -> None:
    unique = "uq_outside_courses_platform_id_deployment_id_context_id"
    op.create_table(
        "outside_courses",
        _id("id"),
        _id("platform_id"),
        _text("deployment_id"),
        _text("context_id"),
        _id("class_id"),
        _text("columns_url", empty=True),
        _text("members_url", empty=True),
        _time("created_at"),
        _to("outside_courses", "platform_id", "platforms"),
        _to("outside_courses", "class_id", "classes"),
        sa.PrimaryKeyConstraint("id", name="pk_outside_courses"),
        sa.UniqueConstraint("platform_id", "deployment_id", "context_id", name=unique),
    )
    op.create_index("ix_outside_courses_class_id", "outside_courses", ["class_id"])
    op.create_table(
        "outside_resources",
        _id("course_id"),
        sa.Column("resource_id", sa.String(length=255), nullable=False),
        _id("assignment_id"),
        _to("outside_resources", "course_id", "outside_courses"),
        _to("outside_resources", "assignment_id", "assignments"),
        sa.PrimaryKeyConstraint("course_id", "resource_id", name="pk_outside_resources"),
    )


def _make_scores() -> None:
    op.create_table(
        "outside_columns",
        _id("course_id"),
        _id("assignment_id"),
        _text("url"),
        _to("outside_columns", "course_id", "outside_courses"),
        _to("outside_columns", "assignment_id", "assignments"),
        sa.PrimaryKeyConstraint("course_id", "assignment_id", name="pk_outside_columns"),
    )
    op.create_table(
        "outside_scores",
        _id("course_id"),
        _id("assignment_id"),
        _id("person_id"),
        _time("release"),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        _time("next_at", empty=True),
        _time("sent_at", empty=True),
        sa.Column("problem", sa.Text(), nullable=True),
        _to("outside_scores", "course_id", "outside_courses"),
        _to("outside_scores", "assignment_id", "assignments"),
        _to("outside_scores", "person_id", "people"),
        sa.PrimaryKeyConstraint("course_id", "assignment_id", "person_id", name="pk_outside_scores"),
    )
    op.create_index("ix_outside_scores_person_id", "outside_scores", ["person_id"])
