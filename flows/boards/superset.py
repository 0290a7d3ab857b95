"""The boards as a bundle for Superset: a database, a dataset for each mart, a chart for each tile and KPI, eight dashboards.

Nothing is listed here by hand: KPIs become metrics as kpi_catalogue has them, and dashboards have the tiles of boards/*.yml.  Every
dataset tells the period (period_grain, period) and the slice (dimension, dimension_key) of its rows in the same four columns, so that a
dashboard's filters and the rule of who may see what hold for all of them.
"""

import io
import json
import zipfile
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import duckdb
import yaml

from flows.base.project import variables
from flows.base.sql import literal, quoted
from flows.boards import data
from flows.boards.spec import Board, Column, Tile

DATABASE = "KPI"
PREFIX = "boards_"  # no dataset has the name of a table that it reads: a rule for it would hold within its query too
KPI = f"{PREFIX}kpi_values"
FORMATS = {"count": ",.1~f", "money": ",.0f", "ratio": ".1%", "share": ".1%", "index": ",.2~f", "minutes": ",.0f"}
DAYS = {"date": ("%d.%m.%Y", "%Y-%m-%d"), "month": ("%m.%Y", "%Y-%m")}
UNITS = {"minutes": ("мин", "min"), "days": ("дней", "days")}  # which a format of numbers cannot tell
WIDTH = 12  # a dashboard's row has so many columns
# columns that all datasets share, and those of the KPIs: Russian, English
WORDS = {
    "period_grain": ("Шаг периода", "Grain"), "period": ("Период", "Period"), "period_start": ("Начало периода", "Start of the period"),
    "dimension": ("Срез", "Slice"), "dimension_key": ("Ключ", "Key"), "dimension_name": ("Кто или что", "Member"),
    "is_complete": ("Период закончен", "The period is whole"), "is_newest": ("Последнее состояние", "The newest state"),
    "kpi_id": ("Показатель, код", "KPI, id"), "kpi_name": ("Показатель", "KPI"), "unit": ("Единица", "Unit"), "value": ("Значение", "Value"),
    "previous_value": ("К прошлому периоду", "The period before"), "year_ago_value": ("Год назад", "A year ago"), "target_value": ("План", "Plan"),
    "numerator": ("Числитель", "Numerator"), "member_rank": ("Место", "Place"), "denominator": ("Знаменатель", "Denominator"), "scale": ("Множитель", "Scale"),
}  # fmt: skip
PERIODS, MEMBERS, WHOLE = f"{PREFIX}periods", f"{PREFIX}members", ("Весь бизнес", "The whole business")


def uuid(*names: str) -> str:
    """The same id for the same thing each time, so that a second import changes what the first one made."""
    return str(uuid5(NAMESPACE_URL, "/".join(("kpi-warehouse", *names))))


