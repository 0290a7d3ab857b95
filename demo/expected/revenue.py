"""Sales, products, margins, recurring revenue."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from functools import partial

from demo import clock
from demo.expected import outlook
from demo.expected.facts import OF_NOBODY, Facts
from demo.tally import GRAINS, Sheet, period_end, period_start, periods, slice_grain


def totals(f: Facts, sheet: Sheet) -> None:
    by = ("channel", "region", "manager", "team", "customer_segment", "source_system", "sale_kind")
    sheet.sums("revenue", f.money, by, daily=True)
    sheet.sums("revenue_by_region", ((d, dims, v) for d, dims, v in f.money), ("region",))
    sheet.sums(
        "sales_count",
        ((s.day, s.dims, 1) for s in f.sales),
        ("channel", "region", "manager", "team", "sale_kind"),
        daily=True,
    )
    facts = [(d, dims, v, 0) for d, dims, v in f.money] + [(s.day, s.dims, Decimal(0), 1) for s in f.sales]
    sheet.ratios("aov", facts, ("channel", "customer_segment", "manager", "point_of_sale", "region", "sale_kind"))
    sheet.ratios(
        "avg_deal_size",
        ((s.day, s.dims, s.amount, 1) for s in f.sales if s.kind == "deal"),
        ("manager", "team", "region", "pipeline"),
    )
    sheet.sums(
        "won_amount", ((s.day, s.dims, s.amount) for s in f.sales if s.kind == "deal"), ("manager", "team", "pipeline")
    )
    attributed = [(s.day, {"attributed_channel": f.attribution[s.key][0]}, s.amount) for s in f.sales]
    attributed += [
        (r.day, {"attributed_channel": f.attribution[r.sale.key][0]}, -r.amount) for r in f.refunds if r.sale
    ]
    sheet.sums("revenue", attributed, ("attributed_channel",), grains=())


def products(f: Facts, sheet: Sheet) -> None:
    """Revenue by line; a refund is split over the lines of its sale in proportion, a margin likewise."""
    prices = [
        (s.day, {"product": product, "product_group": group, "sale_kind": s.kind}, amount, units)
        for s in f.sales
        for product, group, units, amount, _ in s.lines
        if units
    ]
    lines = [(day, {"product": p, "product_group": g}, amount) for day, _, p, g, amount, _ in f.margins]
    profit = [
        (day, {**s.dims, "product": p, "product_group": g}, v) for day, s, p, g, _, v in f.margins if v is not None
    ]
    sheet.sums("revenue_by_product", lines, ("product", "product_group"))
    sheet.sums("revenue", lines, ("product_group",), grains=())
    sheet.sums("gross_profit", profit, ("product_group", "channel", "region", "manager", "sale_kind"))
    sheet.ratios("avg_selling_price", prices, ("product", "product_group", "sale_kind"))


def customers(f: Facts, sheet: Sheet) -> None:
    for grain in GRAINS:
        new: dict[tuple, Decimal] = defaultdict(Decimal)
        known: dict[tuple, Decimal] = defaultdict(Decimal)
        total: dict[tuple, Decimal] = defaultdict(Decimal)
        by_customer: dict[tuple, dict] = defaultdict(lambda: defaultdict(Decimal))
        events = [(s.day, s.dims, s.party, s.amount) for s in f.sales]
        events += [
            (r.day, r.sale.dims if r.sale else OF_NOBODY, r.sale.party if r.sale else None, -r.amount)
            for r in f.refunds
        ]
        for day, dims, party, amount in events:
            start = period_start(day, grain)
            cells = [(start, d, dims[d]) for d in ("channel", "region", "sale_kind") if slice_grain(d) == grain]
            for cell in [(start, "all", "all"), *cells]:
                total[cell] += amount
                if party:
                    known[cell] += amount
                    by_customer[cell][party.party_id] += amount
                    if period_start(f.first_sale[party.party_id].day, grain) == start:
                        new[cell] += amount
        for cell, whole in sorted(total.items()):
            if whole:
                top = sum(sorted(by_customer[cell].values(), reverse=True)[:10], Decimal(0))
                if known[cell] > 0:
                    share = new[cell] / known[cell]
                    sheet.put("new_customer_revenue_share", grain, *cell, share, new[cell], known[cell])
                if cell[1] != "channel":
                    sheet.put("revenue_concentration", grain, *cell, top / whole, top, whole)


def upsell(f: Facts, sheet: Sheet) -> None:
    """Sales to known customers who had bought before: a tenth more of a group than they ever paid for it at once, or a new group.

    Manager by manager, and group by group: of the sales with the group in them, those that brought more of it.
    """
    most: dict[int, dict[str, Decimal]] = defaultdict(dict)
    facts, groups, ups, crosses = [], [], [], []
    for s in f.sales:
        if not s.party:
            continue
        party, paid = s.party.party_id, defaultdict(Decimal)
        for _, group, units, amount, _ in s.lines:
            if units:
                paid[group] += amount
        if f.first_sale[party] is not s:
            had, dims = most[party], {"manager": s.dims["manager"], "sale_kind": s.kind}
            new = {g for g in paid if g not in had}
            more = {g for g, v in paid.items() if g in had and v > had[g] and v >= had[g] * Decimal("1.1")}
            grown = new | more
            facts.append((s.day, dims, int(bool(grown)), 1))
            ups.append((s.day, dims, int(bool(more)), 1))
            crosses.append((s.day, dims, int(bool(new)), 1))
            groups += [(s.day, {"product_group": g}, int(g in grown), 1) for g in paid]
        for g, v in paid.items():
            most[party][g] = max(v, most[party].get(g, v))
    sheet.ratios("upsell_cross_sell_rate", facts, ("manager", "sale_kind"))
    sheet.ratios("upsell_rate", ups, ("manager", "sale_kind"))
    sheet.ratios("cross_sell_rate", crosses, ("manager", "sale_kind"))
    sheet.ratios("upsell_cross_sell_rate", groups, ("product_group",), grains=())


def prices(f: Facts, sheet: Sheet) -> None:
    """What was sold at our prices over the same at each competitor's, by his latest price known when it was sold."""
    seen = defaultdict(list)
    for r in f.world.files["competitor_prices"]:
        seen[str(r["product_id"]), r["competitor"]].append((r["observed_on"], Decimal(r["price_minor"]) / 100))
    rivals = sorted({competitor for _, competitor in seen})
    facts = []
    for s in f.sales:
        for product, group, units, amount, _ in s.lines:
            for rival in rivals:
                known = [price for day, price in sorted(seen[product, rival]) if day <= s.day]
                if units and known:
                    dims = {"product": product, "product_group": group, "competitor": rival}
                    facts.append((s.day, dims, amount, units * known[-1]))
    sheet.ratios("competitor_price_index", facts, ("product", "product_group", "competitor"))


