"""The published marts in a real Postgres: exact values, one swap, rights and views that stay."""

import os
import signal
import threading
import time

import duckdb
import psycopg
import pytest
from extract.tools import ended, started

from flows import postgres as serving
from flows.base.errors import ConfigError
from flows.base.settings import Settings
from flows.publish import PublishError, Version, publish, rollback
from tests.nightly.tools import built, shown


@pytest.fixture
def dsn(postgres):
    """An empty database's address."""
    name = f"kpi_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(f"create database {name}")
    return postgres.replace("@/postgres?", f"@/{name}?")


def put(folder, dsn, night: int, schema: str = "marts") -> str:
    file = built(folder / f"night {night}", night)
    return publish(Version(folder / "published", file, {"night": night}, target=serving.Target(dsn, schema)))


def done(dsn, statements: str) -> None:
    with psycopg.connect(dsn) as server:
        server.execute(statements)


def asked(dsn, query: str):
    with psycopg.connect(dsn) as server:
        return server.execute(query).fetchall()


def test_values_comments_and_types(tmp_path, dsn):
    file = built(tmp_path, 1, 10)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "create table marts.values as select * from (values"
            " (1, null, true, 'inf'::double, date '2026-01-01', timestamp '2026-01-01 10:00:00.5', null::decimal(18, 2)),"
            " (2, '', false, 0.1, null, null, -0.05),"
            " (3, 'a,\"b\"\n\\N;\\.\té', null, 1e300, null, null, 9999999999999999.99)"
            ") as v(id, text, flag, number, day, moment, money)"
        )
        connection.execute(
            "create table marts.lists as select [1, 2] as l, 170141183460469231731687303715884105727 as big"
        )
    publish(Version(tmp_path / "published", file, {"night": 1}, target=serving.Target(dsn)))
    with duckdb.connect(str(file), read_only=True) as connection:
        expected = connection.execute("select * from marts.values order by id").fetchall()
        assert asked(dsn, "select * from marts.values order by id") == expected
        assert asked(dsn, "select l, big from marts.lists") == [("[1, 2]", 170141183460469231731687303715884105727)]
    types = "select data_type, numeric_precision, numeric_scale from information_schema.columns where column_name = 'amount'"
    assert asked(dsn, types) == [("numeric", 18, 2)]
    assert asked(dsn, "select obj_description('marts.sales'::regclass)") == [('One row is a sale; it\'s "quoted"',)]
    assert asked(dsn, "select col_description('marts.sales'::regclass, 4)") == [("Рубли",)]
    assert asked(dsn, "select to_regnamespace('staging')") == [(None,)]


def test_rights_and_views_stay_with_every_night_and_with_the_way_back(tmp_path, dsn):
    first = put(tmp_path, dsn, 1)
    asked_once = (
        "create role bi_reader; grant usage on schema marts to bi_reader; grant select on marts.sales to bi_reader;"
        "create schema bi; create view bi.total as select max(night) as night, sum(amount) as amount from marts.sales"
    )
    with psycopg.connect(dsn) as server:
        server.execute(asked_once)
    put(tmp_path, dsn, 2)
    assert asked(dsn, "select night from bi.total") == [(2,)]
    with psycopg.connect(dsn) as server:
        server.execute("set role bi_reader")
        assert server.execute("select max(night) from marts.sales").fetchone() == (2,)
    rollback(tmp_path / "published", first, serving.Target(dsn))
    assert asked(dsn, "select night from bi.total") == [(1,)]
    assert shown(tmp_path / "published") == 1
    assert asked(dsn, "select nspname from pg_namespace where nspname like 'marts%'") == [("marts",)]
    done(dsn, "drop owned by bi_reader; drop role bi_reader")


@pytest.fixture
def roles(dsn):
    """Two roles of the test's own, gone after it."""
    names = [f"{kind}_{time.monotonic_ns()}" for kind in ("seller", "auditor")]
    for name in names:
        done(dsn, f"create role {name}")
    yield names
    for name in names:
        done(dsn, f"drop owned by {name}; drop role {name}")


