"""Reasons for a check-in that a teacher has put aside."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "dismissals",
        sa.Column("class_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("dismissed_by", sa.String(length=32), nullable=False),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_dismissals_class_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_dismissals_person_id"),
        sa.ForeignKeyConstraint(["dismissed_by"], ["people.id"], name="fk_dismissals_dismissed_by"),
        sa.PrimaryKeyConstraint("class_id", "person_id", "reason", name="pk_dismissals"),
    )
    op.create_index("ix_dismissals_person_id", "dismissals", ["person_id"])
