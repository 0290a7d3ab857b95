"""The records behind the numbers of the boards: a page for each KPI, of its newest whole month, to which a click on the number leads."""

from html import escape
from typing import Any

import duckdb

from flows import records
from flows.base.errors import ConfigError

FOLDER = "records"
MOST_ROWS = 1000  # of the numerator, and as many of the denominator: the page stays light
PARTS = {"numerator": "Числитель · Numerator", "denominator": "Знаменатель · Denominator"}
HEADS = ("День · Day", "Запись · Record", "Вклад · Adds")


def pages(
    kpis: dict[str, dict[str, Any]], month: str, connection: duckdb.DuckDBPyConnection, frame: Any
) -> dict[str, str]:
    """A page by its path, for each KPI whose records can be told.

    Args:
        kpis: names of KPIs by id, as a board's page holds them.
        month: its first day.
        connection: to the file with the marts.
        frame: makes a whole page of a title and a body.
    """
    made = {}
    for kpi, told in kpis.items():
        try:
            parts = list(records.behind(connection, kpi, month[:7], None, MOST_ROWS + 1))
        except ConfigError:
            continue  # it is counted in a way whose records can't be told
        names = f"{told['name_ru']} · {told['name_en']}"
        body = "".join(_part(*part) for part in parts)
        made[f"{FOLDER}/{kpi}.html"] = frame(f"{names}: {month[:7]}", body)
    return made


def _part(part: str, counted: records.Measure, rows: list[tuple], total: Any, value: float | None) -> str:
    count = (
        f"{len(rows)}"
        if len(rows) <= MOST_ROWS
        else f"больше {MOST_ROWS}, здесь первые · more than {MOST_ROWS}, the first are here"
    )
    summary = f"Записей · Records: {count}; вместе · together {_number(total or 0)}"
    cells = "".join(_row(*row) for row in rows[:MOST_ROWS])
    heads = "".join(f"<th class='text'>{head}</th>" for head in HEADS[:-1]) + f"<th>{HEADS[-1]}</th>"
    return (
        f"<section class='tile'><h2>{PARTS[part]}: {escape(counted.name)}</h2><p>{summary}</p>"
        f"<div class='scroll'><table><thead><tr>{heads}</tr></thead><tbody>{cells}</tbody></table></div></section>"
    )


def _row(day: Any, record: str, url: str | None, adds: Any) -> str:
    name = escape(str(record))
    linked = f"<a href='{escape(url, quote=True)}'>{name}</a>" if url and url.startswith("https://") else name
    return f"<tr><td class='text'>{str(day)[:10]}</td><td class='text'>{linked}</td><td>{_number(adds)}</td></tr>"


def _number(value: Any) -> str:
    """A number with all its digits before the point, in groups of three, and two behind it at most."""
    text = f"{float(value):,.2f}".rstrip("0").rstrip(".")
    return text.replace(",", "\u00a0")
