"""Every schema there has been, for Alembic; `classroom.store.database.migrate` runs them."""
