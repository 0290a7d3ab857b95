"""Sales, products, margins, recurring revenue."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from demo import clock
from demo.reckon.facts import Facts
from demo.tally import GRAINS, Sheet, period_end, period_start, periods


def totals(f: Facts, sheet: Sheet) -> None:
    by = ("channel", "region", "manager", "team", "customer_segment", "source_system")
    sheet.sums("revenue", f.money, by, daily=True)
    sheet.sums("revenue_by_region", ((d, dims, v) for d, dims, v in f.money), ("region",), grains=())
    sheet.sums(
        "sales_count", ((s.day, s.dims, 1) for s in f.sales), ("channel", "region", "manager", "team"), daily=True
    )
    facts = [(d, dims, v, 0) for d, dims, v in f.money] + [(s.day, s.dims, Decimal(0), 1) for s in f.sales]
    sheet.ratios("aov", facts, ("channel", "customer_segment", "manager", "point_of_sale", "region"))
    sheet.ratios(
        "avg_deal_size",
        ((s.day, s.dims, s.amount, 1) for s in f.sales if s.kind == "deal"),
        ("manager", "team", "region", "pipeline"),
    )
    sheet.sums(
        "won_amount", ((s.day, s.dims, s.amount) for s in f.sales if s.kind == "deal"), ("manager", "team", "pipeline")
    )
    attributed = [(s.day, {"attributed_channel": f.attribution[s.key][0]}, s.amount) for s in f.sales]
    attributed += [(r.day, {"attributed_channel": f.attribution[r.sale.key][0]}, -r.amount) for r in f.refunds]
    sheet.sums("revenue", attributed, ("attributed_channel",), grains=())


def products(f: Facts, sheet: Sheet) -> None:
    """Revenue by line; a refund is split over the lines of its sale in proportion, a margin likewise."""
    lines, profit, prices = [], [], []
    for s in f.sales:
        for product, group, units, amount, cost in s.lines:
            dims = {"product": product, "product_group": group}
            lines.append((s.day, dims, amount))
            if units:
                prices.append((s.day, {**dims, "region": s.dims["region"]}, amount, units))
            if cost is not None:
                profit.append((s.day, {**s.dims, **dims}, amount - cost))
    for r in f.refunds:
        for product, group, _, amount, cost in r.sale.lines:
            part = r.amount * amount / r.sale.amount
            lines.append((r.day, {"product": product, "product_group": group}, -part))
            if cost is not None:
                profit.append(
                    (r.day, {**r.sale.dims, "product": product, "product_group": group}, -(part - cost * r.share))
                )
    sheet.sums("revenue_by_product", lines, ("product", "product_group"), grains=())
    sheet.sums("revenue", lines, ("product_group",), grains=())
    sheet.sums("gross_profit", profit, ("product_group", "channel", "region", "manager"))
    sheet.ratios("avg_selling_price", prices, ("product", "product_group"))


def customers(f: Facts, sheet: Sheet) -> None:
    for grain in GRAINS:
        new: dict[dt.date, Decimal] = defaultdict(Decimal)
        total: dict[dt.date, Decimal] = defaultdict(Decimal)
        by_customer: dict[dt.date, dict] = defaultdict(lambda: defaultdict(Decimal))
        events = [(s.day, s.party, s.amount) for s in f.sales] + [(r.day, r.sale.party, -r.amount) for r in f.refunds]
        for day, party, amount in events:
            start = period_start(day, grain)
            total[start] += amount
            if party:
                by_customer[start][party.party_id] += amount
                if period_start(f.first_sale[party.party_id].day, grain) == start:
                    new[start] += amount
        for start in sorted(total):
            sheet.put(
                "new_customer_revenue_share",
                grain,
                start,
                "all",
                "all",
                new[start] / total[start],
                new[start],
                total[start],
            )
            top = sum(sorted(by_customer[start].values(), reverse=True)[:10], Decimal(0))
            sheet.put("revenue_concentration", grain, start, "all", "all", top / total[start], top, total[start])


def recurring(f: Facts, sheet: Sheet) -> None:
    """Contracts active on the last day of the period."""
    contracts = f.world.files["contracts"]
    schedule = {
        (r["contract_id"], r["year_no"]): Decimal(r["amount_minor"]) / 100 for r in f.world.files["contract_schedule"]
    }
    for grain in GRAINS:
        for start in periods(grain):
            day = min(period_end(start, grain) - dt.timedelta(days=1), clock.LAST_DAY)
            mrr, arr, variable = defaultdict(Decimal), defaultdict(Decimal), Decimal(0)
            count = 0
            for c in contracts:
                if not (c["starts_on"] <= day <= c["ends_on"]) or (c["cancelled_on"] and c["cancelled_on"] <= day):
                    continue
                total = Decimal(c["total_minor"]) / 100
                for cell in (("all", "all"), ("product", str(c["product_id"])), ("region", c["region"] or "(unknown)")):
                    mrr[cell] += total / c["months"]
                    arr[cell] += total * 12 / c["months"]
                count += 1
                year = (
                    (day.year - c["starts_on"].year)
                    + 1
                    - ((day.month, day.day) < (c["starts_on"].month, c["starts_on"].day))
                )
                variable += schedule.get((c["contract_id"], year), Decimal(0))
            for cell in sorted(mrr, key=lambda x: (x[0] != "all", x)):
                if cell[0] == "all" or grain == "month":
                    sheet.put("mrr", grain, start, *cell, mrr[cell])
                    sheet.put("arr", grain, start, *cell, arr[cell])
            if count:
                sheet.put("acv", grain, start, "all", "all", arr["all", "all"] / count, arr["all", "all"], count)
                sheet.put("arr_variable", grain, start, "all", "all", variable)


def expenses(f: Facts, sheet: Sheet) -> None:
    """Monthly expenses of selling over revenue."""
    spent: dict[dt.date, Decimal] = defaultdict(Decimal)
    for row in f.world.files["expenses"]:
        if row["kind"] in ("direct_acquisition", "indirect_sales"):
            spent[row["month"]] += Decimal(row["amount_minor"]) / 100
    sheet.ratios(
        "sales_expense_ratio",
        [(m, {}, v, Decimal(0)) for m, v in sorted(spent.items())] + [(d, {}, Decimal(0), v) for d, _, v in f.money],
        grains=("month", "quarter", "year"),
    )


def growth(f: Facts, sheet: Sheet) -> None:
    for grain in ("month", "quarter"):
        by: dict[dt.date, Decimal] = defaultdict(Decimal)
        for day, _, amount in f.money:
            by[period_start(day, grain)] += amount
        for start in sorted(by):
            before = by.get(start.replace(year=start.year - 1))
            if before:
                sheet.put(
                    "yoy_growth", grain, start, "all", "all", (by[start] - before) / before, by[start] - before, before
                )


def reckon(f: Facts) -> Sheet:
    sheet = Sheet()
    for part in (totals, products, customers, recurring, expenses, growth):
        part(f, sheet)
    return sheet
