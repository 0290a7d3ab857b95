"""Ordinary nights of the demo company raise no critical alarm; a back-fill is planted in test_gates.py."""

from datetime import date, timedelta

import duckdb
import pytest

NIGHTS = [
    "2025-11-29",  # after a sale
    "2025-12-31",  # the days before New Year
    "2026-01-02",
    "2026-01-05",  # the holidays of January
    "2026-01-09",
    "2026-01-13",  # after the first working day
    "2026-02-24",  # after a holiday on a Monday
    "2026-05-10",  # after 9 May
    "2026-06-22",  # after a Sunday
    "2026-06-25",
]


@pytest.mark.parametrize("night", NIGHTS)
def test_an_ordinary_load_passes(whole_file, beyond, monkeypatch, night):
    monkeypatch.setenv("KPI_AS_OF", night)
    assert beyond("raw", file=whole_file)["critical"] == {}


@pytest.mark.parametrize("night", NIGHTS)
def test_an_ordinary_day_passes(whole_file, beyond, monkeypatch, tmp_path, night):
    monkeypatch.setenv("KPI_AS_OF", night)
    told = beyond("marts", file=_until(whole_file, tmp_path / "until.duckdb", date.fromisoformat(night)))
    assert not {"day_jump", "week_jump"} & set(told["critical"]), told["critical"]


def test_the_sale_is_one(whole_file):
    """The night after it is a test of something only while its day is far above the usual."""
    with duckdb.connect(str(whole_file), read_only=True) as connection:
        sale, usual = connection.execute(
            """
            select max(value) filter (period_start = date '2025-11-28'), median(value) from marts.kpi_values
            where kpi_id = 'visits' and dimension = 'all' and period_grain = 'day' and period_start between date '2025-10-01' and date '2025-11-28'
            """
        ).fetchone()
    assert sale > 1.3 * usual


def _until(whole, path, night):
    """The scorecard's tables as they were in a night, with the periods that were over."""
    since = night - timedelta(days=120)
    with duckdb.connect(str(path)) as connection:
        run = connection.execute
        run(f"attach '{whole}' as demo (read_only)")
        run("create schema marts")
        run("create schema quality")
        for name in ("kpi_catalogue", "dim_date", "source_totals"):
            run(f"create table marts.{name} as from demo.marts.{name}")
        run("create table quality.findings as from demo.quality.findings")
        run(
            f"create table marts.source_tie_out as from demo.marts.source_tie_out where coalesce(load_day <= date '{night}', true)"
        )
        run(
            f"""
            create table marts.periods as
            select * replace (is_complete and period_end < date '{night}' as is_complete, least(last_known_day, date '{night}' - 1) as last_known_day)
            from demo.marts.periods where period_start >= date '{since}' and period_start < date '{night}'
            """
        )
        for name in ("kpi_values", "kpi_companions"):
            run(
                f"""
                create table marts.{name} as
                select figures.* replace (periods.is_complete as is_complete)
                from demo.marts.{name} as figures
                join marts.periods using (period_grain, period_start)
                where figures.dimension = 'all'
                """
            )
        run("create schema raw_views")
    return path
