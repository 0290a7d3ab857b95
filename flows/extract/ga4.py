"""Google Analytics 4: its export to BigQuery, read by BigQuery's REST API (source page 04).

Env KPI_GA4_DATASET: <project>.analytics_<property>; KPI_GA4_KEY_FILE: the key of a service account that may read it; KPI_GA4_URL: BigQuery's address.

A load asks for whole days, up to yesterday, with a table for each: `events_YYYYMMDD`, or where that is not there yet `events_intraday_YYYYMMDD`.
Google writes a table anew for 72 hours, and sometimes later. So of the last ten days those tables come again whose time of change is another one
than at the last load, whole; a day's newest export replaces the day. Of the columns those come that the raw table declares.

Rows are read by `tabledata.list`, which costs nothing and needs no right to run queries. Its pages tell how many rows there are, and no fewer may
come. The rows of a property stand below `events/analytics_<property>`, those of a running day below `intraday` there.
"""

import base64
import json
import time
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.base.errors import ConfigError, Incomplete
from flows.base.redact import keep_secret
from flows.base.settings import setting
from flows.erased import declared
from flows.extract import google
from flows.extract.by_day import cursor_after, days
from flows.extract.commit import Load, state_of
from flows.extract.common import WHOLE, Deadline, Http, LoadReport, Run, Session, Settings, address

if TYPE_CHECKING:
    from requests import Response

AGAIN_DAYS = 10
PAGE = 10_000  # rows; BigQuery ends a page at 10 MB too
MOST_PAGES = 100_000
TABLE = "events"
SCOPE = "https://www.googleapis.com/auth/bigquery.readonly"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
WHY_NO_TOKEN = {"invalid_grant": "the key was deleted, or the clock of this machine is wrong"}
WHY = {
    "notFound": "the dataset is not there: see KPI_GA4_DATASET",
    "accessDenied": "the service account lacks the role BigQuery Data Viewer on the dataset",
    "UNAUTHENTICATED": "the key of the service account was deleted",
}


