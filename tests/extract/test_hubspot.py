"""HubSpot: pages, searches beyond their limit, what is archived, merged or gone, limits, an expired token, properties that come and go."""

import dataclasses
import time
from datetime import timedelta

import pytest
from extract.servers import HubSpot
from extract.tools import NOW, QUICK, alive, read, seen

from flows.extract import Incomplete, LimitReached, Refused, RequestFailed, load
from flows.extract.hubspot import LEADS, LISTINGS

OLD = (NOW - timedelta(days=30)).isoformat()
LATER = (NOW + timedelta(hours=1)).isoformat()


def record(number: int, updated: str = OLD, links=None, history=None, **properties) -> dict:
    return {
        **{
            "id": str(number),
            "updatedAt": updated,
            "properties": {"createdate": OLD, "hs_createdate": OLD, **properties},
        },
        **{"links": links or {}, "history": history or {}},
    }


def past(value: str, moment: str = OLD) -> dict:
    return {"value": value, "timestamp": moment, "sourceType": "CRM_UI", "updatedByUserId": 9}


@pytest.fixture
def account(monkeypatch):
    with HubSpot(limit=10) as server:
        monkeypatch.setenv("KPI_HUBSPOT_URL", server.url)
        monkeypatch.setenv("KPI_HUBSPOT_TOKEN", server.token)
        server.objects = {
            "deals": [record(number, amount="1500.00", dealname=f"Deal {number}") for number in range(1, 36)],
            "contacts": [
                record(7, firstname="Anna", email="a@b.com", history={"lifecyclestage": [past("lead"), past("lead")]})
            ],
            "calls": [record(1, hs_call_duration="65000")],
        }
        server.lists["owners"] = [
            {"id": "5", "firstName": "Oleg", "email": "o@a.com", "archived": False,
             "teams": [{"name": "Side", "primary": False}, {"name": "Sales", "primary": True}]},
            {"id": "6", "firstName": "Gone", "archived": True},
        ]  # fmt: skip
        server.lists["pipelines/deals"] = [{"id": "default", "label": "Sales", "stages": [{"id": "won"}]}]
        yield server


def hubspot(root, number: int = 0, **more):
    return load("hubspot", root, now=NOW + timedelta(days=number), settings=more.pop("settings", QUICK), **more)


def test_a_first_load_follows_the_pages(root, account):
    """35 deals of 10 a page are 4 pages; a value that a history tells twice comes once; e-mails of owners stay there."""
    deal = account.objects["deals"][0]
    deal["links"] = {
        "contacts": [("8", ""), ("7", "")],
        "companies": [("20", "_unlabeled"), ("9", ""), ("9", "_unlabeled")],
    }
    report = hubspot(root)
    assert report.rows == {
        **{"account": 1, "owners": 2, "pipelines": 1, "properties": 2, "contacts": 1},
        **{"property_history": 1, "deals": 35, "engagements": 1},
    }
    assert [call.get("after") for call in account.calls("deals")] == [None, "10", "20", "30"]
    assert account.calls("deals")[0]["limit"] == "50" and account.calls("companies")[0]["limit"] == "100"
    row = alive(root, "hubspot", "deals", "id")["1"]
    assert (row["amount"], row["contact_id"], row["contact_ids"], row["company_id"]) == ("1500.00", "8", "8;7", "9")
    assert (read(root, "hubspot", "engagements")[0]["type"], read(root, "hubspot", "account")[0]["id"]) == (
        "calls",
        "12345678",
    )
    owner = read(root, "hubspot", "owners")[0]
    assert "email" not in owner and owner["teams"].startswith('[{"name":"Sales"')


def test_a_later_load_brings_changes_and_finds_what_is_gone(root, account):
    """Deal 21 is gone without a trace, 5 is archived, 4 has moved; 30 became a part of 31 and stays."""
    hubspot(root)
    deals = account.objects["deals"]
    moved = {
        "updatedAt": LATER,
        "links": {"companies": [("20", "_unlabeled"), ("9", "")], "contacts": [("7", "_unlabeled")]},
    }
    deals[3] |= moved | {"history": {"dealstage": [past("won", LATER), past("new")]}}
    deals[4] |= {"archived": True}
    deals[30] |= {"updatedAt": LATER, "properties": deals[30]["properties"] | {"hs_merged_object_ids": "30"}}
    account.objects["deals"] = [deal for deal in deals if deal["id"] not in ("21", "30")]
    report = hubspot(root, 1)
    assert (report.rows["deals"], report.rows["property_history"], report.rows.get("contacts")) == (4, 2, None)
    found = alive(root, "hubspot", "deals", "id")
    assert len(found) == 33 and not {"5", "21"} & set(found)
    assert (found["4"]["contact_ids"], found["4"]["company_id"], found["31"]["hs_merged_object_ids"]) == (
        "7",
        "9",
        "30",
    )
    account.seen.clear()
    assert hubspot(root, 2).rows.get("deals") is None
    assert [params["archived"] for params in account.calls("deals")] == ["true"]  # the count is right: no whole list