def recurring(f: Facts, sheet: Sheet) -> None:
    """Contracts active on the last day of the period."""
    contracts = f.world.files["contracts"]
    schedule = {
        (r["contract_id"], r["year_no"]): Decimal(r["amount_minor"]) / 100 for r in f.world.files["contract_schedule"]
    }
    for grain in GRAINS:
        for start in periods(grain):
            day = min(period_end(start, grain) - dt.timedelta(days=1), clock.LAST_DAY)
            mrr, arr, variable, count = (defaultdict(Decimal) for _ in range(4))
            for c in contracts:
                if not (c["starts_on"] <= day <= c["ends_on"]) or (c["cancelled_on"] and c["cancelled_on"] <= day):
                    continue
                total = Decimal(c["total_minor"]) / 100
                year = (
                    (day.year - c["starts_on"].year)
                    + 1
                    - ((day.month, day.day) < (c["starts_on"].month, c["starts_on"].day))
                )
                for cell in (("all", "all"), ("product", str(c["product_id"])), ("region", c["region"] or "(unknown)")):
                    mrr[cell] += total / c["months"]
                    arr[cell] += total * 12 / c["months"]
                    count[cell] += 1
                    variable[cell] += schedule.get((c["contract_id"], year), Decimal(0))
            for cell in sorted(mrr, key=lambda x: (x[0] != "all", x)):
                if cell[0] == "all" or slice_grain(cell[0]) == grain:
                    sheet.put("mrr", grain, start, *cell, mrr[cell])
                    sheet.put("arr", grain, start, *cell, arr[cell])
                    sheet.put("acv", grain, start, *cell, arr[cell] / count[cell], arr[cell], count[cell])
                    if cell[0] != "region":
                        sheet.put("arr_variable", grain, start, *cell, variable[cell])


def paid_on(contracts: list[dict], day: dt.date) -> dict[int, Decimal]:
    """What each customer pays a month on a day, in the base currency."""
    by: dict[int, Decimal] = defaultdict(Decimal)
    for c in contracts:
        if c["starts_on"] <= day <= c["ends_on"] and not (c["cancelled_on"] and c["cancelled_on"] <= day):
            by[c["customer"].party_id] += Decimal(c["total_minor"]) / 100 / c["months"]
    return by


def movements(f: Facts, sheet: Sheet) -> None:
    """Change of each customer's recurring revenue over the period, of its kind by all that he pays before and after."""
    contracts = f.world.files["contracts"]
    first = {}
    for c in contracts:
        party = c["customer"].party_id
        first[party] = min(first.get(party, c["starts_on"]), c["starts_on"])

    paid = partial(paid_on, contracts)
    grain = slice_grain("movement")
    for start in periods(grain):
        before = paid(start - dt.timedelta(days=1))
        after = paid(min(period_end(start, grain) - dt.timedelta(days=1), clock.LAST_DAY))
        changes: dict[str, Decimal] = defaultdict(Decimal)
        for party in sorted(before.keys() | after.keys()):
            change = after[party] - before[party]
            if not before[party]:
                kind = "new" if first[party] >= start else "reactivation"
            elif not after[party]:
                kind = "churn"
            else:
                kind = "expansion" if change >= 0 else "contraction"
            changes[kind] += change
        for kind in sorted(k for k, change in changes.items() if change):
            sheet.put("mrr", grain, start, "movement", kind, changes[kind])


