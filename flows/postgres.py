"""The published marts in Postgres: a schema of our own, swapped whole in one transaction.

The transaction makes the new schema, fills it, renames both, and gives the new tables what the old ones had: rights,
row-level policies and indexes, table by table. Whoever is killed in it, it has never been. Running queries go on with the
old tables, which are dropped as soon as nobody reads them. A view of the marts is a view here too, and shows a reader only
what he may read in its tables.

A schema is ours only by our mark, the comment that we set on it. Whatever else is there is somebody else's: it is never
touched, and publishing refuses with a line that says what stands in the way.
"""

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from flows.base.errors import ConfigError
from flows.base.sql import literal, quoted
from flows.base.words import short

MARK = "KPI warehouse"  # begins the comment of each schema of ours; the version and the names of its tables follow
OLD_MARK = re.compile(r"\d{8}T\d{6}Z(-\d+)?")  # what releases before 0.2.0 set: the version alone
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

# What lies in a schema, beside tables and their own types and indexes.
CONTENTS = """
select case relkind when 'r' then 'table' when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
        else 'relation' end as kind, relname as name
    from pg_class where relnamespace = to_regnamespace(quote_ident(%(schema)s::text)) and relkind not in ('i', 'I', 't', 'c')
union all
select 'function', proname from pg_proc where pronamespace = to_regnamespace(quote_ident(%(schema)s::text))
union all
select 'type', typname from pg_type
    where typnamespace = to_regnamespace(quote_ident(%(schema)s::text)) and typcategory <> 'A'
        and (typrelid = 0 or exists (select from pg_class where pg_class.oid = typrelid and relkind = 'c'))
order by 1, 2
"""

# What hangs on our tables and would be lost with them, because it can't be set on other tables unseen.
UNKEPT = """
select format('the trigger %%s of the table %%s', tgname, tgrelid::regclass)
    from pg_trigger join pg_class c on c.oid = tgrelid
    where c.relnamespace = to_regnamespace(quote_ident(%(schema)s::text)) and not tgisinternal
union all
select format('the rule %%s of the table %%s', rulename, ev_class::regclass)
    from pg_rewrite join pg_class c on c.oid = ev_class
    where c.relnamespace = to_regnamespace(quote_ident(%(schema)s::text)) and c.relkind = 'r'
union all
select format('the constraint %%s of the table %%s', conname, conrelid::regclass)
    from pg_constraint join pg_class c on c.oid = conrelid
    where c.relnamespace = to_regnamespace(quote_ident(%(schema)s::text)) and contype <> 'n'
union all
select format('the publication %%s of the table %%s', pubname, prrelid::regclass)
    from pg_publication_rel join pg_publication p on p.oid = prpubid join pg_class c on c.oid = prrelid
    where c.relnamespace = to_regnamespace(quote_ident(%(schema)s::text))
order by 1
"""

# The statements that set the rights, policies and indexes of the schema's tables again; they name tables, not their ids.
KEPT = """
with grants as (
    select 1 as turn, '' as table_name, acl.*, format('schema %%I', nspname) as place
        from pg_namespace, lateral aclexplode(nspacl) as acl
        where nspname = %(schema)s::text and acl.grantee <> nspowner
    union all
    select 2, relname, acl.*, format('%%I.%%I', %(schema)s::text, relname)
        from pg_class, lateral aclexplode(relacl) as acl
        where relnamespace = to_regnamespace(quote_ident(%(schema)s::text)) and relkind in ('r', 'v') and acl.grantee <> relowner
),

column_grants as (
    select relname, attname, acl.*
        from pg_class join pg_attribute on attrelid = pg_class.oid, lateral aclexplode(attacl) as acl
        where relnamespace = to_regnamespace(quote_ident(%(schema)s::text)) and acl.grantee <> relowner
),

policies as (
    select tablename, format('create policy %%I on %%I.%%I as %%s for %%s to %%s', policyname, schemaname, tablename, permissive, cmd,
            (select string_agg(case role when 'public' then role else quote_ident(role) end, ', ') from unnest(roles) as role))
            || coalesce(' using (' || qual || ')', '') || coalesce(' with check (' || with_check || ')', '') as statement
        from pg_policies where schemaname = %(schema)s::text
)

select turn, table_name, '' as column_name, format('grant %%s on %%s to %%s%%s', privilege_type, place,
        case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
        case when is_grantable then ' with grant option' else '' end) as statement
    from grants
union all
select 3, relname, attname, format('grant %%s (%%I) on %%I.%%I to %%s%%s', privilege_type, attname, %(schema)s::text, relname,
        case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
        case when is_grantable then ' with grant option' else '' end)
    from column_grants
union all
select 4, '', '', format('alter default privileges for role %%I in schema %%I grant %%s on %%s to %%s%%s', pg_get_userbyid(defaclrole),
        %(schema)s::text, privilege_type,
        case defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' else 'types' end,
        case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
        case when is_grantable then ' with grant option' else '' end)
    from pg_default_acl, lateral aclexplode(defaclacl)
    where defaclnamespace = to_regnamespace(quote_ident(%(schema)s::text))
union all
select 5, tablename, '', statement from policies
union all
select 6, relname, '', format('alter table %%I.%%I enable row level security', %(schema)s::text, relname)
    from pg_class where relnamespace = to_regnamespace(quote_ident(%(schema)s::text)) and relrowsecurity
union all
select 7, relname, '', format('alter table %%I.%%I force row level security', %(schema)s::text, relname)
    from pg_class where relnamespace = to_regnamespace(quote_ident(%(schema)s::text)) and relforcerowsecurity
union all
select 8, tablename, '', indexdef from pg_indexes where schemaname = %(schema)s::text
order by 1, 2, 4
"""

