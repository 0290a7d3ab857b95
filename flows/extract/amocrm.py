"""amoCRM (Kommo) by its API v4 (source page 07). Env KPI_AMOCRM_URL: the account's address; KPI_AMOCRM_TOKEN: a long-lived token.

What is loaded, each time, as `LISTINGS` says:

- leads, contacts, companies, tasks, notes of calls: those changed since the last load, less ten minutes; then the whole lists are
  read, for the API has no shorter way to tell what is gone or was merged. Leads in the bin come in a list of their own;
- events of changed statuses: those since the last load, less ten minutes. They are a log: a tariff keeps them for some time only, so what
  was loaded once stays;
- the account, users, pipelines with their statuses: whole, which keeps their history. Users and pipelines are never marked as deleted.

Pages are read by `_links.next` until none is left; HTTP 204 without a body says that there are no rows. Requests keep below seven a
second. A record that changes while pages are read moves to the end of the list, for it is sorted by its change, and comes again.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flows.base.clock import day_start
from flows.base.errors import Incomplete, LimitReached, LoadError, Refused, RequestFailed
from flows.base.redact import storable
from flows.base.settings import setting
from flows.base.words import short
from flows.extract.commit import Load, known_keys, state_of
from flows.extract.common import Deadline, Http, LoadReport, Run, Settings, address, as_text, next_state, parse_json

if TYPE_CHECKING:
    from requests import Response

OVERLAP = timedelta(minutes=10)
MOST_PAGES = 100_000
AGAIN = "Nothing was loaded; run the load again"
NO_ROWS = "Nothing was loaded; tell who looks after the loaders, with this line"


@dataclass(frozen=True)
class Listing:
    """A list of the API and how it is asked.

    Args:
        table: the raw table.
        path: behind /api/v4/.
        rows: the key of `_embedded` under which the rows are.
        changed: the field by which changes are filtered; "" = the list is read whole.
        page: how many rows a page may have.
        fixed: further parameters.
        extra: columns that the path tells, for each row.
        deletable: whether what does not come any more is gone.
    """

    table: str
    path: str
    rows: str
    changed: str = ""
    page: int = 250
    fixed: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)
    deletable: bool = True


def _calls(entity: str) -> Listing:
    return Listing(
        *("notes", f"{entity}/notes", "notes", "updated_at"),
        fixed={"filter[note_type][0]": "call_in", "filter[note_type][1]": "call_out"},
        extra={"entity_type": entity},
    )


LISTINGS = (
    Listing("users", "users", "users", fixed={"with": "group"}, deletable=False),
    Listing("pipelines", "leads/pipelines", "pipelines", deletable=False),
    Listing("leads", "leads", "leads", "updated_at", fixed={"with": "contacts,loss_reason"}),
    Listing("contacts", "contacts", "contacts", "updated_at"),
    Listing("companies", "companies", "companies", "updated_at"),
    Listing("tasks", "tasks", "tasks", "updated_at"),
    *map(_calls, ("leads", "contacts", "companies")),
    Listing(
        *("events", "events", "events", "created_at", 100),
        fixed={"filter[type][0]": "lead_status_changed"},
        deletable=False,
    ),
)
BIN = Listing("leads", "leads", "leads", fixed={"with": "only_deleted"}, deletable=False)


class Account:
    """The API of one account.

    Args:
        settings, deadline: how patient to be.

    Raises:
        ConfigError: address or token is not set, or the address is none.
    """

    def __init__(self, settings: Settings, deadline: Deadline):
        token = setting("KPI_AMOCRM_TOKEN")
        self._url = address("KPI_AMOCRM_URL", setting("KPI_AMOCRM_URL"))
        self._deadline, self._gap = deadline, 1 / settings.amocrm_per_second
        self._next = 0.0
        self._http = Http(settings, deadline, _passing, {"Authorization": f"Bearer {token}"})

    def get(self, path: str, params: Mapping[str, str], place: str = "") -> dict[str, Any]:
        """One answer; an empty one where there are no rows.

        Args:
            path: behind /api/v4/, or the whole address of a next page.
            params: its parameters.
            place: where in a list this is, for errors.

        Raises:
            Refused, LimitReached, RequestFailed, TimedOut, Incomplete.
        """
        plain = urlsplit(path).path.removeprefix("/api/v4/") if path.startswith("http") else path
        doing = f"amocrm: {plain}" + (f", {place}" if place else "")
        pause = self._next - time.monotonic()
        if pause > 0:
            self._deadline.sleep(pause, doing)
        self._next = time.monotonic() + self._gap
        url = path if path.startswith("http") else f"{self._url}/api/v4/{path}"
        response = self._http.request(doing, "GET", url, params=dict(params))
        if response.status_code == 204:
            return {}
        try:
            body = parse_json(response.content) if response.status_code == 200 else None
        except ValueError:
            raise Incomplete(f"{doing}: the answer is no JSON", AGAIN) from None
        if not isinstance(body, dict):
            raise _error(doing, response)
        return body

    def pages(self, listing: Listing, conditions: Mapping[str, str], page: int = 0) -> Iterator[list[dict[str, Any]]]:
        """The rows of a list, page by page.

        Args:
            listing: which list.
            conditions: its filter.
            page: rows in a page, if not the listing's own.

        Raises:
            Incomplete: an answer is no list of records with an id, or the pages have no end.
            As `get`.
        """
        path, params = listing.path, {**listing.fixed, **conditions, "limit": str(page or listing.page)}
        seen = set()
        for number in range(1, MOST_PAGES):
            place = f"page {number}"
            body = self.get(path, params, place)
            if not body:
                return
            yield [{**row, **listing.extra} for row in _rows(f"amocrm: {listing.path}, {place}", listing.rows, body)]
            path, params = _next(body), {}
            if not path:
                return
            if path in seen or urlsplit(path)[:2] != urlsplit(self._url)[:2]:
                break
            seen.add(path)
        raise Incomplete(f"amocrm: {listing.path}: the next page is of another address, or was read before", NO_ROWS)


def _next(body: Mapping[str, Any]) -> str:
    links = body.get("_links")
    link = links.get("next") if isinstance(links, dict) else None
    return str(link.get("href") or "") if isinstance(link, dict) else ""


def _rows(doing: str, name: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    embedded = body.get("_embedded")
    found = embedded.get(name) if isinstance(embedded, dict) else None
    if not isinstance(found, list):
        raise Incomplete(f"{doing}: no list of {name} came", NO_ROWS)
    for number, row in enumerate(found, 1):
        if not isinstance(row, dict) or row.get("id") is None:
            raise Incomplete(f"{doing}: entry {number} is no record with an id", NO_ROWS)
    return found


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A record with its own fields as columns, a call's phone and the main links too, and the mark of what is gone.

    A field is named by its code or its number; of several values it holds a list.
    """
    record = {name: value for name, value in row.items() if name not in ("custom_fields_values", "_links")}
    fields = row.get("custom_fields_values")
    for one in fields if isinstance(fields, list) else []:
        if isinstance(one, dict) and isinstance(one.get("values"), list):
            values = [value.get("value") for value in one["values"] if isinstance(value, dict)]
            name = one.get("field_code") or f"field_{one.get('field_id')}"
            if name not in record:
                record[str(name)] = values[0] if len(values) == 1 else values
    params = record.get("params")
    if isinstance(params, dict):
        record["PHONE"] = params.get("phone")
        record["params"] = {name: value for name, value in params.items() if name not in ("phone", "link")}
    record |= _links(row.get("_embedded"))
    if row.get("is_deleted") is True:
        record["_deleted"] = "Y"
    return record


