"""The online shop: orders by their change, everything else by its order, links whole."""

from datetime import timedelta

import pytest
from extract.servers import Bitrix
from extract.tools import NOW, QUICK, alive, read, seen

from flows.extract import Refused, load

LATER = "2026-11-20T09:00:00+03:00"


@pytest.fixture
def shop(monkeypatch):
    with Bitrix("sh0ps3cret") as server:
        monkeypatch.setenv("KPI_SHOP_WEBHOOK", server.webhook)
        server.clock = lambda: NOW.timestamp()
        tables = server.tables
        tables["sale.order.list"] = [order(n) for n in range(1, 41)]
        tables["sale.basketitem.list"] = [{"id": n, "orderId": 1 + n % 40, "price": 1176.5} for n in range(1, 121)]
        tables["sale.payment.list"] = [{"id": n, "orderId": n, "sum": 1176, "isReturn": "N"} for n in range(1, 41)]
        tables["sale.propertyvalue.list"] = [
            {"id": n, "orderId": 1 + n % 40, "code": "UTM_SOURCE", "value": "yandex"} for n in range(1, 81)
        ]
        tables["sale.status.list"] = [{"id": code, "type": "O"} for code in "FNP"]
        tables["crm.orderentity.list"] = [{"orderId": n, "ownerId": 100 + n, "ownerTypeId": 2} for n in range(1, 61)]
        yield server


def order(number: int, updated: str = "2026-11-01T10:00:00+03:00") -> dict:
    return {"id": number, "dateUpdate": updated, "price": 1176, "payed": "N", "dateCanceled": None}


def bitrix_shop(root, number: int = 0, **more):
    return load("bitrix_shop", root, now=NOW + timedelta(days=number), settings=QUICK, **more)


FIRST = {
    "sale_status": 3,
    "sale_order": 40,
    "sale_basket_item": 120,
    "sale_payment": 40,
    "sale_property_value": 80,
    "crm_order_entity": 60,
}


def test_a_first_load_brings_everything(root, shop):
    report = bitrix_shop(root)
    assert report.rows == FIRST
    assert seen(root) == {f"bitrix_shop/{table}": rows for table, rows in FIRST.items()} | {"control/totals": 1}
    row = read(root, "bitrix_shop", "sale_basket_item")[0]
    assert (row["id"], row["price"]) == ("1", "1176.5")
    assert read(root, "bitrix_shop", "sale_order")[0]["dateCanceled"] is None
    assert read(root, "control", "totals")[0]["row_count"] == "40"


def test_what_belongs_to_changed_orders_comes_again(root, shop):
    bitrix_shop(root)
    tables = shop.tables
    tables["sale.order.list"][4]["dateUpdate"] = LATER  # order 5: paid, then returned, one line taken out
    tables["sale.payment.list"][4] |= {"isReturn": "Y", "payReturnDate": LATER}
    lines = tables["sale.basketitem.list"]
    lines[:] = [line for line in lines if line["id"] != 4]
    lines.append({"id": 500, "orderId": 5, "price": 10})
    del tables["sale.order.list"][39]  # order 40 is gone
    links = tables["crm.orderentity.list"]
    del links[0]
    links.append({"orderId": 7, "ownerId": 999, "ownerTypeId": 2})
    report = bitrix_shop(root, 1)
    assert report.rows == {
        "sale_status": 3,
        "sale_order": 2,
        "sale_basket_item": 7,  # three of order 5 now, one it lost, three of order 40
        "sale_payment": 2,
        "sale_property_value": 4,
        "crm_order_entity": 2,
    }
    assert len(alive(root, "bitrix_shop", "sale_order", "id")) == 39
    assert "4" not in alive(root, "bitrix_shop", "sale_basket_item", "id")
    assert alive(root, "bitrix_shop", "sale_payment", "id")["5"]["isReturn"] == "Y"
    found = alive(root, "bitrix_shop", "crm_order_entity", "orderId", "ownerId")
    assert ("1", "101") not in found
    assert ("7", "999") in found


def test_an_order_with_many_lines(root, shop):
    bitrix_shop(root)
    shop.tables["sale.order.list"][0]["dateUpdate"] = LATER
    shop.tables["sale.basketitem.list"] += [{"id": n, "orderId": 1, "price": 1} for n in range(1000, 1130)]
    assert bitrix_shop(root, 1).rows["sale_basket_item"] == 133


def test_nothing_changed(root, shop):
    bitrix_shop(root)
    assert bitrix_shop(root, 1).rows == {"sale_status": 3}


def test_a_refusal_in_the_middle_leaves_nothing(root, shop):
    shop.forbidden = {"sale.propertyvalue.list": (403, "insufficient_scope")}
    with pytest.raises(Refused, match="sale.propertyvalue.list.*HTTP 403 INSUFFICIENT_SCOPE"):
        bitrix_shop(root)
    assert seen(root) == {}


def test_a_dry_run(root, shop):
    report = bitrix_shop(root, dry_run=True)
    assert (report.rows["sale_order"], report.rows["sale_payment"]) == (40, -1)
    assert not root.exists()
