"""Column lineage: traced through the steps of a query, and found on its page."""

import json
import os
import subprocess
import sys

import pytest

from flows.boards.pictures import chromium
from flows.lineage import KEPT, trace
from tests.warehouse import PROJECT

SCHEMA = {
    "deals": {"deal_id": "text", "amount": "text", "stage": "text"},
    "old_deals": {"deal_id": "text", "total": "text"},
}
SQL = """
with deals as (select * from marts.deals where stage = 'won'),
     known as (select deal_id, amount from deals union all select deal_id, total from marts.old_deals),
     ranked as (select *, row_number() over (partition by deal_id order by amount) as place from known)
select ranked.deal_id, sum(ranked.amount) as total, (select max(stage) from marts.deals as d where d.deal_id = ranked.deal_id) as stage,
    max(place) as place, count(*) as rows_told
from ranked group by all
"""


def test_a_column_is_traced_through_stars_unions_and_queries_within():
    """Worked by hand: what only filters (stage) is no part of a sum, and a union gives the columns of both sides by their place."""
    assert trace(SQL, SCHEMA) == {
        "deal_id": [("deals", "deal_id"), ("old_deals", "deal_id")],
        "total": [("deals", "amount"), ("old_deals", "total")],
        "stage": [("deals", "stage")],
        "place": [("deals", "amount"), ("deals", "deal_id"), ("old_deals", "deal_id"), ("old_deals", "total")],
        "rows_told": [],
    }


def test_the_page_finds_a_column_and_opens_from_the_disk(tmp_path):
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: uv sync --group browser")
    if not (path := chromium()):
        pytest.skip("no Chromium on this machine; KPI_CHROMIUM names one")
    made = {
        "orders": {"name": "orders", "layer": "source", "columns": {"sum": []}},
        "fct_sales": {"name": "fct_sales", "layer": "core", "columns": {"amount": [["orders", "sum"]]}},
        "sales_events": {"name": "sales_events", "layer": "marts", "columns": {"revenue": [["fct_sales", "amount"]]}},
    }
    (tmp_path / KEPT).write_text(json.dumps(made), "utf-8")
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", tmp_path / "site"], cwd=PROJECT, check=True,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1", "DBT_TARGET_PATH": str(tmp_path)},
    )  # fmt: skip
    errors, asked = [], []
    with driver.sync_playwright() as run, run.chromium.launch(executable_path=path, args=["--no-sandbox"]) as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "site" / "lineage.html").as_uri())
        page.locator("#lineage-search").fill("amount")
        page.locator("#lineage a", has_text="fct_sales.amount").click()
        assert page.locator("#lineage h2").inner_text() == "fct_sales.amount"
        assert page.locator("#lineage ul").nth(0).inner_text().split() == ["orders.sum", "source"]
        assert page.locator("#lineage ul").nth(1).inner_text().split() == ["sales_events.revenue", "marts"]
    assert errors == [] and [url for url in asked if not url.startswith(("file:", "data:"))] == []
