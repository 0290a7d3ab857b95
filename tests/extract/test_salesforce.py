"""Salesforce: pages, sessions that run out, limits, errors in the middle, the bin, what is gone, fields that come and go, formulas."""

from datetime import timedelta

import pytest
from extract.servers import Salesforce
from extract.tools import NOW, QUICK, alive, read, seen

from flows.extract import Incomplete, LimitReached, Refused, RequestFailed, load

OLD, LATER = "2026-10-20T10:00:00.000+0000", "2026-11-20T04:00:00.000+0000"


def one(number: int, prefix: str = "006", changed: str = OLD, **more) -> dict:
    record = {"Id": f"{prefix}5g{number:010d}AAA", "CreatedDate": OLD, "SystemModstamp": changed, "IsDeleted": False}
    return {**record, **more}


def opportunity(number: int, changed: str = OLD, **more) -> dict:
    told = {"Name": f"Deal {number}", "Amount": 120000.5, "StageName": "Negotiation", "Fax": "secret"}
    return one(number, changed=changed, **told, **more)


@pytest.fixture
def organization(monkeypatch):
    with Salesforce(limit=10) as server:
        monkeypatch.setenv("KPI_SALESFORCE_URL", server.url)
        monkeypatch.setenv("KPI_SALESFORCE_CLIENT_ID", "3MVG9app")
        monkeypatch.setenv("KPI_SALESFORCE_CLIENT_SECRET", server.secret)
        server.objects = {
            "User": [{"Id": "0055g0000000001AAA", "Name": "Anna", "SystemModstamp": OLD}],
            "OpportunityStage": [{"Id": "01J5g0000000001AAA", "ApiName": "Negotiation"}],
            "Opportunity": [opportunity(number) for number in range(1, 36)],
            "OpportunityHistory": [one(number, "008", OpportunityId="x", StageName="Won") for number in range(1, 13)],
            "Task": [],
        }
        yield server


def salesforce(root, number: int = 0, **more):
    return load("salesforce", root, now=NOW + timedelta(days=number), settings=QUICK, **more)


def ids(root, table="opportunity"):
    return set(alive(root, "salesforce", table, "Id"))


def test_a_first_load_follows_the_pages(root, organization):
    """35 of 10 a page are 4 pages; Task has no records; what the raw table does not declare is not asked for."""
    report = salesforce(root)
    assert report.rows == {"user": 1, "opportunity_stage": 1, "opportunity": 35, "opportunity_history": 12}
    assert len(organization.calls("Opportunity")) == 4 and len(organization.calls("token")) == 1
    row = read(root, "salesforce", "opportunity")[0]
    assert (row["Amount"], row["CreatedDate"], row["IsDeleted"]) == ("120000.5", OLD, "false")
    assert not {"attributes", "Fax"} & set(row)
    assert any("Lead: the user may not see it" in text for text in report.warnings)
    assert any("Opportunity: the user may not see" in text and "CloseDate" in text for text in report.warnings)


def test_a_later_load_brings_changes_and_finds_what_is_gone(root, organization):
    """4 changed; 5 went to the bin; 21 is in no list any more; 900 came with an old stamp; a log keeps what was purged."""
    salesforce(root)
    records = organization.objects["Opportunity"]
    records[3] |= {"SystemModstamp": LATER, "StageName": "Closed Won"}
    records[4] |= {"SystemModstamp": LATER, "IsDeleted": True}
    del records[20]
    records.append(opportunity(900))
    organization.objects["OpportunityHistory"] = []
    organization.objects["Opportunity"][0]["Amount"] = 1  # without a new stamp: nobody is told of it
    report = salesforce(root, 1)
    assert (report.rows["opportunity"], report.rows.get("opportunity_history")) == (4, None)
    found = alive(root, "salesforce", "opportunity", "Id")
    gone = {opportunity(number)["Id"] for number in (5, 21)}
    assert len(found) == 34 and not gone & set(found) and opportunity(900)["Id"] in found
    assert found[records[3]["Id"]]["StageName"] == "Closed Won"
    assert len(ids(root, "opportunity_history")) == 12


