"""Yandex Direct: campaign performance by day, from the Reports service (source page 03).

Env KPI_DIRECT_TOKEN, KPI_DIRECT_LOGIN (the client's login), KPI_DIRECT_URL (another base address), KPI_DIRECT_VAT
(NO by default, YES, or both with a comma: costs with and without VAT are different series), KPI_DIRECT_DETAIL (campaign
by default; ad parts a campaign's day by ad group and ad, keyword by keyword too: the same money in more rows).

A load asks for whole days, up to yesterday: those after the last loaded one, and the thirty before them again, for
costs are corrected and conversions come late. What such a day no longer has is marked as deleted. Costs are asked for
in the account's currency (`returnMoneyInMicros: false`), and a report in millionths all the same is turned down. A
second report, of the whole account by day, gives the control totals.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from flows.base.errors import ConfigError, Incomplete, LimitReached, LoadError, Refused, RequestFailed
from flows.base.redact import storable
from flows.base.settings import setting
from flows.base.words import short
from flows.extract.by_day import cursor_after, days, spans
from flows.extract.commit import Load, known_keys, state_of
from flows.extract.common import WHOLE, Deadline, Http, LoadReport, Run, Settings, Total, Waiting, address, parse_json

if TYPE_CHECKING:
    from requests import Response

AGAIN_DAYS = 30
SPAN_DAYS = 90  # of one report
MAX_ROWS = 1_000_000
TABLE = "campaign_performance"
FIELDS = (
    *("Date", "CampaignId", "CampaignName", "CampaignType", "AdNetworkType"),
    *("Impressions", "Clicks", "Cost", "Conversions"),
)
PARTS: dict[str, tuple[str, ...]] = {  # what a campaign's day is parted by, besides the network
    "campaign": (),
    "ad": ("AdGroupId", "AdGroupName", "AdId"),
    "keyword": ("AdGroupId", "AdGroupName", "AdId", "Criterion"),
}
KEY = ("ClientLogin", "IncludeVAT", "Date", "CampaignId", "CampaignType", "AdNetworkType", "AdGroupId", "AdId")
NOTHING = "--"  # as a report writes it
MEASURED = ("Date", "Impressions", "Clicks", "Cost")
BRIEF_TROUBLE = {52, 1000, 1001, 1002}
TOKEN_TROUBLE = {53, 54, 58, 513, 3000}
QUEUE_TROUBLE = {56, 506, *range(9000, 10000)}


class TooMuch(LoadError):
    """The report takes the service too long; a shorter span may do."""


class Direct:
    """The API of one client.

    Args:
        settings, deadline: how patient to be.

    Raises:
        ConfigError: token or login is not set, or the address is none.
    """

    def __init__(self, settings: Settings, deadline: Deadline):
        token = setting("KPI_DIRECT_TOKEN")
        self.login = setting("KPI_DIRECT_LOGIN")
        self.settings, self.deadline = settings, deadline
        self._url = address("KPI_DIRECT_URL", setting("KPI_DIRECT_URL"))
        headers = {"Authorization": f"Bearer {token}", "Client-Login": self.login, "Accept-Language": "en"}
        self._http = Http(settings, deadline, _passing, headers)

    def currency(self) -> str:
        """The currency of the account. Raises as `report`."""
        doing = f"yandex_direct: {self.login}, clients.get"
        body = {"method": "get", "params": {"FieldNames": ["Login", "Currency"]}}
        response = self._http.request(doing, "POST", f"{self._url}/json/v5/clients", json=body)
        try:
            clients = _json(response)["result"]["Clients"] if response.status_code == 200 else []
            return str(next((one for one in clients if one.get("Login") == self.login), clients[0])["Currency"])
        except (KeyError, TypeError, IndexError, AttributeError):
            raise _error(doing, response) from None

    def report(self, kind: str, fields: tuple[str, ...], vat: str, first: date, last: date) -> Iterator[list[str]]:
        """The rows of a report.

        Args:
            kind: the report's type.
            fields: its columns.
            vat: YES or NO.
            first, last: its days.

        Yields:
            The values of each row, in the order of `fields`; None for a column that the report leaves out.

        Raises:
            TooMuch: the service gave up on it.
            Refused, LimitReached, RequestFailed, TimedOut, Incomplete.
        """
        offset = 0
        while True:
            text = self._text(kind, fields, vat, first, last, offset)
            rows = list(_rows(f"yandex_direct: {self.login}, {kind} {first} to {last}", fields, text))
            yield from rows
            if len(rows) < MAX_ROWS:
                return
            offset += MAX_ROWS

    def _text(self, kind: str, fields: tuple[str, ...], vat: str, first: date, last: date, offset: int) -> str:
        """A report's text: the same request, under the same name, until it is ready."""
        doing = f"yandex_direct: {self.login}, {kind} {first} to {last}"
        params: dict[str, Any] = {
            "SelectionCriteria": {"DateFrom": first.isoformat(), "DateTo": last.isoformat()},
            "FieldNames": list(fields),
            "Page": {"Limit": MAX_ROWS, "Offset": offset},
            "OrderBy": [{"Field": "Date", "SortOrder": "ASCENDING"}],
            "ReportType": kind,
            "DateRangeType": "CUSTOM_DATE",
            "Format": "TSV",
            "IncludeVAT": vat,
        }
        name = hashlib.sha256(json.dumps([self.login, params], sort_keys=True).encode()).hexdigest()[:16]
        headers = {
            "processingMode": "auto",
            "returnMoneyInMicros": "false",
            "skipReportHeader": "true",
            "skipReportSummary": "false",  # its "Total rows" shows whether all of it came
        }
        body = {"params": {**params, "ReportName": f"kpi_{name}"}}
        waiting = Waiting(f"{doing}, report being made", self.settings, self.deadline)
        while True:
            response = self._http.request(doing, "POST", f"{self._url}/json/v5/reports", json=body, headers=headers)
            if response.status_code == 200:
                # bytes that are not UTF-8 come as halves of characters, which the load replaces and names
                return response.content.decode("utf-8-sig", "surrogateescape")
            if response.status_code == 502:
                raise TooMuch(f"{doing}: HTTP 502", "Nothing was loaded; load a shorter span with --since and --until")
            if response.status_code not in (201, 202) and _code(response) not in QUEUE_TROUBLE:
                raise _error(doing, response)
            waiting.sleep(_retry_in(response, self.settings.poll_seconds))


