"""Tasks of Bitrix24 by inbound webhook with the scope `task` (source pages 01, section 3.10, and 10 D). Env KPI_BITRIX24_WEBHOOK.

What is loaded, each time:

- sprints of Scrum groups: whole; never marked as deleted, for tasks still point to them;
- tasks: those changed since the last load, less ten minutes; then an id scan finds the deleted ones, as for deals;
- the changes of status of every task that was loaded, as a change of it shows in the task alone;
- story points of the tasks of each sprint that is not over, or was not at the last load, as points change without the task.

Of a task only what is counted is kept: no title, no text, and no names of people. A webhook without the scope leaves all of it out,
with a warning; one whose portal has no Scrum leaves sprints and points out.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flows.extract.bitrix_rest import (
    COMMANDS,
    Listing,
    Portal,
    Reading,
    counts,
    if_allowed,
    portal_of,
    span,
)
from flows.extract.commit import Load, known_keys, state_of
from flows.extract.common import LoadReport, Run, as_text, chunks

WEBHOOK = "KPI_BITRIX24_WEBHOOK"
KEPT = (
    *("id", "groupId", "sprintId", "status", "createdDate", "changedDate", "statusChangedDate"),
    *("responsibleId", "tags"),
)
CHANGES = {"STATUS", "REAL_STATUS"}  # how a history names a change of status
NO_SCRUM_TASK = frozenset({"0"})  # the code of "Task not found": the task has no points
OVER = "completed"


def _asked(name: str) -> str:
    return re.sub(r"(?=[A-Z])", "_", name).upper()


class Snake(Listing):
    """A list whose rows have names like changedDate, where the question has CHANGED_DATE."""

    def asked(self, name: str) -> str:
        """How a field of the rows is named in the filter, the order and the select."""
        return _asked(name)

    def among(self, ids: Iterable[str]) -> dict[str, Any]:
        """A condition for some ids; these methods know no sign for it."""
        return {self.asked(self.key): list(ids)}


class Tasks(Snake):
    """The list of tasks, of which only what is counted is kept."""

    def rows(self, result: Any, place: str, by_id: bool = True) -> list[dict[str, Any]]:
        """The rows in a `result`, with the name of their group and the titles of their tags."""
        return [_kept(row) for row in super().rows(result, place, by_id)]


TASKS = Tasks(
    *("tasks_task", "tasks.task.list", "tasks", "id", "changedDate"),
    select=tuple(map(_asked, KEPT)),
)
SPRINTS = Snake("scrum_sprint", "tasks.api.scrum.sprint.list", key="id", fixed={"start": 0})
HISTORY = Listing("tasks_history", "tasks.task.history.list", "list", key="id")
POINTS = Listing("scrum_task", "tasks.api.scrum.task.get", key="id")


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: row[name] for name in KEPT if name in row}
    group, tags = row.get("group"), row.get("tags")
    if isinstance(group, dict):
        kept["groupName"] = group.get("name")
    items = tags.values() if isinstance(tags, dict) else tags or ()
    if "tags" in kept:
        kept["tags"] = [item.get("title") if isinstance(item, dict) else item for item in items]
    return kept


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
    state = state_of(run.root, run.source)
    reading = Reading(portal, load, run, state)
    changed: set[str] = set()
    if not if_allowed(load, "tasks", lambda: changed.update(reading.changed(TASKS)[0])):
        return dict(state)
    _read_history(portal, load, run, changed)
    if_allowed(load, "sprints and story points", lambda: _read_scrum(portal, load, run))
    return reading.state()


def _read_history(portal: Portal, load: Load, run: Run, tasks: set[str]) -> None:
    known = known_keys(run.root, run.source, HISTORY.table, ("id",))
    for some in chunks(sorted(tasks, key=int), COMMANDS):
        commands = {task: (HISTORY.method, {"taskId": task, "order": {"createdDate": "ASC"}}) for task in some}
        for task, answer in portal.batch(commands, "histories of tasks").items():
            changes = [row for row in HISTORY.rows(answer["result"], f"task {task}") if row.get("field") in CHANGES]
            new = [_change(task, row) for row in changes if (str(row["id"]),) not in known]
            load.add(HISTORY.table, new)


def _change(task: str, row: Mapping[str, Any]) -> dict[str, Any]:
    value = row.get("value")
    value = value if isinstance(value, dict) else {}
    told = {"id": row["id"], "taskId": task, "createdDate": row.get("createdDate")}
    return told | {"fromStatus": value.get("from"), "toStatus": value.get("to")}


def _read_scrum(portal: Portal, load: Load, run: Run) -> None:
    before = known_keys(run.root, run.source, SPRINTS.table, ("id",), "status")
    sprints = {str(row["id"]): row for page in portal.pages(SPRINTS, {}) for row in page}
    due = [one for one, row in sprints.items() if not row.get("status") == OVER == before.get((one,), ("",))[0]]
    pages = portal.many(TASKS, ({"SPRINT_ID": one} for one in due), "tasks of sprints")
    tasks = sorted({str(row["id"]) for page in pages for row in page}, key=int)
    known = known_keys(run.root, run.source, POINTS.table, ("id",), "storyPoints")
    for some in chunks(tasks, COMMANDS):
        commands = {task: (POINTS.method, {"id": task}) for task in some}
        for task, answer in portal.batch(commands, "story points", NO_SCRUM_TASK).items():
            found = answer["result"] if isinstance(answer["result"], dict) else {}
            points = as_text(found.get("storyPoints"))
            if known.get((task,)) != (points,):
                load.add(POINTS.table, [{"id": task, "storyPoints": points}])
    load.add(SPRINTS.table, sprints.values())  # a sprint that is known to be over has its points


def plan(run: Run) -> LoadReport:
    """Asks the portal how many tasks a load would bring; nothing is written.

    Args:
        run: what would be asked for.

    Raises:
        LoadError: see `common`.
    """
    portal = portal_of(run, WEBHOOK)
    cursor = state_of(run.root, run.source).get("cursor")
    rows = counts(portal, (TASKS,), {TASKS.table: span(TASKS, run.since, run.until, cursor)})
    return LoadReport(run.source, rows=rows | dict.fromkeys((HISTORY.table, SPRINTS.table, POINTS.table), -1))
