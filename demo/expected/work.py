"""Productivity, delivery and reporting."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from statistics import median

from demo import clock
from demo import company as co
from demo.expected.facts import Facts
from demo.tally import GRAINS, MONTHLY, Sheet, period_end, period_start, periods, slice_grain


def _of(manager: int | None, **more) -> dict:
    return {"manager": manager, "team": co.TEAM_OF.get(manager), **more}


def _cells(start: dt.date, manager: int, grain: str, by: tuple = ("manager", "team")) -> list[tuple]:
    """The whole of a period, and the slices of it that are kept, which a manager's doing belongs to."""
    keys = {"manager": str(manager), "team": co.TEAM_OF[manager]}
    return [(start, "all", "all")] + [(start, d, keys[d]) for d in by if slice_grain(d) == grain]


def _of_call(a) -> dict:
    hour = (a.started + clock.MSK) % clock.DAY // 3600
    weekday = clock.day_of(a.started).isoweekday()
    return _of(a.manager, direction=a.direction, call_hour=f"{hour:02d}", call_weekday=str(weekday))


def activity(f: Facts, sheet: Sheet) -> None:
    by, acts, day = ("manager", "team"), f.world.crm.activities, clock.day_of
    sheet.sums(
        "calls_count",
        ((day(a.started), _of_call(a), 1) for a in acts if a.kind == "call"),
        (*by, "direction", "call_hour", "call_weekday"),
    )
    sheet.sums(
        "conversations_count",
        (
            (day(a.started), _of(a.manager), 1)
            for a in acts
            if a.kind == "call" and a.answered and a.ended - a.started - a.wait >= 60
        ),
        by,
    )
    sheet.sums(
        "emails_count",
        ((day(a.started), _of(a.manager), 1) for a in acts if a.kind == "email" and a.direction == "out"),
        by,
    )
    sheet.sums("meetings_scheduled", ((day(a.created), _of(a.manager), 1) for a in acts if a.kind == "meeting"), by)
    held = (a for a in acts if a.kind == "meeting" and a.done)
    sheet.sums("meetings_held", ((day(a.started), _of(a.manager), 1) for a in held), by)
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


def missed_calls(f: Facts, sheet: Sheet) -> None:
    """What the first conversation with the caller of a missed call, within a week of it, made of the call.

    A caller is a party, a lead of whom nobody knows more, or a number. The team called back, in time when it took it no more than 30 minutes of
    the firm's hours, or the caller called again. Without a conversation the call is open for a week, and lost after it; what
    came of a call from a withheld number nobody knows.
    """
    acts, day, week = f.world.crm.activities, clock.day_of, 7 * clock.DAY
    by = ("manager", "team", "call_hour", "call_weekday")

    def caller(a):
        lead = a.lead or (a.deal.lead if a.deal else None)
        if a.party or lead:
            return ("party", a.party.party_id) if a.party else ("lead", lead.lead_id)
        return a.phone if a.phone or a.queue else ("number", a.activity_id)

    calls = [a for a in acts if a.kind == "call"]
    talks: dict[object, list] = defaultdict(list)
    for a in sorted(calls, key=lambda a: a.started):
        if a.answered and caller(a) is not None:
            talks[caller(a)].append(a)
    incoming = [a for a in calls if a.direction == "in"]
    missed = [a for a in incoming if not a.answered]
    sheet.sums("missed_calls", ((day(a.started), _of_call(a), 1) for a in missed), by)
    sheet.ratios("missed_call_share", ((day(a.started), _of_call(a), int(not a.answered), 1) for a in incoming), by)
    fates: dict[str, list] = defaultdict(list)
    for a in missed:
        if caller(a) is None:
            continue
        talk = next((t for t in talks[caller(a)] if a.started <= t.started < a.started + week), None)
        place = (day(a.started), _of_call(a))
        if talk and talk.direction == "out":
            worked = clock.working_seconds(a.started, talk.started)
            fates["back"].append((*place, Decimal(worked) / 60, 1))
            fates["clock"].append((*place, Decimal(talk.started - a.started) / 60, 1))
        if talk is None and a.started + week > clock.END:
            fates["open"].append((*place, 1))
            continue
        in_time = bool(talk) and talk.direction == "out" and worked <= 30 * 60
        fates["in_time"].append((*place, int(in_time), 1))
        fates["called_back"].append((*place, int(bool(talk) and talk.direction == "out"), 1))
        fates["again"].append((*place, int(bool(talk) and talk.direction == "in"), 1))
        fates["lost"].append((*place, int(talk is None), 1))
    sheet.ratios("callback_in_time_share", fates["in_time"], by)
    sheet.ratios("callback_time_minutes", fates["back"], by)
    sheet.ratios("callback_time_clock_minutes", fates["clock"], by)
    for name, kind in (("callback_time_minutes_median", "back"), ("callback_time_clock_minutes_median", "clock")):
        for grain in MONTHLY:
            of_period: dict[dt.date, list[Decimal]] = defaultdict(list)
            for d, _, minutes, _ in fates[kind]:
                of_period[period_start(d, grain)].append(minutes)
            for start, minutes in sorted(of_period.items()):
                sheet.put(name, grain, start, "all", "all", median(minutes))
    sheet.ratios("called_back_share", fates["called_back"], by)
    sheet.ratios("called_again_share", fates["again"], by)
    sheet.ratios("lost_call_share", fates["lost"], by)
    sheet.sums("calls_open", fates["open"], by)


