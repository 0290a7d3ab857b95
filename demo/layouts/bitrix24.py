"""The CRM's native tables: crm.*.list, stage history, activities, telephony, as strings with `_loaded_at`."""

from __future__ import annotations

import datetime as dt
import json

import pandas as pd

from demo import clock
from demo import company as co
from demo.channels import Origin
from demo.crm import Activity, Deal, Lead, Step
from demo.invoices import SENT, Invoice
from demo.people import Party

# from here on every night's version of a record is kept, before only of one in ten
VERSIONS_FROM = clock.instant("2025-01-01")
FIRST_LOAD = int(clock.night_after(clock.START - 3 * clock.DAY))  # when dictionaries were first loaded


def iso(t) -> str:
    return "" if t is None else clock.iso_one(t)


def money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def nights(changes: list[int], keep_all: bool) -> list[tuple[int, int]]:
    """(load stamp, last change known by then) of each version that the loader took, oldest first."""
    stamps: dict[int, int] = {}
    for t in sorted(changes):
        stamps[int(clock.night_after(t))] = t
    versions = sorted(stamps.items())
    return versions if keep_all or versions[-1][1] >= VERSIONS_FROM else versions[-1:]


def phone_text(phone: str, k: int) -> str:
    """The same number as different people type it."""
    p = phone[1:]
    return (f"+7 ({p[:3]}) {p[3:6]}-{p[6:8]}-{p[8:]}", f"8{p}", f"+7{p}", f"8 {p[:3]} {p[3:6]} {p[6:]}")[k % 4]


def multi(value: str | None, kind: str = "WORK") -> str:
    return json.dumps([{"VALUE": value, "VALUE_TYPE": kind}], ensure_ascii=False) if value else ""


def email_text(email: str, k: int) -> str:
    return email.capitalize() if k % 9 == 0 else email


def utm(origin: Origin | None, term: str = "") -> dict[str, str]:
    o = origin or Origin("", "")
    return {
        "UTM_SOURCE": o.utm_source or "",
        "UTM_MEDIUM": o.utm_medium or "",
        "UTM_CAMPAIGN": o.utm_campaign or "",
        "UTM_CONTENT": o.utm_content or "",
        "UTM_TERM": term or o.utm_term or "",
        "SOURCE_ID": o.source_id or "",
    }


def _region(k) -> str:
    return "" if k is None else co.REGIONS[k]


def lead_rows(leads: list[Lead]) -> list[dict]:
    rows = []
    for lead in leads:
        p = lead.party
        for load, last in nights(lead.changes, lead.lead_id % 10 == 0 or lead.deleted_at is not None):
            at, status = [h for h in lead.history if h[0] <= last][-1]
            converted = status == "CONVERTED"
            semantic = co.SEMANTIC["lead", status]
            named = p is not None
            rows.append(
                {
                    "ID": str(lead.lead_id),
                    "TITLE": lead.title,
                    "NAME": p.first_name if named else "",
                    "LAST_NAME": p.last_name if named else "",
                    "COMPANY_TITLE": p.title if named else "",
                    "STATUS_ID": status,
                    "STATUS_SEMANTIC_ID": semantic,
                    "STATUS_DESCRIPTION": lead.reject_reason or "" if status == "JUNK" else "",
                    "CURRENCY_ID": "RUB",
                    "OPPORTUNITY": "0.00",
                    "ASSIGNED_BY_ID": str(lead.manager_at(last)),
                    "CREATED_BY_ID": "1",
                    "DATE_CREATE": iso(lead.created),
                    "DATE_MODIFY": iso(last),
                    "MOVED_TIME": iso(at),
                    "DATE_CLOSED": iso(at) if semantic in "SF" else "",
                    "COMPANY_ID": str(p.company_id) if converted and p.company_id else "0",
                    "CONTACT_ID": str(p.contact_id) if converted else "0",
                    **utm(lead.origin),
                    "HAS_PHONE": "Y" if named else "N",
                    "PHONE": multi(phone_text(p.phone, lead.lead_id)) if named else "",
                    "EMAIL": multi(email_text(p.email, lead.lead_id))
                    if named and (p.user_id or lead.lead_id % 4)
                    else "",
                    "UF_CRM_YM_CLIENT_ID": str(lead.client_id or ""),
                    "UF_CRM_REGION": _region(lead.region),
                    "_load": load,
                }
            )
        if lead.deleted_at:
            rows.append({"ID": str(lead.lead_id), "_deleted": "Y", "_load": int(clock.night_after(lead.deleted_at))})
    return rows


