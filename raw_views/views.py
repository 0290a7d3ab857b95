"""The DuckDB statements that show raw files as views of text columns."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flows.base.sql import literal, quoted

if TYPE_CHECKING:
    from raw_views.scan import DataFile, Table

SCHEMA = "raw_views"
FILE, ROW, DECIMALS = "_raw_file", "_raw_row", "_raw_decimals"
_PATH = "__landing_path"
NUL = "chr(0)"
TEXT_WITH_NUL = "VARCHAR with NUL"  # in place of DuckDB's type of a column, where a file has NUL in its text


def text_of(column: str, kind: str) -> str:
    """An expression that gives a column as text.

    Args:
        column: its name in the file.
        kind: its DuckDB type.

    Returns:
        Nested values as JSON; times with a zone in UTC, ending in +00; bytes as text where they are UTF-8, else in
        hexadecimal digits; NUL as U+FFFD; floating numbers with all their digits and no exponent, whole ones without a fraction, NaN as
        null; anything else as DuckDB casts it.
    """
    value = quoted(column)
    if kind == TEXT_WITH_NUL:
        return f"replace({value}, {NUL}, '\ufffd')"
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")):
        return f"cast(to_json({value}) as varchar)"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"coalesce(cast(make_timestamp(epoch_us({value})) as varchar) || '+00', cast({value} as varchar))"
    if kind == "BLOB":
        return f"coalesce(try(decode({value})), hex({value}))"
    if kind in ("FLOAT", "DOUBLE"):
        text = f"cast({value} as varchar)"
        digits = f"regexp_replace(split_part({text}, 'e', 1), '[-.]', '', 'g')"
        power = f"cast(split_part({text}, 'e', 2) as integer)"
        return (
            f"case when isnan({value}) then null when contains({text}, 'e') then case when {value} < 0 then '-' else '' end"
            f" || case when {power} > 0 then rpad({digits}, {power} + 1, '0')"
            f" else '0.' || repeat('0', -1 - {power}) || {digits} end"
            f" else regexp_replace({text}, '[.]0$', '') end"
        )
    return f"cast({value} as varchar)"


def _pattern(path: str) -> str:
    """A path as DuckDB takes it, with the signs that it would take for a pattern made plain."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in path)


def select_columns(paths: Iterable[str]) -> str:
    """The `from` clause that reads Parquet files of one schema, with each row's path and number from 0."""
    files = ", ".join(literal(_pattern(path)) for path in paths)
    return (
        f"from read_parquet([{files}], filename = {literal(_PATH)}, file_row_number = true,"
        " hive_partitioning = false, union_by_name = false)"
    )


def decimals_of(table: "Table", file: "DataFile") -> str | None:
    """What `scan.decimal_signs` found, in the declared names: |.cost|,price|, just | where nothing tells; None where no
    number can be read in two ways."""
    if file.decimals is None:
        return None
    declared = {found: column for column, found in table.match(column for column, _ in file.columns).items()}
    shown = [f"{sign}{declared[found]}|" for sign, found in file.decimals if found in declared]
    return "|" + "".join(sorted(shown))


def number_text(text: str, kind: str) -> str:
    """The text of a column, for a file with texts whose decimal sign has to be settled: a number of a numeric column never
    looks like one of those.

    Args:
        text: an expression that gives the column as text, in the words of the engine.
        kind: the column's type.
    """
    numeric = kind in ("FLOAT", "DOUBLE") or kind.startswith("DECIMAL")
    return f"case when {text} like '%.___' then concat({text}, '0') else {text} end" if numeric else text


def _select(table: "Table", files: list["DataFile"], root: str) -> str:
    first = files[0]
    kinds = dict(first.columns)
    matched = table.match(kinds)
    decimals = decimals_of(table, first)
    columns = []
    for column in table.columns:
        found = matched.get(column)
        if column == table.rest:
            value = _rest(sorted(set(kinds) - set(matched.values())))
        else:
            value = "cast(null as varchar)" if found is None else text_of(found, kinds[found])
            if found is not None and decimals is not None:
                value = number_text(value, kinds[found])
        columns.append(f"{value} as {quoted(column)}")
    if first.is_converted:
        columns += [f"cast({FILE} as varchar) as {FILE}", ROW]
    else:  # a loader that took rows from a file of the user's tells their lines in it
        told = f"coalesce(try_cast({ROW} as bigint), file_row_number + 1)" if ROW in kinds else "file_row_number + 1"
        columns += [f"substr({_PATH}, {len(root.rstrip('/')) + 2}) as {FILE}", f"{told} as {ROW}"]
    columns.append(f"cast({'null' if decimals is None else literal(decimals)} as varchar) as {DECIMALS}")
    return f"select {', '.join(columns)} {select_columns(file.data for file in files)}"


def _rest(columns: list[str]) -> str:
    """An expression that gives columns side by side, as JSON."""
    if not columns:
        return "cast(null as varchar)"
    return f"cast(to_json({{{', '.join(f'{literal(column)}: {quoted(column)}' for column in columns)}}}) as varchar)"


def groups_of(table: "Table", files: list["DataFile"]) -> list[list["DataFile"]]:
    """The files that are read together: those of equal columns, types and decimal signs."""
    groups: dict[tuple, list[DataFile]] = {}
    for file in files:
        groups.setdefault((file.is_converted, decimals_of(table, file), tuple(sorted(file.columns))), []).append(file)
    return list(groups.values())


def table_view(table: "Table", files: list["DataFile"], root: str) -> str:
    """The statements for one declared table.

    Args:
        table: the declared table.
        files: its readable files; those of equal columns, types and decimal signs are read together.
        root: absolute path of the raw root.

    Returns:
        `create schema …; create or replace view …;`: each declared column once, as text, then `_raw_file`, `_raw_row`
        and `_raw_decimals` (see `decimals_of`); no rows if there are no files.
    """
    if groups := groups_of(table, files):
        body = "\nunion all\n".join(_select(table, group, root) for group in groups)
    else:
        nothing = [f"cast(null as varchar) as {quoted(column)}" for column in (*table.columns, FILE)]
        body = f"select {', '.join(nothing)}, cast(null as bigint) as {ROW}, cast(null as varchar) as {DECIMALS} where false"
    schema = quoted(table.schema)
    return f"create schema if not exists {schema};\ncreate or replace view {schema}.{quoted(table.name)} as {body};\n"


def summary_views(rejects: str, files: str) -> str:
    """The statements for `raw_views.rejected_lines` and `raw_views.files`, each over one Parquet file."""
    return (
        f"create schema if not exists {SCHEMA};\n"
        f"create or replace view {SCHEMA}.rejected_lines as select source_name, table_name, raw_file, raw_row, reason"
        f" from read_parquet([{literal(_pattern(rejects))}], hive_partitioning = false);\n"
        f"create or replace view {SCHEMA}.files as select source_name, table_name, raw_file, row_count, readable"
        f" from read_parquet([{literal(_pattern(files))}], hive_partitioning = false);\n"
    )
