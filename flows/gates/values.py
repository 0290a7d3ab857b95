"""What the values of a load were, column by column, and how the newest load differs from those before.

Words are counted by their hash: none of them leaves the engine.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from math import atan2, ceil, pi
from statistics import median
from typing import TYPE_CHECKING, Any

from flows.base.sql import quoted
from flows.gates.checks import Reading
from flows.gates.moves import LEAST, TO_SPREAD
from flows.gates.project import Column, Table
from flows.gates.settings import Limits

if TYPE_CHECKING:
    from flows.gates.raw import Night

AMOUNTS = ("money", "number", "share", "percent")
WORDS = ("enum", "ref", "code", "boolean", "first", "text")
TIMES = ("timestamp", "date")
_DECIMAL = "decimal(24, 6)"
_SPACES = r"[ \x{00A0}\x{2009}\x{202F}]"
_WITH_OFFSET = ":[0-9]{2}.*([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)$"
_DOTTED = "['%d.%m.%Y', '%d.%m.%Y %H:%M:%S', '%d.%m.%Y %H:%M']"


@dataclass(frozen=True)
class Values:
    """The values of one column in one night.

    Attributes:
        known: how many could be read.
        middle, total: median and sum of amounts.
        negative, zero: how many amounts are.
        words: count by hash, of columns with few words; no value is one of them.
        east, north: the mean place of times on a clock of 24 hours.
        later: times that the load should not know yet: after its moment, days that are not over.
        quiet: hours from the last time before the load's day to the beginning of that day.
        last: of amounts, their sum on the newest day that was over; of tables whose records are of days.
    """

    known: int = 0
    middle: float | None = None
    total: float | None = None
    negative: int = 0
    zero: int = 0
    words: dict[int, int] = field(default_factory=dict)
    east: float | None = None
    north: float | None = None
    later: int = 0
    quiet: float | None = None
    last: float | None = None


@dataclass(frozen=True)
class Look:
    """How a column is measured in SQL: what is read of each row, and what is measured of a night."""

    column: str
    read: str
    measured: str


def looks(
    sql: Callable[[str], Any], recent: str, table: Table, newest: date, zone: str, limits: dict[str, Limits]
) -> list[Look]:
    """How the columns of a table whose values are compared are measured.

    Args:
        sql: runs a query.
        recent: the rows of the nights that are looked at, as a query.
        table: the table.
        newest: its newest night; the nights before tell which columns have few words.
        zone: the business's time zone.
        limits: of the raw gate.
    """
    worded = [column for column in table.columns if column.kind in WORDS]
    before = f"filter (kept and night < date '{newest}')"
    counts = [f"approx_count_distinct(lower(trim({quoted(column.name)}))) {before}" for column in worded]
    sizes = sql(f"select {', '.join(counts)} from ({recent})").fetchone() if counts else ()
    few = {column.name for column, size in zip(worded, sizes) if size <= limits["word_shares"]["max_words"]}
    days = [column.name for column in table.columns if column.kind == "date" and column.name in table.ids]
    found = []
    for number, column in enumerate(table.columns):
        value = f'"value {number}"'
        if column.kind in AMOUNTS and column.name not in table.key:
            read, measured = _amount(column.name), _of_amounts(value)
            if days:
                last = f'"last {number}"'
                read = f"{_if_newest(days[0], zone, read)} as {last}, {read}"
                measured["last"] = f"sum({last}) filter (kept)"
        elif column.kind in TIMES:
            read, measured = _instant(column.name, zone), _of_times(value, column.kind, zone)
        elif column.name in few:
            read, measured = _word(column.name), {"words": f"coalesce(histogram({value}) filter (kept), map())"}
        else:
            continue
        measured = {"known": f"count({value}) filter (kept)", **measured}
        struct = ", ".join(f"'{name}': {figure}" for name, figure in measured.items())
        found.append(Look(column.name, f"{read} as {value}", f"{{{struct}}}"))
    return found


def _of_amounts(value: str) -> dict[str, str]:
    return {
        "middle": f"median({value}) filter (kept)",
        "total": f"sum({value}) filter (kept)",
        "negative": f"count(*) filter (kept and {value} < 0)",
        "zero": f"count(*) filter (kept and {value} = 0)",
    }


def _if_newest(day: str, zone: str, amount: str) -> str:
    """An amount of the newest day of a night's rows, days that were not over left out; null of other days."""
    moment = _instant(day, zone)
    told = f"case when cast(timezone('{zone}', timezone('UTC', {moment})) as date) < night then {moment} end"
    return f"case when {told} = max({told}) over (partition by night, kept) then {amount} end"


def _of_times(value: str, kind: str, zone: str) -> dict[str, str]:
    local = f"timezone('{zone}', timezone('UTC', {value}))"
    if kind == "date":
        return {"later": f"count(*) filter (kept and cast({local} as date) >= night)"}
    angle = f"(extract(hour from {local}) + extract(minute from {local}) / 60) * {pi / 12}"
    return {
        "later": f"count(*) filter (kept and {value} > stamp)",
        "east": f"avg(sin({angle})) filter (kept)",
        "north": f"avg(cos({angle})) filter (kept)",
        "quiet": f"min(epoch(cast(night as timestamp)) - epoch({local})) filter (kept and {local} < night) / 3600",
    }


