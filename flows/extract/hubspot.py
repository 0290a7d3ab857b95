"""HubSpot by its CRM API v3 (source page 05). Env KPI_HUBSPOT_TOKEN: the token of a private app; KPI_HUBSPOT_URL: the API's address.

What is loaded, each time, as `LISTINGS` says, with `LEADS` where the variable hubspot_leads asks for them:

- contacts, companies, deals, calls, meetings, e-mails, tasks, messages: the first time their whole lists; later those that a
  search finds changed since the last load, less an hour, for the search hears of changes late. The search gives ids, the first
  10 000 of a question; the next question asks for those above the last one. Records and their associations are then read by id;
- what was archived since, from the list of the archived. Where the count is another one than ours then, the whole list of ids is read;
- the values that the stage of a deal or a lead and a contact's lifecycle stage and lead status had: with the record. HubSpot tells the latest of
  them, and what was loaded once stays;
- the account, owners, pipelines, rates, the names of lifecycle stages and lead statuses: whole, which keeps their history.

Pages are read by `paging.next.after` until none is left.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flows import fields
from flows.base.clock import day_start
from flows.base.errors import Incomplete, LimitReached, LoadError, Refused, RequestFailed
from flows.base.redact import storable
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

OVERLAP = timedelta(hours=1)
MOST_PAGES = 100_000
MOST_FOUND = 10_000  # of one search
AGAIN = "Nothing was loaded; run the load again"
NO_ROWS = "Nothing was loaded; tell who looks after the loaders, with this line"
CRM = "crm/v3/objects"
MERGED = "hs_merged_object_ids"


@dataclass(frozen=True)
class Listing:
    """A kind of records and what is asked of it.

    Args:
        object: its name in the API.
        properties: those that are read.
        history: properties whose earlier values are read too.
        links: kinds of records that it is associated with, and the column of the main one.
        changed: the property by which changes are found.
        own: the variables of the project that name further properties.
    """

    object: str
    properties: tuple[str, ...]
    history: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = (("contacts", "contact_id"), ("companies", "company_id"), ("deals", "deal_id"))
    changed: str = "hs_lastmodifieddate"
    own: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return self.object if self.object in ("contacts", "companies", "deals", "leads") else "engagements"

    @property
    def key(self) -> tuple[str, ...]:
        return ("type", "id") if self.table == "engagements" else ("id",)

    @property
    def page(self) -> int:
        """How many records one answer may have."""
        return 50 if self.history else 100

    def asked(self) -> list[str]:
        """All properties that are read."""
        from flows.base.project import variables

        settings = variables()
        named = (settings[name] for name in self.own)
        return [*dict.fromkeys([*self.properties, *named, *fields.asked("hubspot", self.table)])]


def _done(object_name: str, *properties: str) -> Listing:
    return Listing(object_name, ("hs_createdate", "hs_timestamp", "hubspot_owner_id", *properties))


REGION, SEGMENT, ORDER = "hubspot_property_region", "hubspot_property_segment", "hubspot_property_order"
# fmt: off
LISTINGS = (
    Listing("contacts", ("createdate", "firstname", "lastname", "email", "phone", "lifecyclestage", "hs_lead_status", "hubspot_owner_id",
            "hs_analytics_source", "hs_analytics_first_url", "hs_google_click_id", "city", "country", MERGED),
            ("lifecyclestage", "hs_lead_status"), (("companies", "company_id"),), "lastmodifieddate", (REGION, SEGMENT)),
    Listing("companies", ("createdate", "name", "phone", "city", "country", MERGED), links=(), own=(REGION, SEGMENT)),
    Listing("deals", ("createdate", "dealname", "closedate", "pipeline", "dealstage", "amount", "deal_currency_code", "hubspot_owner_id",
            "hs_deal_stage_probability", "hs_forecast_probability", "closed_lost_reason", "hs_analytics_source", MERGED),
            ("dealstage",), (("contacts", "contact_id"), ("companies", "company_id")), own=(REGION, ORDER)),
    _done("calls", "hs_call_direction", "hs_call_duration", "hs_call_disposition", "hs_call_status", "hs_call_from_number", "hs_call_to_number"),
    _done("meetings", "hs_meeting_start_time", "hs_meeting_end_time", "hs_meeting_outcome"),
    _done("emails", "hs_email_direction", "hs_email_status"),
    _done("tasks", "hs_task_type", "hs_task_status", "hs_task_completion_date"),
    _done("communications", "hs_communication_channel_type"),
)
LEADS = Listing("leads", ("hs_createdate", "hs_lead_name", "hs_pipeline", "hs_pipeline_stage", "hs_lead_source", "hs_lead_disqualification_reason",
            "hubspot_owner_id"), ("hs_pipeline_stage",))
# fmt: on


def listings() -> tuple[Listing, ...]:
    """What is read: the object Leads only where it tells the leads."""
    from flows.base.project import variables

    return (*LISTINGS, LEADS) if variables()["hubspot_leads"] == LEADS.object else LISTINGS


class Portal:
    """The API of one account.

    Args:
        settings, deadline: how patient to be.

    Raises:
        ConfigError: the token is not set, or the address is none.
    """

    def __init__(self, settings: Settings, deadline: Deadline):
        token = setting("KPI_HUBSPOT_TOKEN")
        self._url = address("KPI_HUBSPOT_URL", setting("KPI_HUBSPOT_URL"))
        self._deadline = deadline
        self._gap, self._search_gap = 1 / settings.hubspot_per_second, 1 / settings.hubspot_searches_per_second
        self._next = 0.0
        self._http = Http(settings, deadline, _passing, {"Authorization": f"Bearer {token}"})

    def ask(
        self, path: str, params: Mapping[str, Any] | None = None, body: Any = None, place: str = ""
    ) -> dict[str, Any]:
        """One answer.

        Args:
            path: behind the address.
            params: its parameters.
            body: sent by POST; None = GET.
            place: where in a list this is, for errors.

        Raises:
            Refused, LimitReached, RequestFailed, TimedOut, Incomplete.
        """
        doing = f"hubspot: {path}" + (f", {place}" if place else "")
        pause = self._next - time.monotonic()
        if pause > 0:
            self._deadline.sleep(pause, doing)
        self._next = time.monotonic() + (self._search_gap if path.endswith("/search") else self._gap)
        sent = {"params": dict(params or {})} | ({} if body is None else {"json": body})
        response = self._http.request(doing, "GET" if body is None else "POST", f"{self._url}/{path}", **sent)
        try:
            answer = parse_json(response.content) if response.status_code in (200, 207) else None
        except ValueError:
            raise Incomplete(f"{doing}: the answer is no JSON", AGAIN) from None
        if not isinstance(answer, dict):
            raise _error(doing, response)
        return answer

    def pages(
        self, path: str, params: Mapping[str, Any], most: int = 0, body: Any = None
    ) -> Iterator[list[dict[str, Any]]]:
        """The records of a list, page by page.

        Args:
            path: behind the address.
            params: its parameters.
            most: how many records at most; 0 = all.
            body: of a search.

        Raises:
            Incomplete: an answer is no list of records with an id, or the pages have no end.
            As `ask`.
        """
        seen, after, came = {""}, "", 0
        for number in range(1, MOST_PAGES):
            more = {"after": after} if after else {}
            place = f"page {number}"
            if body is None:
                answer = self.ask(path, {**params, **more}, place=place)
            else:
                answer = self.ask(path, params, {**body, **more}, place)
            found = _records(f"hubspot: {path}, {place}", answer)
            yield found
            came, after = came + len(found), _after(answer)
            if not after or most and came >= most:
                return
            if after in seen:
                break
            seen.add(after)
        raise Incomplete(f"hubspot: {path}: the next page was read before", NO_ROWS)

    def whole(self, listing: Listing) -> Iterator[list[dict[str, Any]]]:
        """All records of a list, with their history and associations."""
        params = {
            **{"limit": listing.page, "properties": ",".join(listing.asked()), "archived": "false"},
            **({"propertiesWithHistory": ",".join(listing.history)} if listing.history else {}),
            **({"associations": ",".join(name for name, _ in listing.links)} if listing.links else {}),
        }
        return self.pages(f"{CRM}/{listing.object}", params)

    def ids(self, listing: Listing, archived: bool = False) -> set[str]:
        """The ids of a list."""
        params = {"limit": 100, "properties": "hs_object_id", "archived": str(archived).lower()}
        return {_id(row) for page in self.pages(f"{CRM}/{listing.object}", params) for row in page}

    def count(self, listing: Listing) -> int:
        """How many records a list has, by the search."""
        path = f"{CRM}/{listing.object}/search"
        total = self.ask(path, body={"limit": 1, "properties": ["hs_object_id"]}).get("total")
        if not isinstance(total, int):
            raise Incomplete(f"hubspot: {path}: no total came", NO_ROWS)
        return total

    def changed(self, listing: Listing, since: datetime | None, until: datetime | None) -> Iterator[str]:
        """The ids of what changed in a span, in their order; more than one search gives come by the next one."""
        bounds = [("GTE", since), ("LT", until)]
        span = [
            {"propertyName": listing.changed, "operator": sign, "value": str(int(moment.timestamp() * 1000))}
            for sign, moment in bounds
            if moment
        ]
        last = ""
        while True:
            above = [{"propertyName": "hs_object_id", "operator": "GT", "value": last}] if last else []
            body = {
                **{"filterGroups": [{"filters": span + above}], "limit": 200, "properties": ["hs_object_id"]},
                "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            }
            found = 0
            for page in self.pages(f"{CRM}/{listing.object}/search", {}, MOST_FOUND, body):
                for row in page:
                    found, last = found + 1, _id(row)
                    yield last
            if found < MOST_FOUND:
                return

    def by_id(self, listing: Listing, ids: Iterable[str]) -> Iterator[list[dict[str, Any]]]:
        """The records of some ids, with their history and associations; one that is gone meanwhile does not come."""
        for some in chunks(ids, listing.page):
            inputs = [{"id": one} for one in some]
            body = {"inputs": inputs, "properties": listing.asked(), "propertiesWithHistory": list(listing.history)}
            path = f"{CRM}/{listing.object}/batch/read"
            rows = _records(f"hubspot: {path}", self.ask(path, {"archived": "false"}, body))
            linked: dict[str, dict[str, Any]] = {_id(row): {} for row in rows}
            for name, _ in listing.links:
                path = f"crm/v4/associations/{listing.object}/{name}/batch/read"
                for told in _list(f"hubspot: {path}", self.ask(path, body={"inputs": inputs})):
                    linked.get(_id(told["from"]), {})[name] = {"results": [_linked(one) for one in told["to"]]}
            yield [{**row, "associations": linked[_id(row)]} for row in rows]


def _linked(told: Mapping[str, Any]) -> dict[str, Any]:
    """An association of v4 in the words of v3: which of several is the main one stands in its type."""
    labels = {str(one.get("label")) for one in told.get("associationTypes", [])}
    return {"id": told["toObjectId"], "type": "primary" if "Primary" in labels else "_unlabeled"}


def _id(row: Mapping[str, Any]) -> str:
    return storable(str(as_text(row["id"])))


def _after(answer: Mapping[str, Any]) -> str:
    paging = answer.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    return str(following.get("after") or "") if isinstance(following, dict) else ""


def _list(doing: str, answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = answer.get("results")
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Incomplete(f"{doing}: no list of results came", NO_ROWS)
    return found


def _records(doing: str, answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = _list(doing, answer)
    for number, row in enumerate(found, 1):
        if row.get("id") is None:
            raise Incomplete(f"{doing}: entry {number} is no record with an id", NO_ROWS)
    return found


def flat(listing: Listing, row: Mapping[str, Any]) -> dict[str, Any]:
    """A record with its properties as columns and, of each kind of association, the main record and all of them."""
    record = {"id": row["id"], "updatedAt": row.get("updatedAt")}
    if listing.table == "engagements":
        record["type"] = listing.object
    properties = row.get("properties")
    record |= {name: value for name, value in (properties or {}).items() if name not in record}
    associations = row.get("associations")
    for name, column in listing.links:
        some = (associations or {}).get(name)
        named = some.get("results", []) if isinstance(some, dict) else []
        # the main one has a type of its own; each comes once for every type that it has
        main_first = sorted(named, key=lambda one: str(one.get("type", "")).endswith("_unlabeled"))
        ids = list(dict.fromkeys(str(one["id"]) for one in main_first))
        record[column] = ids[0] if ids else None
        if name == "contacts":
            record["contact_ids"] = ";".join(ids) or None
    return record


def past(listing: Listing, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The values that the properties of a record had, each with its moment."""
    histories = row.get("propertiesWithHistory")
    entries = {
        (name, one.get("timestamp"), one.get("value")): one.get("sourceType")
        for name in listing.history
        for one in (histories or {}).get(name) or []
    }
    told = {"object": listing.object, "object_id": row["id"]}
    return [
        {**told, "property": name, "timestamp": moment, "value": value, "sourceType": source}
        for (name, moment, value), source in entries.items()
    ]


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
    portal = Portal(run.settings, run.deadline)
    state = state_of(run.root, run.source)
    _read_words(load, portal)
    since, until = _span(run, state)
    for listing in listings():
        pages = (
            portal.whole(listing)
            if not since and not until
            else portal.by_id(listing, portal.changed(listing, since, until))
        )
        came = _add_pages(load, listing, pages)
        if until is None:
            _settle(load, run, portal, listing, came)
    return next_state(run, state)