def test_a_record_that_no_search_told_of_is_brought(root, account):
    """It was taken back from the archive, or imported with an old time of change."""
    hubspot(root)
    account.objects["deals"].append(record(900))
    assert hubspot(root, 1).rows["deals"] == 1


def test_more_changes_than_a_search_may_find(root, account, monkeypatch):
    """Of 35 changes a search gives 20; the next one asks for those above the last id."""
    monkeypatch.setattr("flows.extract.hubspot.MOST_FOUND", 20)
    hubspot(root)
    account.most = 20
    for deal in account.objects["deals"]:
        deal["updatedAt"] = LATER
    account.seen.clear()
    assert hubspot(root, 1).rows["deals"] == 35
    bounds = [call["filterGroups"][0]["filters"][1:] for call in account.calls("deals/search") if call["limit"] == 200]
    assert [bound and bound[0]["value"] for bound in bounds] == [[], [], "20", "20"]


def test_a_property_appears_and_vanishes(root, account):
    hubspot(root)
    assert "state" not in read(root, "hubspot", "contacts")[0]
    account.objects["contacts"][0] |= {"updatedAt": LATER, "properties": {"state": "Ufa"}}
    hubspot(root, 1)
    row = alive(root, "hubspot", "contacts", "id")["7"]
    assert (row["state"], row.get("email")) == ("Ufa", None)


def test_fields_of_ones_own_are_asked_for(root, account, monkeypatch, tmp_path):
    """Of a list its options come too; a field that is not there costs a warning."""
    lines = tmp_path / "fields.yml"
    lines.write_text(
        "fields:\n"
        "  - {entity: deals, column: rival, type: list, label: [Конкурент, Rival], hubspot: rival}\n"
        "  - {entity: customers, column: seats, type: number, label: [Мест, Seats], hubspot: seats}\n"
        "  - {entity: customers, column: tier, type: list, label: [Разряд, Tier], hubspot: tier}\n"
        "  - {entity: customers, column: size, type: list, label: [Размер, Size], hubspot: size}\n",
        "utf-8",
    )
    monkeypatch.setattr("flows.fields.FIELDS", lines)
    for name in ("contacts/tier", "contacts/size", "companies/size"):
        account.fault(f"properties/{name}", 1, 404, HubSpot.problem(404, "OBJECT_NOT_FOUND").body)
    report = hubspot(root)
    assert "rival" in account.calls("deals")[0]["properties"].split(",")
    assert {"seats", "tier"} <= set(account.calls("companies")[0]["properties"].split(","))
    told = {(row["object"], row["name"]) for row in read(root, "hubspot", "properties")}
    assert {("deals", "rival"), ("companies", "tier")} <= told and not told & {
        ("contacts", "tier"),
        ("companies", "size"),
    }
    assert report.warnings == ["there is no property size, which contract/fields.yml names"]


def test_days_that_are_asked_for(root, account):
    """A span is asked of the search, and nothing that is gone is looked for."""
    account.objects["deals"][2]["updatedAt"] = NOW.isoformat()
    assert hubspot(root, since=NOW.date(), until=NOW.date()).rows["deals"] == 1
    assert [one["operator"] for one in account.calls("deals/search")[0]["filterGroups"][0]["filters"]] == ["GTE", "LT"]


def test_an_empty_account(root, account):
    account.objects, account.lists["owners"] = {}, []
    assert hubspot(root).rows == {"account": 1, "pipelines": 1, "properties": 2}


def test_an_account_that_does_not_show_its_rates(root, account):
    account.fault("settings/v3/currencies/exchange-rates", 1, 403, HubSpot.problem(403, "MISSING_SCOPES").body)
    report = hubspot(root)
    assert "settings.currencies.read" in report.warnings[0] and report.rows["deals"] == 35


