"""Gates: what must hold before a night goes on.

    uv run kpi gate raw   --warehouse warehouse/kpi.duckdb     what was loaded, before the build
    uv run kpi gate marts --warehouse warehouse/kpi.duckdb     what was built, before it is published

A gate is a set of rules (`raw.py`, `marts.py`): an expectation of Great Expectations' own on a table, or a query where rows of several
tables or days are compared. `suites.py` makes suites of them, a table each, runs them on the warehouse, which is attached read-only, and
writes Data Docs. What to look at is read from the project and the warehouse, so a new table or KPI is covered at once. The limits are
settings, `settings.yml`. Results hold counts, sums and names of tables, never a value of a raw row.
"""
