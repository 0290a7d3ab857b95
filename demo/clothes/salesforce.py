"""Salesforce: leads are converted into an opportunity, an account and a contact; all opportunities share one list of stages."""

from __future__ import annotations

import pandas as pd

from demo import clock, tally
from demo import company as co
from demo.clothes import ANOTHER_CRM, by_files
from demo.clothes.by_files import as_text
from demo.crm import Activity, Deal, Lead
from demo.layouts import files
from demo.layouts.bitrix24 import FIRST_LOAD, money, nights, utm
from demo.people import Party
from demo.world import World

REPLACES = ANOTHER_CRM

SOURCE = dict(co.SOURCES)
LEAD_STATUS = {
    "NEW": "Open - Not Contacted",
    "IN_PROCESS": "Working - Contacted",
    "PROCESSED": "Qualified",
    "CONVERTED": "Closed - Converted",
    "JUNK": "Unqualified",
}
STAGE = {s[2]: s[3] for s in co.STAGES if s[0] == "deal"} | {"CALLBACK": "Перезвонить", "C1:AUDIT": "Аудит"}
TASK_TYPE = {"message": "Message", "social": "Social", "presentation": "Presentation", "referral_request": "Referral"}
ROLE = {d[0]: d[1] for d in co.DEPARTMENTS}


def sid(kind: str, number: int) -> str:
    """An id of eighteen signs, of which the first three tell the kind."""
    return f"{kind}{number:015d}"


def utc(t: int | None) -> str:
    return "" if t is None else str(clock.iso_utc(t)).replace("Z", ".000+0000")


def wear(world: World) -> None:
    """It has a place for all that the CRM knew."""


def member(dimension: str, key: str) -> str:
    """The key of a member of a dimension."""
    if dimension == "stage" and ":" in key:
        key = f":{STAGE[key.split(':', 1)[1]]}"
    if dimension == "manager" and key.isdigit():
        key = sid("005", int(key))
    if dimension == "product" and key.isdigit():
        key = sid("01t", int(key))
    told = tally.with_system(dimension, key)
    return "salesforce" + told.removeprefix("bitrix24") if told.startswith("bitrix24") else told


def account_of(party: Party) -> str | None:
    """A company, or the account that a person is."""
    if party.contact_id is None:
        return None
    return sid("001", party.company_id or 900_000 + party.contact_id)


def marks(origin) -> dict[str, str]:
    told = utm(origin)
    names = ("source", "medium", "campaign", "content", "term")
    return {
        **{f"utm_{name}__c": told[f"UTM_{name.upper()}"] for name in names},
        "LeadSource": SOURCE.get(told["SOURCE_ID"], ""),
    }


def lead_rows(leads: list[Lead], deal_of: dict[int, Deal]) -> list[dict]:
    rows = []
    for lead in leads:
        p = lead.party
        for load, last in nights(lead.changes, lead.lead_id % 10 == 0):
            at, status = [h for h in lead.history if h[0] <= last][-1]
            deal = deal_of.get(lead.lead_id) if status == "CONVERTED" else None
            rows.append(
                {
                    "Id": sid("00Q", lead.lead_id),
                    "CreatedDate": utc(lead.created),
                    "SystemModstamp": utc(last),
                    "LastModifiedDate": utc(at),
                    "Status": LEAD_STATUS[status],
                    "IsConverted": "true" if deal else "false",
                    "ConvertedDate": clock.day_of(at) if deal else None,
                    "ConvertedAccountId": account_of(p) if deal else None,
                    "ConvertedContactId": sid("003", p.contact_id) if deal else None,
                    "ConvertedOpportunityId": sid("006", deal.deal_id) if deal else None,
                    "OwnerId": sid("005", lead.manager_at(last)),
                    **marks(lead.origin),
                    "Web_Client_Id__c": lead.client_id,
                    "Reject_Reason__c": lead.reject_reason if status == "JUNK" else None,
                    "Region__c": None if lead.region is None else co.REGIONS[lead.region],
                    "Email": p.email if p else None,
                    "Phone": p.phone if p else None,
                    "IsDeleted": "false",
                    "_load": load,
                }
            )
    return rows


