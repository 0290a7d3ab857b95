"""Reports of Google Ads as a loader lands them: a vendor's sample rows are staged as they are."""

import shutil

import duckdb
import pytest

from tests.real.originals import folder as real_data
from tests.warehouse import build

SAMPLES = real_data() / "vendor_schema_samples" / "google_ads"
REPORTS = {
    "campaign_stats": "id",
    "ad_group_stats": "campaign_id",
    "ad_stats": "campaign_id",
    "keyword_stats": "campaign_id",
}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="public data not found (set KPI_REAL_DATA to its folder)")
def test_a_vendors_rows_are_all_counted_and_no_money_twice(tmp_path):
    """Every row of every report is accepted, and of a day of a campaign the report with most money counts."""
    for table in (*REPORTS, "campaign_history", "account_history"):
        place = tmp_path / "raw" / "google_ads" / table
        place.mkdir(parents=True)
        shutil.copy(SAMPLES / f"{table}_data.csv", place)
    settings = {"KPI_SOURCES": "google_ads", "KPI_RAW_ROOT": str(tmp_path / "raw"), "KPI_AS_OF": "2026-01-01"}
    with build(tmp_path, "-s", "path:systems/google_ads", **settings) as warehouse:
        for table in REPORTS:
            sums = "count(*), sum(impressions), sum(clicks), sum(cost_micros)"
            accepted = warehouse.execute(
                f"select {sums} from staging.base_google_ads__{table} where row_status = 'accepted'"
            )
            assert accepted.fetchone() == duckdb.sql(f"select {sums} from '{SAMPLES}/{table}_data.csv'").fetchone()
        found = warehouse.execute(
            "select count(*), sum(days.cost), sum(days.clicks), min(currency) from (select date, campaign_id, sum(cost) as cost, sum(clicks) as clicks,"
            " min(currency) as currency from staging.stg_google_ads__ad_spend group by all) as days"
        )
        union = " union all ".join(
            f"select '{table}' as report, date, {campaign} as campaign, sum(cost_micros) as micros, sum(clicks) as clicks"
            f" from '{SAMPLES}/{table}_data.csv' group by all"
            for table, campaign in REPORTS.items()
        )
        assert (
            found.fetchone()
            == duckdb.sql(
                "select count(*), cast(sum(micros) / 1e6 as decimal(18, 2)), sum(clicks), 'USD' from (select max(micros) as micros,"
                f" arg_max(clicks, micros) as clicks from ({union}) group by date, campaign)"
            ).fetchone()
        )
