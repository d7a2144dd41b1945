"""Work for one group of a class."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; work that was there stays everybody's."""
    # Alembic cannot add a column together with its key to SQLite, which has no other way; both databases read this.
    op.execute(
        "ALTER TABLE assignments ADD COLUMN group_id VARCHAR(32) "
        "CONSTRAINT fk_assignments_group_id REFERENCES groups (id)"
    )