def read(load: Load, run: Run) -> dict[str, Any]:
    """Loads the days asked for.

    Args:
        load: where to put them.
        run: what was asked for.

    Returns:
        The cursors: login to last loaded day.

    Raises:
        LoadError: see `common`.
    """
    direct = Direct(run.settings, run.deadline)
    series, parts = _series(), _parts()
    state = state_of(run.root, run.source)
    first, last = days(run, state.get(direct.login), AGAIN_DAYS)
    if run.until and run.until > last:
        load.warn(f"--until {run.until}: days after {last} are not finished and were left out")
    if first > last:
        return state
    currency = direct.currency()
    keys: set[tuple] = set()
    for vat in series:
        for begin, end in spans(first, last, SPAN_DAYS):
            _read_span(load, direct, parts, vat, currency, begin, end, keys)
    _mark_gone(load, run, direct, series, first, last, keys)
    return state | {direct.login: cursor_after(state.get(direct.login), first, last)}


def _series() -> list[str]:
    series = setting("KPI_DIRECT_VAT").upper().replace(" ", "").split(",")
    if not set(series) <= {"YES", "NO"}:
        raise ConfigError("KPI_DIRECT_VAT is neither YES nor NO", "Costs with VAT, without it, or both: YES,NO")
    return series


def _parts() -> tuple[str, ...]:
    detail = setting("KPI_DIRECT_DETAIL").lower()
    if detail not in PARTS:
        raise ConfigError(f"KPI_DIRECT_DETAIL is none of {', '.join(PARTS)}", "What a campaign's day is parted by")
    return PARTS[detail]


def _read_span(
    load: Load,
    direct: Direct,
    parts: tuple[str, ...],
    vat: str,
    currency: str,
    first: date,
    last: date,
    keys: set[tuple],
) -> None:
    """Loads some days, in halves if they are too many for the service."""
    common = {"ClientLogin": direct.login, "Currency": currency, "IncludeVAT": vat}
    kind = "CUSTOM_REPORT" if parts else "CAMPAIGN_PERFORMANCE_REPORT"
    fields = (*FIELDS, *parts)
    try:
        found = list(direct.report(kind, fields, vat, first, last))
        days_found = list(direct.report("ACCOUNT_PERFORMANCE_REPORT", MEASURED, vat, first, last))
    except TooMuch:
        if first == last:
            raise
        middle = first + (last - first) // 2
        _read_span(load, direct, parts, vat, currency, first, middle, keys)
        _read_span(load, direct, parts, vat, currency, middle + timedelta(days=1), last, keys)
        return
    rows = [{**dict(zip(fields, values)), **common} for values in found]
    _check_money(f"yandex_direct: {direct.login}, {first} to {last}", rows)
    keys.update(_told(storable(row.get(name) or NOTHING) for name in KEY) for row in rows)
    load.add(TABLE, rows)
    for day, _, _, cost in days_found:
        load.add_total(Total(TABLE, str(day), None, cost))


def _told(key: Iterable[str | None]) -> tuple[str | None, ...]:
    """A row's key; an ad that is not told is one whether the report left the column out or wrote nothing into it."""
    return tuple(None if part == NOTHING else part for part in key)


