"""The tables of the entity contract that the firm fills by hand or from smaller tools."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pandas as pd

from demo import clock
from demo import company as co
from demo.backoffice import customer_ref

CSV = {
    "expenses": "cp1251",
    "targets": "utf-8",
    "ad_spend": "cp1251",
    "competitor_prices": "cp1251",
    "pipeline_runs": "utf-8",
    "forecasts": "utf-8",
    "exchange_rates": "utf-8",
    "working_calendar": "utf-8",
    "channel_rules": "utf-8",
}


def _text(value, comma: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal | float):
        return str(value).replace(".", ",") if comma else str(value)
    return str(value)


def frame(name: str, rows: list[dict]) -> pd.DataFrame:
    """Rows as text; keys in *_at are instants, in *_minor kopecks; that of WHEN gives the load stamp."""
    when = WHEN.get(name)
    comma = CSV.get(name) == "cp1251"
    out = []
    for row in rows:
        line = {}
        for key, value in row.items():
            if key == "customer":
                line["customer_id"] = customer_ref(value)
                if name == "email_events":
                    line["email"] = value.email
            elif key in ("deal", "months", "known"):
                continue
            elif key.endswith("_minor"):
                line[{"total_minor": "total_amount", "price_minor": "price"}.get(key, key[:-6])] = _text(
                    Decimal(value) / 100, comma
                )
            elif (key.endswith("_at") or key == "scheduled_for") and not isinstance(value, str):
                line[key] = "" if value is None else clock.iso_one(value)
            else:
                line[key] = _text(value, comma)
        stamp = row.get(when) if when else None
        if isinstance(stamp, dt.date):
            stamp = clock.day_start(stamp)
        if stamp is None:  # still going on, or known from the start
            stamp = clock.END - 1 if when else clock.START - 3 * clock.DAY
        line["_load"] = int(clock.night_after(stamp))
        out.append(line)
    return pd.DataFrame(out)


def ad_spend(world) -> list[dict]:
    names = {c[0]: c[1] for c in co.VK_CAMPAIGNS}
    return [
        {
            "date": s.day,
            "platform": "vk",
            "account_id": "vk-77120",
            "campaign_id": s.campaign_id,
            "campaign_name": names.get(s.campaign_id, world.campaign_names.get(s.campaign_id, "")),
            "impressions": s.impressions,
            "clicks": s.clicks,
            "cost_minor": s.cost,
            "currency": "RUB",
            "cost_includes_vat": False,
            "conversions": s.conversions,
            "utm_source": "vk" if s.campaign_id else None,
            "utm_medium": "cpc" if s.campaign_id else None,
            "utm_campaign": s.campaign_id,
        }
        for s in world.spend
        if s.platform == "vk"
    ]


def customers(world) -> list[dict]:
    """The customers that the firm's own lists name, with the e-mail that ties them to the CRM and the shop."""
    named = {}
    for name in ("contracts", "email_events", "survey_responses", "reviews"):
        for row in world.files[name]:
            named[row["customer"].party_id] = row["customer"]
    for record in [*world.wholesale, *world.extra.overwritten, *world.given_back]:
        named[record.party.party_id] = record.party
    return [{"customer_id": customer_ref(p), "kind": p.kind, "email": p.email} for _, p in sorted(named.items())]


def wholesale(world) -> dict[str, list[dict]]:
    """The wholesale department's bookkeeping: orders, their lines, refunds; a return may be an order of less than nothing."""
    orders, lines, refunds = [], [], []
    for o in sorted(world.wholesale + world.extra.overwritten, key=lambda o: (o.created, o.order_id)):
        told = clock.iso_one(o.paid) if o.paid else ""
        known = max(o.created, o.paid or 0)
        orders.append(
            {
                "order_id": o.document,
                "created_at": o.created,
                "paid_at": told[:10] if o.paid_as_day else told,
                "status": o.status,
                "amount_minor": o.amount,
                "currency": o.currency,
                "customer": o.party,
                "employee_id": o.responsible,
                "deal_id": None,
                "region": None if o.region is None else co.REGIONS[o.region],
                "point_of_sale": o.store,
                "known": known,
            }
        )
        if o in world.wholesale:
            lines += [
                {
                    "order_id": o.document,
                    "line_no": k + 1,
                    "product_id": product,
                    "quantity": quantity,
                    "amount_minor": quantity * price,
                    "known": known,
                }
                for k, (product, quantity, price) in enumerate(o.lines)
            ]
    for r in world.given_back:
        if r.order:
            refunds.append(
                {
                    "refund_id": r.document,
                    "order_id": r.order.document,
                    "refunded_at": r.at,
                    "amount_minor": r.recorded,
                    "currency": r.currency,
                    "known": r.at,
                }
            )
            continue
        orders.append(
            {
                "order_id": r.document,
                "created_at": r.at,
                "paid_at": clock.iso_one(r.at),
                "status": "paid",
                "amount_minor": -r.recorded,
                "currency": r.currency,
                "customer": r.party,
                "employee_id": None,
                "deal_id": r.sale.deal_id if r.names_deal else None,
                "region": None,
                "point_of_sale": "",
                "known": r.at,
            }
        )
    tables = {"orders": orders, "order_lines": lines, "refunds": refunds}
    return {name: rows for name, rows in tables.items() if rows}


