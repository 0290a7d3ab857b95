"""Google Ads: what campaigns cost by day, from its API by the query language (source page 06 A).

Env KPI_GOOGLE_ADS_CUSTOMER: numbers of the accounts; KPI_GOOGLE_ADS_MANAGER: of the manager account above them, where there is one;
KPI_GOOGLE_ADS_DEVELOPER_TOKEN; KPI_GOOGLE_ADS_CLIENT_ID, KPI_GOOGLE_ADS_CLIENT_SECRET and KPI_GOOGLE_ADS_REFRESH_TOKEN: an OAuth client and a user
who may read the accounts; KPI_GOOGLE_ADS_DETAIL (campaign by default; ad parts a campaign's day by ad, keyword by ad and by keyword: the
same money in more rows); KPI_GOOGLE_ADS_URL: the address of the API with its version; KPI_GOOGLE_ADS_TOKEN_URL: where tokens are given.

A load asks for whole days, up to yesterday: those after the last loaded one, and the thirty before them again, for costs are corrected and
conversions come late. What such a day no longer has is marked as deleted. Names and budgets of campaigns, currency and zone of the accounts
are read whole. A report comes as one answer, a list of pages; each column is named as the query names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.base.errors import ConfigError, Incomplete
from flows.base.redact import storable
from flows.base.settings import setting
from flows.extract import google
from flows.extract.by_day import cursor_after, days, spans
from flows.extract.commit import Load, known_keys, state_of
from flows.extract.common import WHOLE, Deadline, Http, LoadReport, Run, Session, Settings, address, as_text

AGAIN_DAYS = 30
SPAN_DAYS = 31  # of one question
DAY, CUSTOMER = "segments.date", "customer.id"
PARTS = (DAY, CUSTOMER, "campaign.id", "segments.ad_network_type", "segments.device")
METRICS = ("metrics.impressions", "metrics.clicks", "metrics.cost_micros", "metrics.conversions")


@dataclass(frozen=True)
class Report:
    """What is asked of a resource.

    Args:
        table: the raw table.
        resource: behind FROM.
        parts: by what a campaign's day is parted, beside network and device; of a list, its columns.
        is_daily: whether it tells figures by day.
    """

    table: str
    resource: str
    parts: tuple[str, ...] = ()
    is_daily: bool = True

    @property
    def key(self) -> tuple[str, ...]:
        return (*PARTS, *self.parts)

    def query(self, span: tuple[date, date] | None) -> tuple[tuple[str, ...], str]:
        """The columns, and the question."""
        named = ("campaign.name", "customer.currency_code", *METRICS)
        columns = (*self.key, *named) if self.is_daily else self.parts
        text = f"SELECT {', '.join(columns)} FROM {self.resource}"
        return columns, text + (f" WHERE {DAY} BETWEEN '{span[0]}' AND '{span[1]}'" if span else "")


LISTS = (
    Report("account_history", "customer", (CUSTOMER, "customer.currency_code", "customer.time_zone"), False),
    Report(
        "campaign_history",
        "campaign",
        ("campaign.id", CUSTOMER, "campaign.name", "campaign.status", "campaign_budget.amount_micros"),
        False,
    ),
)
CAMPAIGNS = Report("campaign_stats", "campaign")
ADS = Report("ad_stats", "ad_group_ad", ("ad_group.id", "ad_group_ad.ad.id"))
KEYWORDS = Report("keyword_stats", "keyword_view", ("ad_group.id", "ad_group_criterion.criterion_id"))
DETAILS = {"campaign": (CAMPAIGNS,), "ad": (CAMPAIGNS, ADS), "keyword": (CAMPAIGNS, ADS, KEYWORDS)}
WHY_NO_TOKEN = {
    "invalid_grant": "the refresh token has run out or was taken back; one of a consent screen in testing ends after 7 days",
    "invalid_client": "id or secret of the OAuth client is wrong",
}
WHY = {
    "UNAUTHENTICATED": "the user's consent was taken back: make a new refresh token",
    "DEVELOPER_TOKEN_NOT_APPROVED": "the developer token may read test accounts alone: apply for basic access",
    "DEVELOPER_TOKEN_INVALID": "the developer token is wrong",
    "USER_PERMISSION_DENIED": "the user may not read this account; an account below a manager wants KPI_GOOGLE_ADS_MANAGER",
    "CUSTOMER_NOT_ENABLED": "the account is closed",
    "REQUESTED_METRICS_FOR_MANAGER": "this is a manager account: name the accounts below it",
}


class Reporter:
    """The API.

    Args:
        settings, deadline: how patient to be.

    Raises:
        ConfigError: a setting is missing or wrong.
    """

    def __init__(self, settings: Settings, deadline: Deadline):
        self._url = address("KPI_GOOGLE_ADS_URL", setting("KPI_GOOGLE_ADS_URL"))
        self._token_url = address("KPI_GOOGLE_ADS_TOKEN_URL", setting("KPI_GOOGLE_ADS_TOKEN_URL"))
        self._client = {
            "grant_type": "refresh_token",
            **{
                name: setting(f"KPI_GOOGLE_ADS_{name.upper()}")
                for name in ("client_id", "client_secret", "refresh_token")
            },
        }
        self._headers = {"developer-token": setting("KPI_GOOGLE_ADS_DEVELOPER_TOKEN")}
        if manager := _manager():
            self._headers["login-customer-id"] = manager
        self._http = Http(settings, deadline, google.passing)
        self._session = Session(self._http, self._begin)

    def _begin(self) -> str:
        return google.token(self._http, "google_ads: a new token", self._token_url, self._client, WHY_NO_TOKEN)

    def rows(self, customer: str, report: Report, span: tuple[date, date] | None = None) -> list[dict[str, Any]]:
        """The rows of a report, with a column for each field of its query.

        Args:
            customer: the account.
            report: which one.
            span: its first and last day; None for a list.

        Raises:
            Incomplete: the answer is no list of pages, or a row is of another account or day.
            Refused, LimitReached, RequestFailed, TimedOut.
        """
        columns, query = report.query(span)
        place = f"google_ads: {customer}, {report.table}" + (f" {span[0]} to {span[1]}" if span else "")
        url = f"{self._url}/customers/{customer}/googleAds:searchStream"
        response = self._session.request(place, "POST", url, self._headers, json={"query": query})
        pages = google.answer(response)
        if response.status_code != 200:
            raise google.error(place, response.status_code, pages, WHY)
        if not isinstance(pages, list) or not all(isinstance(page, dict) for page in pages):
            raise Incomplete(f"{place}: the answer is no list of pages", google.AGAIN)
        for page in pages:
            if "error" in page:  # in the midst of the stream
                raise google.error(place, int((page["error"] or {}).get("code") or 500), [page], WHY)
        found = [_flat(row, columns) for page in pages for row in page.get("results") or []]
        for row in found:
            if as_text(row[CUSTOMER]) != customer or span and not str(span[0]) <= str(row[DAY]) <= str(span[1]):
                raise Incomplete(f"{place}: a row is of another account or another day", google.NO_ROWS)
        return found


def _flat(row: Any, columns: tuple[str, ...]) -> dict[str, Any]:
    """A row by the names of the query, which the answer writes as metrics → costMicros; a figure that it leaves out is nought."""
    flat: dict[str, Any] = {}
    for column in columns:
        value = row
        for part in column.split("."):
            first, *others = part.split("_")
            value = value.get(first + "".join(map(str.capitalize, others))) if isinstance(value, dict) else None
        flat[column] = "0" if value is None and column in METRICS else value
    return flat


def _number(name: str, text: str) -> str:
    number = text.strip().replace("-", "")
    if not WHOLE.fullmatch(number):
        raise ConfigError(f"{name} holds no number of an account", "It is written like 123-456-7890")
    return number


def _manager() -> str:
    from flows.base.settings import Settings as Environment

    manager = Environment.read().google_ads_manager
    return _number("KPI_GOOGLE_ADS_MANAGER", manager) if manager else ""


def _customers() -> list[str]:
    name = "KPI_GOOGLE_ADS_CUSTOMER"
    return [_number(name, part) for part in setting(name).split(",") if part.strip()]


def _reports() -> tuple[Report, ...]:
    detail = setting("KPI_GOOGLE_ADS_DETAIL").lower()
    if detail not in DETAILS:
        raise ConfigError(
            f"KPI_GOOGLE_ADS_DETAIL is none of {', '.join(DETAILS)}", "What a campaign's day is parted by"
        )
    return DETAILS[detail]


def read(load: Load, run: Run) -> dict[str, Any]:
    """Loads the days asked for, of all accounts.

    Args:
        load: where to put them.
        run: what was asked for.

    Returns:
        The cursors: account to last loaded day.

    Raises:
        LoadError: see `common`.
    """
    reports, customers = _reports(), _customers()
    reporter = Reporter(run.settings, run.deadline)
    state = state_of(run.root, run.source)
    for customer in customers:
        first, last = days(run, state.get(customer), AGAIN_DAYS)
        if run.until and run.until > last:
            load.warn(f"--until {run.until}: days after {last} are not finished and were left out")
        if first > last:
            continue
        for listed in LISTS:
            rows = reporter.rows(customer, listed)
            load.add(listed.table, ({**row, "customer_id": row[CUSTOMER]} for row in rows))
        for report in reports:
            _read_days(load, run, reporter, customer, report, (first, last))
        state = state | {customer: cursor_after(state.get(customer), first, last)}
    return state


def _read_days(
    load: Load, run: Run, reporter: Reporter, customer: str, report: Report, span: tuple[date, date]
) -> None:
    """Loads the days of an account by one report, and marks what of them is there no more."""
    came: set[tuple] = set()
    for part in spans(*span, SPAN_DAYS):
        rows = reporter.rows(customer, report, part)
        came |= {_told(row, report.key) for row in rows}
        load.add(report.table, rows)
    first, last = (day.isoformat() for day in span)
    loaded = known_keys(run.root, run.source, report.table, report.key)
    known = [key for key in loaded if key[1] == customer and first <= str(key[0]) <= last]
    load.add_deleted(report.table, report.key, [key for key in known if key not in came], len(known))


def _told(row: Mapping[str, Any], key: tuple[str, ...]) -> tuple[str | None, ...]:
    texts = (as_text(row[name]) for name in key)
    return tuple(text if text is None else storable(text) for text in texts)


def plan(run: Run) -> LoadReport:
    """Says which days would be loaded, and asks for the accounts alone; nothing is written.

    Args:
        run: what would be asked for.

    Raises:
        LoadError: see `common`.
    """
    reports, customers = _reports(), _customers()
    reporter = Reporter(run.settings, run.deadline)
    state = state_of(run.root, run.source)
    notes = []
    for customer in customers:
        reporter.rows(customer, LISTS[0])
        first, last = days(run, state.get(customer), AGAIN_DAYS)
        notes.append(f"{customer}: " + (f"{first} to {last}" if first <= last else "no finished days"))
    return LoadReport(run.source, rows={report.table: -1 for report in reports}, notes=notes)