def _check_money(doing: str, rows: list[dict[str, str | None]]) -> None:
    """Costs have decimals; whole ones, all divisible by a kopeck's millionths, are millionths.

    Raises:
        Incomplete: the report is in millionths.
    """
    costs = [cost for row in rows if (cost := row["Cost"]) and cost.strip("0.-")]
    if costs and all(WHOLE.fullmatch(cost) and int(cost) % 10_000 == 0 for cost in costs):
        raise Incomplete(
            f"{doing}: costs came in millionths, though returnMoneyInMicros is false", "Nothing was loaded; tell Direct"
        )


def _mark_gone(load: Load, run: Run, direct: Direct, series: list[str], first: date, last: date, keys: set[tuple]):
    span = (first.isoformat(), last.isoformat())
    loaded = known_keys(run.root, run.source, TABLE, KEY)
    known = [key for key in loaded if key[0] == direct.login and key[1] in series and span[0] <= key[2] <= span[1]]
    load.add_deleted(TABLE, KEY, [key for key in known if _told(key) not in keys], len(known))


def plan(run: Run) -> LoadReport:
    """Says which days would be loaded; nothing is asked of Direct, for a report is a load already.

    Args:
        run: what would be asked for.

    Raises:
        ConfigError: a setting is missing.
    """
    direct = Direct(run.settings, run.deadline)
    series, parts = _series(), _parts()
    first, last = days(run, state_of(run.root, run.source).get(direct.login), AGAIN_DAYS)
    by = f", by {', '.join(parts)}" if parts else ""
    what = f"{first} to {last}, IncludeVAT {' and '.join(series)}{by}" if first <= last else "no finished days"
    return LoadReport(run.source, rows={TABLE: -1}, warnings=[f"{direct.login}: {what}"])


# --- the report's text ------------------------------------------------------------------------------------------


def _rows(doing: str, fields: tuple[str, ...], text: str) -> Iterator[list[str | None]]:
    """The rows of a report's text, by the names in its header, whatever its first and last lines are.

    Raises:
        Incomplete: there is no header, a row has other columns than it, or the summary counts other rows.
    """
    lines = text.split("\n")
    again = "Nothing was loaded; run the load again"
    start = next((number for number, line in enumerate(lines) if line.rstrip("\r").split("\t")[0] == "Date"), None)
    if start is None:
        raise Incomplete(f"{doing}: no header line with Date", again)
    header = lines[start].rstrip("\r").split("\t")
    if missing := {"Date", "Cost"} - set(header):
        raise Incomplete(f"{doing}: no column {', '.join(missing)}", again)
    places = [header.index(name) if name in header else None for name in fields]
    count = 0
    for line in lines[start + 1 :]:
        line = line.rstrip("\r")
        if line.startswith("Total rows:"):
            told = line.split(":")[1].strip()
            if told != str(count):
                others = told if WHOLE.fullmatch(told) else "something else"
                raise Incomplete(f"{doing}: {count} rows came, the report says {others}", again)
            return
        if not line:
            continue
        values = line.split("\t")
        if len(values) != len(header):
            raise Incomplete(f"{doing}, row {count + 1}: {len(values)} columns instead of {len(header)}", again)
        count += 1
        yield [None if place is None else values[place] for place in places]


def _json(response: "Response") -> dict[str, Any]:
    try:
        body = parse_json(response.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _code(response: "Response") -> int:
    try:
        return int(_json(response)["error"]["error_code"])
    except (KeyError, TypeError, ValueError):
        return 0


def _retry_in(response: "Response", otherwise: float) -> float:
    try:
        return max(0.0, float(response.headers["retryIn"]))
    except (KeyError, ValueError):
        return otherwise


def _passing(response: "Response") -> bool:
    if response.status_code in (200, 201, 202, 502):
        return False
    return response.status_code in (429, 500, 503, 504) or _code(response) in BRIEF_TROUBLE


def _error(doing: str, response: "Response") -> LoadError:
    error = _json(response).get("error")
    code = _code(response)
    told = error if isinstance(error, dict) else {}
    parts = [str(told[name]) for name in ("error_string", "error_detail") if told.get(name)]
    request = response.headers.get("RequestId", "")
    text = f"{doing}: HTTP {response.status_code}, code {code}" + (
        f" ({short('; '.join(parts), 300)})" if parts else ""
    )
    text += f", RequestId {request}" if request else ""
    if code in TOKEN_TROUBLE or response.status_code in (401, 403):
        return Refused(
            text, "Nothing was loaded; make a new token, or have the application's access approved", str(code)
        )
    if code == 152:
        return LimitReached(text, "Nothing was loaded; the day's units are used up, run the load again later")
    if code in BRIEF_TROUBLE or response.status_code >= 500 or response.status_code == 429:
        return RequestFailed(text, "Nothing was loaded; run the load again later")
    return Refused(text, "Nothing was loaded; see Direct's list of error codes", str(code))
