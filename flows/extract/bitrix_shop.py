"""The online shop of Bitrix24 or 1C-Bitrix by inbound webhook (source page 11, part A). Env KPI_SHOP_WEBHOOK.

Orders changed since the last load are loaded with all their basket items, payments and property values, for only an
order tells that something of it changed; what such an order no longer has, and all of a deleted order, is marked as
deleted. The first load reads those lists whole. The links between orders and deals have no time of change, so they are
read whole each time, and only new and removed ones are loaded.
"""

from collections.abc import Iterator
from typing import Any

from flows.extract.bitrix_rest import Listing, Portal, Reading, counts, portal_of, span
from flows.extract.commit import Load, known_keys, state_of
from flows.extract.common import LoadReport, Run, chunks

WEBHOOK = "KPI_SHOP_WEBHOOK"
ORDERS_AT_ONCE = 15  # so that what belongs to them fits into a page of 50, as a rule
ORDERS = Listing("sale_order", "sale.order.list", "orders", "id", "dateUpdate")
PARTS = (
    Listing("sale_basket_item", "sale.basketitem.list", "basketItems", "id"),
    Listing("sale_payment", "sale.payment.list", "payments", "id"),
    Listing("sale_property_value", "sale.propertyvalue.list", "propertyValues", "id"),
)
STATUSES = Listing("sale_status", "sale.status.list", "statuses", "id")
LINK = ("orderId", "ownerTypeId", "ownerId")
LINKS = Listing("crm_order_entity", "crm.orderentity.list", "orderEntity", "orderId", unique=LINK)


def read(load: Load, run: Run) -> dict[str, Any]:
    """Loads everything that changed.

    Args:
        load: where to put it.
        run: what was asked for.

    Returns:
        The cursors.

    Raises:
        LoadError: see `common`.
    """
    portal = portal_of(run, WEBHOOK)
    reading = Reading(portal, load, run, state_of(run.root, run.source))
    reading.whole(STATUSES)
    orders, gone = reading.changed(ORDERS)
    for listing in PARTS:
        pages = portal.pages(listing, {}) if reading.first else _of_orders(portal, listing, orders)
        reading.owned(listing, "orderId", pages, orders, gone)
    _read_links(portal, load, run)
    return reading.state()


def _of_orders(portal: Portal, listing: Listing, orders: set[str]) -> Iterator[list[dict[str, Any]]]:
    filters = ({"orderId": some} for some in chunks(sorted(orders, key=int), ORDERS_AT_ONCE))
    return portal.many(listing, filters, "parts of orders")


def _read_links(portal: Portal, load: Load, run: Run) -> None:
    links = {LINKS.identity(row): row for row in portal.whole(LINKS)}
    known = known_keys(run.root, run.source, LINKS.table, LINK)
    load.add(LINKS.table, (row for link, row in links.items() if link not in known))
    load.add_deleted(LINKS.table, LINK, [link for link in known if link not in links], len(known))


def plan(run: Run) -> LoadReport:
    """Asks the shop how many rows a load would bring; nothing is written.

    Args:
        run: what would be asked for.

    Raises:
        LoadError: see `common`.
    """
    portal = portal_of(run, WEBHOOK)
    cursor = state_of(run.root, run.source).get("cursor")
    asked = counts(portal, (STATUSES, ORDERS), {ORDERS.table: span(ORDERS, run.since, run.until, cursor)})
    return LoadReport(run.source, rows=asked | {listing.table: -1 for listing in (*PARTS, LINKS)})
