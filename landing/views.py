"""The DuckDB statements that show landed files as views of text columns."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from landing.scan import DataFile, Table

SCHEMA = "raw_landing"
FILE, ROW = "_raw_file", "_raw_row"
_PATH = "__landing_path"


def name(text: str) -> str:
    """A name as an SQL identifier."""
    return '"' + text.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def text_of(column: str, kind: str) -> str:
    """An expression that gives a column as text.

    Args:
        column: its name in the file.
        kind: its DuckDB type.

    Returns:
        Nested values as JSON; times with a zone in UTC, ending in +00; bytes as text where they are UTF-8, else in
        hexadecimal digits; floating numbers with all their digits and no exponent, whole ones without a fraction, NaN as
        null; anything else as DuckDB casts it.
    """
    value = name(column)
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


def _select(table: "Table", files: list["DataFile"], root: str) -> str:
    first = files[0]
    kinds = dict(first.columns)
    matched = table.match(kinds)
    columns = []
    for column in table.columns:
        found = matched.get(column)
        value = "cast(null as varchar)" if found is None else text_of(found, kinds[found])
        columns.append(f"{value} as {name(column)}")
    if first.is_csv:
        columns += [f"cast({FILE} as varchar) as {FILE}", ROW]
    else:
        columns += [f"substr({_PATH}, {len(root.rstrip('/')) + 2}) as {FILE}", f"file_row_number + 1 as {ROW}"]
    return f"select {', '.join(columns)} {select_columns(file.data for file in files)}"


def table_view(table: "Table", files: list["DataFile"], root: str) -> str:
    """The statements for one declared table.

    Args:
        table: the declared table.
        files: its readable files; those of equal columns and types are read together.
        root: absolute path of the raw root.

    Returns:
        `create schema …; create or replace view …;`: each declared column once, as text, then `_raw_file` and
        `_raw_row`; no rows if there are no files.
    """
    groups: dict[tuple, list[DataFile]] = {}
    for file in files:
        groups.setdefault((file.is_csv, tuple(sorted(file.columns))), []).append(file)
    if groups:
        body = "\nunion all\n".join(_select(table, group, root) for group in groups.values())
    else:
        nothing = [f"cast(null as varchar) as {name(column)}" for column in (*table.columns, FILE)]
        body = f"select {', '.join(nothing)}, cast(null as bigint) as {ROW} where false"
    schema = name(table.schema)
    return f"create schema if not exists {schema};\ncreate or replace view {schema}.{name(table.name)} as {body};\n"


def summary_views(rejects: str, files: str) -> str:
    """The statements for `raw_landing.rejected_lines` and `raw_landing.files`, each over one Parquet file."""
    return (
        f"create schema if not exists {SCHEMA};\n"
        f"create or replace view {SCHEMA}.rejected_lines as select source_name, table_name, raw_file, raw_row, reason"
        f" from read_parquet([{literal(_pattern(rejects))}], hive_partitioning = false);\n"
        f"create or replace view {SCHEMA}.files as select source_name, table_name, raw_file, row_count, readable"
        f" from read_parquet([{literal(_pattern(files))}], hive_partitioning = false);\n"
    )
