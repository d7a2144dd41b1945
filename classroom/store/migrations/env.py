"""Alembic's way in: uses the connection that it is handed."""

from alembic import context

from classroom.store.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
