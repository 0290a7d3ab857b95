"""Tables with a column a period, as plans and budgets are drawn up: each filled cell of such a column becomes a row of its own."""

import re
from datetime import UTC, date, datetime

from pydantic import BaseModel, ConfigDict, field_validator

from flows.base.settings import Settings
from flows.gates.project import words as project_words
from flows.intake import names
from flows.intake.names import names_of, spellings, units_of, word, words
from flows.intake.sheets import FEWEST_PERIODS, Sheet
from flows.intake.values import number, period_of, shown

PERIOD, GRAIN, VALUE = "<period>", "<grain>", "<value>"  # columns of a table that was laid out, as a mapping names them
COLUMN = "<column>"  # which column of the file a row comes from
LAID = (PERIOD, GRAIN, VALUE, COLUMN)


class Periods(BaseModel):
    """Which columns of a file are periods.

    Attributes:
        by_name: every column that is named after a month, a quarter or a year.
        columns: other columns and their periods, {План 1: январь 2026}; an empty period leaves a column out.
        year: of columns that tell none; without it, the year in the name of the sheet or the file, or in the title.
    """

    model_config = ConfigDict(extra="forbid")

    by_name: bool = True
    columns: dict[str, str] = {}
    year: int | None = None

    @field_validator("columns", mode="before")
    @classmethod
    def _texts(cls, value):
        return {str(key): "" if told is None else str(told) for key, told in (value or {}).items()}

    @field_validator("columns")
    @classmethod
    def _are_periods(cls, value: dict[str, str]) -> dict[str, str]:
        if wrong := [told for told in value.values() if told and not period_of(told)]:
            raise ValueError(
                f"{wrong[0]} is no month, quarter or year; write январь 2026, 2026-01, 1 квартал 2026 or 2026"
            )
        return value

    def of(self, header: str) -> tuple[str, int | None, int] | None:
        """Grain, year and number of the period that a column is; None if it is none."""
        told = next((told for name, told in self.columns.items() if names.plain(name) == names.plain(header)), None)
        if told is not None:
            return period_of(told) if told else None
        return period_of(header) if self.by_name else None


def laid_out(sheet: Sheet, periods: Periods, only_months: bool = False) -> Sheet | None:
    """A sheet with a row for each filled cell of its columns of periods; None if it has no such columns.

    Args:
        sheet: as it came.
        periods: which columns they are.
        only_months: whether quarters and years are passed over.
    """
    found = {at: told for at, header in enumerate(sheet.header) if (told := periods.of(header))}
    passed = [sheet.header[at] for at, told in found.items() if only_months and told[0] != "month"]
    found = {at: told for at, told in found.items() if sheet.header[at] not in passed}
    if not found or len(found) < FEWEST_PERIODS and not periods.columns and periods == Periods():
        return None
    year, guessed = _year(sheet, periods)
    starts = {at: _start(grain, told or year, place) for at, (grain, told, place) in found.items()}
    labels = [at for at in range(len(sheet.header)) if at not in found]
    long = Sheet(sheet.path, sheet.name, [*(sheet.header[at] for at in labels), *LAID], [], sheet.title)
    long.rejects, long.wide, long.periods = list(sheet.rejects), sheet, periods
    times = {at: units_of(sheet.header[at])[1] for at in found}
    for line, cells in sheet.rows:
        own = [cells[at] for at in labels]
        if _is_total(own):
            long.rejects.append((line, "a total, no record"))
            continue
        for at, (grain, _, _) in found.items():
            value = _times(cells[at], times[at]) if cells[at] else None
            row = (line, [*own, starts[at].isoformat(), grain, value, sheet.place(at)])
            (long.rows if cells[at] else long.empty).append(row)
    shown = ", ".join(sheet.header[at] for at in found)
    long.notes = [*sheet.notes, f"{len(found)} columns are periods, an empty cell of them is no row: {shown}"]
    if totals := [sheet.header[at] for at in labels if _is_total([sheet.header[at]])]:
        long.notes.append(f"left out, totals: the columns {', '.join(totals)}")
    if passed:
        long.notes.append(f"left out, for only months are read here: the columns {', '.join(passed)}")
    if guessed and any(told is None for _, told, _ in found.values()):
        long.notes.append(
            f"NOT SURE: no year is told with {shown}; {year} is taken. Put it into the name of the file or the sheet,"
            f" or `periods: {{year: {year}}}` into the mapping"
        )
    long.title_times = units_of(sheet.title)[1] if set(times.values()) == {1} else 1
    if long.title_times != 1 and not only_months:  # expenses are money all of them, and recognised with it
        long.notes.append(
            "NOT SURE: the title names a unit; the numbers are taken as they stand (`times` in the mapping multiplies them)"
        )
    long.troubles = list(_twice({at: (found[at][0], starts[at]) for at in found}, sheet))
    return long


def _start(grain: str, year: int, place: int) -> date:
    return date(year, {"month": place, "quarter": place * 3 - 2, "year": 1}[grain], 1)


def _year(sheet: Sheet, periods: Periods) -> tuple[int, bool]:
    """The year of columns that tell none, and whether it is only guessed: then it is that of the as-of day."""
    if periods.year:
        return periods.year, False
    for text in (sheet.name, sheet.path.stem, sheet.title):
        years = set(re.findall(r"(?<!\d)20\d\d(?!\d)", text))
        if len(years) == 1:
            return int(years.pop()), False
    settings = Settings.read()
    return (settings.as_of or settings.today(datetime.now(UTC))).year, True


def _times(text: str, times: int) -> str:
    """A cell in units; what is no number stays, and the models tell of it."""
    amount = number(text) if times != 1 else None
    return text if amount is None else shown(amount * times)


def _is_total(labels: list[str | None]) -> bool:
    """Whether a line or column is named a total, and no KPI is called so."""
    total = re.compile(rf"(?:{'|'.join(re.escape(word(one)) for one in project_words('total_words'))})\b")
    return any(total.match(word(one)) and word(one) not in words("targets", "kpi_id") for one in labels if one)


def _twice(starts: dict[int, tuple[str, date]], sheet: Sheet):
    seen: dict[tuple[str, date], int] = {}
    for at, start in starts.items():
        if (first := seen.setdefault(start, at)) != at:
            yield (
                f"two columns are the {start[0]} {start[1]}: {sheet.place(first)} and {sheet.place(at)};"
                " name one of them in the mapping's `periods` with an empty period"
            )


def is_known_label(header: str) -> bool:
    """Whether the dictionary knows a column of a table that is laid out."""
    return any(
        spelling in names_of(entity)
        for entity in names.names()["periods"]["entities"]
        for spelling, _ in spellings(header)
    )
