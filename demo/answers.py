"""All right answers of the demo company, as CSV texts by file name."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from demo import clock
from demo import company as co
from demo.expected import funnel, marketing, outlook, receivables, retention, revenue, work
from demo.expected.customers import CohortSheet, StandingSheet
from demo.expected.facts import Facts
from demo.expected.ladder import AdSheet, BudgetSheet
from demo.expected.paths import PathSheet
from demo.expected.products import ClassSheet
from demo.tally import Sheet, period_end, period_start, periods, with_system
from demo.world import World


def as_of(world: World, day: dt.date) -> Sheet:
    """Some figures as they were known on a day: only what had been loaded by then, and had happened before it."""
    cut, sheet, extra = clock.day_start(day), Sheet(), world.extra
    late = {i for i, load in (extra.late_leads | extra.late_orders).items() if load > clock.day_start(day) + clock.DAY}
    leads = [
        x
        for x in world.crm.leads + [x for x in extra.deleted_leads if x.deleted_at >= cut]
        if x.created < cut and x.lead_id not in late
    ]
    deals = [x for x in world.crm.deals + [x for x in extra.deleted_deals if x.deleted_at >= cut] if x.created < cut]
    orders = [
        x
        for x in world.orders + [x for x in extra.deleted_orders if x.deleted_at >= cut]
        if x.created < cut and x.order_id not in late
    ]
    sheet.sums("leads_new", ((clock.day_of(x.created), {}, 1) for x in leads), grains=("month",))

    orders += [o for o in world.wholesale if o.created < cut]
    orders += [o for o in world.extra.overwritten if o.replaced_at >= cut]  # the number was its own until then
    rates = world.rates
    money, won_orders, won = [], set(), []
    for x in deals:
        t, stage = [h for h in x.history if h[0] < cut][-1]
        if stage == co.WON_STAGE[x.pipeline]:
            d = clock.day_of(t)
            won.append((d, {}, 1))
            money.append((d, {}, rates.to_base(x.amount, x.currency, d)))
            if x.order:
                won_orders.add(x.order.order_id)
    for o in orders:
        if o.paid and o.paid < cut and o.order_id not in won_orders:
            d = clock.day_of(o.paid)
            money.append((d, {}, rates.to_base(o.amount, o.currency, d)))
            if o.refund_at and o.refund_at < cut:
                d = clock.day_of(o.refund_at)
                money.append((d, {}, -rates.to_base(o.refund_amount, o.currency, d)))
    for r in world.given_back:
        if r.at < cut:
            d = clock.day_of(r.at)
            money.append((d, {}, -rates.to_base(r.amount, r.currency, d)))
    sheet.sums("deals_won", won, grains=("month",))
    sheet.sums("revenue", money, grains=("month",))
    counts: dict[dt.date, int] = defaultdict(int)
    for start in periods("month"):
        end = clock.day_start(period_end(start, "month"))
        if end > cut:
            break
        for x in deals:
            if x.created < end and co.SEMANTIC.get(("deal", [s for t, s in x.history if t < end][-1]), "P") == "P":
                counts[period_start(start, "month")] += 1
    for start, n in sorted(counts.items()):
        sheet.put("deals_active", "month", start, "all", "all", Decimal(n))
    facts = Facts(world)
    facts.deals = deals
    outlook.attention(facts, sheet, day - dt.timedelta(days=1))
    sheet.rows = [
        row for row in sheet.rows if row[3] != "channel"
    ]  # a lead that came later tells its deal's channel later
    return sheet


def expected_values(world: World, member=with_system) -> dict[str, str]:
    """member: the key that a member of a dimension has in the warehouse."""
    f = Facts(world)
    sheets = {
        "funnel": funnel.expected_values(f),
        "revenue": revenue.expected_values(f),
        "marketing": marketing.expected_values(f),
        "receivables": receivables.expected_values(f),
        "retention": retention.expected_values(f),
        **work.expected_values(f),
        "ad_performance": AdSheet(f),
        "ad_budgets": BudgetSheet(f),
        "cohort_money": CohortSheet(f),
        "customer_months": StandingSheet(f),
        "product_classes": ClassSheet(f),
        "touch_paths": PathSheet(f),
        "as_of_2026-06-01": as_of(world, dt.date(2026, 6, 1)),
    }
    texts = {name: sheet.text(member) if isinstance(sheet, Sheet) else sheet.text() for name, sheet in sheets.items()}
    return {f"{name}.csv.gz": text for name, text in texts.items()}
