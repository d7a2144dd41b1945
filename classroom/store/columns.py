"""Column types that SQLite and PostgreSQL give back alike."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator


class Utc(TypeDecorator[datetime]):
    """A moment in UTC; a time without a zone is refused, because nobody could say when it was."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Write as UTC."""
        return None if value is None else to_database(value, dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def to_database(value: datetime, dialect: Dialect) -> datetime:
    """Give a moment as the database's driver takes it: SQLite knows no zones, so it gets UTC without one.

    Raises
    ------
    ValueError
        The time has no zone.
    """
    if value.tzinfo is None:
        raise ValueError("a time needs a zone")
    moment = value.astimezone(UTC)
    return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment
