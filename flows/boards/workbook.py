"""The report tables as one Excel workbook, for whoever reads them on from there."""

from pathlib import Path

import duckdb
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

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
UNITS = {  # as people write them; money is in the base currency
    "ratio": ("%", "%"),
    "share": ("%", "%"),
    "money": ("деньги", "money"),
    "count": ("шт.", "number"),
    "minutes": ("мин", "min"),
    "days": ("дн.", "days"),
    "index": ("индекс", "index"),
    "points": ("пункты", "points"),
    "score": ("баллы", "score"),
}
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
    russian = 0 if language == "ru" else 1
    names = [f"{name}_{language}" if name in IN_BOTH_LANGUAGES else name for name in COLUMNS]
    book = Workbook()
    book.remove(book.active)
    with duckdb.connect(str(file), read_only=True) as connection:
        for report, periods in SHEETS.items():
            sheet = book.create_sheet(TITLES[report][russian])
            sheet.append([titles[russian] for titles in COLUMNS.values()])
            rows = connection.execute(
                f"select {', '.join(names)} from marts.{report}"
                " qualify dense_rank() over (order by period_start desc) <= ? order by period_start desc, position",
                [periods],
            ).fetchall()
            for row in rows:
                sheet.append(row)
            _format(sheet, russian)
    made = folder / NAME
    book.save(made)
    return made


def _format(sheet, language: int) -> None:
    """Gives a sheet its widths, a heading that stays, filters, and to each figure the form of its unit."""
    for cells in sheet.iter_rows(min_row=2):
        unit = cells[list(COLUMNS).index("unit")]
        for cell, (_, _, is_figure) in zip(cells, COLUMNS.values(), strict=True):
            if is_figure:
                cell.number_format = FORMATS.get(unit.value, "#,##0.0")
        unit.value = UNITS[unit.value][language]
    for number, name in enumerate(COLUMNS, 1):
        sheet.cell(1, number).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = WIDE * 2 if name in IN_BOTH_LANGUAGES else WIDE
    sheet.freeze_panes = "D2"
    sheet.auto_filter.ref = sheet.dimensions
