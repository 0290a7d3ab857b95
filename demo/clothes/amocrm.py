"""amoCRM: a lead and the deal made of it are one record, which stands among the unsorted requests until somebody takes it."""

from __future__ import annotations

import json

import pandas as pd

from demo import clock
from demo import company as co
from demo.clothes import ANOTHER_CRM, by_files
from demo.clothes.by_files import as_text
from demo.crm import Activity, Deal, Lead
from demo.layouts import files
from demo.layouts.bitrix24 import FIRST_LOAD, nights, utm
from demo.people import Party
from demo.world import World

REPLACES = ANOTHER_CRM

PIPELINE = {"0": "10", "1": "11"}
UNSORTED = {"0": "1000", "1": "1100"}
STATUS = {
    stage: str((1010 if pipeline == "0" else 1110) + place)
    for pipeline in PIPELINE
    for place, stage in enumerate([*co.OPEN_PATH[pipeline], co.DELETED_STAGES[pipeline]])
} | {s[2]: {"won": "142", "lost": "143"}[s[5]] for s in co.STAGES if s[0] == "deal" and s[5] != "open"}
SOURCE = dict(co.SOURCES)
TASK_TYPE = {"meeting": "2", "presentation": "31", "social": "32", "referral_request": "33", "task": "34"}
CALL_STATUS = {"200": "4", "486": "7", "603": "6", "480": "3", "304": "3"}


def wear(world: World) -> None:
    """A price is a whole number in the one currency of the account, so managers enter roubles.  A request becomes a deal, and keeps its marks."""
    for deal in world.crm.deals:
        if deal.lead:
            deal.origin = None
            deal.lead.history[-1] = (deal.created, "CONVERTED")
        day = clock.day_of(deal.created)

        def whole(amount: int, currency: str = deal.currency, day=day) -> int:
            return round(world.rates.to_base(amount, currency, day)) * 100

        deal.lines = [(product, n, whole(price)) for product, n, price in deal.lines]
        explained = sum(n * price for _, n, price in deal.lines)
        deal.amount = explained or whole(deal.amount)
        deal.rewritten = [(until, whole(amount), day) for until, amount, day in deal.rewritten]
        deal.currency = "RUB"


def member(dimension: str, key: str) -> str:
    """The key of a member of a dimension."""
    return by_files.member("amocrm", dimension, key, PIPELINE, STATUS.__getitem__)


def contact_id(party: Party) -> str:
    """Who only ever asked has a card too, made of the request."""
    return str(party.contact_id or 500_000 + party.party_id)


def record_id(lead: Lead | None, deal: Deal | None) -> str:
    return str(deal.deal_id if deal else 100_000 + lead.lead_id)


def path_of(lead: Lead | None, deal: Deal | None) -> list[tuple[int, str, str]]:
    """When the record came into which status of which pipeline."""
    pipeline = deal.pipeline if deal else "0"
    steps = []
    if lead:
        steps.append((lead.created, PIPELINE[pipeline], UNSORTED[pipeline]))
        if lead.status == "JUNK":
            steps.append((lead.history[-1][0], PIPELINE[pipeline], "143"))
    if deal:
        steps += [(t, PIPELINE[pipeline], STATUS[stage]) for t, stage in deal.history]
    return steps