def deal_rows(deals: list[Deal], contact_of: dict[int, int]) -> list[dict]:
    """contact_of: the contact card of a deal where it is not its party's first one."""
    rows = []
    for deal in deals:
        p = deal.party
        versions = nights(deal.changes, deal.deal_id % 10 == 0 or deal.deleted_at is not None)
        if deal.told != "history":  # entered as a whole
            last = max(deal.created, deal.history[-1][0])
            versions = [(int(clock.night_after(last)), last)]
        for load, last in versions:
            known = [h for h in deal.history if h[0] <= last]
            at, stage = known[-1]
            semantic = co.SEMANTIC.get(("deal", stage), "P")
            amount, expected = deal.card_at(last)
            closed = semantic in "SF"
            rows.append(
                {
                    "ID": str(deal.deal_id),
                    "TITLE": deal.title,
                    "TYPE_ID": "SALE",
                    "CATEGORY_ID": deal.pipeline,
                    "STAGE_ID": stage,
                    "STAGE_SEMANTIC_ID": semantic,
                    "PROBABILITY": "",
                    "CURRENCY_ID": deal.currency,
                    "OPPORTUNITY": money(amount),
                    "IS_MANUAL_OPPORTUNITY": "N" if deal.lines else "Y",
                    "COMPANY_ID": str(p.company_id or 0),
                    "CONTACT_ID": str(contact_of.get(deal.deal_id, p.contact_id)),
                    "LEAD_ID": str(deal.lead.lead_id) if deal.lead else "",
                    "BEGINDATE": iso(clock.day_start(clock.day_of(deal.created))),
                    "CLOSEDATE": ""
                    if deal.told == "nothing"
                    else iso(clock.day_start(clock.day_of(at) if closed else expected)),
                    "CLOSED": "Y" if closed else "N",
                    "ASSIGNED_BY_ID": str(deal.manager_at(last)),
                    "CREATED_BY_ID": "1",
                    "DATE_CREATE": iso(deal.created),
                    "DATE_MODIFY": iso(last),
                    "MOVED_TIME": iso(at) if deal.told == "history" else "",
                    **utm(deal.origin),
                    "UF_CRM_YM_CLIENT_ID": str(deal.client_id or ""),
                    "UF_CRM_LOST_REASON": (deal.lost_reason or "") if semantic == "F" else "",
                    "UF_CRM_ORDER_ID": str(deal.order.order_id) if deal.order and deal.link in ("uf", "both") else "",
                    "_load": load,
                }
            )
        if deal.deleted_at:
            rows.append({"ID": str(deal.deal_id), "_deleted": "Y", "_load": int(clock.night_after(deal.deleted_at))})
    return rows


def contact_rows(parties: list[Party]) -> list[dict]:
    rows = []
    for p in parties:
        cards = [{"id": p.contact_id, "phone": p.phone, "email": p.email, "at": p.created}] if p.contact_id else []
        for card in cards + p.duplicates:
            at = card["at"]
            rows.append(
                {
                    "ID": str(card["id"]),
                    "NAME": p.first_name,
                    "LAST_NAME": p.last_name,
                    "TYPE_ID": "CLIENT",
                    "SOURCE_ID": "WEBFORM",
                    "ASSIGNED_BY_ID": str(p.manager or co.ESHOP_USER),
                    "DATE_CREATE": iso(at),
                    "DATE_MODIFY": iso(at),
                    "COMPANY_ID": str(p.company_id or 0),
                    "PHONE": multi(phone_text(card["phone"], card["id"])),
                    "EMAIL": multi(email_text(card["email"], card["id"] + 4)),
                    "UF_CRM_YM_CLIENT_ID": str(p.client_id or "") if card["id"] == p.contact_id else "",
                    "UF_CRM_REGION": _region(p.region),
                    "UF_CRM_SEGMENT": p.segment or "",
                    "_load": int(clock.night_after(at)),
                }
            )
    return sorted(rows, key=lambda r: int(r["ID"]))


