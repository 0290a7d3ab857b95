"""The business's days, in its own time zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flows.base.settings import Settings


def business_zone() -> ZoneInfo:
    """The zone of the business's days (KPI_TIMEZONE). Raises ConfigError if it is unknown."""
    return Settings.read().timezone


def day_start(day: date) -> datetime:
    """Midnight at which a business day begins."""
    return datetime.combine(day, time(), business_zone())


def yesterday(now: datetime) -> date:
    """The last full business day before `now`."""
    return now.astimezone(business_zone()).date() - timedelta(days=1)


def iso(moment: datetime) -> str:
    """A moment as ISO text in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
