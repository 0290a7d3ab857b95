"""Jira Cloud by its REST API v3 (source page 10 B). Env KPI_JIRA_URL: the site's address; KPI_JIRA_EMAIL and KPI_JIRA_TOKEN: a user and an API token of theirs.

What is loaded, each time:

- issues changed since the last load, less a day, for Jira reads the moment of a question in the user's own zone; then the ids of all issues, by which
  those that are gone are found, and those that no load has brought. Of an issue its kind, project, status, assignee, last sprint and points come,
  and no text;
- the changes of status that these issues had, whole;
- statuses and the sprints of all boards that have some: whole, which keeps their history.

Issues and changes are read by `nextPageToken`, boards and sprints by `startAt` until `isLast`.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flows.base.clock import day_start, iso
from flows.base.errors import Incomplete, LimitReached, LoadError, Refused, RequestFailed
from flows.base.redact import keep_secret, storable
from flows.base.settings import setting
from flows.base.words import short
from flows.extract.commit import Load, known_keys, state_of
from flows.extract.common import (
    Deadline,
    Http,
    LoadReport,
    Run,
    Settings,
    address,
    as_text,
    chunks,
    next_state,
    parse_json,
)

if TYPE_CHECKING:
    from requests import Response

OVERLAP = timedelta(days=1)
MOST_PAGES = 100_000
IDS_AT_ONCE = 1000
SEARCH, CHANGES, BOARDS = "rest/api/3/search/jql", "rest/api/3/changelog/bulkfetch", "rest/agile/1.0/board"
ASKED = ("project", "issuetype", "status", "created", "updated", "resolutiondate", "assignee")
SPRINT_FIELD = "com.pyxis.greenhopper.jira:gh-sprint"
POINT_FIELDS = {"story points", "story point estimate"}
AGAIN = "Nothing was loaded; run the load again"
NO_ROWS = "Nothing was loaded; tell who looks after the loaders, with this line"


class Site:
    """The API of one site.

    Args:
        settings, deadline: how patient to be.

    Raises:
        ConfigError: address, e-mail or token is not set, or the address is none.
    """

    def __init__(self, settings: Settings, deadline: Deadline):
        self._url = address("KPI_JIRA_URL", setting("KPI_JIRA_URL"))
        told = base64.b64encode(f"{setting('KPI_JIRA_EMAIL')}:{setting('KPI_JIRA_TOKEN')}".encode()).decode()
        keep_secret(told)
        self._http = Http(settings, deadline, _passing, {"Authorization": f"Basic {told}"})

    def ask(self, path: str, params: Mapping[str, str] | None = None, body: Any = None, place: str = "") -> Any:
        """One answer.

        Args:
            path: behind the address.
            params: its parameters.
            body: sent by POST; None = GET.
            place: where in a list this is, for errors.

        Raises:
            Refused, LimitReached, RequestFailed, TimedOut, Incomplete.
        """
        doing = f"jira: {path}" + (f", {place}" if place else "")
        sent = {"params": dict(params or {})} | ({} if body is None else {"json": body})
        response = self._http.request(doing, "GET" if body is None else "POST", f"{self._url}/{path}", **sent)
        if "FAILED" in response.headers.get("X-Seraph-LoginReason", ""):
            response.status_code = (
                401  # whom Jira does not know it shows what anybody may see, and calls that a success
            )
        if response.status_code != 200:
            raise _error(doing, response)
        try:
            return parse_json(response.content)
        except ValueError:
            raise Incomplete(f"{doing}: the answer is no JSON", AGAIN) from None

    def listed(self, path: str, params: Mapping[str, str]) -> Iterator[list[dict[str, Any]]]:
        """The records of a list with `startAt`, page by page. Raises as `tokens`."""
        came = 0
        for number in range(1, MOST_PAGES):
            place = f"page {number}"
            answer = self.ask(path, {**params, "startAt": str(came), "maxResults": "50"}, place=place)
            found = _records(f"jira: {path}, {place}", answer, "values")
            yield found
            came += len(found)
            if not isinstance(answer.get("isLast"), bool):
                raise Incomplete(f"jira: {path}, {place}: the answer does not say whether it is the last page", NO_ROWS)
            if answer["isLast"]:
                return
            if not found:
                break
        raise Incomplete(f"jira: {path}: an empty page came before the last one", AGAIN)

    def tokens(self, path: str, body: Mapping[str, Any], rows: str) -> Iterator[list[dict[str, Any]]]:
        """The records of a list with `nextPageToken`, page by page.

        Args:
            path: behind the address.
            body: what is asked.
            rows: the key under which the records are.

        Raises:
            Incomplete: an answer is no list of records, or the pages have no end.
            As `ask`.
        """
        token, seen = "", {""}
        for number in range(1, MOST_PAGES):
            place = f"page {number}"
            answer = self.ask(path, body={**body, **({"nextPageToken": token} if token else {})}, place=place)
            yield _records(f"jira: {path}, {place}", answer, rows)
            token = str(answer.get("nextPageToken") or "")
            if not token:
                return
            if token in seen:
                break
            seen.add(token)
        raise Incomplete(f"jira: {path}: the next page was read before", NO_ROWS)

    def own_fields(self) -> tuple[list[str], list[str]]:
        """The ids of the fields that hold sprints, and of those that hold points; each site has its own."""
        found = self.ask("rest/api/3/field")
        fields = [one for one in found if isinstance(one, dict) and one.get("id")] if isinstance(found, list) else []
        sprints = [one["id"] for one in fields if (one.get("schema") or {}).get("custom") == SPRINT_FIELD]
        points = [one["id"] for one in fields if str(one.get("name")).lower() in POINT_FIELDS]
        return sprints, points

    def issues(self, jql: str, fields: Iterable[str], most: int) -> Iterator[list[dict[str, Any]]]:
        """The issues that a question finds. Raises as `tokens`."""
        return self.tokens(SEARCH, {"jql": jql, "fields": list(fields), "maxResults": most}, "issues")

    def changes(self, ids: Iterable[str]) -> Iterator[dict[str, Any]]:
        """The changes of status that some issues had. Raises as `tokens`."""
        for some in chunks(ids, IDS_AT_ONCE):
            body = {"issueIdsOrKeys": some, "fieldIds": ["status"], "maxResults": IDS_AT_ONCE}
            for page in self.tokens(CHANGES, body, "issueChangeLogs"):
                for log in page:
                    yield from _changes(log)


def _records(doing: str, answer: Any, name: str) -> list[dict[str, Any]]:
    found = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Incomplete(f"{doing}: no list of {name} came", NO_ROWS)
    return found


def _changes(log: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for entry in log.get("changeHistories") or []:
        moment = entry.get("created")
        if isinstance(moment, int):  # this list tells moments as numbers, others as text
            moment = iso(datetime.fromtimestamp(moment / (1000 if moment > 10**11 else 1), UTC))
        for item in entry.get("items") or []:
            if item.get("fieldId", item.get("field")) == "status":
                told = {"id": entry.get("id"), "issue_id": log.get("issueId"), "created": moment}
                yield {**told, "from_status": item.get("from"), "to_status": item.get("to")}


def flat(issue: Mapping[str, Any], sprint_fields: list[str], point_fields: list[str]) -> dict[str, Any]:
    """An issue with its status, kind and last sprint as columns."""
    fields = issue.get("fields") or {}

    def told(name: str, part: str) -> Any:
        return (fields.get(name) or {}).get(part)

    sprints = [one for name in sprint_fields for one in fields.get(name) or [] if isinstance(one, dict)]
    points = [fields[name] for name in point_fields if fields.get(name) is not None]
    return {
        **{"id": issue.get("id"), "key": issue.get("key"), "project": told("project", "key")},
        **{"issuetype": told("issuetype", "name"), "subtask": told("issuetype", "subtask")},
        **{"status_id": told("status", "id"), "assignee": told("assignee", "accountId")},
        **{name: fields.get(name) for name in ("created", "updated", "resolutiondate")},
        "sprint_id": max((int(one["id"]) for one in sprints if one.get("id") is not None), default=None),
        "points": points[0] if points else None,
    }


def read(load: Load, run: Run) -> dict[str, Any]:
    """Loads everything that changed.

    Args:
        load: where to put it.
        run: what was asked for.

    Returns:
        The cursor.

    Raises:
        LoadError: see `common`.
    """
    site = Site(run.settings, run.deadline)
    state = state_of(run.root, run.source)
    own = site.own_fields()
    statuses = _records("jira: rest/api/3/status", {"values": site.ask("rest/api/3/status")}, "values")
    categories = [(one.get("statusCategory") or {}).get("key") for one in statuses]
    load.add(
        "statuses",
        (
            {"id": one.get("id"), "name": one.get("name"), "category": category}
            for one, category in zip(statuses, categories)
        ),
    )
    _read_sprints(load, site)
    came = _read_issues(load, site, _question(run, state), own)
    if run.until is None:
        _settle(load, run, site, came, own)
    return next_state(run, state)


def _read_sprints(load: Load, site: Site) -> None:
    """Loads the sprints of all boards, each of the board that it was made on."""
    boards = [board for page in site.listed(BOARDS, {}) for board in page if board.get("type") != "kanban"]
    there, came = {board.get("id") for board in boards}, set()
    for board in boards:
        project = (board.get("location") or {}).get("projectKey")
        try:
            found = [one for page in site.listed(f"{BOARDS}/{board.get('id')}/sprint", {}) for one in page]
        except Refused as error:
            if error.code != "400":  # a team's own board may have no sprints
                raise
            continue
        # a sprint whose own board cannot be seen is told by the first board that shows it
        own = [
            one for one in found if one.get("originBoardId") == board.get("id") or one.get("originBoardId") not in there
        ]
        load.add("sprints", ({**one, "project": project} for one in own if one.get("id") not in came))
        came |= {one.get("id") for one in own}


def _read_issues(load: Load, site: Site, jql: str, own: tuple[list[str], list[str]]) -> set[str]:
    """Loads the issues that a question finds, with their changes of status, and gives their ids."""
    came: set[str] = set()
    for page in site.issues(jql, [*ASKED, *own[0], *own[1]], 100):
        ids = {_id(one): one for one in page if _id(one) not in came}
        load.add("issues", (flat(one, *own) for one in ids.values()))
        load.add("status_changes", site.changes(ids))
        came |= set(ids)
    return came


def _id(issue: Mapping[str, Any]) -> str:
    if issue.get("id") is None:
        raise Incomplete(f"jira: {SEARCH}: an entry is no issue with an id", NO_ROWS)
    return storable(str(as_text(issue["id"])))


def _settle(load: Load, run: Run, site: Site, came: set[str], own: tuple[list[str], list[str]]) -> None:
    """Finds the issues that are gone, and loads those that no question has found."""
    known = {key[0] for key in known_keys(run.root, run.source, "issues", ("id",))}
    if not known:
        return
    there = {_id(one) for page in site.issues(_span(None, None), ["created"], 1000) for one in page}
    for some in chunks(sorted(there - known - came, key=int), 100):
        _read_issues(load, site, f"id in ({', '.join(some)})", own)
    load.add_deleted("issues", ("id",), [(one,) for one in sorted(known - there - came)], len(known))


def _question(run: Run, state: Mapping[str, Any]) -> str:
    since = state.get("cursor")
    begin = day_start(run.since) if run.since else since and datetime.fromisoformat(since)
    return _span(begin or None, day_start(run.until + timedelta(days=1)) if run.until else None)


def _span(since: datetime | None, until: datetime | None) -> str:
    """A question for what changed in a span, with a day more at both ends; it must have a bound."""
    begin = f"{since - OVERLAP:%Y-%m-%d %H:%M}" if since else "1970-01-02 00:00"
    end = f' AND updated < "{until + OVERLAP:%Y-%m-%d %H:%M}"' if until else ""
    return f'updated >= "{begin}"{end} ORDER BY updated ASC, key ASC'


def plan(run: Run) -> LoadReport:
    """Asks for the fields alone, for Jira counts no issues; nothing is written.

    Args:
        run: what would be asked for.

    Raises:
        LoadError: see `common`.
    """
    Site(run.settings, run.deadline).own_fields()
    return LoadReport(run.source, rows=dict.fromkeys(("statuses", "sprints", "issues", "status_changes"), -1))


def _passing(response: "Response") -> bool:
    return response.status_code == 429 or response.status_code >= 500


def _error(doing: str, response: "Response") -> LoadError:
    status = response.status_code
    try:
        told = parse_json(response.content)
    except ValueError:
        told = None
    messages = told.get("errorMessages") or [told.get("message")] if isinstance(told, dict) else []
    said = "; ".join(str(one) for one in messages if one)
    text = f"{doing}: HTTP {status}" + (f" ({short(said, 300)})" if said else "")
    if status == 429:
        return LimitReached(text, "Nothing was loaded; the limit of requests is met, run the load again later")
    if status >= 500:
        return RequestFailed(text, "Nothing was loaded; run the load again later")
    why = {
        401: "the token has run out or was taken back, or is of another e-mail: make a new one",
        403: "the user lacks the right to see it",
        404: "there is nothing at this address: see KPI_JIRA_URL, and whether the site has Jira Software",
    }
    return Refused(text, f"Nothing was loaded; {why.get(status, 'Jira turns this request down')}", str(status))