def lead_rows(records: list[tuple[Lead | None, Deal | None]]) -> list[dict]:
    rows = []
    for lead, deal in records:
        party = deal.party if deal else lead.party
        path, first = path_of(lead, deal), lead or deal
        changes = [t for t, *_ in path]
        for item in (lead, deal):
            changes += [t for t, _ in item.handed_over] if item else []
        changes += [t for t, *_ in deal.rewritten] if deal else []
        origin = deal.origin if deal and deal.origin else first.origin
        order = deal.order if deal else None
        for load, last in nights(sorted(changes), first.created % 10 == 0):
            at, pipeline, status = [step for step in path if step[0] <= last][-1]
            taken = deal is not None and last >= deal.created
            amount, closes = deal.card_at(last) if taken else (0, None)
            reason = (deal.lost_reason if taken else lead.reject_reason) if status == "143" else None
            rows.append(
                {
                    "id": record_id(lead, deal),
                    "name": deal.title if taken else lead.title,
                    "created_at": first.created,
                    "updated_at": last,
                    "closed_at": at if status in ("142", "143") else None,
                    "pipeline_id": pipeline,
                    "status_id": status,
                    "price": amount // 100,
                    "responsible_user_id": (deal if taken else lead).manager_at(last),
                    **{k: v for k, v in utm(origin).items() if k != "SOURCE_ID"},
                    "SOURCE": SOURCE.get(origin.source_id, ""),
                    "_YM_UID": first.client_id or (deal.client_id if deal else None),
                    "REGION": "" if not lead or lead.region is None else co.REGIONS[lead.region],
                    "ORDER_ID": order.order_id if order else None,
                    "CLOSE_DATE": None if closes is None else clock.day_start(closes),
                    "is_deleted": "false",
                    "main_contact_id": contact_id(party) if party else None,
                    "company_id": party.company_id if deal else None,
                    "_embedded": json.dumps(
                        {
                            "contacts": [{"id": int(contact_id(party)), "is_main": True}] if party else [],
                            "companies": [{"id": party.company_id}] if deal and party.company_id else [],
                            "loss_reason": [{"id": 1, "name": reason}] if reason else [],
                        },
                        ensure_ascii=False,
                    ),
                    "_load": load,
                }
            )
    return rows


def event_rows(records: list[tuple[Lead | None, Deal | None]]) -> list[dict]:
    rows = []
    for lead, deal in records:
        path = path_of(lead, deal)
        for number, (before, after) in enumerate(zip(path, path[1:], strict=False)):
            values = [
                json.dumps([{"lead_status": {"id": int(status), "pipeline_id": int(pipeline)}}])
                for _, pipeline, status in (before, after)
            ]
            rows.append(
                {
                    "id": f"e{record_id(lead, deal)}-{number:03d}",
                    "type": "lead_status_changed",
                    "entity_type": "lead",
                    "entity_id": record_id(lead, deal),
                    "created_at": after[0],
                    "value_before": values[0],
                    "value_after": values[1],
                    "_load": int(clock.night_after(after[0])),
                }
            )
    return rows


def contact_rows(world: World) -> list[dict]:
    """Of who only asked the card knows neither region nor segment."""
    asked = {lead.party.party_id for lead in world.crm.leads if lead.party}
    return [
        {
            "id": contact_id(p),
            "name": f"{p.first_name} {p.last_name}",
            "created_at": p.created,
            "updated_at": p.created,
            "company_id": p.company_id,
            "PHONE": p.phone,
            "EMAIL": p.email,
            "REGION": "" if p.region is None or not p.contact_id else co.REGIONS[p.region],
            "SEGMENT": p.segment if p.contact_id else None,
            "is_deleted": "false",
            "_load": int(clock.night_after(p.created)),
        }
        for p in world.parties
        if p.contact_id or p.party_id in asked
    ]


def company_rows(world: World) -> list[dict]:
    return [
        {
            "id": p.company_id,
            "name": p.title,
            "created_at": p.created,
            "updated_at": p.created,
            "PHONE": f"7495{p.party_id:07d}",
            "EMAIL": p.email,
            "REGION": "" if p.region is None else co.REGIONS[p.region],
            "SEGMENT": p.segment,
            "is_deleted": "false",
            "_load": int(clock.night_after(p.created)),
        }
        for p in world.parties
        if p.company_id
    ]


def owner_of(a: Activity, deal_of: dict[int, Deal]) -> tuple[str, str] | None:
    """The record and its kind that an activity stands on."""
    if a.lead or a.deal:
        lead = a.lead or a.deal.lead
        return "leads", record_id(lead, a.deal or deal_of.get(lead.lead_id))
    return ("contacts", contact_id(a.party)) if a.party else None


