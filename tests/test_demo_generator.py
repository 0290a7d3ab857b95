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
    return rows[rows._deleted != "Y"] if "_deleted" in rows else rows


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


def test_oddities_are_in_the_raw_files():
    visits, orders, payments = (
        raw("yandex_metrica.visits"),
        raw("bitrix_shop.sale_order"),
        raw("bitrix_shop.sale_payment"),
    )
    leads, fields = raw("bitrix24.crm_lead"), raw("bitrix24.crm_userfield")
    prices = (
        next((DEMO / "raw" / "files" / "competitor_prices").glob("*.csv")).read_bytes().decode("cp1251").splitlines()
    )

    def listed(name: str, frame: pd.DataFrame, key: str) -> pd.DataFrame:
        return frame[frame[key].isin(DEFECTS[name]["ids"])]

    robots = visits[visits["ym:s:isRobotPro"] == "1"].drop_duplicates(["ym:s:visitID", "ym:s:date"])
    assert len(robots) == DEFECTS["robots"]["count"]
    bare = listed("visits_without_utm", visits[visits["ym:s:dateTime"] >= "2025-06-01"], "ym:s:visitID")
    assert (bare["ym:s:lastUTMSource"] == "").sum() > 100
    assert visits["ym:s:lastUTMCampaign"].str.contains("%D0", regex=False).sum() > 100
    placeholders = listed("placeholder_contacts", leads, "ID")
    assert placeholders.PHONE.nunique() == placeholders.EMAIL.nunique() == 1 < placeholders.ID.nunique()
    for name, parts in (("deposits", 2), ("paid_again", 2), ("deposit_only", 2), ("deposit_returned", 2)):
        assert set(listed(name, payments, "orderId").groupby("orderId").id.nunique()) == {parts}
    assert set(listed("deposit_only", orders, "id").payed) == {"N"}
    codes = {item["ID"] for text in fields.LIST for item in json.loads(text)}
    assert set(leads.UF_CRM_REGION.dropna()) - {""} <= codes
    assert raw("files.contracts").cancelled_on.str.startswith(("0001", "01.01.0001")).sum() > 100
    assert [line.count(";") for line in prices[:4]] == [0, 2, 0, prices[5].count(";")]


def test_what_happened_in_the_company_is_in_the_raw_files():
    deals, history = raw("bitrix24.crm_deal"), raw("bitrix24.crm_stagehistory_deal")
    orders, refunds, shop = raw("files.orders"), raw("files.refunds"), raw("bitrix_shop.sale_order")

    def ids(name: str) -> list[str]:
        return DEFECTS[name]["ids"]

    undated = deals[deals.ID.isin(ids("undated_wins"))]
    assert set(undated.STAGE_SEMANTIC_ID) == {"S"} and set(undated.CLOSEDATE) == set(undated.MOVED_TIME) == {""}
    late = deals[deals.ID.isin(ids("entered_after_the_win"))]
    assert late.ID.nunique() == 9 and (late.CLOSEDATE.str[:10] < late.DATE_CREATE.str[:10]).all()
    told = ids("undated_wins") + ids("closes_told_as_days") + ids("entered_after_the_win")
    assert not history.OWNER_ID.isin(told).any()
    back = orders[orders.order_id.isin(ids("returns_as_orders") + ids("returns_of_nothing_known"))]
    assert len(back) == 10 and (back.amount.astype(float) < 0).all()
    assert orders[orders.order_id == "УТ-000001-В"].amount.tolist() == ["-300"]
    assert refunds[refunds.order_id == "УТ-000021"].amount.tolist() == ["1500"]
    twice = orders[orders.order_id.isin(ids("numbers_used_anew"))].groupby("order_id")
    assert set(twice.customer_id.nunique()) == {2} == set(twice.created_at.nunique())
    assert set(ids("numbers_of_two_systems")) <= set(orders.order_id) & set(shop.id)
    leap = raw("files.contracts").set_index("contract_id").loc["ДГ-М01"]
    assert int(leap.licences) == 1 and leap.ends_on == "2025-02-28"
    assert (raw("yandex_metrica.visits")["ym:s:clientID"] == "0").sum() >= DEFECTS["visits_of_nobody"]["count"]


def test_spellings_are_in_the_raw_files():
    def text(name: str, encoding: str) -> list[str]:
        return (DEMO / "raw" / name).read_bytes().decode(encoding).splitlines()

    old, this_year = text("files/expenses/2024.csv", "cp866"), text("files/expenses/2026.csv", "utf-8-sig")
    assert old[0].startswith("Общество") and old[5].startswith("month;") and old[-1].startswith("Итого;")
    assert sum("руб." in line and "(" in line for line in old) > 0 < sum(";\u2212" in line for line in this_year)
    assert all(line.count(";643;") == 1 for line in text("files/expenses/again.csv", "utf-16")[6:-2])
    direct = text("yandex_direct/campaign_performance/report_2024-03.csv", "utf-8")
    assert direct[0].startswith('"') and direct[-1] == f"Total rows: {len(direct) - 3}"
    cost = direct[1].split("\t").index("Cost")
    assert all(int(line.split("\t")[cost]) % 10_000 == 0 for line in direct[2:-1])
    cut = raw("yandex_direct.campaign_performance")
    cut = cut[cut.Criterion != ""].astype({"Clicks": int}).groupby(["Date", "CampaignId", "AdNetworkType"]).Clicks
    assert set(cut.size()) == {3} and (cut.nunique() <= 2).all()
    deals, payments = raw("bitrix24.crm_deal"), raw("bitrix_shop.sale_payment")
    assert {"RUR", "RUB", "USD", "EUR"} == set(deals.CURRENCY_ID.dropna()) - {""}
    assert deals.PROBABILITY.fillna("").str.endswith("%").sum() > 100
    # 22:13:09 UTC of 31 October 2025 is 1 November in Moscow
    assert "2025-10-31 22:13:09 UTC" in set(payments.datePaid)
    assert raw("files.contracts").starts_on.str.endswith("T21:00:00Z").sum() == 87
    assert raw("files.survey_responses").product_group.str.contains("\u0308").sum() > 100
    assert raw("bitrix24.crm_status").NAME.str.contains("[\u00a0\u00ad\u200b\ufeff]").sum() > 10
    assert {"", "0"} <= set(raw("yandex_metrica.visits")["ym:s:clientID"])


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
    payments = payments[payments.datePaid != ""]
    paid_at = pd.to_datetime(payments.datePaid, format="mixed", utc=True).dt.tz_convert("Europe/Moscow")
    paid_on = paid_at.groupby(payments.orderId).max().dt.strftime("%Y-%m")  # paid whole, when the last part came
    closed = deals.CLOSEDATE.where(deals.CLOSEDATE != "", deals.DATE_CREATE)  # a win that nobody dates
    sold = known("files.orders", "order_id")  # of a number used anew, the newer order
    sold = sold[(sold.amount.astype(float) > 0) & (sold.status != "new")]
    months = pd.concat([closed.str[:7], paid.id.map(paid_on), sold.paid_at.str[:7]]).value_counts()
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
    assert told.period_start.min() == "2025-01-01"
    deals = raw("bitrix24.crm_deal")
    versions, late = deals.groupby("ID").size(), deals[deals._loaded_at >= "2025-01-03"].ID.unique()
    assert versions[late].mean() > 4 > 2 > versions.drop(late).mean()