def test_a_formula_that_changed_without_a_stamp_comes_again(root, organization):
    organization.formulas["Opportunity"] = {"Region__c"}
    for record in organization.objects["Opportunity"]:
        record["Region__c"] = "North"
    salesforce(root)
    organization.objects["Opportunity"][0]["Region__c"] = "South"
    assert salesforce(root, 1).rows["opportunity"] == 1
    assert alive(root, "salesforce", "opportunity", "Id")[opportunity(1)["Id"]]["Region__c"] == "South"


def test_a_field_appears_and_vanishes(root, organization):
    """Its spelling is the raw table's; a field that is there no more is not asked for."""
    organization.objects["Opportunity"][0]["UTM_Source__c"] = "google"
    salesforce(root)
    assert alive(root, "salesforce", "opportunity", "Id")[opportunity(1)["Id"]]["utm_source__c"] == "google"
    for record in organization.objects["Opportunity"]:
        record.pop("UTM_Source__c", None)
    organization.objects["Opportunity"][0] |= {"SystemModstamp": LATER}
    salesforce(root, 1)
    assert alive(root, "salesforce", "opportunity", "Id")[opportunity(1)["Id"]].get("utm_source__c") is None


def test_a_session_that_runs_out_is_begun_anew(root, organization):
    """In the middle of the pages; so no page is lost or read twice."""
    organization.on["Opportunity"] = lambda number: setattr(organization, "sessions", 7) if number == 3 else None
    assert salesforce(root).rows["opportunity"] == 35
    assert len(organization.calls("token")) == 2 and len(ids(root)) == 35


def test_a_server_error_passes(root, organization):
    organization.fault("Opportunity", 2, 503, organization.problem(503, "SERVER_UNAVAILABLE", "busy").body)
    assert salesforce(root).rows["opportunity"] == 35


@pytest.mark.parametrize(
    ("status", "code", "error", "told"),
    [
        (403, "REQUEST_LIMIT_EXCEEDED", LimitReached, "24 hours"),
        (401, "INVALID_SESSION_ID", Refused, "API Enabled"),
        (403, "INSUFFICIENT_ACCESS", Refused, "lacks the right"),
        (400, "INVALID_QUERY_LOCATOR", Incomplete, "again"),
        (500, "UNKNOWN_EXCEPTION", RequestFailed, "later"),
    ],
)
def test_trouble_in_the_middle_leaves_nothing(root, organization, status, code, error, told):
    """The last object of all: what had come until then is not seen, and the secret is not told."""
    organization.fault("OpportunityHistory", 9, status, organization.problem(status, code, "Trouble").body)
    with pytest.raises(error, match=f"(?s)OpportunityHistory, page 1: HTTP {status} .{code}.*{told}") as failure:
        salesforce(root)
    assert "sf0s3cret" not in str(failure.value) and seen(root) == {}


def test_a_wrong_secret_leaves_the_last_load(root, organization):
    salesforce(root)
    before, organization.secret = seen(root), "another"
    with pytest.raises(Refused, match=r"a new session: HTTP 400 \(invalid_client.*secret is wrong"):
        salesforce(root, 1)
    assert seen(root) == before


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<html>", "no JSON object"),
        ('{"totalSize":1,"done":true}', "no list of records"),
        ('{"totalSize":1,"done":true,"records":[{"Name":"x"}]}', "entry 1 is no record with an Id"),
        ('{"totalSize":3,"done":true,"records":[]}', "0 rows came, 3 were told"),
        ('{"totalSize":3,"done":false,"records":[],"nextRecordsUrl":"https://elsewhere.example/"}', "no next page"),
    ],
)
def test_an_answer_of_another_shape(root, organization, body, told):
    """A session is never sent to another address."""
    organization.fault("Opportunity", 1, 200, body)
    with pytest.raises(Incomplete, match=told):
        salesforce(root)
    assert seen(root) == {}


def test_an_object_that_is_needed_must_be_seen(root, organization):
    del organization.objects["Opportunity"]
    with pytest.raises(Refused, match="Opportunity, its fields: HTTP 404"):
        salesforce(root)


def test_a_dry_run_counts(root, organization):
    report = salesforce(root, dry_run=True)
    assert (report.rows["opportunity"], report.rows["task"]) == (35, 0)
    assert not root.exists()
