"""Where people, classes and recordings are kept: a database, sealed files and keys."""

from classroom.store.store import Store

__all__ = ["Store"]