def _links(embedded: Any) -> dict[str, Any]:
    """The main contact and the company that a record names, which tell whose it is."""
    linked = embedded if isinstance(embedded, dict) else {}
    found: dict[str, Any] = {}
    for name, column in (("contacts", "main_contact_id"), ("companies", "company_id")):
        some = linked.get(name)
        named = [one for one in some if isinstance(one, dict) and one.get("id")] if isinstance(some, list) else []
        if named:
            found[column] = next((one["id"] for one in named if one.get("is_main")), named[0]["id"])
    return found


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
    account = Account(run.settings, run.deadline)
    state = state_of(run.root, run.source)
    load.add("account", [flat(account.get("account", {}))])
    came: dict[str, set[str]] = {}
    for listing in LISTINGS:
        ids = came.setdefault(listing.table, set())
        for page in account.pages(listing, _span(listing, run, state)):
            ids |= _add(load, listing, page)
    came["leads"] |= {gone for page in account.pages(BIN, {}) for gone in _add(load, BIN, page)}
    if run.until is None:
        for table in {listing.table: None for listing in LISTINGS if listing.deletable}:
            _settle(load, run, account, table, came[table])
    return next_state(run, state)


def _add(load: Load, listing: Listing, page: list[dict[str, Any]]) -> set[str]:
    load.add(listing.table, map(flat, page))
    return {storable(str(as_text(row["id"]))) for row in page}


