"""Salesforce by its REST API v62.0 (source page 05 B). Env KPI_SALESFORCE_URL: the organization's address; KPI_SALESFORCE_CLIENT_ID and
KPI_SALESFORCE_CLIENT_SECRET: of a connected app with the client credentials flow.

What is loaded, each time, as `LISTINGS` says: of each object the fields that its raw table declares and the user may see.

- records with a stamp: those changed since the last load, less ten minutes, also those in the bin and archived ones (queryAll). Then
  the ids of all others are read, for what has left the bin, and what a merge took, is told nowhere else;
- a formula changes without a new stamp, so formulas are read of all records, and the records whose formulas changed come again;
- histories: what was added since the last load, less ten minutes. They are logs: what was loaded once stays;
- lists of stages, statuses and roles: whole, which keeps their history.

Pages are read by `nextRecordsUrl`; the first one tells how many rows there are, and so many must come. A session that has run out is
begun anew by the client's credentials.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flows.base.clock import day_start
from flows.base.errors import Incomplete, LimitReached, LoadError, Refused, RequestFailed
from flows.base.redact import keep_secret, storable
from flows.base.settings import setting
from flows.base.words import short
from flows.erased import declared
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

ROOT = "/services/data/v62.0"
TOKEN = "/services/oauth2/token"  # noqa: S105 - a path
OVERLAP = timedelta(minutes=10)
MOST_PAGES = 100_000
IDS_AT_ONCE = 100
AGAIN = "Nothing was loaded; run the load again"
NO_ROWS = "Nothing was loaded; tell who looks after the loaders, with this line"
ONLY_SOME_HAVE = {"CurrencyIsoCode", "IsPersonAccount", "PersonMobilePhone", "PersonEmail", "ContactId", "CampaignId"}


@dataclass(frozen=True)
class Listing:
    """An object and how it is read.

    Args:
        table: the raw table.
        object: its API name.
        changed: the field by which changes are found; "" = the list is read whole.
        binned: whether it has a bin, so that its records can be gone.
        log: what happened stays true, even if the organization keeps it no more.
        needed: without the right to see it nothing is loaded; of any other object there is a warning then.
        several_currencies: only an organization with several currencies has it.
    """

    table: str
    object: str
    changed: str = "SystemModstamp"
    binned: bool = True
    log: bool = False
    needed: bool = False
    several_currencies: bool = False

    @property
    def source(self) -> str:
        """The way to ask for it: with what is in the bin, where it has one."""
        return "queryAll" if self.binned else "query"


LISTINGS = (
    Listing("user", "User", binned=False, needed=True),
    Listing("user_role", "UserRole", "", binned=False),
    Listing("opportunity_stage", "OpportunityStage", "", binned=False, needed=True),
    Listing("lead_status", "LeadStatus", "", binned=False),
    Listing("currency_type", "CurrencyType", "", binned=False, several_currencies=True),
    Listing("dated_conversion_rate", "DatedConversionRate", "", binned=False, several_currencies=True),
    Listing("account", "Account"),
    Listing("contact", "Contact"),
    Listing("campaign", "Campaign"),
    Listing("lead", "Lead"),
    Listing("campaign_member", "CampaignMember"),
    Listing("opportunity", "Opportunity", needed=True),
    Listing("product_2", "Product2"),
    Listing("opportunity_line_item", "OpportunityLineItem"),
    Listing("task", "Task"),
    Listing("event", "Event"),
    Listing("lead_history", "LeadHistory", "CreatedDate", log=True),
    Listing("opportunity_history", "OpportunityHistory", "CreatedDate", log=True),
)


@dataclass(frozen=True)
class Fields:
    """What the user may see of an object: the fields that are read, and those of them that are formulas."""

    names: tuple[str, ...]
    formulas: tuple[str, ...] = ()


class Organization:
    """The API of one organization.

    Args:
        settings, deadline: how patient to be.

    Raises:
        ConfigError: address, id or secret is not set, or the address is none.
    """

    def __init__(self, settings: Settings, deadline: Deadline):
        self._url = address("KPI_SALESFORCE_URL", setting("KPI_SALESFORCE_URL"))
        self._client = {
            "grant_type": "client_credentials",
            "client_id": setting("KPI_SALESFORCE_CLIENT_ID"),
            "client_secret": setting("KPI_SALESFORCE_CLIENT_SECRET"),
        }
        self._http = Http(settings, deadline, _passing)
        self._session = ""

    def _begin(self) -> None:
        doing = "salesforce: a new session"
        response = self._http.request(doing, "POST", self._url + TOKEN, data=self._client)
        told = _json(response)
        token = told.get("access_token") if response.status_code == 200 and isinstance(told, dict) else None
        if not isinstance(token, str):
            raise _error(doing, response)
        keep_secret(token)
        self._session = token

    def get(self, path: str, params: Mapping[str, str], place: str) -> dict[str, Any]:
        """One answer; a session that has run out is begun anew once.

        Args:
            path: from the root of the address.
            params: its parameters.
            place: what is read, for errors.

        Raises:
            Refused, LimitReached, RequestFailed, TimedOut, Incomplete.
        """
        doing = f"salesforce: {place}"
        is_new = not self._session
        while True:
            if not self._session:
                self._begin()
            headers = {"Authorization": f"Bearer {self._session}"}
            response = self._http.request(doing, "GET", self._url + path, params=dict(params), headers=headers)
            if response.status_code == 401 and not is_new:
                self._session, is_new = "", True
                continue
            body = _json(response)
            if response.status_code == 200 and isinstance(body, dict):
                return body
            if response.status_code == 200:
                raise Incomplete(f"{doing}: the answer is no JSON object", AGAIN)
            raise _error(doing, response)

    def fields(self, listing: Listing) -> Fields | None:
        """The declared fields that the user may see, as the raw table names them; None where the object is not to be seen."""
        try:
            told = self.get(f"{ROOT}/sobjects/{listing.object}/describe", {}, f"{listing.object}, its fields")
        except Refused as error:
            if listing.needed or error.code != "404":
                raise
            return None
        found = told.get("fields")
        if not isinstance(found, list) or not all(isinstance(one, dict) and one.get("name") for one in found):
            raise Incomplete(f"salesforce: {listing.object}, its fields: no list of fields came", NO_ROWS)
        is_formula = {str(one["name"]).lower(): bool(one.get("calculated")) for one in found}
        names = [name for name in _declared(listing) if name.lower() in is_formula]
        return Fields(tuple(names), tuple(name for name in names if is_formula[name.lower()]))

    def rows(
        self, listing: Listing, names: Iterable[str], conditions: Iterable[str] = ()
    ) -> Iterator[list[dict[str, Any]]]:
        """The records of an object, page by page.

        Args:
            listing: which object.
            names: the fields; keys of the rows are spelled as here.
            conditions: of SOQL, all of which hold.

        Raises:
            Incomplete: an answer is no list of records with an id, or other rows came than were told.
            As `get`.
        """
        names = tuple(dict.fromkeys(("Id", *names)))
        spelled = {name.lower(): name for name in names}
        path, params = f"{ROOT}/{listing.source}", {"q": _soql(listing, ", ".join(names), conditions)}
        came, seen = 0, {""}
        for number in range(1, MOST_PAGES):
            place = f"{listing.object}, page {number}"
            body = self.get(path, params, place)
            page = _records(place, body)
            came += len(page)
            yield [{spelled.get(n.lower(), n): v for n, v in row.items() if n != "attributes"} for row in page]
            if body.get("done") is True:
                if came != body.get("totalSize"):
                    told = body.get("totalSize")
                    raise Incomplete(f"salesforce: {listing.object}: {came} rows came, {told} were told", AGAIN)
                return
            path, params = str(body.get("nextRecordsUrl") or ""), {}
            if path in seen or not path.startswith(f"{ROOT}/query"):
                break
            seen.add(path)
        raise Incomplete(f"salesforce: {listing.object}: there is no next page, or it was read before", NO_ROWS)

    def count(self, listing: Listing, conditions: Iterable[str]) -> int:
        """How many records there are."""
        body = self.get(f"{ROOT}/{listing.source}", {"q": _soql(listing, "COUNT()", conditions)}, listing.object)
        return int(body.get("totalSize", -1))


def _declared(listing: Listing) -> list[str]:
    """The columns of the raw table that are fields of the object; the loader's own begin with _."""
    columns = declared()["salesforce", listing.table].table.columns
    return [name for name in columns if not name.startswith("_")]