def medians(subject: str, column: Column, newest: "Night", before: list["Night"], limits: Limits) -> Iterator[Reading]:
    """The median of an amount."""
    yield from _moved(subject, column, newest, before, limits, lambda one: one.middle)


def sums(subject: str, column: Column, newest: "Night", before: list["Night"], limits: Limits) -> Iterator[Reading]:
    """The sum of an amount, beside the mean of a row: it stops the night only where that has moved too, for fewer or more rows have
    their own checks."""
    totals = _moved(subject, column, newest, before, limits, lambda one: one.total)
    means = _moved(subject, column, newest, before, limits, lambda one: one.total / one.known)
    for total, mean in zip(totals, means):
        beside = {f"mean_{name}": fact for name, fact in mean.facts.items()}
        yield Reading(subject, total.value, total.facts | beside)


def _moved(
    subject: str,
    column: Column,
    newest: "Night",
    before: list["Night"],
    limits: Limits,
    figure: Callable[[Values], float],
) -> Iterator[Reading]:
    """The figure with those before; how far it has moved is told in SQL (moves.py)."""
    last, earlier = _of(column, newest, before, limits)
    if column.kind in AMOUNTS and last and len(earlier) >= limits["min_nights"]:
        now, past = figure(last), [figure(one) for one in earlier]
        is_counted = all(2 * one % 1 == 0 for one in (now, *past))  # the median of whole numbers may be a half
        yield Reading(subject, now, {"figure": float(now), "before": past, "step": 1.0 if is_counted else 0.0})


def signs(subject: str, column: Column, newest: "Night", before: list["Night"], limits: Limits) -> Iterator[Reading]:
    """Amounts below nought."""
    last, earlier = _of(column, newest, before, limits)
    if column.kind in AMOUNTS and last and len(earlier) >= limits["min_nights"]:
        yield _shifted(subject, [{-1: one.negative, 1: one.known - one.negative} for one in (last, *earlier)])


def word_shares(
    subject: str, column: Column, newest: "Night", before: list["Night"], limits: Limits
) -> Iterator[Reading]:
    """The words of a column with few words."""
    last, earlier = _of(column, newest, before, limits)
    if last and last.words and len(earlier) >= limits["min_nights"]:
        yield _shifted(subject, [one.words for one in (last, *earlier)])


def empty_shares(
    subject: str, column: Column, newest: "Night", before: list["Night"], limits: Limits
) -> Iterator[Reading]:
    """Rows without a value; an amount of nought is none."""
    filled = [
        night.filled[column.name] - (night.values[column.name].zero if column.name in night.values else 0)
        for night in (newest, *before)
    ]
    yield _shifted(subject, [{0: night.kept - some, 1: some} for night, some in zip((newest, *before), filled)])


def renamed_members(
    subject: str, column: Column, newest: "Night", before: list["Night"], limits: Limits
) -> Iterator[Reading]:
    """Rows under words that are new while others, that could be expected, did not come; the smaller of both shares."""
    last, earlier = _of(column, newest, before, limits)
    if last and last.words and len(earlier) >= limits["min_nights"]:
        usual = _shares(_pooled([one.words for one in earlier]))
        now = _shares(last.words)
        missed = [
            share for word, share in usual.items() if word not in now and share * last.known >= limits["min_expected"]
        ]
        new = [share for word, share in now.items() if word not in usual]
        facts = {"missed": len(missed), "new": len(new)}
        yield Reading(subject, min(sum(missed), sum(new)), facts)


def hours(subject: str, column: Column, newest: "Night", before: list["Night"], limits: Limits) -> Iterator[Reading]:
    """The mean time of day, in hours that it has moved beyond what it moves by itself."""
    last, earlier = _of(column, newest, before, limits)
    if column.kind == "timestamp" and last and len(earlier) >= limits["min_nights"]:
        usual = atan2(sum(one.east for one in earlier), sum(one.north for one in earlier)) * 12 / pi
        moved = [_apart(atan2(one.east, one.north) * 12 / pi, usual) for one in (last, *earlier)]
        facts = {"moved": moved[0], "usual": usual % 24}
        yield Reading(subject, beyond(moved[0], moved[1:]), facts)


def early_ends(
    subject: str, column: Column, newest: "Night", before: list["Night"], limits: Limits
) -> Iterator[Reading]:
    """By how many hours the last day of a load ended earlier than nineteen of twenty days before; columns of the day alone."""
    last, earlier = _of(column, newest, before, limits)
    quiet = [one.quiet for one in earlier if one.quiet is not None]
    if column.kind == "timestamp" and last and last.quiet is not None and len(quiet) >= limits["min_nights"]:
        usual = _nineteenth(quiet)
        if usual < 24:
            yield Reading(subject, max(0.0, last.quiet - usual), {"ended": 24 - last.quiet, "usual": 24 - usual})


