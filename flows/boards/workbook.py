"""The report tables as one Excel workbook, for whoever reads them on from there."""

from pathlib import Path
from typing import Any

import duckdb
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, TYPE_FORMULA, TYPE_STRING
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from flows.base.project import variables
from flows.base.words import UNITS

NAME = "reports.xlsx"
SHEETS = {"report_daily": 31, "report_weekly": 26, "report_monthly": 24}  # and how many of the newest periods each has
TITLES = {
    "report_daily": ("По дням", "Daily"),
    "report_weekly": ("По неделям", "Weekly"),
    "report_monthly": ("По месяцам", "Monthly"),
}
COLUMNS = {  # of a report: its titles in Russian and English, and whether it has the unit of the indicator
    "period_start": ("Период с", "Period from", False),
    "period_end": ("по", "to", False),
    "name": ("Показатель", "Indicator", False),
    "value": ("Значение", "Value", True),
    "unit": ("Единица", "Unit", False),
    "plan_value": ("План", "Plan", True),
    "plan_to_date": ("План на сегодня", "Plan to date", True),
    "run_rate_value": ("Выйдет таким темпом", "At this pace", True),
    "previous_value": ("Прошлый период", "Period before", True),
    "year_ago_value": ("Год назад", "A year ago", True),
    "sign": ("Оценка", "Sign", False),
    "mark": ("Пометка", "Mark", False),
    "mover": ("Сильнее всего изменил", "Moved it most", False),
    "mover_change": ("Его часть изменения", "Its part of the change", True),
}
IN_BOTH_LANGUAGES = ("name", "sign", "mark", "mover")
FORMATS = {"ratio": "0.0%", "share": "0.0%", "money": "#,##0", "count": "#,##0"}
WIDE = 16  # characters


def write(file: Path, folder: Path, language: str) -> Path:
    """Writes `reports.xlsx`: a sheet for each report, an indicator and period in a row, the newest period first.

    Args:
        file: the DuckDB file with the marts.
        folder: where the workbook goes; it must be there.
        language: of titles, names and words, ru or en.

    Returns:
        The workbook.

    Raises:
        duckdb.Error: the marts have no report tables, or can't be read.
    """
    at = ("ru", "en").index(language)
    names = [f"{name}_{language}" if name in IN_BOTH_LANGUAGES else name for name in COLUMNS]
    book = Workbook()
    book.remove(book.active)
    with duckdb.connect(str(file), read_only=True) as connection:
        for report, periods in SHEETS.items():
            sheet = book.create_sheet(TITLES[report][at])
            sheet.append([titles[at] for titles in COLUMNS.values()])
            rows = connection.execute(
                f"select {', '.join(names)} from marts.{report}"
                " qualify dense_rank() over (order by period_start desc) <= ? order by period_start desc, position",
                [periods],
            ).fetchall()
            for row in rows:
                _add(sheet, dict(zip(COLUMNS, row, strict=True)), UNITS[language])
            _format(sheet)
    made = folder / NAME
    book.save(made)
    return made


def _add(sheet: Worksheet, row: dict[str, Any], units: dict[str, str]) -> None:
    """Adds a row of a report, each figure in the form of its unit; money is in the base currency.

    A name out of a source is a text, whatever its first sign, and loses the signs that a workbook cannot hold.
    """
    unit = row["unit"]
    row["unit"] = variables()["base_currency"] if unit == "money" else units.get(unit)
    sheet.append([ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value for value in row.values()])
    for cell, (_, _, is_figure) in zip(sheet[sheet.max_row], COLUMNS.values(), strict=True):
        if is_figure:
            cell.number_format = FORMATS.get(unit, "#,##0.0")
        elif cell.data_type == TYPE_FORMULA:
            cell.data_type = TYPE_STRING


def _format(sheet: Worksheet) -> None:
    """Gives a sheet its widths, a heading that stays, and filters."""
    for number, name in enumerate(COLUMNS, 1):
        sheet.cell(1, number).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = WIDE * 2 if name in IN_BOTH_LANGUAGES else WIDE
    sheet.freeze_panes = "D2"
    sheet.auto_filter.ref = sheet.dimensions
