"""What a system keeps nowhere, or keeps where it is not read: the firm brings it by files."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from demo import company as co
from demo import tally
from demo.crm import Activity
from demo.layouts import files
from demo.world import World


def member(system: str, dimension: str, key: str, pipelines: dict[str, str], stage_of: Callable[[str], str]) -> str:
    """The key of a member of a dimension in a CRM that has pipelines of its own, and its products by file."""
    if dimension == "pipeline":
        key = pipelines.get(key, key)
    if dimension == "stage" and ":" in key:
        pipeline, stage = key.split(":", 1)
        key = f"{pipelines[pipeline]}:{stage_of(stage)}"
    told = tally.with_system(dimension, key)
    if dimension == "product":
        return told.replace("bitrix24", "files")
    return system + told.removeprefix("bitrix24") if told.startswith("bitrix24") else told


def products() -> list[dict]:
    return [
        {"product_id": p[0], "name": p[2], "product_group": co.GROUPS[p[1]], "unit_cost": p[4], "currency": p[5]}
        for p in co.PRODUCTS
    ]


def deal_lines(world: World) -> list[dict]:
    return [
        {
            "deal_id": deal.deal_id,
            "line_no": k + 1,
            "product_id": product,
            "quantity": quantity,
            "amount_minor": quantity * price,
        }
        for deal in world.crm.deals
        for k, (product, quantity, price) in enumerate(deal.lines)
    ]


def quotes(world: World) -> list[dict]:
    return [
        {
            "quote_id": q.quote_id,
            "created_at": q.created,
            "sent_at": None if q.status == "DRAFT" else q.created,
            "status": q.status,
            "amount_minor": q.deal.amount,
            "currency": q.deal.currency,
            "deal_id": q.deal.deal_id,
            "employee_id": q.deal.manager,
        }
        for q in world.crm.quotes
    ]


def customers(world: World) -> list[dict]:
    """The firm's own list, where a company's card in the CRM has a phone and no e-mail."""
    company = {files.customer_ref(p): f"7495{p.party_id:07d}" for p in world.parties if p.company_id}
    rows = [{"phone": company.get(row["customer_id"]), **row} for row in files.customers(world)]
    return [row | {"email": None} if row["phone"] else row for row in rows]


def strangers(activities: Iterable[Activity], nameless: bool = False) -> list[Activity]:
    """Calls with nobody whom the CRM knows: the telephone exchange tells them.

    nameless: a request without a name, a phone and an e-mail is no record of the CRM either.
    """
    return [
        a
        for a in activities
        if a.kind == "call" and not (a.party or a.deal or (a.lead and (a.lead.party or not nameless)))
    ]


def frames(tables: dict[str, list[dict]]) -> dict[tuple[str, str], pd.DataFrame]:
    return {("files", name): files.frame(name, rows) for name, rows in tables.items()}


def as_text(rows: list[dict]) -> pd.DataFrame:
    """Every value of a system's rows as the text that a loader lands."""
    told = [{k: v if k == "_load" else "" if v is None else str(v) for k, v in row.items()} for row in rows]
    return pd.DataFrame(told)
