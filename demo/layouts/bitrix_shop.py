"""The shop's native tables: sale.* of 1C-Bitrix."""

from __future__ import annotations

import pandas as pd

from demo import clock
from demo import company as co
from demo.layouts.bitrix24 import email_text, iso, money, nights, phone_text
from demo.shop import Order


def _status(order: Order, t: int) -> str:
    if order.closed and order.closed <= t:
        return "F"
    return "P" if order.paid and order.paid <= t else "N"


def order_rows(orders: list[Order]) -> list[dict]:
    rows = []
    for o in orders:
        changes = [t for t in (o.created, o.paid, o.cancelled, o.closed, o.refund_at if o.cut else None) if t]
        for load, t in nights(changes, o.order_id % 10 == 0 or o.deleted_at is not None):
            left = o.amount - o.refund_amount if o.cut and o.refund_at <= t else o.amount
            paid, cancelled = bool(o.paid and o.paid <= t), bool(o.cancelled and o.cancelled <= t)
            rows.append(
                {
                    "id": str(o.order_id),
                    "lid": "s1",
                    "dateInsert": iso(o.created),
                    "dateUpdate": iso(t),
                    "personTypeId": "1",
                    "statusId": _status(o, t),
                    "price": money(left),
                    "discountValue": "0",
                    "taxValue": "0",
                    "currency": o.currency,
                    "userId": str(o.party.user_id) if o.party else "0",
                    "responsibleId": str(o.responsible or ""),
                    "payed": "Y" if paid else "N",
                    "canceled": "Y" if cancelled else "N",
                    "dateCanceled": iso(o.cancelled) if cancelled else "",
                    "_load": load,
                }
            )
        if o.deleted_at:
            rows.append({"id": str(o.order_id), "_deleted": "Y", "_load": int(clock.night_after(o.deleted_at))})
    return rows


def basket_rows(orders: list[Order]) -> list[dict]:
    rows, number = [], 30000
    for o in orders:
        for k, (product, quantity, price) in enumerate(o.lines):
            number += 1
            if o.cut and k == len(o.lines) - 1:
                continue  # sent back: it is no longer in the basket
            rows.append(
                {
                    "id": str(number),
                    "orderId": str(o.order_id),
                    "sort": str(100 * (k + 1)),
                    "productId": str(product),
                    "price": money(price),
                    "currency": o.currency,
                    "quantity": str(quantity),
                    "name": co.PRODUCT_NAME[product],
                    "_load": int(clock.night_after(o.created)),
                }
            )
    return rows


def payment_rows(orders: list[Order]) -> list[dict]:
    rows, number = [], 60000
    for o in orders:
        for part in o.payments:
            number += 1
            came, gone = part.get("paid", o.paid), part["returned"]
            changes = [t for t in (part.get("made", o.created), came, gone) if t]
            for load, t in nights(changes, o.order_id % 10 == 0):
                paid, returned = bool(came and came <= t), bool(gone and gone <= t)
                rows.append(
                    {
                        "id": str(number),
                        "orderId": str(o.order_id),
                        "paid": "Y" if paid and not (returned and "paid" in part) else "N",
                        "datePaid": iso(came) if paid else "",
                        "sum": money(part["amount"]),
                        "currency": o.currency,
                        "paySystemName": part.get("by") or ("Касса" if o.store else "Банковская карта"),
                        "isReturn": "Y" if returned else "N",
                        "payReturnDate": iso(part["returned"]) if returned else "",
                        "_load": load,
                    }
                )
    return rows


def property_rows(orders: list[Order]) -> list[dict]:
    rows, number = [], 100000
    for o in orders:
        origin, p = o.origin, o.party
        values = {
            "UTM_SOURCE": origin.utm_source if origin else None,
            "UTM_MEDIUM": origin.utm_medium if origin else None,
            "UTM_CAMPAIGN": origin.utm_campaign if origin else None,
            "YM_CLIENT_ID": str(o.client_id) if o.client_id else None,
            "EMAIL": email_text(p.email, o.order_id) if p else None,
            "PHONE": phone_text(p.phone, o.order_id) if p and o.phone_known else None,
            "REGION": co.REGIONS[o.region] if o.region is not None else None,
            "POINT_OF_SALE": o.store or "Сайт",
        }
        for code, value in values.items():
            if value:
                number += 1
                rows.append(
                    {
                        "id": str(number),
                        "orderId": str(o.order_id),
                        "code": code,
                        "value": value,
                        "_load": int(clock.night_after(o.created)),
                    }
                )
    return rows


def tables(world) -> dict[tuple[str, str], pd.DataFrame]:
    orders = world.orders + world.extra.orders
    first = int(clock.night_after(clock.START - 3 * clock.DAY))
    links = [
        {
            "orderId": str(d.order.order_id),
            "ownerId": str(d.deal_id),
            "ownerTypeId": "2",
            "_load": int(clock.night_after(d.created)),
        }
        for d in world.crm.deals
        if d.order and d.link in ("entity", "both")
    ]
    rows = {
        "sale_order": order_rows(orders),
        "sale_basket_item": basket_rows(orders),
        "sale_payment": payment_rows(orders),
        "sale_property_value": property_rows(orders),
        "crm_order_entity": links,
        "sale_status": [
            {"id": i, "type": "O", "sort": str(100 * (k + 1)), "_load": first} for k, i in enumerate("NPF")
        ],
    }
    return {("bitrix_shop", name): pd.DataFrame(r) for name, r in rows.items()}
