"""Tasks of Bitrix24: names in two styles, histories, story points, sprints, what is gone, a portal without the scope."""

from datetime import timedelta

import pytest
from extract.servers import Bitrix
from extract.tools import NOW, QUICK, alive, read, seen

from flows.extract import LimitReached, Refused, load
from flows.extract.commit import state_of

OLD, LATER = "2026-11-01T10:00:00+03:00", "2026-11-20T09:00:00+03:00"
LIST, HISTORY = "tasks.task.list", "tasks.task.history.list"
SPRINTS, POINTS = "tasks.api.scrum.sprint.list", "tasks.api.scrum.task.get"


def task(number: int, changed: str = OLD, **more) -> dict:
    row = {"id": str(number), "title": "секрет", "description": "секрет", "createdDate": OLD, "changedDate": changed}
    row |= {"status": "2", "subStatus": "-1", "responsibleId": "7", "responsible": {"id": "7", "name": "Олег"}}
    return row | {"groupId": "0", "group": [], "sprintId": None, "tags": [], **more}


def entry(number: int, of: int, before, after, when: str = OLD, field: str = "STATUS") -> dict:
    row = {"id": number, "taskId": of, "createdDate": when, "field": field, "value": {"from": before, "to": after}}
    return row | {"user": {"id": 7, "name": "Олег", "login": "oleg@a.ru"}}


@pytest.fixture
def portal(monkeypatch):
    """120 tasks; the first two are of a Scrum group, of which sprint 4 is on, and 3 is over."""
    with Bitrix() as server:
        monkeypatch.setenv("KPI_BITRIX24_WEBHOOK", server.webhook)
        server.clock = lambda: NOW.timestamp()
        scrum = {"groupId": "5", "group": {"id": "5", "name": "Сайт", "opened": True}}
        server.tables[LIST] = [
            task(1, sprintId="4", tags={"9": {"id": 9, "title": "Баг"}}, **scrum),
            task(2, sprintId="3", **scrum),
            *(task(number) for number in range(3, 121)),
        ]
        server.tables[HISTORY] = [
            entry(11, 1, None, None, field="NEW"),
            entry(12, 1, "2", "3"),
            entry(13, 1, "", "секрет", field="CHECKLIST_ITEM_CREATE"),
            entry(14, 2, "3", "5", field="REAL_STATUS"),
        ]
        days = {"dateStart": "2026-11-15T21:00:00+00:00", "dateEnd": "2026-11-29T21:00:00+00:00", "groupId": 5}
        server.tables[SPRINTS] = [
            {"id": 3, "name": "Спринт 1", "status": "completed", **days},
            {"id": 4, "name": "Спринт 2", "status": "active", **days},
        ]
        server.tables[POINTS] = [{"id": "1", "entityId": 4, "storyPoints": "5"}]
        yield server


def tasks(root, number: int = 0, **more):
    return load("bitrix24_tasks", root, now=NOW + timedelta(days=number), settings=more.pop("settings", QUICK), **more)


def told(root, table: str, *names: str) -> list[tuple]:
    return [tuple(row[name] for name in names) for row in read(root, "bitrix24_tasks", table)]


def test_a_first_load_brings_what_is_counted(root, portal):
    """Of four entries of histories two are of a status; task 2 has no points, and is left out; no text and no name of a person comes."""
    report = tasks(root)
    assert report.rows == {"tasks_task": 120, "tasks_history": 2, "scrum_sprint": 2, "scrum_task": 1}
    assert report.warnings == []
    first = alive(root, "bitrix24_tasks", "tasks_task", "id")["1"]
    assert {name: value for name, value in first.items() if value and not name.startswith("_")} == {
        **{"id": "1", "createdDate": OLD, "changedDate": OLD, "status": "2", "responsibleId": "7"},
        **{"groupId": "5", "groupName": "Сайт", "sprintId": "4", "tags": '["Баг"]'},
    }
    changes = told(root, "tasks_history", "id", "taskId", "fromStatus", "toStatus")
    assert changes == [("12", "1", "2", "3"), ("14", "2", "3", "5")]
    assert told(root, "scrum_task", "id", "storyPoints") == [("1", "5")]
    assert [(row["table_name"], row["row_count"]) for row in read(root, "control", "totals")] == [("tasks_task", "120")]
    asked = portal.calls(LIST)[0]
    assert asked["order"] == {"ID": "ASC"} and "RESPONSIBLE_ID" in asked["select"] and "TITLE" not in asked["select"]


