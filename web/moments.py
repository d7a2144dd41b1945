"""Moments as people read them: in the time zone of what they belong to."""

from datetime import datetime
from zoneinfo import ZoneInfo

from web.catalogue import Catalogue


def moment(when: datetime, time_zone: str, catalogue: Catalogue) -> str:
    """Write a moment such as "2 Mar 2026, 15:30"."""
    local = when.astimezone(ZoneInfo(time_zone))
    month = catalogue.say("marking.months").split()[local.month - 1]
    return f"{local.day} {month} {local.year}, {local:%H:%M}"