class Key:
    """The key of a service account.

    Args:
        path: its file.

    Raises:
        ConfigError: it is none.
    """

    def __init__(self, path: Path):
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            told = json.loads(path.read_text("utf-8"))
            self._sign = load_pem_private_key(told["private_key"].encode(), None)
            self.email, url = str(told["client_email"]), str(told["token_uri"])
        except OSError as error:
            trouble = f"can't be read ({error.strerror})"
        except (ValueError, KeyError, TypeError, AttributeError):
            trouble = "is no key of a service account"
        else:
            keep_secret(told["private_key"])
            self.url = address("token_uri of KPI_GA4_KEY_FILE", url)
            return
        raise ConfigError(f"KPI_GA4_KEY_FILE {trouble}", "It is the JSON file that Google Cloud makes for a key")

    def assertion(self, now: float) -> str:
        """Who asks for a token, signed, for an hour."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        claims = {"iss": self.email, "scope": SCOPE, "aud": self.url, "iat": int(now), "exp": int(now) + 3600}
        parts = [json.dumps(part).encode() for part in ({"alg": "RS256", "typ": "JWT"}, claims)]
        text = b".".join(map(_base64, parts))
        return (text + b"." + _base64(self._sign.sign(text, PKCS1v15(), SHA256()))).decode()


def _base64(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


class Export:
    """The export of one property.

    Args:
        dataset: <project>.analytics_<property>.
        key: whose rights are used.
        settings, deadline: how patient to be.

    Raises:
        ConfigError: the dataset is named in another way, or the address is none.
    """

    def __init__(self, dataset: str, key: Key, settings: Settings, deadline: Deadline):
        self.dataset = dataset
        project, _, self.name = dataset.rpartition(".")
        if not project or not self.name.startswith("analytics_") or not WHOLE.fullmatch(self.name[10:]):
            raise ConfigError("KPI_GA4_DATASET names no export", "It is written <project>.analytics_<property>")
        base = address("KPI_GA4_URL", setting("KPI_GA4_URL"))
        self._url = f"{base}/bigquery/v2/projects/{project}/datasets/{self.name}/tables"
        self._http = Http(settings, deadline, _passing)
        self._key = key
        self._session = Session(self._http, self._begin)

    def _begin(self) -> str:
        form = {"grant_type": GRANT, "assertion": self._key.assertion(time.time())}
        return google.token(self._http, "ga4: a new token", self._key.url, form, WHY_NO_TOKEN)

    def _get(self, path: str, params: Mapping[str, str], place: str) -> dict[str, Any]:
        doing = f"ga4: {self.name}, {place}"
        response = self._session.request(doing, "GET", self._url + path, params=dict(params))
        told = google.answer(response)
        if response.status_code == 200 and isinstance(told, dict):
            return told
        raise google.error(doing, response.status_code, told, WHY)

    def tables(self) -> set[str]:
        """The names of all tables of the export. Raises as `rows`."""
        found: set[str] = set()
        token = ""
        for number in range(1, MOST_PAGES):
            params = {"maxResults": "1000"} | ({"pageToken": token} if token else {})
            told = self._get("", params, f"list of tables, page {number}")
            found |= {str(one["tableReference"]["tableId"]) for one in told.get("tables") or []}
            token = str(told.get("nextPageToken") or "")
            if not token:
                return found
        raise Incomplete(f"ga4: {self.name}: the list of tables has no end", google.NO_ROWS)

    def about(self, table: str) -> tuple[list[dict[str, Any]], str]:
        """The declared columns that a table has, and when it was changed. Raises as `rows`."""
        told = self._get(f"/{table}", {}, table)
        schema = told.get("schema")
        fields = schema.get("fields") if isinstance(schema, dict) else None
        if not isinstance(fields, list):
            raise Incomplete(f"ga4: {self.name}, {table}: no schema came", google.NO_ROWS)
        known = declared()["ga4", TABLE].table.columns
        return [one for one in fields if one["name"] in known], str(told.get("lastModifiedTime") or "")

    def rows(self, table: str, fields: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
        """The rows of a table, page by page.

        Raises:
            Incomplete: fewer rows came than were told, or an answer is of another shape.
            Refused, LimitReached, RequestFailed, TimedOut.
        """
        asked = {"maxResults": str(PAGE), "selectedFields": ",".join(one["name"] for one in fields)}
        came, total, token, seen = 0, 0, "", {""}
        for number in range(1, MOST_PAGES):
            place = f"{table}, page {number}"
            told = self._get(f"/{table}/data", asked | ({"pageToken": token} if token else {}), place)
            total = total or int(told.get("totalRows") or 0)
            try:
                page = [_record(fields, row) for row in told.get("rows") or []]
            except (KeyError, TypeError, ValueError):
                raise Incomplete(f"ga4: {self.name}, {place}: a row is of another shape", google.NO_ROWS) from None
            yield page
            came, token = came + len(page), str(told.get("pageToken") or "")
            if token in seen:
                break
            seen.add(token)
        if token or came < total:
            raise Incomplete(f"ga4: {self.name}, {table}: {came} of {total} rows came", google.AGAIN)


def _record(fields: list[dict[str, Any]], row: Mapping[str, Any]) -> dict[str, Any]:
    """A record by the names of its fields, without those that are empty; BigQuery tells values in the order of the schema alone."""
    values = [cell["v"] for cell in row["f"]]
    told = {field["name"]: _value(field, value) for field, value in zip(fields, values, strict=True)}
    return {name: value for name, value in told.items() if value is not None}


def _value(field: dict[str, Any], value: Any) -> Any:
    if value is None:
        return None
    if field.get("mode") == "REPEATED":
        return [_value({**field, "mode": ""}, one["v"]) for one in value]
    if field.get("type") in ("RECORD", "STRUCT"):
        return _record(field["fields"], value)
    if field.get("type") in ("FLOAT", "FLOAT64") and "E" in str(value):
        return format(Decimal(str(value)), "f")
    return value


def _exports(run: Run) -> list[Export]:
    key = Key(Path(setting("KPI_GA4_KEY_FILE")))
    names = [part.strip() for part in setting("KPI_GA4_DATASET").split(",") if part.strip()]
    return [Export(name, key, run.settings, run.deadline) for name in names]


def read(load: Load, run: Run) -> dict[str, Any]:
    """Loads the days asked for, of all properties.

    Args:
        load: where to put them.
        run: what was asked for.

    Returns:
        The cursors: dataset to last loaded day, and when its newest tables were changed.

    Raises:
        LoadError: see `common`.
    """
    state = state_of(run.root, run.source)
    for export in _exports(run):
        before = state.get(export.dataset, {})
        first, last = days(run, before.get("cursor"), AGAIN_DAYS)
        if run.until and run.until > last:
            load.warn(f"--until {run.until}: days after {last} are not finished and were left out")
        if first > last:
            continue
        changed = {} if run.since else before.get("changed", {})
        loaded = _read_days(load, export, _wanted(export, first, last), changed)
        oldest = f"{last - timedelta(days=AGAIN_DAYS):%Y%m%d}"
        kept = {name: at for name, at in (before.get("changed", {}) | loaded).items() if name[-8:] > oldest}
        cursor = cursor_after(before.get("cursor"), first, last)
        state = state | {export.dataset: {"cursor": cursor, "changed": kept}}
    return state


def _wanted(export: Export, first: date, last: date) -> list[str]:
    """The tables of some days: that of the finished day, else that of the running one."""
    there = export.tables()
    every = [f"{first + timedelta(days=number):%Y%m%d}" for number in range((last - first).days + 1)]
    named = [(f"events_{day}", f"events_intraday_{day}") for day in every]
    return [daily if daily in there else running for daily, running in named if {daily, running} & there]


def _read_days(load: Load, export: Export, tables: list[str], changed: Mapping[str, str]) -> dict[str, str]:
    """Loads tables that were changed since the last load, and says when each was."""
    if not tables:
        load.warn(f"{export.name}: no table of these days; the export begins on the day after its link was made")
    told: dict[str, str] = {}
    for table in tables:
        fields, at = export.about(table)
        if at and changed.get(table) == at:
            continue
        part = f"{export.name}/intraday" if "intraday" in table else export.name
        for page in export.rows(table, fields):
            load.add(TABLE, page, part=part)
        told[table] = at
    return told


def plan(run: Run) -> LoadReport:
    """Says which days would be looked at and how many tables they have; nothing is written.

    Args:
        run: what would be asked for.

    Raises:
        LoadError: see `common`.
    """
    state, notes = state_of(run.root, run.source), []
    for export in _exports(run):
        first, last = days(run, state.get(export.dataset, {}).get("cursor"), AGAIN_DAYS)
        tables = _wanted(export, first, last) if first <= last else []
        notes.append(f"{export.name}: {first} to {last}, {len(tables)} tables")
    return LoadReport(run.source, rows={TABLE: -1}, notes=notes)


def _passing(response: "Response") -> bool:
    """BigQuery tells a limit of requests in a second as 403."""
    return google.passing(response) or response.status_code == 403 and b"rateLimitExceeded" in response.content
