"""Gates: what must hold before a night goes on.

    uv run kpi gate raw   --warehouse warehouse/kpi.duckdb     what was loaded, before the build
    uv run kpi gate marts --warehouse warehouse/kpi.duckdb     what was built, before it is published

A gate *measures*: each check gives one figure for each subject (a source, a raw table, a column, a KPI), `raw.py` and
`marts.py` say how. What to measure is read from the project and the warehouse, so a new table or KPI is covered at once.
Each figure has a critical and a warning limit, `settings.yml`; Great Expectations holds the figures to them and shows
them as HTML (`expectations.py`). Only counts, sums and names of tables get that far, never a value of a raw row.
"""
