"""A whole night with nothing but the real things, after one that was killed in the middle of dbt."""

import json

import duckdb

from flows.base.settings import KPI
from tests.nightly.tools import HERE, Nights

LEADS = "lead_id,created_at,status_class,utm_source,utm_medium\nL1,2026-01-05 10:00,won,yandex,cpc\n"
LOST = "lead_id,created_at,status_class\nL2,2026-01-06 10:00,new\n"  # two columns fewer, the night after
DEALS = (
    "deal_id,created_at,pipeline_id,stage_id,status,closed_at,amount,lead_id\n"
    "D1,2026-01-05 11:00,P,WON,won,2026-01-20,1000.50,L1\n"
)
STAGES = "object,pipeline_id,stage_id,name,position,status\ndeal,P,WON,Won,2,won\n"


def test_a_real_night_killed_in_dbt_and_picked_up(tmp_path):
    nights = Nights(tmp_path, KPI_AS_OF="2026-02-01")
    for name, text in (("leads", LEADS), ("deals", DEALS), ("stages", STAGES)):
        (nights.inbox / f"{name}.csv").write_text(
            text.replace("\n", ",2026-01-31\n").replace(",2026-01-31", ",loaded_at", 1)
        )
    nights.program = (str(HERE / "stand_ins.py"), "real")
    output = nights.killed_at("build: raw root")
    assert nights.alone(), nights.processes()
    assert not nights.published.exists()
    (nights.raw / "files" / "leads" / "by_hand.csv").write_text(LOST)
    nights.program = (str(KPI), "night")
    status, output = nights.run()
    assert status == 0, output
    assert "load files: done by an earlier run" in output and nights.alone()
    with duckdb.connect(str(nights.published / "kpi.duckdb"), read_only=True) as reader:
        figures = dict(
            reader.execute(
                "select kpi_id, value from marts.kpi_values where period_grain = 'month' and dimension = 'all'"
                " and period_start = date '2026-01-01' and kpi_id in ('revenue', 'leads_new', 'sales_count')"
            ).fetchall()
        )
        channels = "select value from marts.kpi_values where kpi_id = 'leads_new' and dimension = 'channel'"
        assert len(reader.execute(f"{channels} and period_grain = 'month'").fetchall()) == 2
        assert reader.execute("select count(*) from duckdb_tables() where comment is null").fetchone() == (0,)
    assert figures == {"revenue": 1000.5, "leads_new": 2, "sales_count": 1}
    manifest = json.loads((nights.published / "manifest.json").read_text("utf-8"))
    assert manifest["as_of"] == "2026-02-01" and manifest["sources"]["files"]["rows"] == 5  # one is of the run history
    assert manifest["checks"]["run"] > 200 and manifest["tables"]["kpi_values"] > 0
    assert [row["status"] for row in nights.history()] == ["failed", "published"]
    logs = [path.read_text("utf-8") for path in nights.warehouse.glob("nightly/runs/*/night.log")]
    assert len(logs) == 2 and any("dbt kpi_values: done" in log for log in logs)
