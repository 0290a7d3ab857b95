"""The Spark statements that show raw files as views of text columns: what raw_views/views.py says in DuckDB's words, with the same result."""

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from raw_views.views import DECIMALS, FILE, ROW, SCHEMA, TEXT_WITH_NUL, decimals_of, groups_of, number_text

if TYPE_CHECKING:
    from raw_views.scan import DataFile, Table

_PATTERN_SIGNS = re.compile(r"([{}\[\],*?\\])")


def literal(text: str) -> str:
    """A text in SQL; two quotes in one are none at all there."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def name(text: str) -> str:
    """A name in SQL."""
    return "`" + text.replace("`", "``") + "`"


def text_of(column: str, kind: str) -> str:
    """An expression that gives a column as text; see `views.text_of`, whose text it is.

    Args:
        column: its name in the file.
        kind: its DuckDB type.
    """
    value = name(column)
    if kind == TEXT_WITH_NUL:
        return f"replace({value}, chr(0), '\ufffd')"
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")):
        return f"to_json({value}, map('ignoreNullFields', 'false'))"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"concat(cast({value} as string), '+00')"
    if kind == "TIMESTAMP_NS":  # read as a whole number of nanoseconds, spark.sql.legacy.parquet.nanosAsLong
        return f"cast(timestamp_micros({value} div 1000) as string)"
    if kind == "BLOB":
        return f"coalesce(try_validate_utf8(cast({value} as string)), hex({value}))"
    if kind.startswith("DECIMAL"):
        scale = int(kind.rstrip(")").split(",")[-1])
        return f"case when {value} = 0 then '{'0.' + '0' * scale if scale else '0'}' else cast({value} as string) end"
    if kind in ("FLOAT", "DOUBLE"):
        text = f"cast({value} as string)"
        digits = f"regexp_replace(regexp_replace(split_part({text}, 'E', 1), '[.]0$', ''), '[-.]', '')"
        power = f"cast(split_part({text}, 'E', 2) as int)"
        return (
            f"case when isnan({value}) then null when abs({value}) = double('infinity') then if({value} > 0, 'inf', '-inf')"
            f" when contains({text}, 'E') then concat(if({value} < 0, '-', ''), case"
            f" when {power} < 0 then concat('0.', repeat('0', -1 - {power}), {digits})"
            f" when length({digits}) <= {power} + 1 then rpad({digits}, {power} + 1, '0')"
            f" else concat(left({digits}, {power} + 1), '.', substr({digits}, {power} + 2)) end)"
            f" else regexp_replace({text}, '[.]0$', '') end"
        )
    return f"cast({value} as string)"


def _plain(path: str) -> str:
    """A path as Hadoop takes it, with the signs that it would take for a pattern made plain."""
    return _PATTERN_SIGNS.sub(r"\\\1", path)


def _read(files: list["DataFile"]) -> Iterator[str]:
    """What to read the files from, one for each folder."""
    folders: dict[str, list[str]] = {}
    for file in files:
        folder, base = os.path.split(file.data)
        folders.setdefault(folder, []).append(_plain(base))
    for folder, names in folders.items():
        listed = names[0] if len(names) == 1 else "{" + ",".join(names) + "}"
        yield "parquet." + name(f"{_plain(folder)}/{listed}")


def _selects(table: "Table", files: list["DataFile"], root: str) -> Iterator[str]:
    first = files[0]
    kinds = dict(first.columns)
    matched = table.match(kinds)
    decimals = decimals_of(table, first)
    columns = []
    for column in table.columns:
        found = matched.get(column)
        if column == table.rest:
            rest = sorted(set(kinds) - set(matched.values()))
            fields = ", ".join(f"{literal(one)}, {name(one)}" for one in rest)
            value = (
                f"to_json(named_struct({fields}), map('ignoreNullFields', 'false'))" if rest else "cast(null as string)"
            )
        else:
            value = "cast(null as string)" if found is None else text_of(found, kinds[found])
            if found is not None and decimals is not None:
                value = number_text(value, kinds[found])
        columns.append(f"{value} as {name(column)}")
    if first.is_converted:
        columns += [f"cast({FILE} as string) as {FILE}", f"cast({ROW} as bigint) as {ROW}"]
    else:
        place = "_metadata.row_index + 1"
        begins = len("file://" + root.rstrip("/")) + 2  # the path is an address, which is decoded first
        told = f"coalesce(try_cast({ROW} as bigint), {place})" if ROW in kinds else place
        decoded = "url_decode(replace(_metadata.file_path, '+', '%2B'))"
        path = f"substr(regexp_replace({decoded}, '^file:/+', 'file:///'), {begins})"
        columns += [f"{path} as {FILE}", f"{told} as {ROW}"]
    columns.append(f"cast({'null' if decimals is None else literal(decimals)} as string) as {DECIMALS}")
    for source in _read(files):
        yield f"select {', '.join(columns)} from {source}"


def table_view(table: "Table", files: list["DataFile"], root: str) -> list[str]:
    """The statements for one declared table; see `views.table_view`."""
    selects = [select for group in groups_of(table, files) for select in _selects(table, group, root)]
    if not selects:
        nothing = [f"cast(null as string) as {name(column)}" for column in (*table.columns, FILE)]
        selects = [
            f"select {', '.join(nothing)}, cast(null as bigint) as {ROW}, cast(null as string) as {DECIMALS} where false"
        ]
    schema = name(table.schema)
    body = "\nunion all\n".join(selects)
    return [f"create or replace view {schema}.{name(table.name)} as {body}"]


def summary_views(rejects: str, files: str) -> list[str]:
    """The statements for `raw_views.rejected_lines` and `raw_views.files`; see `views.summary_views`."""
    return [
        f"create or replace view {SCHEMA}.rejected_lines as select source_name, table_name, raw_file, raw_row, reason"
        f" from parquet.{name(_plain(rejects))}",
        f"create or replace view {SCHEMA}.files as select source_name, table_name, raw_file, row_count, readable"
        f" from parquet.{name(_plain(files))}",
    ]