class Bundle:
    """What goes into the file, made of boards that were checked and the marts of a DuckDB file."""

    def __init__(
        self, boards: list[Board], connection: duckdb.DuckDBPyConnection, language: str, uri: str, schema: str = "marts"
    ):
        self.boards, self.connection, self.language, self.uri, self.schema = boards, connection, language, uri, schema
        self.at = 0 if language == "ru" else 1
        columns = ("kpi_id", "name_ru", "name_en", "formula_ru", "formula_en", "unit", "kind", "dimensions")
        rows = connection.execute(f"select {', '.join(columns)} from marts.kpi_catalogue order by kpi_id").fetchall()
        self.kpis = {row[0]: dict(zip(columns, row, strict=True)) for row in rows}
        self.sliced: set[str] = set()  # datasets that have each row once for the whole and once for each slice
        self.datasets: dict[str, dict[str, Any]] = {}
        self.charts: dict[str, dict[str, Any]] = {}  # by uuid; `tile` and `kpis` stay out of the file

    def title(self, kpi: str) -> str:
        """A KPI's name, with the unit that its figures do not show."""
        unit = UNITS.get(self.kpis[kpi]["unit"])
        return self.kpis[kpi][f"name_{self.language}"] + (f", {unit[self.at]}" if unit else "")

    def word(self, name: str) -> str | None:
        """A column's name in the language of the bundle; None where it has none."""
        return WORDS[name][self.at] if name in WORDS else None

    def files(self) -> dict[str, Any]:
        """The bundle's files by their paths."""
        self._kpi_dataset()
        self._choice_datasets()
        for (mart, day), tiles in self._marts().items():
            self._mart_dataset(mart, day, tiles)
        dashboards = {f"dashboards/{board.name}.yaml": self._dashboard(board) for board in self.boards}
        read_only = {"engine_params": {"connect_args": {"read_only": True}}} if self.uri.startswith("duckdb") else {}
        database = {
            "database_name": DATABASE, "sqlalchemy_uri": self.uri, "expose_in_sqllab": False, "allow_ctas": False, "allow_cvas": False,
            "allow_dml": False, "extra": {"allows_virtual_table_explore": True, **read_only}, "uuid": uuid("database"), "version": "1.0.0",
        }  # fmt: skip
        inner = ("tile", "kpis", "board", "follows", "periods")
        return {
            "metadata.yaml": {"version": "1.0.0", "type": "assets", "timestamp": "2026-01-01T00:00:00+00:00"},
            f"databases/{DATABASE}.yaml": database,
            **{f"datasets/{DATABASE}/{name}.yaml": told for name, told in self.datasets.items()},
            **{
                f"charts/{key}.yaml": {k: v for k, v in told.items() if k not in inner}
                for key, told in self.charts.items()
            },
            **dashboards,
        }

    # --- datasets ---

    def _dataset(
        self, name: str, sql: str, columns: list[dict], metrics: list[dict], told: str, day: str | None
    ) -> None:
        self.datasets[name] = {
            "table_name": name, "schema": self.schema, "sql": sql, "columns": columns, "metrics": metrics, "description": told,
            "main_dttm_col": day, "uuid": uuid("dataset", name), "database_uuid": uuid("database"), "version": "1.0.0",
        }  # fmt: skip

    def _column(self, name: str, kind: str, label: str | None = None, told: str | None = None) -> dict[str, Any]:
        is_day = kind.startswith(("DATE", "TIMESTAMP"))
        return {
            "column_name": name, "verbose_name": label or self.word(name), "type": kind, "is_dttm": is_day, "groupby": True,
            "filterable": True, "description": told,
        }  # fmt: skip

    def _kpi_dataset(self) -> None:
        sql = f"""select
    figures.kpi_id, catalogue.name_{self.language} as kpi_name, catalogue.unit, catalogue.scale, figures.period_grain, figures.period_start,
    cast(figures.period_start as varchar) as period, figures.is_complete, figures.dimension, figures.dimension_key,
    figures.dimension_name_{self.language} as dimension_name, figures.value, figures.previous_value, figures.year_ago_value,
    figures.target_value, figures.numerator, figures.denominator, members.member_rank
from {self.schema}.kpi_values as figures
inner join {self.schema}.kpi_catalogue as catalogue on figures.kpi_id = catalogue.kpi_id
left join {self.schema}.dimension_members as members
    on figures.dimension = members.dimension and figures.dimension_key = members.dimension_key"""
        found = self.connection.execute(f"describe {sql.replace(f'{self.schema}.', 'marts.')}").fetchall()
        metrics = [self._metric(kpi) for kpi in self.kpis.values()]
        metrics += [  # of one KPI, period and member alone: plans of several say nothing
            {"metric_name": name, "verbose_name": self.word(name), "expression": f"case when count(*) = 1 then max({name}) end"}
            for name in ("previous_value", "year_ago_value", "target_value")
        ]  # fmt: skip
        told = "One row: a KPI, period and member of a dimension. Choose one grain and one dimension."
        self._dataset(KPI, sql, [self._column(name, kind) for name, kind, *_ in found], metrics, told, "period_start")

    def _choice_datasets(self) -> None:
        """What the filters above a dashboard offer: periods that are whole, and members."""
        sql = (
            f"select period_grain, cast(period_start as varchar) as period from {self.schema}.periods where is_complete"
        )
        self._dataset(
            PERIODS,
            sql,
            [self._column("period_grain", "VARCHAR"), self._column("period", "VARCHAR")],
            [],
            "Periods that are whole.",
            None,
        )
        sql = f"""select dimension, dimension_key, dimension_name_{self.language} as dimension_name from {self.schema}.dimension_members
union all
select 'all', 'all', {literal(WHOLE[self.at])}"""
        columns = [self._column(name, "VARCHAR") for name in ("dimension", "dimension_key", "dimension_name")]
        self._dataset(MEMBERS, sql, columns, [], "Members of each dimension, and the whole business.", None)

    def _metric(self, kpi: dict[str, Any]) -> dict[str, Any]:
        """A KPI as a metric. What may be added up is added up, a ratio is divided anew, and of all else several rows give nothing."""
        rows = f"filter (where kpi_id = {literal(kpi['kpi_id'])})"
        one = f"count(distinct concat(period_grain, ' ', dimension)) {rows} = 1"  # a fact stands once in each grain and dimension
        if kpi["kind"] == "flow":
            value = f"sum(value) {rows}"
        elif kpi["kind"] == "ratio":
            value = f"max(scale) {rows} * sum(numerator) {rows} / nullif(sum(denominator) {rows}, 0)"
            value = f"case when count(*) {rows} = 1 then max(value) {rows} else {value} end"
        else:
            one, value = f"count(*) {rows} = 1", f"max(value) {rows}"
        other = "en" if self.language == "ru" else "ru"
        made = {
            "metric_name": kpi["kpi_id"], "verbose_name": self.title(kpi["kpi_id"]), "expression": f"case when {one} then {value} end",
            "description": f"{kpi[f'formula_{self.language}']} · {kpi[f'name_{other}']}", "d3format": FORMATS.get(kpi["unit"], ",.1~f"),
        }  # fmt: skip
        return made | ({"currency": self._currency()} if kpi["unit"] == "money" else {})

    def _currency(self) -> dict[str, str]:
        return {
            "symbol": variables()["base_currency"],
            "symbolPosition": "suffix" if self.language == "ru" else "prefix",
        }

    def _marts(self) -> dict[tuple[str, str | None], list[Tile]]:
        found: dict[tuple[str, str | None], list[Tile]] = {}
        for board in self.boards:
            for tile in board.tiles:
                if tile.mart:
                    found.setdefault((tile.mart, tile.date), []).append(tile)
        return found

    def _mart_dataset(self, mart: str, day: str | None, tiles: list[Tile]) -> None:
        """A mart with names beside keys, its periods where it has days, and a row for each slice that it follows and for the whole."""
        described = self.connection.execute(
            "select column_name, data_type, comment from duckdb_columns() where schema_name = 'marts' and table_name = ? order by column_index",
            [mart],
        ).fetchall()
        known = {name for name, _, _ in described}
        labels = {
            name: getattr(c, self.language)
            for tile in reversed(tiles)
            for c in tile.columns
            if not c.agg
            for name in c.columns
        }
        columns = [self._column(name, kind, labels.get(name), told) for name, kind, told in described]
        shown, joins = ["mart.*"], []
        for of, name in dict.fromkeys((c.of, c.column) for tile in tiles for c in tile.columns if c.of):
            alias, table = f"{name}_told", "kpi_catalogue" if of == "kpi" else "dimension_members"
            key, title = ("kpi_id", "name") if of == "kpi" else ("dimension_key", "dimension_name")
            on = f"{alias}.{key} = cast(mart.{name} as varchar)" + (
                "" if of == "kpi" else f" and {alias}.dimension = {literal(of)}"
            )
            joins.append(f"left join {self.schema}.{table} as {alias} on {on}")
            told = " ".join(
                f"when {literal(key)} then {literal(names[self.at])}" for key, names in data.codes().items()
            )
            told = f"case mart.{name} {told} else cast(mart.{name} as varchar) end"
            shown.append(f"coalesce({alias}.{title}_{self.language}, {told}) as {alias}")
            columns.append(self._column(alias, "VARCHAR", labels.get(name)))
        flags = {c.column for tile in tiles for c in tile.columns if c.unit == "flag"}
        for name in sorted(flags):
            shown.append(f"case when mart.{name} then '✓' when not mart.{name} then '–' end as {name}_told")
            columns.append(self._column(f"{name}_told", "VARCHAR", labels.get(name)))
        if day:
            joins.append(
                f"inner join {self.schema}.periods as periods on mart.{day} between periods.period_start and periods.period_end"
            )
            shown += ["periods.period_grain", "periods.period_start"]
            columns += [self._column("period_grain", "VARCHAR"), self._column("period_start", "DATE")]
        if day or "period_start" in known:
            shown.append(f"cast({'periods' if day else 'mart'}.period_start as varchar) as period")
            columns.append(self._column("period", "VARCHAR"))
        if newest := next((tile.latest for tile in tiles if tile.latest), None):
            shown.append(f"mart.{newest} = (select max({newest}) from {self.schema}.{mart}) as is_newest")
            columns.append(self._column("is_newest", "BOOLEAN"))
        if not {"dimension", "dimension_key"} & known:
            self.sliced.add(_name(mart, day))
            follow = list(dict.fromkeys(one for tile in tiles for one in tile.follow))
            slices = ["select 'all' as dimension, 'all' as dimension_key"]
            slices += [f"select {literal(one)}, cast(mart.{one} as varchar)" for one in follow]
            joins.append(f"cross join lateral ({' union all '.join(slices)}) as slices")
            shown += ["slices.dimension", "slices.dimension_key"]
            columns += [self._column("dimension", "VARCHAR"), self._column("dimension_key", "VARCHAR")]
        place = "mart" if "dimension" in known else "slices"
        member = f"member.dimension = {place}.dimension and member.dimension_key = {place}.dimension_key"
        joins.append(f"left join {self.schema}.dimension_members as member on {member}")
        shown.append(f"coalesce(member.dimension_name_{self.language}, {place}.dimension_key) as dimension_name")
        columns.append(self._column("dimension_name", "VARCHAR"))
        sql = f"select {', '.join(shown)}\nfrom {self.schema}.{mart} as mart\n" + "\n".join(joins)
        told = "Rows stand once for the whole (dimension all) and once for each slice and period: choose one of each."
        self._dataset(_name(mart, day), sql, columns, [], told, None)

    # --- charts ---

    def _chart(
        self, board: Board, tile: Tile, place: int, kpi: str | None, dataset: str, viz: str, query: dict, form: dict
    ) -> str:
        """A chart with the form that its editor shows, and the query that its picture asks."""
        key = uuid("chart", board.name, tile.kind, tile.title.en, kpi or "")
        title = self.title(kpi) if kpi else getattr(tile.title, self.language)
        follows, has_slices = self._follows(board, tile, kpi), dataset == KPI or dataset in self.sliced
        if has_slices and not follows and not tile.by and "dimension" not in tile.where:
            query = query | {
                "filters": [*query["filters"], {"col": "dimension", "op": "==", "val": "all"}]
            }  # no filter of the page does
        filters = query["filters"]
        adhoc = [
            {"clause": "WHERE", "expressionType": "SIMPLE", "subject": f["col"], "operator": f["op"], "comparator": f["val"],
             "operatorId": {"IN": "IN", "==": "EQUALS"}[f["op"]]}
            for f in filters
        ]  # fmt: skip
        params = {
            "viz_type": viz,
            "adhoc_filters": adhoc,
            "time_range": "No filter",
            "row_limit": query.get("row_limit"),
            **form,
        }
        whole = {"columns": [], "orderby": [], "row_limit": 1000, "time_range": "No filter", "extras": {}, **query}
        context = {"datasource": {"id": 0, "type": "table"}, "force": False, "queries": [whole], "form_data": params,
                   "result_format": "json", "result_type": "full"}  # fmt: skip
        self.charts[key] = {
            "slice_name": title, "viz_type": viz, "params": params, "query_context": json.dumps(context, ensure_ascii=False),
            "description": getattr(board.question, self.language), "uuid": key, "dataset_uuid": uuid("dataset", dataset), "version": "1.0.0",
            "tile": place, "kpis": [kpi] if kpi else tile.kpis, "board": board.name, "follows": follows,
            "periods": bool(tile.kpis and tile.kind != "line" or tile.period or tile.date),
        }  # fmt: skip
        return key

    def _follows(self, board: Board, tile: Tile, kpi: str | None) -> list[str]:
        """The slices of the board that a chart may be shown by."""
        if tile.by:
            return []
        if tile.mart:
            return [one for one in board.slices if one in tile.follow]
        own = (self.kpis[kpi or tile.kpis[0]]["dimensions"] or "").split()
        return [one for one in board.slices if {one, "any"} & set(own)]

    def _charts(self, board: Board, place: int, tile: Tile) -> list[str]:
        chart = partial(self._chart, board, tile, place)
        if tile.mart:
            return [self._mart_chart(chart, tile)]
        of = {"col": "kpi_id", "op": "IN", "val": tile.kpis}
        own = [of, {"col": "dimension", "op": "==", "val": tile.by}] if tile.by else [of]
        unit = self.kpis[tile.kpis[0]]["unit"]
        look = {"y_axis_format": FORMATS.get(unit, ",.1~f")} | (
            {"currency_format": self._currency()} if unit == "money" else {}
        )
        if tile.kind == "numbers":
            return [
                chart(kpi, KPI, "big_number_total", {"metrics": [kpi], "filters": [{**of, "val": [kpi]}]}, {"metric": kpi, "header_font_size": 0.4})
                for kpi in tile.kpis
            ]  # fmt: skip
        if tile.kind == "line":
            metrics = [tile.kpis[0], "year_ago_value", "target_value"]
            query = {
                "metrics": metrics,
                "columns": [_axis("period_start")],
                "filters": own,
                "orderby": [["period_start", True]],
            }
            form: dict[str, Any] = {"x_axis": "period_start", "metrics": metrics, "groupby": [], **look}
            return [chart(None, KPI, "echarts_timeseries_line", query, form)]
        first, largest = tile.kpis[0], _last_if_none(self._metric(self.kpis[tile.kpis[0]])["expression"])
        ordered = {"orderby": [[largest, False]], "row_limit": tile.limit, "filters": own}
        if tile.kind == "bars" and tile.order != "rank":
            query = {"metrics": [first], "columns": [_axis("dimension_name")], **ordered}
            form = {"x_axis": "dimension_name", "metrics": [first], "groupby": [], **BARS, "x_axis_sort": first, **look}
            return [chart(None, KPI, "echarts_timeseries_bar", query, form)]
        if tile.order == "rank":  # a picture's bars stand by size or by name, so these are bars in the cells of a table
            largest = {"expressionType": "SQL", "sqlExpression": "min(member_rank)", "label": "rank"}
            ordered["orderby"] = [[largest, True]]
        query = {"metrics": tile.kpis, "columns": ["dimension_name"], **ordered}
        form = {
            "query_mode": "aggregate",
            "groupby": ["dimension_name"],
            "metrics": tile.kpis,
            "timeseries_limit_metric": largest,
            "order_desc": tile.order != "rank",
        }
        return [chart(None, KPI, "table", query, form)]

    def _mart_chart(self, chart: Any, tile: Tile) -> str:
        filters = [
            {"col": name, "op": "IN" if isinstance(value, list) else "==", "val": value}
            for name, value in tile.where.items()
        ]
        filters += [{"col": "is_newest", "op": "==", "val": True}] if tile.latest else []
        query: dict[str, Any] = {"filters": filters, "row_limit": tile.limit}
        dataset, shown = _name(tile.mart or "", tile.date), [self._shown(column) for column in tile.columns]
        plain = [name for column, name in zip(tile.columns, shown, strict=True) if not column.agg]
        by_rows = tile.kind == "table" and len(plain) == len(shown)
        order = [(name.removeprefix("-"), not name.startswith("-")) for name in tile.order.split()]
        if by_rows:
            query |= {"columns": shown, "orderby": order}
            form = {
                "query_mode": "raw",
                "all_columns": shown,
                **self._formats(dict(zip(shown, tile.columns, strict=True))),
                "order_by_cols": [json.dumps(one) for one in order],
            }
            return chart(None, dataset, "table", query, form)
        metrics = [
            self._sum(column)
            for column in tile.columns
            if column.agg or (tile.kind != "table" and column is not tile.columns[0])
        ]
        grouped = plain if tile.kind == "table" else plain[:1]  # the other columns of a picture are metrics
        taken = {"expressionType": "SQL"}
        # as the pages do, by what the whole column comes to, whichever rows its columns of the tile show
        agg = {
            column.column: {
                **taken,
                "sqlExpression": f"{column.agg}({quoted(column.column)})",
                "label": f"all {column.column}",
            }
            if column.when or column.over
            else self._sum(column)
            for column in tile.columns
            if column.agg
        }
        keys = [
            (
                agg.get(name)
                or (
                    name
                    if name in grouped
                    else {**taken, "sqlExpression": f"min({quoted(name)})", "label": f"min {name}"}
                ),
                up,
            )
            for name, up in order
        ]
        keys = [(one if up or isinstance(one, str) else _last_if_none(one["sqlExpression"]), up) for one, up in keys]
        ordered = [*keys, *((name, True) for name in grouped)]  # rows that are equal in it stand in one order too
        query |= {
            "metrics": metrics,
            "columns": [_axis(plain[0])] if tile.kind == "line" else grouped,
            "orderby": ordered,
        }
        if tile.kind != "line":  # bars in an order of their own stand in the cells of a table
            form = {
                "query_mode": "aggregate",
                "groupby": grouped,
                "metrics": metrics,
                "order_desc": not keys[0][1],
                "timeseries_limit_metric": keys[0][0],
            }
            names = [
                name if name in grouped else getattr(c, self.language)
                for c, name in zip(tile.columns, shown, strict=True)
            ]
            form |= self._formats(dict(zip(names, tile.columns, strict=True)), tile.kind == "bars")
            return chart(None, dataset, "table", query, form)
        look = {"y_axis_format": FORMATS.get(tile.columns[1].unit, ",.1~f")}
        form = {"x_axis": plain[0], "metrics": metrics, "groupby": [], **look}
        return chart(None, dataset, "echarts_timeseries_line", query, form)

    def _formats(self, columns: dict[str, Column], bars: bool = False) -> dict[str, Any]:
        """How a table writes its numbers and days, by the names that the columns have in it."""
        told: dict[str, dict[str, Any]] = {
            name: {"d3TimeFormat": DAYS[c.unit][self.at]}
            if c.unit in DAYS
            else {"d3NumberFormat": FORMATS.get(c.unit, ",.2~f"), "showCellBars": bars}
            for name, c in columns.items()
        }
        return {"column_config": told, "show_cell_bars": bars}

    def _shown(self, column: Column) -> str:
        return (
            f"{column.column}_told"
            if column.of or column.unit == "flag"
            else column.column.replace("{lang}", self.language)
        )

    def _sum(self, column: Column) -> dict[str, Any]:
        """A column that takes rows together, as a metric with the title that the tile gives it."""
        sql = data.column_sql(column, column.columns[0]) if column.agg else f"sum({quoted(column.column)})"
        if column.ripe:
            sql = f"case when bool_and({quoted(column.ripe)}){data.rows_taken(column)} then {sql} end"
        return {
            "expressionType": "SQL",
            "sqlExpression": sql,
            "label": getattr(column, self.language),
            "optionName": f"metric_{column.en}",
        }

    # --- dashboards ---

    def _dashboard(self, board: Board) -> dict[str, Any]:
        position: dict[str, Any] = {
            "DASHBOARD_VERSION_KEY": "v2",
            "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
            "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": [], "parents": ["ROOT_ID"]},
            "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": getattr(board.title, self.language)}},
        }
        number, charts, row, left = 0, [], "", 0
        for place, tile in enumerate(board.tiles):
            keys = self._charts(board, place, tile)
            if tile.kind == "numbers":
                head = f"HEADER-{place}"
                meta = {
                    "text": getattr(tile.title, self.language),
                    "headerSize": "SMALL_HEADER",
                    "background": "BACKGROUND_TRANSPARENT",
                }
                position[head] = {
                    "type": "HEADER",
                    "id": head,
                    "children": [],
                    "parents": ["ROOT_ID", "GRID_ID"],
                    "meta": meta,
                }
                position["GRID_ID"]["children"].append(head)
                left = 0
            for key in keys:
                width = 3 if tile.kind == "numbers" else WIDTH if tile.wide else 6
                if width > left:
                    row, left = f"ROW-{len(position)}", WIDTH
                    meta = {"background": "BACKGROUND_TRANSPARENT"}
                    position[row] = {
                        "type": "ROW",
                        "id": row,
                        "children": [],
                        "parents": ["ROOT_ID", "GRID_ID"],
                        "meta": meta,
                    }
                    position["GRID_ID"]["children"].append(row)
                left -= width
                number += 1
                # chart ids of a file are the file's own: an import sets those of the server
                meta = {"uuid": key, "chartId": number, "width": width, "height": 22 if tile.kind == "numbers" else 44}
                meta["sliceName"] = self.charts[key]["slice_name"]
                position[f"CHART-{number}"] = {
                    "type": "CHART",
                    "id": f"CHART-{number}",
                    "children": [],
                    "parents": ["ROOT_ID", "GRID_ID", row],
                    "meta": meta,
                }
                position[row]["children"].append(f"CHART-{number}")
                charts.append((number, key))
            left = 0 if tile.kind == "numbers" else left
        for told in position.values():  # a picture without a neighbour takes the row
            if (
                isinstance(told, dict)
                and told["type"] == "ROW"
                and [position[one]["meta"]["width"] for one in told["children"]] == [6]
            ):
                position[told["children"][0]]["meta"]["width"] = WIDTH
        return {
            "dashboard_title": getattr(board.title, self.language), "description": getattr(board.question, self.language), "slug": board.name,
            "uuid": uuid("dashboard", board.name), "position": position, "published": True, "version": "1.0.0",
            "metadata": {"native_filter_configuration": self._filters(board, charts), "cross_filters_enabled": False},
        }  # fmt: skip

    def _filters(self, board: Board, charts: list[tuple[int, str]]) -> list[dict[str, Any]]:
        """Grain, period, slice and member, chosen once for the page."""
        timeless = [number for number, key in charts if not self.charts[key]["periods"]]
        lines = [number for number, key in charts if self.charts[key]["kpis"] and not self.charts[key]["periods"]]
        whole = [number for number, key in charts if not self.charts[key]["follows"]]
        grains: dict[str, Any] = {
            "col": "period_grain",
            "excluded": [n for n in timeless if n not in lines],
            "default": [board.grain],
        }
        told = [grains, {"col": "period", "excluded": timeless, "parents": ["period_grain"], "first": True}]
        if board.slices:
            told.append(
                {
                    "col": "dimension",
                    "excluded": whole,
                    "default": ["all"],
                    "only": ("dimension", "IN", ["all", *board.slices]),
                }
            )
            told.append({"col": "dimension_name", "excluded": whole, "parents": ["dimension"]})
        return [self._filter(board, **one) for one in told]

    def _filter(
        self,
        board: Board,
        col: str,
        excluded: list[int],
        default: list | None = None,
        parents: tuple = (),
        first: bool = False,
        only: tuple = (),
    ) -> dict[str, Any]:
        adhoc = [
            {"clause": "WHERE", "expressionType": "SIMPLE", "subject": one, "operator": op, "comparator": value}
            for one, op, value in filter(None, [only])
        ]
        mask = (
            {
                "filterState": {"value": default},
                "extraFormData": {"filters": [{"col": col, "op": "IN", "val": default}]},
            }
            if default
            else {"extraFormData": {}, "filterState": {}}
        )
        return {
            "id": f"NATIVE_FILTER-{col}", "name": WORDS[col][self.at], "filterType": "filter_select", "type": "NATIVE_FILTER",
            "targets": [{"datasetUuid": uuid("dataset", PERIODS if col.startswith("period") else MEMBERS), "column": {"name": col}}], "defaultDataMask": mask,
            "cascadeParentIds": [f"NATIVE_FILTER-{one}" for one in parents], "scope": {"rootPath": ["ROOT_ID"], "excluded": excluded},
            "controlValues": {"multiSelect": col == "dimension_name", "enableEmptyFilter": bool(default or first), "defaultToFirstItem": first,
                              "sortAscending": not first, "searchAllOptions": False, "inverseSelection": False},
            "adhoc_filters": adhoc, "requiredFirst": first, "description": "",
        }  # fmt: skip

    def zipped(self) -> bytes:
        """The bundle as Superset imports it."""
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, told in self.files().items():
                stamped = zipfile.ZipInfo(f"kpi/{path}", (2026, 1, 1, 0, 0, 0))  # the same bytes of the same figures
                archive.writestr(
                    stamped,
                    yaml.safe_dump(json.loads(json.dumps(told)), allow_unicode=True, sort_keys=False),
                    zipfile.ZIP_DEFLATED,
                )
        return made.getvalue()


BARS = {"orientation": "horizontal", "x_axis_sort_asc": False, "show_value": True, "show_legend": False}


def _last_if_none(sql: str) -> dict[str, Any]:
    """What rows are sorted by from the largest: a row without a figure comes last in every database."""
    return {"expressionType": "SQL", "sqlExpression": f"coalesce({sql}, -1e300)", "label": f"order {sql}"}


def _axis(column: str) -> dict[str, Any]:
    return {"columnType": "BASE_AXIS", "sqlExpression": column, "label": column, "expressionType": "SQL"}


def _name(mart: str, day: str | None) -> str:
    return f"{PREFIX}{mart}_by_{day}" if day else f"{PREFIX}{mart}"
