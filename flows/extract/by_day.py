"""Loads by whole days, up to yesterday: which days come, and which of them have come."""

from collections.abc import Iterator
from datetime import date, timedelta

from flows.base.clock import yesterday
from flows.extract.common import Run

FIRST_DAYS = 365  # that a first load without --since asks for


def days(run: Run, cursor: str | None, again: int) -> tuple[date, date]:
    """First and last day to load.

    Args:
        run: what was asked for.
        cursor: the last loaded day, ISO, or None.
        again: how many loaded days come again.
    """
    last = min(run.until or date.max, yesterday(run.now))
    if run.since:
        return run.since, last
    if cursor:
        return date.fromisoformat(cursor) - timedelta(days=again - 1), last
    return last - timedelta(days=FIRST_DAYS - 1), last


def cursor_after(cursor: str | None, first: date, last: date) -> str:
    """The last day up to which everything is loaded, after the days from `first` to `last`."""
    if cursor and first > date.fromisoformat(cursor) + timedelta(days=1):
        return cursor  # days between are missing
    return max(cursor or "", last.isoformat())


def spans(first: date, last: date, size: int) -> Iterator[tuple[date, date]]:
    """First and last days of spans of up to `size` days, in order."""
    while first <= last:
        end = min(last, first + timedelta(days=size - 1))
        yield first, end
        first = end + timedelta(days=1)