def _read_words(load: Load, portal: Portal) -> None:
    """Loads what the records' words mean: the account, owners, pipelines, rates, the names of what a lead may be."""
    account = portal.ask("account-info/v3/details")
    load.add("account", [{"id": account.get("portalId"), **account}])
    for archived in ("false", "true"):
        for page in portal.pages("crm/v3/owners", {"limit": 100, "archived": archived}):
            load.add("owners", map(_owner, page))
    for kind in ("deals", *(listing.object for listing in listings() if listing is LEADS)):
        path = f"crm/v3/pipelines/{kind}"
        load.add("pipelines", ({**row, "object": kind} for row in _records(f"hubspot: {path}", portal.ask(path))))
    try:
        for page in portal.pages("settings/v3/currencies/exchange-rates", {"limit": 100}):
            load.add("exchange_rates", page)
    except Refused as error:  # an account of one currency has none, and a scope of its own opens them
        if error.code not in ("403", "404"):
            raise
        load.warn("exchange_rates: not read; give the scope settings.currencies.read, or bring rates by a file")
    for name in LISTINGS[0].history:
        told = portal.ask(f"crm/v3/properties/contacts/{name}")
        load.add("properties", [{"object": "contacts", "name": name, "options": told.get("options")}])
    _read_options(load, portal)


