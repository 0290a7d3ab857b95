"""The floor: the raw files copied into DuckDB as they are, and nothing else: python -m bench.floor RAW FILE."""

import sys
from pathlib import Path

import duckdb

from flows.base.sql import literal, quoted


def copy(raw: Path, file: Path) -> None:
    """Makes a table of each folder of a raw root, all columns text; a line of a text file that does not fit is left out."""
    with duckdb.connect(str(file)) as connection:
        for folder in sorted(path for path in raw.glob("*/*") if path.is_dir()):
            schema, table = quoted(folder.parent.name), quoted(folder.name)
            connection.execute(f"create schema if not exists {schema}")
            parts = []
            if any(folder.glob("*.parquet")):
                parts.append(f"from read_parquet({literal(folder / '*.parquet')}, union_by_name = true)")
            if any(folder.glob("*.csv")):
                parts.append(
                    f"from read_csv({literal(folder / '*.csv')}, all_varchar = true, ignore_errors = true, strict_mode = false,"
                    " null_padding = true, encoding = 'latin-1', delim = ';', quote = '', header = false)"
                )
            for number, part in enumerate(parts):
                connection.execute(
                    f"create table {schema}.{quoted(f'{folder.name}_{number}') if number else table} as {part}"
                )


if __name__ == "__main__":
    copy(*map(Path, sys.argv[1:]))