def opportunity_rows(deals: list[Deal]) -> list[dict]:
    rows = []
    for deal in deals:
        for load, last in nights(deal.changes, deal.deal_id % 10 == 0):
            at, stage = [h for h in deal.history if h[0] <= last][-1]
            semantic = co.SEMANTIC.get(("deal", stage), "P")
            amount, expected = deal.card_at(last)
            chance = next((s[6] for s in co.STAGES if s[2] == stage), 0)
            rows.append(
                {
                    "Id": sid("006", deal.deal_id),
                    "Name": deal.title,
                    "CreatedDate": utc(deal.created),
                    "SystemModstamp": utc(last),
                    "LastStageChangeDate": utc(at),
                    "CloseDate": clock.day_of(at) if semantic in "SF" else expected,
                    "StageName": STAGE[stage],
                    "IsClosed": "true" if semantic in "SF" else "false",
                    "IsWon": "true" if semantic == "S" else "false",
                    "Amount": money(amount),
                    "CurrencyIsoCode": deal.currency,
                    "Probability": chance,
                    "AccountId": account_of(deal.party),
                    "ContactId": sid("003", deal.party.contact_id),
                    "OwnerId": sid("005", deal.manager_at(last)),
                    **marks(deal.origin),
                    "Web_Client_Id__c": deal.client_id,
                    "Loss_Reason__c": deal.lost_reason if semantic == "F" else None,
                    "Order_Number__c": deal.order.order_id if deal.order else None,
                    "IsDeleted": "false",
                    "_load": load,
                }
            )
    return rows


def history_rows(leads: list[Lead], deals: list[Deal]) -> dict[str, list[dict]]:
    """A copy of an opportunity at each of its stages; of leads, the changes of the status."""
    moves, copies = [], []
    for lead in leads:
        for k, ((_, before), (t, after)) in enumerate(zip(lead.history, lead.history[1:], strict=False)):
            moves.append(
                {
                    "Id": sid("017", lead.lead_id * 100 + k),
                    "LeadId": sid("00Q", lead.lead_id),
                    "Field": "Status",
                    "OldValue": LEAD_STATUS[before],
                    "NewValue": LEAD_STATUS[after],
                    "CreatedDate": utc(t),
                    "IsDeleted": "false",
                    "_load": int(clock.night_after(t)),
                }
            )
    for deal in deals:
        for k, (t, stage) in enumerate(deal.history):
            copies.append(
                {
                    "Id": sid("008", deal.deal_id * 1000 + k),
                    "OpportunityId": sid("006", deal.deal_id),
                    "StageName": STAGE[stage],
                    "CreatedDate": utc(t),
                    "IsDeleted": "false",
                    "_load": int(clock.night_after(t)),
                }
            )
    return {"lead_history": moves, "opportunity_history": copies}


def customer_rows(parties: list[Party]) -> dict[str, list[dict]]:
    """Accounts and contacts; an account that is a person has a contact beside it."""
    accounts, contacts = [], []
    for p in parties:
        if p.contact_id is None:
            continue
        person = not p.company_id
        card = {
            "CreatedDate": utc(p.created),
            "SystemModstamp": utc(p.created),
            "IsPersonAccount": "true" if person else "false",
            "Region__c": None if p.region is None else co.REGIONS[p.region],
            "IsDeleted": "false",
            "_load": int(clock.night_after(p.created)),
        }
        name = f"{p.first_name} {p.last_name}"
        accounts.append(
            {
                "Id": account_of(p),
                "Name": name if person else p.title,
                "Industry": p.segment,
                "Phone": p.phone if person else f"7495{p.party_id:07d}",
                "PersonEmail": p.email if person else None,
                **card,
            }
        )
        told = {"Id": sid("003", p.contact_id), "AccountId": account_of(p), "Name": name}
        contacts.append({**told, "Phone": p.phone, "Email": p.email, **card})
    return {"account": accounts, "contact": contacts}


def activity_rows(activities: list[Activity]) -> dict[str, list[dict]]:
    tasks, events = [], []
    for a in activities:
        party = a.party or (a.deal or a.lead).party if a.deal or a.lead or a.party else None
        if a.kind == "call" and party is None and not a.lead:
            continue
        account = account_of(party) if party else None
        who = sid("00Q", a.lead.lead_id) if a.lead else sid("003", party.contact_id) if account else None
        about = {
            "WhoId": who,
            "WhatId": sid("006", a.deal.deal_id) if a.deal else None,
            "AccountId": None if a.lead else account,
            "OwnerId": sid("005", a.manager),
            "CreatedDate": utc(a.created),
            "IsDeleted": "false",
        }
        if a.kind == "meeting":
            times = {"StartDateTime": utc(a.started), "EndDateTime": utc(a.ended), "SystemModstamp": utc(a.created)}
            events.append(
                {"Id": sid("00U", a.activity_id), **about, **times, "_load": int(clock.night_after(a.created))}
            )
            continue
        if a.kind == "email" and a.direction == "in":
            continue  # it writes down the letters that were sent
        versions = [(a.started if a.kind == "call" else a.ended, True)] if a.done or a.kind == "call" else []
        if not versions or clock.night_after(a.created) < clock.night_after(versions[0][0]):
            versions.insert(0, (a.created, False))
        for t, done in versions:
            call = {}
            if a.kind == "call":
                call = {
                    "CallType": "Inbound" if a.direction == "in" else "Outbound",
                    "CallDurationInSeconds": a.ended - a.started if a.answered else 0,
                    "CallDisposition": a.outcome if a.answered else "No Answer",
                }
            tasks.append(
                {
                    "Id": sid("00T", a.activity_id),
                    "Type": TASK_TYPE.get(a.kind),
                    "TaskSubtype": {"call": "Call", "email": "Email"}.get(a.kind, "Task"),
                    "CallType": None,
                    "CallDurationInSeconds": None,
                    "CallDisposition": a.outcome,
                    **call,
                    **about,
                    "SystemModstamp": utc(t),
                    "CompletedDateTime": utc(t) if done else None,
                    "ActivityDate": clock.day_of(a.started) if a.kind == "task" else None,
                    "IsClosed": "true" if done else "false",
                    "_load": int(clock.night_after(t)),
                }
            )
    return {"task": tasks, "event": events}