def _soql(listing: Listing, what: str, conditions: Iterable[str]) -> str:
    where = " AND ".join(conditions)
    return f"SELECT {what} FROM {listing.object}" + (f" WHERE {where}" if where else "")


def _records(place: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = body.get("records")
    if not isinstance(found, list):
        raise Incomplete(f"salesforce: {place}: no list of records came", NO_ROWS)
    for number, row in enumerate(found, 1):
        if not isinstance(row, dict) or not isinstance(row.get("Id"), str):
            raise Incomplete(f"salesforce: {place}: entry {number} is no record with an Id", NO_ROWS)
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
    organization = Organization(run.settings, run.deadline)
    state = state_of(run.root, run.source)
    for listing in LISTINGS:
        fields = organization.fields(listing)
        if fields is None:
            if not listing.several_currencies:
                load.warn(f"{listing.object}: the user may not see it, or there is none; nothing of it is loaded")
            continue
        if lacking := _lacking(listing, fields):
            load.warn(f"{listing.object}: the user may not see {', '.join(lacking)}; they stay empty")
        came = set()
        for page in organization.rows(listing, fields.names, _span(listing, run, state)):
            came |= _add(load, listing, page)
        if run.until is None and listing.binned and not listing.log:
            _settle(load, run, organization, listing, fields, came)
    return next_state(run, state)


def _lacking(listing: Listing, fields: Fields) -> list[str]:
    """The standard fields that every organization has and the user may not see; one that the business made need not be there."""
    may_lack = {*fields.names, *ONLY_SOME_HAVE}
    return [name for name in _declared(listing) if name not in may_lack and not name.lower().endswith("__c")]


def _add(load: Load, listing: Listing, page: list[dict[str, Any]]) -> set[str]:
    load.add(listing.table, ({**row, **({"_deleted": "Y"} if row.get("IsDeleted") is True else {})} for row in page))
    return {storable(row["Id"]) for row in page}


def _settle(load: Load, run: Run, organization: Organization, listing: Listing, fields: Fields, came: set[str]) -> None:
    """Finds what is gone, and loads what no stamp told: what came without a load, and what a formula made of it."""
    known = known_keys(run.root, run.source, listing.table, ("Id",), *fields.formulas)
    if not known:
        return
    there: set[str] = set()
    fresh: list[str] = []
    for page in organization.rows(listing, fields.formulas, ["IsDeleted = false"]):
        for row in page:
            one = storable(row["Id"])
            there.add(one)
            worked_out = tuple(value and storable(value) for value in (as_text(row.get(n)) for n in fields.formulas))
            if one not in came and known.get((one,)) != worked_out:
                fresh.append(one)
    for some in chunks(fresh, IDS_AT_ONCE):
        ids = ", ".join(f"'{one}'" for one in some if one.isalnum())
        for page in organization.rows(listing, fields.names, [f"Id IN ({ids})"]):
            _add(load, listing, page)
    gone = sorted(one for (one,) in known if one not in there | came)
    load.add_deleted(listing.table, ("Id",), [(one,) for one in gone], len(known))


def _span(listing: Listing, run: Run, state: Mapping[str, Any]) -> list[str]:
    """The conditions for what changed in the days asked for, or since the last load."""
    if not listing.changed:
        return []
    since = state.get("cursor")
    begin = day_start(run.since) if run.since else since and datetime.fromisoformat(since) - OVERLAP
    end = day_start(run.until + timedelta(days=1)) if run.until else None
    bounds = ((">=", begin), ("<", end))
    return [f"{listing.changed} {sign} {_moment(moment)}" for sign, moment in bounds if moment]


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plan(run: Run) -> LoadReport:
    """Asks how many records would come; nothing is written.

    Args:
        run: what would be asked for.

    Raises:
        LoadError: see `common`.
    """
    organization = Organization(run.settings, run.deadline)
    state = state_of(run.root, run.source)
    seen = [listing for listing in LISTINGS if organization.fields(listing) is not None]
    counts = {one.table: organization.count(one, _span(one, run, state)) for one in seen}
    return LoadReport(run.source, rows=counts)


def _passing(response: "Response") -> bool:
    return response.status_code >= 500


def _json(response: "Response") -> Any:
    try:
        return parse_json(response.content)
    except ValueError:
        return None


def _error(doing: str, response: "Response") -> LoadError:
    """An answer that is none as an error. The API tells a list of errors, the way to a session one of another shape."""
    status, told = response.status_code, _json(response)
    first = told[0] if isinstance(told, list) and told else told
    first = first if isinstance(first, dict) else {}
    code = str(first.get("errorCode") or first.get("error") or "")
    parts = [code, str(first.get("message") or first.get("error_description") or "")]
    text = f"{doing}: HTTP {status}" + (f" ({short(': '.join(part for part in parts if part), 300)})" if code else "")
    if code == "REQUEST_LIMIT_EXCEEDED" or status == 429:
        return LimitReached(
            text, "Nothing was loaded; the organization's requests of 24 hours are used up, run the load again later"
        )
    if status >= 500 or code == "QUERY_TIMEOUT":
        return RequestFailed(text, "Nothing was loaded; run the load again later")
    if code == "INVALID_QUERY_LOCATOR":
        return Incomplete(text, AGAIN)
    why = {
        "invalid_client_id": "there is no connected app with this id",
        "invalid_client": "the client's secret is wrong, or the app has no client credentials flow",
        "invalid_grant": "the app has no user to run as, or that user may not use it",
        "INVALID_SESSION_ID": "the session is not accepted: the app lacks the scope api, or its user the right API Enabled",
        "API_DISABLED_FOR_ORG": "this edition has no API",
        "INSUFFICIENT_ACCESS": "the user lacks the right to read it",
    }
    return Refused(
        text, f"Nothing was loaded; {why.get(code, 'the organization turns this request down')}", str(status)
    )
