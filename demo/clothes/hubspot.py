"""HubSpot: who asks is a contact, which is a lead once however often it asks; deals have a pipeline and a stage, and nobody's marks."""

from __future__ import annotations

import json

import pandas as pd

from demo import clock
from demo import company as co
from demo.channels import Origin
from demo.clothes import ANOTHER_CRM, by_files
from demo.clothes.by_files import as_text
from demo.crm import Activity, Deal, Lead
from demo.layouts import files
from demo.layouts.bitrix24 import FIRST_LOAD, money, nights
from demo.people import Party
from demo.world import World

REPLACES = ANOTHER_CRM

PIPELINE = {"0": "default", "1": "projects"}
# what HubSpot calls the source of a visitor, and the channel that it stands for in this company
SOURCES = {
    "PAID_SEARCH": "yandex_direct",
    "PAID_SOCIAL": "vk_ads",
    "ORGANIC_SEARCH": "seo",
    "EMAIL_MARKETING": "email",
    "REFERRALS": "referral",
    "DIRECT_TRAFFIC": "direct",
    "OFFLINE": "(other)",
}
SOURCE_OF = {channel: source for source, channel in SOURCES.items()}
TYPES = {
    "call": "calls",
    "meeting": "meetings",
    "email": "emails",
    "message": "communications",
    "social": "communications",
}
CONNECTED, NO_ANSWER = "f240bbac-87c9-4f6e-bf70-924b57d47db7", "73a0d17f-1163-4015-bdd5-ec830791da20"
LEAD_STATUS = {"NEW": "NEW", "IN_PROCESS": "IN_PROGRESS", "PROCESSED": "CONNECTED", "CONVERTED": "OPEN_DEAL"}


def utc(t: int | None) -> str:
    return "" if t is None else str(clock.iso_utc(t)).replace("Z", ".000Z")


def stage_id(stage: str) -> str:
    return stage.replace(":", "").lower()


def wear(world: World) -> None:
    """A deal has a source of its own, which its lead's is copied to.  Who asks without a name calls from one number."""
    for a in world.crm.activities:
        if a.kind == "call" and a.lead and not a.lead.party:
            a.phone = f"7902{a.lead.lead_id:07d}"
    for deal in world.crm.deals:
        if deal.lead and deal.origin is None:
            deal.origin = deal.lead.origin


def member(dimension: str, key: str) -> str:
    """The key of a member of a dimension."""
    return by_files.member("hubspot", dimension, key, PIPELINE, stage_id)


def contact_id(party: Party) -> str:
    """Who only ever asked has a card too."""
    return str(party.contact_id or 500_000 + party.party_id)


def source(origin: Origin | None) -> str:
    return SOURCE_OF.get(origin.channel, "") if origin else ""


def contact_rows(world: World) -> tuple[list[dict], list[dict]]:
    """Contacts as they are, and the history of the first time that each was a lead."""
    first: dict[int, Lead] = {}
    for lead in world.crm.leads:
        if lead.party:
            first.setdefault(lead.party.party_id, lead)
    rows, history = [], []
    for p in world.parties:
        lead = first.get(p.party_id)
        if not lead and not p.contact_id:
            continue
        stage = "opportunity" if not lead or lead.status == "CONVERTED" else "lead"
        known = p.contact_id is not None  # of who only asked the card knows neither region nor segment
        rows.append(
            {
                "id": contact_id(p),
                "createdate": utc(p.created),
                "updatedAt": utc(p.created),
                "firstname": p.first_name,
                "lastname": p.last_name,
                "email": p.email,
                "phone": p.phone,
                "lifecyclestage": stage,
                "hs_lead_status": LEAD_STATUS.get(lead.status, "UNQUALIFIED") if lead else None,
                "hubspot_owner_id": lead.manager if lead else p.manager,
                "hs_analytics_source": source(lead.origin) if lead else None,
                "state": co.REGIONS[p.region] if known and p.region is not None else None,
                "industry": p.segment if known else None,
                "company_id": p.company_id,
                "_load": int(clock.night_after(p.created)),
            }
        )
        for t, status in lead.history if lead else []:
            value = LEAD_STATUS.get(status, "UNQUALIFIED")
            history.append(changed("contacts", contact_id(p), "hs_lead_status", t, value))
    return rows, history


def changed(kind: str, record: object, name: str, t: int, value: str) -> dict:
    told = {"object": kind, "object_id": record, "property": name, "timestamp": utc(t), "value": value}
    return told | {"_load": int(clock.night_after(t))}


def company_rows(parties: list[Party]) -> list[dict]:
    return [
        {
            "id": p.company_id,
            "createdate": utc(p.created),
            "updatedAt": utc(p.created),
            "name": p.title,
            "phone": f"7495{p.party_id:07d}",
            "state": None if p.region is None else co.REGIONS[p.region],
            "industry": p.segment,
            "_load": int(clock.night_after(p.created)),
        }
        for p in parties
        if p.company_id
    ]


