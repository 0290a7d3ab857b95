"""Building a warehouse from a raw root, as a user would, and reading it."""

from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd
from real.adapters import ADAPTERS

from tests.warehouse import run_dbt


class Warehouse(NamedTuple):
    """A finished `dbt build`: the file it wrote, its exit code and what it printed."""

    path: Path
    exit_code: int
    output: str

    def query(self, sql: str, *parameters: object) -> pd.DataFrame:
        """The answer to a query, the file being opened for reading alone."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(sql, parameters).df()

    def rows_written(self) -> dict[str, int]:
        """How many rows the raw root beside the warehouse has, by entity."""
        found: dict[str, int] = {}
        for path in (self.path.parent / "raw" / "files").glob("*/*"):
            rows = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype=str)
            found[path.parent.name] = found.get(path.parent.name, 0) + len(rows)
        return found

    def figures(self, kpi_id: str, grain: str, dimension: str) -> pd.DataFrame:
        """Values of a KPI, or of a figure beside one, by `period_start` and `key`, with numerator and denominator, as floats."""
        found = self.query(
            """
            select cast(period_start as timestamp) as period_start,
                case when dimension in ('manager', 'product', 'stage') then regexp_replace(dimension_key, '^[a-z0-9_]+:', '') else dimension_key end as key,
                is_complete,
                cast(value as double) as value,
                cast(numerator as double) as numerator, cast(denominator as double) as denominator
            from (select * from marts.kpi_values union all select * from marts.kpi_companions)
            where kpi_id = ? and period_grain = ? and dimension = ?
            """,
            kpi_id,
            grain,
            dimension,
        )
        return found.set_index(["period_start", "key"]).sort_index()


def build(folder: Path, data_sets: tuple[str, ...], as_of: str) -> Warehouse:
    """Write the data sets' raw root into `folder` and run the whole `dbt build` on it, tests included."""
    for data_set in data_sets:
        ADAPTERS[data_set](folder / "raw")
    settings = {"KPI_RAW_ROOT": str(folder / "raw"), "KPI_AS_OF": as_of, "KPI_TIMEZONE": "UTC"}
    done = run_dbt(folder, "build", **settings)
    return Warehouse(folder / "kpi.duckdb", done.returncode, done.stdout + done.stderr)
