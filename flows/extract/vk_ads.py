"""VK Ads: what campaigns cost by day, from the API v2 of ads.vk.com (source page 06 B).

Env KPI_VK_ADS_CLIENT_ID and KPI_VK_ADS_CLIENT_SECRET: of an API access with the scope read_ads; KPI_VK_ADS_DETAIL (campaign by default; ad
parts a campaign's day by ad: the same money in more rows); KPI_VK_ADS_URL: another base address.

A load asks for whole days, up to yesterday: those after the last loaded one, and the fourteen before them again, for VK corrects them. What
such a day no longer has is marked as deleted; a campaign that is in the list no more keeps its days. Lists of campaigns with their budgets,
and of ad groups and ads, are read whole. A day on which nothing was shown and nothing spent is no row.

A load takes one token, which lives for a day, and a new one where it has run out; VK gives a client five at a time.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from flows.base.errors import ConfigError, Incomplete, LimitReached, LoadError, Refused, RequestFailed
from flows.base.redact import storable
from flows.base.settings import setting
from flows.base.words import short
from flows.extract.by_day import cursor_after, days, spans
from flows.extract.commit import Load, known_keys, state_of
from flows.extract.common import (
    Deadline,
    Http,
    LoadReport,
    Run,
    Session,
    Settings,
    address,
    as_text,
    chunks,
    parse_json,
)

if TYPE_CHECKING:
    from requests import Response

AGAIN_DAYS = 14
SPAN_DAYS = 90  # of one question
IDS_AT_ONCE = 200
PAGE = 50  # the most that VK gives
MEASURED = ("shows", "clicks", "spent", "goals")
KEY = ("account_id", "id", "date")
AGAIN = "Nothing was loaded; run the load again"
NO_ROWS = "Nothing was loaded; tell who looks after the loaders, with this line"


@dataclass(frozen=True)
class Level:
    """What statistics are told of.

    Args:
        objects: its name in the API.
        fields: what is read of the list.
        table: the raw table of the statistics.
    """

    objects: str
    fields: str
    table: str = ""


CAMPAIGNS = Level("ad_plans", "id,name,status,budget_limit,budget_limit_day", "ad_plan_statistics")
GROUPS = Level("ad_groups", "id,name,ad_plan_id")
ADS = Level("banners", "id,name,ad_group_id", "banner_statistics")


class Cabinet:
    """The API of one account.

    Args:
        settings, deadline: how patient to be.

    Raises:
        ConfigError: id or secret is not set, or the address is none.
    """

    def __init__(self, settings: Settings, deadline: Deadline):
        self._client = {
            "grant_type": "client_credentials",
            "client_id": setting("KPI_VK_ADS_CLIENT_ID"),
            "client_secret": setting("KPI_VK_ADS_CLIENT_SECRET"),
        }
        self._url = address("KPI_VK_ADS_URL", setting("KPI_VK_ADS_URL")) + "/api/v2"
        self._http = Http(settings, deadline, _passing)
        self._session = Session(self._http, self._begin)

    def _begin(self) -> str:
        doing = "vk_ads: a new token"
        response = self._http.request(doing, "POST", f"{self._url}/oauth2/token.json", data=self._client)
        token = _json(response).get("access_token") if response.status_code == 200 else None
        if not isinstance(token, str):
            raise _error(doing, response)
        return token

    def get(self, path: str, params: Mapping[str, str], place: str) -> dict[str, Any]:
        """One answer.

        Args:
            path: behind /api/v2/, without .json.
            params: its parameters.
            place: what is read, for errors.

        Raises:
            Refused, LimitReached, RequestFailed, TimedOut, Incomplete.
        """
        doing = f"vk_ads: {place}"
        response = self._session.request(doing, "GET", f"{self._url}/{path}.json", params=dict(params))
        if response.status_code != 200:
            raise _error(doing, response)
        if body := _json(response):
            return body
        raise Incomplete(f"{doing}: the answer is no JSON object", AGAIN)

    def account(self) -> dict[str, str | None]:
        """The account's id, and its currency where it is told."""
        told = self.get("user", {}, "the account")
        more = told.get("account")
        currency = told.get("currency") or (more.get("currency") if isinstance(more, dict) else None)
        if told.get("id") is None:
            raise Incomplete("vk_ads: the account has no id", NO_ROWS)
        return {"account_id": as_text(told["id"]), "currency": as_text(currency)}

    def all(self, level: Level) -> dict[str, dict[str, Any]]:
        """A whole list by id, those that were stopped or deleted too.

        Raises:
            Incomplete: an answer is no list of records with an id, or fewer came than were told.
            As `get`.
        """
        found: dict[str, dict[str, Any]] = {}
        offset, count = 0, 1
        while offset < count:
            place = f"{level.objects} from {offset}"
            body = self.get(level.objects, {"fields": level.fields, "limit": str(PAGE), "offset": str(offset)}, place)
            page, count, before = _items(place, body), body.get("count"), len(found)
            if not isinstance(count, int):
                raise Incomplete(f"vk_ads: {place}: it is not told how many there are", NO_ROWS)
            found |= {storable(str(as_text(one["id"]))): one for one in page}
            if len(found) == before:  # nothing new
                break
            offset += len(page)
        if len(found) < count:
            raise Incomplete(f"vk_ads: {level.objects}: {len(found)} of {count} came", AGAIN)
        return found

    def count(self, level: Level) -> int:
        """How many a list has."""
        return int(self.get(level.objects, {"fields": "id", "limit": "1"}, level.objects).get("count") or 0)

    def statistics(self, level: Level, ids: Iterable[str], first: date, last: date) -> Iterator[dict[str, Any]]:
        """The days of some objects on which anything was measured, as rows with `id`, `date` and `base`.

        Raises:
            Incomplete: an answer is of another shape, of another object or of another day.
            As `get`.
        """
        span = {"date_from": first.isoformat(), "date_to": last.isoformat(), "metrics": "base"}
        for number, some in enumerate(chunks(ids, IDS_AT_ONCE), 1):
            place = f"statistics of {level.objects}, {first} to {last}, part {number}"
            body = self.get(f"statistics/{level.objects}/day", {"id": ",".join(some), **span}, place)
            for item in _items(place, body):
                rows = item.get("rows")
                if not isinstance(rows, list) or str(as_text(item["id"])) not in some:
                    raise Incomplete(f"vk_ads: {place}: an entry has no rows, or was not asked for", NO_ROWS)
                for row in rows:
                    base = row.get("base") if isinstance(row, dict) else None
                    if not isinstance(base, dict) or not span["date_from"] <= str(row.get("date")) <= span["date_to"]:
                        raise Incomplete(f"vk_ads: {place}: a row has no figures, or is of another day", NO_ROWS)
                    if any(str(as_text(base.get(name)) or "").strip("0.") for name in MEASURED):
                        yield {"id": item["id"], "date": row["date"], "base": base}


