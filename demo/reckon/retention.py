"""Active customers, churn, opinions."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from decimal import Decimal

from demo import clock
from demo import company as co
from demo.reckon.facts import Facts
from demo.tally import GRAINS, Sheet, period_end, period_start, periods

ACTIVITY = 180 * clock.DAY


def active_at(f: Facts, end: int) -> dict[int, str]:
    """Segment of each known customer who bought in the 180 days before `end` or has a contract active on its eve."""
    found = {}
    for s in f.sales[
        bisect_left(f.sales, end - ACTIVITY, key=lambda x: x.at) : bisect_left(f.sales, end, key=lambda x: x.at)
    ]:
        if s.party:
            found[s.party.party_id] = f.segment(s.party)
    day = clock.day_of(end - 1)
    for c in f.world.files["contracts"]:
        if c["starts_on"] <= day <= c["ends_on"] and not (c["cancelled_on"] and c["cancelled_on"] <= day):
            found[c["customer"].party_id] = f.segment(c["customer"])
    return found


def base(f: Facts, sheet: Sheet) -> None:
    revenue: dict[tuple, Decimal] = defaultdict(Decimal)
    for day, dims, amount in f.money:
        for grain in GRAINS:
            revenue[grain, period_start(day, grain), "all"] += amount
        revenue["month", period_start(day, "month"), dims["customer_segment"]] += amount
    for grain in GRAINS:
        for start in periods(grain):
            before = active_at(f, clock.day_start(start))
            after = active_at(f, min(clock.day_start(period_end(start, grain)), clock.END))
            segments = ["all"] + (sorted(set(before.values()) | set(after.values())) if grain == "month" else [])
            for segment in segments:
                a = {p for p, s in before.items() if segment in ("all", s)}
                b = {p for p, s in after.items() if segment in ("all", s)}
                dimension = "all" if segment == "all" else "customer_segment"
                sheet.put("customers_active", grain, start, dimension, segment, len(b))
                if a:
                    sheet.put(
                        "retention_rate",
                        grain,
                        start,
                        dimension,
                        segment,
                        Decimal(len(a & b)) / len(a),
                        len(a & b),
                        len(a),
                    )
                    sheet.put(
                        "churn_rate", grain, start, dimension, segment, Decimal(len(a - b)) / len(a), len(a - b), len(a)
                    )
                mean = Decimal(len(a) + len(b)) / 2
                if mean:
                    earned = revenue[grain, start, segment]
                    sheet.put("arpu", grain, start, dimension, segment, earned / mean, earned, mean)


def lifetime(f: Facts, sheet: Sheet) -> None:
    """Net revenue to date of known customers over customers who have ever bought, at each month's end."""
    for start in periods("month"):
        end = period_end(start, "month")
        earned = sum((s.amount for s in f.sales if s.party and s.day < end), Decimal(0)) - sum(
            (r.amount for r in f.refunds if r.sale.party and r.day < end), Decimal(0)
        )
        buyers = sum(1 for s in f.first_sale.values() if s.day < end)
        sheet.put("cltv", "month", start, "all", "all", earned / buyers, earned, buyers)


def payers(f: Facts, sheet: Sheet) -> None:
    """Revenue over the known customers who bought in the period."""
    for grain in GRAINS:
        earned: dict = defaultdict(Decimal)
        people: dict = defaultdict(set)
        for day, _, amount in f.money:
            earned[period_start(day, grain)] += amount
        for s in f.sales:
            if s.party:
                people[period_start(s.day, grain)].add(s.party.party_id)
        for start, found in sorted(people.items()):
            sheet.put("arppu", grain, start, "all", "all", earned[start] / len(found), earned[start], len(found))


def opinions(f: Facts, sheet: Sheet) -> None:
    nps, csat = [], []
    for r in f.world.files["survey_responses"]:
        dims = {
            "manager": r["employee_id"],
            "team": co.TEAM_OF[r["employee_id"]] if r["employee_id"] else None,
            "product_group": r["product_group"],
        }
        day = clock.day_of(r["answered_at"])
        if r["survey"] == "nps":
            nps.append((day, dims, 100 * ((r["score"] >= 9) - (r["score"] <= 6)), 1))
        else:
            csat.append((day, dims, int(r["score"] >= 4), 1))
    sheet.ratios("nps", nps, ("manager", "team", "product_group"))
    sheet.ratios("csat", csat, ("manager", "team", "product_group"))
    reviews = [
        (
            clock.day_of(r["created_at"]),
            {"product_group": co.GROUP_OF[r["product_id"]], "channel": r["channel"]},
            int(r["sentiment"] == "positive"),
            1,
        )
        for r in f.world.files["reviews"]
    ]
    sheet.ratios("positive_response_share", reviews, ("product_group",))


def reckon(f: Facts) -> Sheet:
    sheet = Sheet()
    for part in (base, lifetime, payers, opinions):
        part(f, sheet)
    return sheet