def deal_rows(deals: list[Deal]) -> list[dict]:
    chance = {s[2]: s[6] for s in co.STAGES if s[0] == "deal"}
    rows = []
    for deal in deals:
        for load, last in nights(deal.changes, deal.deal_id % 10 == 0):
            at, stage = [h for h in deal.history if h[0] <= last][-1]
            semantic = co.SEMANTIC.get(("deal", stage), "P")
            amount, expected = deal.card_at(last)
            rows.append(
                {
                    "id": deal.deal_id,
                    "dealname": deal.title,
                    "createdate": utc(deal.created),
                    "updatedAt": utc(last),
                    "closedate": utc(at if semantic in "SF" else clock.day_start(expected)),
                    "pipeline": PIPELINE[deal.pipeline],
                    "dealstage": stage_id(stage),
                    "amount": money(amount),
                    "deal_currency_code": deal.currency,
                    "hs_deal_stage_probability": chance.get(stage, 0) / 100,
                    "closed_lost_reason": deal.lost_reason if semantic == "F" else None,
                    "hubspot_owner_id": deal.manager_at(last),
                    "hs_analytics_source": source(deal.origin),
                    "order_number": deal.order.order_id if deal.order else None,
                    "contact_id": contact_id(deal.party),
                    "contact_ids": contact_id(deal.party),
                    "company_id": deal.party.company_id,
                    "_load": load,
                }
            )
    return rows


def engagement_rows(activities: list[Activity]) -> list[dict]:
    rows = []
    for a in activities:
        party = a.party or (a.deal or a.lead).party if a.deal or a.lead or a.party else None
        if a.kind in ("presentation", "referral_request") or (a.kind == "call" and party is None):
            continue
        kind = TYPES.get(a.kind, "tasks")
        own: dict[str, object] = {}
        if a.kind == "call":
            own = {
                "hs_call_direction": "INBOUND" if a.direction == "in" else "OUTBOUND",
                "hs_call_duration": (a.ended - a.started) * 1000 if a.answered else 0,
                "hs_call_disposition": CONNECTED if a.answered else NO_ANSWER,
                "hs_call_status": "COMPLETED",
                "hs_call_from_number": party.phone if a.direction == "in" else None,
                "hs_call_to_number": None if a.direction == "in" else party.phone,
            }
        elif a.kind == "meeting":
            own = {
                "hs_meeting_start_time": utc(a.started),
                "hs_meeting_end_time": utc(a.ended),
                "hs_meeting_outcome": "COMPLETED" if a.done else "SCHEDULED",
            }
        elif a.kind == "email":
            own = {
                "hs_email_direction": "INCOMING_EMAIL" if a.direction == "in" else "EMAIL",
                "hs_email_status": "SENT",
            }
        elif kind == "communications":
            own = {"hs_communication_channel_type": "LINKEDIN_MESSAGE" if a.kind == "social" else "WHATS_APP"}
        else:
            own = {"hs_task_type": "TODO", "hs_task_status": "COMPLETED" if a.done else "NOT_STARTED"}
            own["hs_task_completion_date"] = utc(a.ended) if a.done else None
        rows.append(
            {
                "type": kind,
                "id": a.activity_id,
                "hs_createdate": utc(a.created),
                "updatedAt": utc(a.ended if a.done else a.created),
                "hs_timestamp": utc(a.started),
                "hubspot_owner_id": a.manager,
                "contact_id": contact_id(party) if party else None,
                "company_id": party.company_id if party else None,
                "deal_id": a.deal.deal_id if a.deal else None,
                **dict.fromkeys(
                    ("hs_call_direction", "hs_call_duration", "hs_call_disposition", "hs_call_status"), None
                ),
                **own,
                "_load": int(clock.night_after(a.ended if a.done else a.created)),
            }
        )
    return rows


def dictionaries() -> dict[str, list[dict]]:
    pipelines = []
    for pipeline, name in co.PIPELINES.items():
        stages = [
            {
                "id": stage_id(s[2]),
                "label": s[3],
                "displayOrder": k,
                "metadata": {"isClosed": "false" if s[5] == "open" else "true", "probability": str(s[6] / 100)},
            }
            for k, s in enumerate(x for x in co.STAGES if x[0] == "deal" and x[1] == pipeline)
        ]
        told = json.dumps(stages, ensure_ascii=False)
        pipelines.append({"id": PIPELINE[pipeline], "label": name, "stages": told})
    departments = {d[0]: d[1] for d in co.DEPARTMENTS}
    owners = [
        {
            "id": number,
            "firstName": name,
            "lastName": last_name,
            "archived": "true" if left else "false",
            "teams": json.dumps([{"id": department, "name": departments[department]}], ensure_ascii=False),
        }
        for number, name, last_name, department, _, left, _ in co.EMPLOYEES
    ]
    account = [{"id": 1, "companyCurrency": "RUB", "timeZone": "Europe/Moscow"}]
    tables = {"pipelines": pipelines, "owners": owners, "account": account}
    return {name: [row | {"_load": FIRST_LOAD} for row in rows] for name, rows in tables.items()}


def tables(world: World) -> dict[tuple[str, str], pd.DataFrame]:
    crm = world.crm
    contacts, history = contact_rows(world)
    history += [
        changed("deals", deal.deal_id, "dealstage", t, stage_id(stage))
        for deal in crm.deals
        for t, stage in deal.history
    ]
    rows = {
        "contacts": contacts,
        "companies": company_rows(world.parties),
        "deals": deal_rows(crm.deals),
        "property_history": history,
        "engagements": engagement_rows(crm.activities),
        **dictionaries(),
    }
    frames = {("hubspot", name): as_text(found) for name, found in rows.items()}
    marks = [rule for rule in co.CHANNEL_RULES if rule[3] is None]
    rules = [*marks, *((None, None, None, name, channel) for name, channel in SOURCES.items())]
    frames |= by_files.frames(
        {
            "channel_rules": files.rule_rows(rules),
            "calls": files.calls(by_files.strangers(crm.activities, nameless=True)),
            "customers": by_files.customers(world),
            "products": by_files.products(),
            "deal_lines": by_files.deal_lines(world),
            "quotes": by_files.quotes(world),
        }
    )
    return frames