def read(load: Load, run: Run) -> dict[str, Any]:
    """Loads the days asked for.

    Args:
        load: where to put them.
        run: what was asked for.

    Returns:
        The cursors: account to last loaded day.

    Raises:
        LoadError: see `common`.
    """
    with_ads = _with_ads()
    cabinet = Cabinet(run.settings, run.deadline)
    account = cabinet.account()
    name = str(account["account_id"])
    state = state_of(run.root, run.source)
    first, last = days(run, state.get(name), AGAIN_DAYS)
    if run.until and run.until > last:
        load.warn(f"--until {run.until}: days after {last} are not finished and were left out")
    if first > last:
        return state
    campaigns = cabinet.all(CAMPAIGNS)
    load.add(CAMPAIGNS.objects, ({**row, "account_id": name} for row in campaigns.values()))
    _read_days(load, run, cabinet, CAMPAIGNS, account, dict.fromkeys(campaigns, {}), (first, last))
    if with_ads:
        _read_days(load, run, cabinet, ADS, account, _ads(cabinet), (first, last))
    return state | {name: cursor_after(state.get(name), first, last)}


def _with_ads() -> bool:
    detail = setting("KPI_VK_ADS_DETAIL").lower()
    if detail not in ("campaign", "ad"):
        raise ConfigError("KPI_VK_ADS_DETAIL is none of campaign, ad", "What a campaign's day is parted by")
    return detail == "ad"


