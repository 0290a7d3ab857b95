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
from flows.publish import PublishError, Version, publish, rollback
from tests.nightly.tools import built, shown


@pytest.fixture
def dsn(postgres):
    """An empty database's address."""
    name = f"kpi_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(f"create database {name}")
    return postgres.replace("@/postgres?", f"@/{name}?")


def put(folder, dsn, night: int) -> str:
    file = built(folder / f"night {night}", night)
    return publish(Version(folder / "published", file, {"night": night}, dsn=dsn))


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
    publish(Version(tmp_path / "published", file, {"night": 1}, dsn=dsn))
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
    rollback(tmp_path / "published", first, dsn)
    assert asked(dsn, "select night from bi.total") == [(1,)]
    assert shown(tmp_path / "published") == 1
    assert asked(dsn, "select nspname from pg_namespace where nspname like 'marts%'") == [("marts",)]
    with psycopg.connect(dsn) as server:
        server.execute("drop owned by bi_reader; drop role bi_reader")


def test_a_view_that_the_new_marts_cannot_serve_keeps_the_old_ones(tmp_path, dsn):
    put(tmp_path, dsn, 1)
    with psycopg.connect(dsn) as server:
        server.execute("create view last as select text from marts.sales")
    file = built(tmp_path / "2", 2)
    with duckdb.connect(str(file)) as connection:
        connection.execute("alter table marts.sales drop column text")
    with pytest.raises(PublishError, match="the file is published: the view public.last can't read the new marts"):
        publish(Version(tmp_path / "published", file, {"night": 2}, dsn=dsn))
    assert asked(dsn, "select max(night), count(text) from marts.sales") == [(1, 5_000)]


def test_killed_while_it_fills_and_swaps(tmp_path, dsn, monkeypatch):
    """Before the transaction ends, Postgres has the old night; the next run fills it, whatever was left."""
    put(tmp_path, dsn, 1)
    for number, name in enumerate(("_fill", "_copy_rights", "_swap")):
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
