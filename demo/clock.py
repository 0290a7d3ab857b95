"""Time in the demo company: instants are UTC epoch seconds (int), the business lives in Moscow (UTC+3, no DST)."""

from __future__ import annotations

import datetime as dt
import zlib

import numpy as np

MSK = 3 * 3600
DAY = 86400


def instant(text: str) -> int:
    """UTC epoch seconds of a Moscow wall-clock text such as '2024-07-01' or '2024-07-01T12:30:00'."""
    return int(np.datetime64(text, "s").astype("int64")) - MSK


START = instant("2024-01-01")
END = instant("2026-07-01")  # the as-of day begins here: nothing after it has happened
FIRST_DAY, LAST_DAY = dt.date(2024, 1, 1), dt.date(2026, 6, 30)
DAYS = [FIRST_DAY + dt.timedelta(days=k) for k in range((LAST_DAY - FIRST_DAY).days + 1)]


def stream(seed: int, name: str) -> np.random.Generator:
    """A random stream of its own for each part of the world, so that a change in one leaves the others alone."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def local_day(t):
    """Days since 1970-01-01 on the Moscow calendar."""
    return (np.asarray(t, dtype="int64") + MSK) // DAY


def day_of(t) -> dt.date:
    return dt.date.fromordinal(719163 + (int(t) + MSK) // DAY)


def day_start(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days * DAY - MSK


def night_after(t):
    """Load stamp of a change at t: 04:30 in Moscow, the next morning."""
    day = (t + MSK) // DAY if isinstance(t, int) else local_day(t)
    return (day + 1) * DAY - MSK + 4 * 3600 + 1800


def iso_local(t) -> np.ndarray:
    """'2024-09-02T18:37:18+03:00', as the CRM and the shop print time."""
    return np.char.add(np.datetime_as_string((np.asarray(t, dtype="int64") + MSK).astype("datetime64[s]")), "+03:00")


_EPOCH = dt.datetime(1970, 1, 1)


def iso_one(t: int) -> str:
    """iso_local() of one instant, faster."""
    return (_EPOCH + dt.timedelta(seconds=int(t) + MSK)).isoformat() + "+03:00"


def wall_one(t: int) -> str:
    return (_EPOCH + dt.timedelta(seconds=int(t) + MSK)).isoformat(" ")


def iso_utc(t) -> np.ndarray:
    return np.char.add(np.datetime_as_string(np.asarray(t, dtype="int64").astype("datetime64[s]")), "Z")


def wall(t) -> np.ndarray:
    """'2024-09-02 18:37:18' in Moscow, as the web counter prints time."""
    return np.char.replace(
        np.datetime_as_string((np.asarray(t, dtype="int64") + MSK).astype("datetime64[s]")), "T", " "
    )


def wall_day(t) -> np.ndarray:
    return np.datetime_as_string(local_day(t).astype("datetime64[D]"))


# --- the working calendar: official days off and moved working days; any other day is Mon-Fri 09:00-18:00 ----------

_OFF = (
    "2024-01-01:08 2024-02-23:23 2024-03-08:08 2024-04-29:30 2024-05-01:01 2024-05-09:10 2024-06-12:12 2024-11-04:04 "
    "2024-12-30:31 2025-01-01:08 2025-05-01:02 2025-05-08:09 2025-06-12:13 2025-11-03:04 2025-12-31:31 2026-01-01:09 "
    "2026-02-23:23 2026-03-09:09 2026-05-01:01 2026-05-11:11 2026-06-12:12 2026-11-04:04 2026-12-31:31"
)
_WORKING_SATURDAYS = ("2024-04-27", "2024-11-02", "2024-12-28", "2025-11-01")
_SHORT = (
    "2024-02-22",
    "2024-03-07",
    "2024-05-08",
    "2024-06-11",
    "2024-11-02",
    "2025-03-07",
    "2025-04-30",
    "2025-06-11",
    "2025-11-01",
    "2026-04-30",
    "2026-05-08",
    "2026-06-11",
    "2026-11-03",
)


def calendar_exceptions() -> list[tuple[dt.date, bool, str | None, str | None]]:
    """(date, is_working_day, opens_at, closes_at) of every day that is not as its weekday says."""
    rows = {}
    for part in _OFF.split():
        first, last = part.split(":")
        start = dt.date.fromisoformat(first)
        for k in range(int(last) - start.day + 1):
            rows[start + dt.timedelta(days=k)] = (False, None, None)
    for text in _WORKING_SATURDAYS:
        rows[dt.date.fromisoformat(text)] = (True, "09:00", "18:00")
    for text in _SHORT:
        rows[dt.date.fromisoformat(text)] = (True, "09:00", "17:00")
    return [(d, *rows[d]) for d in sorted(rows)]


_EXCEPTIONS = {d: (w, o, c) for d, w, o, c in calendar_exceptions()}


def opening(day: dt.date) -> tuple[int, int] | None:
    """Opening and closing instants of a day, None when the firm is closed."""
    working, _, closes = _EXCEPTIONS.get(day, (day.weekday() < 5, "09:00", "18:00"))
    if not working:
        return None
    return day_start(day) + 9 * 3600, day_start(day) + int(closes[:2]) * 3600


def next_working(t: int, jitter: float = 0.0) -> int:
    """t itself when the firm is open, else the next opening plus up to `jitter` (0..1) of an hour and a half."""
    hours = opening(day_of(t))
    if hours and hours[0] <= t < hours[1]:
        return int(t)
    day = day_of(t)
    while True:
        hours = opening(day)
        if hours and hours[0] >= t:
            return int(hours[0] + jitter * 5400)
        day += dt.timedelta(days=1)


def working_seconds(start: int, end: int) -> int:
    """Seconds of working time between two instants."""
    total, day, last = 0, day_of(start), day_of(end)
    while day <= last:
        hours = opening(day)
        if hours:
            total += max(0, min(end, hours[1]) - max(start, hours[0]))
        day += dt.timedelta(days=1)
    return total


# --- when things happen --------------------------------------------------------------------------------------------

_MONTH = np.array([0.86, 0.95, 1.05, 1.04, 0.93, 0.94, 0.84, 0.9, 1.06, 1.12, 1.16, 1.15])
_BUSINESS_WEEK = np.array([1.1, 1.15, 1.12, 1.08, 1.0, 0.3, 0.25])
_RETAIL_WEEK = np.array([1.0, 0.97, 0.98, 1.0, 1.08, 1.12, 1.05])
_BUSINESS_HOURS = np.array(
    [1, 1, 0.5, 0.5, 0.5, 1, 2, 4, 12, 30, 42, 44, 40, 34, 40, 42, 38, 32, 20, 12, 9, 7, 4, 2], float
)
_RETAIL_HOURS = np.array(
    [6, 3, 2, 1, 1, 2, 5, 10, 18, 26, 33, 36, 37, 36, 35, 35, 36, 38, 42, 48, 52, 50, 36, 18], float
)


def day_weights(retail: bool, growth: float = 0.25) -> np.ndarray:
    """How likely each day is: season, weekday, holidays, the November sale and growth a year."""
    week = _RETAIL_WEEK if retail else _BUSINESS_WEEK
    weights = []
    for k, d in enumerate(DAYS):
        w = _MONTH[d.month - 1] * week[d.weekday()] * (1 + growth) ** (k / 365)
        if not _EXCEPTIONS.get(d, (True,))[0]:
            w *= 0.75 if retail else 0.25
        if retail and d.month == 11 and 24 <= d.day <= 30:
            w *= 1.9
        if retail and d.month == 12 and 15 <= d.day <= 28:
            w *= 1.5
        if not retail and d.month == 1 and d.day <= 18:
            w *= 0.6
        weights.append(w)
    weights = np.array(weights)
    return weights / weights.sum()


def moments(rng: np.random.Generator, n: int, retail: bool) -> np.ndarray:
    """n sorted instants of the whole time, by season, weekday and hour."""
    hours = _RETAIL_HOURS if retail else _BUSINESS_HOURS
    day = rng.choice(len(DAYS), n, p=day_weights(retail))
    hour = rng.choice(24, n, p=hours / hours.sum())
    return np.sort(START + day * DAY + hour * 3600 + rng.integers(0, 3600, n))