def _read_options(load: Load, portal: Portal) -> None:
    """Loads the options of lists that contract/fields.yml names, of each kind of record that has the property."""
    kinds = {listing.object: fields.asked("hubspot", listing.table, "list") for listing in LISTINGS}
    found: dict[str, list[dict[str, Any]]] = {name: [] for names in kinds.values() for name in names}
    for kind, name in ((kind, name) for kind, names in kinds.items() for name in names):
        try:
            told = portal.ask(f"crm/v3/properties/{kind}/{name}")
        except Refused as error:
            if error.code != "404":
                raise
            continue
        found[name].append({"object": kind, "name": name, "options": told.get("options")})
    for name, rows in found.items():
        load.add("properties", rows)
        if not rows:
            load.warn(f"there is no property {name}, which contract/fields.yml names")


def _owner(row: Mapping[str, Any]) -> dict[str, Any]:
    """An owner with the main team first, without the address."""
    teams = sorted(row.get("teams") or [], key=lambda team: not team.get("primary"))
    return {**{name: value for name, value in row.items() if name != "email"}, "teams": teams}


def _add_pages(load: Load, listing: Listing, pages: Iterable[list[dict[str, Any]]]) -> dict[str, str]:
    """Loads records, each id once, and gives their ids with those of what was merged into them."""
    came: dict[str, str] = {}
    for page in pages:
        new = {_id(row): row for row in page if _id(row) not in came}
        load.add(listing.table, (flat(listing, row) for row in new.values()))
        load.add("property_history", (entry for row in new.values() for entry in past(listing, row)))
        came |= {one: str((row.get("properties") or {}).get(MERGED) or "") for one, row in new.items()}
    return came


