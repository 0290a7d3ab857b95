"""GA4's export read from BigQuery: signed tokens, pages, nested values, tables that are written anew, running days, errors in the middle."""

import json
from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from extract.servers import BigQuery
from extract.tools import NOW, QUICK

from flows.extract import ConfigError, Incomplete, LimitReached, Refused, RequestFailed, load
from flows.extract.commit import state_of

KEY = generate_private_key(65537, 2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
VALUE = {
    "name": "value",
    "type": "RECORD",
    "fields": [{"name": "string_value", "type": "STRING"}, {"name": "int_value", "type": "INTEGER"}],
}
FIELDS = [
    *({"name": name, "type": "STRING"} for name in ("event_date", "event_name", "user_pseudo_id", "user_id")),
    {"name": "event_timestamp", "type": "INTEGER"},
    {"name": "event_params", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "key", "type": "STRING"}, VALUE]},
    {"name": "ecommerce", "type": "RECORD", "fields": [{"name": "transaction_id", "type": "STRING"}, {"name": "purchase_revenue", "type": "FLOAT"}]},
]  # fmt: skip


def event(day: str, browser: str | None = "1.1", **more) -> dict:
    told = [
        {"key": "ga_session_id", "value": {"int_value": 100}},
        {"key": "source", "value": {"string_value": "yandex"}},
    ]
    return {
        **{"event_date": day, "event_name": "page_view", "user_pseudo_id": browser, "user_id": "login"},
        **{"event_timestamp": 1793520902123456, "event_params": told, **more},
    }


@pytest.fixture
def project(monkeypatch, tmp_path):
    with BigQuery(KEY.public_key(), page=2) as server:
        key = {
            "type": "service_account",
            "client_email": "kpi@shop-1.iam",
            "private_key": PEM,
            "token_uri": f"{server.url}/token",
        }
        (tmp_path / "key.json").write_text(json.dumps(key))
        monkeypatch.setenv("KPI_GA4_URL", server.url)
        monkeypatch.setenv("KPI_GA4_KEY_FILE", str(tmp_path / "key.json"))
        monkeypatch.setenv("KPI_GA4_DATASET", "shop-1.analytics_123")
        server.fields = FIELDS
        bought = {"transaction_id": "A-1", "purchase_revenue": "1.49905E4"}
        server.tables = {
            "events_20261118": [event("20261118"), event("20261118", None), event("20261118", ecommerce=bought)],
            "events_intraday_20261118": [event("20261118")] * 9,  # BigQuery has not deleted it yet
            "events_intraday_20261119": [event("20261119")],
            "pseudonymous_users_20261118": [],
        }
        yield server


def ga4(root, number: int = 0, **more):
    return load("ga4", root, now=NOW + timedelta(days=number), settings=more.pop("settings", QUICK), **more)


def rows(root, part: str = "") -> list[dict]:
    """The rows of the property; those of running days stand below `intraday`."""
    files = sorted((root / "ga4/events/analytics_123" / part).glob("*.parquet"))
    return [row for path in files for row in pq.read_table(path, partitioning=None).to_pylist()]


def test_a_first_load(root, project):
    """Four tables in two pages of the list; of 18 November the finished day counts, its 3 rows in two pages; 19 November is a running day."""
    report = ga4(root)
    assert report.rows == {"events": 4} and project.tokens == 1
    assert [call.get("pageToken") for call in project.calls("tables")] == [None, "2"]
    assert [call.get("pageToken") for call in project.calls("events_20261118/data")] == [None, "2"]
    assert "events_intraday_20261118" not in project.counts
    first, refused, bought = rows(root)
    assert (first["event_timestamp"], first["user_pseudo_id"], "user_id" in first) == ("1793520902123456", "1.1", False)
    assert first["event_params"] == (
        '[{"key":"ga_session_id","value":{"int_value":"100"}},{"key":"source","value":{"string_value":"yandex"}}]'
    )
    assert (refused["user_pseudo_id"], bought["ecommerce"]) == (
        None,
        '{"transaction_id":"A-1","purchase_revenue":"14990.5"}',
    )
    assert [row["event_date"] for row in rows(root, "intraday")] == ["20261119"]
    assert state_of(root, "ga4") == {
        "shop-1.analytics_123": {
            "cursor": "2026-11-19",
            "changed": {"events_20261118": "1", "events_intraday_20261119": "1"},
        }
    }