def load(f: Facts, sheet: Sheet) -> None:
    """Deals won, and leads contacted, over the managers who did something in the period, or for whom something came in.

    A contact is a call answered, a meeting held or something sent; one with the deal made of a lead is one with the lead.
    """
    day = clock.day_of
    won = [(day(x.won_at), x.manager, x.deal_id) for x in f.deals if x.won_at]
    contacted = []
    for a in f.world.crm.activities:
        lead = a.lead or (a.deal.lead if a.deal else None)
        if lead and f.is_contact(a) and a.started < clock.END:
            contacted.append((day(a.started), a.manager, lead.lead_id))
    acts = [(a.created if a.kind == "meeting" else a.started, a.manager) for a in f.world.crm.activities]
    acts += [(q.created, q.deal.manager) for q in f.world.crm.quotes if q.status != "DRAFT"]
    acts += [(x.created, x.manager) for x in [*f.leads, *f.deals]]
    active = {(day(t), m) for t, m in acts if m and t < clock.END} | {(d, m) for d, m, _ in won + contacted}
    for grain in MONTHLY:
        staff: dict[tuple, set] = defaultdict(set)
        for d, m in active:
            for cell in _cells(period_start(d, grain), m, grain):
                staff[cell].add(m)
        for kpi, facts in (("deals_per_manager", won), ("leads_per_manager", contacted)):
            things: dict[tuple, set] = defaultdict(set)
            for d, m, thing in facts:
                for cell in _cells(period_start(d, grain), m, grain):
                    things[cell].add(thing)
            for cell, people in sorted(staff.items()):
                start, dimension, key = cell
                a, b = len(things[cell]), len(people)
                sheet.put(kpi, grain, start, dimension, key, Decimal(a) / b, a, b)


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
    sheet.ratios("objections_open_share", ((d, dims, int(x.status == "open"), 1) for d, dims, x in rows), by)


def quotas(f: Facts, sheet: Sheet) -> None:
    plan = [
        (r["period_start"], r["employee_id"], Decimal(r["value"]))
        for r in f.world.files["targets"]
        if r["kpi_id"] == "quota_attainment"
    ]
    won = [(s.day, s.record.manager, s.amount) for s in f.sales if s.kind == "deal"]
    facts = [(d, _of(m), v, Decimal(0)) for d, m, v in won] + [(d, _of(m), Decimal(0), v) for d, m, v in plan]
    for grain in ("month", "quarter", "year"):
        whole = [fact for fact in facts if f.is_planned_whole(period_start(fact[0], grain), grain)]
        sheet.ratios("quota_attainment", whole, ("manager", "team"), grains=(grain,))
        goal, done = defaultdict(Decimal), defaultdict(Decimal)
        for d, m, v in plan:
            if v and f.is_planned_whole(period_start(d, grain), grain):
                goal[period_start(d, grain), m] += v
        for d, m, v in won:
            done[period_start(d, grain), m] += v
        # everybody who won something had a plan: the high band, from the whole plan on, is those who reached it
        reached: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
        for (start, m), v in goal.items():
            for cell in _cells(start, m, grain, ("team",)):
                reached[cell][0] += done[start, m] >= v
                reached[cell][1] += 1
        for (start, dimension, key), (a, b) in sorted(reached.items()):
            for kpi in ("reps_at_quota_share", "performance_band"):
                sheet.put(kpi, grain, start, dimension, key, Decimal(a) / b, a, b)


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


def burn_down(f: Facts, sheet: Sheet) -> None:
    """Points left, at the end of a period, of the sprints that ran on its last day; points done in a day of a sprint.

    A task of a sprint is there from the sprint's first day on, or from its own; done after the end, it was left over.
    """
    day = clock.day_of
    sprints = {s["sprint_id"]: s for s in f.world.files["sprints"]}
    tasks = [
        (
            sprints[t["sprint_id"]],
            t["points"],
            {"project": t["project"], "sprint": t["sprint_id"], "team": co.TEAM_OF[t["employee_id"]]},
            max(day(t["created_at"]), sprints[t["sprint_id"]]["starts_on"]),
            day(t["done_at"]) if t["done_at"] else None,
        )
        for t in f.world.files["tasks"]
    ]
    for grain in (*GRAINS, "day"):
        for start in periods(grain):
            last = min(period_end(start, grain) - dt.timedelta(days=1), clock.LAST_DAY)
            left: dict[tuple, int] = defaultdict(int)
            for sprint, points, dims, entered, done in tasks:
                if entered <= last <= sprint["ends_on"] and not (done and done <= last):
                    left["all", "all"] += points
                    if grain in ("week", "month"):
                        for dimension in ("sprint",) if grain == "week" else ("project", "team"):
                            left[dimension, dims[dimension]] += points
            for cell in sorted(left):
                sheet.put("sprint_burn", grain, start, *cell, left[cell])
    facts = []
    for s in sprints.values():
        for k in range((s["ends_on"] - s["starts_on"]).days + 1):
            d = s["starts_on"] + dt.timedelta(days=k)
            if d <= clock.LAST_DAY:
                facts.append((d, {"project": s["project"]}, 0, 1))
    facts += [
        (done, {"project": dims["project"]}, points, 0)
        for sprint, points, dims, entered, done in tasks
        if done and entered <= done <= sprint["ends_on"]
    ]
    sheet.ratios("burn_rate", facts, ("project",))


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


def expected_values(f: Facts) -> dict[str, Sheet]:
    sheets = {
        "productivity": (activity, missed_calls, load, requests, objections, quotas, time_and_tools),
        "delivery": (delivery, burn_down),
        "reporting": (reporting,),
    }
    out = {}
    for name, parts in sheets.items():
        out[name] = Sheet()
        for part in parts:
            part(f, out[name])
    return out
