"""Bitrix24: paging, batches, limits, errors, deletions, counts, cursors."""

import logging
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from extract import servers
from extract.servers import Bitrix, lead
from extract.tools import NOW, QUICK, alive, read, seen

from flows.extract import ConfigError, Incomplete, LimitReached, Refused, RequestFailed, TimedOut, load
from flows.extract.bitrix_rest import Listing, Portal
from flows.extract.commit import state_of
from flows.extract.common import Deadline

DEALS = "crm.deal.list"
LISTING = Listing("crm_deal", DEALS, changed="DATE_MODIFY")
LATER = "2026-11-20T09:00:00+03:00"


@pytest.fixture
def portal(monkeypatch):
    with Bitrix() as server:
        monkeypatch.setenv("KPI_BITRIX24_WEBHOOK", server.webhook)
        server.clock = lambda: NOW.timestamp()
        yield server


def bitrix24(root, number: int = 0, **more):
    settings = more.pop("settings", QUICK)
    return load("bitrix24", root, now=NOW + timedelta(days=number), settings=settings, **more)


def client(portal, **settings) -> Portal:
    return Portal("bitrix24", portal.webhook.rstrip("/"), replace(QUICK, **settings), Deadline(20))


def ids(pages) -> list[int]:
    return [int(row["ID"]) for page in pages for row in page]


# --- lists ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100, 330])
def test_pages_bring_every_row_once(portal, count):
    portal.tables[DEALS] = [lead(3 * n + 1) for n in range(count)]
    assert ids(client(portal).pages(LISTING, {})) == [3 * n + 1 for n in range(count)]
    assert all(int(params["start"]) == -1 for params in portal.calls(DEALS) + portal.calls(f"{DEALS} in batch"))


def test_a_batch_fetches_a_chain_of_pages(portal):
    portal.tables[DEALS] = [lead(n) for n in range(1, 1001)]
    assert len(ids(client(portal, chain=10).pages(LISTING, {}))) == 1000
    assert len(portal.hits) == 6  # 1, 2, 4, 8 and 10 pages; the last ones are empty, so the end is asked for once more
    print(f"1000 rows in {len(portal.hits)} requests")


def test_a_portal_that_does_not_follow_references(portal, monkeypatch):
    real = servers._referred
    monkeypatch.setattr(
        "extract.servers._referred", lambda value, results: real(value, {})
    )  # a reference becomes nothing
    portal.tables[DEALS] = [lead(n) for n in range(1, 331)]
    assert ids(client(portal).pages(LISTING, {})) == list(range(1, 331))


def test_a_portal_that_ignores_the_filter(portal, monkeypatch):
    monkeypatch.setattr("extract.servers._matches", lambda row, conditions: True)
    portal.tables[DEALS] = [lead(n) for n in range(1, 331)]
    with pytest.raises(Incomplete, match="crm.deal.list, page after id 50"):
        ids(client(portal).pages(LISTING, {}))


def test_rows_that_change_come_and_go_while_pages_are_read(portal):
    portal.tables[DEALS] = [lead(n) for n in range(1, 301)]

    def disturb(number):
        rows = portal.tables[DEALS]
        if number == 2:
            rows[10]["DATE_MODIFY"] = LATER  # moves nothing
            del rows[100:120]
            rows.append(lead(301))

    portal.on[f"{DEALS} in batch"] = disturb
    assert ids(client(portal).pages(LISTING, {})) == [n for n in range(1, 302) if not 101 <= n <= 120]


def test_dictionaries_by_offset_and_again_if_they_changed(portal):
    portal.tables["user.get"] = [{"ID": str(n), "ACTIVE": True, "UF_DEPARTMENT": [1, n]} for n in range(1, 131)]
    portal.on["user.get in batch"] = lambda number: number == 1 and portal.tables["user.get"].pop(0)
    rows = client(portal).whole(Listing("user", "user.get", fixed={"sort": "ID", "order": "ASC"}))
    assert [row["ID"] for row in rows] == [str(n) for n in range(2, 131)]
    assert portal.counts["user.get"] == 2


def test_a_list_that_never_holds_still(portal):
    users = portal.tables["user.get"] = [{"ID": str(n)} for n in range(1, 131)]
    portal.on["user.get in batch"] = lambda number: users.pop(0)
    with pytest.raises(Incomplete, match="user.get: .* rows came, the portal says"):
        client(portal).whole(Listing("user", "user.get"))


