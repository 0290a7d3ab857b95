"""The demo company's files: made again they are the same, small enough, and hold the defects that their list names."""

import gzip
import hashlib
import json
import re
import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from demo import generate  # noqa: E402

DEMO = Path(generate.__file__).parent
DEFECTS = json.loads((DEMO / "answers" / "defects.json").read_text(encoding="utf-8"))


def raw(table: str) -> pd.DataFrame:
    """Every row of a Parquet table of the committed raw root, as text, with the name of its file."""
    files = sorted((DEMO / "raw" / table.replace(".", "/")).glob("*.parquet"))
    return pd.concat([pd.read_parquet(f).assign(file=f.stem) for f in files], ignore_index=True)


def answers(family: str, kpi: str, dimension: str = "all") -> dict[str, float]:
    frame = pd.read_csv(DEMO / "answers" / f"{family}.csv.gz", dtype={"dimension_key": str})
    frame = frame[(frame.kpi_id == kpi) & (frame.period_grain == "month") & (frame.dimension == dimension)]
    return dict(zip(frame.period_start, frame.value, strict=True))


def amount(text: str) -> float | None:
    text = re.sub(r"[\s\u2009\u00a0\u202f]", "", text).replace(",", ".")
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


def known(table: str, key: str, column: str | None = None) -> pd.DataFrame:
    """The latest readable version of each record that is neither deleted nor loaded after the as-of day."""
    rows = raw(table)
    rows = rows[rows._loaded_at < "2026-07-01T21:00:00Z"].sort_values("_loaded_at", kind="stable")
    if column:
        rows = rows.assign(money=rows[column].map(amount))
        rows = rows[rows.money.notna() | (rows._deleted == "Y")]
    rows = rows.drop_duplicates(key, keep="last")
    return rows[rows._deleted != "Y"]


def test_made_again_it_is_the_same(tmp_path):
    generate.main(["--out", str(tmp_path)])

    def digests(root: Path) -> dict[str, str]:
        files = [f for part in ("raw", "answers") for f in sorted((root / part).rglob("*")) if f.is_file()]
        # another zlib packs the same text into other bytes
        contents = {f: gzip.open(f).read() if f.suffix == ".gz" else f.read_bytes() for f in files}
        return {str(f.relative_to(root)): hashlib.sha256(data).hexdigest() for f, data in contents.items()}

    assert digests(tmp_path) == digests(DEMO)


def test_size():
    total = sum(f.stat().st_size for part in ("raw", "answers") for f in (DEMO / part).rglob("*") if f.is_file())
    assert total <= 12_000_000
    assert sum(f.stat().st_size for f in (DEMO / "raw").rglob("*") if f.is_file()) <= 11 * 2**20


@pytest.mark.parametrize(
    "table, key", [("bitrix24.crm_lead", "ID"), ("bitrix24.crm_deal", "ID"), ("bitrix_shop.sale_order", "id")]
)
def test_listed_records_are_in_the_raw_files(table, key):
    ids = set(raw(table)[key])
    listed = [d for d in DEFECTS.values() if d["table"] == table]
    assert len(listed) >= 5
    for defect in listed:
        assert set(defect["ids"]) <= ids, defect["what"]


def test_defects_have_the_counts_that_the_list_gives():
    leads, deals, orders = raw("bitrix24.crm_lead"), raw("bitrix24.crm_deal"), raw("bitrix_shop.sale_order")
    title = re.compile(r"(\[test\].*|(тест|test)\s*\d*)", re.IGNORECASE)
    found = {
        "test_leads": leads[leads.TITLE.map(lambda t: bool(title.fullmatch(t)))].ID.nunique(),
        "test_deals": deals[deals.TITLE.map(lambda t: bool(title.fullmatch(t)))].ID.nunique(),
        "deleted_leads": (leads._deleted == "Y").sum(),
        "deleted_deals": (deals._deleted == "Y").sum(),
        "deleted_orders": (orders._deleted == "Y").sum(),
        "amount_as_text_crm_deal": deals[deals.OPPORTUNITY.str.contains(",") & (deals.file != "repeat")].ID.nunique(),
        "amount_unreadable_later_crm_deal": (deals.file == "edited").sum(),
        "amount_unreadable_later_sale_order": (orders.file == "edited").sum(),
        "sent_twice_crm_lead": (leads.file == "repeat").sum(),
        "sent_twice_hits": (raw("yandex_metrica.hits").file == "repeat").sum(),
        "further_versions_crm_lead": len(leads) - leads.ID.nunique(),
        "ad_costs_restated": (raw("yandex_direct.campaign_performance").file == "estimate").sum(),
    }
    assert found == {name: DEFECTS[name]["count"] for name in found}