def note_rows(activities: list[Activity], deal_of: dict[int, Deal]) -> list[dict]:
    rows = []
    for a in activities:
        owner = owner_of(a, deal_of)
        if a.kind != "call" or owner is None:
            continue
        told = {"duration": a.ended - a.started if a.answered else 0, "call_status": int(CALL_STATUS[a.call_code])}
        rows.append(
            {
                "id": a.activity_id,
                "note_type": "call_in" if a.direction == "in" else "call_out",
                "entity_type": owner[0],
                "entity_id": owner[1],
                "responsible_user_id": a.manager,
                "created_at": a.started,
                "updated_at": a.started,
                "params": json.dumps(told | {"call_result": a.outcome}, ensure_ascii=False),
                "PHONE": a.party.phone if a.party else a.phone,
                "_load": int(clock.night_after(a.started)),
            }
        )
    return rows


def task_rows(activities: list[Activity], deal_of: dict[int, Deal]) -> list[dict]:
    rows = []
    for a in activities:
        if a.kind not in TASK_TYPE:
            continue
        owner = owner_of(a, deal_of) or ("", "")
        versions = [(a.ended, True)] if a.done else []
        if not a.done or clock.night_after(a.created) < clock.night_after(a.ended):
            versions.insert(0, (a.created, False))
        for t, done in versions:
            rows.append(
                {
                    "id": a.activity_id,
                    "task_type_id": TASK_TYPE[a.kind],
                    "entity_type": owner[0],
                    "entity_id": owner[1],
                    "responsible_user_id": a.manager,
                    "created_at": a.created,
                    "updated_at": t,
                    "complete_till": a.started,
                    "is_completed": "true" if done else "false",
                    "result": json.dumps({"text": a.outcome}, ensure_ascii=False) if done and a.outcome else "[]",
                    "_load": int(clock.night_after(t)),
                }
            )
    return rows


def dictionaries() -> dict[str, list[dict]]:
    users = [
        {
            "id": number,
            "name": f"{name} {last_name}",
            "_embedded": json.dumps(
                {"groups": [{"id": department, "name": dict((d[0], d[1]) for d in co.DEPARTMENTS)[department]}]},
                ensure_ascii=False,
            ),
        }
        for number, name, last_name, department, *_ in co.EMPLOYEES
    ]
    pipelines = []
    for pipeline, name in co.PIPELINES.items():
        stages = [(UNSORTED[pipeline], "Неразобранное", 1)]
        stages += [(STATUS[s[2]], s[3], 0) for s in co.STAGES if s[1] == pipeline and s[5] == "open"]
        stages += [("142", "Успешно реализовано", 0), ("143", "Закрыто и не реализовано", 0)]
        statuses = [
            {"id": int(i), "name": stage, "type": kind, "sort": 10 * (place + 1)}
            for place, (i, stage, kind) in enumerate(stages)
        ]
        told = json.dumps({"statuses": statuses}, ensure_ascii=False)
        pipelines.append({"id": PIPELINE[pipeline], "name": name, "_embedded": told})
    tables = {"users": users, "pipelines": pipelines, "account": [{"id": "1", "currency": "RUB"}]}
    return {name: [row | {"_load": FIRST_LOAD} for row in rows] for name, rows in tables.items()}


def tables(world: World) -> dict[tuple[str, str], pd.DataFrame]:
    """Its rows, and the calls of strangers: no note can stand on nothing, so the telephone exchange tells them by its file."""
    deal_of = {deal.lead.lead_id: deal for deal in world.crm.deals if deal.lead}
    records = [(lead, deal_of.get(lead.lead_id)) for lead in world.crm.leads]
    records += [(None, deal) for deal in world.crm.deals if not deal.lead]
    rows = {
        "leads": lead_rows(records),
        "events": event_rows(records),
        "contacts": contact_rows(world),
        "companies": company_rows(world),
        "notes": note_rows(world.crm.activities, deal_of),
        "tasks": task_rows(world.crm.activities, deal_of),
        **dictionaries(),
    }
    frames = {("amocrm", name): as_text(found) for name, found in rows.items()}
    return frames | by_files.frames(
        {
            "calls": files.calls(by_files.strangers(world.crm.activities)),
            "products": by_files.products(),
            "deal_lines": by_files.deal_lines(world),
            "quotes": by_files.quotes(world),
        }
    )
