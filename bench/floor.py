"""The floor: the raw files copied into DuckDB as they are, and nothing else: python -m bench.floor RAW FILE."""

import sys
from pathlib import Path

import duckdb

from flows.base.sql import literal, quoted


def copy(raw: Path, file: Path) -> None:
    """Makes a table of the Parquet files of each folder of a raw root, and one of the bytes of all its text files."""
    with duckdb.connect(str(file)) as connection:
        for folder in sorted(path for path in raw.glob("*/*") if any(path.glob("*.parquet"))):
            schema = quoted(folder.parent.name)
            files = f"read_parquet({literal(folder / '*.parquet')}, union_by_name = true)"
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {schema}.{quoted(folder.name)} as from {files}")
        connection.execute(
            f"create table texts as select filename, content from read_blob({literal(raw / '*/*/*.csv')})"
        )


if __name__ == "__main__":
    copy(*map(Path, sys.argv[1:]))
