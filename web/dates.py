"""Dates as people say them, in their language and in the time zone of the work they belong to."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from web.catalogue import Catalogue

_SOON = timedelta(days=6)


def say_date(catalogue: Catalogue, moment: datetime, *, time_zone: str, now: datetime) -> str:
    """Say when something is: by the day of the week within six days, else with its date.

    Parameters
    ----------
    catalogue : Catalogue
        The reader's language.
    moment : datetime
        With its zone.
    time_zone : str
        In which it is to be said, such as "Asia/Jakarta".
    now : datetime
        From which days are counted.

    Returns
    -------
    str
        Such as "Friday 17:00 WIB" or "Friday, 13 March 2026, 17:00 WIB".
    """
    local = moment.astimezone(ZoneInfo(time_zone))
    weekday = catalogue.say("date.weekdays").split(",")[local.weekday()]
    time = catalogue.say("date.time", hour=local.hour, minute=local.minute)
    zone = _zone(local)
    if abs(moment - now.astimezone(UTC)) < _SOON:
        return catalogue.say("date.soon", weekday=weekday, time=time, zone=zone)
    month = catalogue.say("date.months").split(",")[local.month - 1]
    day = {"day": local.day, "month": month, "year": local.year}
    return catalogue.say("date.far", weekday=weekday, time=time, zone=zone, **day)


def moment(when: datetime, time_zone: str, catalogue: Catalogue) -> str:
    """Write a moment for tables: "2 Mar 2026, 15:30"."""
    local = when.astimezone(ZoneInfo(time_zone))
    return f"{say_day(local, catalogue)}, {catalogue.say('date.time', hour=local.hour, minute=local.minute)}"


def say_day(day: date, catalogue: Catalogue) -> str:
    """Write a day: "2 Mar 2026"."""
    return f"{day.day} {catalogue.say('marking.months').split()[day.month - 1]} {day.year}"


def _zone(local: datetime) -> str:
    """Give a zone's letters; some have only the hours from UTC."""
    name = local.tzname() or ""
    return f"UTC{name}" if name.startswith(("+", "-")) else name
