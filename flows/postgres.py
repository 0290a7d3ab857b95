"""The published marts in Postgres: schema `marts`, swapped whole in one transaction.

The transaction makes the new schema, fills it, gives it the rights of the old one, sets views of other schemas on it and
renames both. Whoever is killed in it, it has never been. Running queries go on with the old tables, which are dropped
as soon as nobody reads them.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb

SCHEMA, NEW, OLD = "marts", "marts_new", "marts_old"
TYPES = {
    "VARCHAR": "text",
    "DOUBLE": "double precision",
    "FLOAT": "real",
    "TINYINT": "smallint",
    "UTINYINT": "smallint",
    "USMALLINT": "integer",
    "UINTEGER": "bigint",
    "UBIGINT": "numeric(20)",
    "HUGEINT": "numeric(39)",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
}
SAME = ("BIGINT", "INTEGER", "SMALLINT", "BOOLEAN", "DATE", "TIMESTAMP", "TIME", "UUID")
LOCK_SECONDS = 30  # to wait for a query that holds a table that is to go


class PostgresError(Exception):
    """The database keeps what it had; the text says why."""


def serve(dsn: str, file: Path, version: str, say: Callable[[str], None] = lambda text: None) -> None:
    """Brings the marts of a published file into Postgres, unless they are there.

    Args:
        dsn: of the database; its user may create schemas there.
        file: a published DuckDB file.
        version: its name, kept as the schema's comment.
        say: called with a line for people.

    Raises:
        PostgresError: the old schema stands.
    """
    import psycopg

    try:
        with psycopg.connect(dsn, connect_timeout=20, options="-c search_path=pg_catalog -c TimeZone=UTC") as server:
            server.execute("select pg_advisory_xact_lock(hashtext('kpi marts'))")
            if _version(server) == version:
                return
            with server.transaction():
                rows = _fill(server, file)
                server.execute(f"comment on schema {NEW} is {_text(version)}")
                _copy_rights(server)
                _swap(server)
            server.commit()
            say(f"Postgres has {rows} rows of {version}")
            _drop_old(server, say)
    except psycopg.Error as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise PostgresError(text) from None
    except (OSError, duckdb.Error) as error:
        raise PostgresError(str(error).splitlines()[0]) from None


def _version(server) -> str | None:
    row = server.execute(
        "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %s", [SCHEMA]
    ).fetchone()
    return row[0] if row else None


def _fill(server, file: Path) -> int:
    """Makes and fills the new schema, and returns its number of rows."""
    filled = 0
    server.execute(f"drop schema if exists {NEW} cascade")  # nobody's but a publisher's
    server.execute(f"create schema {NEW}")
    with duckdb.connect(str(file), read_only=True) as source, tempfile.TemporaryDirectory() as folder:
        source.execute("set TimeZone = 'UTC'")
        columns = source.execute(
            "select table_name, column_name, data_type, comment from duckdb_columns()"
            " where schema_name = 'marts' order by table_name, column_index"
        ).fetchall()
        comments = dict(source.execute("select table_name, comment from duckdb_tables()").fetchall())
        for table in dict.fromkeys(row[0] for row in columns):
            own = [row[1:] for row in columns if row[0] == table]
            target = f"{NEW}.{_name(table)}"
            typed = ", ".join(f"{_name(column)} {_type(kind)}" for column, kind, _ in own)
            server.execute(f"create table {target} ({typed})")
            for column, _, comment in own:
                if comment:
                    server.execute(f"comment on column {target}.{_name(column)} is {_text(comment)}")
            if comments.get(table):
                server.execute(f"comment on table {target} is {_text(comments[table])}")
            text = Path(folder, "rows.csv")
            source.execute(
                f"copy marts.{_name(table)} to {_text(str(text))} (format csv, header false, nullstr '', force_quote *)"
            )
            cursor = server.cursor()
            with open(text, "rb") as stream, cursor.copy(f"copy {target} from stdin (format csv)") as copy:
                while block := stream.read(1 << 20):
                    copy.write(block)
            filled += cursor.rowcount
            server.execute(f"analyze {target}")
    return filled


def _copy_rights(server) -> None:
    """Whoever may use the old schema may use the new one; whoever may read one of its tables may read all of them."""
    readers = server.execute(
        "select distinct case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end, s.what"
        " from (select 'usage' as what, nspacl as acl, nspowner as owner from pg_namespace where nspname = %(schema)s"
        "       union all select 'select', relacl, relowner from pg_class"
        "       where relnamespace = to_regnamespace(%(schema)s)) as s, aclexplode(s.acl) as a"
        " where lower(a.privilege_type) = s.what and a.grantee <> s.owner",
        {"schema": SCHEMA},
    ).fetchall()
    for reader, what in readers:
        on = f"schema {NEW}" if what == "usage" else f"all tables in schema {NEW}"
        server.execute(f"grant {what} on {on} to {reader}")


def _swap(server) -> None:
    """Renames the schemas, and sets the views that read the old one on the new one."""
    views = server.execute(
        "select distinct c.oid::regclass::text, c.relkind = 'v', pg_get_viewdef(c.oid) from pg_depend d"
        " join pg_rewrite r on r.oid = d.objid join pg_class c on c.oid = r.ev_class"
        " join pg_class t on t.oid = d.refobjid and t.relnamespace = to_regnamespace(%(schema)s)"
        " where d.classid = 'pg_rewrite'::regclass and c.relnamespace <> to_regnamespace(%(schema)s)",
        {"schema": SCHEMA},
    ).fetchall()
    server.execute(f"set local lock_timeout = '{LOCK_SECONDS}s'")
    if server.execute("select to_regnamespace(%s)", [OLD]).fetchone()[0]:
        server.execute(f"drop schema {OLD} cascade")
    if server.execute("select to_regnamespace(%s)", [SCHEMA]).fetchone()[0]:
        server.execute(f"alter schema {SCHEMA} rename to {OLD}")
    server.execute(f"alter schema {NEW} rename to {SCHEMA}")
    for view, is_plain, query in views:
        if not is_plain:
            raise PostgresError(f"the materialized view {view} reads marts; it would hold the old night: drop it")
        try:
            server.execute(f"create or replace view {view} as {query}")
        except Exception as error:
            text = str(error).splitlines()[0]
            raise PostgresError(f"the view {view} can't read the new marts ({text}): change it or drop it") from None


def _drop_old(server, say: Callable[[str], None]) -> None:
    import psycopg

    try:
        server.execute(f"set local lock_timeout = '{LOCK_SECONDS}s'")
        server.execute(f"drop schema if exists {OLD} cascade")
        server.commit()
    except psycopg.Error:
        server.rollback()
        say(f"Postgres: the old tables are still being read; the next publish drops {OLD}")


def _type(kind: str) -> str:
    if kind.startswith("DECIMAL"):
        return kind.replace("DECIMAL", "numeric")
    return TYPES.get(kind) or (kind.lower() if kind in SAME else "text")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
