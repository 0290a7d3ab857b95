"""A raw root in, the statements that show it and what a person should know out."""

import json
import os
import traceback


def land(raw_root: str, cache_dir: str, declared: list[dict], on_spark: bool = False) -> dict:
    """Reads a raw root and says how to show it.

    Args:
        raw_root: the folder with `<source>/<table>/*.parquet|*.csv|*.jsonl`; it is only read.
        cache_dir: a folder for converted files and check results; made if it is not there.
        declared: the tables, each `{"source", "schema", "table", "columns": [names], "required": [names],
            "also": {name: [other names]}, "rest": the column that keeps what no other takes, as JSON, "totals": [words
            that a line of totals begins with]}`; the last four may be missing.
        on_spark: whether the statements are Spark's.

    Returns:
        `error`: None, or a text that says why nothing could be read; `ddl`: the statements to run, each ending in
        `;`, or a list of them for Spark, which takes them one by one; `messages`: what a person should look at. None of them holds a value of a data file.
    """
    from raw_views import scan, spark_views, views
    from raw_views.cache import Cache

    root = os.path.abspath(os.path.expanduser(raw_root))
    tables = [
        scan.Table(
            item["source"],
            item["schema"],
            item["table"],
            _columns(item["columns"], (views.FILE, views.ROW, views.DECIMALS)),
            tuple(item.get("required") or ()),
            tuple((name, tuple(others)) for name, others in (item.get("also") or {}).items()),
            item.get("rest"),
            tuple(item.get("totals") or ()),
        )
        for item in declared
    ]
    try:
        files, messages = scan.find(root, tables)
        cache = Cache(cache_dir, root)
        engine = scan.Engine()
        for file in files:
            messages += scan.examine(file, cache, engine)
            messages += _fit(file)
        summaries = _summaries(files, cache)
        cache.clean()
    except scan.RawRootError as error:
        return {"error": str(error), "ddl": "", "messages": []}
    except OSError as error:
        text = f"The cache of the raw views {os.path.abspath(cache_dir)} can't be used: {error.strerror or error}"
        return {"error": text, "ddl": "", "messages": []}
    by_table: dict[scan.Table, list[scan.DataFile]] = {table: [] for table in tables}
    for file in files:
        if file.readable:
            by_table[file.table].append(file)
    if on_spark:
        statements = [
            f"create schema if not exists {schema}"
            for schema in sorted({table.schema for table in tables} | {views.SCHEMA})
        ]
        for table, found in by_table.items():
            statements += spark_views.table_view(table, found, root)
        return {"error": None, "ddl": statements + spark_views.summary_views(*summaries), "messages": messages}
    ddl = "".join(views.table_view(table, found, root) for table, found in by_table.items())
    return {"error": None, "ddl": ddl + views.summary_views(*summaries), "messages": messages}


def _columns(names: list[str], ours: tuple[str, ...]) -> tuple[str, ...]:
    """The names without those that the views add, each once whatever its case."""
    kept: dict[str, str] = {}
    for name in names:
        if name.lower() not in ours:
            kept.setdefault(name.lower(), name)
    return tuple(kept.values())


def _fit(file) -> list[str]:
    """Compares a file's columns with the declared ones. Names are shown only where most of them are known: the first
    line of a CSV without a header is data."""
    if not file.readable:
        return [f"{file.raw_file}: left out, {file.rejects[0][1]}"]
    found = {name.lower() for name, _ in file.columns}
    matched = file.table.match(name for name, _ in file.columns)
    known = {name.lower() for name in matched.values()}
    if file.table.columns and not known:
        where = "no header, or another table's: " if file.is_csv else ""
        some = ", ".join(file.table.columns[:5]) + (", …" if len(file.table.columns) > 5 else "")
        file.refuse(f"{where}none of its {len(found)} column names is a column of this table ({some})")
        return [f"{file.raw_file}: left out, {file.rejects[0][1]}"]
    messages = []
    missing = [name for name in file.table.required if name not in matched]
    if missing and file.rows:
        shown = [name for name, _ in file.columns if name.lower() in known or 2 * len(known) >= len(found)]
        more = len(file.columns) - len(shown)
        has = ", ".join(shown) + (f" and {more} more" if more else "")
        messages.append(f"{file.raw_file}: no column {', '.join(missing)}, which is required; its columns are {has}")
    if file.rejects:
        lines = ", ".join(str(line) for line, _ in file.rejects[:5]) + (", …" if len(file.rejects) > 5 else "")
        many = f"{len(file.rejects)} lines" if len(file.rejects) > 1 else "1 line"
        messages.append(f"{file.raw_file}: {many} left out (line {lines}); the end of the build says why")
    return messages


def _summaries(files: list, cache) -> tuple[str, str]:
    """Writes the rejects and the list of files, unless they are as before; returns the paths of two Parquet files."""
    rejected, listed = [], []
    for file in files:
        origin = (file.table.source, file.table.name, file.raw_file)
        rejected += [(*origin, row, reason) for row, reason in file.rejects]
        listed.append((*origin, file.rows, file.readable))
    return (
        _summary(cache, rejected, ("raw_row", "int64"), ("reason", "string")),
        _summary(cache, listed, ("row_count", "int64"), ("readable", "bool")),
    )


def _summary(cache, rows: list[tuple], *last: tuple[str, str]) -> str:
    key = cache.key(last, rows)
    if entry := cache.load(key):
        return entry["parts"]["data"]
    import pyarrow as pa
    import pyarrow.parquet as pq

    origin = [(name, "string") for name in ("source_name", "table_name", "raw_file")]
    schema = pa.schema([*origin, *last])
    columns = zip(*rows) if rows else [()] * len(schema)
    table = pa.table([pa.array(values, kind) for values, kind in zip(columns, schema.types)], schema=schema)
    temporary = cache.temporary()
    pq.write_table(table, temporary)
    return cache.store(key, {}, {"data": temporary})["parts"]["data"]


def land_raw_root(raw_root: str | None, cache_dir: str | None, declared_json: str | None) -> str:
    """The SQL function: `land` with JSON on both sides. Whatever goes wrong is in `error`, never raised."""
    return _answer(raw_root, cache_dir, declared_json, on_spark=False)


def land_raw_root_on_spark(raw_root: str | None, cache_dir: str | None, declared_json: str | None) -> str:
    """The same function for Spark."""
    return _answer(raw_root, cache_dir, declared_json, on_spark=True)


def _answer(raw_root: str | None, cache_dir: str | None, declared_json: str | None, on_spark: bool) -> str:
    result: dict = {"error": None, "ddl": "", "messages": []}
    if not raw_root or not cache_dir or not declared_json:
        result["error"] = "land_raw_root needs the raw root (KPI_RAW_ROOT), a cache folder and the declared tables"
    else:
        try:
            result = land(raw_root, cache_dir, json.loads(declared_json), on_spark)
        except Exception as error:  # noqa: BLE001 - an error text may quote a value, its place in the code can't
            where = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{os.path.basename(where.filename)}, line {where.lineno}"
            result["error"] = f"The raw root {raw_root} can't be shown as views: {type(error).__name__} in {place}"
    return json.dumps(result, ensure_ascii=False)