def dictionaries() -> dict[str, list[dict]]:
    of_deals = [s for s in co.STAGES if s[0] == "deal"]
    tables = {
        "opportunity_stage": [
            {
                "Id": sid("01J", k),
                "ApiName": s[3],
                "MasterLabel": s[3],
                "SortOrder": k + 1,
                "IsActive": "true",
                "IsClosed": "false" if s[5] == "open" else "true",
                "IsWon": "true" if s[5] == "won" else "false",
                "DefaultProbability": s[6],
            }
            for k, s in enumerate(of_deals)
        ],
        "lead_status": [
            {
                "Id": sid("01J", 100 + k),
                "ApiName": name,
                "MasterLabel": name,
                "SortOrder": k + 1,
                "IsConverted": "true" if status == "CONVERTED" else "false",
            }
            for k, (status, name) in enumerate(LEAD_STATUS.items())
        ],
        "user_role": [{"Id": sid("00E", d), "Name": name} for d, name in ROLE.items()],
        "user": [
            {
                "Id": sid("005", number),
                "Name": f"{name} {last_name}",
                "UserType": "Standard",
                "UserRoleId": sid("00E", department),
                "Department": ROLE[department],
                "SystemModstamp": utc(clock.START),
            }
            for number, name, last_name, department, *_ in co.EMPLOYEES
        ],
        "product_2": [
            {
                "Id": sid("01t", p[0]),
                "Name": p[2],
                "Family": co.GROUPS[p[1]],
                "CurrencyIsoCode": "RUB",
                "SystemModstamp": utc(clock.START),
                "IsDeleted": "false",
            }
            for p in co.PRODUCTS
        ],
    }
    return {name: [row | {"_load": FIRST_LOAD} for row in rows] for name, rows in tables.items()}


def line_rows(deals: list[Deal]) -> list[dict]:
    return [
        {
            "Id": sid("00k", deal.deal_id * 10 + k),
            "OpportunityId": sid("006", deal.deal_id),
            "Product2Id": sid("01t", product),
            "SortOrder": k + 1,
            "Quantity": quantity,
            "TotalPrice": money(quantity * price),
            "CurrencyIsoCode": deal.currency,
            "SystemModstamp": utc(deal.created),
            "IsDeleted": "false",
            "_load": int(clock.night_after(deal.created)),
        }
        for deal in deals
        for k, (product, quantity, price) in enumerate(deal.lines)
    ]


def named(row: dict) -> dict:
    """A row of the firm's own files with the ids that the CRM gives to employees, deals and products."""
    kinds = {"employee_id": "005", "deal_id": "006", "product_id": "01t"}
    return row | {k: sid(kind, int(row[k])) for k, kind in kinds.items() if row.get(k)}


def tables(world: World) -> dict[tuple[str, str], pd.DataFrame]:
    crm = world.crm
    deal_of = {deal.lead.lead_id: deal for deal in crm.deals if deal.lead}
    rows = {
        "lead": lead_rows(crm.leads, deal_of),
        "opportunity": opportunity_rows(crm.deals),
        "opportunity_line_item": line_rows(crm.deals),
        **history_rows(crm.leads, crm.deals),
        **customer_rows(world.parties),
        **activity_rows(crm.activities),
        **dictionaries(),
    }
    frames = {("salesforce", name): as_text(found) for name, found in rows.items()}
    world.files = {name: [named(row) for row in found] for name, found in world.files.items()}
    calls = [named(row) for row in files.calls(by_files.strangers(crm.activities))]
    quotes = [named(row) for row in by_files.quotes(world)]
    told = {"calls": calls, "quotes": quotes, "products": by_files.products(), "customers": by_files.customers(world)}
    return frames | by_files.frames(told)