def thin_days(
    subject: str, column: Column, newest: "Night", before: list["Night"], limits: Limits
) -> Iterator[Reading]:
    """How many times less the newest day of a load has than nineteen of twenty newest days before."""
    last, earlier = _of(column, newest, before, limits)
    totals = [one.last for one in earlier if one.last is not None]
    if last and last.last is not None and len(totals) >= limits["min_nights"]:
        usual = -_nineteenth([-one for one in totals])
        if usual > 0:
            value = usual / max(last.last, LEAST * usual)
            yield Reading(subject, max(1.0, value), {"figure": last.last, "usual": usual})


def _nineteenth(figures: list[float]) -> float:
    """What nineteen of twenty figures do not exceed; of fewer than ten figures the largest."""
    ordered = sorted(figures)
    return ordered[ceil(0.95 * len(ordered)) - 1] if len(ordered) >= 10 else ordered[-1]


def future_times(
    subject: str, column: Column, newest: "Night", before: list["Night"], limits: Limits
) -> Iterator[Reading]:
    """Times that the load should not know yet."""
    last, earlier = _of(column, newest, before, limits)
    if column.kind in TIMES and last and len(earlier) >= limits["min_nights"]:
        value = beyond(last.later / last.known, [one.later / one.known for one in earlier])
        yield Reading(subject, value, {"bad": last.later})


def equal_records(stamped: str, table: Table, newest: date, days: float) -> str:
    """A query for the records of each night that another one, seen before, equals in all but its id; "" if nothing is left."""
    apart = {*table.ids, table.version, table.loaded_at}
    content = [quoted(column.name) for column in table.columns if column.name not in apart]
    if not table.ids or len(content) < 2:
        return ""
    return f"""
        select night, count(*) filter (place > 1), count(*)
        from (
            select night, row_number() over (partition by content order by night) as place
            from (
                select hash({", ".join(content)}) as content, min(night) as night
                from ({stamped})
                where kept and night >= date '{newest}' - {int(days)} and night <= date '{newest}'
                group by content, {", ".join(quoted(column) for column in table.ids)}
            )
        )
        group by night
    """


def beyond(figure: float, before: list[float]) -> float:
    """By how much a figure lies above those before, and above what they move by themselves."""
    if not before:
        return figure
    usual = median(before)
    return max(0.0, figure - usual - 2 * TO_SPREAD * median(abs(one - usual) for one in before))


def _of(column: Column, newest: "Night", before: list["Night"], limits: Limits) -> tuple[Values | None, list[Values]]:
    """The values of a column in the newest load and in those before, where there are enough of them."""
    told = [night.values.get(column.name) for night in (newest, *before)]
    last, *earlier = [one if one and one.known >= limits["least_rows"] else None for one in told]
    return last, [one for one in earlier if one]


def _shifted(subject: str, shapes: list[dict]) -> Reading:
    """The share of the newest load that lies elsewhere than before, beyond what moves by itself."""
    usual = _shares(_pooled(shapes[1:]))
    moved = [_distance(_shares(shape), usual) for shape in shapes]
    return Reading(subject, beyond(moved[0], moved[1:]), {"moved": moved[0], "own": median(moved[1:])})


def _pooled(shapes: list[dict]) -> Counter:
    pooled = Counter()
    for shape in shapes:
        pooled.update(shape)
    return pooled


def _shares(shape: dict) -> dict[Any, float]:
    rows = sum(shape.values())
    return {word: count / rows for word, count in shape.items() if count}


def _distance(one: dict[Any, float], other: dict[Any, float]) -> float:
    """The total variation distance: 0 alike, 1 nothing in common."""
    return sum(abs(one.get(word, 0) - other.get(word, 0)) for word in {*one, *other}) / 2


def _apart(hour: float, other: float) -> float:
    """Hours between two times of day."""
    return abs((hour - other + 12) % 24 - 12)


def _word(column: str) -> str:
    word = f"lower(trim({quoted(column)}))"
    return f"case when {word} <> '' then hash({word}) end"


def _amount(column: str) -> str:
    text = f"trim({quoted(column)})"
    plain = f"replace(regexp_replace({text}, '{_SPACES}', '', 'g'), ',', '.')"
    return f"cast(coalesce(try_cast({text} as {_DECIMAL}), try_cast({plain} as {_DECIMAL})) as double)"


def _instant(column: str, zone: str) -> str:
    """A time as UTC; without an offset it is the business's, coarsely: how the models read it may differ by hours."""
    text = f"trim({quoted(column)})"
    wall = f"coalesce(try_cast({text} as timestamp), try_strptime({text}, {_DOTTED}))"
    return (
        f"case when regexp_matches({text}, '{_WITH_OFFSET}') then timezone('UTC', try_cast({text} as timestamptz))"
        f" else timezone('UTC', timezone('{zone}', {wall})) end"
    )