# Rights that new tables came with, by the defaults of the server: of tables that were there before, only the old ones count.
GIVEN = """
select distinct format('revoke all on %%I.%%I from %%s', %(schema)s::text, relname,
        case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end)
    from pg_class, lateral aclexplode(relacl)
    where relnamespace = to_regnamespace(quote_ident(%(schema)s::text)) and relname = any(%(tables)s::text[]) and grantee <> relowner
"""

# What the schema's own default rights give to tables that we make in it.
DEFAULTS = """
select format('grant %%s on %%I.%%I to %%s%%s', privilege_type, %(schema)s::text, name,
        case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
        case when is_grantable then ' with grant option' else '' end)
    from pg_default_acl, lateral aclexplode(defaclacl), unnest(%(tables)s::text[]) as name
    where defaclnamespace = to_regnamespace(quote_ident(%(schema)s::text)) and defaclobjtype = 'r'
        and defaclrole = (select oid from pg_roles where rolname = current_user)
"""

# The views of other schemas that read ours.
VIEWS = """
select distinct c.oid::regclass::text, c.relkind = 'v', pg_get_viewdef(c.oid) from pg_depend d
    join pg_rewrite r on r.oid = d.objid join pg_class c on c.oid = r.ev_class
    join pg_class t on t.oid = d.refobjid and t.relnamespace = to_regnamespace(quote_ident(%(schema)s::text))
    where d.classid = 'pg_rewrite'::regclass and c.relnamespace <> to_regnamespace(quote_ident(%(schema)s::text))
"""


class PostgresError(Exception):
    """The database keeps what it had; the text says why."""


@dataclass(frozen=True)
class Target:
    """Where in Postgres the marts go.

    Args:
        dsn: of the database; its user may create schemas there.
        schema: the schema's name. The names with `_new` and `_old` behind it are ours too while we publish.
    """

    dsn: str = field(repr=False)
    schema: str = "marts"

    @classmethod
    def of(cls, dsn: str | None, schema: str) -> "Target | None":
        """The target that the settings name; None without an address. Raises ConfigError."""
        if not re.fullmatch(r"(?!pg_)[a-z_][a-z0-9_]{0,50}", schema):
            raise ConfigError(
                f"KPI_POSTGRES_SCHEMA is {schema}", "It is a name of small letters, digits and _, at most 51 of them"
            )
        return cls(dsn, schema) if dsn else None

    @property
    def new(self) -> str:
        """The schema in which the next version is made."""
        return f"{self.schema}_new"

    @property
    def old(self) -> str:
        """The schema of the version before, until its last reader has gone."""
        return f"{self.schema}_old"


def serve(
    target: Target, file: Path, version: str, say: Callable[[str], None] = lambda text: None, anew: bool = False
) -> None:
    """Brings the marts of a published file into Postgres, unless they are there.

    Args:
        target: the database and the schema.
        file: a published DuckDB file.
        version: its name, kept in the schema's mark.
        say: called with a line for people.
        anew: bring them even if they are there.

    Raises:
        PostgresError: the old schema stands.
    """
    import psycopg

    try:
        with psycopg.connect(
            target.dsn, connect_timeout=20, options="-c search_path=pg_catalog -c TimeZone=UTC"
        ) as server:
            server.execute("select pg_advisory_xact_lock(hashtext('kpi marts'))")
            for schema in (target.schema, target.new, target.old):
                _refuse_what_is_not_ours(server, schema)
            if _mark(server, target.schema)[:1] == [version] and not anew:
                return
            with server.transaction():
                rows = _fill(server, target, file, version)
                lost, unseen = _swap(server, target)
            server.commit()
            say(f"Postgres has {rows} rows of {version} in the schema {target.schema}")
            for right in lost:
                say(f"Postgres: there is nothing any more to set this on: {right}")
            if unseen:
                say(f"Postgres: new tables, which only their owner can read until you grant it: {', '.join(unseen)}")
            _drop_old(server, target, say)
    except psycopg.Error as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise PostgresError(text) from None
    except (OSError, duckdb.Error) as error:
        raise PostgresError(str(error).splitlines()[0]) from None


