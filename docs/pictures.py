"""The pictures of the docs as SVG: the layers (`uv run python docs/pictures.py` writes them) and the entities with their references."""

import re
from html import escape
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
STYLE = (
    "text{font-family:system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;font-size:13px;fill:#1f2933}"
    ".name{font-weight:600;font-size:15px}.note{fill:#52606d}.gate{font-size:12px;font-weight:600;fill:#b44d12}"
)
# name, two lines below it, who makes it
LAYERS = {
    "en": [
        ("systems", "CRM, site analytics,", "ads, shop, files", "load"),
        ("raw", "files as they came,", "only added to", "load"),
        ("staging", "each source cleaned,", "every row checked", "dbt"),
        ("entities", "one shape for a thing,", "all sources together", "dbt"),
        ("core", "dimensions and facts,", "people, money, origin", "dbt"),
        ("marts", "events by subject,", "for your queries", "dbt"),
        ("scorecard", "each KPI by period", "and slice", "dbt"),
        ("reports, quality", "ten indicators,", "what to look at", "dbt"),
        ("published", "one file, replaced", "whole every night", "night"),
        ("BI", "dashboards,", "spreadsheets, SQL", "people"),
    ],
    "ru": [
        ("системы", "CRM, сайт, реклама,", "магазин, файлы", "load"),
        ("raw", "файлы как пришли,", "только добавляются", "load"),
        ("staging", "источник очищен,", "строка проверена", "dbt"),
        ("entities", "одна форма у вещи,", "источники вместе", "dbt"),
        ("core", "измерения и факты:", "люди, деньги, каналы", "dbt"),
        ("marts", "события по темам,", "для ваших запросов", "dbt"),
        ("scorecard", "показатель", "по периоду и срезу", "dbt"),
        ("reports, quality", "десять показателей,", "на что смотреть", "dbt"),
        ("published", "один файл, ночью", "заменяется целиком", "night"),
        ("BI", "отчёты, таблицы,", "SQL", "people"),
    ],
}
GATES = {"en": "gate", "ru": "проверка"}
LEGEND = {
    "en": [
        ("dbt", "uv run dbt build"),
        ("load", "uv run kpi load"),
        ("night", "uv run kpi night runs all of it and publishes"),
    ],
    "ru": [
        ("dbt", "uv run dbt build"),
        ("load", "uv run kpi load"),
        ("night", "uv run kpi night делает всё это и публикует"),
    ],
}
COLOURS = {
    "load": ("#eef2f6", "#9aa5b1"),
    "dbt": ("#e3f0fb", "#4a90d9"),
    "night": ("#e6f6ec", "#3f9d6b"),
    "people": ("#fdf6e3", "#d3a625"),
}
ARROW = (
    '<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0L8 4L0 8z" fill="#7b8794"/></marker>'
)


