"""The figures of a board, read from the marts: what its page holds, and what the test of it is compared with."""

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from flows.base.project import seed
from flows.base.sql import listed, literal, quoted
from flows.boards.spec import Board, Column, Tile

# how many periods of the whole business, and of each member of a dimension, a page holds
KEPT = {"week": (26, 9), "month": (25, 13), "quarter": (9, 5), "year": (3, 2)}
MOST_MEMBERS = 200  # of a dimension with more than these, a page holds the largest alone
DECIMALS = 6

Rows = list[list[Any]]


def read(board: Board, connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """All that a board's page shows.

    Args:
        board: one that was checked.
        connection: to the file with the marts.

    Returns:
        KPIs with their names, periods by grain, members by dimension, words of codes and marks, values by KPI and member, rows by tile.
    """
    periods = _periods(connection)
    wanted = {*board.slices, *(tile.by for tile in board.tiles if tile.by)}
    wanted |= {column.of for tile in board.tiles for column in tile.columns if column.of} - {"kpi"}
    values, cut = _values(board, periods, connection)
    tiles = [_tile_rows(tile, periods, connection) if tile.mart else None for tile in board.tiles]
    for rows_by in filter(None, tiles):
        for state in [
            state for state in rows_by if not _is_kept(state.partition("|")[0], state.partition("|")[2], cut)
        ]:
            del rows_by[state]
    shown = {
        (column.of, row[place])
        for tile, rows_by in zip(board.tiles, tiles, strict=True)
        for place, column in enumerate(tile.columns)
        if column.of
        for rows in (rows_by or {}).values()
        for row in rows
    }
    return {
        "kpis": _kpis(board, connection),
        "periods": periods,
        "members": _members(wanted, cut, shown, connection),
        "cut": sorted(cut),
        "codes": codes(),
        "marks": _marks(connection),
        "values": values,
        "tiles": tiles,
    }


def _periods(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """First days of the periods that a page holds, the newest last."""
    found = connection.execute(
        "select period_grain, period_start from marts.kpi_values where dimension = 'all' group by all order by all"
    ).fetchall()
    return {
        grain: [start.isoformat() for one, start in found if one == grain][-most:] for grain, (most, _) in KEPT.items()
    }


def _kpis(board: Board, connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    columns = ("kpi_id", "name_ru", "name_en", "formula_ru", "formula_en", "unit", "better", "dimensions")
    rows = connection.execute(f"select {', '.join(columns)} from marts.kpi_catalogue").fetchall()
    catalogue = {row[0]: dict(zip(columns[1:], row[1:], strict=True)) for row in rows}
    any_kpi = any(tile.tells_kpis and not tile.named_kpis for tile in board.tiles)
    return {kpi: catalogue[kpi] for kpi in dict.fromkeys([*board.named_kpis, *(catalogue if any_kpi else [])])}


def _members(
    wanted: set[str], cut: dict[str, set[str]], shown: set[tuple[str, Any]], connection: duckdb.DuckDBPyConnection
) -> dict[str, dict[str, list[Any]]]:
    """Names of members, ru and en, and their place in order, by dimension and key."""
    members: dict[str, dict[str, list[Any]]] = {dimension: {} for dimension in sorted(wanted)}
    for dimension, key, russian, english in connection.execute(
        "select dimension, dimension_key, dimension_name_ru, dimension_name_en from marts.dimension_members"
        " order by dimension, member_rank nulls last, dimension_name_ru, dimension_key"
    ).fetchall():
        if dimension in members and (_is_kept(dimension, key, cut) or (dimension, key) in shown):
            members[dimension][key] = [russian, english, len(members[dimension])]
    for dimension, key, russian, english in connection.execute(
        "select distinct dimension, dimension_key, dimension_name_ru, dimension_name_en from marts.kpi_values"
        f" where dimension in ({listed(sorted(wanted | {'all'}))}) order by all"
    ).fetchall():
        # what is of nobody, such as (unknown)
        if dimension in members and key not in members[dimension] and _is_kept(dimension, key, cut):
            members[dimension][key] = [russian, english, len(members[dimension])]
    return members


def _is_kept(dimension: str, key: str, cut: dict[str, set[str]]) -> bool:
    return dimension not in cut or key in cut[dimension]


def codes() -> dict[str, list[str]]:
    """The Russian and the English name of what stands for no member in any dimension, such as (unknown)."""
    rows = [row for row in seed("seed_member_names") if row["dimension"] == "any"]
    return {row["dimension_key"]: [row["name_ru"], row["name_en"]] for row in rows}


def _marks(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The Russian and the English words of each mark that a figure bears."""
    rows = connection.execute(
        "select distinct mark, mark_ru, mark_en from marts.kpi_values where mark is not null order by all"
    ).fetchall()
    return {mark: [russian, english] for mark, russian, english in rows}


def _values(
    board: Board, periods: dict[str, list[str]], connection: duckdb.DuckDBPyConnection
) -> tuple[dict[str, Any], dict[str, set[str]]]:
    """Rows [period, value, previous, year ago, plan, complete, mark] by KPI, `dimension|key` and grain.

    Also the members that are kept of each dimension that has too many.
    """
    pairs = {(kpi, "all") for kpi in board.kpis} | {(kpi, one) for kpi in board.kpis for one in board.slices}
    pairs |= {(kpi, tile.by) for tile in board.tiles if tile.by for kpi in tile.kpis}
    if not board.kpis:
        return {}, {}
    rows = connection.execute(
        "select kpi_id, dimension, dimension_key, period_grain, period_start, value, previous_value, year_ago_value,"
        f" target_value, is_complete, mark from marts.kpi_values where kpi_id in ({listed(board.kpis)})"
        f" and dimension in ({listed({one for _, one in pairs})}) and period_start >= {literal(min(min(p) for p in periods.values()))}"
        " order by all"
    ).fetchall()
    places = {grain: {start: place for place, start in enumerate(starts)} for grain, starts in periods.items()}
    values: dict[str, Any] = {}
    for kpi, dimension, key, grain, start, *figures, is_complete, mark in rows:
        place = places.get(grain, {}).get(start.isoformat())
        if place is None or (kpi, dimension) not in pairs:
            continue
        if dimension != "all" and place < len(periods[grain]) - KEPT[grain][1]:
            continue
        if all(figure is None for figure in figures):
            continue
        of_member = values.setdefault(kpi, {}).setdefault(f"{dimension}|{key}", {})
        of_member.setdefault(grain, []).append([place, *map(plain, figures), int(is_complete), mark])
    cut = {
        one: kept for one in {one for _, one in pairs} - {"all"} if (kept := _largest(board, one, values)) is not None
    }
    for kpi, members in values.items():
        values[kpi] = {
            where: found
            for where, found in members.items()
            if _is_kept(where.partition("|")[0], where.partition("|")[2], cut)
        }
    return values, cut


def _largest(board: Board, dimension: str, values: dict[str, Any]) -> set[str] | None:
    """The members that a page holds of a dimension with too many: the first of each tile in each period, and if it may be chosen, the largest."""
    of = {
        kpi: {w.partition("|")[2]: found for w, found in values.get(kpi, {}).items() if w.startswith(f"{dimension}|")}
        for kpi in board.kpis
    }
    if len(set().union(*of.values())) <= MOST_MEMBERS:
        return None
    kept: set[str] = set()
    for tile in (tile for tile in board.tiles if tile.by == dimension):
        ranked: dict[tuple[str, int], list[tuple[float, str]]] = {}
        for key, grains in of[tile.kpis[0]].items():
            for grain, rows in grains.items():
                for place, value, *_ in rows:
                    if value is not None:
                        ranked.setdefault((grain, place), []).append((value, key))
        for found in ranked.values():
            kept |= {key for _, key in sorted(found, reverse=True)[: tile.limit]}
    if dimension in board.slices and (first := next((found for found in of.values() if found), None)):
        size = {key: sum(abs(row[1] or 0) for row in grains.get("month", [])) for key, grains in first.items()}
        kept |= set(sorted(size, key=lambda key: (-size[key], key))[:MOST_MEMBERS])
    return kept


def _tile_rows(tile: Tile, periods: dict[str, list[str]], connection: duckdb.DuckDBPyConnection) -> dict[str, Rows]:
    """Rows of a mart's tile by `grain|period`, or under `` where it has one state alone."""
    if not (tile.period or tile.date):
        whole = "dimension = 'all'" if tile.keyed else "true"
        return {"": _rows(tile, connection, whole), **_by_member(tile, connection)}
    found = {}
    for grain, starts in periods.items():
        for start in starts[-KEPT[grain][1] :]:
            if tile.period:
                condition = f"period_grain = {literal(grain)} and period_start = date {literal(start)}"
            else:
                condition = f"date_trunc({literal(grain)}, {quoted(tile.date or '')}) = date {literal(start)}"
            if rows := _rows(tile, connection, condition):
                found[f"{grain}|{start}"] = rows
    return found


def _by_member(tile: Tile, connection: duckdb.DuckDBPyConnection) -> dict[str, Rows]:
    """Rows of a mart's tile by `dimension|key`, for the dimensions that it follows."""
    found = {}
    for dimension in tile.follow:
        column, table = quoted("dimension_key" if tile.keyed else dimension), f"marts.{quoted(tile.mart or '')}"
        own = f"dimension = {literal(dimension)} and " if tile.keyed else ""
        newest = f"{quoted(tile.latest)} = (select max({quoted(tile.latest)}) from {table})" if tile.latest else "true"
        keys = f"select distinct {column} from {table} where {own}{newest} order by all"
        for (key,) in connection.execute(keys).fetchall():
            if key is not None:
                found[f"{dimension}|{key}"] = _rows(tile, connection, f"{own}{column} = {literal(key)}")
    return found


def _rows(tile: Tile, connection: duckdb.DuckDBPyConnection, condition: str) -> Rows:
    shown, groups = [], []
    for column in tile.columns:
        for name in column.columns:
            shown.append(column_sql(column, name))
            groups += [] if column.agg else [quoted(name)]
        if column.ripe:
            shown.append(f"bool_and({quoted(column.ripe)}){rows_taken(column)}")
    conditions = [condition]
    for name, value in tile.where.items():
        conditions.append(f"{quoted(name)} in ({listed(value if isinstance(value, list) else [str(value)])})")
    table = f"marts.{quoted(tile.mart or '')}"
    if tile.latest:
        conditions.append(f"{quoted(tile.latest)} = (select max({quoted(tile.latest)}) from {table})")
    query = f"select {', '.join(shown)} from {table} where {' and '.join(conditions)}"
    summed = any(column.agg for column in tile.columns)
    order = []
    for told in tile.order.split():
        name, direction = told.removeprefix("-"), "desc" if told.startswith("-") else "asc"
        agg = next((column.agg for column in tile.columns if column.column == name), None)
        key = f"{agg}({quoted(name)})" if agg else quoted(name)
        groups += [quoted(name)] if summed and not agg else []
        order.append(f"{key} {direction} nulls last")
    if summed and groups:
        query += f" group by {', '.join(dict.fromkeys(groups))}"
    query += f" order by {', '.join([*order, *map(str, range(1, len(shown) + 1))])} limit {tile.limit}"
    return [_cells(tile, [plain(cell) for cell in row]) for row in connection.execute(query).fetchall()]


def column_sql(column: Column, name: str) -> str:
    """What a column is in a query; a ratio is a sum over a sum, and nothing over nothing."""
    rows = rows_taken(column)
    if column.over:
        return f"sum({quoted(name)}){rows} / nullif(sum({quoted(column.over)}){rows}, 0)"
    return f"{column.agg}({quoted(name)}){rows}" if column.agg else quoted(name)


def rows_taken(column: Column) -> str:
    """Which rows a column takes together, as a query has it."""
    told = " and ".join(f"{quoted(name)} = {literal(str(value))}" for name, value in column.when.items())
    return f" filter (where {told})" if told else ""


def _cells(tile: Tile, row: list[Any]) -> list[Any]:
    """A row with one cell a column: a name in two languages is one, and what is not ripe is its mark alone."""
    cells, rest = [], iter(row)
    for column in tile.columns:
        given = [next(rest) for _ in column.columns]
        is_unripe = column.ripe is not None and next(rest) is False
        cells.append({"mark": "unripe"} if is_unripe else given if len(given) > 1 else given[0])
    return cells


def plain(cell: Any) -> Any:
    """A value as JSON has it; money to a millionth."""
    if isinstance(cell, bool) or cell is None:
        return cell
    if isinstance(cell, float | Decimal):
        rounded = round(float(cell), DECIMALS)
        return int(rounded) if rounded.is_integer() else rounded
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    return cell if isinstance(cell, int) else str(cell)
