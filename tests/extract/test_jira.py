"""Jira: pages by token and by place, own fields, changes of status, what is gone, limits, an expired token, errors in the middle."""

from datetime import timedelta

import pytest
from extract.servers import Jira
from extract.tools import NOW, QUICK, alive, read, seen

from flows.extract import Incomplete, LimitReached, Refused, RequestFailed, load

OLD, LATER = "2026-11-01T10:00:00.000+0300", "2026-11-20T12:00:00.000+0300"


def issue(number: int, updated: str = OLD, status: str = "3", **more) -> dict:
    fields = {
        **{"project": {"id": "1", "key": "PRJ"}, "issuetype": {"id": "9", "name": "Story", "subtask": False}},
        **{"status": {"id": status, "name": "x"}, "assignee": {"accountId": "5b1", "displayName": "Олег"}},
        **{"created": OLD, "updated": updated, "resolutiondate": None, "summary": "секрет", **more},
    }
    return {"id": str(10000 + number), "key": f"PRJ-{number}", "fields": fields}


def moved(number: int, before: str, after: str, when) -> dict:
    items = [
        {"field": "status", "fieldId": "status", "from": before, "to": after},
        {"field": "labels", "fieldId": "labels", "from": "", "to": "x"},
    ]
    return {"id": str(number), "created": when, "items": items}


@pytest.fixture
def site(monkeypatch):
    with Jira(page=10) as server:
        monkeypatch.setenv("KPI_JIRA_URL", server.url)
        monkeypatch.setenv("KPI_JIRA_EMAIL", "kpi@a.ru")
        monkeypatch.setenv("KPI_JIRA_TOKEN", "j1ra-s3cret")
        server.lists = {
            "rest/api/3/field": [
                {
                    "id": "customfield_10020",
                    "name": "Спринт",
                    "schema": {"custom": "com.pyxis.greenhopper.jira:gh-sprint"},
                },
                {"id": "customfield_10016", "name": "Story point estimate", "schema": {"custom": "jsw-story-points"}},
                {"id": "summary", "name": "Summary"},
            ],
            "rest/api/3/status": [
                {"id": number, "name": name, "statusCategory": {"key": key}}
                for number, name, key in (
                    ("1", "To Do", "new"),
                    ("3", "In Progress", "indeterminate"),
                    ("5", "Done", "done"),
                )
            ],
        }
        server.issues = [issue(number) for number in range(1, 36)]
        server.issues[0]["fields"] |= {
            "customfield_10020": [{"id": 7, "name": "S1"}, {"id": 8, "name": "S2"}],
            "customfield_10016": 5,
        }
        server.logs = {"10001": [moved(1, "1", "3", 1793520902000), moved(2, "3", "5", "2026-11-02T10:00:00.000+0300")]}
        server.sprints = {
            1: [{"id": number, "state": "closed", "originBoardId": 1} for number in range(1, 13)],
            2: [{"id": 1, "originBoardId": 1}],
        }
        yield server


def jira(root, number: int = 0, **more):
    return load("jira", root, now=NOW + timedelta(days=number), settings=more.pop("settings", QUICK), **more)


def test_a_first_load_follows_the_pages(root, site):
    """35 issues of 10 a page are 4 pages; a sprint that two boards show comes of the board that it was made on; no text comes."""
    report = jira(root)
    assert report.rows == {"statuses": 3, "sprints": 12, "issues": 35, "status_changes": 2}
    assert [call.get("nextPageToken") for call in site.calls("rest/api/3/search/jql")] == [None, "10", "20", "30"]
    first = alive(root, "jira", "issues", "id")["10001"]
    told = [first[name] for name in ("key", "project", "issuetype", "status_id", "assignee", "sprint_id", "points")]
    assert told == ["PRJ-1", "PRJ", "Story", "3", "5b1", "8", "5"] and "summary" not in first
    changes = [
        (row["issue_id"], row["created"], row["from_status"], row["to_status"])
        for row in read(root, "jira", "status_changes")
    ]
    assert changes == [
        ("10001", "2026-11-01T08:15:02+00:00", "1", "3"), ("10001", "2026-11-02T10:00:00.000+0300", "3", "5"),
    ]  # fmt: skip
    assert read(root, "jira", "sprints")[0]["project"] == "PRJ"