def layers(language: str) -> str:
    """The way of the data from the systems to BI.

    Args:
        language: en or ru.

    Returns:
        The SVG.
    """
    wide, high, gap = 160, 74, 30
    columns = 5
    at = [(20 + (i % columns) * (wide + gap), 20 + (i // columns) * 136) for i in range(len(LAYERS[language]))]
    parts = []
    for (x, y), (nx, ny) in zip(at, at[1:], strict=False):
        if y == ny:
            parts.append(f'<path d="M{x + wide} {y + high / 2}H{nx - 2}" class="way"/>')
        else:
            low = y + high + 31
            parts.append(f'<path d="M{x + wide / 2} {y + high}V{low}H{nx + wide / 2}V{ny - 2}" class="way"/>')
    for (x, y), (name, first, second, maker) in zip(at, LAYERS[language], strict=True):
        fill, line = COLOURS[maker]
        middle = x + wide / 2
        parts.append(f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" rx="8" fill="{fill}" stroke="{line}"/>')
        parts.append(f'<text x="{middle}" y="{y + 24}" class="name">{escape(name)}</text>')
        parts.append(f'<text x="{middle}" y="{y + 45}" class="note">{escape(first)}</text>')
        parts.append(f'<text x="{middle}" y="{y + 62}" class="note">{escape(second)}</text>')
    for x, y in (at[1], at[7]):
        parts.append(
            f'<path d="M{x + wide + gap / 2} {y + high / 2 + 6}v{high / 2 + 2}" stroke="#b44d12" stroke-dasharray="3 3"/>'
        )
        parts.append(f'<text x="{x + wide + gap / 2}" y="{y + high + 22}" class="gate">{GATES[language]}</text>')
    x = 20
    for maker, told in LEGEND[language]:
        fill, line = COLOURS[maker]
        parts.append(f'<rect x="{x}" y="268" width="14" height="14" rx="3" fill="{fill}" stroke="{line}"/>')
        parts.append(f'<text x="{x + 22}" y="280" style="text-anchor:start">{escape(told)}</text>')
        x += 190
    width = 2 * 20 + columns * wide + (columns - 1) * gap
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 300" role="img">'
        f"<style>{STYLE}text{{text-anchor:middle}}.way{{fill:none;stroke:#7b8794;stroke-width:1.5;marker-end:url(#arrow)}}</style>"
        f'<defs>{ARROW}</defs><rect width="{width}" height="300" rx="10" fill="#ffffff"/>' + "".join(parts) + "</svg>\n"
    )


# Where each entity stands; the columns go from what is named to what names it. What the contract gains goes to the last column.
GROUPS = [
    ("Who and what", ["employees", "customers", "products", "materials", "stages"]),
    ("Leads and deals", ["leads", "deals", "deal_lines", "stage_changes", "quotes", "objections", "forecasts"]),
    ("Sales", ["orders", "order_lines", "refunds", "contracts", "contract_schedule", "competitor_prices"]),
    (
        "Contacts",
        ["activities", "calls", "email_campaigns", "email_events", "survey_responses", "reviews", "material_usage"],
    ),
    ("Site and ads", ["web_sessions", "page_hits", "web_events", "ad_spend", "channel_rules"]),
    ("Work", ["sprints", "tasks", "task_status_changes", "time_entries", "tool_usage"]),
    ("Kept by the business", ["targets", "expenses", "exchange_rates", "working_calendar", "pipeline_runs"]),
]


def entities(references: dict[str, list[str]]) -> str:
    """The entities of the contract, a line from each to those that it names.

    Args:
        references: each entity with the entities that it names.

    Returns:
        The SVG; a box links to the heading of its entity on the same page.
    """
    placed = {name for _, names in GROUPS for name in names}
    groups = [(title, [name for name in names if name in references]) for title, names in GROUPS]
    groups.append(("Others", [name for name in references if name not in placed]))
    groups = [group for group in groups if group[1]]
    wide, high, step, across = 144, 30, 52, 176
    at = {
        name: (16 + across * column, 52 + step * row)
        for column, (_, names) in enumerate(groups)
        for row, name in enumerate(names)
    }
    parts = [
        f'<text x="{16 + across * column + wide / 2}" y="30" class="name">{escape(title)}</text>'
        for column, (title, _) in enumerate(groups)
    ]
    for name, named in references.items():
        x, y = at[name]
        for other in named:
            ox, oy = at[other]
            if other == name:
                continue
            start, end = y + high / 2, oy + high / 2
            if ox == x:
                path = f"M{x} {start}C{x - 26} {start} {x - 26} {end} {x} {end}"
            elif ox < x:
                bend = min(80, (x - ox - wide) / 2 + 30)
                path = f"M{x} {start}C{x - bend} {start} {ox + wide + bend} {end} {ox + wide} {end}"
            else:
                bend = min(80, (ox - x - wide) / 2 + 30)
                path = f"M{x + wide} {start}C{x + wide + bend} {start} {ox - bend} {end} {ox} {end}"
            parts.append(f'<path class="way {escape(name)} {escape(other)}" d="{path}"/>')
    for name, (x, y) in at.items():
        parts.append(
            f'<a href="#{escape(name)}" data-entity="{escape(name)}"><rect x="{x}" y="{y}" width="{wide}" height="{high}" rx="6"'
            f' fill="#e3f0fb" stroke="#4a90d9"/><text x="{x + wide / 2}" y="{y + 20}">{escape(name)}</text></a>'
        )
    width, height = 16 + across * len(groups), 52 + step * max(len(names) for _, names in groups)
    return (
        f'<svg class="entities" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="Entities and what they name">'
        f"<style>{re.sub(r'(^|(?<=}))', '.entities ', STYLE.rstrip('}'))}}}"
        ".entities text{text-anchor:middle}.entities .way{fill:none;stroke:#9aa5b1;stroke-opacity:.5}"
        ".entities .way.told{stroke:#d9480f;stroke-opacity:1;stroke-width:2}</style>"
        f'<rect width="{width}" height="{height}" rx="10" fill="#ffffff"/>' + "".join(parts) + "</svg>"
    )


if __name__ == "__main__":
    for language, name in (("en", "layers.svg"), ("ru", "layers.ru.svg")):
        FOLDER.joinpath(name).write_text(layers(language), encoding="utf-8")