def rights(dsn) -> list[tuple[str, str, str]]:
    return asked(
        dsn,
        "select table_name, grantee, privilege_type from information_schema.role_table_grants"
        " where table_schema = 'marts' and grantee <> current_user order by 1, 2, 3",
    )


def test_rights_policies_and_indexes_stay_table_by_table(tmp_path, dsn, roles):
    """A right on one table stays a right on that table, a policy goes on hiding rows, an index stays."""
    seller, auditor = roles
    put(tmp_path, dsn, 1)
    done(
        dsn,
        f"grant usage on schema marts to {seller}, {auditor}; grant select on marts.sales to {seller};"
        f"grant select (day) on marts.days to {auditor}; grant insert on marts.sales to {auditor} with grant option;"
        f"create policy own_rows on marts.sales for select to {seller} using (id < 3);"
        "alter table marts.sales enable row level security; create index by_id on marts.sales (id)",
    )
    before = rights(dsn)
    assert before == [("sales", auditor, "INSERT"), ("sales", seller, "SELECT")]
    put(tmp_path, dsn, 2)
    assert rights(dsn) == before
    with psycopg.connect(dsn) as server:
        server.execute(f"set role {seller}")
        assert server.execute("select night, id from marts.sales order by id").fetchall() == [(2, 0), (2, 1), (2, 2)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            server.execute("select * from marts.days")
    with psycopg.connect(dsn) as server:
        server.execute(f"set role {auditor}")
        assert server.execute("select count(day) from marts.days").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            server.execute("select night from marts.days")
    assert asked(dsn, "select indexname from pg_indexes where schemaname = 'marts'") == [("by_id",)]


def test_a_view_shows_each_reader_what_he_may_read_in_its_tables(tmp_path, dsn, roles):
    """It follows its table's policies and stays with its rights; a schema of another name has views of its own tables."""
    seller, auditor = roles
    for night in (1, 2):
        file = built(tmp_path / f"night {night}", night, 10)
        with duckdb.connect(str(file)) as connection:
            connection.execute("create view marts.dear as select id, night from marts.sales where amount >= 0.08")
            connection.execute("comment on view marts.dear is 'Dear'; comment on column marts.dear.id is 'Its id'")
        publish(Version(tmp_path / "published", file, {"night": night}, target=serving.Target(dsn, "kpi")))
        if night == 1:
            done(
                dsn,
                f"grant usage on schema kpi to {seller}, {auditor}; grant select on kpi.dear to {seller}, {auditor};"
                f"grant select on kpi.sales to {seller}; create policy own_rows on kpi.sales for select to {seller}"
                " using (id < 9); alter table kpi.sales enable row level security",
            )
        assert asked(dsn, "select night, id from kpi.dear order by id") == [(night, 8), (night, 9)]
        with psycopg.connect(dsn) as server:
            server.execute(f"set role {seller}")
            assert server.execute("select night, id from kpi.dear").fetchall() == [(night, 8)]
        with psycopg.connect(dsn) as server:
            server.execute(f"set role {auditor}")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                server.execute("select * from kpi.dear")
    assert asked(dsn, "select obj_description('kpi.dear'::regclass)") == [("Dear",)]
    assert asked(dsn, "select col_description('kpi.dear'::regclass, 1)") == [("Its id",)]


def test_a_new_table_has_the_default_rights_of_the_schema_and_no_others(tmp_path, dsn, roles):
    seller, auditor = roles
    put(tmp_path, dsn, 1)
    done(dsn, f"grant select on all tables in schema marts to {seller}, {auditor}")
    done(dsn, f"alter default privileges in schema marts grant select on tables to {auditor}")
    for night in (2, 3):
        file = built(tmp_path / f"night {night}", night)
        with duckdb.connect(str(file)) as connection:
            connection.execute("create table marts.wages as select 1 as amount")
        publish(Version(tmp_path / "published", file, {"night": night}, target=serving.Target(dsn)))
        assert [right for right in rights(dsn) if right[0] == "wages"] == [("wages", auditor, "SELECT")]
        assert len(rights(dsn)) == 5
    done(dsn, f"alter default privileges in schema marts revoke select on tables from {auditor}")


def test_a_right_that_was_taken_away_stays_away(tmp_path, dsn, roles):
    """The server gives each new table to a role; its right on one table was revoked, and no night brings it back."""
    seller, _ = roles
    done(dsn, f"alter default privileges grant select on tables to {seller}")
    put(tmp_path, dsn, 1)
    done(dsn, f"revoke select on marts.sales from {seller}")
    put(tmp_path, dsn, 2)
    assert rights(dsn) == [("days", seller, "SELECT")]


def test_the_schema_is_a_setting(monkeypatch):
    assert Settings.read().postgres is None
    monkeypatch.setenv("KPI_POSTGRES_DSN", "postgresql://h/d")
    assert Settings.read().postgres == serving.Target("postgresql://h/d", "marts")
    monkeypatch.setenv("KPI_POSTGRES_SCHEMA", "kpi_marts")
    assert Settings.read().postgres == serving.Target("postgresql://h/d", "kpi_marts")
    monkeypatch.setenv("KPI_POSTGRES_SCHEMA", "Marts; drop")
    with pytest.raises(ConfigError, match="KPI_POSTGRES_SCHEMA is Marts; drop"):
        _ = Settings.read().postgres


@pytest.mark.parametrize("schema", ["marts", "marts_new", "marts_old"])
def test_a_schema_of_somebody_else_is_left_alone(tmp_path, dsn, schema):
    done(dsn, f"create schema {schema}; create table {schema}.theirs as select 1 as id")
    with pytest.raises(PublishError, match=f"the schema {schema} is there without the mark of this warehouse"):
        put(tmp_path, dsn, 1)
    assert asked(dsn, f"select id from {schema}.theirs") == [(1,)]
    assert asked(dsn, "select count(*) from pg_namespace where nspname like 'marts%'") == [(1,)]


def test_a_name_of_its_own_serves_where_marts_is_taken(tmp_path, dsn):
    done(dsn, "create schema marts; create table marts.theirs as select 1 as id")
    for night in (1, 2):
        put(tmp_path, dsn, night, "kpi")
        assert asked(dsn, "select distinct night from kpi.sales") == [(night,)]
    assert asked(dsn, "select id from marts.theirs") == [(1,)]


@pytest.mark.parametrize(
    ("theirs", "told"),
    [
        ("create table marts.notes (text text)", "table notes"),
        ("create view marts.top as select 1 as id", "view top"),
        ("create function marts.one() returns int language sql as 'select 1'", "function one"),
        ("create type marts.mood as enum ('good')", "type mood"),
        (
            "create function public.f() returns trigger language plpgsql as 'begin return new; end';"
            "create trigger t after insert on marts.sales for each row execute function public.f()",
            "the trigger t of the table marts.sales",
        ),
        ("alter table marts.sales add constraint c check (id >= 0)", "the constraint c of the table marts.sales"),
    ],
)
def test_what_others_put_into_our_schema_is_not_taken_away(tmp_path, dsn, theirs, told):
    put(tmp_path, dsn, 1)
    done(dsn, theirs)
    with pytest.raises(PublishError, match=f"did not put there and would take away: {told}"):
        put(tmp_path, dsn, 2)
    assert asked(dsn, "select distinct night from marts.sales") == [(1,)]


def test_an_empty_schema_can_be_given_to_the_warehouse(tmp_path, dsn):
    done(dsn, "create schema marts; comment on schema marts is 'KPI warehouse -'")
    put(tmp_path, dsn, 1)
    assert asked(dsn, "select distinct night from marts.sales") == [(1,)]


def test_a_schema_marked_by_an_older_release_is_ours(tmp_path, dsn):
    put(tmp_path, dsn, 1)
    done(dsn, "drop view marts.days; comment on schema marts is '20260701T000102Z'")
    put(tmp_path, dsn, 2)
    assert asked(dsn, "select distinct night from marts.sales") == [(2,)]


def test_a_policy_that_the_new_marts_cannot_have_keeps_the_old_ones(tmp_path, dsn):
    put(tmp_path, dsn, 1)
    done(dsn, "create policy p on marts.sales using (text <> '')")
    file = built(tmp_path / "2", 2)
    with duckdb.connect(str(file)) as connection:
        connection.execute("alter table marts.sales drop column text")
    with pytest.raises(PublishError, match="can't have what the old ones had .*create policy p on marts.sales"):
        publish(Version(tmp_path / "published", file, {"night": 2}, target=serving.Target(dsn)))
    assert asked(dsn, "select distinct night from marts.sales") == [(1,)]


def test_a_view_that_the_new_marts_cannot_serve_keeps_the_old_ones(tmp_path, dsn):
    put(tmp_path, dsn, 1)
    with psycopg.connect(dsn) as server:
        server.execute("create view last as select text from marts.sales")
    file = built(tmp_path / "2", 2)
    with duckdb.connect(str(file)) as connection:
        connection.execute("alter table marts.sales drop column text")
    with pytest.raises(PublishError, match="the file is published: the view public.last can't read the new marts"):
        publish(Version(tmp_path / "published", file, {"night": 2}, target=serving.Target(dsn)))
    assert asked(dsn, "select max(night), count(text) from marts.sales") == [(1, 5_000)]


def test_killed_while_it_fills_and_swaps(tmp_path, dsn, monkeypatch):
    """Before the transaction ends, Postgres has the old night; the next run fills it, whatever was left."""
    put(tmp_path, dsn, 1)
    for number, name in enumerate(("_fill", "_swap")):
        real = getattr(serving, name)

        def killed(*arguments, real=real):
            real(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)

        monkeypatch.setattr(serving, name, killed)
        assert ended(started(lambda night=number + 2: put(tmp_path, dsn, night))) == -signal.SIGKILL
        assert asked(dsn, "select distinct night from marts.sales") == [(1,)]
        monkeypatch.undo()
    put(tmp_path, dsn, 9)
    assert asked(dsn, "select distinct night from marts.sales") == [(9,)]


def test_readers_see_one_night_in_each_query(tmp_path, dsn):
    put(tmp_path, dsn, 1)
    stop, seen, errors = threading.Event(), [], []

    def read():
        query = "select night from marts.sales union select night from marts.days"
        while not stop.is_set():
            try:
                seen.append(tuple(asked(dsn, query)))
            except psycopg.Error as error:
                errors.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for night in range(2, 5):
        put(tmp_path, dsn, night)
    stop.set()
    reader.join()
    assert not errors
    assert all(len(nights) == 1 for nights in seen) and len(set(seen)) >= 2


def test_a_query_that_runs_on_keeps_its_tables(tmp_path, dsn, monkeypatch):
    monkeypatch.setattr(serving, "LOCK_SECONDS", 1)
    put(tmp_path, dsn, 1)
    with psycopg.connect(dsn) as long:
        long.execute("select count(*) from marts.sales")  # its transaction stays open
        put(tmp_path, dsn, 2)
        assert asked(dsn, "select max(night) from marts.sales") == [(2,)]
        assert asked(dsn, "select to_regnamespace('marts_old')::text") == [("marts_old",)]
    put(tmp_path, dsn, 3)
    assert asked(dsn, "select to_regnamespace('marts_old')::text") == [(None,)]


def test_a_database_that_is_away_keeps_nobody_from_the_file(tmp_path, dsn):
    away = "postgresql://kpi:s3cret-word@127.0.0.1:9/kpi"
    with pytest.raises(PublishError, match="Postgres keeps the old night, the file is published") as error:
        put(tmp_path, away, 1)
    assert "s3cret-word" not in str(error.value)
    assert shown(tmp_path / "published") == 1