def company_rows(parties: list[Party]) -> list[dict]:
    """A company's card holds the e-mail of the person who speaks for it."""
    return sorted(
        (
            {
                "ID": str(p.company_id),
                "TITLE": p.title,
                "COMPANY_TYPE": "CUSTOMER",
                "INDUSTRY": "OTHER",
                "ASSIGNED_BY_ID": str(p.manager or 1),
                "DATE_CREATE": iso(p.created),
                "DATE_MODIFY": iso(p.created),
                "CONTACT_ID": str(p.contact_id),
                "PHONE": multi(f"7495{p.party_id:07d}"),
                "EMAIL": multi(p.email),
                "UF_CRM_REGION": _region(p.region),
                "UF_CRM_SEGMENT": p.segment or "",
                "_load": int(clock.night_after(p.created)),
            }
            for p in parties
            if p.company_id
        ),
        key=lambda r: int(r["ID"]),
    )


def history_rows(items: list, kind: str) -> list[dict]:
    """Stage history of leads or deals: 1 created, 2 moved, 3 closed."""
    entries = []
    for item in items:
        for k, (t, stage) in enumerate(item.history if getattr(item, "told", "history") == "history" else []):
            entries.append((t, getattr(item, f"{kind}_id"), k, stage, item))
    entries.sort(key=lambda e: e[:3])
    rows = []
    for number, (t, owner, k, stage, item) in enumerate(entries):
        semantic = co.SEMANTIC.get((kind, stage), "P")
        row = {
            "ID": str(3001 + number),
            "TYPE_ID": "1" if k == 0 else ("2" if semantic == "P" else "3"),
            "OWNER_ID": str(owner),
            "CREATED_TIME": iso(t),
        }
        if kind == "lead":
            row |= {"STATUS_SEMANTIC_ID": semantic, "STATUS_ID": stage}
        else:
            row |= {"CATEGORY_ID": item.pipeline, "STAGE_SEMANTIC_ID": semantic, "STAGE_ID": stage}
        rows.append(row | {"_load": int(clock.night_after(t))})
    return rows


# kind -> TYPE_ID, PROVIDER_ID, PROVIDER_TYPE_ID
PROVIDERS = {
    "call": ("2", "VOXIMPLANT_CALL", "CALL"),
    "email": ("4", "CRM_EMAIL", "EMAIL"),
    "meeting": ("1", "CRM_MEETING", "MEETING"),
    "message": ("6", "IMOPENLINES_SESSION", "1"),
    "social": ("6", "REST_APP", "SOCIAL"),
    "presentation": ("6", "REST_APP", "PRESENTATION"),
    "referral_request": ("6", "REST_APP", "REFERRAL_REQUEST"),
    "task": ("6", "CRM_TASKS_TASK", "TASKS"),
}
SUBJECTS = {
    "call": "Звонок",
    "email": "Письмо",
    "meeting": "Встреча",
    "message": "Сообщение",
    "social": "Ответ в сообществе",
    "presentation": "Презентация",
    "referral_request": "Просьба о рекомендации",
    "task": "Задача",
}


def _owner(a: Activity) -> tuple[str, str]:
    if a.lead:
        return str(a.lead.lead_id), "1"
    if a.deal:
        return str(a.deal.deal_id), "2"
    if a.party and a.party.contact_id:
        return str(a.party.contact_id), "3"
    return "0", "0"


def activity_rows(activities: list[Activity]) -> list[dict]:
    rows = []
    for a in activities:
        if not a.in_crm:
            continue
        owner, owner_type = _owner(a)
        bindings = [{"OWNER_ID": owner, "OWNER_TYPE_ID": owner_type}] if owner != "0" else []
        if a.deal and a.party and a.party.contact_id:
            bindings.append({"OWNER_ID": str(a.party.contact_id), "OWNER_TYPE_ID": "3"})
        kind, provider, provider_type = PROVIDERS[a.kind]
        if a.kind == "call" and not a.in_telephony:
            provider, provider_type = "CRM_CALL", "CALL"
        versions = [(a.ended if a.done else a.created, a.done)]
        if a.done and clock.night_after(a.created) < clock.night_after(a.ended):
            versions.insert(0, (a.created, False))
        for t, done in versions:
            rows.append(
                {
                    "ID": str(a.activity_id),
                    "OWNER_ID": owner,
                    "OWNER_TYPE_ID": owner_type,
                    "TYPE_ID": kind,
                    "PROVIDER_ID": provider,
                    "PROVIDER_TYPE_ID": provider_type,
                    "SUBJECT": SUBJECTS[a.kind],
                    "CREATED": iso(a.created),
                    "LAST_UPDATED": iso(t),
                    "START_TIME": iso(a.started),
                    "END_TIME": iso(a.ended),
                    "DEADLINE": iso(a.started) if a.kind in ("task", "meeting") else "",
                    "COMPLETED": "Y" if done else "N",
                    "STATUS": "2" if done else "1",
                    "DIRECTION": {"in": "1", "out": "2", None: "0"}[a.direction],
                    "RESPONSIBLE_ID": str(a.manager),
                    "RESULT_SOURCE_ID": a.outcome or "" if done else "",
                    "BINDINGS": json.dumps(bindings, separators=(",", ":")),
                    "_load": int(clock.night_after(t)),
                }
            )
    return rows