def test_the_next_load_brings_changes_and_finds_what_is_gone(root, portal):
    """Points of the sprint that is on are asked for again, though its task did not change; those of the one that is over are not."""
    tasks(root)
    before = portal.counts[f"{POINTS} in batch"]
    portal.tables[LIST] = [row for row in portal.tables[LIST] if row["id"] != "120"]
    portal.tables[LIST][2] |= {"changedDate": LATER, "status": "3"}
    portal.tables[HISTORY].append(entry(15, 3, "2", "3", LATER))
    portal.tables[POINTS][0]["storyPoints"] = "8"
    report = tasks(root, 1)
    assert report.rows == {"tasks_task": 2, "tasks_history": 1, "scrum_sprint": 2, "scrum_task": 1}
    assert portal.counts[f"{POINTS} in batch"] == before + 1
    assert len(alive(root, "bitrix24_tasks", "tasks_task", "id")) == 119
    assert alive(root, "bitrix24_tasks", "scrum_task", "id")["1"]["storyPoints"] == "8"
    assert told(root, "tasks_history", "id")[-1] == ("15",)
    portal.tables[SPRINTS][1]["status"] = "completed"
    tasks(root, 2)
    assert portal.counts[f"{POINTS} in batch"] == before + 2  # of a sprint that ended since, once more
    tasks(root, 3)
    assert portal.counts[f"{POINTS} in batch"] == before + 2


def test_a_portal_without_the_scope_leaves_tasks_out(root, portal):
    """Nothing comes, and the next load with the scope brings all."""
    for method in (LIST, SPRINTS):
        portal.forbidden[method] = (403, "insufficient_scope")
    report = tasks(root)
    assert report.rows == {} and "bitrix24_tasks/tasks_task" not in seen(root)
    assert report.warnings == [
        "tasks left out: bitrix24_tasks: tasks.task.list, page after id 0: HTTP 403 INSUFFICIENT_SCOPE (no)"
    ]
    assert "cursor" not in state_of(root, "bitrix24_tasks")
    portal.forbidden.clear()
    assert tasks(root, 1).rows["tasks_task"] == 120


def test_a_portal_without_scrum_leaves_sprints_out(root, portal):
    portal.forbidden[SPRINTS] = (404, "ERROR_METHOD_NOT_FOUND")
    report = tasks(root)
    assert report.rows == {"tasks_task": 120, "tasks_history": 2}
    assert len(report.warnings) == 1 and report.warnings[0].startswith("sprints and story points left out: ")


def test_points_that_may_not_be_seen_are_asked_for_again(root, portal):
    """Sprints are known to be over only once their points are there."""
    portal.forbidden[POINTS] = (403, "insufficient_scope")
    assert "scrum_sprint" not in tasks(root).rows
    portal.forbidden.clear()
    assert {"scrum_sprint", "scrum_task"} <= tasks(root, 1).rows.keys()


@pytest.mark.parametrize(
    ("method", "fault", "error"),
    [
        (f"{HISTORY} in batch", (400, {"error": "0", "error_description": "Access denied"}), Refused),
        (LIST, (503, {"error": "QUERY_LIMIT_EXCEEDED", "error_description": ""}), LimitReached),
        (LIST, (401, {"error": "expired_token", "error_description": ""}), Refused),
    ],
)
def test_an_error_in_the_middle_leaves_nothing(root, portal, method, fault, error):
    portal.fault(method, 99, *fault)
    with pytest.raises(error, match=method.removesuffix(" in batch")):
        tasks(root)
    assert seen(root) == {}


def test_a_dry_run_counts(root, portal):
    assert tasks(root, dry_run=True).rows == {
        "tasks_task": 120, "tasks_history": -1, "scrum_sprint": -1, "scrum_task": -1,
    }  # fmt: skip
    assert not root.exists()