def _ads(cabinet: Cabinet) -> dict[str, dict[str, Any]]:
    """What each ad is a part of, and the names."""
    groups = cabinet.all(GROUPS)
    told = {}
    for one, ad in cabinet.all(ADS).items():
        group = groups.get(str(as_text(ad.get("ad_group_id"))), {})
        told[one] = {
            "name": ad.get("name"),
            "ad_group_id": ad.get("ad_group_id"),
            "ad_group_name": group.get("name"),
            "ad_plan_id": group.get("ad_plan_id"),
        }
    return told


def _read_days(
    load: Load,
    run: Run,
    cabinet: Cabinet,
    level: Level,
    account: Mapping[str, str | None],
    objects: Mapping[str, Mapping[str, Any]],
    span: tuple[date, date],
) -> None:
    """Loads the days of what is in a list, and marks those of its days that are there no more.

    Args:
        load, run, cabinet: as in `read`.
        level: what they are.
        account: columns of each row.
        objects: their ids, each with further columns.
        span: first and last day.
    """
    came: set[tuple] = set()
    for begin, end in spans(*span, SPAN_DAYS):
        rows = [
            {**row, **objects[storable(str(as_text(row["id"])))], **account}
            for row in cabinet.statistics(level, objects, begin, end)
        ]
        came |= {tuple(storable(str(as_text(row[part]))) for part in KEY) for row in rows}
        load.add(level.table, rows)
    first, last = (day.isoformat() for day in span)
    loaded = known_keys(run.root, run.source, level.table, KEY)
    known = [
        key for key in loaded if key[0] == account["account_id"] and key[1] in objects and first <= str(key[2]) <= last
    ]
    load.add_deleted(level.table, KEY, [key for key in known if key not in came], len(known))


def plan(run: Run) -> LoadReport:
    """Says how many campaigns there are and which days would be loaded; nothing is written.

    Args:
        run: what would be asked for.

    Raises:
        LoadError: see `common`.
    """
    with_ads = _with_ads()
    cabinet = Cabinet(run.settings, run.deadline)
    name = str(cabinet.account()["account_id"])
    first, last = days(run, state_of(run.root, run.source).get(name), AGAIN_DAYS)
    what = f"{first} to {last}" if first <= last else "no finished days"
    tables = [CAMPAIGNS.table, *([ADS.table] if with_ads else [])]
    rows = {CAMPAIGNS.objects: cabinet.count(CAMPAIGNS)} | dict.fromkeys(tables, -1)
    return LoadReport(run.source, rows=rows, notes=[f"{name}: {what}"])


def _items(place: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = body.get("items")
    if not isinstance(found, list):
        raise Incomplete(f"vk_ads: {place}: no list of items came", NO_ROWS)
    for number, one in enumerate(found, 1):
        if not isinstance(one, dict) or one.get("id") is None:
            raise Incomplete(f"vk_ads: {place}: entry {number} is no record with an id", NO_ROWS)
    return found


def _json(response: "Response") -> dict[str, Any]:
    try:
        body = parse_json(response.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _passing(response: "Response") -> bool:
    return response.status_code == 429 or response.status_code >= 500


def _error(doing: str, response: "Response") -> LoadError:
    """An answer as an error; its code stands in the answer itself, or under `error`."""
    status, body = response.status_code, _json(response)
    told = body["error"] if isinstance(body.get("error"), dict) else body
    code = str(told.get("code") or told.get("error") or "")
    message = str(told.get("message") or told.get("error_description") or "")
    text = f"{doing}: HTTP {status}" + (
        f" ({short(': '.join(one for one in (code, message) if one), 300)})" if code else ""
    )
    if code == "token_limit_exceeded":
        return LimitReached(text, "Nothing was loaded; the client has five tokens, each of which ends after a day")
    if status == 429:
        return LimitReached(text, "Nothing was loaded; the limit of requests is met, run the load again later")
    if status >= 500:
        return RequestFailed(text, "Nothing was loaded; run the load again later")
    why = {
        "invalid_client": "id or secret of the API access is wrong",
        "ERR_ACCESS_DENIED": "the API access lacks the scope read_ads",
        "ERR_LIMIT_EXCEEDED": "VK takes no span that long",
    }
    usual = {401: "the API access was taken back", 403: "the API access lacks the scope read_ads"}
    reason = why.get(code) or usual.get(status, "VK turns this request down")
    return Refused(text, f"Nothing was loaded; {reason}", str(status))