def _settle(load: Load, run: Run, portal: Portal, listing: Listing, came: dict[str, str]) -> None:
    """Finds what is gone from a list, and loads what it has and no load has brought."""
    rows = known_keys(run.root, run.source, listing.table, listing.key, MERGED)
    known = {key[-1]: merged or "" for key, (merged,) in rows.items() if len(key) == 1 or key[0] == listing.object}
    if not known:
        return
    # what was merged is in no list, and stays as a part of what it was merged into
    alive = set(known) - set(";".join((known | came).values()).split(";"))
    gone = portal.ids(listing, archived=True) & (alive - set(came))
    if portal.count(listing) != len((alive | set(came)) - gone):
        there = portal.ids(listing)
        _add_pages(load, listing, portal.by_id(listing, sorted(there - set(known) - set(came))))
        gone |= alive - there - set(came)
    keys = [(listing.object, one) if len(listing.key) > 1 else (one,) for one in sorted(gone)]
    load.add_deleted(listing.table, listing.key, keys, len(alive))


def _span(run: Run, state: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """The span of changes that is asked for; none at both ends: everything."""
    since = state.get("cursor")
    begin = day_start(run.since) if run.since else since and datetime.fromisoformat(since) - OVERLAP
    return begin or None, day_start(run.until + timedelta(days=1)) if run.until else None


def plan(run: Run) -> LoadReport:
    """Asks how many records there are; nothing is written.

    Args:
        run: what would be asked for.

    Raises:
        LoadError: see `common`.
    """
    portal = Portal(run.settings, run.deadline)
    portal.ask("account-info/v3/details")
    rows = {"account": 1}
    for listing in listings():
        rows[listing.table] = rows.get(listing.table, 0) + portal.count(listing)
    return LoadReport(run.source, rows=rows)


def _passing(response: "Response") -> bool:
    return response.status_code >= 500 or response.status_code == 429 and b"DAILY" not in response.content


def _error(doing: str, response: "Response") -> LoadError:
    status = response.status_code
    try:
        told = parse_json(response.content)
    except ValueError:
        told = None
    message = str(told.get("message") or "") if isinstance(told, dict) else ""
    text = f"{doing}: HTTP {status}" + (f" ({short(message, 300)})" if message else "")
    if status == 429:
        day = "of the day" if b"DAILY" in response.content else "of requests in ten seconds"
        return LimitReached(text, f"Nothing was loaded; the limit {day} is met, run the load again later")
    if status >= 500:
        return RequestFailed(text, "Nothing was loaded; run the load again later")
    why = {
        401: "the token has run out or was taken back: copy the new one from the private app",
        403: "the private app lacks a scope: docs/hubspot.md names those that it needs",
    }
    return Refused(text, f"Nothing was loaded; {why.get(status, 'HubSpot turns this request down')}", str(status))