def test_a_later_load_brings_changes_and_finds_what_is_gone(root, site):
    """One has changed, one is gone, and one that no change told of was moved into a project that the user sees."""
    jira(root)
    site.issues[3] = issue(4, LATER, "5")
    del site.issues[20]
    site.issues.append(issue(90))
    assert jira(root, 1).rows["issues"] == 3
    assert site.calls("rest/api/3/search/jql")[4]["jql"].startswith('updated >= "2026-11-19 03:00"')
    found = alive(root, "jira", "issues", "id")
    assert len(found) == 35 and "10021" not in found and "10090" in found and found["10004"]["status_id"] == "5"


def test_a_field_appears_and_vanishes(root, site):
    """A site without points and sprints has issues all the same; one that shows an empty assignee has nobody."""
    site.lists["rest/api/3/field"] = []
    site.issues = [issue(1, assignee=None, customfield_10016=5)]
    jira(root)
    (row,) = read(root, "jira", "issues")
    assert (row["points"], row["sprint_id"], row["assignee"]) == (None, None, None)


def test_a_site_without_issues_and_boards(root, site):
    site.issues, site.sprints = [], {}
    assert jira(root).rows == {"statuses": 3}


def test_a_limit_and_a_server_error_pass(root, site):
    site.fault("rest/api/3/search/jql", 1, 429, "", {"Retry-After": "0"})
    site.fault("rest/api/3/changelog/bulkfetch", 1, 503, "")
    assert jira(root).rows["issues"] == 35


@pytest.mark.parametrize(
    ("place", "status", "body", "error", "told"),
    [
        ("rest/api/3/field", 401, "Basic auth failed", Refused, "make a new one"),
        ("rest/api/3/search/jql", 401, "", Refused, "token has run out"),
        ("rest/agile/1.0/board", 404, "", Refused, "Jira Software"),
        ("rest/api/3/search/jql", 400, {"errorMessages": ["Unbounded JQL"]}, Refused, "Unbounded JQL"),
        ("rest/api/3/changelog/bulkfetch", 429, "", LimitReached, "limit of requests"),
        ("rest/api/3/search/jql", 500, "", RequestFailed, "later"),
        ("rest/api/3/search/jql", 200, "<html>", Incomplete, "no JSON"),
        ("rest/api/3/search/jql", 200, {"errors": {}}, Incomplete, "no list of issues"),
        ("rest/api/3/search/jql", 200, {"issues": [{"key": "x"}]}, Incomplete, "no issue with an id"),
    ],
)  # fmt: skip
def test_trouble_in_the_middle_leaves_the_last_load(root, site, place, status, body, error, told):
    jira(root)
    before = seen(root)
    site.issues[3] = issue(4, LATER, "5")
    site.fault(place, 9, status, body)
    with pytest.raises(error, match=f"(?s)jira: {place}.*{told}") as failure:
        jira(root, 1)
    assert seen(root) == before and "s3cret" not in str(failure.value)


def test_a_dry_run(root, site):
    assert jira(root, dry_run=True).rows["issues"] == -1
    assert not root.exists()


def test_a_visitor_whom_the_site_does_not_know_is_no_empty_site(root, site):
    """With a token that has run out some lists are empty and called a success; only a header tells."""
    jira(root)
    before = seen(root)
    site.fault("rest/api/3/search/jql", 9, 200, {"issues": []}, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"})
    with pytest.raises(Refused, match="token has run out"):
        jira(root, 1)
    assert seen(root) == before


def test_days_that_a_load_leaves_out_come_with_the_next_one(root, site):
    jira(root)
    site.issues[3] = issue(4, LATER, "5")
    jira(root, 20, since=(NOW + timedelta(days=15)).date())
    jira(root, 21)
    changed = [row for row in read(root, "jira", "issues") if row["id"] == "10004"]
    assert len(changed) == 2 and changed[-1]["status_id"] == "5", changed
