"""Where people, classes and recordings are kept: a database, sealed files and keys."""

# Whoever asks for all tables gets those of `outside_tables` too.
from classroom.store import outside_tables as outside_tables
from classroom.store.store import Store

__all__ = ["Store"]
