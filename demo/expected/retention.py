"""Active customers, churn, opinions."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from decimal import Decimal

from demo import clock
from demo import company as co
from demo.expected.facts import Facts
from demo.tally import GRAINS, MONTHLY, Sheet, period_end, period_start, periods, slice_grain

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
    for day, dims, amount in f.known_money:
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


def by_kind(f: Facts, sheet: Sheet) -> None:
    """Of each kind of sale: what known customers paid over the mean of those who bought so in the 180 days before either end of a month."""
    earned: dict[tuple, Decimal] = defaultdict(Decimal)
    for day, dims, amount in f.known_money:
        earned[period_start(day, "month"), dims["sale_kind"]] += amount
    for start in periods("month"):
        ends = clock.day_start(start), min(clock.day_start(period_end(start, "month")), clock.END)
        for kind in ("deal", "order"):
            people = (
                {s.party.party_id for s in f.sales if s.party and s.kind == kind and end - ACTIVITY <= s.at < end}
                for end in ends
            )
            if mean := Decimal(sum(map(len, people))) / 2:
                money = earned[start, kind]
                sheet.put("arpu", "month", start, "sale_kind", kind, money / mean, money, mean)


def values(f: Facts, sheet: Sheet) -> None:
    """Net revenue to date of known customers over customers who have ever bought, at each period's end.

    The profit of it goes by the gross margin to date, that is of what has a known cost; LTV/CAC sets it against the
    cost of a new customer in the period.
    """
    costs = _acquisition_costs(f)
    for grain in MONTHLY:
        for start in periods(grain):
            end = period_end(start, grain)
            for channel, v in sorted(f.lifetime_values(end, f.came_by).items()):
                dimension = "all" if channel == "all" else "channel"
                cltv = v.revenue / v.buyers
                if dimension == "all":
                    sheet.put("cltv", grain, start, "all", "all", cltv, v.revenue, v.buyers)
                elif grain != "month":
                    continue
                if v.costed:
                    sheet.put("ltp", grain, start, dimension, channel, cltv * v.profit / v.costed)
                cost, new = costs.get((grain, start, channel), (Decimal(0), 0))
                if cost and new:
                    sheet.put("ltv_cac_ratio", grain, start, dimension, channel, cltv * new / cost, cltv, cost / new)
    month_of = {party: s.day.replace(day=1).isoformat() for party, s in f.first_sale.items()}
    for start in periods("year"):
        for cohort, v in sorted(f.lifetime_values(period_end(start, "year"), month_of).items()):
            if cohort != "all":
                sheet.put("cltv", "year", start, "cohort", cohort, v.revenue / v.buyers)
                sheet.put("ltp", "year", start, "cohort", cohort, v.revenue / v.buyers * v.profit / v.costed)


def _acquisition_costs(f: Facts) -> dict[tuple, tuple[Decimal, int]]:
    """Cost of acquisition and new customers of each period, in all and by channel."""
    found: dict[tuple, tuple[Decimal, int]] = {}
    for day, dims, cost, new in f.acquisition:
        for grain in MONTHLY:
            for channel in {"all", dims.get("channel", "all")}:
                cell = (grain, period_start(day, grain), channel)
                a, b = found.get(cell, (Decimal(0), 0))
                found[cell] = (a + cost, b + new)
    return found


def leavers(f: Facts, sheet: Sheet) -> None:
    """Days from the first purchase to the last one, or to the end of the last contract if that is later.

    Over the customers who ceased to be active in the period and have not come back by the as-of day.
    """
    last: dict[int, dt.date] = {}
    active_until: dict[int, dt.date] = {}
    for s in f.sales:
        if s.party:
            last[s.party.party_id] = s.day
            active_until[s.party.party_id] = s.day + dt.timedelta(days=ACTIVITY // clock.DAY)
    for c in f.world.files["contracts"]:
        party = c["customer"].party_id
        ended = c["cancelled_on"] or c["ends_on"] + dt.timedelta(days=1)  # at the end of its last day
        last[party], active_until[party] = max(last[party], ended), max(active_until[party], ended)
    left = [
        (
            day,
            {"channel": f.came_by[p], "cohort": f.first_sale[p].day.replace(day=1)},
            (last[p] - f.first_sale[p].day).days,
            1,
        )
        for p, day in active_until.items()
        if day <= clock.LAST_DAY
    ]
    sheet.ratios("customer_lifetime_days", left, ("channel", "cohort"))


def returning(f: Facts, sheet: Sheet) -> None:
    """Known buyers of the period who had bought at least twice by its end, over all of them.

    In a slice, the buyers are those who bought in it; what they bought elsewhere makes them come back all the same.
    """
    for grain in GRAINS:
        times: dict[int, int] = defaultdict(int)
        bought: dict[tuple, set] = defaultdict(set)
        again: dict[dt.date, set] = defaultdict(set)
        for s in f.sales:
            if not s.party:
                continue
            party, start = s.party.party_id, period_start(s.day, grain)
            times[party] += 1
            slices = [("all", "all"), ("channel", s.dims["channel"])]
            slices += [("product_group", g) for g in {line[1] for line in s.lines}]
            slices += [("cohort", f.first_sale[party].day.replace(day=1).isoformat())]
            for dimension, key in slices:
                if dimension == "all" or slice_grain(dimension) == grain:
                    bought[start, dimension, key].add(party)
            if times[party] >= 2:
                again[start].add(party)
        for (start, dimension, key), found in sorted(bought.items()):
            a, b = len(found & again[start]), len(found)
            sheet.put("repeat_purchase_rate", grain, start, dimension, key, Decimal(a) / b, a, b)


def engagement(f: Facts, sheet: Sheet) -> None:
    """Customers active at the end of a period who did something of their own in it.

    That is: came to the site, opened a letter, called, wrote, or answered a survey.
    """
    did = [(t, party) for party, times in f.sessions_of.items() for t in times]
    did += [
        (e["occurred_at"], e["customer"].party_id)
        for e in f.world.files["email_events"]
        if e["event"] in ("opened", "clicked")
    ]
    did += [(r["answered_at"], r["customer"].party_id) for r in f.world.files["survey_responses"]]
    for a in f.world.crm.activities:
        party = a.deal.party if a.deal else a.lead.party if a.lead else a.party
        if a.direction == "in" and party:
            did.append((a.started, party.party_id))
    days = [(clock.day_of(t), party) for t, party in did if t < clock.END]
    for grain in GRAINS:
        seen: dict[dt.date, set] = defaultdict(set)
        for day, party in days:
            seen[period_start(day, grain)].add(party)
        for start in periods(grain):
            active = active_at(f, min(clock.day_start(period_end(start, grain)), clock.END))
            slices: dict[tuple, set] = defaultdict(set)
            for party, segment in active.items():
                slices["all", "all"].add(party)
                if grain == "month":
                    slices["channel", f.came_by[party]].add(party)
                    slices["customer_segment", segment].add(party)
            for cell, people in sorted(slices.items()):
                a, b = len(people & seen[start]), len(people)
                sheet.put("customer_engagement", grain, start, *cell, Decimal(a) / b, a, b)


def payers(f: Facts, sheet: Sheet) -> None:
    """Revenue of known customers over those of them who bought in the period."""
    for grain in GRAINS:
        earned: dict = defaultdict(Decimal)
        people: dict = defaultdict(set)
        for day, _, amount in f.known_money:
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


def expected_values(f: Facts) -> Sheet:
    sheet = Sheet()
    for part in (base, by_kind, values, leavers, returning, engagement, payers, opinions):
        part(f, sheet)
    return sheet