def test_only_tables_that_were_written_anew_come_again(root, project):
    """18 November was written anew, with a row less; 19 November is finished now; a table older than ten days is not asked for."""
    project.tables["events_20261101"] = [event("20261101")]
    ga4(root)
    project.tables["events_20261119"] = [event("20261119")] * 2
    assert ga4(root).rows == {"events": 2}
    project.changed["events_20261118"] = "2"
    project.tables["events_20261118"].pop()
    assert ga4(root, 1).rows == {"events": 2} and project.counts["events_20261101"] == 1
    assert ga4(root, 1).rows == {}
    assert ga4(root, 1, since=date(2026, 11, 18)).rows == {"events": 4}


def test_a_column_appears_and_vanishes(root, project):
    """A column that a table lacks is not asked for; one that no model knows does not come."""
    more = {"name": "device", "type": "RECORD", "fields": [{"name": "category", "type": "STRING"}]}
    project.fields = [*FIELDS[:-1], more, {"name": "publisher", "type": "STRING"}]
    project.tables["events_20261118"] = [event("20261118", device={"category": "mobile"})]
    ga4(root)
    (row,) = rows(root)
    assert row["device"] == '{"category":"mobile"}' and not {"ecommerce", "publisher"} & set(row)


def test_an_export_without_tables(root, project):
    project.tables = {}
    report = ga4(root)
    assert report.rows == {} and "begins on the day after" in report.warnings[0]


def test_a_token_that_runs_out_in_the_middle_is_taken_anew(root, project):
    project.fault("events_20261118/data", 1, 401, project.problem(401, "authError", "UNAUTHENTICATED").body)
    assert ga4(root).rows == {"events": 4} and project.tokens == 2


def test_a_limit_and_a_server_error_pass(root, project):
    project.fault("tables", 1, 403, project.problem(403, "rateLimitExceeded", "PERMISSION_DENIED").body)
    project.fault("events_20261118/data", 1, 503, "")
    assert ga4(root).rows == {"events": 4}


@pytest.mark.parametrize(
    ("place", "status", "body", "error", "told"),
    [
        ("token", 400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, Refused, "key was deleted"),
        ("tables", 404, BigQuery.problem(404, "notFound", "NOT_FOUND").body, Refused, "KPI_GA4_DATASET"),
        ("tables", 403, BigQuery.problem(403, "accessDenied", "PERMISSION_DENIED").body, Refused, "BigQuery Data Viewer"),
        ("tables", 403, BigQuery.problem(403, "quotaExceeded", "PERMISSION_DENIED").body, LimitReached, "limit of requests"),
        ("events_20261119", 200, {"kind": "x"}, Incomplete, "no schema"),
        ("events_20261119/data", 500, "", RequestFailed, "later"),
        ("events_20261119/data", 200, "{", Incomplete, "another shape"),
        ("events_20261119/data", 200, {"totalRows": "1", "rows": [{"f": [{"v": "x"}]}]}, Incomplete, "a row is of another shape"),
        ("events_20261119/data", 200, {"totalRows": "7"}, Incomplete, "0 of 7 rows came"),
    ],
)  # fmt: skip
def test_trouble_in_the_middle_leaves_the_last_load(root, project, place, status, body, error, told):
    ga4(root)
    before = rows(root)
    project.tables["events_20261119"] = [event("20261119")]
    project.fault(place, 9, status, body)
    with pytest.raises(error, match=f"(?s)ga4: .*{told}") as failure:
        ga4(root, 1)
    assert rows(root) == before
    assert "PRIVATE KEY" not in str(failure.value) and "ya29" not in str(failure.value)


def test_a_dry_run_and_wrong_settings(root, project, monkeypatch, tmp_path):
    report = ga4(root, dry_run=True)
    assert (report.rows, report.notes) == ({"events": -1}, ["analytics_123: 2025-11-20 to 2026-11-19, 2 tables"])
    assert not root.exists()
    monkeypatch.setenv("KPI_GA4_DATASET", "analytics_123")
    with pytest.raises(ConfigError, match="names no export"):
        ga4(root)
    for content in ("", "{}", '{"private_key": "secret", "client_email": "a", "token_uri": "https://a.b"}'):
        (tmp_path / "key.json").write_text(content)
        with pytest.raises(ConfigError, match="is no key of a service account"):
            ga4(root)