def holding(target: Target, pattern: str, is_meant: Callable[[str], bool]) -> list[str]:
    """The columns of our schemas, those of a version before that is still being read too, with a text that is meant.

    Args:
        target: the database and the schema.
        pattern: a regular expression for texts that may be meant.
        is_meant: tells of a text whether it is.

    Raises:
        PostgresError: they can't be read.
    """
    import psycopg

    try:
        with psycopg.connect(target.dsn, connect_timeout=20, options="-c search_path=pg_catalog") as server:
            places = server.execute(
                "select table_schema, table_name, column_name"
                " from information_schema.columns join information_schema.tables using (table_schema, table_name)"
                " where table_schema = any(%s::text[]) and table_type = 'BASE TABLE' and data_type = 'text' order by 1, 2, 3",
                [[schema for schema in (target.schema, target.new, target.old) if _mark(server, schema)]],
            ).fetchall()
            found = []
            for schema, table, column in places:
                texts = server.execute(
                    f"select distinct {quoted(column)} from {quoted(schema)}.{quoted(table)}"
                    f" where {quoted(column)} ~ {literal(pattern)}".replace("%", "%%"),
                    [],
                )
                if any(is_meant(text) for (text,) in texts):
                    found.append(f"{schema}.{table}.{column}")
            return found
    except psycopg.Error as error:
        raise PostgresError(str(error).splitlines()[0] if str(error) else type(error).__name__) from None


def _mark(server, schema: str) -> list[str]:
    """The version and the tables that our mark on a schema names; [] if the schema has no mark of ours."""
    row = server.execute(
        "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %s", [schema]
    ).fetchone()
    text = (row and row[0]) or ""
    if text.startswith(f"{MARK} "):
        return text.removeprefix(f"{MARK} ").split()
    return [text] if OLD_MARK.fullmatch(text) else []


def _refuse_what_is_not_ours(server, schema: str) -> None:
    """Raises PostgresError if a schema is there without our mark, or holds what we did not make."""
    if not server.execute("select 1 from pg_namespace where nspname = %s", [schema]).fetchone():
        return
    mark = _mark(server, schema)
    if not mark:
        raise PostgresError(
            f"the schema {schema} is there without the mark of this warehouse, so it may be somebody else's: set"
            f" KPI_POSTGRES_SCHEMA to another name, or give it to us by: comment on schema {schema} is '{MARK} -'"
        )
    version, *tables = mark
    if (
        version == "-" or not tables
    ):  # given to us by hand, or marked by an older release, which did not name its tables
        tables = [name for kind, name in _contents(server, schema) if kind == "table"] if version != "-" else []
    strange = [
        f"{kind} {name}"
        for kind, name in _contents(server, schema)
        if kind not in ("table", "view") or name not in tables
    ]
    strange += [text for (text,) in server.execute(UNKEPT, {"schema": schema}).fetchall()]
    if strange:
        raise PostgresError(
            f"the schema {schema} holds what this warehouse did not put there and would take away: {', '.join(strange)};"
            " move it to a schema of its own"
        )


def _contents(server, schema: str) -> list[tuple[str, str]]:
    return server.execute(CONTENTS, {"schema": schema}).fetchall()