def step_rows(steps: list[Step]) -> list[dict]:
    rows = []
    kind, provider, provider_type = PROVIDERS["task"]
    for step in steps:
        owner = {"OWNER_ID": str(step.deal.deal_id), "OWNER_TYPE_ID": "2"}
        versions = [(step.created, False)]
        if step.done_at:
            night = clock.night_after(step.done_at)
            versions = [v for v in versions if clock.night_after(v[0]) < night] + [(step.done_at, True)]
        for t, done in versions:
            rows.append(
                {
                    "ID": str(step.activity_id),
                    **owner,
                    "TYPE_ID": kind,
                    "PROVIDER_ID": provider,
                    "PROVIDER_TYPE_ID": provider_type,
                    "SUBJECT": "Следующий шаг",
                    "CREATED": iso(step.created),
                    "LAST_UPDATED": iso(t),
                    "START_TIME": iso(step.deadline),
                    "END_TIME": iso(step.done_at if done else step.deadline),
                    "DEADLINE": iso(step.deadline),
                    "COMPLETED": "Y" if done else "N",
                    "STATUS": "2" if done else "1",
                    "DIRECTION": "0",
                    "RESPONSIBLE_ID": str(step.manager),
                    "RESULT_SOURCE_ID": "",
                    "BINDINGS": json.dumps([owner], separators=(",", ":")),
                    "_load": int(clock.night_after(t)),
                }
            )
    return rows


def call_rows(activities: list[Activity]) -> list[dict]:
    rows = []
    for a in activities:
        if not a.in_telephony:
            continue
        entity, number = (
            ("LEAD", a.lead.lead_id)
            if a.lead
            else (("CONTACT", a.party.contact_id) if a.party and a.party.contact_id else ("", ""))
        )
        rows.append(
            {
                "ID": str(a.activity_id - 15000),
                "CALL_ID": f"externalCall.{a.activity_id:x}",
                "CALL_CATEGORY": "external",
                "PORTAL_USER_ID": str(a.manager),
                "PORTAL_NUMBER": "74951234567",
                "PHONE_NUMBER": a.party.phone if a.party else a.phone or f"7902{a.activity_id:07d}",
                "CALL_TYPE": "2" if a.direction == "in" else "1",
                "CALL_DURATION": str(a.ended - a.started),
                "CALL_START_DATE": iso(a.started),
                "CALL_FAILED_CODE": a.call_code,
                "CRM_ENTITY_TYPE": entity,
                "CRM_ENTITY_ID": str(number),
                "CRM_ACTIVITY_ID": str(a.activity_id) if a.in_crm else "",
                "COST": "0.0000",
                "COST_CURRENCY": "RUR",
                "_load": int(clock.night_after(a.started)),
            }
        )
    return rows


def quote_rows(quotes) -> list[dict]:
    return [
        {
            "ID": str(q.quote_id),
            "TITLE": f"Предложение {q.quote_id}",
            "STATUS_ID": q.status,
            "DEAL_ID": str(q.deal.deal_id),
            "LEAD_ID": "",
            "COMPANY_ID": str(q.deal.party.company_id or 0),
            "CONTACT_ID": str(q.deal.party.contact_id),
            "ASSIGNED_BY_ID": str(q.deal.manager),
            "CURRENCY_ID": q.deal.currency,
            "OPPORTUNITY": money(q.amount),
            "DATE_CREATE": iso(q.created),
            "DATE_MODIFY": iso(q.created),
            "BEGINDATE": iso(clock.day_start(clock.day_of(q.created))),
            "CLOSED": "N",
            "_load": int(clock.night_after(q.created)),
        }
        for q in quotes
    ]