def _settle(load: Load, run: Run, account: Account, table: str, came: set[str]) -> None:
    """Finds what is gone from a table's lists, and loads what they have and no load has brought."""
    known = {key[0] for key in known_keys(run.root, run.source, table, ("id",))}
    if not known:
        return
    there: set[str] = set()
    for listing in (one for one in LISTINGS if one.table == table):
        for page in account.pages(listing, {}):
            ids = {storable(str(as_text(row["id"]))): row for row in page}
            there |= set(ids)
            _add(load, listing, [row for one, row in ids.items() if one not in known | came])
    load.add_deleted(table, ("id",), [(one,) for one in sorted(known - there - came)], len(known))


def _span(listing: Listing, run: Run, state: Mapping[str, Any]) -> dict[str, str]:
    """The filter for what changed in the days asked for, or since the last load."""
    if not listing.changed:
        return {}
    since = state.get("cursor")
    begin = day_start(run.since) if run.since else since and datetime.fromisoformat(since) - OVERLAP
    end = day_start(run.until + timedelta(days=1)) if run.until else None
    span = {f"filter[{listing.changed}][from]": begin, f"filter[{listing.changed}][to]": end}
    told = {name: str(int(moment.timestamp())) for name, moment in span.items() if moment}
    return {**told, **({f"order[{listing.changed}]": "asc"} if listing.table != "events" else {})}


def plan(run: Run) -> LoadReport:
    """Asks for the account alone, for the API counts no rows; nothing is written.

    Args:
        run: what would be asked for.

    Raises:
        LoadError: see `common`.
    """
    Account(run.settings, run.deadline).get("account", {})
    return LoadReport(run.source, rows={"account": 1} | {listing.table: -1 for listing in LISTINGS})


def _passing(response: "Response") -> bool:
    return response.status_code == 429 or response.status_code >= 500


def _error(doing: str, response: "Response") -> LoadError:
    status = response.status_code
    try:
        told = parse_json(response.content)
    except ValueError:
        told = None
    parts = [str(told[name]) for name in ("title", "detail") if told.get(name)] if isinstance(told, dict) else []
    text = f"{doing}: HTTP {status}" + (f" ({short('; '.join(parts), 300)})" if parts else "")
    if status == 429:
        return LimitReached(
            text, "Nothing was loaded; the limit of seven requests a second is met, run the load again later"
        )
    if status >= 500:
        return RequestFailed(text, "Nothing was loaded; run the load again later")
    why = {
        401: "the token has run out or was taken back: make a new long-lived one",
        402: "the account is not paid for",
        403: "the token lacks the right, or the address is blocked for too many requests",
    }
    return Refused(text, f"Nothing was loaded; {why.get(status, 'the account turns this request down')}", str(status))