def gains_and_losses(f: Facts, sheet: Sheet) -> None:
    """What the recurring revenue gained over what it lost, and what of it left with its customers, of what there was before the period.

    Each customer gains or loses by all that he pays; a change of his counts in the product and region that it is of.
    """

    def paid(day: dt.date) -> dict[int, dict[tuple[str, str], Decimal]]:
        by: dict[int, dict[tuple[str, str], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for c in f.world.files["contracts"]:
            if c["starts_on"] <= day <= c["ends_on"] and not (c["cancelled_on"] and c["cancelled_on"] <= day):
                kind = str(c["product_id"]), c["region"] or "(unknown)"
                by[c["customer"].party_id][kind] += Decimal(c["total_minor"]) / 100 / c["months"]
        return by

    for grain in GRAINS:
        for start in periods(grain):
            before = paid(start - dt.timedelta(days=1))
            after = paid(min(period_end(start, grain) - dt.timedelta(days=1), clock.LAST_DAY))
            gained, lost, churned, opening = (defaultdict(Decimal) for _ in range(4))
            for party in before.keys() | after.keys():
                a, b = before.get(party, {}), after.get(party, {})
                gains = sum(b.values()) >= sum(a.values())
                for product, region in a.keys() | b.keys():
                    was, now = a.get((product, region), Decimal(0)), b.get((product, region), Decimal(0))
                    for cell in (("all", "all"), ("product", product), ("region", region)):
                        opening[cell] += was
                        (gained if gains else lost)[cell] += now - was if gains else was - now
                        churned[cell] += 0 if b else was
            for cell in sorted(opening, key=lambda x: (x[0] != "all", x)):
                if cell[0] != "all" and slice_grain(cell[0]) != grain:
                    continue
                if lost[cell]:
                    sheet.put("quick_ratio", grain, start, *cell, gained[cell] / lost[cell], gained[cell], lost[cell])
                if opening[cell]:
                    rate = churned[cell] / opening[cell]
                    sheet.put("mrr_churn_rate", grain, start, *cell, rate, churned[cell], opening[cell])


def subscribers(f: Facts, sheet: Sheet) -> None:
    """Who left of those who paid before a period, what the payers of a year before pay now, and contracts that went on after their end."""
    contracts = f.world.files["contracts"]

    paid = partial(paid_on, contracts)
    one = dt.timedelta(days=1)
    for grain in GRAINS:
        for start in periods(grain):
            after = min(period_end(start, grain), clock.LAST_DAY + one)
            before, now = paid(start - one), paid(after - one)
            then = paid(after.replace(year=after.year - 1) - one)
            if before:
                left = sum(party not in now for party in before)
                sheet.put("logo_churn_rate", grain, start, "all", "all", Decimal(left) / len(before), left, len(before))
            if whole := sum(then.values()):
                kept = sum(now.get(party, Decimal(0)) for party in then)
                gross = sum(min(was, now.get(party, Decimal(0))) for party, was in then.items())
                sheet.put("nrr_12_months", grain, start, "all", "all", kept / whole, kept, whole)
                sheet.put("grr_12_months", grain, start, "all", "all", gross / whole, gross, whole)
    due = []
    for c in contracts:
        called_off = c["cancelled_on"] and c["cancelled_on"] <= min(c["ends_on"], clock.LAST_DAY)
        if called_off or c["ends_on"] >= clock.LAST_DAY:
            continue
        done = any(
            x["customer"].party_id == c["customer"].party_id
            and x["product_id"] == c["product_id"]
            and c["starts_on"] < x["starts_on"] <= min(c["ends_on"] + 31 * one, clock.LAST_DAY)
            and min(x["ends_on"], (x["cancelled_on"] or x["ends_on"] + one) - one) > c["ends_on"]
            for x in contracts
        )
        dims = {"product": str(c["product_id"]), "region": c["region"] or "(unknown)"}
        due.append((c["ends_on"] + one, dims, int(done), 1))
    sheet.ratios("renewal_rate", due, ("product", "region"))


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
    """A month and a quarter against the same one a year before, the running year against the same days; none against a year cut off."""
    this_year = clock.LAST_DAY.replace(month=1, day=1)
    year_ago = clock.LAST_DAY.replace(year=clock.LAST_DAY.year - 1)
    now = sum(v for d, _, v in f.money if this_year <= d <= clock.LAST_DAY)
    then = sum(v for d, _, v in f.money if year_ago.replace(month=1, day=1) <= d <= year_ago)
    sheet.put("yoy_growth", "year", this_year, "all", "all", (now - then) / then, now - then, then)
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


def expected_values(f: Facts) -> Sheet:
    sheet = Sheet()
    for part in (
        totals,
        products,
        customers,
        upsell,
        prices,
        outlook.forecast,
        outlook.forecast_error,
        recurring,
        movements,
        gains_and_losses,
        subscribers,
        expenses,
        growth,
    ):
        part(f, sheet)
    return sheet
