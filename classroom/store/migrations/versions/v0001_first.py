"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_FIXED = (("audit", "UPDATE"), ("audit", "DELETE"), ("marks", "UPDATE"))


def upgrade() -> None:
    """Make all tables."""
    _people()
    _classes()
    _consents()
    _assignments()
    _recordings()
    _records()
    _fix_history()


def _utc() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _people() -> None:
    op.create_table(
        "schools",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", _utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_schools"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("school_id", sa.String(length=32), nullable=True),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("pseudonym", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("needs_guardian", sa.Boolean(), nullable=False),
        sa.Column("scores_only", sa.Boolean(), nullable=False),
        sa.Column("created_at", _utc(), nullable=False),
        sa.Column("deleted_at", _utc(), nullable=True),
        sa.CheckConstraint("role IN ('admin', 'teacher', 'learner', 'guest')", name="ck_people_role"),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_people_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("pseudonym", name="uq_people_pseudonym"),
    )
    op.create_table(
        "identities",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("guardian", sa.LargeBinary(), nullable=True),
        sa.Column("login", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_identities_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_identities"),
    )
    op.create_table(
        "credentials",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("login_mac", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("changed_at", _utc(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_credentials_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_credentials"),
        sa.UniqueConstraint("login_mac", name="uq_credentials_login_mac"),
    )
    op.create_table(
        "sessions",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", _utc(), nullable=False),
        sa.Column("expires_at", _utc(), nullable=False),
        sa.Column("revoked_at", _utc(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_sessions_person_id"),
        sa.PrimaryKeyConstraint("id_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_person_id", "sessions", ["person_id"], unique=False)


def _classes() -> None:
    op.create_table(
        "classes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("school_id", sa.String(length=32), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", _utc(), nullable=False),
        sa.Column("archived_at", _utc(), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_classes_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_classes"),
    )
    op.create_table(
        "groups",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("class_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_groups_class_id"),
        sa.PrimaryKeyConstraint("id", name="pk_groups"),
        sa.UniqueConstraint("class_id", "id", name="uq_groups_class_id_id"),
        sa.UniqueConstraint("class_id", "name", name="uq_groups_class_id_name"),
    )
    op.create_table(
        "memberships",
        sa.Column("class_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("group_id", sa.String(length=32), nullable=True),
        sa.Column("joined_at", _utc(), nullable=False),
        sa.Column("left_at", _utc(), nullable=True),
        sa.CheckConstraint("role IN ('teacher', 'learner')", name="ck_memberships_role"),
        sa.ForeignKeyConstraint(
            ["class_id", "group_id"], ["groups.class_id", "groups.id"], name="fk_memberships_class_id_group_id"
        ),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_memberships_class_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_memberships_person_id"),
        sa.PrimaryKeyConstraint("class_id", "person_id", name="pk_memberships"),
    )
    op.create_index("ix_memberships_person_id", "memberships", ["person_id"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("code_mac", sa.String(length=64), nullable=False),
        sa.Column("class_id", sa.String(length=32), nullable=True),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.Column("created_at", _utc(), nullable=False),
        sa.Column("expires_at", _utc(), nullable=False),
        sa.Column("revoked_at", _utc(), nullable=True),
        sa.CheckConstraint("kind IN ('join_code', 'magic_link')", name="ck_invitations_kind"),
        sa.CheckConstraint("uses_left >= 0", name="ck_invitations_uses_left"),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_invitations_class_id"),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name="fk_invitations_created_by"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_invitations_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("code_mac", name="uq_invitations_code_mac"),
    )
    op.create_index("ix_invitations_person_id", "invitations", ["person_id"], unique=False)


def _consents() -> None:
    op.create_table(
        "consent_texts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('practice', 'teacher_listens', 'research_export', 'speaker_check')",
            name="ck_consent_texts_purpose",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consent_texts"),
        sa.UniqueConstraint("purpose", "version", "language", name="uq_consent_texts_purpose_version_language"),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("text_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("guardian", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.String(length=32), nullable=False),
        sa.Column("given_at", _utc(), nullable=False),
        sa.Column("withdrawn_at", _utc(), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('practice', 'teacher_listens', 'research_export', 'speaker_check')", name="ck_consents_purpose"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_consents_person_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name="fk_consents_recorded_by"),
        sa.ForeignKeyConstraint(["text_id"], ["consent_texts.id"], name="fk_consents_text_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_person_id_purpose", "consents", ["person_id", "purpose"], unique=False)


def _assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("class_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("strictness", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=True),
        sa.Column("opens_at", _utc(), nullable=True),
        sa.Column("due_at", _utc(), nullable=True),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("counted", sa.JSON(), nullable=False),
        sa.Column("rubric", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("created_at", _utc(), nullable=False),
        sa.Column("archived_at", _utc(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('sentences', 'passage', 'picture', 'free', 'dialogue')", name="ck_assignments_kind"
        ),
        sa.CheckConstraint("strictness IN ('gentle', 'standard', 'strict')", name="ck_assignments_strictness"),
        sa.CheckConstraint("attempts > 0", name="ck_assignments_attempts"),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_assignments_class_id"),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name="fk_assignments_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
    )
    op.create_index("ix_assignments_class_id", "assignments", ["class_id"], unique=False)
    op.create_table(
        "assignment_items",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("assignment_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("exercise_id", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name="fk_assignment_items_assignment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assignment_items"),
        sa.UniqueConstraint("assignment_id", "position", name="uq_assignment_items_assignment_id_position"),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("assignment_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("idempotency_key", sa.String(length=80), nullable=False),
        sa.Column("created_at", _utc(), nullable=False),
        sa.Column("submitted_at", _utc(), nullable=True),
        sa.Column("released_at", _utc(), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'released')", name="ck_submissions_state"),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name="fk_submissions_assignment_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_submissions_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
        sa.UniqueConstraint(
            "assignment_id", "person_id", "attempt", name="uq_submissions_assignment_id_person_id_attempt"
        ),
        sa.UniqueConstraint("person_id", "idempotency_key", name="uq_submissions_person_id_idempotency_key"),
    )


def _recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("submission_id", sa.String(length=32), nullable=True),
        sa.Column("item_id", sa.String(length=32), nullable=True),
        sa.Column("idempotency_key", sa.String(length=80), nullable=False),
        sa.Column("content_mac", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("created_at", _utc(), nullable=False),
        sa.Column("expires_at", _utc(), nullable=False),
        sa.Column("removed_at", _utc(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["assignment_items.id"], name="fk_recordings_item_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_recordings_person_id"),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_recordings_submission_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recordings"),
        sa.UniqueConstraint("person_id", "idempotency_key", name="uq_recordings_person_id_idempotency_key"),
        sa.UniqueConstraint("sha256", name="uq_recordings_sha256"),
    )
    op.create_index("ix_recordings_expires_at", "recordings", ["expires_at"], unique=False)
    op.create_index("ix_recordings_submission_id", "recordings", ["submission_id"], unique=False)
    op.create_table(
        "assessments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("recording_id", sa.String(length=32), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("totals", sa.JSON(), nullable=False),
        sa.Column("created_at", _utc(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"], name="fk_assessments_recording_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assessments"),
    )
    op.create_index("ix_assessments_recording_id", "assessments", ["recording_id"], unique=False)
    op.create_table(
        "marks",
        sa.Column("assessment_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("old_value", sa.Double(), nullable=True),
        sa.Column("new_value", sa.Double(), nullable=False),
        sa.Column("comment", sa.LargeBinary(), nullable=True),
        sa.Column("marked_by", sa.String(length=32), nullable=False),
        sa.Column("marked_at", _utc(), nullable=False),
        sa.CheckConstraint("level IN ('sound', 'word', 'score')", name="ck_marks_level"),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_marks_assessment_id"),
        sa.ForeignKeyConstraint(["marked_by"], ["people.id"], name="fk_marks_marked_by"),
        sa.PrimaryKeyConstraint("assessment_id", "number", name="pk_marks"),
    )


def _records() -> None:
    op.create_table(
        "facts",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_facts"),
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", _utc(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )


def _fix_history() -> None:
    """Have the database itself refuse to rewrite what was done and marked."""
    if op.get_bind().dialect.name == "sqlite":
        for table, verb in _FIXED:
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} keeps its history'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION lafal_keep_history() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% keeps its history', TG_TABLE_NAME; END $$"
    )
    for table, verb in _FIXED:
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION lafal_keep_history()"
        )
