"""Productivity, delivery and reporting."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from itertools import pairwise

from demo import clock
from demo import company as co
from demo.reckon.facts import Facts
from demo.tally import GRAINS, Sheet, period_end, period_start, periods


def _of(manager: int, **more) -> dict:
    return {"manager": manager, "team": co.TEAM_OF[manager], **more}


def activity(f: Facts, sheet: Sheet) -> None:
    by, acts, day = ("manager", "team"), f.world.crm.activities, clock.day_of
    sheet.sums(
        "calls_count",
        ((day(a.started), _of(a.manager, direction=a.direction), 1) for a in acts if a.kind == "call"),
        (*by, "direction"),
    )
    sheet.sums(
        "conversations_count",
        (
            (day(a.started), _of(a.manager), 1)
            for a in acts
            if a.kind == "call" and a.answered and a.ended - a.started >= 60
        ),
        by,
    )
    sheet.sums(
        "emails_count",
        ((day(a.started), _of(a.manager), 1) for a in acts if a.kind == "email" and a.direction == "out"),
        by,
    )
    sheet.sums("meetings_scheduled", ((day(a.created), _of(a.manager), 1) for a in acts if a.kind == "meeting"), by)
    for kpi, kind in (
        ("presentations_count", "presentation"),
        ("referral_requests", "referral_request"),
        ("social_engagements", "social"),
    ):
        sheet.sums(kpi, ((day(a.started), _of(a.manager), 1) for a in acts if a.kind == kind and a.done), by)
    sheet.sums(
        "proposals_count",
        ((day(q.created), _of(q.deal.manager), 1) for q in f.world.crm.quotes if q.status != "DRAFT"),
        by,
    )


def requests(f: Facts, sheet: Sheet) -> None:
    """Working time from a lead's creation to its conversion or rejection, by the day it was closed."""
    closed = [(x, x.history[-1][0]) for x in f.leads if x.status in ("CONVERTED", "JUNK")]
    facts = [(clock.day_of(t), _of(x.manager), Decimal(clock.working_seconds(x.created, t)) / 60, 1) for x, t in closed]
    sheet.ratios("request_handling_minutes", facts, ("manager", "team"))


def objections(f: Facts, sheet: Sheet) -> None:
    by = ("objection_type", "manager", "team")
    rows = [
        (clock.day_of(o["recorded_at"]), _of(o["employee_id"], objection_type=o["objection_type"]), o["deal"])
        for o in f.world.files["objections"]
    ]
    sheet.sums("objections_count", ((d, dims, 1) for d, dims, _ in rows), by)
    sheet.sums("objections_handled", ((d, dims, 1) for d, dims, x in rows if x.won_at), by)
    sheet.ratios(
        "objection_handling_rate", ((d, dims, int(bool(x.won_at)), 1) for d, dims, x in rows if x.status != "open"), by
    )


def quotas(f: Facts, sheet: Sheet) -> None:
    plan = [
        (r["period_start"], r["employee_id"], Decimal(r["value"]))
        for r in f.world.files["targets"]
        if r["kpi_id"] == "quota_attainment"
    ]
    won = [(s.day, s.record.manager, s.amount) for s in f.sales if s.kind == "deal"]
    facts = [(d, _of(m), v, Decimal(0)) for d, m, v in won] + [(d, _of(m), Decimal(0), v) for d, m, v in plan]
    sheet.ratios("quota_attainment", facts, ("manager", "team"), grains=("month", "quarter", "year"))
    for grain in ("month", "quarter", "year"):
        goal, done = defaultdict(Decimal), defaultdict(Decimal)
        for d, m, v in plan:
            goal[period_start(d, grain), m] += v
        for d, m, v in won:
            done[period_start(d, grain), m] += v
        reached: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
        for (start, m), v in goal.items():
            for cell in [(start, "all", "all")] + ([(start, "team", co.TEAM_OF[m])] if grain == "month" else []):
                reached[cell][0] += done[start, m] >= v
                reached[cell][1] += 1
        for (start, dimension, key), (a, b) in sorted(reached.items()):
            sheet.put("reps_at_quota_share", grain, start, dimension, key, Decimal(a) / b, a, b)