def invoice_rows(invoices: list[Invoice]) -> list[dict]:
    """Smart invoices, a version for each night on which one came into a stage."""
    rows = []
    for x in invoices:
        moves = [(x.issued, SENT)] + ([(x.closed, x.stage)] if x.closed else [])
        for at, stage in moves:
            rows.append(
                {
                    "id": str(x.invoice_id),
                    "title": f"Счёт {x.invoice_id}",
                    "categoryId": "1",
                    "stageId": stage,
                    "opportunity": money(x.amount),
                    "currencyId": x.currency,
                    "begindate": iso(clock.day_start(clock.day_of(x.issued))),
                    "closedate": iso(clock.day_start(x.due)) if x.due else "",
                    "parentId2": str(x.deal.deal_id),
                    "companyId": str(x.deal.party.company_id or 0),
                    "contactId": str(x.deal.party.contact_id),
                    "contactIds": "",
                    "assignedById": str(x.deal.manager),
                    "createdTime": iso(x.issued),
                    "updatedTime": iso(at),
                    "movedTime": iso(at),
                    "_load": int(clock.night_after(at)),
                }
            )
    return rows


def invoice_stages() -> list[dict]:
    """Stages of the pipeline of invoices."""
    stages = (("N", "Новый", ""), ("S", "Отправлен", ""), ("P", "Оплачен", "S"), ("D", "Не оплачен", "F"))
    return [
        {
            "ID": str(400 + k),
            "ENTITY_ID": "SMART_INVOICE_STAGE_1",
            "STATUS_ID": f"DT31_1:{stage}",
            "SORT": str(10 * k),
            "NAME": name,
            "SEMANTICS": semantics,
            "CATEGORY_ID": "1",
            "_load": FIRST_LOAD,
        }
        for k, (stage, name, semantics) in enumerate(stages)
    ]


def product_row_rows(deals: list[Deal]) -> list[dict]:
    rows, number = [], 7000
    for deal in deals:
        for k, (product, quantity, price) in enumerate(deal.lines):
            number += 1
            rows.append(
                {
                    "id": str(number),
                    "ownerId": str(deal.deal_id),
                    "ownerType": "D",
                    "productId": str(product),
                    "productName": co.PRODUCT_NAME[product],
                    "price": money(price),
                    "quantity": str(quantity),
                    "discountSum": "0",
                    "taxRate": "20",
                    "taxIncluded": "Y",
                    "sort": str(10 * (k + 1)),
                    "_load": int(clock.night_after(deal.created)),
                }
            )
    return rows


def user_rows(first_load: int) -> list[dict]:
    """Users as they were seen first, and those who left once more."""
    rows = []
    for number, name, last_name, department, hired, left, is_manager in co.EMPLOYEES:
        seen = max(first_load, int(clock.night_after(clock.day_start(dt.date.fromisoformat(hired)))))
        gone = [("N", int(clock.night_after(clock.day_start(dt.date.fromisoformat(left)))))] if left else []
        for active, load in [("Y", seen), *gone]:
            rows.append(
                {
                    "ID": str(number),
                    "ACTIVE": active,
                    "NAME": name,
                    "LAST_NAME": last_name,
                    "WORK_POSITION": "Менеджер по продажам" if is_manager else "",
                    "UF_DEPARTMENT": f"[{department}]",
                    "UF_EMPLOYMENT_DATE": f"{hired}T03:00:00+03:00",
                    "USER_TYPE": "employee",
                    "_load": load,
                }
            )
    return rows