def _fill(server, target: Target, file: Path, version: str) -> int:
    """Makes and fills the new schema, marks it, and returns its number of rows."""
    filled = 0
    server.execute(f"drop schema if exists {quoted(target.new)} cascade")
    server.execute(f"create schema {quoted(target.new)}")
    with duckdb.connect(str(file), read_only=True) as source, tempfile.TemporaryDirectory() as folder:
        source.execute("set TimeZone = 'UTC'")
        columns = source.execute(
            "select table_name, column_name, data_type, comment from duckdb_columns()"
            " where schema_name = 'marts' order by table_name, column_index"
        ).fetchall()
        tables = source.execute("select table_name, comment from duckdb_tables() order by 1").fetchall()
        views = source.execute(
            "select view_name, comment, sql from duckdb_views() where schema_name = 'marts' order by 1"
        ).fetchall()
        names = [name for name, *_ in tables + views]
        server.execute(f"comment on schema {quoted(target.new)} is {literal(' '.join([MARK, version, *names]))}")
        for table, comment in tables:
            typed = ", ".join(f"{quoted(column)} {_type(kind)}" for name, column, kind, _ in columns if name == table)
            place = f"{quoted(target.new)}.{quoted(table)}"
            server.execute(f"create table {place} ({typed})")
            if comment:
                server.execute(f"comment on table {place} is {literal(comment)}")
            text = Path(folder, "rows.csv")
            source.execute(
                f"copy marts.{quoted(table)} to {literal(str(text))} (format csv, header false, nullstr '', force_quote *)"
            )
            cursor = server.cursor()
            with open(text, "rb") as stream, cursor.copy(f"copy {place} from stdin (format csv)") as copy:
                while block := stream.read(1 << 20):
                    copy.write(block)
            filled += cursor.rowcount
            server.execute(f"analyze {place}")
        for view, comment, sql in views:
            place = f"{quoted(target.new)}.{quoted(view)}"
            server.execute(f"create view {place} with (security_invoker) as {_query(sql, target)}")
            if comment:
                server.execute(f"comment on view {place} is {literal(comment)}")
        for name, column, _, comment in columns:
            if comment:
                place = f"{quoted(target.new)}.{quoted(name)}.{quoted(column)}"
                server.execute(f"comment on column {place} is {literal(comment)}")
    return filled


def _query(sql: str, target: Target) -> str:
    """What a view of the file asks, of the tables of the new schema; it shows a reader no row that their policies hide."""
    return re.sub(r"\bmarts\.", f"{quoted(target.new)}.", sql.partition(" AS ")[2]).rstrip("; ")


def _swap(server, target: Target) -> tuple[list[str], list[str]]:
    """Renames the schemas, and sets on the new one what stood on the old one.

    Returns:
        Statements about tables or columns that are no more, and new tables that nobody but their owner may read.
    """
    here = {"schema": target.schema}
    kept = server.execute(KEPT, here).fetchall()
    views = server.execute(VIEWS, here).fetchall()
    before = [name for kind, name in _contents(server, target.schema) if kind in ("table", "view")]
    columns = server.execute(
        "select table_name, column_name from information_schema.columns where table_schema = %s", [target.new]
    ).fetchall()
    tables = {table for table, _ in columns}
    fresh = sorted(tables - set(before))
    defaults = [text for (text,) in server.execute(DEFAULTS, here | {"tables": fresh}).fetchall()]
    server.execute(f"set local lock_timeout = '{LOCK_SECONDS}s'")
    server.execute(f"drop schema if exists {quoted(target.old)} cascade")
    if server.execute("select to_regnamespace(quote_ident(%s::text))", [target.schema]).fetchone()[0]:
        server.execute(f"alter schema {quoted(target.schema)} rename to {quoted(target.old)}")
    server.execute(f"alter schema {quoted(target.new)} rename to {quoted(target.schema)}")
    for (revoked,) in server.execute(GIVEN, here | {"tables": before}).fetchall():
        server.execute(revoked)
    lost = []
    for _, table, column, statement in kept:
        if table and table not in tables or column and (table, column) not in columns:
            lost.append(statement)
        else:
            _set(server, statement, "the new marts can't have what the old ones had")
    for statement in defaults:
        server.execute(statement)
    for view, is_plain, query in views:
        if not is_plain:
            raise PostgresError(f"the materialized view {view} reads marts; it would hold the old night: drop it")
        _set(server, f"create or replace view {view} as {query}", f"the view {view} can't read the new marts")
    return lost, [] if defaults or not before else fresh


def _set(server, statement: str, problem: str) -> None:
    import psycopg

    try:
        server.execute(statement)
    except psycopg.Error as error:
        said = "" if statement.startswith("create or replace view") else f" ({short(statement, 200)})"
        raise PostgresError(f"{problem} ({str(error).splitlines()[0]}){said}: change it or drop it") from None


def _drop_old(server, target: Target, say: Callable[[str], None]) -> None:
    import psycopg

    try:
        server.execute(f"set local lock_timeout = '{LOCK_SECONDS}s'")
        server.execute(f"drop schema if exists {quoted(target.old)} cascade")
        server.commit()
    except psycopg.Error:
        server.rollback()
        say(f"Postgres: the old tables are still being read; the next publish drops {target.old}")


def _type(kind: str) -> str:
    if kind.startswith("DECIMAL"):
        return kind.replace("DECIMAL", "numeric")
    return TYPES.get(kind) or (kind.lower() if kind in SAME else "text")
