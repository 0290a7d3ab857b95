"""Bitrix24 by inbound webhook (source page 01, sections 1 to 3, 5 and 6). Env KPI_BITRIX24_WEBHOOK: its address.

What is loaded, each time:

- leads, deals, contacts, companies, quotes, invoices, activities: those changed since the last load, less ten minutes; then an id
  scan finds the deleted ones, and any record that is missing is fetched by its id; the portal's count must agree;
- product rows: of every deal that was loaded, as a change of them shows in the deal alone;
- stage history and calls: those above the last id; the ids are scanned if the portal's count differs. They are logs: what was loaded once stays,
  though the portal may list it no more (the history of a deal that went to another pipeline); it goes with its lead or deal alone;
- statuses, pipelines, users, departments, currencies, user fields with the items of their lists, catalog sections: whole, which keeps
  their history;
- products: those changed, and those missing. Products and dictionaries are never marked as deleted, for old records
  still point to them.

A webhook without the scopes `telephony` or `catalog`, or without the right to see invoices or user fields, leaves those tables out, with a warning.
"""

from functools import partial
from typing import Any

from flows.base.errors import Incomplete
from flows.extract.bitrix_rest import NO_ROWS, Listing, Portal, Reading, counts, if_allowed, portal_of, span
from flows.extract.commit import Load, state_of
from flows.extract.common import WHOLE, LoadReport, Run

WEBHOOK = "KPI_BITRIX24_WEBHOOK"
HISTORY_OVERLAP = 1000  # ids; the ids of changes made at once may come late
CALL_OVERLAP = 200  # ids; the CRM record and the vote of a call are filled in after it
EVERYTHING = ("*", "UF_*")
WITH_CONTACTS = (*EVERYTHING, "PHONE", "EMAIL")

LEADS = Listing("crm_lead", "crm.lead.list", changed="DATE_MODIFY", select=WITH_CONTACTS)
DEALS = Listing("crm_deal", "crm.deal.list", changed="DATE_MODIFY", select=EVERYTHING)
RECORDS = (
    LEADS,
    Listing("crm_contact", "crm.contact.list", changed="DATE_MODIFY", select=WITH_CONTACTS),
    Listing("crm_company", "crm.company.list", changed="DATE_MODIFY", select=WITH_CONTACTS),
    Listing("crm_quote", "crm.quote.list", changed="DATE_MODIFY", select=EVERYTHING),
    Listing("crm_activity", "crm.activity.list", changed="LAST_UPDATED", select=("*", "BINDINGS")),
)

INVOICES = Listing(
    *("crm_smart_invoice", "crm.item.list", "items", "id", "updatedTime"),
    select=EVERYTHING,
    fixed={"entityTypeId": 31, "useOriginalUfNames": "Y"},
)


def _history(record: str, type_id: int) -> Listing:
    return Listing(
        *(f"crm_stagehistory_{record}", "crm.stagehistory.list", "items"),
        changed="CREATED_TIME",
        fixed={"entityTypeId": type_id},
        log=True,
        owner="OWNER_ID",
    )


HISTORIES = {LEADS.table: _history("lead", 1), DEALS.table: _history("deal", 2)}
CALLS = Listing("voximplant_statistic", "voximplant.statistic.get", changed="CALL_START_DATE", telephony=True, log=True)
PRODUCT_ROWS = Listing("crm_item_productrow", "crm.item.productrow.list", "productRows", key="id")
DICTIONARIES = (
    Listing("crm_status", "crm.status.list"),
    Listing("crm_category", "crm.category.list", "categories", key="id", fixed={"entityTypeId": 2}),
    Listing("user", "user.get", fixed={"sort": "ID", "order": "ASC", "ADMIN_MODE": True}),
    Listing("department", "department.get", fixed={"sort": "ID", "order": "ASC"}),
    Listing("crm_currency", "crm.currency.list", key="CURRENCY"),
)
USER_FIELDS = tuple(
    Listing("crm_userfield", f"crm.{record}.userfield.list") for record in ("lead", "deal", "contact", "company")
)
CATALOGS = Listing("catalog_catalog", "catalog.catalog.list", "catalogs", key="id")
PRODUCT_FIELDS = (
    *("id", "iblockId", "iblockSectionId", "name", "active", "code", "xmlId", "type", "measure"),
    *("purchasingPrice", "purchasingCurrency", "vatId", "vatIncluded", "dateCreate", "timestampX"),
)


def _products(iblock: str) -> Listing:
    return Listing(
        *("catalog_product", "catalog.product.list", "products", "id", "timestampX", PRODUCT_FIELDS),
        conditions={"iblockId": iblock},
        reference=True,
    )


def _sections(iblock: str) -> Listing:
    fields = ("id", "iblockId", "iblockSectionId", "name", "active", "sort", "code", "xmlId")
    return Listing(
        "catalog_section", "catalog.section.list", "sections", "id", select=fields, conditions={"iblockId": iblock}
    )


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
    for listing in DICTIONARIES:
        reading.whole(listing)
    for listing in USER_FIELDS:
        if_allowed(load, "user fields", partial(reading.whole, listing))
    gone = {listing.table: reading.changed(listing)[1] for listing in RECORDS}
    deals, gone[DEALS.table] = reading.changed(DEALS)
    owners = ({"=ownerType": "D", "=ownerId": deal} for deal in sorted(deals, key=int))
    reading.owned(PRODUCT_ROWS, "ownerId", portal.many(PRODUCT_ROWS, owners, "rows of deals"), deals, gone[DEALS.table])
    for records, history in HISTORIES.items():
        reading.appended(history, HISTORY_OVERLAP, settled=True, gone=gone[records])
    if_allowed(
        load, "invoices", lambda: reading.changed(INVOICES), frozenset({"NOT_FOUND", "ENTITY_TYPE_NOT_SUPPORTED"})
    )
    if_allowed(load, "telephony calls", lambda: reading.appended(CALLS, CALL_OVERLAP, settled=False))
    if_allowed(load, "the catalog", lambda: _read_catalog(portal, reading))
    return reading.state()


def _read_catalog(portal: Portal, reading: Reading) -> None:
    for catalog in portal.whole(CATALOGS):
        iblock = str(catalog.get("iblockId"))
        if not WHOLE.fullmatch(iblock):
            raise Incomplete(f"{CATALOGS.method}: a catalog's iblockId is no whole number", NO_ROWS)
        reading.whole(_sections(iblock))
        reading.changed(_products(iblock))


def plan(run: Run) -> LoadReport:
    """Asks the portal how many rows a load would bring; nothing is written.

    Args:
        run: what would be asked for.

    Raises:
        LoadError: see `common`.
    """
    portal = portal_of(run, WEBHOOK)
    state = state_of(run.root, run.source)
    listings = (*DICTIONARIES, *RECORDS, DEALS, *HISTORIES.values(), INVOICES, CALLS)
    conditions: dict[str, dict[str, Any]] = {}
    for listing in listings:
        last = state.get("last_ids", {}).get(listing.table)
        if last is not None and not run.since:
            conditions[listing.table] = {f">{listing.key}": last, **span(listing, None, run.until, None)}
        else:
            conditions[listing.table] = span(listing, run.since, run.until, state.get("cursor"))
    rows = counts(portal, listings, conditions)
    return LoadReport(
        run.source,
        rows=rows | dict.fromkeys(("crm_userfield", "crm_item_productrow", "catalog_section", "catalog_product"), -1),
    )