def test_a_limit_and_a_server_error_pass(root, account):
    """The server says how long to wait."""
    limit = HubSpot.problem(429, "RATE_LIMITS", policyName="TEN_SECONDLY_ROLLING").body
    account.fault("deals", 2, 429, limit, {"Retry-After": "1"})
    account.fault("contacts", 1, 503, "")
    begun = time.monotonic()
    settings = dataclasses.replace(QUICK, backoff_max_seconds=1)
    assert hubspot(root, settings=settings).rows["deals"] == 35 and time.monotonic() - begun >= 2


def test_no_more_requests_in_a_second_than_allowed(root, account):
    begun = time.monotonic()
    hubspot(root, settings=dataclasses.replace(QUICK, hubspot_per_second=50))
    assert len(account.seen) >= 16 and time.monotonic() - begun >= 15 * 0.02


@pytest.mark.parametrize(
    ("place", "status", "category", "error", "told"),
    [
        ("tasks", 401, "EXPIRED_AUTHENTICATION", Refused, "the token has run out"),
        ("tasks", 403, "MISSING_SCOPES", Refused, "lacks a scope"),
        ("calls", 429, "TEN_SECONDLY_ROLLING", LimitReached, "in ten seconds"),
        ("calls", 429, "DAILY", LimitReached, "of the day"),
        ("calls", 502, "", RequestFailed, "later"),
        ("calls", 400, "VALIDATION_ERROR", Refused, "Not taken"),
    ],
)
def test_trouble_in_the_middle_leaves_nothing(root, account, place, status, category, error, told):
    """The token runs out after the first pages, or the limit stays: what had come until then is not seen."""
    account.fault(place, 9, status, HubSpot.problem(status, category, "Not taken").body)
    with pytest.raises(error, match=f"(?s)hubspot: crm/v3/objects/{place}.*HTTP {status}.*{told}"):
        hubspot(root)
    assert seen(root) == {}
    assert account.counts[place] == (4 if status == 502 or category == "TEN_SECONDLY_ROLLING" else 1)


def test_an_expired_token_leaves_the_last_load(root, account):
    hubspot(root)
    before, account.token = seen(root), "another"
    with pytest.raises(Refused, match="HTTP 401") as failure:
        hubspot(root, 1)
    assert "h0bs3cret" not in str(failure.value)
    assert seen(root) == before


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<html>", "no JSON"),
        ("[]", "HTTP 200"),
        ("{}", "no list of results"),
        ('{"results":[{"properties":{}}]}', "entry 1 is no record with an id"),
        ('{"results":[],"paging":{"next":{"after":"10"}}}', "was read before"),
    ],
)
def test_an_answer_of_another_shape(root, account, body, told):
    account.fault("deals", 3, 200, body)
    with pytest.raises((Incomplete, Refused), match=told):
        hubspot(root)
    assert seen(root) == {}


def test_a_dry_run(root, account):
    report = hubspot(root, dry_run=True)
    assert (report.rows["account"], report.rows["deals"], report.rows["engagements"]) == (1, 35, 1)
    assert not root.exists()


def test_records_of_leads_come_where_they_tell_the_leads(root, account, monkeypatch):
    """With their pipeline, their contact, their deal and the stages that they had; an account whose contacts tell the leads is not asked for them."""
    account.lists["pipelines/leads"] = [
        {"id": "lead-pipeline-id", "label": "Leads", "stages": [{"id": "new-stage-id"}]}
    ]
    stages = {"hs_pipeline_stage": [past("qualified-stage-id"), past("new-stage-id")]}
    links = {"contacts": [("7", "")], "deals": [("3", "")]}
    account.objects["leads"] = [
        record(1, links=links, history=stages, hs_lead_name="Anna", hs_pipeline_stage="qualified-stage-id")
    ]
    assert "leads" not in hubspot(root).rows and not account.calls("leads")
    monkeypatch.setattr("flows.extract.hubspot.listings", lambda: (*LISTINGS, LEADS))
    report = hubspot(root, 1, since=(NOW - timedelta(days=40)).date())
    assert (report.rows["leads"], report.rows["pipelines"]) == (1, 2)
    (lead,) = read(root, "hubspot", "leads")
    told = [lead[name] for name in ("contact_id", "deal_id", "hs_pipeline_stage", "hs_lead_name")]
    assert told == ["7", "3", "qualified-stage-id", "Anna"]
    history = {row["value"] for row in read(root, "hubspot", "property_history") if row["object"] == "leads"}
    assert history == {"qualified-stage-id", "new-stage-id"}
    account.objects["leads"][0] |= {"archived": True, "updatedAt": LATER}
    hubspot(root, 2)
    assert alive(root, "hubspot", "leads", "id") == {}