def time_and_tools(f: Facts, sheet: Sheet) -> None:
    entries = f.world.files["time_entries"]
    for kpi, category in (
        ("selling_time_share", "selling"),
        ("data_entry_time_share", "data_entry"),
        ("content_time_share", "content"),
    ):
        sheet.ratios(
            kpi,
            (
                (e["date"], _of(e["employee_id"]), e["minutes"] if e["category"] == category else 0, e["minutes"])
                for e in entries
            ),
            ("manager", "team"),
        )
    stock, usage = f.world.files["materials"], f.world.files["material_usage"]
    for grain in GRAINS:
        tools, used = defaultdict(set), defaultdict(set)
        for u in f.world.files["tool_usage"]:
            tools[period_start(u["date"], grain), u["employee_id"]].add(u["tool"])
        people: dict[dt.date, list[int]] = defaultdict(list)
        for (start, _), names in sorted(tools.items()):
            people[start].append(len(names))
        for start, counts in sorted(people.items()):
            sheet.put(
                "sales_tools_used",
                grain,
                start,
                "all",
                "all",
                Decimal(sum(counts)) / len(counts),
                sum(counts),
                len(counts),
            )
        for u in usage:
            used[period_start(clock.day_of(u["used_at"]), grain)].add(u["material_id"])
        for start in periods(grain):
            end = period_end(start, grain)
            ready = [
                m["material_id"]
                for m in stock
                if m["available_from"] < end and (m["available_to"] is None or m["available_to"] >= start)
            ]
            n = len(used[start] & set(ready))
            sheet.put("collateral_usage_share", grain, start, "all", "all", Decimal(n) / len(ready), n, len(ready))


def delivery(f: Facts, sheet: Sheet) -> None:
    tasks, sprints = f.world.files["tasks"], f.world.files["sprints"]
    bugs = defaultdict(int)
    for s in sprints:
        lo, hi = clock.day_start(s["starts_on"]), clock.day_start(s["ends_on"] + dt.timedelta(days=1))
        bugs[s["sprint_id"]] = sum(
            1 for t in tasks if t["kind"] == "bug" and t["project"] == s["project"] and lo <= t["created_at"] < hi
        )
    ended = [s for s in sprints if s["ends_on"] <= clock.LAST_DAY]
    sheet.ratios(
        "bugs_per_sprint",
        ((s["ends_on"], {"project": s["project"]}, bugs[s["sprint_id"]], 1) for s in ended),
        ("project",),
    )
    log = defaultdict(list)
    for c in f.world.files["task_status_changes"]:
        log[c["task_id"]].append((c["entered_at"], c["status_class"]))
    flow = []
    for t in tasks:
        if t["done_at"]:
            path = sorted(log[t["task_id"]])
            active = sum(b - a for (a, kind), (b, _) in pairwise(path) if kind == "active")
            flow.append((clock.day_of(t["done_at"]), {"project": t["project"]}, active, t["done_at"] - t["started_at"]))
    sheet.ratios("flow_efficiency", flow, ("project",))


def reporting(f: Facts, sheet: Sheet) -> None:
    """On time: published within the day it was due; here every run that was not an hour late or failed."""
    runs = f.world.files["pipeline_runs"]
    facts = [(clock.day_of(r["scheduled_for"]), {"report": r["report"]}, r) for r in runs]
    sheet.ratios(
        "report_availability",
        (
            (d, dims, int(r["status"] == "published" and r["finished_at"] <= r["scheduled_for"]), 1)
            for d, dims, r in facts
        ),
        ("report",),
    )
    sheet.ratios(
        "report_accuracy",
        ((d, dims, r["checks_passed"], r["checks_run"]) for d, dims, r in facts if r["status"] == "published"),
        ("report",),
    )


def reckon(f: Facts) -> dict[str, Sheet]:
    sheets = {
        "productivity": (activity, requests, objections, quotas, time_and_tools),
        "delivery": (delivery,),
        "reporting": (reporting,),
    }
    out = {}
    for name, parts in sheets.items():
        out[name] = Sheet()
        for part in parts:
            part(f, out[name])
    return out
