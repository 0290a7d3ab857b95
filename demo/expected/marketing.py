"""The site, ads and letters."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import numpy as np

from demo import clock
from demo import company as co
from demo.expected.facts import PLATFORM_CHANNEL, Facts, campaign_of
from demo.tally import GRAINS, MONTHLY, Sheet, period_end, period_start, periods, slice_grain

DEVICES = {1: "desktop", 2: "mobile", 3: "tablet", 4: "tv"}
NO_ORIGIN = {"direct", "call", "(none)"}


class Visits:
    """The web arrays with a month and the dimensions of each session."""

    def __init__(self, f: Facts):
        web = self.web = f.world.web
        self.days = clock.local_day(web.start).astype("datetime64[D]")
        origins = web.origins
        self.dims = {
            "channel": np.array([o.channel for o in origins], dtype=object)[web.origin],
            "landing_page": np.array(co.LANDINGS, dtype=object)[web.landing],
            "device": np.array([DEVICES[d] for d in (1, 2, 3, 4)], dtype=object)[web.device - 1],
            "region": np.array(co.REGIONS, dtype=object)[web.city],
            "campaign": np.array([campaign_of(o) for o in origins], dtype=object)[web.origin],
        }
        self.reached = {k: [g for g, _ in v] for k, v in web.goals.items()}


def site(f: Facts, sheet: Sheet) -> None:
    v = Visits(f)
    ones = np.ones(len(v.days), dtype=int)
    sheet.columns(
        "visits", v.days, {d: v.dims[d] for d in ("channel", "landing_page", "device", "region")}, ones, daily=True
    )
    sheet.columns(
        "bounce_rate",
        v.days,
        {d: v.dims[d] for d in ("landing_page", "channel", "campaign", "device")},
        v.web.bounce.astype(int),
        ones,
    )
    hit_days = clock.local_day(v.web.hit_time).astype("datetime64[D]")
    pages = {"channel": v.dims["channel"][v.web.hit_session], "page": np.array(co.PAGES, dtype=object)[v.web.hit_page]}
    sheet.columns("page_views", hit_days, pages, np.ones(len(hit_days), dtype=int))

    dates = v.days.astype(object).tolist()
    clients = v.web.client.tolist()
    names = dict(co.GOALS)
    for grain in (*GRAINS, "day"):
        visitors, done = defaultdict(set), defaultdict(set)
        starts = [period_start(d, grain) for d in dates]
        by = ("channel", "campaign", "landing_page", "device")
        columns = [(d, v.dims[d].tolist()) for d in by if slice_grain(d) == grain]
        for k, start in enumerate(starts):
            cells = [(start, "all", "all")] + [(start, d, keys[k]) for d, keys in columns if keys[k] is not None]
            for cell in cells if clients[k] else ():  # a visit without a browser is no visitor
                visitors[cell].add(clients[k])
                if k in v.reached:
                    done[cell].add(clients[k])
            if grain == "month":
                for goal in v.reached.get(k, ()):
                    done[start, "goal", names[goal]].add(clients[k])
        for cell in sorted(visitors, key=lambda c: (c[1] != "all", c[1], c[0], c[2])):
            start, dimension, key = cell
            n = len(visitors[cell])
            if dimension in ("all", "channel"):
                sheet.put("users_active", grain, start, dimension, key, n)
            if grain != "day":
                sheet.put(
                    "site_conversion_rate",
                    grain,
                    start,
                    dimension,
                    key,
                    Decimal(len(done[cell])) / n,
                    len(done[cell]),
                    n,
                )
        for cell in sorted((c for c in done if c[1] == "goal"), key=lambda c: (c[0], c[2])):
            n = len(visitors[cell[0], "all", "all"])
            sheet.put(
                "site_conversion_rate",
                grain,
                cell[0],
                "goal",
                cell[2],
                Decimal(len(done[cell])) / n,
                len(done[cell]),
                n,
            )


def ads(f: Facts, sheet: Sheet) -> None:
    """Spend without VAT; revenue and new customers by the last touch that was not direct."""
    rows = f.ad_costs
    paid = set(PLATFORM_CHANNEL.values())
    sheet.sums(
        "ad_spend",
        ((d, dims, cost) for d, dims, cost, _ in rows),
        ("channel", "campaign", "source_system"),
        daily=False,
    )
    sheet.ratios("cpc", rows, ("channel", "campaign"), told=True)
    earned = [(s.day, f.attribution[s.key], s.amount) for s in f.sales] + [
        (r.day, f.attribution[r.sale.key], -r.amount) for r in f.refunds if r.sale
    ]
    earned = [(d, {"channel": c, **({"campaign": m} if m else {})}, v) for d, (c, m), v in earned if c in paid]
    sheet.ratios(
        "rpc",
        [(d, dims, v, 0) for d, dims, v in earned] + [(d, dims, Decimal(0), n) for d, dims, _, n in rows],
        ("channel", "campaign"),
    )
    sheet.ratios(
        "roi",
        [(d, dims, v, Decimal(0)) for d, dims, v in earned] + [(d, dims, -cost, cost) for d, dims, cost, _ in rows],
        ("channel", "campaign"),
    )

    spend = [(d, dims, cost, 0) for d, dims, cost, _ in rows]
    by = ("channel", "campaign")
    outlay = [(d, dims, Decimal(0), cost) for d, dims, cost, _ in rows]
    sheet.ratios("roas", [(d, dims, v, Decimal(0)) for d, dims, v in earned] + outlay, by)
    sheet.ratios("ad_spend_share", [(d, dims, Decimal(0), v) for d, dims, v in earned] + spend, by, told=True)
    revenue = [(s.day, {}, s.amount) for s in f.sales] + [(r.day, {}, -r.amount) for r in f.refunds]
    sheet.ratios("blended_ad_spend_share", [(d, {}, Decimal(0), v) for d, _, v in revenue] + spend, told=True)
    firsts = {s.key for s in f.first_sale.values()}
    first_money = [(s.day, f.attribution[s.key], s.amount) for s in f.sales if s.key in firsts] + [
        (r.day, f.attribution[r.sale.key], -r.amount) for r in f.refunds if r.sale and r.sale.key in firsts
    ]
    brought = [(d, {"channel": c, **({"campaign": m} if m else {})}, v) for d, (c, m), v in first_money if c in paid]
    sheet.ratios("new_customer_roas", [(*x, Decimal(0)) for x in brought] + outlay, by)
    shown = [(s.day, dims, Decimal(0), s.impressions) for s, (_, dims, _, _) in zip(f.world.spend, rows)]
    sheet.ratios("cpm", [(d, dims, 1000 * cost, 0) for d, dims, cost, _ in rows] + shown, by, told=True)
    sheet.ratios("ctr", [(d, dims, n, 0) for d, dims, _, n in rows] + shown, by)
    sold = [(s.day, f.attribution[s.key]) for s in f.sales]
    sold = [(d, {"channel": c, **({"campaign": m} if m else {})}, 0, 1) for d, (c, m) in sold if c in paid]
    sheet.ratios("cpo", spend + sold, by, told=True)
    touched = []  # a sale counts where the default attribution credits it
    for s in f.sales:
        if path := f.paths[s.key]:
            c, m = f.attribution[s.key]
            dims = {"channel": c, **({"campaign": m} if m else {})}
            touched.append((s.day, dims, len(path), Decimal(s.decided - path[0][0]) / clock.DAY))
    sheet.ratios("touches_to_sale", [(d, dims, n, 1) for d, dims, n, _ in touched], by)
    sheet.ratios("days_to_sale", [(d, dims, days, 1) for d, dims, _, days in touched], by)
    asked = [(clock.day_of(x.created), f.lead_dims(x), 1, 0) for x in f.leads if f.lead_dims(x)["channel"] in paid]
    sheet.ratios("click_to_lead", asked + [(d, dims, 0, n) for d, dims, _, n in rows], by)
    sheet.ratios(
        "cpa",
        spend + [(d, dims, Decimal(0), 1) for d, dims in f.new_customers if dims["channel"] in paid],
        ("channel", "campaign"),
        told=True,
    )
    sheet.sums("new_customers", ((d, dims, 1) for d, dims in f.new_customers), ("channel",))
    sheet.ratios("cac", f.acquisition, ("channel",), grains=MONTHLY, told=True)
    leads = [
        (clock.day_of(x.created), f.lead_dims(x), Decimal(0), 1)
        for x in f.leads
        if f.lead_dims(x)["channel"] != "(unknown)"
    ]
    sheet.ratios("cpl", spend + [(*x, 0) for x in f.outlays] + leads, ("channel",), grains=MONTHLY, told=True)


def returns(f: Facts, sheet: Sheet) -> None:
    """ROMI: the profit, on what has a known cost, of sales attributed to an origin, against ads and other acquisition.

    A slice where nothing sold, or nothing that was not given back, has a known cost goes by its revenue.
    """
    cost, profit, earned, costed = (defaultdict(Decimal) for _ in range(4))

    def cells(day: dt.date, channel: str | None, campaign: str | None) -> list[tuple]:
        slices = [("all", "all"), ("channel", channel), ("campaign", campaign)]
        return [
            (grain, period_start(day, grain), dimension, key)
            for dimension, key in slices
            if key
            for grain in (MONTHLY if dimension == "all" else (slice_grain(dimension),))
        ]

    for day, dims, amount, _ in f.ad_costs:
        for cell in cells(day, dims["channel"], dims["campaign"]):
            cost[cell] += amount
    for day, dims, amount in f.outlays:
        for cell in cells(day, dims.get("channel"), "(unallocated)"):
            cost[cell] += amount
    for day, sale, _, _, amount, margin in f.margins:
        channel, campaign = f.attribution[sale.key] if sale else ("(none)", None)
        if channel not in NO_ORIGIN:
            for cell in cells(day, channel, campaign):
                earned[cell] += amount
                if margin is not None:
                    profit[cell] += margin
                    costed[cell] += amount
    for cell in sorted(cost, key=lambda c: (c[2] != "all", c[2], c[0], c[1], c[3])):
        gain = (profit if round(costed[cell], 2) else earned)[cell] - cost[cell]
        sheet.put("romi", *cell, gain / cost[cell], gain, cost[cell])


def channel_values(f: Facts, sheet: Sheet) -> None:
    """CLTV of the customers whom each channel brought, at each month's end; the whole is everybody's."""
    for grain in MONTHLY:
        for start in periods(grain):
            for channel, v in sorted(f.lifetime_values(period_end(start, grain), f.came_by).items()):
                dimension = "all" if channel == "all" else "channel"
                if dimension == "all" or grain == "month":
                    sheet.put(
                        "channel_ltv", grain, start, dimension, channel, v.revenue / v.buyers, v.revenue, v.buyers
                    )


def letters(f: Facts, sheet: Sheet) -> None:
    """A letter is one copy to one reader; letters count in the period their campaign was sent."""
    facts = [
        (clock.day_of(c["sent_at"]), {"email_campaign": c["campaign_id"]}, c) for c in f.world.files["email_campaigns"]
    ]
    sheet.ratios(
        "email_open_rate", ((d, dims, c["opened_unique"], c["delivered"]) for d, dims, c in facts), ("email_campaign",)
    )
    sheet.ratios(
        "email_click_rate",
        ((d, dims, c["clicked_unique"], c["delivered"]) for d, dims, c in facts),
        ("email_campaign",),
    )


def expected_values(f: Facts) -> Sheet:
    sheet = Sheet()
    for part in (site, ads, returns, channel_values, letters):
        part(f, sheet)
    return sheet
