"""The tables of a warehouse on Spark, brought into a DuckDB file to be compared."""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import duckdb

from flows.base.sql import quoted

NAME = "spark"  # stands in the place of a file
ROWS_AT_ONCE = 20_000
TYPES = {"string": "varchar", "int": "integer"}  # other types have one name on both


class SparkTrouble(Exception):
    """The warehouse cannot be read; the text says why."""


def connect() -> Any:
    """A cursor of the Thrift server that the target `spark` names. Raises SparkTrouble if there is none."""
    host, port = os.environ.get("KPI_SPARK_HOST") or "127.0.0.1", os.environ.get("KPI_SPARK_PORT") or "10000"
    if not port.isdigit():
        raise SparkTrouble(f"KPI_SPARK_PORT is {port}; it is a number")
    try:
        from pyhive import hive
        from thrift.transport.TTransport import TTransportException
    except ImportError:
        raise SparkTrouble("Spark cannot be read: uv sync --group spark") from None
    try:
        return hive.connect(host, port=int(port), username="kpi").cursor()
    except TTransportException:
        raise SparkTrouble(f"no Thrift server of Spark answers on {host}:{port}: bench/spark/cluster start") from None


def _rows(cursor: Any, query: str) -> list[tuple]:
    from pyhive.exc import Error

    try:
        cursor.execute(query)
        return cursor.fetchall()
    except Error as error:
        raise SparkTrouble(f"Spark refused `{query}`: {str(error).splitlines()[0][:300]}") from None


def bring(path: Path, wanted: Collection[str]) -> set[str]:
    """Copies tables into a new DuckDB file.

    Args:
        path: the file.
        wanted: schemas, or `schema.table`.

    Returns:
        The views, by `schema.view`: they are worked out of the tables, and not copied.

    Raises:
        SparkTrouble: there is no Thrift server.
    """
    cursor = connect()
    views = set()
    with duckdb.connect(str(path)) as connection:
        for schema in sorted({name.split(".")[0] for name in wanted}):
            connection.execute(f"create schema if not exists {quoted(schema)}")
            views |= {f"{schema}.{row[1]}" for row in _rows(cursor, f"show views in {schema}")}
            for _, table, *_ in _rows(cursor, f"show tables in {schema}"):
                if {schema, f"{schema}.{table}"} & set(wanted) and f"{schema}.{table}" not in views:
                    _copy(cursor, connection, schema, table)
    return views


def _copy(cursor: Any, connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> None:
    """Copies a table. All goes as text, which loses nothing, and has its type again on the other side."""
    import pyarrow as pa

    columns = {name: TYPES.get(kind, kind) for name, kind, *_ in _rows(cursor, f"describe {schema}.{table}")}
    target = f"{quoted(schema)}.{quoted(table)}"
    connection.execute(
        f"create table {target} ({', '.join(f'{quoted(name)} {kind}' for name, kind in columns.items())})"
    )
    cursor.execute(f"select {', '.join(f'cast(`{name}` as string)' for name in columns)} from {schema}.{table}")
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        told = pa.table([pa.array(values, pa.string()) for values in zip(*rows)], names=list(columns))
        connection.register("told", told)
        connection.execute(f"insert into {target} select * from told")
        connection.unregister("told")