def calls(activities) -> list[dict]:
    """Calls of a telephone exchange of its own: it exports a line a call, with how long the caller waited."""
    return [
        {
            "call_id": f"PBX-{a.activity_id}",
            "started_at": a.started,
            "direction": a.direction,
            "is_answered": a.answered,
            "wait_seconds": a.wait,
            "talk_seconds": a.ended - a.started - a.wait,
            "employee_id": a.manager,
            "queue": a.queue,
            "phone": a.phone,
        }
        for a in activities
    ]


def rule_rows(rules: list[tuple]) -> list[dict]:
    """Rules of channels, the first that matches first."""
    return [
        {
            "position": 10 * (k + 1),
            "utm_source": r[0],
            "utm_medium": r[1],
            "traffic_source": r[2],
            "source_name": r[3],
            "channel": r[4],
        }
        for k, r in enumerate(rules)
    ]


def payments(world) -> list[dict]:
    """The bank's statement, as the firm's bookkeeping exports it: what came for invoices and in advance, and what went back."""
    return [
        {
            "payment_id": p.payment_id,
            "paid_at": p.at,
            "amount_minor": p.amount,
            "currency": p.currency,
            "invoice_id": str(p.invoice.invoice_id) if p.invoice else None,
            "deal_id": p.deal.deal_id,
        }
        for p in world.books.payments
    ]


def money_plans() -> list[dict]:
    """What the teams that write invoices are to bring in each month of 2026."""
    levels = {"Входящие продажи": 900_000, "Корпоративные продажи": 1_800_000, "Проектные продажи": 900_000}
    return [
        {
            "period_start": dt.date(2026, month, 1),
            "period_grain": "month",
            "kpi_id": "money_received",
            "team": team,
            "value": level,
        }
        for month in range(1, 7)
        for team, level in levels.items()
    ]


def add_apart(frames: dict[tuple[str, str], pd.DataFrame], world) -> None:
    """Rows behind all others, so that nothing drawn over them moves."""
    if world.books.payments:
        frames["files", "payments"] = frame("payments", payments(world))
        plans = frames["files", "targets"]
        more = frame("targets", money_plans()).reindex(columns=plans.columns)
        frames["files", "targets"] = pd.concat([plans, more.astype(object)], ignore_index=True)


WHEN = {
    "payments": "paid_at",
    "calls": "started_at",
    "orders": "known",
    "order_lines": "known",
    "refunds": "known",
    "contracts": "starts_on",
    "email_campaigns": "sent_at",
    "email_events": "occurred_at",
    "objections": "recorded_at",
    "survey_responses": "answered_at",
    "reviews": "created_at",
    "forecasts": "as_of",
    "time_entries": "date",
    "tool_usage": "date",
    "material_usage": "used_at",
    "task_status_changes": "entered_at",
    "tasks": "done_at",
    "pipeline_runs": "finished_at",
    "ad_spend": "date",
    "exchange_rates": "date",
    "competitor_prices": "observed_on",
}


def tables(world) -> dict[tuple[str, str], pd.DataFrame]:
    rows = dict(world.files)
    rows["ad_spend"] = ad_spend(world)
    rows["calls"] = calls(a for a in world.crm.activities if a.queue)
    rows["customers"] = customers(world)
    rows |= wholesale(world)
    rows["exchange_rates"] = [{"date": d, "currency": c, "rate_to_base": r} for d, c, r in world.rates.rows]
    rows["working_calendar"] = [
        {"date": d, "is_working_day": w, "opens_at": o, "closes_at": c} for d, w, o, c in clock.calendar_exceptions()
    ]
    rows["channel_rules"] = rule_rows(co.CHANNEL_RULES)
    frames = {}
    for name, items in rows.items():
        frames["files", name] = frame(name, items)
    return frames
