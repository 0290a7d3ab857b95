"""The figures expected on public data, held against examples worked by hand and what the adapters write."""

import pandas as pd
import pytest
from real import expected
from real.adapters import ADAPTERS
from real.checks import CHECKS, EXAMPLES, Example
from real.compare import differences
from real.originals import missing

if missing():
    pytest.skip(missing(), allow_module_level=True)


@pytest.fixture(scope="module")
def raw_root(tmp_path_factory):
    """All data sets as one raw root (never built: their figures would mix)."""
    root = tmp_path_factory.mktemp("real")
    for adapter in ADAPTERS.values():
        adapter(root)
    return root


def rows(root, entity: str, data_set: str) -> pd.DataFrame:
    """What an adapter wrote of one entity, as text."""
    (path,) = (root / "files" / entity).glob(f"{data_set}.*")
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype=str)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda x: f"{x.data_set}-{x.kpi_id}-{x.dimension}-{x.period_start}")
def test_example_worked_by_hand(example: Example):
    check = next(
        c
        for c in CHECKS
        if (c.data_set, c.kpi_id, c.dimension) == (example.data_set, example.kpi_id, example.dimension)
    )
    figures = check.figures(example.grain)
    assert figures.value[(pd.Timestamp(example.period_start), example.key)] == pytest.approx(example.value, abs=1e-6)


def test_grains_add_up():
    for check in CHECKS:
        if (
            check.kpi_id in ("revenue", "sales_count", "leads_new", "visits", "calls_count")
            and check.dimension == "all"
        ):
            totals = {grain: round(check.figures(grain).value.sum(), 2) for grain in check.grains}
            assert len(set(totals.values())) == 1, (check.name, totals)


def test_early_win_is_a_win_of_no_length():
    wins = expected.olist_wins().set_index("mql_id")
    early = wins[wins.won_date < wins.first_contact_date]
    assert early.index.tolist() == ["b91cf8812365f50ff4bda4bcd6206b05"] and early.days.tolist() == [0]


def test_invoice_worked_by_hand():
    """Invoice 489434: 12 x 6.95 + 12 x 6.75 + 12 x 6.75 + 48 x 2.10 + 24 x 1.25 + 24 x 1.65 + 24 x 1.25 + 10 x 5.95."""
    assert expected.retail_invoices().amount["489434"] == pytest.approx(
        83.40 + 81 + 81 + 100.80 + 30 + 39.60 + 30 + 59.50
    )


def test_retail_figures_of_the_whole():
    """What the README of the data says, and what was counted by hand: every invoice is accounted for."""
    invoices = expected.retail_invoices()
    assert invoices.kind.value_counts().to_dict() == {"sale": 24221, "refund": 4592, "bad debt": 3}
    assert len(expected.retail_sales()) == 24221 - 3270
    assert expected.retail_revenue("year").value.sum() == pytest.approx(10305892.01 - 630228.94, abs=0.005)
    assert len(expected.retail_buyers()) == 4312


def test_retail_adapter_carries_the_whole(raw_root):
    orders, refunds, lines = (rows(raw_root, entity, "retail") for entity in ("orders", "refunds", "order_lines"))
    assert float(orders.amount.sum() - refunds.amount[refunds.amount > 0].sum()) == pytest.approx(
        expected.retail_revenue("year").value.sum(), abs=0.005
    )
    assert lines.groupby("order_id").amount.sum().equals(orders.set_index("order_id").amount.sort_index())
    assert len(refunds) == 4592 and not set(refunds.order_id) & set(orders.order_id)
    assert orders.order_id.is_unique and not lines.duplicated(["order_id", "line_no"]).any()


def test_other_adapters_carry_the_whole(raw_root):
    assert len(rows(raw_root, "leads", "olist")) == 8000 and len(rows(raw_root, "deals", "olist")) == 842
    assert "amount" not in rows(raw_root, "deals", "olist")
    deals = rows(raw_root, "deals", "maven")
    assert deals.stage_id.value_counts().to_dict() == {"Won": 4238, "Lost": 2473, "Engaging": 1589, "Prospecting": 500}
    assert deals.created_at.isna().sum() == 500 and deals.amount.dropna().astype(int).sum() == 10005534
    assert set(rows(raw_root, "deal_lines", "maven").product_id) == set(rows(raw_root, "products", "maven").product_id)
    assert (
        len(rows(raw_root, "web_sessions", "airbnb")) == 7756
        and len(rows(raw_root, "web_events", "airbnb")) == 1236 + 1279 + 145
    )
    spend = rows(raw_root, "ad_spend", "ads")
    assert len(spend) == 1143 and spend.cost.astype(float).sum() == pytest.approx(58705.23)
    calls = rows(raw_root, "calls", "bank")
    assert len(calls) == 17456 - 143 and calls.call_id.is_unique and (calls.is_answered == "True").sum() == 14130


def test_comparison_sees_what_differs():
    """A value off by a cent, one missing, one that should not be there; and nothing where nothing differs."""
    wanted = expected.maven_win_rate("month", "manager")
    assert differences(wanted, wanted).empty
    off = wanted.copy()
    off.iloc[0, off.columns.get_loc("numerator")] += 1
    assert len(differences(off, wanted)) == 1
    assert len(differences(wanted.iloc[1:], wanted)) == 1
    assert len(differences(wanted, wanted.iloc[1:])) == 1
    money = expected.maven_revenue("month")
    assert len(differences(money + 0.01, money)) == len(money)
    assert differences(money + 0.004, money).empty