def dictionaries(first_load: int) -> dict[str, list[dict]]:
    entity = {("lead", ""): "STATUS", ("deal", "0"): "DEAL_STAGE", ("deal", "1"): "DEAL_STAGE_1"}
    statuses = [
        {
            "ID": str(100 + k),
            "ENTITY_ID": entity[s[0], s[1]],
            "STATUS_ID": s[2],
            "SORT": str(s[4]),
            "NAME": s[3],
            "SEMANTICS": {"open": "", "won": "S", "lost": "F"}[s[5]],
            "CATEGORY_ID": s[1],
        }
        for k, s in enumerate(co.STAGES)
    ]
    statuses += [
        {
            "ID": str(200 + k),
            "ENTITY_ID": "SOURCE",
            "STATUS_ID": i,
            "SORT": str(10 * k),
            "NAME": name,
            "SEMANTICS": "",
            "CATEGORY_ID": "",
        }
        for k, (i, name) in enumerate(co.SOURCES)
    ]
    statuses += [
        {
            "ID": str(300 + k),
            "ENTITY_ID": "QUOTE_STATUS",
            "STATUS_ID": i,
            "SORT": str(10 * k),
            "NAME": name,
            "SEMANTICS": s,
            "CATEGORY_ID": "",
        }
        for k, (i, name, s) in enumerate(
            [
                ("DRAFT", "Черновик", ""),
                ("SENT", "Отправлено клиенту", ""),
                ("APPROVED", "Принято", "S"),
                ("DECLAINED", "Отклонено", "F"),
            ]
        )
    ]
    tables = {
        "crm_status": statuses,
        "crm_category": [
            {
                "id": p,
                "name": name,
                "sort": str(100 * (k + 1)),
                "entityTypeId": "2",
                "isDefault": "Y" if p == "0" else "N",
            }
            for k, (p, name) in enumerate(co.PIPELINES.items())
        ],
        "catalog_section": [
            {"id": str(40 + k), "iblockId": "14", "iblockSectionId": "", "name": g} for k, g in enumerate(co.GROUPS)
        ],
        "catalog_product": [
            {
                "id": str(p[0]),
                "iblockId": "14",
                "iblockSectionId": str(40 + p[1]),
                "name": p[2],
                "active": "Y",
                "purchasingPrice": f"{p[4]}.00" if p[4] is not None else "",
                "purchasingCurrency": p[5] if p[4] is not None else "",
                "timestampX": "2024-06-03T12:00:00+03:00",
            }
            for p in co.PRODUCTS
        ],
        "department": [
            {"ID": str(d[0]), "NAME": d[1], "SORT": "500", "PARENT": str(d[2] or ""), "UF_HEAD": str(d[3])}
            for d in co.DEPARTMENTS
        ],
        "crm_currency": [
            {"CURRENCY": c, "AMOUNT": a, "AMOUNT_CNT": "1", "BASE": "Y" if c == "RUB" else "N"}
            for c, a in (("RUB", "1.0000"), ("USD", "86.1000"), ("EUR", "94.8000"))
        ],
    }
    return {name: [r | {"_load": first_load} for r in rows] for name, rows in tables.items()}


def tables(world) -> dict[tuple[str, str], pd.DataFrame]:
    crm = world.crm
    leads, deals = crm.leads + world.extra.leads, crm.deals + world.extra.deals
    rows = {
        "crm_lead": lead_rows(leads),
        "crm_deal": deal_rows(deals, world.contact_of_deal),
        "crm_contact": contact_rows(world.parties),
        "crm_company": company_rows(world.parties),
        "crm_stagehistory_lead": history_rows(leads, "lead"),
        "crm_stagehistory_deal": history_rows(deals, "deal"),
        "crm_activity": activity_rows(crm.activities),
        "crm_quote": quote_rows(crm.quotes),
        "crm_item_productrow": product_row_rows(deals),
        "voximplant_statistic": call_rows(crm.activities),
        "user": user_rows(FIRST_LOAD),
        **dictionaries(FIRST_LOAD),
    }
    return {("bitrix24", name): pd.DataFrame(r) for name, r in rows.items()}


def add_apart(frames: dict[tuple[str, str], pd.DataFrame], world) -> None:
    """Rows behind all others, so that nothing drawn over the tables moves: steps planned, and versions that were written apart."""
    cards = frames["bitrix24", "crm_deal"]
    versions = []
    for deal in world.crm.deals:
        for at in deal.written_apart:
            row = cards[cards["ID"] == str(deal.deal_id)].sort_values("_load", kind="stable").iloc[-1].to_dict()
            closes = iso(clock.day_start(deal.card_at(at)[1]))
            row |= {"CLOSEDATE": closes, "ASSIGNED_BY_ID": str(deal.manager_at(at)), "DATE_MODIFY": iso(at)}
            versions.append(row | {"_load": int(clock.night_after(at)), "_file": None})
    invoices = invoice_rows(world.books.invoices)
    if invoices:
        frames["bitrix24", "crm_smart_invoice"] = pd.DataFrame(invoices)
    stages = invoice_stages() if invoices else []
    for name, rows in (("crm_deal", versions), ("crm_activity", step_rows(world.steps)), ("crm_status", stages)):
        if rows:
            frame = frames["bitrix24", name]
            more = pd.DataFrame(rows).reindex(columns=frame.columns)
            frames["bitrix24", name] = pd.concat([frame, more.astype(object)], ignore_index=True)