# --- limits and errors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}),
        (503, {"error": "OVERLOAD_LIMIT", "error_description": ""}),
        (500, {"error": "INTERNAL_SERVER_ERROR", "error_description": ""}),
        (500, {"error": "ERROR_UNEXPECTED_ANSWER", "error_description": ""}),
        (502, "<html>Bad gateway</html>"),
        (200, "<html>try again</html>"),
    ],
)
def test_passing_trouble_is_waited_out(portal, status, body):
    portal.tables[DEALS] = [lead(1)]
    portal.fault(DEALS, 2, status, body)
    assert ids(client(portal).pages(LISTING, {})) == [1]
    assert portal.counts[DEALS] == 3


def test_a_limit_that_does_not_pass(portal):
    portal.fault(DEALS, 100, 503, {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"})
    with pytest.raises(LimitReached, match="crm.deal.list, page after id 0: HTTP 503 QUERY_LIMIT_EXCEEDED"):
        ids(client(portal).pages(LISTING, {}))
    assert portal.counts[DEALS] == QUICK.attempts


def test_connections_that_break_and_answers_that_do_not_come(portal):
    portal.tables[DEALS] = [lead(1)]
    portal.fault(DEALS, 1, 200, {"result": []}, cut=True)
    portal.slow(DEALS, 1, 0.6)
    assert ids(client(portal, read_seconds=0.3).pages(LISTING, {})) == [1]
    assert portal.counts[DEALS] == 3


def test_a_server_that_never_answers(portal):
    portal.slow(DEALS, 9, 0.5)
    begun = time.monotonic()
    with pytest.raises(RequestFailed, match="crm.deal.list, page after id 0: no answer in time"):
        ids(client(portal, read_seconds=0.1, attempts=3).pages(LISTING, {}))
    assert time.monotonic() - begun < 2


def test_the_rate_is_kept(portal):
    portal.tables["crm.lead.list"] = []
    asked = client(portal, rate_per_second=20, burst=3)
    for _ in range(9):
        asked.call("crm.lead.list", {})
    span = portal.hits[-1] - portal.hits[0]
    assert span > 0.25  # three at once, six more at 20 a second
    print(f"9 requests, 3 at once and then 20 a second: {span:.2f} s")


def test_operating_time_limit_is_waited_for(portal):
    portal.tables[DEALS] = [lead(1)]
    portal.clock = time.time
    reset = time.time() + 0.5
    error = {"error": "OPERATION_TIME_LIMIT", "error_description": "Method is blocked due to operation time limit."}
    portal.fault(DEALS, 1, 429, {**error, "time": {"operating": 481, "operating_reset_at": reset}})
    begun = time.monotonic()
    assert ids(client(portal).pages(LISTING, {})) == [1]
    waited = time.monotonic() - begun
    assert 0.4 < waited < 2
    print(f"waited {waited:.2f} s for operating_reset_at in 0.5 s")


def test_operating_time_is_saved_before_the_limit(portal):
    portal.operating[DEALS] = (450, 0.4)
    asked = client(portal)
    asked.call(DEALS, {})
    begun = time.monotonic()
    asked.call("crm.lead.list", {})  # another method goes on
    assert time.monotonic() - begun < 0.2
    asked.call(DEALS, {})
    assert time.monotonic() - begun > 0.3


def test_operating_time_limit_that_does_not_lift(portal):
    error = {"error": "OPERATION_TIME_LIMIT", "error_description": ""}
    portal.fault(DEALS, 100, 429, {**error, "time": {"operating": 481, "operating_reset_at": time.time() + 600}})
    with pytest.raises(LimitReached, match="OPERATION_TIME_LIMIT: no end in sight"):
        ids(client(portal, wait_seconds=0.2).pages(LISTING, {}))


def test_errors_inside_a_batch_of_pages(portal):
    portal.tables[DEALS] = [lead(n) for n in range(1, 501)]
    portal.fault(f"{DEALS} in batch", 1, 503, {"error": "QUERY_LIMIT_EXCEEDED", "error_description": ""})
    portal.on[f"{DEALS} in batch"] = lambda number: (
        number == 4
        and portal.fault(f"{DEALS} in batch", 1, 429, {"error": "OPERATION_TIME_LIMIT", "error_description": ""})
    )
    portal.operating[DEALS] = (1, 0.05)
    assert ids(client(portal).pages(LISTING, {})) == list(range(1, 501))


def test_an_error_inside_a_batch_that_will_not_pass(portal):
    portal.tables[DEALS] = [lead(n) for n in range(1, 501)]
    portal.on[f"{DEALS} in batch"] = lambda number: (
        number == 2
        and portal.fault(f"{DEALS} in batch", 1, 400, {"error": "INVALID_ARG_VALUE", "error_description": "field"})
    )
    with pytest.raises(
        Refused, match=r"crm.deal.list in a batch, page after id 150: HTTP 200 INVALID_ARG_VALUE \(field\)"
    ):
        ids(client(portal).pages(LISTING, {}))


def test_a_batch_sends_again_only_what_failed(portal):
    portal.tables["crm.item.productrow.list"] = [{"id": n, "ownerId": n, "ownerType": "D"} for n in range(1, 8)]
    name = "crm.item.productrow.list in batch"
    portal.fault(name, 2, 503, {"error": "QUERY_LIMIT_EXCEEDED", "error_description": ""})
    rows = Listing("crm_item_productrow", "crm.item.productrow.list", "productRows", key="id")
    owners = [{"=ownerType": "D", "=ownerId": n} for n in range(1, 8)]
    found = sorted(row["id"] for page in client(portal).many(rows, owners, "rows") for row in page)
    assert found == [1, 2, 3, 4, 5, 6, 7]
    assert portal.counts[name] == 9
    assert portal.counts["batch"] == 2


# --- loads ------------------------------------------------------------------------------------------------------


def fill(portal) -> None:
    """A small portal with something in every table."""
    tables = portal.tables
    phone = [{"ID": "1", "VALUE_TYPE": "WORK", "VALUE": "+7 495 000-00-01", "TYPE_ID": "PHONE"}]
    tables["crm.lead.list"] = [lead(n, PHONE=phone, EMAIL=[]) for n in range(1, 61)]
    tables[DEALS] = [lead(n, UF_CRM_REGION=False) for n in range(1, 121)]
    tables["crm.contact.list"] = [lead(n, PHONE=phone) for n in range(1, 4)]
    tables["crm.company.list"] = [lead(1)]
    tables["crm.quote.list"] = [lead(1)]
    tables["crm.item.list"] = [
        {"id": n, "updatedTime": "2026-11-01T10:00:00+03:00", "opportunity": 1500.5, "_type": kind}
        for n, kind in ((1, 31), (2, 31), (3, 130))
    ]
    bindings = [{"OWNER_ID": "1", "OWNER_TYPE_ID": "2"}]
    tables["crm.activity.list"] = [
        {"ID": str(n), "LAST_UPDATED": "2026-11-01T10:00:00+03:00", "BINDINGS": bindings} for n in range(1, 4)
    ]
    tables["crm.stagehistory.list"] = [
        {"ID": n, "TYPE_ID": 1, "OWNER_ID": n, "CREATED_TIME": "2026-10-01T10:00:00+00:00", "_type": 1 + n % 2}
        for n in range(1, 201)
    ]
    tables["crm.item.productrow.list"] = [
        {"id": n, "ownerId": 1 + n % 3, "ownerType": "D", "price": 90000.50, "quantity": 3} for n in range(1, 8)
    ]
    tables["crm.status.list"] = [{"ID": str(n), "ENTITY_ID": "STATUS", "STATUS_ID": f"S{n}"} for n in range(1, 71)]
    tables["crm.category.list"] = [{"id": 0, "name": "Общая", "entityTypeId": 2}]
    tables["crm.currency.list"] = [{"CURRENCY": "RUB", "AMOUNT": "1.0000"}, {"CURRENCY": "USD", "AMOUNT": "86.1000"}]
    region = {"FIELD_NAME": "UF_CRM_REGION", "USER_TYPE_ID": "enumeration", "LIST": [{"ID": "45", "VALUE": "Москва"}]}
    tables["crm.company.userfield.list"] = [{"ID": "81", "ENTITY_ID": "CRM_COMPANY", **region}]
    tables["crm.deal.userfield.list"] = [{"ID": "82", "ENTITY_ID": "CRM_DEAL", "FIELD_NAME": "UF_CRM_ORDER_ID"}]
    tables["user.get"] = [{"ID": "1", "ACTIVE": True, "UF_DEPARTMENT": [1, 5]}]
    tables["department.get"] = [{"ID": "1", "NAME": "Продажи", "SORT": 500}]
    tables["voximplant.statistic.get"] = [
        {"ID": str(n), "CALL_START_DATE": "2026-11-01T10:00:00+03:00", "CALL_DURATION": "5"} for n in range(1, 61)
    ]
    tables["catalog.catalog.list"] = [{"id": 14, "iblockId": 14}, {"id": 15, "iblockId": 15}]
    tables["catalog.product.list"] = [
        {"id": n, "iblockId": 14 + n % 2, "name": "x", "timestampX": "2026-10-01T10:00:00+03:00"} for n in range(1, 6)
    ]
    tables["catalog.section.list"] = [{"id": 40, "iblockId": 14, "name": "Кофе"}]


def test_a_first_load_brings_every_table(root, portal):
    fill(portal)
    report = bitrix24(root)
    assert report.rows == {
        "crm_status": 70,
        "crm_category": 1,
        "user": 1,
        "department": 1,
        "crm_currency": 2,
        "crm_userfield": 2,
        "crm_lead": 60,
        "crm_contact": 3,
        "crm_company": 1,
        "crm_quote": 1,
        "crm_activity": 3,
        "crm_smart_invoice": 2,
        "crm_deal": 120,
        "crm_item_productrow": 7,
        "crm_stagehistory_lead": 100,
        "crm_stagehistory_deal": 100,
        "voximplant_statistic": 60,
        "catalog_section": 1,
        "catalog_product": 5,
    }
    assert seen(root) == {f"bitrix24/{table}": rows for table, rows in report.rows.items()} | {"control/totals": 12}
    first = read(root, "bitrix24", "crm_lead")[0]
    assert first["PHONE"] == '[{"ID":"1","VALUE_TYPE":"WORK","VALUE":"+7 495 000-00-01","TYPE_ID":"PHONE"}]'
    assert first["_loaded_at"] == "2026-11-20T03:00:00+00:00"
    fields = {row["ID"]: row for row in read(root, "bitrix24", "crm_userfield")}
    assert (fields["81"]["ENTITY_ID"], fields["81"]["LIST"]) == ("CRM_COMPANY", '[{"ID":"45","VALUE":"Москва"}]')
    assert read(root, "bitrix24", "crm_item_productrow")[0]["price"] == "90000.5"
    assert read(root, "bitrix24", "user")[0] | {"_loaded_at": ""} == {
        "ID": "1",
        "ACTIVE": "true",
        "UF_DEPARTMENT": "[1,5]",
        "_loaded_at": "",
    }
    assert read(root, "bitrix24", "crm_activity")[0]["BINDINGS"] == '[{"OWNER_ID":"1","OWNER_TYPE_ID":"2"}]'
    totals = {row["table_name"]: row for row in read(root, "control", "totals") if row["row_count"] == "120"}
    assert totals["crm_deal"]["day"] == "2026-11-20"
    assert report.warnings == []
    print(report)


def test_the_next_load_brings_what_changed_and_marks_what_is_gone(root, portal):
    fill(portal)
    bitrix24(root)
    deals = portal.tables[DEALS]
    deals[6]["DATE_MODIFY"] = deals[6]["TITLE"] = LATER
    deals.append(lead(500, LATER, UF_CRM_APPEARED="new field"))
    del deals[1]["UF_CRM_REGION"]
    deals[1]["DATE_MODIFY"] = LATER
    del deals[119 - 4]  # 116 is gone
    rows = portal.tables["crm.item.productrow.list"]
    rows[:] = [
        row for row in rows if row["id"] not in (1, 2)
    ]  # deal 2 lost a row, and so did deal 3, which did not change
    portal.tables["crm.stagehistory.list"].append(
        {"ID": 201, "TYPE_ID": 2, "OWNER_ID": 7, "CREATED_TIME": LATER, "_type": 2}
    )
    portal.clock = lambda: (NOW + timedelta(days=1)).timestamp()
    portal.seen.clear()
    report = bitrix24(root, 1)
    assert report.rows["crm_deal"] == 4  # two changed, one new, one deleted
    assert report.rows["crm_stagehistory_deal"] == 1
    assert "crm_stagehistory_lead" not in report.rows
    found = alive(root, "bitrix24", "crm_deal", "ID")
    assert len(found) == 120
    assert "116" not in found
    assert found["500"]["UF_CRM_APPEARED"] == "new field"
    assert found["7"]["TITLE"] == LATER
    gone = [row for row in read(root, "bitrix24", "crm_deal") if row.get("_deleted") == "Y"]
    assert [row["ID"] for row in gone] == ["116"]
    left = alive(root, "bitrix24", "crm_item_productrow", "id")
    assert sorted(left) == ["2", "3", "4", "5", "6", "7"]
    assert portal.calls(DEALS)[0]["filter"][">=DATE_MODIFY"] == "2026-11-20T02:50:00+00:00"
    assert [total.row_count for total in report.totals if total.table == "crm_deal"] == ["120"]


def test_rows_of_a_deleted_deal_go_with_it(root, portal):
    fill(portal)
    bitrix24(root)
    del portal.tables[DEALS][0]
    bitrix24(root, 1)
    assert sorted(alive(root, "bitrix24", "crm_item_productrow", "id")) == ["1", "2", "4", "5", "7"]


def test_a_record_that_was_missed_is_fetched_by_its_id(root, portal):
    portal.tables[DEALS] = [lead(n) for n in range(1, 4)]
    bitrix24(root)
    portal.tables[DEALS].append(lead(4))  # its date of change is older than the cursor
    report = bitrix24(root, 1)
    assert report.rows == {"crm_deal": 1}
    assert len(alive(root, "bitrix24", "crm_deal", "ID")) == 4


def test_a_record_that_appears_during_the_load_is_not_lost(root, portal):
    portal.tables[DEALS] = [lead(n) for n in range(1, 121)]
    portal.on[DEALS] = lambda number: (
        number == 2 and portal.tables[DEALS].append(lead(121))
    )  # while the ids are counted
    report = bitrix24(root)
    assert report.rows["crm_deal"] == 121
    assert [total.row_count for total in report.totals if total.table == "crm_deal"] == ["121"]


def test_a_count_that_never_agrees_fails_the_load(root, portal, monkeypatch):
    portal.tables[DEALS] = [lead(n) for n in range(1, 60)]
    real = portal._list

    def more(method, params):
        answer = real(method, params)
        return answer | {"total": 70} if method == DEALS and "total" in answer else answer

    monkeypatch.setattr(portal, "_list", more)
    with pytest.raises(Incomplete, match="crm.deal.list: 59 ids came, the portal counts 70"):
        bitrix24(root)
    assert seen(root) == {}


def test_late_stage_history_is_found_by_the_count(root, portal):
    history = portal.tables["crm.stagehistory.list"]
    history += [{"ID": n, "OWNER_ID": 1, "CREATED_TIME": LATER, "_type": 2} for n in (1, 2, 5)]
    bitrix24(root)
    history += [{"ID": n, "OWNER_ID": 1, "CREATED_TIME": LATER, "_type": 2} for n in (4, 6)]
    del history[0]
    report = bitrix24(root, 1)
    assert report.rows == {"crm_stagehistory_deal": 2}
    assert sorted(alive(root, "bitrix24", "crm_stagehistory_deal", "ID")) == ["1", "2", "4", "5", "6"]


def test_history_that_the_portal_lists_no_more_stays_until_its_deal_is_gone(root, portal):
    history = portal.tables["crm.stagehistory.list"]
    portal.tables[DEALS] = [lead(7), lead(8)]
    history += [{"ID": n, "OWNER_ID": 7, "CREATED_TIME": LATER, "_type": 2} for n in (301, 302)]
    history += [{"ID": n, "OWNER_ID": 8, "CREATED_TIME": LATER, "_type": 2} for n in (303, 304)]
    bitrix24(root)
    del history[0:2]  # deal 7 went to another pipeline
    del history[0]  # and 303 with no reason told
    history.append({"ID": 305, "OWNER_ID": 7, "CREATED_TIME": LATER, "_type": 2})
    report = bitrix24(root, 1)
    assert sorted(alive(root, "bitrix24", "crm_stagehistory_deal", "ID")) == ["301", "302", "303", "304", "305"]
    assert [total.row_count for total in report.totals if total.table == "crm_stagehistory_deal"] == ["5"]
    portal.seen.clear()
    bitrix24(root, 2)
    asked = portal.calls("crm.stagehistory.list")
    assert not [
        call for call in asked if call.get("select") and call["start"] == -1
    ]  # nothing new: counted, not scanned
    del portal.tables[DEALS][0]
    history.pop()
    bitrix24(root, 3)
    assert sorted(alive(root, "bitrix24", "crm_stagehistory_deal", "ID")) == ["303", "304"]


def test_calls_that_the_portal_lists_no_more_stay(root, portal):
    calls = portal.tables["voximplant.statistic.get"]
    calls += [{"ID": str(n), "CALL_START_DATE": LATER} for n in range(1, 11)]
    bitrix24(root)
    del calls[0]
    bitrix24(root, 1)
    assert len(alive(root, "bitrix24", "voximplant_statistic", "ID")) == 10


def test_user_fields_that_the_webhook_may_not_see(root, portal):
    portal.tables[DEALS] = [lead(1)]
    portal.forbidden["crm.lead.userfield.list"] = (403, "ACCESS_DENIED")
    report = bitrix24(root)
    assert report.rows == {"crm_deal": 1}
    assert [warning for warning in report.warnings if warning.startswith("user fields left out")]


def test_calls_are_read_again_for_what_is_filled_in_later(root, portal):
    calls = portal.tables["voximplant.statistic.get"]
    calls += [{"ID": str(n), "CALL_START_DATE": LATER, "CRM_ACTIVITY_ID": ""} for n in range(1, 301)]
    bitrix24(root)
    calls[-1]["CRM_ACTIVITY_ID"] = "77"
    report = bitrix24(root, 1)
    assert report.rows == {"voximplant_statistic": 200}
    assert alive(root, "bitrix24", "voximplant_statistic", "ID")["300"]["CRM_ACTIVITY_ID"] == "77"


def test_an_empty_portal(root, portal):
    report = bitrix24(root)
    assert report.rows == {}
    assert state_of(root, "bitrix24")["cursor"] == "2026-11-20T02:50:00+00:00"


def test_a_webhook_that_expires_in_the_middle(root, portal):
    fill(portal)
    bitrix24(root)
    before = seen(root)
    portal.tables[DEALS].append(lead(600, LATER))
    expired = {"error": "expired_token", "error_description": "The access token provided has expired."}
    portal.fault("batch", 9, 401, expired)
    with pytest.raises(Refused, match="HTTP 401 EXPIRED_TOKEN.*make a new inbound webhook") as caught:
        bitrix24(root, 1)
    assert caught.value.code == "EXPIRED_TOKEN"
    assert seen(root) == before
    portal.faults.clear()
    assert bitrix24(root, 1).rows["crm_deal"] == 1  # the cursor had not moved


def test_scopes_that_the_webhook_lacks(root, portal):
    fill(portal)
    portal.forbidden = {
        "voximplant.statistic.get": (403, "insufficient_scope"),
        "catalog.catalog.list": (404, "ERROR_METHOD_NOT_FOUND"),
    }
    report = bitrix24(root)
    assert "voximplant_statistic" not in report.rows
    assert [text.split(":")[0] for text in report.warnings] == ["telephony calls left out", "the catalog left out"]
    portal.forbidden = {"crm.deal.list": (403, "insufficient_scope")}
    with pytest.raises(Refused, match="give the webhook the scope"):
        bitrix24(root, 1)


def test_lost_permissions_are_not_taken_for_deletions(root, portal):
    portal.tables[DEALS] = [lead(n) for n in range(1, 201)]
    bitrix24(root)
    portal.tables[DEALS] = portal.tables[DEALS][:10]
    report = bitrix24(root, 1)
    assert "crm_deal: 190 of 200 known records" in report.warnings[0]
    assert len(alive(root, "bitrix24", "crm_deal", "ID")) == 200
    bitrix24(root, 2, settings=replace(QUICK, max_deleted_share=1))
    assert len(alive(root, "bitrix24", "crm_deal", "ID")) == 10


def test_records_that_the_portal_lists_but_does_not_give(root, portal, monkeypatch):
    portal.tables[DEALS] = [lead(n) for n in range(1, 4)]
    bitrix24(root)
    portal.tables[DEALS].append(lead(4))
    real = servers._matches
    monkeypatch.setattr("extract.servers._matches", lambda row, wanted: "@ID" not in wanted and real(row, wanted))
    with pytest.raises(Incomplete, match="crm.deal.list lists 1 ids whose records it does not give"):
        bitrix24(root, 1)


def test_since_and_until(root, portal):
    days = ("2026-09-30", "2026-10-01", "2026-10-31", "2026-11-01")
    portal.tables[DEALS] = [lead(n, f"{day}T00:00:00+03:00") for n, day in enumerate(days, 1)]
    bitrix24(root, since=date(2026, 10, 1), until=date(2026, 10, 31))
    assert sorted(alive(root, "bitrix24", "crm_deal", "ID")) == ["2", "3"]
    assert state_of(root, "bitrix24")["cursor"] is None  # an open end moves no cursor
    bitrix24(root, 1, since=date(2026, 11, 1))
    assert sorted(alive(root, "bitrix24", "crm_deal", "ID")) == ["2", "3", "4"]
    assert bitrix24(root, 2).rows == {}  # what was never asked for is not missing, and not gone
    portal.tables[DEALS][0]["DATE_MODIFY"] = "2026-11-25T00:00:00+03:00"
    assert bitrix24(root, 6).rows == {"crm_deal": 1}
    cursor = state_of(root, "bitrix24")["cursor"]
    bitrix24(root, 7, since=date(2026, 12, 24))
    assert state_of(root, "bitrix24")["cursor"] == cursor  # a gap moves no cursor either


def test_the_cursor_follows_the_slower_clock(root, portal):
    portal.clock = lambda: (NOW - timedelta(hours=2)).timestamp()
    bitrix24(root)
    assert state_of(root, "bitrix24")["cursor"] == "2026-11-20T00:50:00+00:00"
    portal.clock = lambda: (NOW + timedelta(days=9)).timestamp()
    bitrix24(root, 1)
    assert state_of(root, "bitrix24")["cursor"] == "2026-11-21T02:50:00+00:00"


def test_a_dry_run_writes_nothing(root, portal):
    fill(portal)
    report = bitrix24(root, dry_run=True)
    assert report.dry_run
    assert report.rows["crm_deal"] == 120
    assert report.rows["crm_item_productrow"] == -1
    assert not root.exists()
    bitrix24(root)
    portal.tables[DEALS].append(lead(700, LATER))
    assert bitrix24(root, 1, dry_run=True).rows["crm_deal"] == 1
    assert "would load" in str(report)


def test_a_load_that_takes_too_long(root, portal):
    portal.tables[DEALS] = [lead(1)]
    portal.slow(DEALS, 1, 0.4)
    with pytest.raises(TimedOut, match="longer than 0 s"):
        bitrix24(root, settings=replace(QUICK, load_seconds=0.3))
    assert seen(root) == {}


def test_secrets_do_not_show(root, portal, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    fill(portal)
    bitrix24(root)
    portal.fault("crm.status.list", 1, 401, {"error": "x", "error_description": f"no {portal.webhook} here"})
    texts = []
    for trouble in (
        lambda: bitrix24(root, 1),
        lambda: portal.__exit__() or bitrix24(root, 2, settings=replace(QUICK, attempts=1)),
    ):
        with pytest.raises((Refused, RequestFailed)) as caught:
            trouble()
        texts += [str(caught.value), repr(caught.value), repr(caught.value.__context__), repr(caught.value.__cause__)]
    texts += [caplog.text, *capfd.readouterr(), repr(Portal("x", portal.webhook, QUICK, Deadline(1)))]
    texts += [path.read_text("utf-8", "replace") for path in root.rglob("*") if path.is_file()]
    assert "urllib3.connectionpool" in caplog.text
    assert not [text for text in texts if portal.secret in text]
    assert "no *** here" in texts[0]


@pytest.mark.parametrize("address", ["", "portal/rest/1/x", "http://portal.example/rest/1/longsecret/"])
def test_addresses_that_will_not_do(root, monkeypatch, address):
    monkeypatch.setenv("KPI_BITRIX24_WEBHOOK", address)
    with pytest.raises(ConfigError, match="KPI_BITRIX24_WEBHOOK") as caught:
        bitrix24(root)
    assert "longsecret" not in str(caught.value)


def test_wrong_calls(root):
    with pytest.raises(ConfigError, match="There is no source bitrix25"):
        load("bitrix25", root)
    with pytest.raises(ConfigError, match="is after until"):
        load("bitrix24", root, date(2026, 2, 1), date(2026, 1, 1))


def test_the_portals_iso_times_are_read(portal):
    asked = client(portal)
    asked._remember(
        "m", {"start": "2026-11-20T03:00:00+03:00", "finish": 0, "operating_reset_at": "1970-01-01T00:01:00Z"}
    )
    assert asked.started == datetime(2026, 11, 20, tzinfo=UTC)
    assert 59 < asked._pause("m", 0) <= 60