def test_unreadable_deals_have_no_good_version():
    deals = raw("bitrix24.crm_deal")
    rows = deals[deals.ID.isin(DEFECTS["unreadable_deals"]["ids"])]
    assert len(rows) >= DEFECTS["unreadable_deals"]["count"]
    assert rows.OPPORTUNITY.map(amount).isna().all()


def test_broken_lines_stand_in_the_csv_file():
    text = next((DEMO / "raw" / "files" / "ad_spend").glob("*.csv")).read_bytes().decode("cp1251").splitlines()
    fields = text[0].count(";")
    assert sum(line.count(";") != fields for line in text) == DEFECTS["broken_csv_lines"]["count"]


def test_new_leads_by_month_can_be_counted_in_the_raw_files():
    leads = known("bitrix24.crm_lead", "ID")
    leads = leads[~leads.ID.isin(DEFECTS["test_leads"]["ids"]) & (leads.DATE_CREATE < "2026-07-01")]
    months = leads.DATE_CREATE.str[:7].value_counts()
    assert {f"{m}-01": n for m, n in months.items()} == answers("funnel", "leads_new")


def test_paid_rouble_orders_and_won_deals_make_up_the_count_of_sales():
    deals, orders = known("bitrix24.crm_deal", "ID", "OPPORTUNITY"), known("bitrix_shop.sale_order", "id", "price")
    deals = deals[(deals.STAGE_SEMANTIC_ID == "S") & ~deals.ID.isin(DEFECTS["test_deals"]["ids"])]
    linked = (
        known("bitrix_shop.crm_order_entity", "orderId")
        if "_deleted" in raw("bitrix_shop.crm_order_entity")
        else raw("bitrix_shop.crm_order_entity")
    )
    same = set(deals.UF_CRM_ORDER_ID) | set(linked[linked.ownerId.isin(deals.ID)].orderId)
    paid = orders[(orders.payed == "Y") & ~orders.id.isin(same)]
    payments = (
        raw("bitrix_shop.sale_payment").sort_values("_loaded_at", kind="stable").drop_duplicates("id", keep="last")
    )
    paid_on = payments[payments.paid == "Y"].groupby("orderId").datePaid.min()
    months = pd.concat([deals.CLOSEDATE.str[:7], paid.id.map(paid_on).str[:7]]).value_counts()
    assert {f"{m}-01": n for m, n in months.items()} == answers("revenue", "sales_count")


def test_what_is_left_of_the_sprints_can_be_added_up_in_the_raw_files():
    tasks, sprints = raw("files.tasks"), raw("files.sprints").set_index("sprint_id")
    tasks = tasks.join(sprints[["starts_on", "ends_on"]], on="sprint_id")
    days = pd.read_csv(DEMO / "answers" / "delivery.csv.gz").query("kpi_id == 'sprint_burn' and period_grain == 'day'")
    told = dict(zip(days.period_start, days.value, strict=True))
    for day in ("2024-07-10", "2025-03-05", "2026-02-19", "2026-06-30"):
        done = (tasks.done_at.str[:10] <= day) & (tasks.done_at != "")
        there = (tasks.created_at.str[:10] <= day) & (tasks.starts_on <= day) & (day <= tasks.ends_on)
        assert tasks[there & ~done].points.astype(int).sum() == told.get(day, 0)


def test_forecasts_begin_where_the_raw_files_tell_what_was_known():
    told = pd.read_csv(DEMO / "answers" / "revenue.csv.gz").query("kpi_id == 'forecast_amount'")
    assert told.period_start.min() == "2025-12-01"
    deals = raw("bitrix24.crm_deal")
    versions, late = deals.groupby("ID").size(), deals[deals._loaded_at >= "2025-12-03"].ID.unique()
    assert versions[late].mean() > 4 > 2 > versions.drop(late).mean()
